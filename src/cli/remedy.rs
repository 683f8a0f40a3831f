//! What whoever runs the bot should do about an error of Z-API. What a chat is told is `ApiError::explain`.

use crate::config::Instance;
use crate::zapi::{ApiError, Cause};

/// The error of an instance, with the way out of it.
pub(super) fn explained(instance: &Instance, error: &ApiError) -> String {
    let name = &instance.name;
    let remedy = match error.cause {
        Cause::ClientToken => format!(
            "Copy the account security token (Z-API's panel, Security) into instances.{name}.client_token."
        ),
        Cause::InstanceNotFound => {
            format!("Compare instances.{name}.id and instances.{name}.token with Z-API's panel.")
        }
        Cause::Address => {
            "Add this machine's address to the addresses that the account allows (Z-API's panel, Security)."
                .to_owned()
        }
        Cause::Disconnected => "Open the instance at Z-API and read the QR code with the phone.".to_owned(),
        Cause::Unreachable | Cause::NoAnswer | Cause::Unreadable => format!(
            "Does instances.{name}.base_url lead to Z-API, and may this machine go there? If so, try again later."
        ),
        Cause::NotBooked | Cause::DeadlineExceeded | Cause::Busy | Cause::Trouble(_) => {
            "Try again in a minute.".to_owned()
        }
        Cause::Refused => "Look at the instance in Z-API's panel: is it paid for and running?".to_owned(),
    };
    format!("{name}: {error}. {remedy}")
}

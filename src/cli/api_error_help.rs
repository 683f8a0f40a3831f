//! What whoever runs the bot should do about an error of Z-API. What a chat is told is `ApiError::explain`.

use crate::config::Instance;
use crate::zapi::{ApiError, ApiErrorKind};

/// The error of an instance, with the way out of it.
pub(super) fn describe_with_remedy(instance: &Instance, error: &ApiError) -> String {
    let name = &instance.name;
    let remedy = match error.cause {
        ApiErrorKind::WrongClientToken => format!(
            "Copy the account security token (Z-API's panel, Security) into instances.{name}.client_token."
        ),
        ApiErrorKind::InstanceNotFound => {
            format!("Compare instances.{name}.id and instances.{name}.token with Z-API's panel.")
        }
        ApiErrorKind::WrongUrl => {
            "Add this machine's address to the addresses that the account allows (Z-API's panel, Security)."
                .to_owned()
        }
        ApiErrorKind::Disconnected => {
            "Open the instance at Z-API and read the QR code with the phone.".to_owned()
        }
        ApiErrorKind::Unreachable | ApiErrorKind::NoResponse | ApiErrorKind::Unreadable => format!(
            "Does instances.{name}.base_url lead to Z-API, and may this machine go there? If so, try again later."
        ),
        ApiErrorKind::RateLimitUnavailable
        | ApiErrorKind::DeadlineExceeded
        | ApiErrorKind::Busy
        | ApiErrorKind::ServerError(_) => "Try again in a minute.".to_owned(),
        ApiErrorKind::Rejected => {
            "Look at the instance in Z-API's panel: is it paid for and running?".to_owned()
        }
    };
    format!("{name}: {error}. {remedy}")
}

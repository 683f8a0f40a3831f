//! Remedies for errors of Z-API, for the operator. The text for chats is `ApiError::user_message`.

use crate::config::Instance;
use crate::zapi::{ApiError, ApiErrorKind};

/// The error of an instance, with its remedy.
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
            "Check that instances.{name}.base_url is the URL of Z-API and that this machine can connect to it. If so, try again later."
        ),
        ApiErrorKind::RateLimitUnavailable
        | ApiErrorKind::DeadlineExceeded
        | ApiErrorKind::RateLimited
        | ApiErrorKind::ServerError(_) => "Try again in a minute.".to_owned(),
        ApiErrorKind::Rejected => {
            "Check in Z-API's panel that the instance is paid for and running.".to_owned()
        }
    };
    format!("{name}: {error}. {remedy}")
}

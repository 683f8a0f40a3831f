//! The only module that calls Z-API; one file a chapter of its API.
//!
//! The path of every URL holds both credentials, so no URL leaves this module: not in an error, a log line or
//! `Debug`. Redirects are off. Responses are read up to 1 MiB (8 MiB where thousands of people are listed), and the
//! text of an error counts before its status ([`error`] has the table).

pub mod call_observer;
mod client;
mod communities;
mod deadline;
pub mod error;
mod groups;
mod http_client;
mod instance;
pub mod lenient_json;
mod messages;
mod metadata;
mod participant;
mod people;
mod rate_limit;
#[cfg(test)]
mod tests;

pub use call_observer::CallObserver;
pub use client::Zapi;
pub use communities::{
    AddPolicy, CommunityDetails, CommunitySummary, CreatedCommunity, InvitationScope, SubGroup,
};
pub use error::{ApiError, ApiErrorKind};
pub use groups::{GroupDetails, GroupSummary};
pub use http_client::{ClientError, HttpClients};
pub use instance::{AccountStatus, ConnectionStatus, WebhookKind};
pub use participant::Participant;
pub use people::PhoneInfo;
pub use rate_limit::{ChangePermit, Priority, Rate, RateLimitError, RateLimitStore, SendPermit, Unlimited};

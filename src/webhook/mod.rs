//! A webhook is received, verified, and read: bytes come in, a message goes out, or a [`Reason`] why not.
//!
//! [`verify`] decides whether the bytes come from whom they should, before anything is parsed;
//! [`payload`] looks at the few fields that decide. Both are pure: time and bodies are handed in.
//! [`route`] leads from one to the other, and on to the journal.

pub mod body;
pub mod courtesy;
pub mod forgeries;
mod greeted;
mod heard;
mod meaning;
pub mod origin;
pub mod payload;
pub mod rate;
pub mod reason;
pub mod replay;
pub mod route;
pub mod sign;
pub mod verify;

pub use reason::IgnoreReason;
pub use route::WebhookHandler;

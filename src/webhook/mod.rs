//! A webhook is received, verified, and read: bytes come in, a message goes out, or a [`IgnoreReason`] why not.
//!
//! [`verify`] decides whether the bytes come from whom they should, before anything is parsed;
//! [`payload`] looks at the few fields that decide. Both are pure: time and bodies are handed in.
//! [`handler`] leads from one to the other, and on to the journal.

pub mod body;
pub mod rejection_notice;
pub mod failure_limiter;
mod greeting_cooldown;
mod connection_status;
mod intent;
pub mod client_addr;
pub mod payload;
pub mod command_limiter;
pub mod ignore_reason;
pub mod replay;
pub mod handler;
pub mod sign;
pub mod verify;

pub use handler::WebhookHandler;
pub use ignore_reason::IgnoreReason;

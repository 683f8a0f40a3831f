//! The webhook endpoint: authenticates requests, reads their events, and brings commands to the journal.
//!
//! [`verify`] authenticates the bytes before anything is parsed; [`payload`] reads the few fields that decide. Both
//! are pure: time and bodies are arguments. [`handler`] connects them, and hands commands to `enqueue`.

mod admin_message;
pub mod body;
pub mod client_addr;
pub mod command_limiter;
mod connection_status;
mod deletion;
mod edit;
mod endpoint;
mod enqueue;
mod expectation;
pub mod failure_limiter;
pub mod handler;
pub mod ignore_reason;
mod intent;
mod message_parts;
mod message_version;
mod outcome;
pub mod payload;
mod prompt_reply;
mod refused;
pub mod rejection_notice;
pub mod replay;
mod request_id;
mod requested_photo;
pub mod sign;
mod store_command;
mod talk_kind;
pub mod verify;

pub use enqueue::Enqueuer;
pub use handler::WebhookHandler;
pub use ignore_reason::IgnoreReason;
pub use refused::RefusedCounter;

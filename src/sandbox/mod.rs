//! Z-API sandbox over HTTP: `vincula demo` and all story tests run on it.
//!
//! [`World`] is the state with WhatsApp's rules; `routes`, `handlers`, `communities` and `responses` are the API of Z-API
//! with its quirks; [`FaultInjector`] scripts faults; [`webhook_event`] makes webhook events. Everything is written from
//! the documentation of the API and shares no type with vincula's client, so that a mistake in one is not repeated
//! in the other. Nothing here spawns a task or has a time limit: callers set timeouts.

mod callbacks;
mod communities;
mod credentials;
mod fault_responses;
mod faults;
mod fixtures;
mod handlers;
mod invitations;
mod messages;
mod people;
mod person;
mod read_lag;
mod request;
mod responses;
mod routes;
mod state;
#[cfg(test)]
mod tests;
mod webhook_client;
pub mod webhook_event;
mod world;

pub use callbacks::Callback;
pub use credentials::{InstanceCredentials, Webhooks};
pub use fault_responses::FaultResponse;
pub use faults::{CallBarrier, ConnectionLoss, Fault, FaultInjector, PartialFailure};
pub use messages::{ChatUpdate, Reaction, SentMessage};
pub use person::{AddResult, KnownPerson};
pub use read_lag::ReadLag;
pub use request::ApiCall;
pub use state::{Options, Sandbox, View};
pub use world::{BotRole, Community, Group, GroupMember, Refusal, World};

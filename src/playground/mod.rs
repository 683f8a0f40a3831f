//! The page of `vincula demo`: a phone to text the bot with, the communities as they change, and what happens behind
//! them.
//!
//! All visitors share one world: the [sandbox](crate::sandbox), a [`DemoService`] that can be killed, and a
//! [`Messenger`] that sends the messages of people, also for the chat in the terminal. The page works without
//! JavaScript; with it, an event stream replaces the parts that changed.

mod call_log;
mod chat_log;
mod conditions;
mod events;
mod guard;
mod messenger;
mod page;
mod persona;
mod state;
mod routes;
mod scripts;
mod sender;
mod service;
mod story;
mod view;

pub use self::messenger::{Action, Messenger, OutgoingMessage, PICTURE_URL};
pub use self::routes::routes;
pub use self::scripts::translate_command;
pub use self::sender::{ADMIN_NAME, ADMIN_PHONE, Sender};
pub use self::service::{DemoService, ServiceError};
pub use self::state::Playground;

//! vincula: WhatsApp communities run from a chat.

pub mod clock;
pub mod config;
pub mod domain;
pub mod sandbox;

//! vincula: WhatsApp communities run from a chat.

pub mod webhook;

pub mod clock;
pub mod config;
pub mod domain;

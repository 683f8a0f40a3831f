//! vincula: WhatsApp communities run from a chat.

pub mod webhook;

pub mod clock;
pub mod config;
pub mod directory;
pub mod domain;
pub mod i18n;
pub mod reply;
pub mod storage;
pub mod zapi;

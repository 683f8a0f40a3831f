//! vincula: WhatsApp communities run from a chat.
//!
//! > A webhook is **received**, **verified**, **recognised** as a command, written to the
//! > **journal**, **authorised**, **run** against Z-API, and **answered**.
//!
//! The modules are layers: imports only go down the list below, and a test keeps it so. docs/architecture.md
//! follows one webhook through them.
//!
//! Words, each with one meaning everywhere:
//!
//! - *Z-API* connects a WhatsApp number to HTTP. An *instance* is one such number (id and token).
//! - An *event* is one webhook POST. *Chatter* is an authentic event that is no command.
//! - A *command* is a message to the bot that asks for something; an *admin* is a person allowed to give commands.
//! - The *journal* is the durable record of commands: inbox, work queue and audit log in one.
//! - The *worker* claims a chat, runs its oldest command, and sends the reply. One try is an *attempt*.
//! - A *plan* is what a command found and will change; it is stored before the first changing call.
//! - A *prompt* is a question of the bot that waits for a reply.
//! - A *dead letter* is a command that was given up and is kept.
//! - A *lid* is WhatsApp's hidden user id (`…@lid`); it is never equal to a phone number.
//! - The *sandbox* is the simulated Z-API of the demo and the tests.
//!
//! Replicas take turns at writing (one advisory lock a transaction) instead of locking rows: what holds for the
//! one writer of an SQLite file then holds on PostgreSQL as well.

pub mod cli;
pub mod lifecycle;
pub mod app;
pub mod server;
pub mod webhook;
pub mod problem;
pub mod sandbox;
pub mod worker;
pub mod instance;
pub mod commands;
pub mod engine;
pub mod command;
pub mod parse;
pub mod reply;
pub mod authorization;
pub mod directory;
pub mod storage;
pub mod zapi;
pub mod i18n;
pub mod telemetry;
pub mod config;
pub mod domain;
pub mod clock;
pub mod failpoint;

//! vincula: a WhatsApp bot that manages communities by text commands.
//!
//! > A webhook is received, verified, parsed, checked for an admin, and stored in the journal. The worker checks the
//! > rights again, runs the command against Z-API, and replies.
//!
//! A module imports only modules declared after it in this file (tested in `tests/it/layers.rs`). `commands` has one file
//! per command, `command` their shared types. docs/architecture.md follows one webhook through
//! the modules.
//!
//! Glossary:
//!
//! - *Z-API* is a third-party HTTP API for WhatsApp. An *instance* is one WhatsApp number connected to it.
//! - An *endpoint* is the webhook URL of one instance. An *event* is one webhook POST. *Chatter* is authentic
//!   events that lead to no write before their response: nearly all.
//! - A *command* is a message that begins with a prefix and the name of a command; an *admin* is a person who may send
//!   commands.
//! - The *journal* is the durable record of commands: inbox, work queue and audit log in one. The *store* is the database
//!   that holds it.
//! - The *worker* leases a queue, runs its oldest command, and sends the reply. Changing commands of one chat share a
//!   queue (the same *ordering key*); a read-only command has its own. Each run is an *attempt*.
//! - A *lease* is a worker's exclusive, expiring right to a queue; a *claim* is a leased queue with its oldest command.
//! - A *plan* is the state before a change and the changes to make; it is stored before the first changing call. *Reading
//!   back* is reading the state after the calls: replies report what it shows.
//! - A *wish* is a request in plain words, without a prefix; *talk* is any other text of an admin that is neither a command
//!   nor a reply to a prompt. The journal keeps both as records of the command type, since they get a reply too.
//! - A *prompt* is a question of the bot that waits for a reply. An *indirect command* (`/confirm`, `/undo`, a reply to a
//!   prompt) is replaced by the command that it stands for, the *deferred command*.
//! - A *dead letter* is a command that failed permanently, or whose reply could not be delivered; `vincula journal retry`
//!   runs it again.
//! - A *lid* is WhatsApp's hidden user id (`…@lid`); it is never equal to a phone number.
//! - The *sandbox* is the simulated Z-API of the demo and the tests.

pub mod cli;
pub mod playground;
pub mod lifecycle;
pub mod app;
pub mod reload;
pub mod systemd;
pub mod server;
pub mod console;
pub mod webhook;
pub mod web;
pub mod problem;
pub mod sandbox;
pub mod worker;
pub mod notify;
pub mod monitor;
pub mod instance;
pub mod journal;
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
pub mod standard_webhooks;
pub mod clock;
pub mod failpoint;

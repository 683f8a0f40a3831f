//! vincula: WhatsApp communities run from a chat.
//!
//! > A webhook is **received**, **verified**, **recognised** as a command, written to the
//! > **journal**, **authorised**, **run** against Z-API, and **answered**.
//!
//! Each bold word is a module below, in layer order: imports only go down this list (a test over
//! `src/` keeps it so). Whoever looks for a line asks which word of the sentence it serves.
//!
//! Where this departs from the first design, and why: `authorise` stands below `command`, since
//! `/communities` and `/help` show a person only what they may use. Replicas take turns at writing
//! (one advisory lock a transaction) instead of locking rows: what holds for the one writer of a
//! file then holds on PostgreSQL as well, and is thought through once.

pub mod cli;
pub mod lifecycle;
pub mod app;
pub mod server;
pub mod webhook;
pub mod sandbox;
pub mod worker;
pub mod command;
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

//! End-to-end tests: webhooks against the sandbox, and the program as a process.
//!
//! `support` has the setup of the stories; a story has three blocks: setup, messages, replies.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so where it stands")]

mod cli;
mod console;
mod conversations;
mod layers;
mod matrix;
mod metrics;
mod model;
mod notify;
mod playground;
mod readme;
mod replicas;
mod server;
mod stories;
mod support;
mod security;
mod webhook;

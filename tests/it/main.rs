//! vincula through its front doors: a webhook in, the sandbox out; a process and its exit code.
//!
//! `support` has the world in which the stories play; a story is three blocks: what is so, what is
//! said, what is answered.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so where it stands")]

mod cli;
mod layers;
mod matrix;
mod model;
mod readme;
mod replicas;
mod server;
mod stories;
mod support;
mod threats;
mod webhook;

//! The sign-in of the console: who looks at a page, and what they may do.
//!
//! A person signs in with a password, whose session is an encrypted cookie, or is named by a trusted proxy. Without
//! either, the console is on loopback and open. What people read and do is recorded in the journal.

mod attempt_limiter;
pub(super) mod audit;
mod cookie;
mod find_viewer;
mod identify;
mod notice;
mod pages;
pub(crate) mod password;
mod paths;
mod request_facts;
mod return_path;
mod routes;
mod session;
mod state;

pub(super) use self::identify::identify;
pub(super) use self::routes::sign_in_routes;
pub use self::state::SignIn;

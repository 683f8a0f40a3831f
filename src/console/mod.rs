//! The console: pages on the private listener that show what goes on, and let operators act.
//!
//! Every page is rendered here and works without JavaScript; htmx only refreshes parts of it.

mod access_line;
mod actions;
mod chart;
mod command;
mod command_line;
mod commands;
mod communities;
mod configuration;
mod display;
mod findings;
mod health;
mod live;
mod nav;
mod overview;
mod people;
mod routes;
pub(crate) mod sign_in;
mod state;
mod story;
mod viewer;

pub use self::routes::router;
pub use self::sign_in::SignIn;
pub use self::state::ConsoleState;
pub use self::viewer::{Role, SignedInBy, Viewer};

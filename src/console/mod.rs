//! The console: pages on the private listener that show what goes on, and let operators act.
//!
//! Every page is rendered here and works without JavaScript; htmx only refreshes parts of it.

mod nav;
mod overview;
mod routes;
pub(crate) mod sign_in;
mod state;
mod viewer;

pub use self::routes::router;
pub use self::sign_in::SignIn;
pub use self::state::ConsoleState;
pub use self::viewer::{Role, SignedInBy, Viewer};

//! What the pages of the console read.

use std::sync::Arc;

use super::sign_in::SignIn;
use crate::clock::Clock;
use crate::instance::ReloadableInstance;
use crate::storage::Store;

/// What the pages of the console read.
#[derive(Clone)]
pub struct ConsoleState {
    /// The journal.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// The instances, by name.
    pub instances: Arc<[Arc<ReloadableInstance>]>,
    /// Who may look at them.
    pub sign_in: Arc<SignIn>,
}

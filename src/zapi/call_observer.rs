//! Who watches the calls made for one order: asked before each, told of each.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::error::ApiError;

/// Observes the calls of one [`super::Zapi`].
pub trait CallObserver: Send + Sync {
    /// Returns when the next call may be sent; it is asked after the call has waited for its turn.
    /// Where no call may be sent any more it never returns: whoever made the witness drops the
    /// work that waits.
    fn before_call(&self) -> BoxFuture<'_, ()>;

    /// A call was made: its name, how long it took, and how it failed if it did.
    fn after_call(&self, call: &'static str, took: Duration, failure: Option<&ApiError>);
}

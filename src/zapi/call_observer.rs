//! An observer of the calls of one command: called before and after each.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::error::ApiError;

/// Observes the calls of one [`super::Zapi`].
pub trait CallObserver: Send + Sync {
    /// Returns when the next call may be sent; it is called after the wait for a rate limit. If no call may be sent any
    /// more, it never returns, and the owner of the observer drops the waiting future.
    fn before_call(&self) -> BoxFuture<'_, ()>;

    /// Called after a call: its name, its duration, and its error if it failed.
    fn after_call(&self, call: &'static str, took: Duration, failure: Option<&ApiError>);
}

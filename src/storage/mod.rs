//! The journal's tables: the only place with SQL.
//!
//! All writes go through one writer that takes what waits into one transaction and answers each
//! caller after its commit, so that many orders share one fsync. Every write of a worker carries the
//! token of its lease; without a hit it has lost the lease, and stops.

mod accept;
mod amend;
mod held;
mod lease;
mod open;
mod read;
mod writer;

use sqlx::AnyPool;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use accept::{Accepted, NewCommand};
pub use amend::{Cancelled, Requeued, Waiting};
pub use lease::{Claim, LEASE, Lost, Outcome, Stored};
pub use open::{OpenError, Opened};
pub use read::{Note, Overview, Row, Selection};

use std::sync::Arc;

/// The journal cannot be written or read now.
#[derive(Debug, thiserror::Error)]
#[error("the journal cannot be used now: {0}")]
pub struct Unavailable(String);

impl From<sqlx::Error> for Unavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// A lane in which nothing is open.
const IDLE: i64 = i64::MAX;

/// A handle on the journal; clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    writer: writer::Sender,
    reads: AnyPool,
    accepted: Arc<Notify>,
    closed: CancellationToken,
}

impl Store {
    /// Returns when an order was accepted since the last call, or is.
    pub async fn order_accepted(&self) {
        self.accepted.notified().await;
    }

    /// Takes no more writes; the writer ends when those that wait are committed.
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// The journal can be read, and its writer writes. Nothing is written for it.
    pub async fn ping(&self) -> Result<(), Unavailable> {
        sqlx::query("SELECT 1").execute(&self.reads).await?;
        self.writer.write(|_| Box::pin(std::future::ready(Ok(())))).await
    }
}

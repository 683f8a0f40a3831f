//! Watches the calls of one order: none is sent without a lease, and each is noted.
//!
//! A worker may stand still for longer than its lease (SIGSTOP, a suspended machine) and wake up
//! when another one has the order. So before a call it asks the clocks, and where they leave a
//! doubt, the journal.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::storage::{Claim, Lost};
use crate::zapi::{ApiError, Witness};

/// How long a call waits before the journal is asked again, when it has trouble.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// The watch over one claim.
pub(super) struct Watch {
    claim: Claim,
    clock: Clock,
    lost: CancellationToken,
}

impl Watch {
    pub(super) fn over(claim: &Claim, clock: &Clock) -> Self {
        Self { claim: claim.clone(), clock: clock.clone(), lost: CancellationToken::new() }
    }

    /// Returns when a call was due and the lease was lost; that call is never sent.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }
}

impl Witness for Watch {
    fn before(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            while !self.claim.is_sure(self.clock.now()) {
                match self.claim.keep(self.clock.now()).await {
                    Ok(()) => {}
                    Err(Lost::Lease) => {
                        self.lost.cancel();
                        std::future::pending::<()>().await;
                    }
                    Err(Lost::Store(error)) => {
                        tracing::warn!(%error, "a call waits until its lease is sure");
                        sleep(STORE_PAUSE).await;
                    }
                }
            }
        })
    }

    fn after(&self, call: &'static str, took: Duration, failure: Option<&ApiError>) {
        let ended = match failure {
            None => "done".to_owned(),
            Some(error) => error.ended(),
        };
        let now = self.clock.now();
        self.claim.called(now, format!("{call}: {ended} ({} ms)", took.as_millis()));
    }
}

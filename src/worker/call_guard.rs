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
use crate::storage::{Claim, LeaseError};
use crate::zapi::{ApiError, CallObserver};

/// How long a call waits before the journal is asked again, when it has trouble.
const STORE_RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The watch over one claim.
pub(super) struct LeaseGuard {
    claim: Claim,
    clock: Clock,
    lease_lost: CancellationToken,
}

impl LeaseGuard {
    pub(super) fn new(claim: &Claim, clock: &Clock) -> Self {
        Self { claim: claim.clone(), clock: clock.clone(), lease_lost: CancellationToken::new() }
    }

    /// Returns when a call was due and the lease was lost; that call is never sent.
    pub(super) async fn wait_until_lost(&self) {
        self.lease_lost.cancelled().await;
    }
}

impl CallObserver for LeaseGuard {
    fn before_call(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            while !self.claim.is_lease_valid(self.clock.now()) {
                match self.claim.heartbeat().await {
                    Ok(()) => {}
                    Err(LeaseError::Expired) => {
                        self.lease_lost.cancel();
                        std::future::pending::<()>().await;
                    }
                    Err(LeaseError::Store(error)) => {
                        tracing::warn!(%error, "a call waits until its lease is sure");
                        sleep(STORE_RETRY_INTERVAL).await;
                    }
                }
            }
        })
    }

    fn after_call(&self, call: &'static str, took: Duration, failure: Option<&ApiError>) {
        let ended = match failure {
            None => "done".to_owned(),
            Some(error) => error.ended(),
        };
        let now = self.clock.now();
        self.claim.record_call(now, format!("{call}: {ended} ({} ms)", took.as_millis()));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Timestamp;
    use crate::storage::{LEASE_TTL, NewCommand, Store};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    const HORIZON: Duration = Duration::from_secs(3_600);

    /// A journal with one order, leased now, its clock, and whatever keeps it open.
    async fn claimed() -> (Store, Claim, Clock, impl Sized) {
        let clock = Clock::manual(NOW);
        let (store, _, folder) = Store::open_temporary(&clock).await;
        store.insert(NewCommand::for_test("0190", NOW)).await.unwrap();
        let claim = store.claim(NOW, HORIZON).await.unwrap().unwrap();
        (store, claim, clock, folder)
    }

    async fn goes(watch: &LeaseGuard) -> bool {
        tokio::select! {
            () = watch.before_call() => true,
            () = watch.wait_until_lost() => false,
        }
    }

    #[tokio::test]
    async fn a_worker_that_stood_still_until_another_took_its_command_sends_no_further_call() {
        let (store, claim, clock, _folder) = claimed().await;
        let watch = LeaseGuard::new(&claim, &clock);
        assert!(goes(&watch).await);

        clock.elapse(LEASE_TTL + Duration::from_secs(5));
        store.claim(clock.now(), HORIZON).await.unwrap().expect("the lease has run out, so another takes it");

        assert!(!goes(&watch).await);
    }

    #[tokio::test]
    async fn a_worker_that_stood_still_and_was_not_missed_goes_on() {
        let (store, claim, clock, _folder) = claimed().await;
        let watch = LeaseGuard::new(&claim, &clock);

        clock.elapse(LEASE_TTL + Duration::from_secs(5));

        assert!(goes(&watch).await);
        let stolen = store.claim(clock.now(), HORIZON).await.unwrap();
        assert!(stolen.is_none(), "to ask has prolonged the lease");
    }
}

//! Guards the calls to Z-API of one command: none is sent without a lease, and each is recorded.
//!
//! A worker may be suspended for longer than its lease (SIGSTOP, a suspended machine) and resume when another one has
//! the command. So before each call it checks the clocks, and if they leave a doubt, extends the lease in the journal.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::storage::{Claim, LeaseError};
use crate::zapi::{ApiError, CallObserver};

/// Between two attempts to extend the lease while the store is unavailable.
const STORE_RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Guard for the calls of one claim.
pub(super) struct LeaseGuard {
    claim: Claim,
    clock: Clock,
    lease_lost: CancellationToken,
}

impl LeaseGuard {
    pub(super) fn new(claim: &Claim, clock: &Clock) -> Self {
        Self { claim: claim.clone(), clock: clock.clone(), lease_lost: CancellationToken::new() }
    }

    /// Returns when a call was due and the lease was lost. That call is never sent.
    pub(super) async fn wait_until_lost(&self) {
        self.lease_lost.cancelled().await;
    }
}

impl CallObserver for LeaseGuard {
    fn before_call(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            while !self.claim.is_lease_valid(self.clock.now()) {
                match self.claim.renew_lease().await {
                    Ok(()) => {}
                    Err(LeaseError::Expired) => {
                        self.lease_lost.cancel();
                        std::future::pending::<()>().await;
                    }
                    Err(LeaseError::Store(error)) => {
                        tracing::debug!(%error, "call delayed until the lease is confirmed");
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

    /// A journal with one command that is leased now, its clock, and what keeps it open.
    async fn claimed() -> (Store, Claim, Clock, impl Sized) {
        let clock = Clock::manual(NOW);
        let (store, _, folder) = Store::open_temporary(&clock).await;
        store.insert(NewCommand::for_test("0190", NOW)).await.unwrap();
        let claim = store.claim(NOW, HORIZON).await.unwrap().unwrap();
        (store, claim, clock, folder)
    }

    async fn is_allowed(guard: &LeaseGuard) -> bool {
        tokio::select! {
            () = guard.before_call() => true,
            () = guard.wait_until_lost() => false,
        }
    }

    #[tokio::test]
    async fn a_suspended_worker_sends_no_further_call_once_another_has_its_command() {
        let (store, claim, clock, _folder) = claimed().await;
        let guard = LeaseGuard::new(&claim, &clock);
        assert!(is_allowed(&guard).await);

        clock.elapse(LEASE_TTL + Duration::from_secs(5));
        store
            .claim(clock.now(), HORIZON)
            .await
            .unwrap()
            .expect("the lease expired, so another worker takes it");

        assert!(!is_allowed(&guard).await);
    }

    #[tokio::test]
    async fn a_suspended_worker_goes_on_if_no_other_has_its_command() {
        let (store, claim, clock, _folder) = claimed().await;
        let guard = LeaseGuard::new(&claim, &clock);

        clock.elapse(LEASE_TTL + Duration::from_secs(5));

        assert!(is_allowed(&guard).await);
        let stolen = store.claim(clock.now(), HORIZON).await.unwrap();
        assert!(stolen.is_none(), "the check extended the lease");
    }
}

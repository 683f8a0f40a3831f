//! Retention: removes expired texts and commands from the journal.
//!
//! At the start and then each hour one replica trims the journal in batches: not while writes are queued, and with a
//! pause after each batch that is longer than the batch.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::clock::Clock;
use crate::storage::{RetentionPolicy, RetentionStats, Store, StoreUnavailable};

/// Between two runs.
const TRIM_INTERVAL: Duration = Duration::from_secs(60 * 60);
/// A start runs it, unless a replica ran it within this time.
const STARTUP_INTERVAL: Duration = Duration::from_secs(60);
/// How often it is checked whether a run is due: another replica may have ended before its run was complete.
const CHECK_INTERVAL: Duration = Duration::from_secs(10 * 60);
/// Pause after a store error.
const STORE_RETRY_INTERVAL: Duration = Duration::from_secs(60);
/// Length of a pause, in lengths of the batch before it.
const BACKOFF_FACTOR: u32 = 4;
/// The shortest pause, and the interval in which queued writes are checked.
const MIN_BACKOFF: Duration = Duration::from_millis(20);

/// Trims the journal whenever it is due; never returns.
pub async fn trim_forever(store: Store, clock: Clock, policy: RetentionPolicy) {
    let mut period = STARTUP_INTERVAL;
    loop {
        match trim_if_due(&store, &clock, policy, period).await {
            Ok(sum) if sum.is_empty() => {}
            Ok(RetentionStats { texts, commands, queues }) => {
                tracing::info!(texts, commands, queues, "journal trimmed");
            }
            Err(error) => {
                tracing::debug!(%error, "journal not trimmed");
                sleep(STORE_RETRY_INTERVAL).await;
                continue;
            }
        }
        period = TRIM_INTERVAL;
        sleep(CHECK_INTERVAL).await;
    }
}

/// Trims the journal if it is due; returns what was removed.
async fn trim_if_due(
    store: &Store,
    clock: &Clock,
    policy: RetentionPolicy,
    period: Duration,
) -> Result<RetentionStats, StoreUnavailable> {
    let mut sum = RetentionStats::default();
    if !store.is_trim_due(clock.now(), period).await? {
        return Ok(sum);
    }
    loop {
        while store.is_busy() {
            sleep(MIN_BACKOFF).await;
        }
        let started_at = Instant::now();
        let batch = store.trim(policy, clock.now()).await?;
        if batch.is_empty() {
            return Ok(sum);
        }
        sum.texts += batch.texts;
        sum.commands += batch.commands;
        sum.queues += batch.queues;
        sleep((started_at.elapsed() * BACKOFF_FACTOR).max(MIN_BACKOFF)).await;
    }
}

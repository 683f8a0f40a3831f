//! Retention: the journal forgets texts first, and later what has ended.
//!
//! Once at the start and then each hour one replica takes away what is kept no longer, batch by
//! batch: nothing while a write waits, and after each batch a rest that is longer than the batch.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::clock::Clock;
use crate::storage::{RetentionPolicy, RetentionStats, Store, StoreUnavailable};

/// From one time to the next.
const TRIM_INTERVAL: Duration = Duration::from_secs(60 * 60);
/// At a start it is time, unless a replica that started with this one has begun already.
const STARTUP_INTERVAL: Duration = Duration::from_secs(60);
/// How often it is asked whether the time has come: another replica may have ended before it was done.
const CHECK_INTERVAL: Duration = Duration::from_secs(10 * 60);
/// After trouble of the store.
const STORE_RETRY_INTERVAL: Duration = Duration::from_secs(60);
/// How long a rest is, in lengths of the batch before it.
const BACKOFF_FACTOR: u32 = 4;
/// The shortest rest, and how long writes that wait are let by.
const MIN_BACKOFF: Duration = Duration::from_millis(20);

/// Trims the journal, for ever.
pub async fn trim_forever(store: Store, clock: Clock, kept: RetentionPolicy) {
    let mut period = STARTUP_INTERVAL;
    loop {
        match trim_if_due(&store, &clock, kept, period).await {
            Ok(sum) if sum.is_empty() => {}
            Ok(RetentionStats { texts, commands, queues }) => {
                tracing::info!(texts, commands, queues, "the journal was trimmed");
            }
            Err(error) => {
                tracing::warn!(%error, "the journal could not be trimmed");
                sleep(STORE_RETRY_INTERVAL).await;
                continue;
            }
        }
        period = TRIM_INTERVAL;
        sleep(CHECK_INTERVAL).await;
    }
}

/// Trims the journal if it is due; what was taken away.
async fn trim_if_due(
    store: &Store,
    clock: &Clock,
    kept: RetentionPolicy,
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
        let begun = Instant::now();
        let trimmed = store.trim(kept, clock.now()).await?;
        if trimmed.is_empty() {
            return Ok(sum);
        }
        sum.texts += trimmed.texts;
        sum.commands += trimmed.commands;
        sum.queues += trimmed.queues;
        sleep((begun.elapsed() * BACKOFF_FACTOR).max(MIN_BACKOFF)).await;
    }
}

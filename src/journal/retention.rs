//! Retention: the journal forgets texts first, and later what has ended.
//!
//! Once at the start and then each hour one replica takes away what is kept no longer, batch by
//! batch: nothing while a write waits, and after each batch a rest that is longer than the batch.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::clock::Clock;
use crate::storage::{Kept, Store, Trimmed, Unavailable};

/// From one time to the next.
const PERIOD: Duration = Duration::from_secs(60 * 60);
/// At a start it is time, unless a replica that started with this one has begun already.
const AT_START: Duration = Duration::from_secs(60);
/// How often it is asked whether the time has come: another replica may have ended before it was done.
const LOOK: Duration = Duration::from_secs(10 * 60);
/// After trouble of the store.
const STORE_PAUSE: Duration = Duration::from_secs(60);
/// How long a rest is, in lengths of the batch before it.
const REST: u32 = 4;
/// The shortest rest, and how long writes that wait are let by.
const SHORTEST_REST: Duration = Duration::from_millis(20);

/// Trims the journal, for ever.
pub async fn trim(store: Store, clock: Clock, kept: Kept) {
    let mut period = AT_START;
    loop {
        match once(&store, &clock, kept, period).await {
            Ok(sum) if sum.is_nothing() => {}
            Ok(Trimmed { texts, orders, lanes }) => {
                tracing::info!(texts, orders, lanes, "the journal was trimmed");
            }
            Err(error) => {
                tracing::warn!(%error, "the journal could not be trimmed");
                sleep(STORE_PAUSE).await;
                continue;
            }
        }
        period = PERIOD;
        sleep(LOOK).await;
    }
}

/// Trims the journal if it is due; what was taken away.
async fn once(store: &Store, clock: &Clock, kept: Kept, period: Duration) -> Result<Trimmed, Unavailable> {
    let mut sum = Trimmed::default();
    if !store.is_trim_due(clock.now(), period).await? {
        return Ok(sum);
    }
    loop {
        while store.is_busy() {
            sleep(SHORTEST_REST).await;
        }
        let begun = Instant::now();
        let trimmed = store.trim(kept, clock.now()).await?;
        if trimmed.is_nothing() {
            return Ok(sum);
        }
        sum.texts += trimmed.texts;
        sum.orders += trimmed.orders;
        sum.lanes += trimmed.lanes;
        sleep((begun.elapsed() * REST).max(SHORTEST_REST)).await;
    }
}

//! When the paced calls of an instance may go: one moment a kind, kept in the journal, so that the
//! pace holds across replicas and restarts (the generic cell rate algorithm).

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::AnyConnection;

use super::{Store, StoreUnavailable};
use crate::zapi::{self, Rate, RateLimitError};

/// The moments of one instance.
#[derive(Clone, Debug)]
pub struct SqlRateLimitStore {
    store: Store,
    instance: String,
}

impl Store {
    /// The ledger of an instance.
    pub fn ledger(&self, instance: &str) -> SqlRateLimitStore {
        SqlRateLimitStore { store: self.clone(), instance: instance.to_owned() }
    }
}

impl zapi::RateLimitStore for SqlRateLimitStore {
    fn reserve<'a>(
        &'a self,
        kind: &'static str,
        rate: Rate,
    ) -> BoxFuture<'a, Result<Duration, RateLimitError>> {
        let (instance, clock) = (self.instance.clone(), self.store.clock.clone());
        let booked = self.store.writer.write(move |connection| {
            Box::pin(async move {
                let now = clock.monotonic().0.saturating_mul(1_000);
                reserve_slot(connection, &instance, kind, micros(rate.interval), micros(rate.slack), now)
                    .await
            })
        });
        booked.map(|wait: Result<Duration, StoreUnavailable>| wait.map_err(|_| RateLimitError)).boxed()
    }
}

/// Books a call at this moment and returns nothing to wait, or books none and returns how long to
/// wait before asking again. All times in microseconds.
async fn reserve_slot(
    connection: &mut AnyConnection,
    instance: &str,
    kind: &str,
    interval: i64,
    slack: i64,
    now: i64,
) -> Result<Duration, sqlx::Error> {
    // A moment further ahead than bookings can make it was booked before the clock was set back.
    let booked = sqlx::query(
        "INSERT INTO pace (instance, kind, next_at) VALUES ($1, $2, $3 + $4)
         ON CONFLICT (instance, kind) DO UPDATE SET next_at = $4 + CASE
             WHEN pace.next_at > $3 AND pace.next_at <= $3 + $4 + $5 THEN pace.next_at ELSE $3 END
         WHERE pace.next_at <= $3 + $5 OR pace.next_at > $3 + $4 + $5",
    )
    .bind(instance)
    .bind(kind)
    .bind(now)
    .bind(interval)
    .bind(slack)
    .execute(&mut *connection)
    .await?;
    if booked.rows_affected() > 0 {
        return Ok(Duration::ZERO);
    }
    let next: i64 = sqlx::query_scalar("SELECT next_at FROM pace WHERE instance = $1 AND kind = $2")
        .bind(instance)
        .bind(kind)
        .fetch_one(connection)
        .await?;
    // Not nothing: that would say that it is booked.
    Ok(Duration::from_micros(u64::try_from(next - slack - now).unwrap_or(0).max(1)))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

//! Rate limits of an instance's calls to Z-API, kept in the database so that they hold across replicas and restarts
//! (the generic cell rate algorithm: one time per kind of call).

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::AnyConnection;

use super::error::StoreUnavailable;
use super::store::Store;
use crate::domain::InstanceName;
use crate::zapi::{self, Rate, RateLimitError};

/// The rate limits of one instance.
#[derive(Clone, Debug)]
pub struct SqlRateLimitStore {
    store: Store,
    instance: InstanceName,
}

impl Store {
    /// The rate limits of an instance.
    pub fn rate_limits(&self, instance: &InstanceName) -> SqlRateLimitStore {
        SqlRateLimitStore { store: self.clone(), instance: instance.clone() }
    }
}

impl zapi::RateLimitStore for SqlRateLimitStore {
    fn reserve<'a>(
        &'a self,
        kind: &'static str,
        rate: Rate,
    ) -> BoxFuture<'a, Result<Duration, RateLimitError>> {
        let (instance, clock) = (self.instance.clone(), self.store.clock.clone());
        let reservation = self.store.writer.write(move |connection| {
            Box::pin(async move {
                let now = clock.monotonic().0.saturating_mul(1_000);
                reserve_slot(connection, (&instance, kind), rate, now).await
            })
        });
        reservation.map(|wait: Result<Duration, StoreUnavailable>| wait.map_err(|_| RateLimitError)).boxed()
    }
}

/// Reserves a call at `now` (Unix microseconds) and returns zero, or reserves none and returns how long to wait before
/// the next attempt.
async fn reserve_slot(
    connection: &mut AnyConnection,
    (instance, kind): (&InstanceName, &str),
    rate: Rate,
    now: i64,
) -> Result<Duration, sqlx::Error> {
    let slack = to_micros(rate.slack);
    // A time further ahead than reservations can make it was written before the clock was set back.
    let reserved = sqlx::query(
        "INSERT INTO rate_limit (instance, kind, next_at) VALUES ($1, $2, $3 + $4)
         ON CONFLICT (instance, kind) DO UPDATE SET next_at = $4 + CASE
             WHEN rate_limit.next_at > $3 AND rate_limit.next_at <= $3 + $4 + $5 THEN rate_limit.next_at ELSE $3 END
         WHERE rate_limit.next_at <= $3 + $5 OR rate_limit.next_at > $3 + $4 + $5",
    )
    .bind(instance.as_str())
    .bind(kind)
    .bind(now)
    .bind(to_micros(rate.interval))
    .bind(slack)
    .execute(&mut *connection)
    .await?;
    if reserved.rows_affected() > 0 {
        return Ok(Duration::ZERO);
    }
    let next: i64 = sqlx::query_scalar("SELECT next_at FROM rate_limit WHERE instance = $1 AND kind = $2")
        .bind(instance.as_str())
        .bind(kind)
        .fetch_one(connection)
        .await?;
    // At least a microsecond, since zero means that a call is reserved.
    Ok(Duration::from_micros(u64::try_from(next - slack - now).unwrap_or(0).max(1)))
}

fn to_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

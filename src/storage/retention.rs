//! Retention: what has ended is kept for a time, and its texts for a shorter one.
//!
//! Open orders are never touched. Everything goes in small batches, each a write like any other, so
//! that an order waits for one of them at most.

use std::time::Duration;

use super::chat_state::trim_state;
use super::{IDLE_READY_AT, Store, StoreUnavailable};
use crate::clock::Timestamp;

/// How many orders, or lanes, go with one write.
const TRIM_BATCH: i64 = 100;
/// For how long a question, and what was done on a yes, is remembered however short texts are kept, in milliseconds:
/// longer than a message may be edited.
const STATE_RETENTION_MS: i64 = 60 * 60 * 1_000;
/// The chore's name.
const TASK: &str = "retention";

/// How long things are kept after an order's end.
#[derive(Clone, Copy, Debug)]
pub struct RetentionPolicy {
    /// The order's row and its notes: who, when, which command, how it ended.
    pub rows: Duration,
    /// What was typed and what was answered.
    pub texts: Duration,
}

/// What one batch took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionStats {
    /// Orders that lost their texts.
    pub texts: u64,
    /// Orders that are gone.
    pub orders: u64,
    /// Chats without an order that is kept.
    pub queues: u64,
}

impl RetentionStats {
    /// There was nothing left to do.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Store {
    /// Whether the journal shall be trimmed now, and by this process: each `period` one is told so.
    pub async fn is_trim_due(&self, now: Timestamp, period: Duration) -> Result<bool, StoreUnavailable> {
        let due = now.plus(period).0;
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    // A moment further ahead was written for a longer period, or before the clock
                    // was set back.
                    let taken = sqlx::query(
                        "INSERT INTO chore (name, due) VALUES ($1, $2)
                         ON CONFLICT (name) DO UPDATE SET due = $2 WHERE chore.due <= $3 OR chore.due > $2",
                    )
                    .bind(TASK)
                    .bind(due)
                    .bind(now.0)
                    .execute(connection)
                    .await?;
                    Ok(taken.rows_affected() > 0)
                })
            })
            .await
    }

    /// Writes wait, or are being made.
    pub fn is_busy(&self) -> bool {
        self.writer.has_pending()
    }

    /// Takes one batch away of what ended too long ago.
    pub async fn trim(
        &self,
        kept: RetentionPolicy,
        now: Timestamp,
    ) -> Result<RetentionStats, StoreUnavailable> {
        let before =
            |kept: Duration| now.0.saturating_sub(i64::try_from(kept.as_millis()).unwrap_or(i64::MAX));
        let (rows, texts) = (before(kept.rows), before(kept.texts.min(kept.rows)));
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let mut trimmed = RetentionStats::default();
                    // Both statements see the same orders: one transaction writes at a time.
                    sqlx::query(
                        "DELETE FROM note WHERE command IN (SELECT id FROM command
                             WHERE finished_at < $1 AND state IN ('done', 'dead')
                             ORDER BY finished_at, id LIMIT $2)",
                    )
                    .bind(rows)
                    .bind(TRIM_BATCH)
                    .execute(&mut *connection)
                    .await?;
                    trimmed.orders = sqlx::query(
                        "DELETE FROM command WHERE id IN (SELECT id FROM command
                             WHERE finished_at < $1 AND state IN ('done', 'dead')
                             ORDER BY finished_at, id LIMIT $2)",
                    )
                    .bind(rows)
                    .bind(TRIM_BATCH)
                    .execute(&mut *connection)
                    .await?
                    .rows_affected();
                    if trimmed.orders > 0 {
                        return Ok(trimmed);
                    }
                    trimmed.texts = sqlx::query(
                        "UPDATE command SET text = '', plan = NULL, meant = NULL, reply = NULL WHERE id IN (
                             SELECT id FROM command
                             WHERE finished_at < $1 AND text <> '' AND state IN ('done', 'dead')
                             ORDER BY finished_at, id LIMIT $2)",
                    )
                    .bind(texts)
                    .bind(TRIM_BATCH)
                    .execute(&mut *connection)
                    .await?
                    .rows_affected();
                    if trimmed.texts > 0 {
                        return Ok(trimmed);
                    }
                    trim_state(connection, Timestamp(texts.min(now.0 - STATE_RETENTION_MS))).await?;
                    // All orders of such a lane ended before it became idle, and are gone by now.
                    trimmed.queues = sqlx::query(
                        "DELETE FROM lane WHERE (instance, lane) IN (SELECT instance, lane FROM lane
                             WHERE ready_at = $3 AND idle_since < $1 AND lease_token IS NULL
                             ORDER BY idle_since LIMIT $2)",
                    )
                    .bind(rows)
                    .bind(TRIM_BATCH)
                    .bind(IDLE_READY_AT)
                    .execute(&mut *connection)
                    .await?
                    .rows_affected();
                    Ok(trimmed)
                })
            })
            .await
    }
}

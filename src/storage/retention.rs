//! Retention: how long ended commands are kept, and their texts.
//!
//! Open commands are never touched. Rows are deleted in small batches, each a normal write, so that a command waits for
//! one batch at most.

use std::time::Duration;

use sqlx::AnyConnection;

use super::chat_queue::IDLE_READY_AT;
use super::chat_state::trim_state;
use super::console_access::trim_console_accesses;
use super::error::StoreUnavailable;
use super::refused::trim_refused;
use super::store::Store;
use crate::clock::Timestamp;

/// How many commands, or queues, are trimmed with one write.
const TRIM_BATCH: i64 = 100;
/// The least time for which short-lived state is kept, in milliseconds: longer than a message may be edited.
const STATE_RETENTION_MS: i64 = 60 * 60 * 1_000;
/// The name of the maintenance task.
const TASK: &str = "retention";

/// How long data is kept after a command ended.
#[derive(Clone, Copy, Debug)]
pub struct RetentionPolicy {
    /// The row and its audit trail: admin, time, command, outcome.
    pub rows: Duration,
    /// What was typed, and the reply.
    pub texts: Duration,
}

/// What one batch removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionStats {
    /// Commands whose texts were removed.
    pub texts: u64,
    /// Commands that were deleted.
    pub commands: u64,
    /// Queues that were deleted.
    pub queues: u64,
}

impl RetentionStats {
    /// Whether nothing was left to remove.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Store {
    /// Whether this process shall trim the journal now; true for one process in each `period`.
    pub async fn is_trim_due(&self, now: Timestamp, period: Duration) -> Result<bool, StoreUnavailable> {
        let due = now.plus(period).0;
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    // A time further ahead was written for a longer period, or before the clock was set back.
                    let taken = sqlx::query(
                        "INSERT INTO maintenance (name, due) VALUES ($1, $2)
                         ON CONFLICT (name) DO UPDATE SET due = $2
                         WHERE maintenance.due <= $3 OR maintenance.due > $2",
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

    /// Removes one batch of expired data.
    pub async fn trim(
        &self,
        policy: RetentionPolicy,
        now: Timestamp,
    ) -> Result<RetentionStats, StoreUnavailable> {
        let before =
            |kept: Duration| now.0.saturating_sub(i64::try_from(kept.as_millis()).unwrap_or(i64::MAX));
        let (rows, texts) = (before(policy.rows), before(policy.texts.min(policy.rows)));
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let commands = delete_commands(connection, rows).await?;
                    if commands > 0 {
                        return Ok(RetentionStats { commands, ..RetentionStats::default() });
                    }
                    let texts_removed = remove_texts(connection, texts).await?;
                    if texts_removed > 0 {
                        return Ok(RetentionStats { texts: texts_removed, ..RetentionStats::default() });
                    }
                    trim_state(connection, Timestamp(texts.min(now.0 - STATE_RETENTION_MS))).await?;
                    trim_refused(connection, now).await?;
                    trim_console_accesses(connection, rows).await?;
                    let queues = delete_idle_queues(connection, rows).await?;
                    Ok(RetentionStats { queues, ..RetentionStats::default() })
                })
            })
            .await
    }
}

/// Deletes a batch of commands that ended before this time, with their audit trails; returns how many.
async fn delete_commands(connection: &mut AnyConnection, before: i64) -> Result<u64, sqlx::Error> {
    // Both statements select the same commands: one transaction writes at a time.
    sqlx::query(
        "DELETE FROM audit_event WHERE command IN (SELECT id FROM command
             WHERE finished_at < $1 AND state IN ('done', 'dead')
             ORDER BY finished_at, id LIMIT $2)",
    )
    .bind(before)
    .bind(TRIM_BATCH)
    .execute(&mut *connection)
    .await?;
    let deleted = sqlx::query(
        "DELETE FROM command WHERE id IN (SELECT id FROM command
             WHERE finished_at < $1 AND state IN ('done', 'dead')
             ORDER BY finished_at, id LIMIT $2)",
    )
    .bind(before)
    .bind(TRIM_BATCH)
    .execute(&mut *connection)
    .await?;
    Ok(deleted.rows_affected())
}

/// Removes the texts of a batch of commands that ended before this time; returns how many.
async fn remove_texts(connection: &mut AnyConnection, before: i64) -> Result<u64, sqlx::Error> {
    let updated = sqlx::query(
        "UPDATE command SET text = '', parsed = NULL, media = NULL, plan = NULL, deferred_command = NULL, reply = NULL
         WHERE id IN (
             SELECT id FROM command
             WHERE finished_at < $1 AND text <> '' AND state IN ('done', 'dead')
             ORDER BY finished_at, id LIMIT $2)",
    )
    .bind(before)
    .bind(TRIM_BATCH)
    .execute(&mut *connection)
    .await?;
    Ok(updated.rows_affected())
}

/// Deletes a batch of queues that are idle since before this time; returns how many. Their commands ended before that
/// and are deleted already.
async fn delete_idle_queues(connection: &mut AnyConnection, before: i64) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query(
        "DELETE FROM chat_queue WHERE (instance, ordering_key) IN (
             SELECT instance, ordering_key FROM chat_queue
             WHERE ready_at = $3 AND idle_since < $1 AND lease_token IS NULL
             ORDER BY idle_since LIMIT $2)",
    )
    .bind(before)
    .bind(TRIM_BATCH)
    .bind(IDLE_READY_AT)
    .execute(&mut *connection)
    .await?;
    Ok(deleted.rows_affected())
}

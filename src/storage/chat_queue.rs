//! Chat queues: one row per ordering key, with the time its commands are ready and the worker that leased them.
//! `choose_ordering_key` in webhook/store_command.rs chooses the key.

use sqlx::AnyConnection;

use crate::clock::Timestamp;
use crate::domain::{InstanceName, OrderingKey};

/// `ready_at` of a queue without an open command.
pub(super) const IDLE_READY_AT: i64 = i64::MAX;

/// Statements that look for ready queues contain the number of [`IDLE_READY_AT`], and no bound as a parameter beside
/// it: with a parameter PostgreSQL cannot know how few queues match, estimates a third of them, and plans anew at each
/// execution.
const _: () = assert!(IDLE_READY_AT == 9_223_372_036_854_775_807);

/// Makes a queue ready; one with an open command is ready already.
pub(super) const WAKE_QUEUE: &str = "INSERT INTO chat_queue (instance, ordering_key, ready_at) VALUES ($1, $2, $3)
     ON CONFLICT (instance, ordering_key) DO UPDATE SET ready_at = excluded.ready_at WHERE chat_queue.ready_at = $4";

/// Ends the lease of a queue. The queue is ready at `ready_at` if it has another open command, and idle otherwise.
pub(super) async fn release(
    connection: &mut AnyConnection,
    instance: &InstanceName,
    ordering_key: &OrderingKey,
    ready_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE chat_queue SET lease_token = NULL, lease_owner = NULL, lease_until = 0, idle_since = $3,
             ready_at = CASE WHEN EXISTS (SELECT 1 FROM command
                 WHERE instance = $1 AND ordering_key = $2 AND state IN ('waiting', 'answering'))
             THEN $3 ELSE $4 END
         WHERE instance = $1 AND ordering_key = $2",
    )
    .bind(instance.as_str())
    .bind(ordering_key.as_str())
    .bind(ready_at.0)
    .bind(IDLE_READY_AT)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// When the queue of a failed attempt is ready again: now if the command was cancelled meanwhile, else at `ready_at`.
pub(super) async fn ready_at_unless_cancelled(
    connection: &mut AnyConnection,
    command: &str,
    ready_at: Timestamp,
    now: Timestamp,
) -> Result<Timestamp, sqlx::Error> {
    let cancelled = sqlx::query("SELECT 1 FROM command WHERE id = $1 AND cancelled_by IS NOT NULL")
        .bind(command)
        .fetch_optional(&mut *connection)
        .await?;
    Ok(if cancelled.is_some() { now } else { ready_at })
}

//! Writes of a worker about the command it has claimed: lease renewals, each step, and the end. Every write carries
//! the token of the lease, and renews it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sqlx::AnyConnection;
use tokio::time::Instant;

use super::audit::insert_audit_event;
use super::chat_queue::{ready_at_unless_cancelled, release};
use super::chat_state::{StateChange, set_state};
use super::error::LeaseError;
use super::lease_state::{LeaseState, insert_call_events};
use super::record::{CommandRecord, Outcome};
use super::store::Store;
use crate::clock::Timestamp;
use crate::domain::OrderingKey;

/// A leased queue and its oldest open command.
#[derive(Clone, Debug)]
pub struct Claim {
    pub(super) store: Store,
    pub(super) ordering_key: OrderingKey,
    pub(super) token: String,
    pub(super) lease_state: Arc<LeaseState>,
    /// The command.
    pub command: CommandRecord,
}

impl Claim {
    /// Renews the lease, as every write does; this one does nothing else.
    pub async fn renew_lease(&self) -> Result<(), LeaseError> {
        self.write(|_, _| Box::pin(async { Ok(()) })).await
    }

    /// Whether the lease was confirmed so recently that no other worker can have the queue.
    pub fn is_lease_valid(&self, now: Timestamp) -> bool {
        self.lease_state.is_valid(now, self.store.lease)
    }

    /// Keeps a call to Z-API, to be written to the audit trail with the next write. Calls that no write follows are
    /// lost; but before a call that changes something, the plan is written.
    pub fn record_call(&self, at: Timestamp, detail: String) {
        self.lease_state.record_call(at, detail);
    }

    /// Stores the command that replaces this one, so that each later attempt runs the same one.
    pub async fn store_deferred_command(&mut self, deferred_command: String) -> Result<(), LeaseError> {
        self.command.deferred_command = Some(deferred_command);
        self.write(|connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET deferred_command = $1 WHERE id = $2")
                    .bind(&claim.command.deferred_command)
                    .bind(&claim.command.id)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Stores the plan, before the first call that changes anything.
    pub async fn store_plan(&mut self, plan: String, now: Timestamp) -> Result<(), LeaseError> {
        self.command.plan = Some(plan.clone());
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET plan = $1 WHERE id = $2")
                    .bind(&plan)
                    .bind(&claim.command.id)
                    .execute(&mut *connection)
                    .await?;
                insert_audit_event(connection, &claim.command.id, now, "planned", None).await
            })
        })
        .await
    }

    /// Stores state before the reply, as of the time of the command: the reply may delete it.
    pub async fn set_state(&self, change: StateChange) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                let CommandRecord { instance, accepted_at, .. } = &claim.command;
                set_state(connection, instance, &[change], *accepted_at, *accepted_at).await
            })
        })
        .await
    }

    /// Stores the reply with its state changes, before it is sent.
    pub async fn store_reply(
        &mut self,
        reply: String,
        outcome: Outcome,
        state_changes: Vec<StateChange>,
        now: Timestamp,
    ) -> Result<(), LeaseError> {
        self.command.reply = Some(reply.clone());
        self.command.outcome = Some(outcome);
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE command SET state = 'answering', reply = $1, outcome = $2, claims = 0 WHERE id = $3",
                )
                .bind(&reply)
                .bind(outcome.as_str())
                .bind(&claim.command.id)
                .execute(&mut *connection)
                .await?;
                let command = &claim.command;
                set_state(connection, &command.instance, &state_changes, command.accepted_at, now).await?;
                insert_audit_event(connection, &command.id, now, "replied", Some(outcome.as_str())).await
            })
        })
        .await
    }

    /// Stores which of our messages the reply or a progress update can edit.
    pub async fn set_reply_message(&mut self, message_id: String) -> Result<(), LeaseError> {
        self.command.reply_message_id = Some(message_id);
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET reply_message_id = $1 WHERE id = $2")
                    .bind(&claim.command.reply_message_id)
                    .bind(&claim.command.id)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Records that the first `count` messages of the reply are sent.
    pub async fn mark_sent(&mut self, count: usize, now: Timestamp) -> Result<(), LeaseError> {
        self.command.sent_messages = count;
        self.write(move |connection, claim| {
            Box::pin(async move { update_sent_messages(connection, &claim.command, count, now).await })
        })
        .await
    }

    /// Records that all `count` messages of the reply are sent and ends the command, in one write. It may be called
    /// again after a store error.
    pub async fn mark_sent_and_finish(
        &self,
        count: usize,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                update_sent_messages(connection, &claim.command, count, now).await?;
                finish_command(connection, claim, outcome, None, now).await
            })
        })
        .await
    }

    /// Records, before the retry notice is sent, that it is.
    pub async fn mark_retry_notified(&self, now: Timestamp) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET retry_notified_at = $1 WHERE id = $2")
                    .bind(now.0)
                    .bind(&claim.command.id)
                    .execute(&mut *connection)
                    .await?;
                insert_audit_event(connection, &claim.command.id, now, "retry_notified", None).await
            })
        })
        .await
    }

    /// Records that the retry notice was not sent after all, so that a later attempt may send it.
    pub async fn unmark_retry_notified(&self, now: Timestamp) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET retry_notified_at = NULL WHERE id = $1")
                    .bind(&claim.command.id)
                    .execute(&mut *connection)
                    .await?;
                insert_audit_event(connection, &claim.command.id, now, "retry_notice_withdrawn", None).await
            })
        })
        .await
    }

    /// Ends a failed attempt. The next one is at `retry_at`; later commands of the queue wait for it. At `ready_at`,
    /// which may be earlier, the command is claimed to send its retry notice.
    pub async fn retry(
        self,
        retry_at: Timestamp,
        ready_at: Timestamp,
        error: String,
        now: Timestamp,
    ) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE command SET attempts = attempts + 1, claims = 0, error = $1, retry_at = $2
                     WHERE id = $3",
                )
                .bind(&error)
                .bind(retry_at.0)
                .bind(&claim.command.id)
                .execute(&mut *connection)
                .await?;
                insert_audit_event(connection, &claim.command.id, now, "attempted", Some(&error)).await?;
                let ready_at =
                    ready_at_unless_cancelled(connection, &claim.command.id, ready_at, now).await?;
                release(connection, &claim.command.instance, &claim.ordering_key, ready_at).await
            })
        })
        .await
    }

    /// Releases the command without an attempt; the next one stays due at `retry_at`.
    pub async fn park(self, retry_at: Timestamp, now: Timestamp) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET claims = 0 WHERE id = $1")
                    .bind(&claim.command.id)
                    .execute(&mut *connection)
                    .await?;
                let ready_at =
                    ready_at_unless_cancelled(connection, &claim.command.id, retry_at, now).await?;
                release(connection, &claim.command.instance, &claim.ordering_key, ready_at).await
            })
        })
        .await
    }

    /// Releases a command whose attempt panicked; the claim stays counted.
    pub async fn record_crash(self, ready_at: Timestamp, now: Timestamp) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                insert_audit_event(connection, &claim.command.id, now, "crashed", None).await?;
                release(connection, &claim.command.instance, &claim.ordering_key, ready_at).await
            })
        })
        .await
    }

    /// Ends the command; the next one of its queue is ready.
    pub async fn finish(
        self,
        outcome: Outcome,
        error: Option<String>,
        now: Timestamp,
    ) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move { finish_command(connection, claim, outcome, error, now).await })
        })
        .await
    }

    /// Runs a write if the lease still holds, and renews the lease.
    async fn write<F>(&self, work: F) -> Result<(), LeaseError>
    where
        F: for<'c> FnOnce(&'c mut AnyConnection, &'c Claim) -> BoxFuture<'c, Result<(), sqlx::Error>>
            + Send
            + 'static,
    {
        let claim = self.clone();
        let write_started_at = (Instant::now(), self.store.clock.now());
        let calls = self.lease_state.take_calls();
        let recorded = calls.clone();
        let written = self
            .store
            .writer
            .write(move |connection| {
                Box::pin(async move {
                    let renewed = sqlx::query(
                        "UPDATE chat_queue SET lease_until = $1
                         WHERE instance = $2 AND ordering_key = $3 AND lease_token = $4",
                    )
                    .bind(claim.store.clock.monotonic().plus(claim.store.lease).0)
                    .bind(claim.command.instance.as_str())
                    .bind(claim.ordering_key.as_str())
                    .bind(&claim.token)
                    .execute(&mut *connection)
                    .await?;
                    if renewed.rows_affected() == 0 {
                        return Ok(false);
                    }
                    insert_call_events(connection, &claim.command.id, &recorded).await?;
                    work(connection, &claim).await?;
                    Ok(true)
                })
            })
            .await;
        match written {
            Ok(true) => {
                self.lease_state.confirm(write_started_at);
                Ok(())
            }
            Ok(false) => Err(LeaseError::Expired),
            Err(error) => {
                self.lease_state.put_back(calls);
                Err(LeaseError::Store(error))
            }
        }
    }
}

async fn update_sent_messages(
    connection: &mut AnyConnection,
    command: &CommandRecord,
    count: usize,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE command SET sent_messages = $1, reply_message_id = $2 WHERE id = $3")
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .bind(&command.reply_message_id)
        .bind(&command.id)
        .execute(&mut *connection)
        .await?;
    insert_audit_event(connection, &command.id, now, "sent", command.reply_message_id.as_deref()).await
}

async fn finish_command(
    connection: &mut AnyConnection,
    claim: &Claim,
    outcome: Outcome,
    error: Option<String>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let command = &claim.command;
    sqlx::query(
        "UPDATE command SET state = $1, outcome = $2, finished_at = $3, error = COALESCE($4, error)
         WHERE id = $5",
    )
    .bind(outcome.state())
    .bind(outcome.as_str())
    .bind(now.0)
    .bind(&error)
    .bind(&command.id)
    .execute(&mut *connection)
    .await?;
    insert_audit_event(connection, &command.id, now, "finished", Some(outcome.as_str())).await?;
    if claim.ordering_key.as_str() == command.id {
        // The queue of a read-only message is named after its first command, which is mostly the only one.
        let deleted = sqlx::query(
            "DELETE FROM chat_queue WHERE instance = $1 AND ordering_key = $2 AND NOT EXISTS (
                 SELECT 1 FROM command
                 WHERE instance = $1 AND ordering_key = $2 AND state IN ('waiting', 'answering'))",
        )
        .bind(command.instance.as_str())
        .bind(claim.ordering_key.as_str())
        .execute(&mut *connection)
        .await?;
        if deleted.rows_affected() > 0 {
            return Ok(());
        }
    }
    release(connection, &command.instance, &claim.ordering_key, now).await
}

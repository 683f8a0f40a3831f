//! What a worker writes: keep the lease, note each step, finish. Every write carries the lease's token.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::AnyConnection;
use tokio::time::Instant;

use super::cancel_and_requeue::ready_at_unless_cancelled;
use super::chat_state::{StateChange, set_state};
use super::claim::release;
use super::lease_state::{LeaseState, insert_call_events};
use super::record::{CommandRecord, Outcome};
use super::{Store, StoreUnavailable};
use crate::clock::Timestamp;

/// How long a lease holds without a heartbeat, unless tests are in a hurry.
pub const LEASE_TTL: Duration = Duration::from_secs(15);

/// Why a worker's write was not made.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another worker has the lane: stop, and touch nothing more.
    #[error("the lease is lost")]
    Expired,
    /// The store has trouble.
    #[error(transparent)]
    Store(#[from] StoreUnavailable),
}

/// A leased lane and its oldest open order.
#[derive(Clone, Debug)]
pub struct Claim {
    pub(super) store: Store,
    pub(super) ordering_key: String,
    pub(super) token: String,
    pub(super) lease_state: Arc<LeaseState>,
    /// The order.
    pub command: CommandRecord,
}

impl Claim {
    /// Keeps the lease for as long again.
    pub async fn heartbeat(&self) -> Result<(), LeaseError> {
        self.write(|_, _| Box::pin(async { Ok(()) })).await
    }

    /// Nobody else can have taken the lane: the lease was confirmed a short while ago.
    pub fn is_lease_valid(&self, now: Timestamp) -> bool {
        self.lease_state.is_valid(now, self.store.lease)
    }

    /// Keeps a call that was made for the order, to be noted with the next write. Calls that no
    /// write follows are not noted; before one that changes something the plan is written.
    pub fn record_call(&self, at: Timestamp, detail: String) {
        self.lease_state.record_call(at, detail);
    }

    /// Writes down for what order this one stands, so that a later try, or whoever comes after a crash, does
    /// the same, whatever was asked since.
    pub async fn store_resolution(&mut self, meant: String) -> Result<(), LeaseError> {
        self.command.resolution = Some(meant);
        self.write(|connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET meant = $1 WHERE id = $2")
                    .bind(&claim.command.resolution)
                    .bind(&claim.command.id)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Writes the plan down, before the first call that changes anything.
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

    /// Writes the answer down with what is to be remembered of it, before it is sent.
    pub async fn store_reply(
        &mut self,
        reply: String,
        outcome: Outcome,
        memories: Vec<StateChange>,
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
                set_state(connection, &command.instance, &memories, command.accepted_at, now).await?;
                insert_audit_event(connection, &claim.command.id, now, "replied", Some(outcome.as_str())).await
            })
        })
        .await
    }

    /// Notes which message of ours can be edited to tell more of the order.
    pub async fn set_reply_message(&mut self, answer_id: String) -> Result<(), LeaseError> {
        self.command.reply_message_id = Some(answer_id);
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET answer_id = $1 WHERE id = $2")
                    .bind(&claim.command.reply_message_id)
                    .bind(&claim.command.id)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Notes that the first `count` messages of the answer are sent.
    pub async fn sent(&mut self, count: usize, now: Timestamp) -> Result<(), LeaseError> {
        self.command.replied = count;
        self.write(move |connection, claim| {
            Box::pin(async move { update_replied(connection, &claim.command, count, now).await })
        })
        .await
    }

    /// Notes that all `count` messages of the answer are sent and ends the order, in one write. It may
    /// be called again where the store has trouble.
    pub async fn mark_sent_and_finish(
        &self,
        count: usize,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                update_replied(connection, &claim.command, count, now).await?;
                finish_command(connection, claim, outcome, None, now).await
            })
        })
        .await
    }

    /// Hands the order back: it is tried again at `again_at`, and what came after it waits. At
    /// `look_at`, which may be earlier, it is claimed to be told of.
    pub async fn retry(
        self,
        again_at: Timestamp,
        look_at: Timestamp,
        error: String,
        now: Timestamp,
    ) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE command SET tries = tries + 1, claims = 0, error = $1, again_at = $2 WHERE id = $3",
                )
                .bind(&error)
                .bind(again_at.0)
                .bind(&claim.command.id)
                .execute(&mut *connection)
                .await?;
                insert_audit_event(connection, &claim.command.id, now, "tried", Some(&error)).await?;
                let ready_at = ready_at_unless_cancelled(connection, &claim.command.id, look_at, now).await?;
                release(connection, &claim.command.instance, &claim.ordering_key, ready_at).await
            })
        })
        .await
    }

    /// Hands back an order that took its worker down; the claim stays counted.
    pub async fn record_crash(self, ready_at: Timestamp, now: Timestamp) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                insert_audit_event(connection, &claim.command.id, now, "crashed", None).await?;
                release(connection, &claim.command.instance, &claim.ordering_key, ready_at).await
            })
        })
        .await
    }

    /// Ends the order; the next one of the lane is ready.
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

    /// A write that is made only while the lease holds, and prolongs it.
    pub(super) async fn write<F>(&self, work: F) -> Result<(), LeaseError>
    where
        F: for<'c> FnOnce(&'c mut AnyConnection, &'c Claim) -> BoxFuture<'c, Result<(), sqlx::Error>>
            + Send
            + 'static,
    {
        let claim = self.clone();
        let begun = (Instant::now(), self.store.clock.now());
        let calls = self.lease_state.take_calls();
        let noted = calls.clone();
        let written = self
            .store
            .writer
            .write(move |connection| {
                Box::pin(async move {
                    let kept = sqlx::query(
                        "UPDATE lane SET lease_until = $1 WHERE instance = $2 AND lane = $3 AND lease_token = $4",
                    )
                    .bind(claim.store.clock.monotonic().plus(claim.store.lease).0)
                    .bind(&claim.command.instance)
                    .bind(&claim.ordering_key)
                    .bind(&claim.token)
                    .execute(&mut *connection)
                    .await?;
                    if kept.rows_affected() == 0 {
                        return Ok(false);
                    }
                    insert_call_events(connection, &claim.command.id, &noted).await?;
                    work(connection, &claim).await?;
                    Ok(true)
                })
            })
            .await;
        match written {
            Ok(true) => {
                self.lease_state.confirm(begun);
                Ok(())
            }
            Ok(false) => Err(LeaseError::Expired),
            Err(trouble) => {
                self.lease_state.put_back(calls);
                Err(LeaseError::Store(trouble))
            }
        }
    }
}

async fn update_replied(
    connection: &mut AnyConnection,
    command: &CommandRecord,
    count: usize,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE command SET replied = $1, answer_id = $2 WHERE id = $3")
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
    sqlx::query(
        "UPDATE command SET state = $1, outcome = $2, finished_at = $3, error = COALESCE($4, error)
         WHERE id = $5",
    )
    .bind(outcome.state())
    .bind(outcome.as_str())
    .bind(now.0)
    .bind(&error)
    .bind(&claim.command.id)
    .execute(&mut *connection)
    .await?;
    insert_audit_event(connection, &claim.command.id, now, "finished", Some(outcome.as_str())).await?;
    if claim.ordering_key == claim.command.id {
        // A read-only order's own lane serves nobody else.
        sqlx::query("DELETE FROM lane WHERE instance = $1 AND lane = $2")
            .bind(&claim.command.instance)
            .bind(&claim.ordering_key)
            .execute(&mut *connection)
            .await?;
        return Ok(());
    }
    release(connection, &claim.command.instance, &claim.ordering_key, now).await
}

/// A line of the audit.
pub(super) async fn insert_audit_event(
    connection: &mut AnyConnection,
    command: &str,
    at: Timestamp,
    what: &'static str,
    detail: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO note (command, at, what, detail, n)
         SELECT $1, $2, $3, $4, COALESCE(MAX(n), 0) + 1 FROM note WHERE command = $1",
    )
    .bind(command)
    .bind(at.0)
    .bind(what)
    .bind(detail)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

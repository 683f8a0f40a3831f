//! Claims: leasing the next ready chat queue, and releasing the leases of a process that stops.

use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyConnection;
use sqlx::Row as _;
use tokio::time::Instant;

use super::audit::insert_audit_event;
use super::chat_queue::release;
use super::claim_writes::Claim;
use super::error::StoreUnavailable;
use super::lease_state::LeaseState;
use super::record::{CommandRecord, read_command, read_instance};
use super::store::Store;
use crate::clock::{Clock, Timestamp};
use crate::domain::OrderingKey;

impl Store {
    /// Leases a ready queue and returns its oldest open command. A valid delay is at most `max_delay`. A queue delayed
    /// longer dates from before the clock was set back; it is made ready.
    pub async fn claim(
        &self,
        now: Timestamp,
        max_delay: Duration,
    ) -> Result<Option<Claim>, StoreUnavailable> {
        let token = uuid::Uuid::now_v7().to_string();
        let lease = LeaseParams {
            token: token.clone(),
            owner: self.owner.to_string(),
            ttl: self.lease,
            clock: self.clock.clone(),
        };
        let latest = now.plus(max_delay);
        let write_started_at = (Instant::now(), now);
        let claimed = self
            .writer
            .write(move |connection| {
                Box::pin(async move { claim_queue(connection, &lease, now, latest).await })
            })
            .await?;
        Ok(claimed.map(|(ordering_key, command)| {
            let lease_state = Arc::new(LeaseState::new(write_started_at));
            Claim { store: self.clone(), ordering_key, token, lease_state, command }
        }))
    }

    /// How long until the next queue is ready; none if no command is open. Delays are measured in wall time and
    /// leases in monotonic time; the two may differ widely.
    pub async fn next_ready(&self) -> Result<Option<Duration>, StoreUnavailable> {
        let (now, monotonic) = (self.clock.now(), self.clock.monotonic());
        // The number is IDLE_READY_AT; chat_queue.rs says why it is a literal and why no bound is a parameter.
        let wait = sqlx::query_scalar(
            "SELECT MIN(CASE WHEN ready_at - $1 > lease_until - $2 THEN ready_at - $1 ELSE lease_until - $2 END)
             FROM chat_queue WHERE ready_at < 9223372036854775807",
        )
        .bind(now.0)
        .bind(monotonic.0)
        .fetch_one(&self.reads);
        let wait: Option<i64> = self.read(wait).await?;
        Ok(wait.map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or(0))))
    }

    /// Releases all leases of this process, so that other workers can claim the queues at once. Also decrements
    /// `claims`, so a shutdown does not count as a crash. Call only after all attempts have ended.
    pub async fn release_all(&self) -> Result<(), StoreUnavailable> {
        let (owner, database, now) = (self.owner.to_string(), self.database, self.clock.now());
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let claimed = sqlx::query(
                        "UPDATE command SET claims = claims - 1
                         WHERE state IN ('waiting', 'answering') AND claims > 0 AND EXISTS (
                             SELECT 1 FROM chat_queue WHERE chat_queue.instance = command.instance
                                 AND chat_queue.ordering_key = command.ordering_key
                                 AND chat_queue.lease_owner = $1)
                         RETURNING id",
                    )
                    .bind(&owner)
                    .fetch_all(&mut *connection)
                    .await?;
                    for row in claimed {
                        insert_audit_event(connection, row.try_get(0)?, now, "released", None).await?;
                    }
                    sqlx::query(
                        "UPDATE chat_queue SET lease_token = NULL, lease_owner = NULL, lease_until = 0
                         WHERE lease_owner = $1",
                    )
                    .bind(&owner)
                    .execute(&mut *connection)
                    .await?;
                    database.notify_workers(connection).await
                })
            })
            .await
    }
}

/// The lease that a claim takes.
struct LeaseParams {
    token: String,
    owner: String,
    ttl: Duration,
    clock: Clock,
}

async fn claim_queue(
    connection: &mut AnyConnection,
    lease: &LeaseParams,
    now: Timestamp,
    latest: Timestamp,
) -> Result<Option<(OrderingKey, CommandRecord)>, sqlx::Error> {
    loop {
        let monotonic = lease.clock.monotonic();
        let leased = sqlx::query(
            "UPDATE chat_queue SET lease_token = $1, lease_owner = $2, lease_until = $3
             WHERE (instance, ordering_key) = (
                 SELECT instance, ordering_key FROM chat_queue WHERE ready_at <= $4 AND lease_until <= $5
                 ORDER BY ready_at LIMIT 1)
             RETURNING instance, ordering_key",
        )
        .bind(&lease.token)
        .bind(&lease.owner)
        .bind(monotonic.plus(lease.ttl).0)
        .bind(now.0)
        .bind(monotonic.0)
        .fetch_optional(&mut *connection)
        .await?;
        let Some(leased) = leased else {
            match reset_excessive_delays(connection, now, latest).await? {
                0 => return Ok(None),
                _ => continue,
            }
        };
        let instance = read_instance(&leased)?;
        let ordering_key = OrderingKey::new(leased.try_get::<String, _>("ordering_key")?);
        let command = sqlx::query(
            "UPDATE command SET claims = claims + 1, first_attempt_at = COALESCE(first_attempt_at, $3)
             WHERE id = (SELECT id FROM command
                 WHERE instance = $1 AND ordering_key = $2 AND state IN ('waiting', 'answering')
                 ORDER BY seq LIMIT 1)
             RETURNING id, instance, message_id, version, chat, phone, lid, by_owner, name, text, parsed, sent_at,
                 accepted_at, claims, attempts, first_attempt_at, plan, reply, sent_messages, outcome, retry_at,
                 retry_notified_at, cancelled_by, reply_message_id, admin, deferred_command, quoted, media",
        )
        .bind(instance.as_str())
        .bind(ordering_key.as_str())
        .bind(now.0)
        .fetch_optional(&mut *connection)
        .await?;
        match command {
            Some(row) => {
                let command = read_command(&row)?;
                insert_audit_event(connection, &command.id, now, "claimed", None).await?;
                return Ok(Some((ordering_key, command)));
            }
            // The queue has no open command: mark it idle and claim the next one.
            None => release(connection, &instance, &ordering_key, now).await?,
        }
    }
}

/// Makes queues ready that are delayed beyond `latest`; returns how many.
async fn reset_excessive_delays(
    connection: &mut AnyConnection,
    now: Timestamp,
    latest: Timestamp,
) -> Result<u64, sqlx::Error> {
    // The number is IDLE_READY_AT; chat_queue.rs says why it is a literal and why no bound is a parameter.
    let reset = sqlx::query(
        "UPDATE chat_queue SET ready_at = $1 WHERE ready_at < 9223372036854775807 AND ready_at - $2 > 0",
    )
    .bind(now.0)
    .bind(latest.0)
    .execute(connection)
    .await?;
    Ok(reset.rows_affected())
}

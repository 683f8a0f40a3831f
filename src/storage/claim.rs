//! Which lane is worked on next, and by whom: leases are taken here, and given back.

use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyConnection;
use sqlx::Row as _;
use tokio::time::Instant;

use super::claim_writes::{Claim, insert_audit_event};
use super::lease_state::LeaseState;
use super::record::{CommandRecord, read_command};
use super::{IDLE_READY_AT, Store, StoreUnavailable};
use crate::clock::{Clock, Timestamp};

/// Statements that look for lanes with something open spell [`IDLE`] out: PostgreSQL, which is not told the
/// number, believes that a third of all lanes have something, and makes a new plan each time to be sure. For the
/// same reason no bound that it is not told stands where it could look for it in an index.
const _: () = assert!(IDLE_READY_AT == 9_223_372_036_854_775_807);

impl Store {
    /// Leases a lane that is ready, with its oldest open order. No lane waits longer than `horizon`:
    /// one that seems to was put off before the clock was set back, and is ready.
    pub async fn claim(&self, now: Timestamp, horizon: Duration) -> Result<Option<Claim>, StoreUnavailable> {
        let token = uuid::Uuid::now_v7().to_string();
        let lease = LeaseParams {
            token: token.clone(),
            owner: self.owner.to_string(),
            length: self.lease,
            clock: self.clock.clone(),
        };
        let beyond = now.plus(horizon);
        let begun = (Instant::now(), now);
        let found = self
            .writer
            .write(move |connection| {
                Box::pin(async move { claim_queue(connection, &lease, now, beyond).await })
            })
            .await?;
        Ok(found.map(|(lane, command)| {
            let held = Arc::new(LeaseState::new(begun));
            Claim { store: self.clone(), ordering_key: lane, token, lease_state: held, command }
        }))
    }

    /// How long it is until the next lane becomes ready; none where nothing is open. Delays are
    /// measured by the present and leases by the steady time, which may be far from each other.
    pub async fn next_ready(&self) -> Result<Option<Duration>, StoreUnavailable> {
        let (now, steady) = (self.clock.now(), self.clock.monotonic());
        let wait = sqlx::query_scalar(
            "SELECT MIN(CASE WHEN ready_at - $1 > lease_until - $2 THEN ready_at - $1 ELSE lease_until - $2 END)
             FROM lane WHERE ready_at < 9223372036854775807",
        )
        .bind(now.0)
        .bind(steady.0)
        .fetch_one(&self.reads);
        let wait: Option<i64> = self.read(wait).await?;
        Ok(wait.map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or(0))))
    }

    /// Hands back the lanes that this process still holds, in good order: whoever is left takes
    /// them at once, and nothing counts as a crash. Call it when nothing works on them any more.
    pub async fn release_all(&self) -> Result<(), StoreUnavailable> {
        let (owner, database, now) = (self.owner.to_string(), self.database, self.clock.now());
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let held = sqlx::query(
                        "UPDATE command SET claims = claims - 1
                         WHERE state IN ('waiting', 'answering') AND claims > 0 AND EXISTS (
                             SELECT 1 FROM lane WHERE lane.instance = command.instance
                                 AND lane.lane = command.lane AND lane.lease_owner = $1)
                         RETURNING id",
                    )
                    .bind(&owner)
                    .fetch_all(&mut *connection)
                    .await?;
                    for row in held {
                        insert_audit_event(connection, row.try_get(0)?, now, "handed_back", None).await?;
                    }
                    sqlx::query(
                        "UPDATE lane SET lease_token = NULL, lease_owner = NULL, lease_until = 0
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

/// A lease that a claim takes.
struct LeaseParams {
    token: String,
    owner: String,
    length: Duration,
    clock: Clock,
}

async fn claim_queue(
    connection: &mut AnyConnection,
    lease: &LeaseParams,
    now: Timestamp,
    beyond: Timestamp,
) -> Result<Option<(String, CommandRecord)>, sqlx::Error> {
    loop {
        let steady = lease.clock.monotonic();
        let leased = sqlx::query(
            "UPDATE lane SET lease_token = $1, lease_owner = $2, lease_until = $3
             WHERE (instance, lane) = (
                 SELECT instance, lane FROM lane WHERE ready_at <= $4 AND lease_until <= $5
                 ORDER BY ready_at LIMIT 1)
             RETURNING instance, lane",
        )
        .bind(&lease.token)
        .bind(&lease.owner)
        .bind(steady.plus(lease.length).0)
        .bind(now.0)
        .bind(steady.0)
        .fetch_optional(&mut *connection)
        .await?;
        let Some(leased) = leased else {
            let put_off = sqlx::query(
                "UPDATE lane SET ready_at = $1 WHERE ready_at < 9223372036854775807 AND ready_at - $2 > 0",
            )
            .bind(now.0)
            .bind(beyond.0)
            .execute(&mut *connection)
            .await?;
            match put_off.rows_affected() {
                0 => return Ok(None),
                _ => continue,
            }
        };
        let (instance, lane): (String, String) = (leased.try_get(0)?, leased.try_get(1)?);
        let command = sqlx::query(
            "UPDATE command SET claims = claims + 1, first_try_at = COALESCE(first_try_at, $3)
             WHERE id = (SELECT id FROM command
                 WHERE instance = $1 AND lane = $2 AND state IN ('waiting', 'answering')
                 ORDER BY seq LIMIT 1)
             RETURNING id, instance, message_id, chat, phone, lid, by_owner, name, text, sent_at, accepted_at,
                 claims, tries, first_try_at, plan, reply, replied, outcome,
                 again_at, told_at, cancelled_by, answer_id, admin, meant, quoted",
        )
        .bind(&instance)
        .bind(&lane)
        .bind(now.0)
        .fetch_optional(&mut *connection)
        .await?;
        match command {
            Some(row) => {
                let command = read_command(&row)?;
                insert_audit_event(connection, &command.id, now, "claimed", None).await?;
                return Ok(Some((lane, command)));
            }
            None => release(connection, &instance, &lane, now).await?,
        }
    }
}

/// Gives the lane back: ready again where another order is open, idle where none is.
pub(super) async fn release(
    connection: &mut AnyConnection,
    instance: &str,
    lane: &str,
    ready_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE lane SET lease_token = NULL, lease_owner = NULL, lease_until = 0, idle_since = $3,
             ready_at = CASE WHEN EXISTS (SELECT 1 FROM command WHERE instance = $1 AND lane = $2 AND state IN ('waiting', 'answering'))
             THEN $3 ELSE $4 END
         WHERE instance = $1 AND lane = $2",
    )
    .bind(instance)
    .bind(lane)
    .bind(ready_at.0)
    .bind(IDLE_READY_AT)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

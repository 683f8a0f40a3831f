//! What a worker writes: claim a lane, note each step, finish. Every write carries the lease's token.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use tokio::time::Instant;

use super::amend::unless_cancelled;
use super::held::{Held, note_calls};
use super::{IDLE, Store, Unavailable};
use crate::clock::{Clock, Timestamp};

/// How long a lease holds without a heartbeat, unless tests are in a hurry.
pub const LEASE: Duration = Duration::from_secs(15);

/// Why a worker's write was not made.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// Another worker has the lane: stop, and touch nothing more.
    #[error("the lease is lost")]
    Lease,
    /// The store has trouble.
    #[error(transparent)]
    Store(#[from] Unavailable),
}

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was run, and answered.
    Answered,
    /// Its sender may not do that; answered.
    Refused,
    /// It was too old when it came; answered.
    Expired,
    /// It was stopped by an order to cancel it; answered.
    Cancelled,
    /// It could not be finished in time; its admin was told. A dead letter.
    GaveUp,
    /// It was run, but the answer could not be delivered. A dead letter.
    Unanswered,
}

impl Outcome {
    /// The word in the journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::GaveUp => "gave_up",
            Self::Unanswered => "unanswered",
        }
    }

    /// The outcome behind the word.
    pub fn parse(word: &str) -> Option<Self> {
        use Outcome::*;
        [Answered, Refused, Expired, Cancelled, GaveUp, Unanswered]
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
    }

    fn state(self) -> &'static str {
        match self {
            Self::GaveUp | Self::Unanswered => "dead",
            Self::Answered | Self::Refused | Self::Expired | Self::Cancelled => "done",
        }
    }
}

/// An order as the journal has it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// The instance's name.
    pub instance: String,
    /// WhatsApp's id of the message.
    pub message_id: String,
    /// Where the answer goes.
    pub chat: String,
    /// The sender's number.
    pub phone: Option<String>,
    /// The sender's lid.
    pub lid: Option<String>,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// The command's English name.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Claims since the last orderly end of a try, this one included.
    pub claims: i64,
    /// Tries that ended orderly, but not well.
    pub tries: i64,
    /// When it was first tried; this claim's time at the first.
    pub first_try_at: Timestamp,
    /// What was found before the first change, as JSON.
    pub plan: Option<String>,
    /// The messages of the answer, as JSON, once it is known.
    pub reply: Option<String>,
    /// How many of them are sent.
    pub replied: usize,
    /// How it will have ended once the answer is sent.
    pub outcome: Option<Outcome>,
    /// When the next try comes, if one failed.
    pub again_at: Option<Timestamp>,
    /// The admin was told that it goes on.
    pub is_told: bool,
    /// It was cancelled: what is so is told, and nothing more is changed.
    pub is_cancelled: bool,
}

#[cfg(test)]
impl Stored {
    /// An order that was tried for the first time at this moment.
    pub(crate) fn made_up(id: &str, first_try_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            instance: "main".to_owned(),
            message_id: format!("3EB0{id}"),
            chat: "5544999990001".to_owned(),
            phone: None,
            lid: None,
            by_owner: false,
            name: "help".to_owned(),
            text: "/help".to_owned(),
            sent_at: None,
            accepted_at: first_try_at,
            claims: 1,
            tries: 0,
            first_try_at,
            plan: None,
            reply: None,
            replied: 0,
            outcome: None,
            again_at: None,
            is_told: false,
            is_cancelled: false,
        }
    }
}

/// A leased lane and its oldest open order.
#[derive(Clone, Debug)]
pub struct Claim {
    store: Store,
    lane: String,
    token: String,
    held: Arc<Held>,
    /// The order.
    pub command: Stored,
}

impl Store {
    /// Leases a lane that is ready, with its oldest open order. No lane waits longer than `horizon`:
    /// one that seems to was put off before the clock was set back, and is ready.
    pub async fn claim(&self, now: Timestamp, horizon: Duration) -> Result<Option<Claim>, Unavailable> {
        let token = uuid::Uuid::now_v7().to_string();
        let lease = Lease {
            token: token.clone(),
            owner: self.owner.to_string(),
            length: self.lease,
            clock: self.clock.clone(),
        };
        let beyond = now.plus(horizon);
        let begun = (Instant::now(), now);
        let found = self
            .writer
            .write(move |connection| Box::pin(async move { claim(connection, &lease, now, beyond).await }))
            .await?;
        Ok(found.map(|(lane, command)| {
            let held = Arc::new(Held::since(begun));
            Claim { store: self.clone(), lane, token, held, command }
        }))
    }

    /// How long it is until the next lane becomes ready; none where nothing is open. Delays are
    /// measured by the present and leases by the steady time, which may be far from each other.
    pub async fn next_ready(&self) -> Result<Option<Duration>, Unavailable> {
        let (now, steady) = (self.clock.now(), self.clock.steady());
        let wait = sqlx::query_scalar(
            "SELECT MIN(CASE WHEN ready_at - $1 > lease_until - $2 THEN ready_at - $1 ELSE lease_until - $2 END)
             FROM lane WHERE ready_at < $3",
        )
        .bind(now.0)
        .bind(steady.0)
        .bind(IDLE)
        .fetch_one(&self.reads);
        let wait: Option<i64> = self.read(wait).await?;
        Ok(wait.map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or(0))))
    }

    /// Hands back the lanes that this process still holds, in good order: whoever is left takes
    /// them at once, and nothing counts as a crash. Call it when nothing works on them any more.
    pub async fn hand_back(&self) -> Result<(), Unavailable> {
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
                        note(connection, row.try_get(0)?, now, "handed_back", None).await?;
                    }
                    sqlx::query(
                        "UPDATE lane SET lease_token = NULL, lease_owner = NULL, lease_until = 0
                         WHERE lease_owner = $1",
                    )
                    .bind(&owner)
                    .execute(&mut *connection)
                    .await?;
                    database.tell(connection).await
                })
            })
            .await
    }
}

/// A lease that a claim takes.
struct Lease {
    token: String,
    owner: String,
    length: Duration,
    clock: Clock,
}

async fn claim(
    connection: &mut AnyConnection,
    lease: &Lease,
    now: Timestamp,
    beyond: Timestamp,
) -> Result<Option<(String, Stored)>, sqlx::Error> {
    loop {
        let steady = lease.clock.steady();
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
            let put_off = sqlx::query("UPDATE lane SET ready_at = $1 WHERE ready_at > $2 AND ready_at < $3")
                .bind(now.0)
                .bind(beyond.0)
                .bind(IDLE)
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
                 again_at, told_at, cancelled_by",
        )
        .bind(&instance)
        .bind(&lane)
        .bind(now.0)
        .fetch_optional(&mut *connection)
        .await?;
        match command {
            Some(row) => {
                let command = stored(&row)?;
                note(connection, &command.id, now, "claimed", None).await?;
                return Ok(Some((lane, command)));
            }
            None => rest(connection, &instance, &lane, now).await?,
        }
    }
}

/// Gives the lane back: ready again where another order is open, idle where none is.
pub(super) async fn rest(
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
    .bind(IDLE)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

impl Claim {
    /// Keeps the lease for as long again.
    pub async fn keep(&self) -> Result<(), Lost> {
        self.write(|_, _| Box::pin(async { Ok(()) })).await
    }

    /// The lane that is leased.
    pub(super) fn lane(&self) -> &str {
        &self.lane
    }

    /// Nobody else can have taken the lane: the lease was confirmed a short while ago.
    pub fn is_sure(&self, now: Timestamp) -> bool {
        self.held.is_sure(now, self.store.lease)
    }

    /// Keeps a call that was made for the order, to be noted with the next write. Calls that no
    /// write follows are not noted; before one that changes something the plan is written.
    pub fn called(&self, at: Timestamp, detail: String) {
        self.held.remember(at, detail);
    }

    /// Writes the plan down, before the first call that changes anything.
    pub async fn plan(&mut self, plan: String, now: Timestamp) -> Result<(), Lost> {
        self.command.plan = Some(plan.clone());
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET plan = $1 WHERE id = $2")
                    .bind(&plan)
                    .bind(&claim.command.id)
                    .execute(&mut *connection)
                    .await?;
                note(connection, &claim.command.id, now, "planned", None).await
            })
        })
        .await
    }

    /// Writes the answer down, before it is sent.
    pub async fn reply(&mut self, reply: String, outcome: Outcome, now: Timestamp) -> Result<(), Lost> {
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
                note(connection, &claim.command.id, now, "replied", Some(outcome.as_str())).await
            })
        })
        .await
    }

    /// Notes that the first `count` messages of the answer are sent.
    pub async fn sent(&mut self, count: usize, now: Timestamp) -> Result<(), Lost> {
        self.command.replied = count;
        let replied = i64::try_from(count).unwrap_or(i64::MAX);
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET replied = $1 WHERE id = $2")
                    .bind(replied)
                    .bind(&claim.command.id)
                    .execute(&mut *connection)
                    .await?;
                note(connection, &claim.command.id, now, "sent", None).await
            })
        })
        .await
    }

    /// Hands the order back: it is tried again at `again_at`, and what came after it waits. At
    /// `look_at`, which may be earlier, it is claimed to be told of.
    pub async fn try_again(
        self,
        again_at: Timestamp,
        look_at: Timestamp,
        error: String,
        now: Timestamp,
    ) -> Result<(), Lost> {
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
                note(connection, &claim.command.id, now, "tried", Some(&error)).await?;
                let ready_at = unless_cancelled(connection, &claim.command.id, look_at, now).await?;
                rest(connection, &claim.command.instance, &claim.lane, ready_at).await
            })
        })
        .await
    }

    /// Hands back an order that took its worker down; the claim stays counted.
    pub async fn crashed(self, ready_at: Timestamp, now: Timestamp) -> Result<(), Lost> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                note(connection, &claim.command.id, now, "crashed", None).await?;
                rest(connection, &claim.command.instance, &claim.lane, ready_at).await
            })
        })
        .await
    }

    /// Ends the order; the next one of the lane is ready.
    pub async fn finish(self, outcome: Outcome, error: Option<String>, now: Timestamp) -> Result<(), Lost> {
        self.write(move |connection, claim| {
            Box::pin(async move {
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
                note(connection, &claim.command.id, now, "finished", Some(outcome.as_str())).await?;
                if claim.lane == claim.command.id {
                    // A read-only order's own lane serves nobody else.
                    sqlx::query("DELETE FROM lane WHERE instance = $1 AND lane = $2")
                        .bind(&claim.command.instance)
                        .bind(&claim.lane)
                        .execute(&mut *connection)
                        .await?;
                    return Ok(());
                }
                rest(connection, &claim.command.instance, &claim.lane, now).await
            })
        })
        .await
    }

    /// A write that is made only while the lease holds, and prolongs it.
    pub(super) async fn write<F>(&self, work: F) -> Result<(), Lost>
    where
        F: for<'c> FnOnce(&'c mut AnyConnection, &'c Claim) -> BoxFuture<'c, Result<(), sqlx::Error>>
            + Send
            + 'static,
    {
        let claim = self.clone();
        let begun = (Instant::now(), self.store.clock.now());
        let calls = self.held.take_calls();
        let noted = calls.clone();
        let written = self
            .store
            .writer
            .write(move |connection| {
                Box::pin(async move {
                    let kept = sqlx::query(
                        "UPDATE lane SET lease_until = $1 WHERE instance = $2 AND lane = $3 AND lease_token = $4",
                    )
                    .bind(claim.store.clock.steady().plus(claim.store.lease).0)
                    .bind(&claim.command.instance)
                    .bind(&claim.lane)
                    .bind(&claim.token)
                    .execute(&mut *connection)
                    .await?;
                    if kept.rows_affected() == 0 {
                        return Ok(false);
                    }
                    note_calls(connection, &claim.command.id, &noted).await?;
                    work(connection, &claim).await?;
                    Ok(true)
                })
            })
            .await;
        match written {
            Ok(true) => {
                self.held.confirm(begun);
                Ok(())
            }
            Ok(false) => Err(Lost::Lease),
            Err(trouble) => {
                self.held.put_back(calls);
                Err(Lost::Store(trouble))
            }
        }
    }
}

/// A line of the audit.
pub(super) async fn note(
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

fn stored(row: &AnyRow) -> Result<Stored, sqlx::Error> {
    Ok(Stored {
        id: row.try_get("id")?,
        instance: row.try_get("instance")?,
        message_id: row.try_get("message_id")?,
        chat: row.try_get("chat")?,
        phone: row.try_get("phone")?,
        lid: row.try_get("lid")?,
        by_owner: row.try_get::<i64, _>("by_owner")? != 0,
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        sent_at: row.try_get::<Option<i64>, _>("sent_at")?.map(Timestamp),
        accepted_at: Timestamp(row.try_get("accepted_at")?),
        claims: row.try_get("claims")?,
        tries: row.try_get("tries")?,
        first_try_at: Timestamp(row.try_get("first_try_at")?),
        plan: row.try_get("plan")?,
        reply: row.try_get("reply")?,
        replied: usize::try_from(row.try_get::<i64, _>("replied")?).unwrap_or(0),
        outcome: row.try_get::<Option<String>, _>("outcome")?.and_then(|word| Outcome::parse(&word)),
        again_at: row.try_get::<Option<i64>, _>("again_at")?.map(Timestamp),
        is_told: row.try_get::<Option<i64>, _>("told_at")?.is_some(),
        is_cancelled: row.try_get::<Option<String>, _>("cancelled_by")?.is_some(),
    })
}

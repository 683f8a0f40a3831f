//! What is changed about orders that are in the journal already: told that they go on, cancelled,
//! taken up again after their end.

use sqlx::AnyConnection;
use sqlx::Row as _;

use super::claim::release;
use super::claim_writes::insert_audit_event;
use super::inserter::WAKE_QUEUE;
use super::{Claim, IDLE_READY_AT, LeaseError, Outcome, Store, StoreUnavailable};
use crate::clock::Timestamp;

/// How many orders are cancelled with one write.
const CANCEL_BATCH: usize = 100;

/// An order that is not run to its end yet.
#[derive(Clone, Debug)]
pub struct OpenCommand {
    /// Its id.
    pub id: String,
    /// Where it was given.
    pub chat: String,
    /// Whose it is: the admin's key.
    pub admin: String,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// The command's English name.
    pub name: String,
    /// The order that cancelled it, if one did.
    pub cancelled_by: Option<String>,
}

/// An order that was cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelledCommand {
    /// What was typed.
    pub text: String,
    /// A worker was carrying it out at that moment: the try goes on, and is the last one.
    pub is_running: bool,
}

/// What became of an order that shall be taken up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequeueResult {
    /// It is carried out again.
    Run,
    /// It was carried out; its answer is sent again.
    Answer,
    /// It is no dead letter.
    NotDead,
    /// What was typed, and what was to be answered, is no longer kept.
    TextTrimmed,
}

impl Claim {
    /// Notes that the admin is told now that the order goes on, before the message is sent.
    pub async fn mark_retry_notified(&self, now: Timestamp) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET told_at = $1 WHERE id = $2")
                    .bind(now.0)
                    .bind(&claim.command.id)
                    .execute(&mut *connection)
                    .await?;
                insert_audit_event(connection, &claim.command.id, now, "told", Some("that it goes on")).await
            })
        })
        .await
    }

    /// Takes it back that the admin was told: nothing was sent, so the next try may tell it.
    pub async fn unmark_retry_notified(&self, now: Timestamp) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET told_at = NULL WHERE id = $1")
                    .bind(&claim.command.id)
                    .execute(&mut *connection)
                    .await?;
                insert_audit_event(connection, &claim.command.id, now, "not_told", None).await
            })
        })
        .await
    }

    /// Hands the order back untried: its next try comes at `again_at`, as it was before.
    pub async fn park(self, again_at: Timestamp, now: Timestamp) -> Result<(), LeaseError> {
        self.write(move |connection, claim| {
            Box::pin(async move {
                sqlx::query("UPDATE command SET claims = 0 WHERE id = $1")
                    .bind(&claim.command.id)
                    .execute(&mut *connection)
                    .await?;
                let ready_at =
                    ready_at_unless_cancelled(connection, &claim.command.id, again_at, now).await?;
                release(connection, &claim.command.instance, &claim.ordering_key, ready_at).await
            })
        })
        .await
    }
}

/// When an order is looked at again: at once where it was cancelled while it was tried.
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

impl Store {
    /// The orders of an instance that are not run to their end, oldest first.
    pub async fn open_commands(&self, instance: &str) -> Result<Vec<OpenCommand>, StoreUnavailable> {
        let rows = sqlx::query(
            "SELECT id, chat, admin, by_owner, name, cancelled_by FROM command
             WHERE instance = $1 AND state IN ('waiting', 'answering') AND state = 'waiting'
             ORDER BY accepted_at, id",
        )
        .bind(instance)
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        let waiting = |row: &sqlx::any::AnyRow| -> Result<OpenCommand, sqlx::Error> {
            Ok(OpenCommand {
                id: row.try_get("id")?,
                chat: row.try_get("chat")?,
                admin: row.try_get("admin")?,
                by_owner: row.try_get::<i64, _>("by_owner")? != 0,
                name: row.try_get("name")?,
                cancelled_by: row.try_get("cancelled_by")?,
            })
        };
        Ok(rows.iter().map(waiting).collect::<Result<_, _>>()?)
    }

    /// Cancels the first `most` of these orders that still can be; tells which. They go in small
    /// batches, so that other writes wait for one of them at most. The order `by` may ask again after
    /// a crash: it is told what it cancelled then, and cancels nothing more.
    pub async fn cancel(
        &self,
        candidates: Vec<String>,
        most: usize,
        by: String,
        now: Timestamp,
    ) -> Result<Vec<CancelledCommand>, StoreUnavailable> {
        let mut left = most;
        for (index, batch) in candidates.chunks(CANCEL_BATCH).enumerate() {
            match self.cancel_batch(batch.to_vec(), left, by.clone(), index == 0, now).await? {
                Some(count) => left -= count,
                None => break,
            }
        }
        self.writer
            .write(move |connection| Box::pin(async move { find_cancelled_by(connection, &by).await }))
            .await
    }

    /// How many of one batch were cancelled; none where the first finds what was cancelled earlier.
    async fn cancel_batch(
        &self,
        batch: Vec<String>,
        most: usize,
        by: String,
        is_first: bool,
        now: Timestamp,
    ) -> Result<Option<usize>, StoreUnavailable> {
        let (ready, database, clock) = (self.command_inserted.clone(), self.database, self.clock.clone());
        self.writer
            .write_with_callback(
                move |connection| {
                    Box::pin(async move {
                        let steady = clock.monotonic();
                        if is_first && !find_cancelled_by(connection, &by).await?.is_empty() {
                            return Ok(None);
                        }
                        let mut count = 0;
                        for id in batch {
                            if count == most {
                                break;
                            }
                            count += usize::from(cancel_command(connection, &id, &by, now, steady).await?);
                        }
                        database.notify_workers(connection).await?;
                        Ok(Some(count))
                    })
                },
                move || ready.notify_one(),
            )
            .await
    }

    /// Takes a dead letter up again, behind what waits in its lane, with its whole time before it.
    /// What it found before its first change is kept, so that the marks of its answer stay true.
    pub async fn requeue(&self, id: String) -> Result<RequeueResult, StoreUnavailable> {
        let (ready, database, clock) = (self.command_inserted.clone(), self.database, self.clock.clone());
        self.writer
            .write_with_callback(
                move |connection| {
                    Box::pin(async move {
                        database.notify_workers(connection).await?;
                        // Not before its turn: by then it is the database's time, whatever the
                        // machine of an operator says.
                        requeue_command(connection, &id, clock.now()).await
                    })
                },
                move || ready.notify_one(),
            )
            .await
    }
}

async fn find_cancelled_by(
    connection: &mut AnyConnection,
    by: &str,
) -> Result<Vec<CancelledCommand>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT text, cancelled_at_work FROM command WHERE cancelled_by = $1 ORDER BY accepted_at, id",
    )
    .bind(by)
    .fetch_all(&mut *connection)
    .await?;
    let cancelled = |row: &sqlx::any::AnyRow| -> Result<CancelledCommand, sqlx::Error> {
        Ok(CancelledCommand {
            text: row.try_get(0)?,
            is_running: row.try_get::<Option<i64>, _>(1)? == Some(1),
        })
    };
    rows.iter().map(cancelled).collect()
}

/// Marks an order cancelled, if it is neither that nor run to its end; whoever takes it next settles
/// it. Nobody can claim it meanwhile: one transaction writes at a time.
async fn cancel_command(
    connection: &mut AnyConnection,
    id: &str,
    by: &str,
    now: Timestamp,
    steady: Timestamp,
) -> Result<bool, sqlx::Error> {
    let lane = sqlx::query(
        "SELECT instance, lane, lease_until, lease_token FROM lane
         WHERE (instance, lane) = (SELECT instance, lane FROM command WHERE id = $1)",
    )
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(lane) = lane else { return Ok(false) };
    let (instance, name): (String, String) = (lane.try_get(0)?, lane.try_get(1)?);
    let is_leased = lane.try_get::<i64, _>(2)? > steady.0 && lane.try_get::<Option<String>, _>(3)?.is_some();
    let first: Option<String> = sqlx::query_scalar(
        "SELECT id FROM command WHERE instance = $1 AND lane = $2 AND state IN ('waiting', 'answering')
         ORDER BY seq LIMIT 1",
    )
    .bind(&instance)
    .bind(&name)
    .fetch_optional(&mut *connection)
    .await?;
    let is_first = first.as_deref() == Some(id);
    let at_work = is_first && is_leased;
    let marked = sqlx::query(
        "UPDATE command SET cancelled_by = $1, cancelled_at_work = $2
         WHERE id = $3 AND state = 'waiting' AND cancelled_by IS NULL",
    )
    .bind(by)
    .bind(i64::from(at_work))
    .bind(id)
    .execute(&mut *connection)
    .await?;
    if marked.rows_affected() == 0 {
        return Ok(false);
    }
    insert_audit_event(connection, id, now, "cancelled", Some(by)).await?;
    if is_first && !is_leased {
        // A worker that let its lease run out loses it here for good, and makes no further call.
        release(connection, &instance, &name, now).await?;
    }
    Ok(true)
}

async fn requeue_command(
    connection: &mut AnyConnection,
    id: &str,
    now: Timestamp,
) -> Result<RequeueResult, sqlx::Error> {
    let found =
        sqlx::query("SELECT instance, lane, outcome, text FROM command WHERE id = $1 AND state = 'dead'")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
    let Some(row) = found else { return Ok(RequeueResult::NotDead) };
    let (instance, lane, text): (String, String, String) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(3)?);
    let is_unanswered =
        row.try_get::<Option<String>, _>(2)?.as_deref() == Some(Outcome::ReplyFailed.as_str());
    // With what was typed, what was to be answered is gone.
    if text.is_empty() {
        return Ok(RequeueResult::TextTrimmed);
    }
    // How it had ended before its answer could not be delivered.
    let outcome: Option<String> = sqlx::query_scalar(
        "SELECT detail FROM note WHERE command = $1 AND what = 'replied' ORDER BY n DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?
    .flatten();
    sqlx::query(WAKE_QUEUE)
        .bind(&instance)
        .bind(&lane)
        .bind(now.0)
        .bind(IDLE_READY_AT)
        .execute(&mut *connection)
        .await?;
    let fresh = "claims = 0, tries = 0, first_try_at = NULL, again_at = NULL, told_at = NULL, error = NULL,
        finished_at = NULL, cancelled_by = NULL, cancelled_at_work = NULL,
        seq = 1 + COALESCE((SELECT MAX(open.seq) FROM command open WHERE open.instance = command.instance
            AND open.lane = command.lane AND open.state IN ('waiting', 'answering')), 0)";
    let sql = match is_unanswered {
        true => format!("UPDATE command SET state = 'answering', outcome = $1, {fresh} WHERE id = $2"),
        false => {
            format!(
                "UPDATE command SET state = 'waiting', outcome = $1, reply = NULL, replied = 0, answer_id = NULL, {fresh} WHERE id = $2"
            )
        }
    };
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(outcome.filter(|_| is_unanswered))
        .bind(id)
        .execute(&mut *connection)
        .await?;
    insert_audit_event(connection, id, now, "requeued", None).await?;
    Ok(if is_unanswered { RequeueResult::Answer } else { RequeueResult::Run })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;
    use crate::storage::{InsertResult, LEASE_TTL, NewCommand, RetentionPolicy};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    const HORIZON: Duration = Duration::from_secs(3_600);

    /// A journal with these orders of one lane, its clock, and whatever keeps it open.
    async fn with_commands(ids: &[&str]) -> (Store, Clock, impl Sized) {
        let clock = Clock::manual(NOW);
        let (store, _, folder) = Store::open_temporary(&clock).await;
        for id in ids {
            store.insert(NewCommand::for_test(id, NOW)).await.unwrap();
        }
        (store, clock, folder)
    }

    async fn cancel(store: &Store, candidates: &[&str], by: &str, now: Timestamp) -> Vec<bool> {
        let candidates = candidates.iter().map(|id| (*id).to_owned()).collect();
        let cancelled = store.cancel(candidates, 1, by.to_owned(), now).await.unwrap();
        cancelled.into_iter().map(|order| order.is_running).collect()
    }

    #[tokio::test]
    async fn a_command_to_cancel_that_is_run_again_after_a_crash_cancels_nothing_more() {
        let (store, _clock, _folder) = with_commands(&["a", "b"]).await;
        assert_eq!(cancel(&store, &["a", "b"], "c", NOW).await, [false]);

        assert_eq!(cancel(&store, &["b"], "c", NOW).await, [false]);

        let waiting = store.open_commands("main").await.unwrap();
        let by: Vec<Option<&str>> = waiting.iter().map(|order| order.cancelled_by.as_deref()).collect();
        assert_eq!(by, [Some("c"), None]);
    }

    #[tokio::test]
    async fn only_the_first_command_of_a_leased_chat_queue_is_at_work() {
        let (store, _clock, _folder) = with_commands(&["a", "b"]).await;
        let claim = store.claim(NOW, HORIZON).await.unwrap().unwrap();

        assert_eq!(cancel(&store, &["b"], "c", NOW).await, [false]);
        assert_eq!(cancel(&store, &["a"], "d", NOW).await, [true]);

        claim.heartbeat().await.expect("its worker goes on");
    }

    #[tokio::test]
    async fn a_worker_that_let_its_lease_run_out_loses_what_is_cancelled() {
        let (store, clock, _folder) = with_commands(&["a"]).await;
        let claim = store.claim(NOW, HORIZON).await.unwrap().unwrap();
        clock.elapse(LEASE_TTL + Duration::from_secs(1));
        let late = clock.now();

        assert_eq!(cancel(&store, &["a"], "c", late).await, [false]);

        assert!(matches!(claim.heartbeat().await, Err(LeaseError::Expired)));
        let next = store.claim(late, HORIZON).await.unwrap().unwrap();
        assert!(next.command.is_cancelled);
    }

    #[tokio::test]
    async fn a_command_to_cancel_very_many_keeps_no_other_command_waiting() {
        let ids: Vec<String> = (0..CANCEL_BATCH * 4).map(|number| format!("{number:04}")).collect();
        let (store, _clock, _folder) = with_commands(&[]).await;
        let accepted = ids.iter().map(|id| store.insert(NewCommand::for_test(id, NOW)));
        futures_util::future::try_join_all(accepted).await.unwrap();

        let mut cancelling = std::pin::pin!(store.cancel(ids, usize::MAX, "c".to_owned(), NOW));
        tokio::select! {
            biased;
            _ = &mut cancelling => panic!("it was cancelled before the other order was accepted"),
            accepted = store.insert(NewCommand::for_test("new", NOW)) => assert_eq!(accepted.unwrap(), InsertResult::Inserted),
        }
        let waiting = store.open_commands("main").await.unwrap();

        let left = waiting.iter().filter(|order| order.cancelled_by.is_none()).count();
        assert!(left > CANCEL_BATCH, "{left} were left when the other order was accepted");
        assert_eq!(cancelling.await.unwrap().len(), CANCEL_BATCH * 4);
    }

    #[tokio::test]
    async fn an_answer_that_is_no_longer_kept_is_not_sent_again() {
        let (store, _clock, _folder) = with_commands(&["a"]).await;
        let mut claim = store.claim(NOW, HORIZON).await.unwrap().unwrap();
        claim.store_reply("[\"done\"]".to_owned(), Outcome::Replied, Vec::new(), NOW).await.unwrap();
        claim.finish(Outcome::ReplyFailed, None, NOW).await.unwrap();
        let kept = RetentionPolicy { rows: HORIZON, texts: Duration::ZERO };
        let trimmed = store.trim(kept, NOW.plus(Duration::from_secs(1))).await.unwrap();
        assert_eq!(trimmed.texts, 1);

        assert_eq!(store.requeue("a".to_owned()).await.unwrap(), RequeueResult::TextTrimmed);

        assert!(store.claim(NOW, HORIZON).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn what_is_run_to_its_end_is_not_cancelled_any_more() {
        let (store, _clock, _folder) = with_commands(&["a"]).await;
        let mut claim = store.claim(NOW, HORIZON).await.unwrap().unwrap();
        claim.store_reply("[\"done\"]".to_owned(), Outcome::Replied, Vec::new(), NOW).await.unwrap();

        assert_eq!(cancel(&store, &["a"], "c", NOW).await, [false; 0]);
    }
}

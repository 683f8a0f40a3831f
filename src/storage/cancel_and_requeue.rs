//! Cancelling open commands, and requeuing or dropping dead letters.

use sqlx::AnyConnection;
use sqlx::Row as _;

use super::audit::insert_audit_event;
use super::chat_queue::{IDLE_READY_AT, WAKE_QUEUE, release};
use super::error::StoreUnavailable;
use super::record::{Outcome, read_instance};
use super::store::Store;
use crate::clock::Timestamp;
use crate::domain::{InstanceName, OrderingKey};

/// How many commands are cancelled with one write.
const CANCEL_BATCH: usize = 100;

/// A command that waits, or that an attempt is running.
#[derive(Clone, Debug)]
pub struct OpenCommand {
    /// Its id.
    pub id: String,
    /// The chat that it came from.
    pub chat: String,
    /// The key of its admin.
    pub admin: String,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// The command's English name.
    pub name: String,
    /// The command that cancelled it, if one did.
    pub cancelled_by: Option<String>,
}

/// A command that was cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelledCommand {
    /// What was typed.
    pub text: String,
    /// An attempt was running at that moment; it goes on, and is the last one.
    pub is_running: bool,
}

/// Result of requeuing a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequeueResult {
    /// It is run again.
    Run,
    /// It was run; its reply is sent again.
    SendReply,
    /// It is not a dead letter.
    NotDead,
    /// Its text and reply are no longer kept.
    TextTrimmed,
}

impl Store {
    /// The waiting commands of an instance, oldest first.
    pub async fn open_commands(&self, instance: &InstanceName) -> Result<Vec<OpenCommand>, StoreUnavailable> {
        let rows = sqlx::query(
            "SELECT id, chat, admin, by_owner, name, cancelled_by FROM command
             WHERE instance = $1 AND state IN ('waiting', 'answering') AND state = 'waiting'
             ORDER BY accepted_at, id",
        )
        .bind(instance.as_str())
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        let read_open = |row: &sqlx::any::AnyRow| -> Result<OpenCommand, sqlx::Error> {
            Ok(OpenCommand {
                id: row.try_get("id")?,
                chat: row.try_get("chat")?,
                admin: row.try_get("admin")?,
                by_owner: row.try_get::<i64, _>("by_owner")? != 0,
                name: row.try_get("name")?,
                cancelled_by: row.try_get("cancelled_by")?,
            })
        };
        Ok(rows.iter().map(read_open).collect::<Result<_, _>>()?)
    }

    /// Cancels the first `limit` of these commands that are still waiting; returns all that `by` has cancelled. Small
    /// batches keep other writes from waiting long. If the command `by` calls this again after a crash, nothing more
    /// is cancelled.
    pub async fn cancel(
        &self,
        candidates: Vec<String>,
        limit: usize,
        by: String,
        now: Timestamp,
    ) -> Result<Vec<CancelledCommand>, StoreUnavailable> {
        let mut left = limit;
        for (index, batch) in candidates.chunks(CANCEL_BATCH).enumerate() {
            let batch = CancelBatch {
                candidates: batch.to_vec(),
                limit: left,
                by: by.clone(),
                is_first: index == 0,
                now,
            };
            match self.cancel_batch(batch).await? {
                Some(count) => left -= count,
                None => break,
            }
        }
        self.writer
            .write(move |connection| Box::pin(async move { find_cancelled_by(connection, &by).await }))
            .await
    }

    /// Cancels one batch and returns how many were; none if the first batch finds an earlier cancellation.
    async fn cancel_batch(&self, batch: CancelBatch) -> Result<Option<usize>, StoreUnavailable> {
        let (inserted, database, clock) = (self.command_inserted.clone(), self.database, self.clock.clone());
        self.writer
            .write_with_callback(
                move |connection| {
                    Box::pin(async move {
                        let monotonic = clock.monotonic();
                        let CancelBatch { candidates, limit, by, is_first, now } = batch;
                        if is_first && !find_cancelled_by(connection, &by).await?.is_empty() {
                            return Ok(None);
                        }
                        let mut count = 0;
                        for id in candidates {
                            if count == limit {
                                break;
                            }
                            let is_cancelled = cancel_command(connection, &id, &by, now, monotonic).await?;
                            count += usize::from(is_cancelled);
                        }
                        database.notify_workers(connection).await?;
                        Ok(Some(count))
                    })
                },
                move || inserted.notify_one(),
            )
            .await
    }

    /// Requeues a dead letter, behind the open commands of its chat, with its whole time to be retried. Its plan is
    /// kept, so that the status icons of its reply stay true.
    pub async fn requeue(&self, id: String) -> Result<RequeueResult, StoreUnavailable> {
        let (inserted, database, clock) = (self.command_inserted.clone(), self.database, self.clock.clone());
        self.writer
            .write_with_callback(
                move |connection| {
                    Box::pin(async move {
                        database.notify_workers(connection).await?;
                        // Within the transaction the clock has the time of the database, which may differ from
                        // that of the operator's machine.
                        requeue_command(connection, &id, clock.now()).await
                    })
                },
                move || inserted.notify_one(),
            )
            .await
    }

    /// Drops a dead letter: it is done, and keeps its outcome. False if it is no dead letter.
    pub async fn drop_dead_letter(&self, id: String) -> Result<bool, StoreUnavailable> {
        let clock = self.clock.clone();
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let dropped =
                        sqlx::query("UPDATE command SET state = 'done' WHERE id = $1 AND state = 'dead'")
                            .bind(&id)
                            .execute(&mut *connection)
                            .await?;
                    let is_dropped = dropped.rows_affected() > 0;
                    if is_dropped {
                        insert_audit_event(connection, &id, clock.now(), "dropped", None).await?;
                    }
                    Ok(is_dropped)
                })
            })
            .await
    }
}

/// Commands to cancel with one write.
struct CancelBatch {
    candidates: Vec<String>,
    limit: usize,
    by: String,
    is_first: bool,
    now: Timestamp,
}

async fn find_cancelled_by(
    connection: &mut AnyConnection,
    by: &str,
) -> Result<Vec<CancelledCommand>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT text, cancelled_while_running FROM command WHERE cancelled_by = $1 ORDER BY accepted_at, id",
    )
    .bind(by)
    .fetch_all(&mut *connection)
    .await?;
    let read_cancelled = |row: &sqlx::any::AnyRow| -> Result<CancelledCommand, sqlx::Error> {
        Ok(CancelledCommand {
            text: row.try_get(0)?,
            is_running: row.try_get::<Option<i64>, _>(1)? == Some(1),
        })
    };
    rows.iter().map(read_cancelled).collect()
}

/// Marks a command as cancelled if it waits and is not cancelled yet. The worker that claims it next ends it. No
/// worker can claim it meanwhile: one transaction writes at a time.
async fn cancel_command(
    connection: &mut AnyConnection,
    id: &str,
    by: &str,
    now: Timestamp,
    monotonic: Timestamp,
) -> Result<bool, sqlx::Error> {
    let queue = sqlx::query(
        "SELECT instance, ordering_key, lease_until, lease_token FROM chat_queue
         WHERE (instance, ordering_key) = (SELECT instance, ordering_key FROM command WHERE id = $1)",
    )
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(queue) = queue else { return Ok(false) };
    let instance = read_instance(&queue)?;
    let ordering_key = OrderingKey::new(queue.try_get::<String, _>("ordering_key")?);
    let is_leased = queue.try_get::<i64, _>("lease_until")? > monotonic.0
        && queue.try_get::<Option<String>, _>("lease_token")?.is_some();
    let first: Option<String> = sqlx::query_scalar(
        "SELECT id FROM command WHERE instance = $1 AND ordering_key = $2 AND state IN ('waiting', 'answering')
         ORDER BY seq LIMIT 1",
    )
    .bind(instance.as_str())
    .bind(ordering_key.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let is_first = first.as_deref() == Some(id);
    let is_running = is_first && is_leased;
    let marked = sqlx::query(
        "UPDATE command SET cancelled_by = $1, cancelled_while_running = $2
         WHERE id = $3 AND state = 'waiting' AND cancelled_by IS NULL",
    )
    .bind(by)
    .bind(i64::from(is_running))
    .bind(id)
    .execute(&mut *connection)
    .await?;
    if marked.rows_affected() == 0 {
        return Ok(false);
    }
    insert_audit_event(connection, id, now, "cancelled", Some(by)).await?;
    if is_first && !is_leased {
        // A worker whose lease expired cannot extend it any more, and makes no further call.
        release(connection, &instance, &ordering_key, now).await?;
    }
    Ok(true)
}

async fn requeue_command(
    connection: &mut AnyConnection,
    id: &str,
    now: Timestamp,
) -> Result<RequeueResult, sqlx::Error> {
    let row = sqlx::query(
        "SELECT instance, ordering_key, outcome, text FROM command WHERE id = $1 AND state = 'dead'",
    )
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(RequeueResult::NotDead) };
    let (instance, ordering_key, text): (String, String, String) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(3)?);
    let has_reply = row.try_get::<Option<String>, _>(2)?.as_deref() == Some(Outcome::ReplyFailed.as_str());
    // The reply is trimmed together with the text.
    if text.is_empty() {
        return Ok(RequeueResult::TextTrimmed);
    }
    // The outcome before its reply could not be delivered.
    let outcome: Option<String> = sqlx::query_scalar(
        "SELECT detail FROM audit_event WHERE command = $1 AND event = 'replied' ORDER BY seq DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?
    .flatten();
    sqlx::query(WAKE_QUEUE)
        .bind(&instance)
        .bind(&ordering_key)
        .bind(now.0)
        .bind(IDLE_READY_AT)
        .execute(&mut *connection)
        .await?;
    let reset =
        "claims = 0, attempts = 0, first_attempt_at = NULL, retry_at = NULL, retry_notified_at = NULL,
        error = NULL, finished_at = NULL, cancelled_by = NULL, cancelled_while_running = NULL,
        seq = 1 + COALESCE((SELECT MAX(open.seq) FROM command open WHERE open.instance = command.instance
            AND open.ordering_key = command.ordering_key AND open.state IN ('waiting', 'answering')), 0)";
    let set = match has_reply {
        true => "state = 'answering', outcome = $1",
        false => "state = 'waiting', outcome = $1, reply = NULL, sent_messages = 0, reply_message_id = NULL",
    };
    sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE command SET {set}, {reset} WHERE id = $2")))
        .bind(outcome.filter(|_| has_reply))
        .bind(id)
        .execute(&mut *connection)
        .await?;
    insert_audit_event(connection, id, now, "requeued", None).await?;
    Ok(if has_reply { RequeueResult::SendReply } else { RequeueResult::Run })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;
    use crate::storage::{InsertResult, LEASE_TTL, LeaseError, NewCommand, RetentionPolicy};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    const HORIZON: Duration = Duration::from_secs(3_600);

    /// A journal with these commands in one chat queue, its clock, and what keeps it open.
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
        cancelled.into_iter().map(|command| command.is_running).collect()
    }

    #[tokio::test]
    async fn a_cancel_command_that_is_repeated_after_a_crash_cancels_nothing_more() {
        let (store, _clock, _folder) = with_commands(&["a", "b"]).await;
        assert_eq!(cancel(&store, &["a", "b"], "c", NOW).await, [false]);

        assert_eq!(cancel(&store, &["b"], "c", NOW).await, [false]);

        let waiting = store.open_commands(&InstanceName::parse("main").unwrap()).await.unwrap();
        let by: Vec<Option<&str>> = waiting.iter().map(|command| command.cancelled_by.as_deref()).collect();
        assert_eq!(by, [Some("c"), None]);
    }

    #[tokio::test]
    async fn only_the_first_command_of_a_leased_chat_queue_is_running() {
        let (store, _clock, _folder) = with_commands(&["a", "b"]).await;
        let claim = store.claim(NOW, HORIZON).await.unwrap().unwrap();

        assert_eq!(cancel(&store, &["b"], "c", NOW).await, [false]);
        assert_eq!(cancel(&store, &["a"], "d", NOW).await, [true]);

        claim.renew_lease().await.expect("its worker goes on");
    }

    #[tokio::test]
    async fn a_worker_with_an_expired_lease_loses_a_cancelled_command() {
        let (store, clock, _folder) = with_commands(&["a"]).await;
        let claim = store.claim(NOW, HORIZON).await.unwrap().unwrap();
        clock.elapse(LEASE_TTL + Duration::from_secs(1));
        let late = clock.now();

        assert_eq!(cancel(&store, &["a"], "c", late).await, [false]);

        assert!(matches!(claim.renew_lease().await, Err(LeaseError::Expired)));
        let next = store.claim(late, HORIZON).await.unwrap().unwrap();
        assert!(next.command.is_cancelled());
    }

    #[tokio::test]
    async fn cancelling_many_commands_does_not_block_an_insert() {
        let ids: Vec<String> = (0..CANCEL_BATCH * 4).map(|number| format!("{number:04}")).collect();
        let (store, _clock, _folder) = with_commands(&[]).await;
        let accepted = ids.iter().map(|id| store.insert(NewCommand::for_test(id, NOW)));
        futures_util::future::try_join_all(accepted).await.unwrap();

        let mut cancelling = std::pin::pin!(store.cancel(ids, usize::MAX, "c".to_owned(), NOW));
        tokio::select! {
            biased;
            _ = &mut cancelling => panic!("all were cancelled before the other command was stored"),
            accepted = store.insert(NewCommand::for_test("new", NOW)) => assert_eq!(accepted.unwrap(), InsertResult::Inserted),
        }
        let waiting = store.open_commands(&InstanceName::parse("main").unwrap()).await.unwrap();

        let left = waiting.iter().filter(|command| command.cancelled_by.is_none()).count();
        assert!(left > CANCEL_BATCH, "{left} were open when the other command was stored");
        assert_eq!(cancelling.await.unwrap().len(), CANCEL_BATCH * 4);
    }

    #[tokio::test]
    async fn a_trimmed_reply_is_not_sent_again() {
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
    async fn a_command_with_a_stored_reply_cannot_be_cancelled() {
        let (store, _clock, _folder) = with_commands(&["a"]).await;
        let mut claim = store.claim(NOW, HORIZON).await.unwrap().unwrap();
        claim.store_reply("[\"done\"]".to_owned(), Outcome::Replied, Vec::new(), NOW).await.unwrap();

        assert_eq!(cancel(&store, &["a"], "c", NOW).await, [false; 0]);
    }
}

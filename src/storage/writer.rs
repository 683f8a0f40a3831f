//! The writer: collects queued writes into one transaction.
//!
//! An idle writer commits a single write at once; writes that arrive during its fsync form the next transaction. Writes
//! are made so that no row of theirs can violate a constraint; a write that fails means that the store is unavailable.
//! So it fails the whole transaction, and each caller gets an error.
//!
//! On SQLite the queued commands are a transaction of their own before that of the rest, on another connection
//! ([`CommandInserter`]). One task uses both connections in turn, so they never wait for each other.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::StoreUnavailable;
use super::health::{StoreHealth, write_probe};
use super::insert_postgres::insert_batch;
use super::insert_sqlite::CommandInserter;
use super::new_command::{InsertResult, NewCommand};
use super::{postgres, sqlite};
use crate::clock::Clock;
use crate::failpoint::{self, InjectedBug, Step};

/// The most queued writes; with more the store counts as unavailable, and senders try again.
const MAX_QUEUED_WRITES: usize = 4_096;
/// The most writes in a transaction.
const MAX_BATCH: usize = 256;
/// How long a transaction may take, including its connection: longer than the server's lock timeout, so that a busy
/// server is distinguished from one that vanished. A command may wait for the transaction before it and for its own:
/// both fit into the 10 s of a request. On SQLite the transaction of commands blocks the thread of the writer; it does
/// not wait longer than this for a lock, and callers give up on a hanging disk after [`WRITE_TIMEOUT`].
const TRANSACTION_TIMEOUT: Duration = Duration::from_millis(4_500);
/// How long a caller waits for a write. A write that timed out may still be committed; the same command is then a
/// duplicate when it is sent again.
const WRITE_TIMEOUT: Duration = Duration::from_millis(9_250);
/// A connection to a server that was idle for longer is tested before use.
const MAX_UNTESTED_IDLE: Duration = Duration::from_secs(1);

/// Tells the caller how the transaction ended.
type Completion = Box<dyn FnOnce(Result<(), &StoreUnavailable>) + Send>;
type WriteFn =
    Box<dyn for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<Completion, FailedWrite>> + Send>;

/// A queued write.
enum WriteRequest {
    /// The commands of a message; all of a batch are inserted together.
    Insert(Box<InsertRequest>),
    /// Any other write.
    Run(WriteFn),
}

/// The commands of a message to insert, and their caller.
struct InsertRequest {
    commands: Vec<NewCommand>,
    waiter: InsertWaiter,
}

/// The caller of an insert.
struct InsertWaiter {
    on_commit: Box<dyn FnOnce() + Send>,
    result: oneshot::Sender<Result<InsertResult, StoreUnavailable>>,
}

/// A write that failed, and its caller.
struct FailedWrite {
    error: sqlx::Error,
    completion: Completion,
}

/// The queue of the writer.
#[derive(Clone, Debug)]
pub(super) struct WriteQueue {
    queue: mpsc::Sender<WriteRequest>,
    health: Arc<StoreHealth>,
    /// How long a caller waits for a write.
    timeout: Duration,
}

/// The receiving end of the queue, for [`run_writer`].
pub(super) struct WriteQueueReceiver(mpsc::Receiver<WriteRequest>);

pub(super) fn new_queue(health: Arc<StoreHealth>) -> (WriteQueue, WriteQueueReceiver) {
    let (sender, receiver) = mpsc::channel(MAX_QUEUED_WRITES);
    (WriteQueue { queue: sender, health, timeout: WRITE_TIMEOUT }, WriteQueueReceiver(receiver))
}

impl WriteQueue {
    /// Inserts the commands of a message. `on_commit` runs after the commit even if the caller is gone by then, as when the sender of a
    /// webhook hung up.
    pub(super) async fn insert(
        &self,
        commands: Vec<NewCommand>,
        on_commit: impl FnOnce() + Send + 'static,
    ) -> Result<InsertResult, StoreUnavailable> {
        let (sender, result) = oneshot::channel();
        let waiter = InsertWaiter { on_commit: Box::new(on_commit), result: sender };
        self.send(WriteRequest::Insert(Box::new(InsertRequest { commands, waiter })))?;
        self.await_result(result).await
    }

    /// Runs `work` in a transaction and returns its result after the commit.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreUnavailable>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send + 'static,
    {
        self.write_with_callback(work, || ()).await
    }

    /// Like [`write`](Self::write), with a callback that runs after the commit even if the caller is gone by then.
    pub(super) async fn write_with_callback<T, F>(
        &self,
        work: F,
        on_commit: impl FnOnce() + Send + 'static,
    ) -> Result<T, StoreUnavailable>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send + 'static,
    {
        let (sender, result) = oneshot::channel();
        let work: WriteFn = Box::new(move |connection| {
            Box::pin(async move {
                match work(connection).await {
                    Ok(value) => Ok(Box::new(move |end: Result<(), &StoreUnavailable>| {
                        if end.is_ok() {
                            on_commit();
                        }
                        let _ = sender.send(end.map(|()| value).map_err(StoreUnavailable::clone));
                    }) as Completion),
                    Err(error) => {
                        let unavailable = StoreUnavailable::from(&error);
                        let completion = Box::new(move |_: Result<(), &StoreUnavailable>| {
                            let _ = sender.send(Err(unavailable));
                        });
                        Err(FailedWrite { error, completion })
                    }
                }
            })
        });
        self.send(WriteRequest::Run(work))?;
        self.await_result(result).await
    }

    fn send(&self, write: WriteRequest) -> Result<(), StoreUnavailable> {
        // A write that is rejected here is not committed later.
        if self.health.is_stuck(self.timeout) {
            return Err(write_timed_out());
        }
        self.queue.try_send(write).map_err(|error| {
            StoreUnavailable::transient(match error {
                mpsc::error::TrySendError::Full(_) => "too many writes wait",
                mpsc::error::TrySendError::Closed(_) => "it is closed",
            })
        })
    }

    /// Waits for the result of a write, up to the timeout.
    async fn await_result<T>(
        &self,
        result: oneshot::Receiver<Result<T, StoreUnavailable>>,
    ) -> Result<T, StoreUnavailable> {
        match tokio::time::timeout(self.timeout, result).await {
            Ok(Ok(result)) => result,
            // Dropped without being run, because of an outage that is recorded by then or because the writer ended.
            Ok(Err(_)) => {
                Err(self.health.outage().unwrap_or_else(|| StoreUnavailable::transient("it was closed")))
            }
            Err(_) => {
                let error = write_timed_out();
                self.health.record_failure(&error);
                Err(error)
            }
        }
    }

    /// Whether writes are queued.
    pub(super) fn has_pending(&self) -> bool {
        self.queue.capacity() < self.queue.max_capacity()
    }
}

/// The error for a write that does not end.
fn write_timed_out() -> StoreUnavailable {
    StoreUnavailable::transient("a write does not end: see whether the disk, or the server, hangs")
}

/// State of the writer.
pub(super) struct WriterState {
    pub(super) pool: AnyPool,
    pub(super) health: Arc<StoreHealth>,
    pub(super) backend: Backend,
}

/// What differs between the databases.
pub(super) enum Backend {
    /// Commands have a connection of their own, which blocks the thread.
    Sqlite(CommandInserter),
    /// Commands and the rest share a transaction, which sets the clock to the server's time.
    Postgres(Clock),
}

impl WriterState {
    /// Whether the connection was opened after the last outage, and was not idle for so long that a server may have
    /// closed it.
    fn can_reuse(&self, open: &WriterConnection) -> bool {
        let is_fresh =
            matches!(self.backend, Backend::Sqlite(_)) || open.used_at.elapsed() < MAX_UNTESTED_IDLE;
        is_fresh && self.health.is_connection_usable(open.acquired_at.elapsed())
    }

    /// Records the result of a transaction in the health of the store.
    fn record_result<T>(&self, with_probe: bool, result: &Result<T, StoreUnavailable>) {
        match result {
            Ok(_) if with_probe => self.health.record_recovery(),
            Ok(_) => {}
            Err(error) => self.health.record_failure(error),
        }
    }
}

/// The writes of a transaction: commands first, so that a claim in the same transaction finds them.
#[derive(Default)]
struct Batch {
    messages: Vec<Vec<NewCommand>>,
    waiters: Vec<InsertWaiter>,
    writes: Vec<WriteFn>,
}

impl Batch {
    fn new(requests: impl Iterator<Item = WriteRequest>) -> Self {
        let mut batch = Self::default();
        for request in requests {
            match request {
                WriteRequest::Insert(insert) => {
                    batch.messages.push(insert.commands);
                    batch.waiters.push(insert.waiter);
                }
                WriteRequest::Run(work) => batch.writes.push(work),
            }
        }
        batch
    }

    /// Sends the callers of the inserts their results, and removes the commands from the batch.
    fn complete_inserts(&mut self, result: Result<Vec<InsertResult>, StoreUnavailable>) {
        self.messages.clear();
        let mut results = result.map(Vec::into_iter);
        for InsertWaiter { on_commit, result } in self.waiters.drain(..) {
            let inserted = match &mut results {
                Ok(results) => {
                    results.next().ok_or_else(|| StoreUnavailable::transient("a result is missing"))
                }
                Err(error) => Err(error.clone()),
            };
            if inserted.is_ok() {
                on_commit();
            }
            let _ = result.send(inserted);
        }
    }
}

/// The connection that is kept between transactions.
struct WriterConnection {
    connection: PoolConnection<Any>,
    acquired_at: Instant,
    used_at: Instant,
}

/// Serves the queue until every [`WriteQueue`] is dropped, or it is `closed` and empty. On SQLite it blocks its thread
/// while commands are inserted.
pub(super) async fn run_writer(
    WriteQueueReceiver(mut queue): WriteQueueReceiver,
    mut state: WriterState,
    closed: CancellationToken,
) {
    let mut requests = Vec::with_capacity(MAX_BATCH);
    let mut open = None;
    loop {
        let count = tokio::select! {
            count = queue.recv_many(&mut requests, MAX_BATCH) => count,
            () = closed.cancelled(), if !queue.is_closed() => {
                queue.close();
                continue;
            }
        };
        if count == 0 {
            break;
        }
        state.health.write_started();
        write_batch(&mut state, &mut open, Batch::new(requests.drain(..))).await;
        state.health.write_finished();
    }
    // Closed here, because a drop cannot be awaited.
    if let Some(WriterConnection { connection, .. }) = open {
        let _ = connection.close().await;
    }
}

/// Writes a batch and completes its requests. During an outage every connection that writes must commit a probe before
/// the outage ends: that one of them works says nothing about the other.
async fn write_batch(state: &mut WriterState, open: &mut Option<WriterConnection>, mut batch: Batch) {
    let with_probe = state.health.is_degraded();
    if let Backend::Sqlite(inserter) = &mut state.backend
        && (with_probe || !batch.messages.is_empty())
    {
        let result = inserter.insert(&batch.messages, with_probe);
        if let Err(error) = &result {
            state.health.record_failure(error);
        }
        let is_still_degraded = with_probe && result.is_err();
        batch.complete_inserts(result);
        if is_still_degraded {
            // The other writes are dropped, which sends their callers the outage.
            return;
        }
    }
    if batch.messages.is_empty() && batch.writes.is_empty() && !with_probe {
        return;
    }
    let mut completions = Vec::with_capacity(batch.writes.len());
    let result = run_transaction(state, open, with_probe, &mut batch, &mut completions).await;
    state.record_result(with_probe, &result);
    for complete in completions {
        complete(result.as_ref().map(drop));
    }
    batch.complete_inserts(result);
}

async fn run_transaction(
    state: &mut WriterState,
    open: &mut Option<WriterConnection>,
    with_probe: bool,
    batch: &mut Batch,
    completions: &mut Vec<Completion>,
) -> Result<Vec<InsertResult>, StoreUnavailable> {
    if let Backend::Sqlite(inserter) = &mut state.backend {
        inserter.check_file()?;
        inserter.truncate_wal(batch.writes.len())?;
    }
    let timeout_at = Instant::now() + TRANSACTION_TIMEOUT;
    let mut writer = match open.take().filter(|open| state.can_reuse(open)) {
        Some(open) => open,
        None => {
            let connection = tokio::time::timeout_at(timeout_at, state.pool.acquire()).await;
            let connection = connection.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
            WriterConnection { connection, acquired_at: Instant::now(), used_at: Instant::now() }
        }
    };
    let writes = run_writes(&mut writer.connection, &mut state.backend, with_probe, batch, completions);
    let result = tokio::time::timeout_at(timeout_at, writes).await;
    let inserted = match result.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
        Ok(inserted) => inserted,
        Err(error) => {
            // On a full disk SQLite rolls back by itself, which the driver does not notice: such a connection cannot
            // begin another transaction, so the next batch opens a new one. If the disk hangs, this close waits for
            // it: a connection that was left behind would keep the log open at the end.
            let _ = writer.connection.detach().close_hard().await;
            return Err(error.into());
        }
    };
    writer.used_at = Instant::now();
    *open = Some(writer);
    if let Backend::Sqlite(inserter) = &mut state.backend {
        // Again: if the file was moved away meanwhile, the commit went with it.
        inserter.check_file()?;
    }
    Ok(inserted)
}

async fn run_writes(
    connection: &mut AnyConnection,
    backend: &mut Backend,
    with_probe: bool,
    batch: &mut Batch,
    completions: &mut Vec<Completion>,
) -> Result<Vec<InsertResult>, sqlx::Error> {
    match backend {
        Backend::Sqlite(_) => sqlite::begin(connection).await?,
        Backend::Postgres(clock) => postgres::begin(connection, clock).await?,
    }
    if with_probe {
        write_probe(connection).await?;
    }
    let mut inserted = Vec::new();
    if !batch.messages.is_empty() {
        inserted = insert_batch(connection, &batch.messages).await?;
        for _ in &batch.messages {
            failpoint::reach(Step::Writing);
        }
        if failpoint::is_injected(InjectedBug::RespondBeforeCommit) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    // Writes after a failed one are dropped, which sends their callers the outage.
    for work in std::mem::take(&mut batch.writes) {
        match work(connection).await {
            Ok(completion) => completions.push(completion),
            Err(FailedWrite { error, completion }) => {
                completions.push(completion);
                return Err(error);
            }
        }
    }
    match backend {
        Backend::Sqlite(_) => sqlite::commit(connection).await?,
        Backend::Postgres(_) => postgres::commit(connection, !batch.messages.is_empty()).await?,
    }
    Ok(inserted)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::clock::Timestamp;
    use crate::storage::Store;
    use crate::storage::sqlite::AccessMode;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    /// A journal whose writer hangs until the sender is used or dropped.
    async fn hanging_store(timeout: Duration) -> (Store, mpsc::Sender<()>, impl Sized) {
        let (mut store, writer, folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        store.writer.timeout = timeout;
        let ((resume, resumed), (hangs, hung)) = (mpsc::channel::<()>(), oneshot::channel());
        let blocked = store.writer.clone();
        tokio::spawn(async move {
            let block = move || {
                let _ = hangs.send(());
                let _ = resumed.recv();
            };
            blocked.write_with_callback(|_| Box::pin(std::future::ready(Ok(()))), block).await
        });
        hung.await.unwrap();
        (store, resume, (writer, folder))
    }

    #[tokio::test]
    async fn callers_do_not_wait_for_a_hanging_writer_and_its_command_is_a_duplicate_later() {
        let (store, resume, _kept) = hanging_store(Duration::from_secs(1)).await;
        let command = || NewCommand::for_test("a", NOW);

        let refused = store.insert(command()).await.unwrap_err().to_string();
        assert!(refused.contains("a write does not end"), "{refused}");
        let started = Instant::now();
        let refused = store.insert(NewCommand::for_test("b", NOW)).await.unwrap_err().to_string();
        assert!(refused.contains("a write does not end"), "{refused}");
        let unready = store.ping().await.unwrap_err().to_string();
        assert!(unready.contains("a write does not end"), "{unready}");
        store.release_all().await.unwrap_err();
        assert!(
            started.elapsed() < Duration::from_millis(500),
            "a known outage took {:?}",
            started.elapsed()
        );

        drop(resume);
        while store.ping().await.is_err() {
            tokio::task::yield_now().await;
        }
        assert_eq!(store.insert(command()).await.unwrap(), InsertResult::Duplicate);
        let kept = store.list(None, 9).await.unwrap();
        assert_eq!(kept.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a"], "b was not queued");
    }

    /// The connection for commands finds no file until there is a link to it.
    #[tokio::test]
    async fn an_outage_of_one_connection_is_not_ended_by_the_other() {
        let (store, writer, folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        store.close();
        writer.await.unwrap();
        let (path, link) = (folder.path().join("vincula.db"), folder.path().join("link.db"));
        let health = Arc::new(StoreHealth::default());
        let url = format!("sqlite:{}", path.display());
        let pool = sqlite::pool(&url, 1, AccessMode::Write, health.clone());
        let inserter = CommandInserter::new(link.clone(), health.clone(), None, Arc::default());
        let line = WriterState {
            pool: pool.await.unwrap(),
            health: health.clone(),
            backend: Backend::Sqlite(inserter),
        };
        let (sender, receiver) = new_queue(health.clone());
        let _writer = tokio::spawn(run_writer(receiver, line, CancellationToken::new()));
        let nothing = || sender.write(|_| Box::pin(std::future::ready(Ok(()))));

        nothing().await.unwrap();
        sender.insert(vec![NewCommand::for_test("a", NOW)], || ()).await.unwrap_err();
        let refused = nothing().await.unwrap_err().to_string();
        assert!(refused.contains("see whether the file"), "{refused}");
        assert!(health.is_degraded());

        std::os::unix::fs::symlink(&path, &link).unwrap();
        nothing().await.unwrap();
        assert!(!health.is_degraded());
        assert_eq!(
            sender.insert(vec![NewCommand::for_test("a", NOW)], || ()).await.unwrap(),
            InsertResult::Inserted
        );
    }

    #[test]
    fn the_write_timeout_allows_two_transactions_and_fits_into_a_request() {
        assert!(WRITE_TIMEOUT > TRANSACTION_TIMEOUT * 2);
        // The timeout of a request.
        assert!(WRITE_TIMEOUT < Duration::from_secs(10));
    }
}

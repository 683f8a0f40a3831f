//! The writer: takes the writes that wait into one transaction.
//!
//! Nothing waits when the writer is idle: a lone write is committed at once, and what arrives
//! during its fsync makes up the next transaction. A write that fails is trouble of the store
//! (writes are made so that no row of theirs can violate a rule), so it fails the whole
//! transaction, and each caller is told that nothing of theirs was kept.
//!
//! On SQLite the orders that wait are a transaction of their own before that of the rest, on another
//! connection ([`Inserter`]). One task writes on both in turn, so they never wait for each other.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::health::{StoreHealth, write_probe};
use super::insert::{self, InsertResult, NewCommand};
use super::inserter::CommandInserter;
use super::{StoreUnavailable, postgres, sqlite};
use crate::clock::Clock;
use crate::failpoint::{self, InjectedBug, Step};

/// How many writes may wait; above that the store counts as unavailable, and senders send again.
const MAX_QUEUED_WRITES: usize = 4_096;
/// How many writes share a transaction at most.
const MAX_BATCH: usize = 256;
/// How long a transaction may take, its connection included: longer than a server waits for a lock,
/// so that one which has vanished is told from one that is busy. An order may wait for the end of one
/// that was begun before it came, and then for its own: both fit into the 10 s of a request. One of orders on
/// SQLite blocks the writer's thread: it waits for a lock no longer than this either, and where the disk
/// hangs in it, [`GIVEN_UP`] is for those who wait.
const TRANSACTION_TIMEOUT: Duration = Duration::from_millis(4_500);
/// How long anybody waits for a write to end. One that was given up may be committed later, so an order that
/// is sent again then is known.
const WRITE_TIMEOUT: Duration = Duration::from_millis(9_250);
/// A connection that a server may have cut off while nothing was written is tested first.
const MAX_UNTESTED_IDLE: Duration = Duration::from_secs(1);

/// Tells the caller how the transaction ended.
type Completion = Box<dyn FnOnce(Result<(), &StoreUnavailable>) + Send>;
type WriteFn =
    Box<dyn for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<Completion, FailedWrite>> + Send>;

/// What waits for a transaction.
enum WriteRequest {
    /// An order to be accepted; all of a batch are written down at once.
    Insert(Box<InsertRequest>),
    /// Anything else.
    Run(WriteFn),
}

/// An order, and what follows its commit.
struct InsertRequest {
    command: NewCommand,
    waiter: InsertWaiter,
}

/// Whoever waits for an order to be accepted.
struct InsertWaiter {
    on_commit: Box<dyn FnOnce() + Send>,
    result: oneshot::Sender<Result<InsertResult, StoreUnavailable>>,
}

/// A write that failed, and whom to tell.
struct FailedWrite {
    error: sqlx::Error,
    completion: Completion,
}

#[derive(Clone, Debug)]
pub(super) struct WriteQueue {
    queue: mpsc::Sender<WriteRequest>,
    health: Arc<StoreHealth>,
    /// How long is waited for a write to end.
    timeout: Duration,
}

/// The queue's other end; [`run`] serves it.
pub(super) struct WriteQueueReceiver(mpsc::Receiver<WriteRequest>);

pub(super) fn new_queue(health: Arc<StoreHealth>) -> (WriteQueue, WriteQueueReceiver) {
    let (sender, receiver) = mpsc::channel(MAX_QUEUED_WRITES);
    (WriteQueue { queue: sender, health, timeout: WRITE_TIMEOUT }, WriteQueueReceiver(receiver))
}

impl WriteQueue {
    /// Writes an order down, and runs `committed` once it is in the journal, even where the caller is
    /// gone by then: whoever sent a webhook may have hung up.
    pub(super) async fn insert(
        &self,
        command: NewCommand,
        committed: impl FnOnce() + Send + 'static,
    ) -> Result<InsertResult, StoreUnavailable> {
        let (answer, answered) = oneshot::channel();
        let sender = InsertWaiter { on_commit: Box::new(committed), result: answer };
        self.send(WriteRequest::Insert(Box::new(InsertRequest { command, waiter: sender })))?;
        self.await_result(answered).await
    }

    /// Runs `work` in a transaction and returns its result once it is committed.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreUnavailable>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send + 'static,
    {
        self.write_with_callback(work, || ()).await
    }

    /// The same, with what must follow the commit even where the caller is gone by then.
    pub(super) async fn write_with_callback<T, F>(
        &self,
        work: F,
        committed: impl FnOnce() + Send + 'static,
    ) -> Result<T, StoreUnavailable>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let work: WriteFn = Box::new(move |connection| {
            Box::pin(async move {
                match work(connection).await {
                    Ok(value) => Ok(Box::new(move |end: Result<(), &StoreUnavailable>| {
                        if end.is_ok() {
                            committed();
                        }
                        let _ = answer.send(end.map(|()| value).map_err(StoreUnavailable::clone));
                    }) as Completion),
                    Err(error) => {
                        let told = StoreUnavailable::from(&error);
                        let settle = Box::new(move |_: Result<(), &StoreUnavailable>| {
                            let _ = answer.send(Err(told));
                        });
                        Err(FailedWrite { error, completion: settle })
                    }
                }
            })
        });
        self.send(WriteRequest::Run(work))?;
        self.await_result(answered).await
    }

    fn send(&self, write: WriteRequest) -> Result<(), StoreUnavailable> {
        // What is refused here is not committed later.
        if self.health.is_stuck(self.timeout) {
            return Err(write_timed_out());
        }
        self.queue.try_send(write).map_err(|full| {
            StoreUnavailable::transient(match full {
                mpsc::error::TrySendError::Full(_) => "too many writes wait",
                mpsc::error::TrySendError::Closed(_) => "it is closed",
            })
        })
    }

    /// What became of a write.
    async fn await_result<T>(
        &self,
        answered: oneshot::Receiver<Result<T, StoreUnavailable>>,
    ) -> Result<T, StoreUnavailable> {
        match tokio::time::timeout(self.timeout, answered).await {
            Ok(Ok(end)) => end,
            // Dropped unrun: by trouble that is known by then, or by the writer's end.
            Ok(Err(_)) => {
                Err(self.health.outage().unwrap_or_else(|| StoreUnavailable::transient("it was closed")))
            }
            Err(_) => {
                let trouble = write_timed_out();
                self.health.record_failure(&trouble);
                Err(trouble)
            }
        }
    }

    /// Writes wait.
    pub(super) fn has_pending(&self) -> bool {
        self.queue.capacity() < self.queue.max_capacity()
    }
}

/// What is said of a write that does not end.
fn write_timed_out() -> StoreUnavailable {
    StoreUnavailable::transient("a write does not end: see whether the disk, or the server, hangs")
}

/// What the writer writes to.
pub(super) struct WriterState {
    pub(super) pool: AnyPool,
    pub(super) health: Arc<StoreHealth>,
    pub(super) backend: Backend,
}

/// What differs between the databases. It is made where there is a file, or a server.
pub(super) enum Backend {
    /// Orders go by a connection of their own, which blocks the thread.
    Sqlite(CommandInserter),
    /// Orders and the rest share a transaction; its turn brings the server's time.
    Postgres(Clock),
}

impl WriterState {
    /// The store has had no trouble since this connection was taken, and a server no time to cut it off.
    fn can_reuse(&self, desk: &WriterConnection) -> bool {
        let is_fresh =
            matches!(self.backend, Backend::Sqlite(_)) || desk.used_at.elapsed() < MAX_UNTESTED_IDLE;
        is_fresh && self.health.is_connection_usable(desk.taken_at.elapsed())
    }

    /// Tells what is known of the store's state how a transaction ended.
    fn record_result<T>(&self, proves: bool, end: &Result<T, StoreUnavailable>) {
        match end {
            Ok(_) if proves => self.health.record_recovery(),
            Ok(_) => {}
            Err(trouble) => self.health.record_failure(trouble),
        }
    }
}

/// The writes that wait: orders before the rest, so that whoever claims finds them.
#[derive(Default)]
struct Batch {
    commands: Vec<NewCommand>,
    waiters: Vec<InsertWaiter>,
    writes: Vec<WriteFn>,
}

impl Batch {
    fn new(writes: impl Iterator<Item = WriteRequest>) -> Self {
        let mut batch = Self::default();
        for write in writes {
            match write {
                WriteRequest::Insert(order) => {
                    batch.commands.push(order.command);
                    batch.waiters.push(order.waiter);
                }
                WriteRequest::Run(work) => batch.writes.push(work),
            }
        }
        batch
    }

    /// Tells the senders of the orders, which are in the journal or not; none is left.
    fn complete_inserts(&mut self, end: Result<Vec<InsertResult>, StoreUnavailable>) {
        self.commands.clear();
        let mut accepted = end.map(Vec::into_iter);
        for InsertWaiter { on_commit: committed, result: answer } in self.waiters.drain(..) {
            let told = match &mut accepted {
                Ok(accepted) => accepted.next().ok_or_else(|| StoreUnavailable::transient("it lost count")),
                Err(trouble) => Err(trouble.clone()),
            };
            if told.is_ok() {
                committed();
            }
            let _ = answer.send(told);
        }
    }
}

/// The connection that is written on, from one transaction to the next.
struct WriterConnection {
    connection: PoolConnection<Any>,
    taken_at: Instant,
    used_at: Instant,
}

/// Serves the queue until every [`Sender`] is gone, or it is `closed` and empty. On SQLite it blocks its
/// thread while orders are written.
pub(super) async fn run_writer(
    WriteQueueReceiver(mut queue): WriteQueueReceiver,
    mut line: WriterState,
    closed: CancellationToken,
) {
    let mut writes = Vec::with_capacity(MAX_BATCH);
    let mut desk = None;
    loop {
        let taken = tokio::select! {
            taken = queue.recv_many(&mut writes, MAX_BATCH) => taken,
            () = closed.cancelled(), if !queue.is_closed() => {
                queue.close();
                continue;
            }
        };
        if taken == 0 {
            break;
        }
        line.health.write_started();
        write_batch(&mut line, &mut desk, Batch::new(writes.drain(..))).await;
        line.health.write_finished();
    }
    // Not left to its drop, which nobody can wait for.
    if let Some(WriterConnection { connection, .. }) = desk {
        let _ = connection.close().await;
    }
}

/// Writes what came together, and tells everybody. Trouble is over when it was shown to be on each connection
/// that is written on: what one of them can do says nothing of the other.
async fn write_batch(line: &mut WriterState, desk: &mut Option<WriterConnection>, mut batch: Batch) {
    let proves = line.health.is_degraded();
    if let Backend::Sqlite(inserter) = &mut line.backend
        && (proves || !batch.commands.is_empty())
    {
        let end = inserter.insert(&batch.commands, proves);
        if let Err(trouble) = &end {
            line.health.record_failure(trouble);
        }
        let lasts = proves && end.is_err();
        batch.complete_inserts(end);
        if lasts {
            // The rest is dropped unrun, which tells its callers of the trouble.
            return;
        }
    }
    if batch.commands.is_empty() && batch.writes.is_empty() && !proves {
        return;
    }
    let mut settled = Vec::with_capacity(batch.writes.len());
    let works = std::mem::take(&mut batch.writes);
    let end = run_transaction(line, desk, proves, &batch.commands, works, &mut settled).await;
    line.record_result(proves, &end);
    let told = end.as_ref().map(drop);
    for settle in settled {
        settle(told);
    }
    batch.complete_inserts(end);
}

async fn run_transaction(
    line: &mut WriterState,
    desk: &mut Option<WriterConnection>,
    proves: bool,
    orders: &[NewCommand],
    works: Vec<WriteFn>,
    settled: &mut Vec<Completion>,
) -> Result<Vec<InsertResult>, StoreUnavailable> {
    if let Backend::Sqlite(inserter) = &mut line.backend {
        inserter.check_file()?;
        inserter.truncate_wal(works.len())?;
    }
    let end = Instant::now() + TRANSACTION_TIMEOUT;
    let mut taken = match desk.take().filter(|desk| line.can_reuse(desk)) {
        Some(desk) => desk,
        None => {
            let connection = tokio::time::timeout_at(end, line.pool.acquire()).await;
            let connection = connection.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
            WriterConnection { connection, taken_at: Instant::now(), used_at: Instant::now() }
        }
    };
    let run = run_writes(&mut taken.connection, &mut line.backend, proves, orders, works, settled);
    let run = tokio::time::timeout_at(end, run).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    let accepted = match run {
        Ok(accepted) => accepted,
        Err(error) => {
            // A full disk makes SQLite roll back by itself, of which the driver knows nothing: such a
            // connection begins no transaction any more. The next batch opens a new one. Where a disk hangs,
            // this waits for it: one that was left behind would not be the last.
            let _ = taken.connection.detach().close_hard().await;
            return Err(error.into());
        }
    };
    taken.used_at = Instant::now();
    *desk = Some(taken);
    if let Backend::Sqlite(inserter) = &mut line.backend {
        // Once more: what was moved away meanwhile took the commit with it.
        inserter.check_file()?;
    }
    Ok(accepted)
}

async fn run_writes(
    connection: &mut AnyConnection,
    database: &mut Backend,
    proves: bool,
    orders: &[NewCommand],
    works: Vec<WriteFn>,
    settled: &mut Vec<Completion>,
) -> Result<Vec<InsertResult>, sqlx::Error> {
    match database {
        Backend::Sqlite(_) => sqlite::begin(connection).await?,
        Backend::Postgres(clock) => postgres::begin(connection, clock).await?,
    }
    if proves {
        write_probe(connection).await?;
    }
    let mut accepted = Vec::new();
    if !orders.is_empty() {
        accepted = insert::insert_batch(connection, orders).await?;
        for _ in orders {
            failpoint::reach(Step::Writing);
        }
        if failpoint::is_injected(InjectedBug::RespondBeforeCommit) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    // Writes after a failed one are dropped unrun, which tells their callers of the trouble.
    for work in works {
        match work(connection).await {
            Ok(settle) => settled.push(settle),
            Err(FailedWrite { error, completion: settle }) => {
                settled.push(settle);
                return Err(error);
            }
        }
    }
    match database {
        Backend::Sqlite(_) => sqlite::commit(connection).await?,
        Backend::Postgres(_) => postgres::commit(connection, !orders.is_empty()).await?,
    }
    Ok(accepted)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::clock::Timestamp;
    use crate::storage::Store;
    use crate::storage::open::AccessMode;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    /// A journal whose writer hangs until something is sent, or nothing can be any more.
    async fn hung(patience: Duration) -> (Store, mpsc::Sender<()>, impl Sized) {
        let (mut store, writer, folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        store.writer.timeout = patience;
        let ((go_on, gate), (hangs, hung)) = (mpsc::channel::<()>(), oneshot::channel());
        let blocked = store.writer.clone();
        tokio::spawn(async move {
            let block = move || {
                let _ = hangs.send(());
                let _ = gate.recv();
            };
            blocked.write_with_callback(|_| Box::pin(std::future::ready(Ok(()))), block).await
        });
        hung.await.unwrap();
        (store, go_on, (writer, folder))
    }

    #[tokio::test]
    async fn nobody_waits_for_a_writer_that_hangs_and_a_command_that_it_had_is_known_when_it_goes_on() {
        let (store, go_on, _kept) = hung(Duration::from_secs(1)).await;
        let order = || NewCommand::for_test("a", NOW);

        let refused = store.insert(order()).await.unwrap_err().to_string();
        assert!(refused.contains("a write does not end"), "{refused}");
        let begun = Instant::now();
        let refused = store.insert(NewCommand::for_test("b", NOW)).await.unwrap_err().to_string();
        assert!(refused.contains("a write does not end"), "{refused}");
        let unready = store.ping().await.unwrap_err().to_string();
        assert!(unready.contains("a write does not end"), "{unready}");
        store.release_all().await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_millis(500), "it is known, after {:?}", begun.elapsed());

        drop(go_on);
        while store.ping().await.is_err() {
            tokio::task::yield_now().await;
        }
        assert_eq!(store.insert(order()).await.unwrap(), InsertResult::Duplicate);
        let kept = store.list(None, 9).await.unwrap();
        assert_eq!(kept.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a"], "b was never taken");
    }

    /// The one for orders finds no file until there is a link to it.
    #[tokio::test]
    async fn trouble_of_one_connection_is_not_over_because_the_other_one_writes() {
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
        sender.insert(NewCommand::for_test("a", NOW), || ()).await.unwrap_err();
        let refused = nothing().await.unwrap_err().to_string();
        assert!(refused.contains("see whether the file"), "{refused}");
        assert!(health.is_degraded());

        std::os::unix::fs::symlink(&path, &link).unwrap();
        nothing().await.unwrap();
        assert!(!health.is_degraded());
        assert_eq!(
            sender.insert(NewCommand::for_test("a", NOW), || ()).await.unwrap(),
            InsertResult::Inserted
        );
    }

    #[test]
    fn who_gives_up_has_waited_for_two_transactions_and_is_answered_in_time() {
        assert!(WRITE_TIMEOUT > TRANSACTION_TIMEOUT * 2);
        // What a request gets (`http::Patience`).
        assert!(WRITE_TIMEOUT < Duration::from_secs(10));
    }
}

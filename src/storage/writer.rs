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

use super::accept::{self, Accepted, NewCommand};
use super::inserter::Inserter;
use super::trouble::{Health, prove};
use super::{Unavailable, postgres, sqlite};
use crate::clock::Clock;
use crate::failpoint::{self, Sabotage, Step};

/// How many writes may wait; above that the store counts as unavailable, and senders send again.
const QUEUE: usize = 4_096;
/// How many writes share a transaction at most.
const BATCH: usize = 256;
/// How long a transaction may take, its connection included: longer than a server waits for a lock,
/// so that one which has vanished is told from one that is busy. An order may wait for the end of one
/// that was begun before it came, and then for its own: both fit into the 10 s of a request. One of orders on
/// SQLite blocks the writer's thread: it waits for a lock no longer than this either, and where the disk
/// hangs in it, [`GIVEN_UP`] is for those who wait.
const PATIENCE: Duration = Duration::from_millis(4_500);
/// How long anybody waits for a write to end. One that was given up may be committed later, so an order that
/// is sent again then is known.
const GIVEN_UP: Duration = Duration::from_millis(9_250);
/// A connection that a server may have cut off while nothing was written is tested first.
const UNTESTED: Duration = Duration::from_secs(1);

/// Tells the caller how the transaction ended.
type Settle = Box<dyn FnOnce(Result<(), &Unavailable>) + Send>;
type Work = Box<dyn for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<Settle, Failed>> + Send>;

/// What waits for a transaction.
enum Write {
    /// An order to be accepted; all of a batch are written down at once.
    Order(Box<Order>),
    /// Anything else.
    Work(Work),
}

/// An order, and what follows its commit.
struct Order {
    command: NewCommand,
    sender: Waiting,
}

/// Whoever waits for an order to be accepted.
struct Waiting {
    committed: Box<dyn FnOnce() + Send>,
    answer: oneshot::Sender<Result<Accepted, Unavailable>>,
}

/// A write that failed, and whom to tell.
struct Failed {
    error: sqlx::Error,
    settle: Settle,
}

#[derive(Clone, Debug)]
pub(super) struct Sender {
    queue: mpsc::Sender<Write>,
    health: Arc<Health>,
    /// How long is waited for a write to end.
    patience: Duration,
}

/// The queue's other end; [`run`] serves it.
pub(super) struct Receiver(mpsc::Receiver<Write>);

pub(super) fn queue(health: Arc<Health>) -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (Sender { queue: sender, health, patience: GIVEN_UP }, Receiver(receiver))
}

impl Sender {
    /// Writes an order down, and runs `committed` once it is in the journal, even where the caller is
    /// gone by then: whoever sent a webhook may have hung up.
    pub(super) async fn accept(
        &self,
        command: NewCommand,
        committed: impl FnOnce() + Send + 'static,
    ) -> Result<Accepted, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let sender = Waiting { committed: Box::new(committed), answer };
        self.send(Write::Order(Box::new(Order { command, sender })))?;
        self.ended(answered).await
    }

    /// Runs `work` in a transaction and returns its result once it is committed.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, Unavailable>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send + 'static,
    {
        self.write_then(work, || ()).await
    }

    /// The same, with what must follow the commit even where the caller is gone by then.
    pub(super) async fn write_then<T, F>(
        &self,
        work: F,
        committed: impl FnOnce() + Send + 'static,
    ) -> Result<T, Unavailable>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            Box::pin(async move {
                match work(connection).await {
                    Ok(value) => Ok(Box::new(move |end: Result<(), &Unavailable>| {
                        if end.is_ok() {
                            committed();
                        }
                        let _ = answer.send(end.map(|()| value).map_err(Unavailable::clone));
                    }) as Settle),
                    Err(error) => {
                        let told = Unavailable::from(&error);
                        let settle = Box::new(move |_: Result<(), &Unavailable>| {
                            let _ = answer.send(Err(told));
                        });
                        Err(Failed { error, settle })
                    }
                }
            })
        });
        self.send(Write::Work(work))?;
        self.ended(answered).await
    }

    fn send(&self, write: Write) -> Result<(), Unavailable> {
        // What is refused here is not committed later.
        if self.health.is_stuck(self.patience) {
            return Err(stuck());
        }
        self.queue.try_send(write).map_err(|full| {
            Unavailable::passing(match full {
                mpsc::error::TrySendError::Full(_) => "too many writes wait",
                mpsc::error::TrySendError::Closed(_) => "it is closed",
            })
        })
    }

    /// What became of a write.
    async fn ended<T>(&self, answered: oneshot::Receiver<Result<T, Unavailable>>) -> Result<T, Unavailable> {
        match tokio::time::timeout(self.patience, answered).await {
            Ok(Ok(end)) => end,
            // Dropped unrun: by trouble that is known by then, or by the writer's end.
            Ok(Err(_)) => Err(self.health.trouble().unwrap_or_else(|| Unavailable::passing("it was closed"))),
            Err(_) => {
                let trouble = stuck();
                self.health.failed(&trouble);
                Err(trouble)
            }
        }
    }

    /// Writes wait.
    pub(super) fn is_busy(&self) -> bool {
        self.queue.capacity() < self.queue.max_capacity()
    }
}

/// What is said of a write that does not end.
fn stuck() -> Unavailable {
    Unavailable::passing("a write does not end: see whether the disk, or the server, hangs")
}

/// What the writer writes to.
pub(super) struct Line {
    pub(super) pool: AnyPool,
    pub(super) health: Arc<Health>,
    pub(super) database: Written,
}

/// What differs between the databases. It is made where there is a file, or a server.
pub(super) enum Written {
    /// Orders go by a connection of their own, which blocks the thread.
    Sqlite(Inserter),
    /// Orders and the rest share a transaction; its turn brings the server's time.
    Postgres(Clock),
}

impl Line {
    /// The store has had no trouble since this connection was taken, and a server no time to cut it off.
    fn may_use(&self, desk: &Desk) -> bool {
        let is_fresh = matches!(self.database, Written::Sqlite(_)) || desk.used_at.elapsed() < UNTESTED;
        is_fresh && self.health.trusts(desk.taken_at.elapsed())
    }

    /// Tells what is known of the store's state how a transaction ended.
    fn ended<T>(&self, proves: bool, end: &Result<T, Unavailable>) {
        match end {
            Ok(_) if proves => self.health.recovered(),
            Ok(_) => {}
            Err(trouble) => self.health.failed(trouble),
        }
    }
}

/// The writes that wait: orders before the rest, so that whoever claims finds them.
#[derive(Default)]
struct Batch {
    commands: Vec<NewCommand>,
    senders: Vec<Waiting>,
    works: Vec<Work>,
}

impl Batch {
    fn of(writes: impl Iterator<Item = Write>) -> Self {
        let mut batch = Self::default();
        for write in writes {
            match write {
                Write::Order(order) => {
                    batch.commands.push(order.command);
                    batch.senders.push(order.sender);
                }
                Write::Work(work) => batch.works.push(work),
            }
        }
        batch
    }

    /// Tells the senders of the orders, which are in the journal or not; none is left.
    fn answer(&mut self, end: Result<Vec<Accepted>, Unavailable>) {
        self.commands.clear();
        let mut accepted = end.map(Vec::into_iter);
        for Waiting { committed, answer } in self.senders.drain(..) {
            let told = match &mut accepted {
                Ok(accepted) => accepted.next().ok_or_else(|| Unavailable::passing("it lost count")),
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
struct Desk {
    connection: PoolConnection<Any>,
    taken_at: Instant,
    used_at: Instant,
}

/// Serves the queue until every [`Sender`] is gone, or it is `closed` and empty. On SQLite it blocks its
/// thread while orders are written.
pub(super) async fn run(Receiver(mut queue): Receiver, mut line: Line, closed: CancellationToken) {
    let mut writes = Vec::with_capacity(BATCH);
    let mut desk = None;
    loop {
        let taken = tokio::select! {
            taken = queue.recv_many(&mut writes, BATCH) => taken,
            () = closed.cancelled(), if !queue.is_closed() => {
                queue.close();
                continue;
            }
        };
        if taken == 0 {
            break;
        }
        line.health.begun();
        write(&mut line, &mut desk, Batch::of(writes.drain(..))).await;
        line.health.rested();
    }
    // Not left to its drop, which nobody can wait for.
    if let Some(Desk { connection, .. }) = desk {
        let _ = connection.close().await;
    }
}

/// Writes what came together, and tells everybody. Trouble is over when it was shown to be on each connection
/// that is written on: what one of them can do says nothing of the other.
async fn write(line: &mut Line, desk: &mut Option<Desk>, mut batch: Batch) {
    let proves = line.health.is_in_trouble();
    if let Written::Sqlite(inserter) = &mut line.database
        && (proves || !batch.commands.is_empty())
    {
        let end = inserter.insert(&batch.commands, proves);
        if let Err(trouble) = &end {
            line.health.failed(trouble);
        }
        let lasts = proves && end.is_err();
        batch.answer(end);
        if lasts {
            // The rest is dropped unrun, which tells its callers of the trouble.
            return;
        }
    }
    if batch.commands.is_empty() && batch.works.is_empty() && !proves {
        return;
    }
    let mut settled = Vec::with_capacity(batch.works.len());
    let works = std::mem::take(&mut batch.works);
    let end = transaction(line, desk, proves, &batch.commands, works, &mut settled).await;
    line.ended(proves, &end);
    let told = end.as_ref().map(drop);
    for settle in settled {
        settle(told);
    }
    batch.answer(end);
}

async fn transaction(
    line: &mut Line,
    desk: &mut Option<Desk>,
    proves: bool,
    orders: &[NewCommand],
    works: Vec<Work>,
    settled: &mut Vec<Settle>,
) -> Result<Vec<Accepted>, Unavailable> {
    if let Written::Sqlite(inserter) = &mut line.database {
        inserter.expect_in_place()?;
        inserter.make_room(works.len())?;
    }
    let end = Instant::now() + PATIENCE;
    let mut taken = match desk.take().filter(|desk| line.may_use(desk)) {
        Some(desk) => desk,
        None => {
            let connection = tokio::time::timeout_at(end, line.pool.acquire()).await;
            let connection = connection.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
            Desk { connection, taken_at: Instant::now(), used_at: Instant::now() }
        }
    };
    let run = run_all(&mut taken.connection, &mut line.database, proves, orders, works, settled);
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
    if let Written::Sqlite(inserter) = &mut line.database {
        // Once more: what was moved away meanwhile took the commit with it.
        inserter.expect_in_place()?;
    }
    Ok(accepted)
}

async fn run_all(
    connection: &mut AnyConnection,
    database: &mut Written,
    proves: bool,
    orders: &[NewCommand],
    works: Vec<Work>,
    settled: &mut Vec<Settle>,
) -> Result<Vec<Accepted>, sqlx::Error> {
    match database {
        Written::Sqlite(_) => sqlite::begin(connection).await?,
        Written::Postgres(clock) => postgres::begin(connection, clock).await?,
    }
    if proves {
        prove(connection).await?;
    }
    let mut accepted = Vec::new();
    if !orders.is_empty() {
        accepted = accept::insert(connection, orders).await?;
        for _ in orders {
            failpoint::reach(Step::Writing);
        }
        if failpoint::is_sabotaged(Sabotage::AnswerBeforeCommit) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    // Writes after a failed one are dropped unrun, which tells their callers of the trouble.
    for work in works {
        match work(connection).await {
            Ok(settle) => settled.push(settle),
            Err(Failed { error, settle }) => {
                settled.push(settle);
                return Err(error);
            }
        }
    }
    match database {
        Written::Sqlite(_) => sqlite::commit(connection).await?,
        Written::Postgres(_) => postgres::commit(connection, !orders.is_empty()).await?,
    }
    Ok(accepted)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::clock::Timestamp;
    use crate::storage::Store;
    use crate::storage::open::Access;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    /// A journal whose writer hangs until something is sent, or nothing can be any more.
    async fn hung(patience: Duration) -> (Store, mpsc::Sender<()>, impl Sized) {
        let (mut store, writer, folder) = Store::throw_away(&Clock::manual(NOW)).await;
        store.writer.patience = patience;
        let ((go_on, gate), (hangs, hung)) = (mpsc::channel::<()>(), oneshot::channel());
        let blocked = store.writer.clone();
        tokio::spawn(async move {
            let block = move || {
                let _ = hangs.send(());
                let _ = gate.recv();
            };
            blocked.write_then(|_| Box::pin(std::future::ready(Ok(()))), block).await
        });
        hung.await.unwrap();
        (store, go_on, (writer, folder))
    }

    #[tokio::test]
    async fn nobody_waits_for_a_writer_that_hangs_and_an_order_that_it_had_is_known_when_it_goes_on() {
        let (store, go_on, _kept) = hung(Duration::from_secs(1)).await;
        let order = || NewCommand::made_up("a", NOW);

        let refused = store.accept(order()).await.unwrap_err().to_string();
        assert!(refused.contains("a write does not end"), "{refused}");
        let begun = Instant::now();
        let refused = store.accept(NewCommand::made_up("b", NOW)).await.unwrap_err().to_string();
        assert!(refused.contains("a write does not end"), "{refused}");
        let unready = store.ping().await.unwrap_err().to_string();
        assert!(unready.contains("a write does not end"), "{unready}");
        store.hand_back().await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_millis(500), "it is known, after {:?}", begun.elapsed());

        drop(go_on);
        while store.ping().await.is_err() {
            tokio::task::yield_now().await;
        }
        assert_eq!(store.accept(order()).await.unwrap(), Accepted::Duplicate);
        let kept = store.list(None, 9).await.unwrap();
        assert_eq!(kept.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a"], "b was never taken");
    }

    /// The one for orders finds no file until there is a link to it.
    #[tokio::test]
    async fn trouble_of_one_connection_is_not_over_because_the_other_one_writes() {
        let (store, writer, folder) = Store::throw_away(&Clock::manual(NOW)).await;
        store.close();
        writer.await.unwrap();
        let (path, link) = (folder.path().join("vincula.db"), folder.path().join("link.db"));
        let health = Arc::new(Health::default());
        let url = format!("sqlite:{}", path.display());
        let pool = sqlite::pool(&url, 1, Access::Write, health.clone());
        let inserter = Inserter::new(link.clone(), health.clone(), None, Arc::default());
        let line =
            Line { pool: pool.await.unwrap(), health: health.clone(), database: Written::Sqlite(inserter) };
        let (sender, receiver) = queue(health.clone());
        let _writer = tokio::spawn(run(receiver, line, CancellationToken::new()));
        let nothing = || sender.write(|_| Box::pin(std::future::ready(Ok(()))));

        nothing().await.unwrap();
        sender.accept(NewCommand::made_up("a", NOW), || ()).await.unwrap_err();
        let refused = nothing().await.unwrap_err().to_string();
        assert!(refused.contains("see whether the file"), "{refused}");
        assert!(health.is_in_trouble());

        std::os::unix::fs::symlink(&path, &link).unwrap();
        nothing().await.unwrap();
        assert!(!health.is_in_trouble());
        assert_eq!(sender.accept(NewCommand::made_up("a", NOW), || ()).await.unwrap(), Accepted::New);
    }

    #[test]
    fn who_gives_up_has_waited_for_two_transactions_and_is_answered_in_time() {
        assert!(GIVEN_UP > PATIENCE * 2);
        // What a request gets (`http::Patience`).
        assert!(GIVEN_UP < Duration::from_secs(10));
    }
}

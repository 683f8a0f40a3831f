//! The writer: takes the writes that wait into one transaction.
//!
//! Nothing waits when the writer is idle: a lone write is committed at once, and what arrives
//! during its fsync makes up the next transaction. A write that fails is trouble of the store
//! (writes are made so that no row of theirs can violate a rule), so it fails the whole
//! transaction, and each caller is told that nothing of theirs was kept.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::{AnyConnection, AnyPool, Connection as _};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::trouble::{Health, prove};
use super::{Database, Unavailable, postgres, sqlite};
use crate::clock::Clock;

/// How many writes may wait; above that the store counts as unavailable, and senders send again.
const QUEUE: usize = 4_096;
/// How many writes share a transaction at most.
const BATCH: usize = 256;
/// How long a transaction may take, its connection included: longer than a server waits for a lock,
/// so that one which has vanished is told from one that is busy. An order may wait for the end of one
/// that was begun before it came, and then for its own: both fit into the 10 s of a request.
const PATIENCE: Duration = Duration::from_millis(4_500);

/// Tells the caller how the transaction ended.
type Settle = Box<dyn FnOnce(Result<(), &Unavailable>) + Send>;
type Write = Box<dyn for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<Settle, Failed>> + Send>;

/// A write that failed, and whom to tell.
struct Failed {
    error: sqlx::Error,
    settle: Settle,
}

#[derive(Clone, Debug)]
pub(super) struct Sender(mpsc::Sender<Write>, Arc<Health>);

/// The queue's other end; [`run`] serves it.
pub(super) struct Receiver(mpsc::Receiver<Write>);

pub(super) fn queue(health: Arc<Health>) -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (Sender(sender, health), Receiver(receiver))
}

impl Sender {
    /// Runs `work` in a transaction and returns its result once it is committed.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, Unavailable>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send + 'static,
    {
        self.write_then(work, || ()).await
    }

    /// The same, with what must follow the commit even where the caller is gone by then: whoever
    /// sent a webhook may have hung up.
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
        let write: Write = Box::new(move |connection| {
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
        self.0.try_send(write).map_err(|full| {
            Unavailable::passing(match full {
                mpsc::error::TrySendError::Full(_) => "too many writes wait",
                mpsc::error::TrySendError::Closed(_) => "it is closed",
            })
        })?;
        // Dropped unrun: by trouble that is known by then, or by the writer's end.
        answered
            .await
            .map_err(|_| self.1.trouble().unwrap_or_else(|| Unavailable::passing("it was closed")))?
    }

    /// Writes wait.
    pub(super) fn is_busy(&self) -> bool {
        self.0.capacity() < self.0.max_capacity()
    }
}

/// What the writer writes to.
pub(super) struct Line {
    pub(super) pool: AnyPool,
    pub(super) database: Database,
    pub(super) clock: Clock,
    pub(super) health: Arc<Health>,
    pub(super) file: Option<Arc<sqlite::Held>>,
}

impl Line {
    fn expect_in_place(&self) -> Result<(), Unavailable> {
        self.file.as_deref().map_or(Ok(()), sqlite::Held::expect_in_place)
    }
}

/// Serves the queue until every [`Sender`] is gone, or it is `closed` and empty.
pub(super) async fn run(Receiver(mut queue): Receiver, line: Line, closed: CancellationToken) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let taken = tokio::select! {
            taken = queue.recv_many(&mut batch, BATCH) => taken,
            () = closed.cancelled(), if !queue.is_closed() => {
                queue.close();
                continue;
            }
        };
        if taken == 0 {
            return;
        }
        let mut settled = Vec::with_capacity(batch.len());
        let proves = line.health.is_in_trouble();
        let mut writes = batch.drain(..);
        let end = transaction(&line, proves, &mut writes, &mut settled).await;
        match &end {
            Ok(()) => line.health.committed(proves),
            Err(trouble) => line.health.failed(trouble),
        }
        drop(writes);
        for settle in settled {
            settle(end.as_ref().copied());
        }
    }
}

async fn transaction(
    line: &Line,
    proves: bool,
    writes: &mut (dyn Iterator<Item = Write> + Send),
    settled: &mut Vec<Settle>,
) -> Result<(), Unavailable> {
    line.expect_in_place()?;
    let end = Instant::now() + PATIENCE;
    let connection = tokio::time::timeout_at(end, line.pool.acquire()).await;
    let mut connection = connection.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    let run = run_all(&mut connection, line, proves, writes, settled);
    let run = tokio::time::timeout_at(end, run).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    if let Err(error) = run {
        // A full disk makes SQLite roll back by itself, of which the driver knows nothing: such a
        // connection begins no transaction any more. The next batch opens a new one.
        let _ = connection.detach().close_hard().await;
        return Err(error.into());
    }
    // Once more: what was moved away meanwhile took the commit with it.
    line.expect_in_place()
}

async fn run_all(
    connection: &mut AnyConnection,
    line: &Line,
    proves: bool,
    writes: &mut (dyn Iterator<Item = Write> + Send),
    settled: &mut Vec<Settle>,
) -> Result<(), sqlx::Error> {
    let mut transaction = match line.database {
        Database::Sqlite => connection.begin_with("BEGIN IMMEDIATE").await?,
        Database::Postgres => {
            let mut transaction = connection.begin().await?;
            postgres::take_turn(&mut transaction, &line.clock).await?;
            transaction
        }
    };
    if proves {
        prove(&mut transaction).await?;
    }
    // Writes after a failed one are dropped unrun, which tells their callers of the trouble.
    for write in writes {
        match write(&mut transaction).await {
            Ok(settle) => settled.push(settle),
            Err(Failed { error, settle }) => {
                settled.push(settle);
                return Err(error);
            }
        }
    }
    transaction.commit().await
}

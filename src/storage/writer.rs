//! The writer: takes the writes that wait into one transaction.
//!
//! Nothing waits when the writer is idle: a lone write is committed at once, and what arrives
//! during its fsync makes up the next transaction. A write that fails is trouble of the store
//! (writes are made so that no row of theirs can violate a rule), so it fails the whole
//! transaction, and each caller is told that nothing of theirs was kept.

use futures_util::future::BoxFuture;
use sqlx::{AnyConnection, AnyPool, Connection as _};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::Unavailable;

/// How many writes may wait; above that the store counts as unavailable, and senders send again.
const QUEUE: usize = 4_096;
/// How many writes share a transaction at most.
const BATCH: usize = 256;

/// Tells the caller how the transaction ended.
type Settle = Box<dyn FnOnce(Result<(), &sqlx::Error>) + Send>;
type Write = Box<dyn for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<Settle, Failed>> + Send>;

/// A write that failed, and whom to tell.
struct Failed {
    error: sqlx::Error,
    settle: Settle,
}

#[derive(Clone, Debug)]
pub(super) struct Sender(mpsc::Sender<Write>);

/// The queue's other end; [`run`] serves it.
pub(super) struct Receiver(mpsc::Receiver<Write>);

pub(super) fn queue() -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (Sender(sender), Receiver(receiver))
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
                    Ok(value) => Ok(Box::new(move |end: Result<(), &sqlx::Error>| {
                        if end.is_ok() {
                            committed();
                        }
                        let _ = answer.send(end.map(|()| value).map_err(|e| Unavailable(e.to_string())));
                    }) as Settle),
                    Err(error) => {
                        let told = Unavailable(error.to_string());
                        let settle = Box::new(move |_: Result<(), &sqlx::Error>| {
                            let _ = answer.send(Err(told));
                        });
                        Err(Failed { error, settle })
                    }
                }
            })
        });
        self.0.try_send(write).map_err(|full| {
            Unavailable(match full {
                mpsc::error::TrySendError::Full(_) => "too many writes wait".to_owned(),
                mpsc::error::TrySendError::Closed(_) => "it is closed".to_owned(),
            })
        })?;
        answered.await.map_err(|_| Unavailable("it was closed".to_owned()))?
    }
}

/// Serves the queue until every [`Sender`] is gone, or it is `closed` and empty.
pub(super) async fn run(Receiver(mut queue): Receiver, pool: AnyPool, closed: CancellationToken) {
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
        let end = transaction(&pool, batch.drain(..), &mut settled).await;
        if let Err(error) = &end {
            tracing::error!(%error, "the journal could not be written");
        }
        for settle in settled {
            settle(end.as_ref().copied());
        }
    }
}

async fn transaction(
    pool: &AnyPool,
    writes: impl Iterator<Item = Write>,
    settled: &mut Vec<Settle>,
) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let end = run_all(&mut connection, writes, settled).await;
    if end.is_err() {
        // A full disk makes SQLite roll back by itself, of which the driver knows nothing: such a
        // connection begins no transaction any more. The next batch opens a new one.
        let _ = connection.detach().close_hard().await;
    }
    end
}

async fn run_all(
    connection: &mut AnyConnection,
    writes: impl Iterator<Item = Write>,
    settled: &mut Vec<Settle>,
) -> Result<(), sqlx::Error> {
    // Writes after a failed one are dropped unrun, which tells their callers that the store was
    // closed to them.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
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

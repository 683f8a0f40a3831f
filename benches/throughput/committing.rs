//! A minimal store: one thread with SQLite that commits the waiting commands in one transaction, or each in its own,
//! and reports back after the fsync.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::statements::{self, InsertRow, Statements, Workload};

/// The statements, and the maximum number of commands per transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CommitMode {
    pub(crate) work: Workload,
    pub(crate) max_batch: usize,
}

type CommitJob = (InsertRow, oneshot::Sender<bool>);

/// Sends commands to the writer thread.
#[derive(Clone)]
pub(crate) struct Committer(Sender<CommitJob>);

impl Committer {
    /// Creates a database in a folder and starts the writer thread.
    ///
    /// # Errors
    /// SQLite fails.
    pub(crate) fn start(folder: &Path, manner: CommitMode) -> anyhow::Result<Self> {
        let connection = Connection::open(folder.join("commands.db"))?;
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        statements::make_tables(&connection, manner.work)?;
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            if let Err(error) = run(&connection, &receiver, manner) {
                // The waiting requests get 503, and the load stops.
                crate::progress(&format!("the baseline cannot write: {error}"));
            }
        });
        Ok(Self(sender))
    }

    /// Commits a command; returns whether it is new, or `None` if it could not be written.
    pub(crate) async fn commit(&self, command: InsertRow) -> Option<bool> {
        let (completion, completed) = oneshot::channel();
        self.0.send((command, completion)).ok()?;
        completed.await.ok()
    }
}

fn run(connection: &Connection, commands: &Receiver<CommitJob>, manner: CommitMode) -> rusqlite::Result<()> {
    let mut begin = connection.prepare("BEGIN IMMEDIATE")?;
    let mut commit = connection.prepare("COMMIT")?;
    let mut statements = Statements::prepare(connection, manner.work)?;
    let (mut batch, mut completions) = (Vec::new(), Vec::new());
    while let Ok(first) = commands.recv() {
        let waiting = std::iter::once(first).chain(commands.try_iter()).take(manner.max_batch);
        for (command, completion) in waiting {
            batch.push(command);
            completions.push(completion);
        }
        begin.execute([])?;
        let written = statements.write(&batch)?;
        commit.execute([])?;
        // The load sends no command twice; a duplicate fails its batch, which the load reports.
        let are_new = written == batch.len();
        batch.clear();
        for completion in completions.drain(..) {
            let _ = completion.send(are_new);
        }
    }
    Ok(())
}

//! Baseline: the same SQLite through rusqlite, on its own thread.

use std::path::Path;
use std::thread;

use rusqlite::{Connection, Statement, params};
use tokio::sync::{mpsc, oneshot};
use vincula::storage::NewCommand;

/// How a command is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BareKind {
    /// One insert, one transaction per command.
    Single,
    /// One insert; waiting commands share a transaction.
    Grouped,
    /// All statements of accepting; waiting commands share a transaction.
    Same,
}

type InsertJob = (NewCommand, oneshot::Sender<()>);

/// A writer of one kind.
#[derive(Clone)]
pub struct BareInserter(mpsc::Sender<InsertJob>);

impl BareInserter {
    /// Opens a journal file, and serves until every handle is dropped.
    pub fn open(path: &Path, kind: BareKind) -> Self {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").unwrap();
        // A minimal inbox that detects duplicates.
        connection
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS inbox (id TEXT NOT NULL, instance TEXT NOT NULL, ordering_key TEXT NOT NULL,
                     message_id TEXT NOT NULL, chat TEXT NOT NULL, admin TEXT NOT NULL, phone TEXT, text TEXT NOT NULL,
                     accepted_at BIGINT NOT NULL, PRIMARY KEY (instance, message_id)) WITHOUT ROWID",
            )
            .unwrap();
        let (sender, receiver) = mpsc::channel(4_096);
        thread::spawn(move || serve(&connection, kind, receiver));
        Self(sender)
    }

    /// Writes a command; returns after the fsync.
    pub async fn insert(&self, command: NewCommand) {
        let (done, written) = oneshot::channel();
        assert!(self.0.send((command, done)).await.is_ok());
        written.await.unwrap();
    }
}

/// The statements, prepared once.
struct Prepared<'c> {
    begin: Statement<'c>,
    inbox: Statement<'c>,
    queue: Statement<'c>,
    command: Statement<'c>,
    commit: Statement<'c>,
}

fn serve(connection: &Connection, kind: BareKind, mut receiver: mpsc::Receiver<InsertJob>) {
    let prepare = |sql| connection.prepare(sql).unwrap();
    let mut prepared = Prepared {
        begin: prepare("BEGIN IMMEDIATE"),
        inbox: prepare(
            "INSERT INTO inbox VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        ),
        queue: prepare(
            "INSERT INTO chat_queue (instance, ordering_key, ready_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (instance, ordering_key) DO UPDATE SET ready_at = excluded.ready_at WHERE chat_queue.ready_at = ?4",
        ),
        command: prepare(
            "INSERT INTO command (id, instance, ordering_key, seq, message_id, chat, admin, phone, lid, by_owner, name,
                 text, sent_at, accepted_at, state)
             VALUES (?1, ?2, ?3,
                 COALESCE((SELECT MAX(seq) FROM command
                     WHERE instance = ?2 AND ordering_key = ?3 AND state IN ('waiting', 'answering')), 0) + 1,
                 ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'waiting')
             ON CONFLICT (instance, message_id, version, part, admin) DO NOTHING",
        ),
        commit: prepare("COMMIT"),
    };
    let most = if kind == BareKind::Single { 1 } else { 256 };
    let mut batch = Vec::new();
    while receiver.blocking_recv_many(&mut batch, most) > 0 {
        prepared.begin.execute([]).unwrap();
        for (command, _) in &batch {
            match kind {
                BareKind::Single | BareKind::Grouped => prepared.insert(command),
                BareKind::Same => prepared.accept(command),
            }
        }
        prepared.commit.execute([]).unwrap();
        for (_, done) in batch.drain(..) {
            let _ = done.send(());
        }
    }
}

impl Prepared<'_> {
    fn insert(&mut self, new: &NewCommand) {
        let inserted = self.inbox.execute(params![
            new.id,
            new.instance.as_str(),
            new.ordering_key.as_str(),
            new.message_id,
            new.chat,
            new.admin,
            new.phone,
            new.text,
            new.accepted_at.0
        ]);
        assert_eq!(inserted.unwrap(), 1);
    }

    fn accept(&mut self, new: &NewCommand) {
        let inserted = self.command.execute(params![
            new.id,
            new.instance.as_str(),
            new.ordering_key.as_str(),
            new.message_id,
            new.chat,
            new.admin,
            new.phone,
            new.lid,
            i64::from(new.by_owner),
            new.name,
            new.text,
            new.sent_at.map(|at| at.0),
            new.accepted_at.0
        ]);
        assert_eq!(inserted.unwrap(), 1);
        self.queue
            .execute(params![new.instance.as_str(), new.ordering_key.as_str(), new.accepted_at.0, i64::MAX])
            .unwrap();
    }
}

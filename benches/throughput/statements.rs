//! The statements of the baselines: one insert per command, or the statements of `src/storage/insert_sqlite.rs`, on the tables
//! of the same migrations. Keep both in sync.

use rusqlite::{Connection, Statement, params};

/// The instance of all commands.
const INSTANCE: &str = "main";

/// The fields of a command that a baseline stores.
#[derive(Clone, Debug)]
pub(crate) struct InsertRow {
    pub(crate) message_id: String,
    pub(crate) chat: String,
    pub(crate) phone: String,
    pub(crate) text: String,
    /// Unix milliseconds.
    pub(crate) accepted_at: i64,
}

/// Creates the tables.
///
/// # Errors
/// SQLite fails, or a migration cannot be read.
pub(crate) fn make_tables(connection: &Connection, work: Workload) -> anyhow::Result<()> {
    if work == Workload::Insert {
        let table = "CREATE TABLE taken (message_id TEXT NOT NULL PRIMARY KEY, chat TEXT NOT NULL, phone TEXT NOT NULL,
             text TEXT NOT NULL, accepted_at BIGINT NOT NULL)";
        return Ok(connection.execute_batch(table)?);
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/storage/migrations");
    let mut paths =
        std::fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        connection.execute_batch(&std::fs::read_to_string(path)?)?;
    }
    Ok(())
}

/// The statements per command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workload {
    /// A row in a table of its own.
    Insert,
    /// The statements of vincula: the row of the command, and the row of its chat queue.
    InsertAndWake,
}

/// The statements of a connection, prepared once.
pub(crate) enum Statements<'c> {
    Insert(Statement<'c>),
    Accept { command: Statement<'c>, wake: Statement<'c> },
}

impl<'c> Statements<'c> {
    /// Prepares them.
    ///
    /// # Errors
    /// SQLite fails.
    pub(crate) fn prepare(connection: &'c Connection, work: Workload) -> rusqlite::Result<Self> {
        Ok(match work {
            Workload::Insert => Self::Insert(connection.prepare(
                "INSERT INTO taken (message_id, chat, phone, text, accepted_at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
            )?),
            Workload::InsertAndWake => Self::Accept {
                command: connection.prepare(
                    "INSERT INTO command (id, instance, ordering_key, seq, message_id, chat, admin, phone, lid, by_owner,
                         name, text, sent_at, accepted_at, state)
                     VALUES (?1, ?2, ?3,
                         COALESCE((SELECT MAX(seq) FROM command
                             WHERE instance = ?2 AND ordering_key = ?3 AND state IN ('waiting', 'answering')), 0) + 1,
                         ?4, ?3, ?5, ?5, NULL, 0, 'link', ?6, ?7, ?7, 'waiting')
                     ON CONFLICT (instance, message_id, version, part, admin) DO NOTHING",
                )?,
                wake: connection.prepare(
                    "INSERT INTO chat_queue (instance, ordering_key, ready_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (instance, ordering_key) DO UPDATE SET ready_at = excluded.ready_at
                         WHERE chat_queue.ready_at = ?4",
                )?,
            },
        })
    }

    /// Writes commands in the open transaction; returns how many were new.
    ///
    /// # Errors
    /// SQLite fails.
    pub(crate) fn write(&mut self, commands: &[InsertRow]) -> rusqlite::Result<usize> {
        commands.iter().try_fold(0, |written, command| Ok(written + self.write_one(command)?))
    }

    fn write_one(&mut self, new: &InsertRow) -> rusqlite::Result<usize> {
        let InsertRow { message_id, chat, phone, text, accepted_at } = new;
        match self {
            Self::Insert(insert) => insert.execute(params![message_id, chat, phone, text, accepted_at]),
            Self::Accept { command, wake } => {
                let id = uuid::Uuid::now_v7().to_string();
                let written =
                    command.execute(params![id, INSTANCE, chat, message_id, phone, text, accepted_at])?;
                if written > 0 {
                    wake.execute(params![INSTANCE, chat, accepted_at, i64::MAX])?;
                }
                Ok(written)
            }
        }
    }
}

//! The statements of the baselines: one insert, or the same as accepting an order takes
//! (`src/storage/accept.rs`), on the tables of the same migrations. Whoever changes them there changes them here.

use rusqlite::{Connection, OptionalExtension as _, Statement, params};

/// An order, as far as a baseline looks at it.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) message_id: String,
    pub(crate) chat: String,
    pub(crate) phone: String,
    pub(crate) text: String,
    /// Unix milliseconds.
    pub(crate) accepted_at: i64,
}

/// Makes the tables.
///
/// # Errors
/// Where SQLite refuses, or a migration cannot be read.
pub(crate) fn make_tables(connection: &Connection, is_ours: bool) -> anyhow::Result<()> {
    if !is_ours {
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

/// The statements, prepared.
pub(crate) enum Statements<'c> {
    One(Statement<'c>),
    Ours { known: Statement<'c>, lane: Statement<'c>, command: Statement<'c>, note: Statement<'c> },
}

/// Prepares them once.
///
/// # Errors
/// Where SQLite refuses.
pub(crate) fn prepare(connection: &Connection, is_ours: bool) -> rusqlite::Result<Statements<'_>> {
    if !is_ours {
        return Ok(Statements::One(connection.prepare(
            "INSERT INTO taken (message_id, chat, phone, text, accepted_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )?));
    }
    Ok(Statements::Ours {
        known: connection.prepare("SELECT 1 FROM command WHERE instance = ?1 AND message_id = ?2")?,
        lane: connection.prepare(
            "INSERT INTO lane (instance, lane, next_seq, ready_at) VALUES (?1, ?2, 1, ?3)
             ON CONFLICT (instance, lane) DO UPDATE SET next_seq = lane.next_seq + 1,
                 ready_at = CASE WHEN lane.ready_at = ?4 THEN ?3 ELSE lane.ready_at END
             RETURNING next_seq",
        )?,
        command: connection.prepare(
            "INSERT INTO command (id, instance, lane, seq, message_id, chat, admin, phone, lid, by_owner,
                 name, text, sent_at, accepted_at, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 'waiting')
             ON CONFLICT (instance, message_id) DO NOTHING",
        )?,
        note: connection.prepare(
            "INSERT INTO note (command, at, what, detail, n)
             SELECT ?1, ?2, ?3, ?4, COALESCE(MAX(n), 0) + 1 FROM note WHERE command = ?1",
        )?,
    })
}

impl Statements<'_> {
    /// Writes an order within the transaction that is open; whether it is new.
    ///
    /// # Errors
    /// Where SQLite refuses.
    pub(crate) fn write(&mut self, order: &Order) -> rusqlite::Result<bool> {
        let Order { message_id, chat, phone, text, accepted_at } = order;
        let (known, lane, command, note) = match self {
            Self::One(insert) => {
                return insert
                    .execute(params![message_id, chat, phone, text, accepted_at])
                    .map(|rows| rows == 1);
            }
            Self::Ours { known, lane, command, note } => (known, lane, command, note),
        };
        const INSTANCE: &str = "main";
        if known.query_row(params![INSTANCE, message_id], |_| Ok(())).optional()?.is_some() {
            return Ok(false);
        }
        let seq: i64 = lane.query_row(params![INSTANCE, chat, accepted_at, i64::MAX], |row| row.get(0))?;
        let id = uuid::Uuid::now_v7().to_string();
        let (lid, detail): (Option<String>, Option<String>) = (None, None);
        command.execute(params![
            id,
            INSTANCE,
            chat,
            seq,
            message_id,
            chat,
            phone,
            phone,
            lid,
            0,
            "link",
            text,
            accepted_at,
            accepted_at
        ])?;
        note.execute(params![id, accepted_at, "accepted", detail])?;
        Ok(true)
    }
}

//! The statements of the baselines: one insert an order, or the same as accepting orders takes
//! (`src/storage/accept.rs`), on the tables of the same migrations. Whoever changes them there changes them here.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, Statement, params};

/// The instance of all orders.
const INSTANCE: &str = "main";
/// Columns of an order besides its id, as they are bound.
const COLUMNS: usize = 13;

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
pub(crate) fn make_tables(connection: &Connection, work: Work) -> anyhow::Result<()> {
    if work == Work::Insert {
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

/// What is done for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// A row in a table of its own.
    Insert,
    /// What accepting does here, in three statements for all orders of a transaction.
    Accept,
}

/// The statements of a connection, prepared once.
pub(crate) enum Statements<'c> {
    Insert(Statement<'c>),
    Accept {
        connection: &'c Connection,
        /// By the number of orders that there is room for.
        prepared: HashMap<usize, [Statement<'c>; 3]>,
    },
}

impl<'c> Statements<'c> {
    /// Prepares them.
    ///
    /// # Errors
    /// Where SQLite refuses.
    pub(crate) fn on(connection: &'c Connection, work: Work) -> rusqlite::Result<Self> {
        Ok(match work {
            Work::Insert => Self::Insert(connection.prepare(
                "INSERT INTO taken (message_id, chat, phone, text, accepted_at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
            )?),
            Work::Accept => Self::Accept { connection, prepared: HashMap::new() },
        })
    }

    /// Writes orders within the transaction that is open; how many of them were new.
    ///
    /// # Errors
    /// Where SQLite refuses.
    pub(crate) fn write(&mut self, orders: &[Order]) -> rusqlite::Result<usize> {
        match self {
            Self::Insert(insert) => orders.iter().try_fold(0, |written, order| {
                let Order { message_id, chat, phone, text, accepted_at } = order;
                Ok(written + insert.execute(params![message_id, chat, phone, text, accepted_at])?)
            }),
            Self::Accept { connection, prepared } => {
                let capacity = orders.len().next_power_of_two();
                let statements = match prepared.entry(capacity) {
                    Entry::Occupied(there) => there.into_mut(),
                    Entry::Vacant(room) => room.insert(accepting(connection, capacity)?),
                };
                accept(statements, orders, capacity)
            }
        }
    }
}

fn accepting(connection: &Connection, capacity: usize) -> rusqlite::Result<[Statement<'_>; 3]> {
    let ids = numbered(1, capacity);
    let rows: Vec<String> = (0..capacity)
        .map(|row| format!("(?{}, {})", row + 1, numbered(capacity + 1 + row * COLUMNS, COLUMNS)))
        .collect();
    let orders = format!(
        "INSERT INTO command (id, instance, lane, seq, message_id, chat, admin, phone, lid, by_owner, name,
             text, sent_at, accepted_at, state)
         SELECT new.column1, new.column2, new.column3, COALESCE(lane.next_seq, 0) + new.column4, new.column5,
             new.column6, new.column7, new.column8, new.column9, new.column10, new.column11, new.column12,
             new.column13, new.column14, 'waiting'
         FROM (VALUES {}) AS new
         LEFT JOIN lane ON lane.instance = new.column2 AND lane.lane = new.column3
         WHERE new.column1 IS NOT NULL
         ON CONFLICT (instance, message_id) DO NOTHING",
        rows.join(", ")
    );
    let fresh = format!(
        "FROM command WHERE id IN ({ids})
         AND NOT EXISTS (SELECT 1 FROM note WHERE note.command = command.id)"
    );
    let idle = i64::MAX;
    let lanes = format!(
        "INSERT INTO lane (instance, lane, next_seq, ready_at)
         SELECT instance, lane, MAX(seq), MIN(accepted_at) {fresh} GROUP BY instance, lane
         ON CONFLICT (instance, lane) DO UPDATE SET next_seq = excluded.next_seq,
             ready_at = CASE WHEN lane.ready_at = {idle} THEN excluded.ready_at ELSE lane.ready_at END"
    );
    let notes =
        format!("INSERT INTO note (command, at, what, n) SELECT id, accepted_at, 'accepted', 1 {fresh}");
    Ok([connection.prepare(&orders)?, connection.prepare(&lanes)?, connection.prepare(&notes)?])
}

fn accept(statements: &mut [Statement<'_>; 3], orders: &[Order], capacity: usize) -> rusqlite::Result<usize> {
    let ids: Vec<String> = orders.iter().map(|_| uuid::Uuid::now_v7().to_string()).collect();
    for statement in &mut *statements {
        statement.clear_bindings();
        for (place, id) in ids.iter().enumerate() {
            statement.raw_bind_parameter(place + 1, id)?;
        }
    }
    let [insert, lanes, notes] = statements;
    let mut in_lane: HashMap<&str, i64> = HashMap::with_capacity(orders.len());
    for (row, order) in orders.iter().enumerate() {
        let Order { message_id, chat, phone, text, accepted_at } = order;
        let seq = in_lane.entry(chat).or_default();
        *seq += 1;
        let first = capacity + 1 + row * COLUMNS;
        // The eighth, a lid, stays NULL.
        for (column, words) in [INSTANCE, chat].into_iter().enumerate() {
            insert.raw_bind_parameter(first + column, words)?;
        }
        insert.raw_bind_parameter(first + 2, *seq)?;
        for (column, words) in [message_id, chat, phone, phone].into_iter().enumerate() {
            insert.raw_bind_parameter(first + 3 + column, words)?;
        }
        insert.raw_bind_parameter(first + 8, 0)?;
        insert.raw_bind_parameter(first + 9, "link")?;
        insert.raw_bind_parameter(first + 10, text)?;
        insert.raw_bind_parameter(first + 11, *accepted_at)?;
        insert.raw_bind_parameter(first + 12, *accepted_at)?;
    }
    let written = insert.raw_execute()?;
    lanes.raw_execute()?;
    notes.raw_execute()?;
    Ok(written)
}

/// `?3, ?4, ?5`: so many parameters from this one on.
fn numbered(first: usize, count: usize) -> String {
    let parameters: Vec<String> = (first..first + count).map(|number| format!("?{number}")).collect();
    parameters.join(", ")
}

//! Accepting orders: all that came together in a few statements, fsynced before anybody says `accepted`.
//!
//! Three statements write a batch down: the orders, their lanes, the first line of their audits. The
//! second and the third read what the first has kept, so nothing has to come back in between, and on
//! SQLite, where each statement is a way to another thread and back, all three go as one, with the
//! transaction's begin. There is a text for each power of two; a batch that is smaller is filled up with
//! NULLs, so that a connection keeps few prepared statements and every batch finds one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use futures_util::{FutureExt as _, StreamExt as _};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Executor as _, Row as _};

use super::{Database, IDLE, Store, Unavailable};
use crate::clock::Timestamp;
use crate::failpoint::{self, Sabotage, Step};

/// How many orders can be written down at once: a power of two.
pub(super) const MOST: usize = 256;

/// An order of an admin, as it is written down.
#[derive(Clone, Debug)]
pub struct NewCommand {
    /// Its id: a UUID v7, and no other order's.
    pub id: String,
    /// The instance's name.
    pub instance: String,
    /// What it waits behind: its chat, or nothing but itself.
    pub lane: String,
    /// WhatsApp's id of the message.
    pub message_id: String,
    /// Where the answer goes.
    pub chat: String,
    /// The admin's key in the configuration.
    pub admin: String,
    /// The sender's number.
    pub phone: Option<String>,
    /// The sender's lid.
    pub lid: Option<String>,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// The command's English name.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it is accepted.
    pub accepted_at: Timestamp,
}

#[cfg(test)]
impl NewCommand {
    /// An order of Ana's that is accepted at this moment.
    pub(crate) fn made_up(id: &str, accepted_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            instance: "main".to_owned(),
            lane: "@ana".to_owned(),
            message_id: format!("3EB0{id}"),
            chat: "5544999990001".to_owned(),
            admin: "ana".to_owned(),
            phone: None,
            lid: None,
            by_owner: false,
            name: "link".to_owned(),
            text: "/link Bairro futebol".to_owned(),
            sent_at: None,
            accepted_at,
        }
    }
}

/// What became of an order at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is safe in the journal.
    New,
    /// The same message is in the journal already.
    Duplicate,
}

impl Store {
    /// Writes an order down; returns after the fsync.
    pub async fn accept(&self, command: NewCommand) -> Result<Accepted, Unavailable> {
        self.health.expect_sound()?;
        let accepted = self.accepted.clone();
        let written = self.writer.accept(command, move || {
            failpoint::reach(Step::Committed);
            accepted.notify_one();
        });
        if failpoint::is_sabotaged(Sabotage::AnswerBeforeCommit) {
            // One look puts the write into the queue; nobody waits for it.
            drop(Box::pin(written).now_or_never());
            return Ok(Accepted::New);
        }
        written.await
    }
}

/// What of a transaction goes with the statements that write orders down; on PostgreSQL nothing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// It is open, and stays so.
    Within,
    /// Its beginning.
    Opening,
    /// All of it, its fsync included.
    Whole,
}

/// Writes orders down. Tells of each, in their order, what became of it.
pub(super) async fn insert(
    connection: &mut AnyConnection,
    database: Database,
    orders: &[NewCommand],
    frame: Frame,
) -> Result<Vec<Accepted>, sqlx::Error> {
    let statements = Statements::of(database, orders.len());
    let inserted = match database {
        Database::Sqlite => {
            let query = statements.bind_orders(asked(statements.framed(frame)), orders);
            let query = statements.bind_ids(statements.bind_ids(query, orders), orders);
            let mut results = connection.fetch_many(query);
            let mut changed = Vec::with_capacity(5);
            // To the end: what nobody waits for is not run.
            while let Some(result) = results.next().await {
                changed.extend(result?.left().map(|result| result.rows_affected()));
            }
            changed.get(usize::from(frame != Frame::Within)).copied().unwrap_or(0)
        }
        Database::Postgres => {
            let query = statements.bind_orders(asked(&statements.orders), orders);
            let inserted = query.execute(&mut *connection).await?.rows_affected();
            if inserted > 0 {
                for sql in [&statements.lanes, &statements.notes] {
                    statements.bind_ids(asked(sql), orders).execute(&mut *connection).await?;
                }
            }
            inserted
        }
    };
    if usize::try_from(inserted) == Ok(orders.len()) {
        return Ok(vec![Accepted::New; orders.len()]);
    }
    if inserted == 0 {
        return Ok(vec![Accepted::Duplicate; orders.len()]);
    }
    let kept = statements.bind_ids(asked(&statements.kept), orders).fetch_all(connection).await?;
    let mut kept = kept.iter().map(|row| row.try_get(0)).collect::<Result<HashSet<String>, _>>()?;
    let told = |order: &NewCommand| if kept.remove(&order.id) { Accepted::New } else { Accepted::Duplicate };
    Ok(orders.iter().map(told).collect())
}

/// The statements for so many orders; the same for both databases but for the marks of parameters.
struct Statements {
    capacity: usize,
    /// Takes the orders; the others take their ids.
    orders: Arc<str>,
    lanes: Arc<str>,
    notes: Arc<str>,
    /// Which of the ids are in the journal.
    kept: Arc<str>,
    /// The first three as one text, which the driver of SQLite alone takes.
    all: Arc<str>,
    /// The same, in the transaction that it opens.
    all_opening: Arc<str>,
    /// The same, in a transaction of its own.
    whole: Arc<str>,
}

/// Columns of an order, as they are bound.
const COLUMNS: usize = 14;
/// How many sizes of statements there are.
const SIZES: usize = MOST.ilog2() as usize + 1;

impl Statements {
    /// The statements for `count` orders, at most [`MOST`].
    fn of(database: Database, count: usize) -> &'static Self {
        static SQLITE: [OnceLock<Statements>; SIZES] = [const { OnceLock::new() }; SIZES];
        static POSTGRES: [OnceLock<Statements>; SIZES] = [const { OnceLock::new() }; SIZES];
        let capacity = count.clamp(1, MOST).next_power_of_two();
        let made = match database {
            Database::Sqlite => &SQLITE,
            Database::Postgres => &POSTGRES,
        };
        made[capacity.ilog2() as usize].get_or_init(|| Self::new(database, capacity))
    }

    fn new(database: Database, capacity: usize) -> Self {
        let ids = marks(database, 1, capacity);
        let rows: Vec<String> =
            (0..capacity).map(|row| format!("({})", marks(database, 1 + row * COLUMNS, COLUMNS))).collect();
        // A writer at a time: a lane's last place stands still until the lane's statement. The fourth
        // column counts on from there within the batch, which leaves a gap where a message was known.
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
        // What has no note was written by the statement before.
        let fresh = format!(
            "FROM command WHERE id IN ({ids})
             AND NOT EXISTS (SELECT 1 FROM note WHERE note.command = command.id)"
        );
        let lanes = format!(
            "INSERT INTO lane (instance, lane, next_seq, ready_at)
             SELECT instance, lane, MAX(seq), MIN(accepted_at) {fresh} GROUP BY instance, lane
             ON CONFLICT (instance, lane) DO UPDATE SET next_seq = excluded.next_seq,
                 ready_at = CASE WHEN lane.ready_at = {IDLE} THEN excluded.ready_at ELSE lane.ready_at END"
        );
        let notes =
            format!("INSERT INTO note (command, at, what, n) SELECT id, accepted_at, 'accepted', 1 {fresh}");
        let all = format!("{orders}; {lanes}; {notes}");
        Self {
            capacity,
            kept: format!("SELECT id FROM command WHERE id IN ({ids})").into(),
            all_opening: format!("BEGIN IMMEDIATE; {all}").into(),
            whole: format!("BEGIN IMMEDIATE; {all}; COMMIT").into(),
            all: all.into(),
            orders: orders.into(),
            lanes: lanes.into(),
            notes: notes.into(),
        }
    }

    fn framed(&self, frame: Frame) -> &Arc<str> {
        match frame {
            Frame::Within => &self.all,
            Frame::Opening => &self.all_opening,
            Frame::Whole => &self.whole,
        }
    }

    fn bind_ids(&self, asked: Asked, orders: &[NewCommand]) -> Asked {
        let ids = orders.iter().map(|order| Some(order.id.clone())).chain(std::iter::repeat(None));
        ids.take(self.capacity).fold(asked, |asked, id| asked.bind(id))
    }

    fn bind_orders(&self, mut asked: Asked, orders: &[NewCommand]) -> Asked {
        let mut in_lane: HashMap<(&str, &str), i64> = HashMap::with_capacity(orders.len());
        for new in orders {
            let place = in_lane.entry((&new.instance, &new.lane)).or_default();
            *place += 1;
            asked = asked
                .bind(new.id.clone())
                .bind(new.instance.clone())
                .bind(new.lane.clone())
                .bind(*place)
                .bind(new.message_id.clone())
                .bind(new.chat.clone())
                .bind(new.admin.clone())
                .bind(new.phone.clone())
                .bind(new.lid.clone())
                .bind(i64::from(new.by_owner))
                .bind(new.name.clone())
                .bind(new.text.clone())
                .bind(new.sent_at.map(|at| at.0))
                .bind(new.accepted_at.0);
        }
        // The types of what is missing are those of the columns.
        let text = |asked: Asked, count| (0..count).fold(asked, |asked: Asked, _| asked.bind(None::<String>));
        for _ in orders.len()..self.capacity {
            asked = text(text(asked, 3).bind(None::<i64>), 5).bind(None::<i64>);
            asked = text(asked, 2).bind(None::<i64>).bind(None::<i64>);
        }
        asked
    }
}

/// The texts that SQLite is asked, for so many orders.
#[cfg(test)]
pub(super) fn texts(count: usize) -> Vec<String> {
    let statements = Statements::of(Database::Sqlite, count);
    [&statements.orders, &statements.lanes, &statements.notes, &statements.kept]
        .map(ToString::to_string)
        .into()
}

type Asked = Query<'static, Any, AnyArguments>;

fn asked(sql: &Arc<str>) -> Asked {
    sqlx::query(AssertSqlSafe(sql.clone()))
}

/// So many parameters from this one on. On SQLite they bear no numbers: it looks for a number among all
/// of a statement's, one after the other, for each that is bound.
fn marks(database: Database, first: usize, count: usize) -> String {
    let mark = |number| match database {
        Database::Sqlite => "?".to_owned(),
        Database::Postgres => format!("${number}"),
    };
    (first..first + count).map(mark).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;
    use crate::clock::Clock;
    use crate::storage::{LEASE, Opened, Outcome};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);
    const HORIZON: Duration = Duration::from_secs(3_600);

    /// An order of a lane.
    fn order(id: &str, lane: &str) -> NewCommand {
        NewCommand { lane: lane.to_owned(), ..NewCommand::made_up(id, NOW) }
    }

    /// Accepts orders that came together, in one transaction.
    async fn accept(store: &Store, orders: Vec<NewCommand>) -> Vec<Accepted> {
        let accepted = join_all(orders.into_iter().map(|order| store.accept(order))).await;
        accepted.into_iter().map(Result::unwrap).collect()
    }

    /// Runs all that is open, lane by lane; tells which orders, in turn.
    async fn run_all(store: &Store) -> Vec<String> {
        let mut run = Vec::new();
        while let Some(claim) = store.claim(NOW, HORIZON).await.unwrap() {
            run.push(claim.command.id.clone());
            claim.finish(Outcome::Answered, None, NOW).await.unwrap();
        }
        run
    }

    #[tokio::test]
    async fn orders_that_come_together_run_in_the_order_in_which_they_came() {
        let (store, _writer, _folder) = Store::throw_away(&Clock::manual(NOW)).await;
        accept(&store, vec![order("z", "one")]).await;
        // Neither by id nor by lane; more than fit into a text of their own size.
        let ids = ["k", "b", "x", "a", "q", "c", "y"];
        let lanes = ["one", "two"];
        let orders = ids.iter().enumerate().map(|(index, id)| order(id, lanes[index % 2])).collect();

        assert_eq!(accept(&store, orders).await, vec![Accepted::New; ids.len()]);

        let run = run_all(&store).await;
        let of = |lane: &[&str]| -> Vec<String> {
            run.iter().filter(|id| lane.contains(&id.as_str())).cloned().collect()
        };
        assert_eq!(run.len(), ids.len() + 1);
        assert_eq!(of(&["z", "k", "x", "q", "y"]), ["z", "k", "x", "q", "y"]);
        assert_eq!(of(&["b", "a", "c"]), ["b", "a", "c"]);
        let places: Vec<i64> = sqlx::query_scalar("SELECT seq FROM command WHERE lane = 'one' ORDER BY seq")
            .fetch_all(&store.reads)
            .await
            .unwrap();
        assert_eq!(places, [1, 2, 3, 4, 5]);
        assert_eq!(store.notes("x").await.unwrap().iter().filter(|note| note.what == "accepted").count(), 1);
    }

    #[tokio::test]
    async fn a_message_is_known_again_in_the_journal_and_among_what_came_with_it() {
        let (store, _writer, _folder) = Store::throw_away(&Clock::manual(NOW)).await;
        accept(&store, vec![order("a", "one")]).await;
        assert_eq!(run_all(&store).await, ["a"]);
        let again =
            |id: &str, message: &str| NewCommand { message_id: format!("3EB0{message}"), ..order(id, "one") };

        let orders =
            vec![again("b", "a"), order("c", "one"), again("d", "c"), again("e", "a"), order("f", "one")];
        let accepted = accept(&store, orders).await;

        use Accepted::{Duplicate, New};
        assert_eq!(accepted, [Duplicate, New, Duplicate, Duplicate, New]);
        assert_eq!(run_all(&store).await, ["c", "f"]);
        assert!(store.notes("d").await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_message_that_is_known_wakes_no_lane() {
        let (store, _writer, _folder) = Store::throw_away(&Clock::manual(NOW)).await;
        accept(&store, vec![order("a", "one")]).await;
        run_all(&store).await;

        assert_eq!(accept(&store, vec![order("a", "one")]).await, [Accepted::Duplicate]);

        assert_eq!(store.next_ready().await.unwrap(), None);
        assert_eq!(store.notes("a").await.unwrap().iter().filter(|note| note.what == "accepted").count(), 1);
    }

    #[tokio::test]
    async fn what_does_not_fit_into_the_queue_is_refused_at_once_and_the_rest_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        let Opened { store, writer } = Store::open(&url, Clock::manual(NOW), LEASE).await.unwrap();
        let mut waiting: Vec<_> = (0..5_000)
            .map(|number| Box::pin(store.accept(order(&format!("{number:04}"), &format!("{}", number % 99)))))
            .collect();

        // Nobody writes yet.
        let refused = waiting.iter_mut().filter_map(|accept| accept.now_or_never()).count();
        assert_eq!(refused, 5_000 - 4_096);

        let writer = tokio::spawn(writer);
        let accepted = join_all(waiting.drain(..4_096)).await;
        assert!(accepted.iter().all(|accepted| matches!(accepted, Ok(Accepted::New))));
        assert_eq!(store.overview("main").await.unwrap().open, 4_096);
        store.close();
        writer.await.unwrap();
    }
}

//! Accepting orders: what is written of one, and the statement that writes all that came together into
//! PostgreSQL. On SQLite the [inserter](super::inserter) writes the same.

use std::collections::{HashMap, HashSet};

use futures_util::FutureExt as _;
use serde::Serialize;
use sqlx::{AnyConnection, Row as _};

use super::{IDLE_READY_AT, Store, StoreUnavailable};
use crate::clock::Timestamp;
use crate::failpoint::{self, InjectedBug, Step};

/// An order of an admin, as it is written down.
#[derive(Clone, Debug, Serialize)]
pub struct NewCommand {
    /// Its id: a UUID v7, and no other order's.
    pub id: String,
    /// The instance's name.
    pub instance: String,
    /// What it waits behind: its chat, or nothing but itself.
    pub lane: String,
    /// WhatsApp's id of the message, which its sender's phone chose: another sender may use it too.
    pub message_id: String,
    /// Where the answer goes.
    pub chat: String,
    /// The admin's key in the configuration.
    pub admin: String,
    /// The sender's number.
    pub phone: Option<String>,
    /// The sender's lid.
    pub lid: Option<String>,
    /// The sender's number and lid as far as they are known from elsewhere too: the message is theirs under either.
    pub sender: SenderIdentity,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// The command's English name.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// WhatsApp's id of the message that it quotes, or that a reaction stands on.
    pub quoted: Option<String>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it is accepted.
    pub accepted_at: Timestamp,
}

/// What the sender of a message is told by. Two messages are of one sender where any of these is the same: an
/// admin's key may change when a lid and a number turn out to be one person's, or with the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SenderIdentity {
    /// The admin's key.
    pub admin: String,
    /// Their number.
    pub phone: Option<String>,
    /// Their lid.
    pub lid: Option<String>,
}

impl SenderIdentity {
    /// Whether both are one sender.
    fn is_same(&self, other: &Self) -> bool {
        let is_one = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        self.admin == other.admin || is_one(&self.phone, &other.phone) || is_one(&self.lid, &other.lid)
    }
}

#[cfg(test)]
impl NewCommand {
    /// An order of Ana's that is accepted at this moment.
    pub(crate) fn for_test(id: &str, accepted_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            instance: "main".to_owned(),
            lane: "@ana".to_owned(),
            message_id: format!("3EB0{id}"),
            chat: "5544999990001".to_owned(),
            admin: "ana".to_owned(),
            phone: None,
            lid: None,
            sender: SenderIdentity { admin: "ana".to_owned(), ..SenderIdentity::default() },
            by_owner: false,
            name: "link".to_owned(),
            text: "/link Bairro futebol".to_owned(),
            quoted: None,
            sent_at: None,
            accepted_at,
        }
    }
}

/// What became of an order at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InsertResult {
    /// It is safe in the journal.
    Inserted,
    /// The same message is in the journal already.
    Duplicate,
}

impl Store {
    /// Writes an order down; returns after the fsync.
    pub async fn insert(&self, command: NewCommand) -> Result<InsertResult, StoreUnavailable> {
        self.health.check_undamaged()?;
        let accepted = self.command_inserted.clone();
        let written = self.writer.insert(command, move || {
            failpoint::reach(Step::Committed);
            accepted.notify_one();
        });
        if failpoint::is_injected(InjectedBug::RespondBeforeCommit) {
            // One look puts the write into the queue; nobody waits for it.
            drop(Box::pin(written).now_or_never());
            return Ok(InsertResult::Inserted);
        }
        written.await
    }
}

/// Writes orders into PostgreSQL, in one statement however many they are. Tells of each, in their order, what
/// became of it. A writer at a time: what is open in a lane stands still meanwhile.
pub(super) async fn insert_batch(
    connection: &mut AnyConnection,
    orders: &[NewCommand],
) -> Result<Vec<InsertResult>, sqlx::Error> {
    let is_repeated = repeated(orders);
    let given: Vec<_> = orders
        .iter()
        .zip(&is_repeated)
        .filter_map(|(order, is_repeated)| (!is_repeated).then_some(order))
        .collect();
    let given = serde_json::to_string(&given).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let kept = sqlx::query(
        "WITH fresh AS (
             INSERT INTO command (id, instance, lane, seq, message_id, chat, admin, phone, lid, by_owner, name,
                 text, sent_at, accepted_at, state, quoted)
             SELECT id, instance, lane, place + COALESCE((SELECT MAX(open.seq) FROM command open
                     WHERE open.instance = given.instance AND open.lane = given.lane
                         AND open.state IN ('waiting', 'answering')), 0),
                 message_id, chat, admin, phone, lid, CAST(by_owner AS INTEGER), name,
                 text, sent_at, accepted_at, 'waiting', quoted
             FROM ROWS FROM (json_to_recordset(CAST($1 AS JSON)) AS (id TEXT, instance TEXT, lane TEXT,
                 message_id TEXT, chat TEXT, admin TEXT, phone TEXT, lid TEXT, sender JSON, by_owner BOOLEAN,
                 name TEXT, text TEXT, sent_at BIGINT, accepted_at BIGINT, quoted TEXT)) WITH ORDINALITY AS given (id,
                 instance, lane, message_id, chat, admin, phone, lid, sender, by_owner, name, text, sent_at,
                 accepted_at, quoted, place)
             WHERE NOT EXISTS (SELECT 1 FROM command known
                 WHERE known.instance = given.instance AND known.message_id = given.message_id
                     AND (known.admin = given.admin OR known.phone = given.sender->>'phone'
                         OR known.lid = given.sender->>'lid'))
             ON CONFLICT (instance, message_id, admin) DO NOTHING
             RETURNING id, instance, lane, accepted_at),
         woken AS (
             INSERT INTO lane (instance, lane, ready_at)
             SELECT instance, lane, MIN(accepted_at) FROM fresh GROUP BY instance, lane
             ON CONFLICT (instance, lane) DO UPDATE SET ready_at = excluded.ready_at WHERE lane.ready_at = $2)
         SELECT id FROM fresh",
    )
    .bind(given)
    .bind(IDLE_READY_AT)
    .fetch_all(connection)
    .await?;
    let mut kept = kept.iter().map(|row| row.try_get(0)).collect::<Result<HashSet<String>, _>>()?;
    let told = |order: &NewCommand| {
        if kept.remove(&order.id) { InsertResult::Inserted } else { InsertResult::Duplicate }
    };
    Ok(orders.iter().map(told).collect())
}

/// Of each order, whether the same message stands before it: a statement does not see what it writes itself.
fn repeated(orders: &[NewCommand]) -> Vec<bool> {
    let mut before: HashMap<(&str, &str), Vec<&SenderIdentity>> = HashMap::new();
    let mut repeated = Vec::with_capacity(orders.len());
    for order in orders {
        let senders = before.entry((&order.instance, &order.message_id)).or_default();
        repeated.push(senders.iter().any(|sender| sender.is_same(&order.sender)));
        senders.push(&order.sender);
    }
    repeated
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;
    use crate::clock::Clock;
    use crate::storage::{LEASE_TTL, OpenedStore, Outcome};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);
    const HORIZON: Duration = Duration::from_secs(3_600);

    /// An order of a lane.
    fn new_command(id: &str, lane: &str) -> NewCommand {
        NewCommand { lane: lane.to_owned(), ..NewCommand::for_test(id, NOW) }
    }

    /// Accepts orders that came together, in one transaction.
    async fn accept(store: &Store, orders: Vec<NewCommand>) -> Vec<InsertResult> {
        let accepted = join_all(orders.into_iter().map(|order| store.insert(order))).await;
        accepted.into_iter().map(Result::unwrap).collect()
    }

    /// Runs all that is open, lane by lane; tells which orders, in turn.
    async fn run_all(store: &Store) -> Vec<String> {
        let mut run = Vec::new();
        while let Some(claim) = store.claim(NOW, HORIZON).await.unwrap() {
            run.push(claim.command.id.clone());
            claim.finish(Outcome::Replied, None, NOW).await.unwrap();
        }
        run
    }

    #[tokio::test]
    async fn commands_that_come_together_run_in_the_order_in_which_they_came() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        accept(&store, vec![new_command("z", "one")]).await;
        // Neither by id nor by lane; more than fit into a text of their own size.
        let ids = ["k", "b", "x", "a", "q", "c", "y"];
        let lanes = ["one", "two"];
        let orders = ids.iter().enumerate().map(|(index, id)| new_command(id, lanes[index % 2])).collect();

        assert_eq!(accept(&store, orders).await, vec![InsertResult::Inserted; ids.len()]);

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
        assert_eq!(
            store.audit_events("x").await.unwrap().iter().filter(|note| note.event == "accepted").count(),
            1
        );
    }

    #[tokio::test]
    async fn a_message_is_known_again_in_the_journal_and_among_what_came_with_it() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        accept(&store, vec![new_command("a", "one")]).await;
        assert_eq!(run_all(&store).await, ["a"]);
        let again = |id: &str, message: &str| NewCommand {
            message_id: format!("3EB0{message}"),
            ..new_command(id, "one")
        };

        let orders = vec![
            again("b", "a"),
            new_command("c", "one"),
            again("d", "c"),
            again("e", "a"),
            new_command("f", "one"),
        ];
        let accepted = accept(&store, orders).await;

        use InsertResult::{Duplicate, Inserted};
        assert_eq!(accepted, [Duplicate, Inserted, Duplicate, Duplicate, Inserted]);
        assert_eq!(run_all(&store).await, ["c", "f"]);
        assert!(store.audit_events("d").await.unwrap().is_empty());
    }

    /// A delivery of message `m`, with what is told of its sender, and what is known of them besides.
    fn delivered(id: &str, admin: &str, told: [Option<&str>; 2], known: [Option<&str>; 2]) -> NewCommand {
        let [phone, lid] = told.map(|value| value.map(str::to_owned));
        let [known_phone, known_lid] = known.map(|value| value.map(str::to_owned));
        let sender = SenderIdentity {
            admin: admin.to_owned(),
            phone: phone.clone().or(known_phone),
            lid: lid.clone().or(known_lid),
        };
        let admin = admin.to_owned();
        NewCommand { message_id: "m".to_owned(), admin, phone, lid, sender, ..new_command(id, id) }
    }

    #[test]
    fn t17_what_comes_together_is_told_apart_by_its_sender_as_well() {
        let of = |id, admin, told| delivered(id, admin, told, [None, None]);
        let orders = [
            of("a", "one", [Some("1"), None]),
            of("b", "two", [Some("2"), None]),
            of("c", "one", [None, None]),
            of("d", "other", [Some("2"), Some("8@lid")]),
            of("e", "third", [None, Some("8@lid")]),
            of("f", "fourth", [None, None]),
        ];
        assert_eq!(repeated(&orders), [false, false, true, true, true, false]);
    }

    #[tokio::test]
    async fn t17_an_id_is_known_once_for_each_sender_by_key_number_or_lid() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let (phone, lid) = (Some("5544999990001"), Some("81896604192873@lid"));
        let first = |order: NewCommand| accept(&store, vec![order]);
        use InsertResult::{Duplicate, Inserted};
        // Nobody knew yet whose number goes with the lid.
        let none = [None, None];
        assert_eq!(first(delivered("a", "community:8", [None, lid], none)).await, [Inserted]);
        assert_eq!(first(delivered("b", "community:8", [None, lid], none)).await, [Duplicate]);
        // Then it is known, and the key is another one.
        assert_eq!(first(delivered("c", "community:5", [None, lid], [phone, lid])).await, [Duplicate]);
        assert_eq!(first(delivered("d", "community:5", [phone, None], [phone, lid])).await, [Duplicate]);
        assert_eq!(first(delivered("e", "ana", [phone, lid], none)).await, [Duplicate]);
        // Somebody else's is another message.
        assert_eq!(first(delivered("f", "rui", [Some("5544999990002"), None], none)).await, [Inserted]);
        assert_eq!(first(delivered("g", "rui", none, none)).await, [Duplicate]);
        assert_eq!(first(delivered("h", "owner", none, none)).await, [Inserted]);
        assert_eq!(run_all(&store).await, ["a", "f", "h"]);
    }

    #[tokio::test]
    async fn a_message_that_is_known_wakes_no_chat_queue() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        accept(&store, vec![new_command("a", "one")]).await;
        run_all(&store).await;

        assert_eq!(accept(&store, vec![new_command("a", "one")]).await, [InsertResult::Duplicate]);

        assert_eq!(store.next_ready().await.unwrap(), None);
        assert_eq!(
            store.audit_events("a").await.unwrap().iter().filter(|note| note.event == "accepted").count(),
            1
        );
    }

    #[tokio::test]
    async fn what_does_not_fit_into_the_queue_is_refused_at_once_and_the_rest_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        let OpenedStore { store, writer } = Store::open(&url, Clock::manual(NOW), LEASE_TTL).await.unwrap();
        let mut waiting: Vec<_> = (0..5_000)
            .map(|number| {
                Box::pin(store.insert(new_command(&format!("{number:04}"), &format!("{}", number % 99))))
            })
            .collect();

        // Nobody writes yet.
        let refused = waiting.iter_mut().filter_map(|accept| accept.now_or_never()).count();
        assert_eq!(refused, 5_000 - 4_096);

        let writer = tokio::spawn(writer);
        let accepted = join_all(waiting.drain(..4_096)).await;
        assert!(accepted.iter().all(|accepted| matches!(accepted, Ok(InsertResult::Inserted))));
        assert_eq!(store.queue_stats("main").await.unwrap().open, 4_096);
        store.close();
        writer.await.unwrap();
    }
}

//! Inserting commands into PostgreSQL: a batch with one statement.

use std::collections::{HashMap, HashSet};

use sqlx::{AnyConnection, Row as _};

use super::chat_queue::IDLE_READY_AT;
use super::new_command::{InsertResult, NewCommand, SenderIdentity};
use crate::domain::InstanceName;

/// Inserts the commands of a batch of messages; returns the result of each message in
/// the same order. Writers take turns, so the open commands of a queue do not change meanwhile.
pub(super) async fn insert_batch(
    connection: &mut AnyConnection,
    messages: &[Vec<NewCommand>],
) -> Result<Vec<InsertResult>, sqlx::Error> {
    let is_repeated = find_repeated(messages);
    let fresh = messages.iter().zip(&is_repeated).filter(|(_, is_repeated)| !**is_repeated);
    let given: Vec<_> = fresh.flat_map(|(commands, _)| commands).collect();
    let given = serde_json::to_string(&given).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let inserted = sqlx::query(
        "WITH fresh AS (
             INSERT INTO command (id, instance, ordering_key, seq, message_id, version, part, chat, admin, phone,
                 lid, by_owner, name, text, parsed, sent_at, accepted_at, state, quoted, media)
             SELECT id, instance, ordering_key, place + COALESCE((SELECT MAX(open.seq) FROM command open
                     WHERE open.instance = given.instance AND open.ordering_key = given.ordering_key
                         AND open.state IN ('waiting', 'answering')), 0),
                 message_id, version, part, chat, admin, phone, lid, CAST(by_owner AS INTEGER), name,
                 text, parsed, sent_at, accepted_at, 'waiting', quoted, media
             FROM ROWS FROM (json_to_recordset(CAST($1 AS JSON)) AS (id TEXT, instance TEXT, ordering_key TEXT,
                 message_id TEXT, version BIGINT, part BIGINT, chat TEXT, admin TEXT, phone TEXT, lid TEXT, sender JSON,
                 by_owner BOOLEAN, name TEXT, text TEXT, parsed TEXT, sent_at BIGINT, accepted_at BIGINT,
                 quoted TEXT, media TEXT))
                 WITH ORDINALITY AS given (id, instance, ordering_key, message_id, version, part, chat, admin, phone,
                 lid, sender, by_owner, name, text, parsed, sent_at, accepted_at, quoted, media, place)
             WHERE NOT EXISTS (SELECT 1 FROM command known
                 WHERE known.instance = given.instance AND known.message_id = given.message_id
                     AND known.version = given.version
                     AND (known.admin = given.admin OR known.phone = given.sender->>'phone'
                         OR known.lid = given.sender->>'lid'))
             ON CONFLICT (instance, message_id, version, part, admin) DO NOTHING
             RETURNING id, instance, ordering_key, accepted_at),
         woken AS (
             INSERT INTO chat_queue (instance, ordering_key, ready_at)
             SELECT instance, ordering_key, MIN(accepted_at) FROM fresh GROUP BY instance, ordering_key
             ON CONFLICT (instance, ordering_key) DO UPDATE SET ready_at = excluded.ready_at
                 WHERE chat_queue.ready_at = $2)
         SELECT id FROM fresh",
    )
    .bind(given)
    .bind(IDLE_READY_AT)
    .fetch_all(connection)
    .await?;
    let mut inserted = inserted.iter().map(|row| row.try_get(0)).collect::<Result<HashSet<String>, _>>()?;
    let is_inserted =
        |commands: &Vec<NewCommand>| commands.first().is_some_and(|first| inserted.remove(&first.id));
    Ok(messages.iter().map(is_inserted).map(InsertResult::from_flag).collect())
}

/// For each message, whether the batch has the same one before it: a statement does not see its own rows.
fn find_repeated(messages: &[Vec<NewCommand>]) -> Vec<bool> {
    let mut earlier: HashMap<(&InstanceName, &str, u32), Vec<&SenderIdentity>> = HashMap::new();
    let mut repeated = Vec::with_capacity(messages.len());
    for command in messages.iter().filter_map(|commands| commands.first()) {
        let message = (&command.instance, command.message_id.as_str(), command.version);
        let senders = earlier.entry(message).or_default();
        repeated.push(senders.iter().any(|sender| sender.is_same(&command.sender)));
        senders.push(&command.sender);
    }
    repeated
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;
    use futures_util::future::join_all;

    use super::*;
    use crate::clock::{Clock, Timestamp};
    use crate::domain::OrderingKey;
    use crate::storage::{LEASE_TTL, OpenedStore, Outcome, Store};

    const NOW: Timestamp = Timestamp(1_764_000_000_000);
    const HORIZON: Duration = Duration::from_secs(3_600);

    /// A command with this ordering key.
    fn new_command(id: &str, ordering_key: &str) -> NewCommand {
        NewCommand { ordering_key: OrderingKey::new(ordering_key), ..NewCommand::for_test(id, NOW) }
    }

    /// Inserts commands in one batch.
    async fn insert_together(store: &Store, commands: Vec<NewCommand>) -> Vec<InsertResult> {
        let accepted = join_all(commands.into_iter().map(|command| store.insert(command))).await;
        accepted.into_iter().map(Result::unwrap).collect()
    }

    /// Runs all open commands; returns their ids in that order.
    async fn run_all(store: &Store) -> Vec<String> {
        let mut run = Vec::new();
        while let Some(claim) = store.claim(NOW, HORIZON).await.unwrap() {
            run.push(claim.command.id.clone());
            claim.finish(Outcome::Replied, None, NOW).await.unwrap();
        }
        run
    }

    #[tokio::test]
    async fn commands_of_one_batch_run_in_the_order_of_insertion() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        insert_together(&store, vec![new_command("z", "one")]).await;
        // Sorted neither by id nor by chat queue.
        let ids = ["k", "b", "x", "a", "q", "c", "y"];
        let keys = ["one", "two"];
        let commands = ids.iter().enumerate().map(|(index, id)| new_command(id, keys[index % 2])).collect();

        assert_eq!(insert_together(&store, commands).await, vec![InsertResult::Inserted; ids.len()]);

        let run = run_all(&store).await;
        let of = |ids: &[&str]| -> Vec<String> {
            run.iter().filter(|id| ids.contains(&id.as_str())).cloned().collect()
        };
        assert_eq!(run.len(), ids.len() + 1);
        assert_eq!(of(&["z", "k", "x", "q", "y"]), ["z", "k", "x", "q", "y"]);
        assert_eq!(of(&["b", "a", "c"]), ["b", "a", "c"]);
        let places: Vec<i64> =
            sqlx::query_scalar("SELECT seq FROM command WHERE ordering_key = 'one' ORDER BY seq")
                .fetch_all(&store.reads)
                .await
                .unwrap();
        assert_eq!(places, [1, 2, 3, 4, 5]);
        assert_eq!(
            store.audit_events("x").await.unwrap().iter().filter(|event| event.event == "accepted").count(),
            1
        );
    }

    #[tokio::test]
    async fn a_message_is_a_duplicate_of_a_stored_one_and_within_its_batch() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        insert_together(&store, vec![new_command("a", "one")]).await;
        assert_eq!(run_all(&store).await, ["a"]);
        let again = |id: &str, message: &str| NewCommand {
            message_id: format!("3EB0{message}"),
            ..new_command(id, "one")
        };

        let commands = vec![
            again("b", "a"),
            new_command("c", "one"),
            again("d", "c"),
            again("e", "a"),
            new_command("f", "one"),
        ];
        let accepted = insert_together(&store, commands).await;

        use InsertResult::{Duplicate, Inserted};
        assert_eq!(accepted, [Duplicate, Inserted, Duplicate, Duplicate, Inserted]);
        assert_eq!(run_all(&store).await, ["c", "f"]);
        assert!(store.audit_events("d").await.unwrap().is_empty());
    }

    /// A delivery of message `m`, with the sender in the message, and what else is known of the sender.
    fn delivered(
        id: &str,
        admin: &str,
        in_message: [Option<&str>; 2],
        known: [Option<&str>; 2],
    ) -> NewCommand {
        let [phone, lid] = in_message.map(|value| value.map(str::to_owned));
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
        let commands = [
            of("a", "one", [Some("1"), None]),
            of("b", "two", [Some("2"), None]),
            of("c", "one", [None, None]),
            of("d", "other", [Some("2"), Some("8@lid")]),
            of("e", "third", [None, Some("8@lid")]),
            of("f", "fourth", [None, None]),
        ];
        assert_eq!(
            find_repeated(&commands.map(|command| vec![command])),
            [false, false, true, true, true, false]
        );
    }

    #[tokio::test]
    async fn t17_an_id_is_known_once_for_each_sender_by_key_number_or_lid() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let (phone, lid) = (Some("5544999990001"), Some("81896604192873@lid"));
        let first = |command: NewCommand| insert_together(&store, vec![command]);
        use InsertResult::{Duplicate, Inserted};
        // The number of the lid is not known yet.
        let none = [None, None];
        assert_eq!(first(delivered("a", "community:8", [None, lid], none)).await, [Inserted]);
        assert_eq!(first(delivered("b", "community:8", [None, lid], none)).await, [Duplicate]);
        // Then it is known, and the key has changed.
        assert_eq!(first(delivered("c", "community:5", [None, lid], [phone, lid])).await, [Duplicate]);
        assert_eq!(first(delivered("d", "community:5", [phone, None], [phone, lid])).await, [Duplicate]);
        assert_eq!(first(delivered("e", "ana", [phone, lid], none)).await, [Duplicate]);
        // The message of another sender.
        assert_eq!(first(delivered("f", "rui", [Some("5544999990002"), None], none)).await, [Inserted]);
        assert_eq!(first(delivered("g", "rui", none, none)).await, [Duplicate]);
        assert_eq!(first(delivered("h", "owner", none, none)).await, [Inserted]);
        assert_eq!(run_all(&store).await, ["a", "f", "h"]);
    }

    #[tokio::test]
    async fn a_duplicate_wakes_no_chat_queue() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        insert_together(&store, vec![new_command("a", "one")]).await;
        run_all(&store).await;

        assert_eq!(insert_together(&store, vec![new_command("a", "one")]).await, [InsertResult::Duplicate]);

        assert_eq!(store.next_ready().await.unwrap(), None);
        assert_eq!(
            store.audit_events("a").await.unwrap().iter().filter(|event| event.event == "accepted").count(),
            1
        );
    }

    #[tokio::test]
    async fn inserts_beyond_the_queue_fail_at_once_and_the_rest_is_stored() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
        let OpenedStore { store, writer } = Store::open(&url, Clock::manual(NOW), LEASE_TTL).await.unwrap();
        let mut waiting: Vec<_> = (0..5_000)
            .map(|number| {
                Box::pin(store.insert(new_command(&format!("{number:04}"), &format!("{}", number % 99))))
            })
            .collect();

        // The writer does not run yet.
        let refused = waiting.iter_mut().filter_map(|accept| accept.now_or_never()).count();
        assert_eq!(refused, 5_000 - 4_096);

        let writer = tokio::spawn(writer);
        let accepted = join_all(waiting.drain(..4_096)).await;
        assert!(accepted.iter().all(|accepted| matches!(accepted, Ok(InsertResult::Inserted))));
        assert_eq!(store.queue_stats(&InstanceName::parse("main").unwrap()).await.unwrap().open, 4_096);
        store.close();
        writer.await.unwrap();
    }
}

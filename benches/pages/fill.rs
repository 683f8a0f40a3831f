//! Fills a journal with commands of 80 days, with their audit events, replies and queues.

use std::path::Path;

use anyhow::Context as _;
use rusqlite::{Connection, params};
use vincula::clock::Clock;

use crate::service::{ADMINS, phone};
use crate::upstream::{Upstream, group_name};

const DAY: i64 = 24 * 60 * 60 * 1_000;
/// Steps of commands, in their order: the kind of the command, the event, its detail, and when it happened, in milliseconds.
const STEPS: [(&str, &str, &str, i64); 11] = [
    ("", "claimed", "", 1),
    ("change", "api_call", "communities-metadata: done (41 ms)", 60),
    ("change", "planned", "", 120),
    ("change", "api_call", "communities/link: done (212 ms)", 350),
    ("change", "api_call", "communities-metadata: done (38 ms)", 400),
    ("dead", "attempted", "Z-API: 502 Bad Gateway", 450),
    ("dead", "claimed", "", 60_000),
    ("dead", "attempted", "Z-API: 502 Bad Gateway", 60_450),
    ("", "replied", "replied", 410),
    ("", "sent", "3EB0C431C26A1916E07A", 620),
    ("", "finished", "replied", 640),
];

/// Inserts so many commands; the last one was accepted a minute ago.
pub(crate) fn fill(journal: &Path, rows: i64, upstream: &Upstream) -> anyhow::Result<()> {
    let mut connection = Connection::open(journal)?;
    connection.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY;
         CREATE TEMP TABLE place (number INTEGER PRIMARY KEY, community TEXT, name TEXT, group_id TEXT, group_name TEXT);
         CREATE TEMP TABLE person (number INTEGER PRIMARY KEY, admin TEXT, phone TEXT);
         CREATE TEMP TABLE step (number INTEGER PRIMARY KEY, kind TEXT, event TEXT, detail TEXT, after INTEGER);",
    )?;
    let transaction = connection.transaction()?;
    fill_names(&transaction, upstream)?;
    let now = Clock::system().now().0 - 60_000;
    let places = i64::try_from(upstream.groups.iter().map(Vec::len).sum::<usize>())?;
    let admins = i64::try_from(ADMINS)?;
    let values = params![rows, now - 80 * DAY, 80 * DAY / rows, places, admins];
    transaction.execute(COMMANDS, values).context("commands")?;
    for statement in [EVENTS, QUEUES] {
        transaction.execute(statement, []).context("events and queues")?;
    }
    transaction.commit()?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(())
}

fn fill_names(connection: &Connection, upstream: &Upstream) -> anyhow::Result<()> {
    let mut insert = connection
        .prepare("INSERT INTO place (community, name, group_id, group_name) VALUES (?, ?, ?, ?)")?;
    for (number, (name, id)) in upstream.communities.iter().enumerate() {
        for (group, group_id) in upstream.groups[number].iter().enumerate() {
            insert.execute(params![id, name, group_id, group_name(number, group)])?;
        }
    }
    let mut insert = connection.prepare("INSERT INTO person VALUES (?, ?, ?)")?;
    for number in 0..ADMINS {
        insert.execute(params![i64::try_from(number)?, format!("p{number:02}"), phone(number)])?;
    }
    let mut insert = connection
        .prepare("INSERT INTO step (kind, event, detail, after) VALUES (?, ?, NULLIF(?, ''), ?)")?;
    for (kind, event, detail, after) in STEPS {
        insert.execute(params![kind, event, detail, after])?;
    }
    Ok(())
}

/// Parameters: rows, the first time, the interval, groups, admins. Of 100 commands 45 are changes, two fail in some
/// way; of 5,000 one is a dead letter. The last 30 wait for a retry in an hour. The last person and the last group
/// are rare: one command of 10,000.
const COMMANDS: &str = r#"
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
random AS (SELECT i, ?2 + i * ?3 AS at, (i * 2654435761 >> 9) & 1048575 AS a, (i * 40503 >> 4) & 1048575 AS b FROM n),
kind AS (
    SELECT i, at, a, b, a % 100 AS k,
        CASE WHEN i % 10000 = 77 THEN ?5 - 1 ELSE b % (?5 - 1) END AS who,
        CASE WHEN i % 10000 = 78 THEN ?4 - 1 ELSE (a >> 3) % (?4 - 1) END AS chat
    FROM random),
command_row AS (
    SELECT kind.*, place.community, place.name AS community_name, place.group_id, place.group_name, person.admin, person.phone,
        (SELECT group_id FROM place WHERE number = 1 + chat) AS chat_group,
        CASE WHEN i > ?1 - 30 THEN 'waiting' WHEN i % 5000 = 9 THEN 'dead' ELSE 'done' END AS state,
        CASE WHEN k < 30 THEN 'link' WHEN k < 40 THEN 'unlink' WHEN k < 45 THEN 'move' WHEN k < 60 THEN 'groups'
             WHEN k < 75 THEN 'communities' WHEN k < 90 THEN 'help' WHEN k < 96 THEN 'whoami'
             WHEN k < 98 THEN 'create' WHEN k < 99 THEN 'deactivate' ELSE 'confirm' END AS command_name
    FROM kind JOIN place ON place.number = 1 + (b >> 4) % ?4 JOIN person ON person.number = who)
INSERT INTO command (id, instance, ordering_key, seq, message_id, chat, admin, phone, by_owner, name, text, parsed, sent_at,
    accepted_at, state, attempts, retry_at, plan, reply, sent_messages, reply_message_id, outcome, error, finished_at)
SELECT
    printf('%08x-%04x-7%03x-%04x-%012x', at >> 16, at & 65535, a & 4095, 32768 | (b & 16383), i * 2654435761 & 281474976710655),
    CASE WHEN i % 10 = 3 THEN 'annex' ELSE 'main' END,
    CASE WHEN k < 45 OR i > ?1 - 30 THEN 'chat-' || chat ELSE 'read-' || i END, i,
    printf('3EB0%08X%08X', i * 2654435761 & 4294967295, i),
    CASE WHEN i % 3 = 0 THEN phone ELSE chat_group END, admin, phone, 0, command_name,
    CASE WHEN k < 45 THEN '/' || command_name || ' "' || community_name || '" ' || lower(group_name)
         WHEN k < 60 THEN '/groups ' || lower(community_name) ELSE '/' || command_name END,
    '{"request":{"Command":{"name":"' || command_name || '","rest":"' || lower(group_name) || '"}},"language":"en"}',
    at - 1500, at, state, CASE state WHEN 'dead' THEN 2 WHEN 'waiting' THEN 1 ELSE 0 END,
    CASE state WHEN 'waiting' THEN at + 3600000 END,
    CASE WHEN k < 45 THEN json_object('community', json_object('id', community, 'name', community_name), 'items',
        json_array(json_object('id', group_id, 'name', group_name, 'before', 'Pending', 'calls', 1))) END,
    CASE WHEN state = 'waiting' THEN NULL WHEN k < 45 THEN '["✅ “' || group_name || '” is now in “' || community_name || '”."]'
         ELSE '["20 groups in ' || community_name || ':\n1. Turma 0001\n2. Turma 0002\n3. Turma 0003\n4. Turma 0004\n5. Turma 0005"]' END,
    CASE state WHEN 'done' THEN 1 ELSE 0 END, CASE state WHEN 'done' THEN printf('3EB1%016X', i) END,
    CASE WHEN state = 'waiting' THEN NULL WHEN state = 'dead' THEN iif(i % 50000 = 9, 'reply_failed', 'failed')
         WHEN k = 96 THEN 'denied' WHEN k = 97 THEN 'usage_error' WHEN k = 98 THEN 'previewed'
         WHEN i % 20000 = 11 THEN 'expired' WHEN i % 20000 = 12 THEN 'cancelled' WHEN i % 20000 = 13 THEN 'failed'
         ELSE 'replied' END,
    CASE WHEN state <> 'done' THEN 'Z-API: 502 Bad Gateway' END,
    CASE WHEN state <> 'waiting' THEN at + 640 + b % 4000 END
FROM command_row ORDER BY i
"#;

const EVENTS: &str = "
INSERT INTO audit_event (command, seq, at, event, detail)
SELECT id, step.number, accepted_at + after, event, detail
FROM command CROSS JOIN step
WHERE kind = '' OR (kind = 'change' AND plan IS NOT NULL) OR (kind = 'dead' AND state = 'dead')
ORDER BY id, step.number";

const QUEUES: &str = "
INSERT INTO chat_queue (instance, ordering_key, ready_at, idle_since)
SELECT instance, ordering_key,
    CASE MAX(state) WHEN 'waiting' THEN MAX(retry_at) ELSE 9223372036854775807 END, MAX(finished_at)
FROM command WHERE ordering_key LIKE 'chat-%' GROUP BY instance, ordering_key";

//! Accepts commands on PostgreSQL, compared with pgbench: the same statements and clients, one transaction per
//! command.
//!
//! The server syncs its commits. pgbench takes no writer lock, as there are no other writes; the journal takes one
//! per transaction, and accepts all waiting commands in it.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::history_size;
use crate::load::{InsertTarget, Measurements, load};
use crate::postgres::{self, Server};

const ROUNDS: usize = 3;
const CHATS: usize = 1_000;
/// Duration of pgbench per round, in seconds.
const SECONDS: usize = 2;

/// Statements of accepting a command, without a queue.
const SCRIPT: &str = r"
\set chat random(1, 1000)
\set low random(1, 4000000000000000000)
\set now 1764000000000
BEGIN;
INSERT INTO command (id, instance, ordering_key, seq, message_id, chat, admin, phone, lid, by_owner, name, text, sent_at,
        accepted_at, state)
    VALUES ('019a-' || CAST(:low AS TEXT), 'main', 'chat-' || CAST(:chat AS TEXT),
        1 + COALESCE((SELECT MAX(seq) FROM command WHERE instance = 'main'
            AND ordering_key = 'chat-' || CAST(:chat AS TEXT) AND state IN ('waiting', 'answering')), 0),
        '3EB0' || CAST(:low AS TEXT), 'chat-' || CAST(:chat AS TEXT), 'ana', '5544999990001', NULL, 0, 'link',
        '/link Bairro Feliz futebol, xadrez', :now, :now, 'waiting')
    ON CONFLICT (instance, message_id, version, part, admin) DO NOTHING;
INSERT INTO chat_queue (instance, ordering_key, ready_at) VALUES ('main', 'chat-' || CAST(:chat AS TEXT), :now)
    ON CONFLICT (instance, ordering_key) DO UPDATE SET ready_at = excluded.ready_at
        WHERE chat_queue.ready_at = 9223372036854775807;
NOTIFY vincula;
COMMIT;
";

/// Prints commands per second of the journal and of pgbench, in turn.
pub async fn compare() {
    let Some(server) = Server::with_fsync("on") else {
        return postgres::skip_notice("the journal beside pgbench");
    };
    println!("accepting on PostgreSQL: commands/s; ratio of the journal to pgbench");
    for clients in [1, 16, 64] {
        let (ours, theirs) = (server.database().await, server.database().await);
        history_size::open(&theirs).await.end().await;
        let journal = history_size::open(&ours).await;
        let target = InsertTarget::Journal(journal.store.clone());
        let (mut measured, mut rates) = (Measurements::default(), Vec::new());
        for _ in 0..ROUNDS {
            load(&target, clients, CHATS, &mut measured).await;
            rates.push(pgbench(&server, &theirs, clients));
        }
        rates.sort_by(f64::total_cmp);
        let (journal_rate, pgbench_rate) = (measured.rate(), rates[rates.len() / 2]);
        println!(
            "  {clients:>3} clients: {journal_rate:>7.0}/s, pgbench {pgbench_rate:>7.0}/s, {:>5.2}",
            journal_rate / pgbench_rate
        );
        drop(target);
        journal.end().await;
    }
}

/// Transactions per second.
fn pgbench(server: &Server, url: &str, clients: usize) -> f64 {
    let mut script = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut script, SCRIPT.as_bytes()).unwrap();
    script.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).unwrap();
    let database = url.trim_start_matches("postgres:///").split('?').next().unwrap();
    let mut command = Command::new(server.programs.join("pgbench"));
    command.args(["--no-vacuum", "--protocol", "prepared", "--username", "vincula", "--host"]);
    command.arg(&server.folder).args(["--client", &clients.to_string(), "--jobs", "1"]);
    command.args(["--time", &SECONDS.to_string(), "--file"]).arg(script.path()).arg(database);
    let ran = command.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("pgbench: {said}{}", String::from_utf8_lossy(&ran.stderr)))
}

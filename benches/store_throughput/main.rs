//! Throughput of the journal, compared with bare databases, and with a long history.
//!
//! `cargo bench --bench store_throughput` runs three parts; an argument selects one of them.
//!
//! - `load`: accepts on SQLite with 1 to 256 callers and 1 to 10,000 chats, in turn with rusqlite: one
//!   transaction per command, group commit of one insert, group commit of all statements of accepting.
//! - `pgbench`: accepts on PostgreSQL, compared with pgbench running the same statements with as many
//!   clients, one transaction per command.
//! - `history`: runs each step of a command on an empty journal and on one with `--rows` (100,000) finished
//!   commands, `--rounds` times (400); on SQLite, and on PostgreSQL if it is installed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints, and stops at the first error"
)]

mod rusqlite_baseline;
mod fill;
mod load;
mod history_size;
mod pgbench;
#[expect(dead_code, reason = "tests use more of it")]
#[path = "../../tests/it/support/postgres.rs"]
mod postgres;

fn main() {
    let number = |name: &str, default: usize| {
        let mut arguments = std::env::args().skip_while(|argument| argument != name);
        arguments.nth(1).map_or(default, |text| text.parse().unwrap())
    };
    let (rows, rounds) = (number("--rows", 100_000), number("--rounds", 400));
    let named = |part: &str| std::env::args().any(|argument| argument == part);
    let is_alone = ["load", "pgbench", "history"].into_iter().any(named);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        if named("load") || !is_alone {
            load::compare().await;
        }
        if named("pgbench") || !is_alone {
            pgbench::compare().await;
        }
        if named("history") || !is_alone {
            history(rows, rounds).await;
        }
    });
}

async fn history(rows: usize, rounds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    history_size::compare("SQLite", &url("empty.db"), &url("full.db"), rows, rounds).await;
    match postgres::Server::start() {
        Some(server) => {
            let (empty, full) = (server.database().await, server.database().await);
            history_size::compare("PostgreSQL", &empty, &full, rows, rounds).await;
        }
        None => postgres::skip_notice("the journal's bench on PostgreSQL"),
    }
}

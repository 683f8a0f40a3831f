//! What the journal can take, beside what bare databases take, and whether a long past slows it.
//!
//! `cargo bench --bench store_throughput` runs three parts; naming one of them runs it alone.
//!
//! - `load`: accepting on SQLite with 1 to 256 callers and 1 to 10,000 chats, beside rusqlite in the
//!   same run, in turn: one transaction an order, group commit of one insert, group commit of the
//!   statements of accepting.
//! - `pgbench`: accepting on PostgreSQL, beside pgbench doing the statements of accepting, one
//!   transaction an order, with as many clients.
//! - `history`: each step of an order, on an empty journal and on one with `--rows` (100,000) finished
//!   orders, `--rounds` times (400); on SQLite, and on PostgreSQL where it is installed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints, and stops where it stands"
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

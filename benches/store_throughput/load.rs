//! Accepts commands on SQLite under load, in turn with bare writers, in several rounds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use vincula::clock::Clock;
use vincula::domain::OrderingKey;
use vincula::storage::{InsertResult, NewCommand, Store};

use crate::history_size;
use crate::rusqlite_baseline::{BareInserter, BareKind};

/// Duration of the load per target and round.
const SLICE: Duration = Duration::from_millis(500);
const ROUNDS: usize = 5;

/// A target that accepts commands.
#[derive(Clone)]
pub enum InsertTarget {
    Journal(Store),
    Bare(BareInserter),
}

impl InsertTarget {
    async fn insert(&self, command: NewCommand) {
        match self {
            Self::Journal(store) => assert_eq!(store.insert(command).await.unwrap(), InsertResult::Inserted),
            Self::Bare(bare) => bare.insert(command).await,
        }
    }
}

/// Commands per second in each round, and the time of each command.
#[derive(Default)]
pub struct Measurements {
    rates: Vec<f64>,
    micros: Vec<u128>,
}

impl Measurements {
    pub fn rate(&mut self) -> f64 {
        self.rates.sort_by(f64::total_cmp);
        self.rates[self.rates.len() / 2]
    }

    fn percentile(&mut self, of_thousand: usize) -> f64 {
        self.micros.sort_unstable();
        self.micros[(self.micros.len() * of_thousand / 1_000).min(self.micros.len() - 1)] as f64 / 1_000.0
    }
}

/// Prints commands per second, p50 and p99 of the journal and of each bare writer.
pub async fn compare() {
    println!("accepting on SQLite: commands/s (p50, p99 in ms); ratio of the journal to each");
    for (callers, chats) in [(1, 1_000), (16, 1_000), (64, 1_000), (256, 1_000), (64, 1), (64, 10_000)] {
        let folder = tempfile::tempdir().unwrap();
        let mut takers = Vec::new();
        let journal =
            history_size::open(&format!("sqlite:{}", folder.path().join("journal.db").display())).await;
        takers.push(("journal", InsertTarget::Journal(journal.store.clone())));
        for (name, kind) in [
            ("one transaction each", BareKind::Single),
            ("group commit, one insert", BareKind::Grouped),
            ("group commit, all statements", BareKind::Same),
        ] {
            let path = folder.path().join(format!("{}.db", takers.len()));
            history_size::open(&format!("sqlite:{}", path.display())).await.end().await;
            takers.push((name, InsertTarget::Bare(BareInserter::open(&path, kind))));
        }
        let mut took: Vec<Measurements> = takers.iter().map(|_| Measurements::default()).collect();
        for round in 0..ROUNDS {
            for turn in 0..takers.len() {
                let index = (round + turn) % takers.len();
                load(&takers[index].1, callers, chats, &mut took[index]).await;
            }
        }
        println!("  {callers} callers, {chats} chats");
        let ours = took[0].rate();
        for ((name, _), took) in takers.iter().zip(&mut took) {
            let (p50, p99) = (took.percentile(500), took.percentile(990));
            let rate = took.rate();
            println!("    {name:<26} {rate:>8.0}/s ({p50:>6.2}, {p99:>6.2})  {:>5.2}", ours / rate);
        }
        drop(takers);
        journal.end().await;
    }
}

/// Keeps `callers` commands in flight for one slice.
pub async fn load(taker: &InsertTarget, callers: usize, chats: usize, took: &mut Measurements) {
    let count = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let (taker, count) = (taker.clone(), count.clone());
            tokio::spawn(async move {
                let mut micros = Vec::new();
                while started.elapsed() < SLICE {
                    let command = command(count.fetch_add(1, Ordering::Relaxed), chats);
                    let asked = Instant::now();
                    taker.insert(command).await;
                    micros.push(asked.elapsed().as_micros());
                }
                micros
            })
        })
        .collect();
    for caller in callers {
        took.micros.extend(caller.await.unwrap());
    }
    took.rates.push(count.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64());
}

/// A new command in one of this many chats.
pub fn command(number: usize, chats: usize) -> NewCommand {
    let mut command = history_size::command(number, Clock::system().now());
    command.chat = format!("chat-{}", number.wrapping_mul(2_654_435_761) % chats);
    command.ordering_key = OrderingKey::new(command.chat.as_str());
    command.id = uuid::Uuid::now_v7().to_string();
    // Random, like WhatsApp's ids.
    command.message_id = format!("3EB0{:016X}", uuid::Uuid::now_v7().as_u128() as u64);
    command
}

//! Accepting under load on SQLite, beside the bare limit: each in turn, several rounds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use vincula::clock::Clock;
use vincula::domain::OrderingKey;
use vincula::storage::{InsertResult, NewCommand, Store};

use crate::bare::{BareInserter, BareKind};
use crate::past;

/// How long one of them is under load in a round.
const SLICE: Duration = Duration::from_millis(500);
const ROUNDS: usize = 5;

/// Whoever accepts orders.
#[derive(Clone)]
pub enum InsertTarget {
    Journal(Store),
    Bare(BareInserter),
}

impl InsertTarget {
    async fn insert(&self, order: NewCommand) {
        match self {
            Self::Journal(store) => assert_eq!(store.insert(order).await.unwrap(), InsertResult::Inserted),
            Self::Bare(bare) => bare.insert(order).await,
        }
    }
}

/// What one of them did: orders a second in each round, and how long each order took.
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

/// Prints orders a second, p50 and p99 of the journal and of each bare writer.
pub async fn compare() {
    println!("accepting on SQLite: orders/s (p50, p99 in ms); ratio: the journal's against that");
    for (callers, chats) in [(1, 1_000), (16, 1_000), (64, 1_000), (256, 1_000), (64, 1), (64, 10_000)] {
        let folder = tempfile::tempdir().unwrap();
        let mut takers = Vec::new();
        let journal = past::open(&format!("sqlite:{}", folder.path().join("journal.db").display())).await;
        takers.push(("journal", InsertTarget::Journal(journal.store.clone())));
        for (name, kind) in [
            ("one transaction an order", BareKind::Single),
            ("group commit, one insert", BareKind::Grouped),
            ("group commit, the same", BareKind::Same),
        ] {
            let path = folder.path().join(format!("{}.db", takers.len()));
            past::open(&format!("sqlite:{}", path.display())).await.end().await;
            takers.push((name, InsertTarget::Bare(BareInserter::open(&path, kind))));
        }
        let mut took: Vec<Measurements> = takers.iter().map(|_| Measurements::default()).collect();
        for round in 0..ROUNDS {
            for turn in 0..takers.len() {
                let index = (round + turn) % takers.len();
                load(&takers[index].1, callers, chats, &mut took[index]).await;
            }
        }
        println!("  {callers} at once, {chats} chats");
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

/// Keeps `callers` orders on their way for one slice.
pub async fn load(taker: &InsertTarget, callers: usize, chats: usize, took: &mut Measurements) {
    let taken = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let (taker, taken) = (taker.clone(), taken.clone());
            tokio::spawn(async move {
                let mut micros = Vec::new();
                while begun.elapsed() < SLICE {
                    let order = order(taken.fetch_add(1, Ordering::Relaxed), chats);
                    let asked = Instant::now();
                    taker.insert(order).await;
                    micros.push(asked.elapsed().as_micros());
                }
                micros
            })
        })
        .collect();
    for caller in callers {
        took.micros.extend(caller.await.unwrap());
    }
    took.rates.push(taken.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64());
}

/// An order that nobody else gives, in one of so many chats.
pub fn order(number: usize, chats: usize) -> NewCommand {
    let mut order = past::order(number, Clock::system().now());
    order.chat = format!("chat-{}", number.wrapping_mul(2_654_435_761) % chats);
    order.ordering_key = OrderingKey::new(order.chat.as_str());
    order.id = uuid::Uuid::now_v7().to_string();
    // As WhatsApp's: in no order.
    order.message_id = format!("3EB0{:016X}", uuid::Uuid::now_v7().as_u128() as u64);
    order
}

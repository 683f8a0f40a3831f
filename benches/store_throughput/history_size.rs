//! Effect of a long history: an empty journal against one with many finished commands.
//!
//! One of two journals is filled with finished commands, their audit events and 10,000 idle chats. Then each
//! step of a command runs on both in turn, and the medians are compared.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use vincula::clock::{Clock, Timestamp};
use vincula::domain::{InstanceName, OrderingKey};
use vincula::storage::{
    InsertResult, LEASE_TTL, NewCommand, OpenedStore, Outcome, RetentionPolicy, SenderIdentity, Store,
};

use crate::fill::{CHATS, fill};

/// Horizon of claims.
const HORIZON: Duration = Duration::from_secs(3_600);

/// A journal, and the times of its steps in microseconds.
pub struct LoadedJournal {
    pub store: Store,
    writer: tokio::task::JoinHandle<()>,
    took: BTreeMap<&'static str, Vec<u128>>,
}

pub async fn compare(database: &str, empty: &str, full: &str, rows: usize, rounds: usize) {
    open(full).await.end().await;
    let started = Instant::now();
    fill(full, rows).await;
    println!("{database}: {rows} commands inserted in {:.1?}", started.elapsed());
    let started = Instant::now();
    let mut full = open(full).await;
    println!("  opened in {:.1?}", started.elapsed());
    let mut empty = open(empty).await;
    for round in 0..rounds {
        // Alternate, so that disturbances affect both.
        let (first, second) = if round % 2 == 0 { (&mut empty, &mut full) } else { (&mut full, &mut empty) };
        first.run_command(round).await;
        second.run_command(round).await;
    }
    println!("  {:<12} {:>10} {:>10} {:>7}", "step", "empty, µs", "full, µs", "ratio");
    let names: Vec<&str> = empty.took.keys().copied().collect();
    for step in names {
        let (few, many) = (median(&mut empty.took, step), median(&mut full.took, step));
        println!("  {step:<12} {few:>10} {many:>10} {:>7.2}", many as f64 / few.max(1) as f64);
    }
    full.trim().await;
    empty.end().await;
    full.end().await;
}

fn median(took: &mut BTreeMap<&'static str, Vec<u128>>, step: &str) -> u128 {
    let times = took.get_mut(step).unwrap();
    times.sort_unstable();
    times[times.len() / 2]
}

pub async fn open(url: &str) -> LoadedJournal {
    let OpenedStore { store, writer } = Store::open(url, Clock::system(), LEASE_TTL).await.unwrap();
    LoadedJournal { store, writer: tokio::spawn(writer), took: BTreeMap::new() }
}

impl LoadedJournal {
    async fn timed<T>(&mut self, step: &'static str, work: impl Future<Output = T>) -> T {
        let started = Instant::now();
        let value = work.await;
        self.took.entry(step).or_default().push(started.elapsed().as_micros());
        value
    }

    /// Runs a command from insert to finish.
    async fn run_command(&mut self, round: usize) {
        let (store, now) = (self.store.clone(), Clock::system().now());
        let accepted = self.timed("accept", store.insert(command(round, now))).await.unwrap();
        assert_eq!(accepted, InsertResult::Inserted);
        let again = self.timed("duplicate", store.insert(command(round, now))).await.unwrap();
        assert_eq!(again, InsertResult::Duplicate);
        self.timed("overview", store.queue_stats(&InstanceName::parse("main").unwrap())).await.unwrap();
        assert!(self.timed("next_ready", store.next_ready()).await.unwrap().is_some());
        let claim = self.timed("claim", store.claim(now, HORIZON)).await.unwrap();
        let mut claim = claim.unwrap_or_else(|| panic!("the command of round {round} is not found"));
        self.timed("reply", claim.store_reply("[]".to_owned(), Outcome::Replied, Vec::new(), now))
            .await
            .unwrap();
        self.timed("finish", claim.finish(Outcome::Replied, None, now)).await.unwrap();
        assert!(self.timed("claim none", store.claim(now, HORIZON)).await.unwrap().is_none());
    }

    /// Prints how long one batch of retention holds the writer.
    async fn trim(&self) {
        let day = Duration::from_secs(24 * 60 * 60);
        let now = Clock::system().now();
        for (what, kept) in [
            ("commands", RetentionPolicy { rows: day * 70, texts: day * 70 }),
            ("texts", RetentionPolicy { rows: day * 365, texts: day * 20 }),
        ] {
            let mut took = Vec::new();
            for _ in 0..50 {
                let started = Instant::now();
                if self.store.trim(kept, now).await.unwrap().is_empty() {
                    break;
                }
                took.push(started.elapsed().as_micros());
            }
            took.sort_unstable();
            if let (Some(half), Some(most)) = (took.get(took.len() / 2), took.last()) {
                println!("  a batch of {what} is trimmed within {half} µs, at most {most} µs");
            }
        }
    }

    pub async fn end(self) {
        self.store.close();
        self.writer.await.unwrap();
    }
}

pub fn command(round: usize, now: Timestamp) -> NewCommand {
    let id = format!("{}-{round:06}", uuid::Uuid::now_v7());
    NewCommand {
        id,
        instance: InstanceName::parse("main").unwrap(),
        ordering_key: OrderingKey::new(format!("chat-{}", round % CHATS)),
        message_id: format!("3EB0{round:016}"),
        version: 0,
        part: 0,
        chat: format!("chat-{}", round % CHATS),
        admin: "ana".to_owned(),
        phone: Some("5544999990001".to_owned()),
        lid: None,
        sender: SenderIdentity {
            admin: "ana".to_owned(),
            phone: Some("5544999990001".to_owned()),
            lid: None,
        },
        by_owner: false,
        name: "link".to_owned(),
        text: "/link \"Bairro Feliz\" futebol, mães, xadrez".to_owned(),
        parsed: None,
        media: None,
        quoted: None,
        sent_at: Some(now),
        accepted_at: now,
    }
}

//! The journal against a model: commands are accepted, claimed, dropped and finished in random order by one
//! process that crashes or by two. The journal must match the model, and at the end every command was
//! finished once, in the order of its chat.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::task::JoinHandle;
use vincula::clock::{Clock, Timestamp};
use vincula::domain::{InstanceName, OrderingKey};
use vincula::storage::{
    Claim, InsertResult, LeaseError, NewCommand, OpenedStore, Outcome, SenderIdentity, Store,
};

use crate::support::postgres;

/// Longer than a run takes, so that only the model's clock ends a lease.
const LEASE: Duration = Duration::from_secs(1_000);
const HORIZON: Duration = Duration::from_secs(1_000_000);
/// The most commands of a message.
const MAX_PARTS: usize = 3;

/// A step. Processes and claims are numbered modulo their count.
#[derive(Clone, Copy, Debug)]
enum Step {
    Insert { process: usize, chat: usize, message: usize, parts: usize },
    Claim { process: usize },
    Write { claim: usize, write: Write },
    Advance { seconds: u64 },
    Crash { process: usize },
    Release { process: usize },
}

/// What a worker writes.
#[derive(Clone, Copy, Debug)]
enum Write {
    RenewLease,
    Plan,
    Reply,
    Sent,
    Retry { seconds: u64 },
    Crashed { seconds: u64 },
    Finish,
    FinishSent,
}

fn step() -> impl Strategy<Value = Step> {
    let write = prop_oneof![
        Just(Write::RenewLease),
        Just(Write::Plan),
        Just(Write::Reply),
        Just(Write::Sent),
        (0..30_u64).prop_map(|seconds| Write::Retry { seconds }),
        (0..30_u64).prop_map(|seconds| Write::Crashed { seconds }),
        Just(Write::Finish),
        Just(Write::FinishSent),
    ];
    prop_oneof![
        4 => (0..2_usize, 0..3_usize, 0..12_usize, 1..=MAX_PARTS)
            .prop_map(|(process, chat, message, parts)| Step::Insert { process, chat, message, parts }),
        5 => (0..2_usize).prop_map(|process| Step::Claim { process }),
        6 => (0..8_usize, write).prop_map(|(claim, write)| Step::Write { claim, write }),
        2 => prop_oneof![1..20_u64, Just(1_001)].prop_map(|seconds| Step::Advance { seconds }),
        1 => (0..2_usize).prop_map(|process| Step::Crash { process }),
        1 => (0..2_usize).prop_map(|process| Step::Release { process }),
    ]
}

/// A chat in the model.
#[derive(Debug, Default)]
struct ChatQueue {
    open: Vec<usize>,
    ready_at: u64,
    /// The claim that holds it, and the end of its lease.
    lease: Option<(usize, u64)>,
}

/// A claim and its state in the model.
struct HeldClaim {
    number: usize,
    process: usize,
    ordering_key: String,
    message: usize,
    claim: Claim,
}

/// The journal and its model.
struct Journal {
    url: String,
    clock: Clock,
    processes: Vec<(Store, JoinHandle<()>)>,
    now: u64,
    chat_queues: BTreeMap<String, ChatQueue>,
    accepted: Vec<usize>,
    finished: Vec<(String, usize)>,
    claims_held: Vec<HeldClaim>,
    claims: usize,
}

impl Journal {
    async fn open(url: String, processes: usize) -> Self {
        let clock = Clock::manual(Timestamp(1_764_000_000_000));
        let mut journal = Self {
            url,
            clock,
            processes: Vec::new(),
            now: 0,
            chat_queues: BTreeMap::new(),
            accepted: Vec::new(),
            finished: Vec::new(),
            claims_held: Vec::new(),
            claims: 0,
        };
        for _ in 0..processes {
            let process = journal.start().await;
            journal.processes.push(process);
        }
        journal
    }

    async fn start(&self) -> (Store, JoinHandle<()>) {
        let OpenedStore { store, writer } = Store::open(&self.url, self.clock.clone(), LEASE).await.unwrap();
        (store, tokio::spawn(writer))
    }

    /// Applies a step to the journal and the model, and compares them.
    async fn take(&mut self, step: Step) -> Result<(), TestCaseError> {
        let count = self.processes.len();
        match step {
            Step::Insert { process, chat, message, parts } => {
                self.accept(process % count, chat, message, parts).await
            }
            Step::Claim { process } => self.claim(process % count).await.map(drop),
            Step::Write { claim, write } if !self.claims_held.is_empty() => {
                self.write(claim % self.claims_held.len(), write).await
            }
            Step::Write { .. } => Ok(()),
            Step::Advance { seconds } => {
                self.clock.elapse(Duration::from_secs(seconds));
                self.now += seconds;
                Ok(())
            }
            Step::Crash { process } => self.crash(process % count).await,
            Step::Release { process } => self.hand_back(process % count).await,
        }
    }

    /// Inserts the commands of a message. Command `n` is part `n % MAX_PARTS` of message `n / MAX_PARTS`.
    async fn accept(
        &mut self,
        process: usize,
        chat: usize,
        message: usize,
        parts: usize,
    ) -> Result<(), TestCaseError> {
        let first = message * MAX_PARTS;
        let is_known = self.accepted.contains(&first);
        let queue = format!("chat-{chat}");
        let new_command = |part: usize| NewCommand {
            id: format!("command-{}", first + part),
            instance: InstanceName::parse("main").unwrap(),
            ordering_key: OrderingKey::new(queue.as_str()),
            message_id: format!("3EB0{message}"),
            version: 0,
            part: u32::try_from(part).unwrap(),
            chat: queue.clone(),
            admin: "ana".to_owned(),
            phone: None,
            lid: None,
            sender: SenderIdentity { admin: "ana".to_owned(), ..SenderIdentity::default() },
            by_owner: false,
            name: "link".to_owned(),
            text: "/link".to_owned(),
            parsed: None,
            media: None,
            quoted: None,
            sent_at: None,
            accepted_at: self.clock.now(),
        };
        let commands = (0..parts).map(new_command).collect();
        let accepted = self.processes[process].0.insert_message(commands).await.unwrap();
        prop_assert_eq!(accepted, if is_known { InsertResult::Duplicate } else { InsertResult::Inserted });
        if !is_known {
            let now = self.now;
            let queue = self.chat_queues.entry(queue).or_default();
            // A chat without open commands is ready from now on.
            if queue.open.is_empty() {
                queue.ready_at = now;
            }
            queue.open.extend(first..first + parts);
            self.accepted.extend(first..first + parts);
        }
        Ok(())
    }

    async fn claim(&mut self, process: usize) -> Result<bool, TestCaseError> {
        let claimed = self.processes[process].0.claim(self.clock.now(), HORIZON).await.unwrap();
        let is_free = |queue: &ChatQueue| {
            !queue.open.is_empty()
                && queue.ready_at <= self.now
                && queue.lease.is_none_or(|(_, until)| until <= self.now)
        };
        let Some(claim) = claimed else {
            let free: Vec<_> = self.chat_queues.iter().filter(|(_, queue)| is_free(queue)).collect();
            prop_assert!(free.is_empty(), "nothing was claimed, but there is {:?}", free);
            return Ok(false);
        };
        let name = claim.command.chat.clone();
        let queue = self.chat_queues.get(&name).filter(|queue| is_free(queue));
        prop_assert!(queue.is_some(), "{} was claimed, of {:?}", name, self.chat_queues);
        let queue = self.chat_queues.get_mut(&name).unwrap();
        prop_assert_eq!(&claim.command.id, &format!("command-{}", queue.open[0]));
        self.claims += 1;
        queue.lease = Some((self.claims, self.now + LEASE.as_secs()));
        let (number, message) = (self.claims, queue.open[0]);
        self.claims_held.push(HeldClaim { number, process, ordering_key: name, message, claim });
        Ok(true)
    }

    async fn write(&mut self, at: usize, write: Write) -> Result<(), TestCaseError> {
        let (now, at_now) = (self.now, self.clock.now());
        let later = |seconds| (now + seconds, at_now.plus(Duration::from_secs(seconds)));
        let held = &mut self.claims_held[at];
        let queue = self.chat_queues.get_mut(&held.ordering_key).unwrap();
        let is_ours = queue.lease.is_some_and(|(number, _)| number == held.number);
        let claim = held.claim.clone();
        let written = match write {
            Write::RenewLease => claim.renew_lease().await,
            Write::Plan => held.claim.store_plan("{}".to_owned(), at_now).await,
            Write::Reply => {
                held.claim.store_reply("[]".to_owned(), Outcome::Replied, Vec::new(), at_now).await
            }
            Write::Sent => held.claim.mark_sent(1, at_now).await,
            Write::Retry { seconds } => {
                claim.retry(later(seconds).1, later(seconds).1, "x".to_owned(), at_now).await
            }
            Write::Crashed { seconds } => claim.record_crash(later(seconds).1, at_now).await,
            Write::Finish => claim.finish(Outcome::Replied, None, at_now).await,
            Write::FinishSent => claim.mark_sent_and_finish(1, Outcome::Replied, at_now).await,
        };
        match &written {
            Ok(()) => prop_assert!(is_ours, "{:?} of a claim that had lost its lease", write),
            Err(LeaseError::Expired) => prop_assert!(!is_ours, "{:?} of a claim that had its lease", write),
            Err(LeaseError::Store(error)) => prop_assert!(false, "{}", error),
        }
        if !is_ours {
            self.claims_held.remove(at);
            return Ok(());
        }
        match write {
            Write::RenewLease | Write::Plan | Write::Reply | Write::Sent => {
                queue.lease = Some((held.number, now + LEASE.as_secs()));
            }
            Write::Retry { seconds } | Write::Crashed { seconds } => {
                (queue.lease, queue.ready_at) = (None, later(seconds).0);
                self.claims_held.remove(at);
            }
            Write::Finish | Write::FinishSent => {
                queue.open.retain(|message| *message != held.message);
                (queue.lease, queue.ready_at) = (None, now);
                self.finished.push((held.ordering_key.clone(), held.message));
                self.claims_held.remove(at);
            }
        }
        Ok(())
    }

    /// A process crashes and restarts: with a file its leases are gone, on a server they expire.
    async fn crash(&mut self, process: usize) -> Result<(), TestCaseError> {
        self.processes[process].1.abort();
        let _ = (&mut self.processes[process].1).await;
        self.claims_held.retain(|held| held.process != process);
        if self.url.starts_with("sqlite:") {
            self.chat_queues.values_mut().for_each(|queue| queue.lease = None);
        }
        self.processes[process] = self.start().await;
        Ok(())
    }

    async fn hand_back(&mut self, process: usize) -> Result<(), TestCaseError> {
        self.processes[process].0.release_all().await.unwrap();
        let of_process: HashSet<usize> =
            self.claims_held.iter().filter(|held| held.process == process).map(|held| held.number).collect();
        for queue in self.chat_queues.values_mut() {
            queue.lease = queue.lease.filter(|(number, _)| !of_process.contains(number));
        }
        Ok(())
    }

    /// Works until nothing is open, and compares finished with accepted commands.
    async fn end(mut self) -> Result<(), TestCaseError> {
        self.take(Step::Advance { seconds: LEASE.as_secs() + 60 }).await?;
        self.claims_held.clear();
        let command: BTreeMap<String, Vec<usize>> =
            self.chat_queues.iter().map(|(name, queue)| (name.clone(), queue.open.clone())).collect();
        let before = self.finished.len();
        while self.claim(0).await? {
            self.write(self.claims_held.len() - 1, Write::Finish).await?;
        }
        for (name, open) in command {
            let finished = self.finished[before..].iter().filter(|(queue, _)| *queue == name);
            let finished: Vec<usize> = finished.map(|(_, message)| *message).collect();
            prop_assert_eq!(finished, open);
        }
        let mut once: Vec<usize> = self.finished.iter().map(|(_, message)| *message).collect();
        once.sort_unstable();
        self.accepted.sort_unstable();
        prop_assert_eq!(once, self.accepted);
        self.processes.iter().for_each(|(_, writer)| writer.abort());
        Ok(())
    }
}

/// Runs this many random sequences, each on its own journal.
fn play(cases: u32, processes: usize, url: impl Fn(&tempfile::TempDir) -> String) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let played = runner.run(&prop::collection::vec(step(), 1..60), |steps| {
        let folder = tempfile::tempdir().unwrap();
        runtime.block_on(async {
            let mut journal = Journal::open(url(&folder), processes).await;
            for step in steps {
                journal.take(step).await?;
            }
            journal.end().await
        })
    });
    if let Err(error) = played {
        panic!("{error}");
    }
}

#[test]
fn a_sqlite_journal_matches_its_model_across_crashes() {
    play(64, 1, |folder| format!("sqlite:{}", folder.path().join("vincula.db").display()));
}

#[test]
fn a_shared_journal_matches_its_model_whichever_process_dies() {
    let Some(server) = postgres::shared() else { return postgres::skip_notice(module_path!()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    play(32, 2, |_| {
        std::thread::scope(|scope| {
            // Called from within another runtime.
            scope.spawn(|| runtime.block_on(server.schema())).join().unwrap()
        })
    });
}

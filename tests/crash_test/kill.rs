//! `kill -9` at random moments under load.

use std::time::{Duration, Instant};

use vincula::sandbox::{Fault, FaultResponse, ReadLag};

use crate::sender::SentCommand;
use crate::service::{SETTLE_TIMEOUT, ServiceBinary};
use crate::setup::TestSetup;
use crate::summary::{Outcome, Summary};
use crate::verifier::verify;

/// Commands per round.
const POSTS_PER_ROUND: usize = 8;
/// Maximum delay of the kill after the first request of the round.
const MAX_KILL_DELAY_MS: u64 = 60;
/// The next round waits while more commands than this are open: this tests load, not a queue.
const MAX_OPEN: usize = 16;
/// Every Nth round Z-API shows changes late and drops some responses, so that calls are repeated after a
/// kill and the rule for that is tested.
const FAULTY_ROUND_INTERVAL: usize = 10;
/// Delay of reads in such a round: longer than a restart takes.
const READ_LAG: ReadLag = ReadLag::For(Duration::from_millis(300));
/// A run with this many rounds fails if no call was repeated.
const MIN_ROUNDS_FOR_REPEATS: usize = 200;

pub(crate) async fn run(binary: ServiceBinary, rounds: usize, seed: u64) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let summary = Summary::new("kill", &binary, seed);
    let is_control = binary.injected_bug.is_some();
    let TestSetup { upstream, deployment, mut chats, sender, mut random } =
        TestSetup::prepare(binary, seed).await?;
    let mut sent: Vec<SentCommand> = Vec::new();
    let mut process = deployment.start_ready(0).await?;
    let journal = deployment.journal().await?;
    for round in 1..=rounds {
        deployment.settled(&journal, MAX_OPEN, SETTLE_TIMEOUT).await?;
        let is_bad = round % FAULTY_ROUND_INTERVAL == 0;
        let faults = upstream.sandbox.faults();
        faults.clear();
        faults.set_lag(is_bad.then_some(READ_LAG));
        if is_bad {
            faults.fail_next("communities/", 2, Fault::ReplaceResponse(FaultResponse::Dropped));
        }
        let moment = Duration::from_micros(random.below(MAX_KILL_DELAY_MS * 1_000));
        let killing = async {
            tokio::time::sleep(moment).await;
            deployment.kill(&mut process)?;
            process = deployment.start_ready(0).await?;
            anyhow::Ok(())
        };
        // Commands are generated before the first await, so that the seed determines them.
        let sending = sender.send_commands(&mut chats, POSTS_PER_ROUND, &mut random);
        let (more, ()) = tokio::try_join!(sending, killing)?;
        sent.extend(more);
        if round % 50 == 0 {
            crate::progress(&format!(
                "round {round} of {rounds}, {} commands, {:.0?}",
                sent.len(),
                started.elapsed()
            ));
        }
    }
    deployment.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    let mut findings = verify(&deployment, &chats, &sent, &journal).await?;
    if !is_control && rounds >= MIN_ROUNDS_FOR_REPEATS && findings.repeated_calls == 0 {
        findings.violations.push("no call was repeated: the rule for that was not tested".to_owned());
    }
    summary.row("rounds, each with one kill -9", rounds);
    summary.row("  with a Z-API that shows changes late and drops responses", rounds / FAULTY_ROUND_INTERVAL);
    summary.load(&sender.counts);
    summary.findings(&findings, deployment.deaths().len());
    summary.row("time", format!("{:.0?}", started.elapsed()));
    Ok(summary.end(findings.violations))
}

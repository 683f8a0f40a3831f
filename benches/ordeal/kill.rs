//! kill -9 at a random moment under load, over and over.

use std::time::{Duration, Instant};

use vincula::sandbox::{Fault, FaultResponse, ReadLag};

use crate::Outcome;
use crate::judge::verify;
use crate::load::SentCommand;
use crate::service::ServiceBinary;
use crate::stage::TestSetup;
use crate::summary::Summary;

/// Posts a round.
const POSTS_PER_ROUND: usize = 8;
/// The latest moment of a kill, in milliseconds after the first post of its round.
const MAX_KILL_DELAY_MS: u64 = 60;
/// With more open orders than this, the next round waits: it is the load that is tested, not a queue.
const MAX_OPEN: usize = 16;
/// In one of so many rounds Z-API shows changes late, and drops the answers to some; so that calls are
/// made again after a kill, and the rule for that is put to the test.
const FAULTY_ROUND_INTERVAL: usize = 10;
/// How late: a killed process is back sooner.
const READ_LAG: ReadLag = ReadLag::For(Duration::from_millis(300));
/// After so many rounds a call must have been made again, or that rule was not tested.
const MIN_ROUNDS_FOR_REPEATS: usize = 200;
/// How long what is open may take in the end.
pub(crate) const SETTLE_TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) async fn run(binary: ServiceBinary, rounds: usize, seed: u64) -> anyhow::Result<Outcome> {
    let begun = Instant::now();
    let summary = Summary::new("kill", &binary, seed);
    let is_control = binary.injected_bug.is_some();
    let TestSetup { outside, site, mut chats, sender, mut random } = TestSetup::prepare(binary, seed).await?;
    let mut given: Vec<SentCommand> = Vec::new();
    let mut process = site.start_ready(0).await?;
    let journal = site.journal().await?;
    for round in 1..=rounds {
        site.settled(&journal, MAX_OPEN, SETTLE_TIMEOUT).await?;
        let is_bad = round % FAULTY_ROUND_INTERVAL == 0;
        let trouble = outside.sandbox.faults();
        trouble.clear();
        trouble.set_lag(is_bad.then_some(READ_LAG));
        if is_bad {
            trouble.fail_next("communities/", 2, Fault::ReplaceResponse(FaultResponse::Dropped));
        }
        let moment = Duration::from_micros(random.below(MAX_KILL_DELAY_MS * 1_000));
        let killing = async {
            tokio::time::sleep(moment).await;
            site.kill(&mut process)?;
            process = site.start_ready(0).await?;
            anyhow::Ok(())
        };
        // The orders are drawn before the first await, so the seed decides them.
        let giving = sender.send_commands(&mut chats, POSTS_PER_ROUND, &mut random);
        let (more, ()) = tokio::try_join!(giving, killing)?;
        given.extend(more);
        if round % 50 == 0 {
            crate::progress(&format!(
                "round {round} of {rounds}, {} orders, {:.0?}",
                given.len(),
                begun.elapsed()
            ));
        }
    }
    site.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    let mut findings = verify(&site, &chats, &given, &journal).await?;
    if !is_control && rounds >= MIN_ROUNDS_FOR_REPEATS && findings.repeated_calls == 0 {
        findings.violations.push("no call was made again: the rule for that was not tested".to_owned());
    }
    summary.row("rounds, each with one kill -9", rounds);
    summary.row("  with a Z-API that shows changes late and drops answers", rounds / FAULTY_ROUND_INTERVAL);
    summary.load(&sender.counts);
    summary.findings(&findings, site.deaths().len());
    summary.row("time", format!("{:.0?}", begun.elapsed()));
    Ok(summary.end(findings.violations))
}

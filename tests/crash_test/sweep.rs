//! Killed at every Nth fsync, write, send and receive: strace injects SIGKILL as the call is entered.
//!
//! SQLite syncs with `fsync` and writes with `pwrite64`, tokio wakes threads and logs with `write`, hyper
//! answers with `writev` and calls with `sendto`, both receive with `recvfrom`; the twins that another
//! libc or kernel would use stand beside them. strace counts in each thread by itself. How far N goes
//! is found by a run that is only watched.

use std::collections::HashMap;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::Outcome;
use crate::kill::SETTLE_TIMEOUT;
use crate::model::ChatModel;
use crate::random::Random;
use crate::sender::{SentCommand, WebhookSender};
use crate::service::{Deployment, Process, ServiceBinary, StartResult};
use crate::setup::TestSetup;
use crate::summary::Summary;
use crate::verifier::verify;

/// What is swept, and the calls behind it.
const SETS: [(&str, &str); 4] = [
    ("fsync", "fsync,fdatasync"),
    ("write", "write,pwrite64"),
    ("send", "sendto,sendmsg,writev"),
    ("receive", "recvfrom,recvmsg"),
];
/// Orders that are given at each point, until the process dies of one.
const COMMANDS_PER_POINT: usize = 12;
/// How long a process that has answered everything may still live.
const LINGER: Duration = Duration::from_millis(700);

pub(crate) async fn run(binary: ServiceBinary, points: usize, seed: u64) -> anyhow::Result<Outcome> {
    let begun = Instant::now();
    Command::new("strace").arg("-V").output().context("strace is needed: apt-get install strace")?;
    let summary = Summary::new("sweep", &binary, seed);
    let TestSetup { site, mut chats, sender, mut random, .. } = TestSetup::prepare(binary, seed).await?;
    let mut given: Vec<SentCommand> = Vec::new();

    // The journal is made here, so that each point finds one.
    let mut process = site.start_ready(0).await?;
    let journal = site.journal().await?;
    site.kill(&mut process)?;
    let most = watch(&site, &sender, &mut chats, &mut random, &mut given).await?;
    let each = (points / SETS.len()).max(2);
    let (mut died, mut died_early) = (0, 0);
    for (name, calls) in SETS {
        let most = calls.split(',').filter_map(|call| most.get(call)).max().copied().unwrap_or(1);
        let mut died_here = 0;
        for point in 0..each {
            let nth = 1 + (most - 1) * point / (each - 1);
            let inject = format!("inject={calls}:signal=KILL:when={nth}");
            let trace = format!("trace={calls}");
            let under = ["strace", "-f", "-D", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
            let answered = CancellationToken::new();
            let giving = async {
                let more = sender.send_commands(&mut chats, COMMANDS_PER_POINT, &mut random).await;
                answered.cancel();
                more
            };
            let dying = async {
                let is_dead = match site.start(0, &under).await? {
                    StartResult::Died => {
                        died_early += 1;
                        true
                    }
                    StartResult::Ready(mut process) => {
                        wait_until_dead(&site, &mut process, &answered).await?
                    }
                };
                anyhow::Ok((is_dead, site.start_ready(0).await?))
            };
            let (more, (is_dead, next)) = tokio::try_join!(giving, dying)?;
            given.extend(more);
            died_here += usize::from(is_dead);
            process = next;
            site.settled(&journal, 0, SETTLE_TIMEOUT).await?;
            site.kill(&mut process)?;
        }
        died += died_here;
        summary
            .row(&format!("{name}: killed at the Nth, N from 1 to {most}"), format!("{died_here} of {each}"));
        crate::progress(&format!("{name}: {died_here} of {each} points, {:.0?}", begun.elapsed()));
    }
    let mut findings = verify(&site, &chats, &given, &journal).await?;
    summary.row("points at which it died", format!("{died}, {died_early} of them before it was ready"));
    summary.load(&sender.counts);
    summary.findings(&findings, site.deaths().len());
    summary.row("time", format!("{:.0?}", begun.elapsed()));
    if died * 3 < each * SETS.len() * 2 {
        findings
            .violations
            .push("at a third of the points and more nothing died: the sweep is blind".to_owned());
    }
    Ok(summary.end(findings.violations))
}

/// Waits until the process dies of its point; kills it where it does not come to it.
async fn wait_until_dead(
    site: &Deployment,
    process: &mut Process,
    answered: &CancellationToken,
) -> anyhow::Result<bool> {
    loop {
        if site.wait_for_exit(process, Duration::from_millis(20)).await? {
            return Ok(true);
        }
        if answered.is_cancelled() {
            let is_dead = site.wait_for_exit(process, LINGER).await?;
            if !is_dead {
                site.kill(process)?;
            }
            return Ok(is_dead);
        }
    }
}

/// How often one thread makes each of the calls during such a load.
async fn watch(
    site: &Arc<Deployment>,
    sender: &Arc<WebhookSender>,
    chats: &mut ChatModel,
    random: &mut Random,
    given: &mut Vec<SentCommand>,
) -> anyhow::Result<HashMap<String, usize>> {
    let file = site.folder.path().join("watched.txt");
    let path = file.to_string_lossy().into_owned();
    let trace = format!("trace={}", SETS.map(|(_, calls)| calls).join(","));
    let under = ["strace", "-f", "-D", "-qq", "-o", &path, "-e", &trace];
    let StartResult::Ready(mut process) = site.start(0, &under).await? else {
        anyhow::bail!("the service died while it was only watched")
    };
    given.extend(sender.send_commands(chats, COMMANDS_PER_POINT, random).await?);
    let journal = site.journal().await?;
    site.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    site.kill(&mut process)?;
    let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
    let text = std::fs::read_to_string(file)?;
    for line in text.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        if let Some((call, _)) = call.trim_start().split_once('(') {
            *counts.entry((thread, call)).or_default() += 1;
        }
    }
    let mut most: HashMap<String, usize> = HashMap::new();
    for ((_, call), count) in counts {
        let known = most.entry(call.to_owned()).or_default();
        *known = count.max(*known);
    }
    Ok(most)
}

//! Kills the service at every Nth fsync, write, send and receive: strace injects SIGKILL on entry.
//!
//! SQLite syncs with `fsync` and writes with `pwrite64`, tokio wakes threads and logs with `write`, hyper
//! responds with `writev` and calls with `sendto`, both receive with `recvfrom`; the equivalents of other
//! libcs and kernels are listed too. strace counts per thread. An undisturbed run finds the maximum N.

use std::collections::HashMap;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::model::ChatModel;
use crate::random::Random;
use crate::sender::{SentCommand, WebhookSender};
use crate::service::{Deployment, Process, SETTLE_TIMEOUT, ServiceBinary, StartResult};
use crate::setup::TestSetup;
use crate::summary::{Outcome, Summary};
use crate::verifier::verify;

/// Names of the sweeps, and their system calls.
const SETS: [(&str, &str); 4] = [
    ("fsync", "fsync,fdatasync"),
    ("write", "write,pwrite64"),
    ("send", "sendto,sendmsg,writev"),
    ("receive", "recvfrom,recvmsg"),
];
/// Commands sent at each point.
const COMMANDS_PER_POINT: usize = 12;
/// How long a process may live after its last response before it is killed.
const LINGER: Duration = Duration::from_millis(700);

pub(crate) async fn run(binary: ServiceBinary, points: usize, seed: u64) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    Command::new("strace").arg("-V").output().context("strace is needed: apt-get install strace")?;
    let summary = Summary::new("sweep", &binary, seed);
    let TestSetup { deployment, mut chats, sender, mut random, .. } =
        TestSetup::prepare(binary, seed).await?;
    let mut sent: Vec<SentCommand> = Vec::new();

    // Create the journal before the first point.
    let mut process = deployment.start_ready(0).await?;
    let journal = deployment.journal().await?;
    deployment.kill(&mut process)?;
    let most = count_calls(&deployment, &sender, &mut chats, &mut random, &mut sent).await?;
    let each = (points / SETS.len()).max(2);
    let (mut died, mut died_early) = (0, 0);
    for (name, calls) in SETS {
        let most = calls.split(',').filter_map(|call| most.get(call)).max().copied().unwrap_or(1);
        let mut died_here = 0;
        for point in 0..each {
            let nth = 1 + (most - 1) * point / (each - 1);
            let inject = format!("inject={calls}:signal=KILL:when={nth}");
            let trace = format!("trace={calls}");
            let wrapper = ["strace", "-f", "-D", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
            let has_response = CancellationToken::new();
            let sending = async {
                let more = sender.send_commands(&mut chats, COMMANDS_PER_POINT, &mut random).await;
                has_response.cancel();
                more
            };
            let dying = async {
                let is_dead = match deployment.start(0, &wrapper).await? {
                    StartResult::Died => {
                        died_early += 1;
                        true
                    }
                    StartResult::Ready(mut process) => {
                        wait_until_dead(&deployment, &mut process, &has_response).await?
                    }
                };
                anyhow::Ok((is_dead, deployment.start_ready(0).await?))
            };
            let (more, (is_dead, next)) = tokio::try_join!(sending, dying)?;
            sent.extend(more);
            died_here += usize::from(is_dead);
            process = next;
            deployment.settled(&journal, 0, SETTLE_TIMEOUT).await?;
            deployment.kill(&mut process)?;
        }
        died += died_here;
        summary
            .row(&format!("{name}: killed at the Nth, N from 1 to {most}"), format!("{died_here} of {each}"));
        crate::progress(&format!("{name}: {died_here} of {each} points, {:.0?}", started.elapsed()));
    }
    let mut findings = verify(&deployment, &chats, &sent, &journal).await?;
    summary
        .row("points at which the process died", format!("{died}, {died_early} of them before it was ready"));
    summary.load(&sender.counts);
    summary.findings(&findings, deployment.deaths().len());
    summary.row("time", format!("{:.0?}", started.elapsed()));
    if died * 3 < each * SETS.len() * 2 {
        findings
            .violations
            .push("the process died at less than two thirds of the points: the sweep is too weak".to_owned());
    }
    Ok(summary.end(findings.violations))
}

/// Waits until the process dies at its point, or kills it if it does not get there.
async fn wait_until_dead(
    deployment: &Deployment,
    process: &mut Process,
    has_response: &CancellationToken,
) -> anyhow::Result<bool> {
    loop {
        if deployment.wait_for_exit(process, Duration::from_millis(20)).await? {
            return Ok(true);
        }
        if has_response.is_cancelled() {
            let is_dead = deployment.wait_for_exit(process, LINGER).await?;
            if !is_dead {
                deployment.kill(process)?;
            }
            return Ok(is_dead);
        }
    }
}

/// How often a thread makes each system call under this load, at most.
async fn count_calls(
    deployment: &Arc<Deployment>,
    sender: &Arc<WebhookSender>,
    chats: &mut ChatModel,
    random: &mut Random,
    sent: &mut Vec<SentCommand>,
) -> anyhow::Result<HashMap<String, usize>> {
    let file = deployment.folder.path().join("watched.txt");
    let path = file.to_string_lossy().into_owned();
    let trace = format!("trace={}", SETS.map(|(_, calls)| calls).join(","));
    let wrapper = ["strace", "-f", "-D", "-qq", "-o", &path, "-e", &trace];
    let StartResult::Ready(mut process) = deployment.start(0, &wrapper).await? else {
        anyhow::bail!("the service died in the undisturbed run")
    };
    sent.extend(sender.send_commands(chats, COMMANDS_PER_POINT, random).await?);
    let journal = deployment.journal().await?;
    deployment.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    deployment.kill(&mut process)?;
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

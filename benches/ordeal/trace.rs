//! The sync of the log comes before the answer: one order, with strace looking on.

use std::time::{Duration, Instant};

use anyhow::bail;

use crate::Outcome;
use crate::fsync;
use crate::kill::SETTLE_TIMEOUT;
use crate::service::{ServiceBinary, StartResult};
use crate::stage::TestSetup;
use crate::summary::Summary;

/// How long the journal is waited for.
const COMMIT: Duration = Duration::from_secs(10);

pub(crate) async fn run(binary: ServiceBinary, seed: u64) -> anyhow::Result<Outcome> {
    let is_control = binary.injected_bug.is_some();
    let summary = Summary::new("trace", &binary, seed).expect_violations(if is_control {
        &["answered before the order was on the disk"]
    } else {
        &[]
    });
    let TestSetup { site, mut chats, sender, mut random, .. } = TestSetup::prepare(binary, seed).await?;
    let file = site.folder.path().join("trace.txt");
    let path = file.to_string_lossy().into_owned();
    let under = ["strace", "-f", "-D", "-yy", "-s", "5000", "-o", &path, "-e", fsync::TRACED_SYSCALLS];
    let StartResult::Ready(mut process) = site.start(0, &under).await? else { bail!("the service died") };
    sender.send_commands(&mut chats, 1, &mut random).await?;
    let journal = site.journal().await?;
    // Whoever answers before the commit commits later: that is waited for, and is in the trace.
    let answered_at = Instant::now();
    while journal.list(None, 1).await?.is_empty() {
        if answered_at.elapsed() > COMMIT {
            bail!("the order is not in the journal {COMMIT:?} after it was accepted");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    site.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    site.kill(&mut process)?;
    let begun = Instant::now();
    let trace = loop {
        let trace = std::fs::read_to_string(&file)?;
        if trace.contains("+++ killed by SIGKILL +++") {
            break trace;
        }
        if begun.elapsed() > Duration::from_secs(10) {
            bail!("the trace has no end");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let violations = match fsync::read(&trace) {
        Ok(moments) => {
            summary.row("line of the trace: request received", moments.received);
            summary.row("line of the trace: log written", moments.written);
            summary.row("line of the trace: log synced", moments.synced);
            summary.row("line of the trace: sender answered", moments.answered);
            Vec::new()
        }
        Err(wrong) => vec![wrong],
    };
    Ok(summary.end(violations))
}

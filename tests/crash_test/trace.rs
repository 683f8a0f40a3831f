//! Checks with strace that the log is synced before the response to one command.

use std::time::{Duration, Instant};

use anyhow::bail;

use crate::fsync_trace;
use crate::service::{SETTLE_TIMEOUT, ServiceBinary, StartResult};
use crate::setup::TestSetup;
use crate::summary::{Outcome, Summary};

/// Timeout for the commit.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) async fn run(binary: ServiceBinary, seed: u64) -> anyhow::Result<Outcome> {
    let is_control = binary.injected_bug.is_some();
    let summary = Summary::new("trace", &binary, seed).expect_violations(if is_control {
        &["responded before the command was on disk"]
    } else {
        &[]
    });
    let TestSetup { deployment, mut chats, sender, mut random, .. } =
        TestSetup::prepare(binary, seed).await?;
    let file = deployment.folder.path().join("trace.txt");
    let path = file.to_string_lossy().into_owned();
    let wrapper =
        ["strace", "-f", "-D", "-yy", "-s", "5000", "-o", &path, "-e", fsync_trace::TRACED_SYSCALLS];
    let StartResult::Ready(mut process) = deployment.start(0, &wrapper).await? else {
        bail!("the service died")
    };
    sender.send_commands(&mut chats, 1, &mut random).await?;
    let journal = deployment.journal().await?;
    // With the injected bug the commit comes after the response: wait until the trace has it.
    let responded_at = Instant::now();
    while journal.list(None, 1).await?.is_empty() {
        if responded_at.elapsed() > COMMIT_TIMEOUT {
            bail!("the command is not in the journal {COMMIT_TIMEOUT:?} after it was accepted");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    deployment.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    deployment.kill(&mut process)?;
    let started = Instant::now();
    let trace = loop {
        let trace = std::fs::read_to_string(&file)?;
        if trace.contains("+++ killed by SIGKILL +++") {
            break trace;
        }
        if started.elapsed() > Duration::from_secs(10) {
            bail!("the trace has no end");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let violations = match fsync_trace::read(&trace) {
        Ok(moments) => {
            summary.row("line of the trace: request received", moments.received);
            summary.row("line of the trace: log written", moments.written);
            summary.row("line of the trace: log synced", moments.synced);
            summary.row("line of the trace: response sent", moments.responded);
            Vec::new()
        }
        Err(wrong) => vec![wrong],
    };
    Ok(summary.end(violations))
}

//! CPU pinning and CPU time of a process. Linux only.

use std::collections::HashMap;
use std::fs;

use anyhow::Context as _;
use rustix::thread::{CpuSet, sched_setaffinity};

/// The core of the server under measurement.
pub(crate) const SERVER: usize = 0;
/// The core of the load and of the sandbox.
pub(crate) const LOAD: usize = 1;

/// Pins the calling thread and everything it starts afterwards to a core.
pub(crate) fn pin_to_core(core: usize) -> anyhow::Result<()> {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).with_context(|| format!("cannot run on core {core}: two are needed"))
}

/// Runs a closure on the server's core, usually to start a process.
pub(crate) fn on_server_core<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    pin_to_core(SERVER)?;
    let done = work();
    pin_to_core(LOAD)?;
    done
}

/// CPU time by thread in nanoseconds, from the scheduler.
#[derive(Clone, Debug, Default)]
pub(crate) struct CpuTimes(HashMap<String, u64>);

impl CpuTimes {
    /// By the threads that a process has now.
    pub(crate) fn of_process(process: u32) -> anyhow::Result<Self> {
        let mut threads = HashMap::new();
        for thread in fs::read_dir(format!("/proc/{process}/task"))? {
            let path = thread?.path();
            // A thread may be over by now.
            let Ok(text) = fs::read_to_string(path.join("schedstat")) else { continue };
            let time = text.split(' ').next().and_then(|word| word.parse().ok());
            threads.insert(path.display().to_string(), time.context("schedstat has no number")?);
        }
        Ok(Self(threads))
    }

    /// Nanoseconds since an earlier look. What a thread did that has ended since is not in it.
    pub(crate) fn since(&self, earlier: &Self) -> u64 {
        let used = |(thread, time): (&String, &u64)| {
            time.saturating_sub(earlier.0.get(thread).copied().unwrap_or_default())
        };
        self.0.iter().map(used).sum()
    }
}

/// Resident memory of a process in KiB: now, and at its most.
pub(crate) fn memory_kib(process: u32) -> anyhow::Result<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    field("VmRSS:").zip(field("VmHWM:")).context("no memory in /proc/PID/status")
}

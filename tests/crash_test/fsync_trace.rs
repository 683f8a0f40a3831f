//! Reads a trace of the service and checks that the command was on disk before the response.
//!
//! The trace covers one command and comes from `strace -f -yy -s 5000`: it has whole pages, so the message
//! id identifies the command in the log. tests/it uses this file too.

/// The system calls to trace.
pub const TRACED_SYSCALLS: &str =
    "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg,recvfrom,recvmsg,read";

/// Line numbers (from 0) of the steps of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncPoints {
    /// The request is read.
    pub received: usize,
    /// The next write of a page with the command to the write-ahead log.
    pub written: usize,
    /// The end of the next sync of the log.
    pub synced: usize,
    /// The response is handed to the kernel.
    pub responded: usize,
}

/// Finds the steps.
///
/// # Errors
/// What is missing or out of order.
pub fn read(trace: &str) -> Result<SyncPoints, String> {
    let lines: Vec<&str> = trace.lines().collect();
    let find = |from: usize, what: &str, is_it: &dyn Fn(usize) -> bool| {
        (from..lines.len()).find(|at| is_it(*at)).ok_or_else(|| format!("{what} is not in the trace"))
    };
    let received = find(0, "the request", &|at| lines[at].contains("\"POST /webhooks/"))?;
    let responded = find(0, "the response", &|at| lines[at].contains(r#"{\"status\":\"accepted\""#))?;
    let id = lines[received..]
        .iter()
        .find_map(|line| line.split_once(r#"\"messageId\":\""#)?.1.split('\\').next());
    let id = id.ok_or("the message's id is not in the trace")?;
    let written = find(received, "a write of the command to the log", &|at| {
        lines[at].contains(" pwrite64(") && lines[at].contains("-wal>") && lines[at].contains(id)
    })?;
    let synced = find(written, "a sync of the log", &|at| is_synced(&lines, at))?;
    let moments = SyncPoints { received, written, synced, responded };
    if responded < synced {
        return Err(format!("the service responded before the command was on disk: {moments:?}"));
    }
    Ok(moments)
}

/// Whether a sync of the log succeeded in this line: started here, or earlier in the same thread.
fn is_synced(lines: &[&str], at: usize) -> bool {
    let line = lines[at];
    let is_sync =
        |line: &str| (line.contains(" fsync(") || line.contains(" fdatasync(")) && line.contains("-wal>");
    if !line.trim_end().ends_with("= 0") {
        return false;
    }
    if is_sync(line) {
        return true;
    }
    let thread = line.split(' ').next();
    let is_resumed = line.contains("sync resumed>");
    let started = lines[..at].iter().rev().find(|line| line.split(' ').next() == thread);
    is_resumed && started.is_some_and(|line| is_sync(line))
}

//! Reads a trace of the service: was the order on the disk before its sender was answered?
//!
//! The trace is of one order, made by `strace -f -yy -s 5000`: whole pages are in it, so the order is
//! known in the log by its message's id, whatever else is written meanwhile. tests/it reads its own
//! with this file.

/// The calls that a trace must hold.
pub const TRACED_SYSCALLS: &str =
    "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg,recvfrom,recvmsg,read";

/// Where in the trace (line numbers from 0) the order came, was written, synced and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncPoints {
    /// The request is read.
    pub received: usize,
    /// The first write to the write-ahead log after that of a page with the order.
    pub written: usize,
    /// The end of the first sync of the log after that.
    pub synced: usize,
    /// The answer is handed to the system.
    pub answered: usize,
}

/// Finds the moments, or says what is missing or in the wrong order.
pub fn read(trace: &str) -> Result<SyncPoints, String> {
    let lines: Vec<&str> = trace.lines().collect();
    let find = |from: usize, what: &str, is_it: &dyn Fn(usize) -> bool| {
        (from..lines.len()).find(|at| is_it(*at)).ok_or_else(|| format!("{what} is not in the trace"))
    };
    let received = find(0, "the request", &|at| lines[at].contains("\"POST /webhooks/"))?;
    let answered = find(0, "the answer", &|at| lines[at].contains(r#"{\"status\":\"accepted\""#))?;
    let id = lines[received..]
        .iter()
        .find_map(|line| line.split_once(r#"\"messageId\":\""#)?.1.split('\\').next());
    let id = id.ok_or("the message's id is not in the trace")?;
    let written = find(received, "a write of the order to the log", &|at| {
        lines[at].contains(" pwrite64(") && lines[at].contains("-wal>") && lines[at].contains(id)
    })?;
    let synced = find(written, "a sync of the log", &|at| is_synced(&lines, at))?;
    let moments = SyncPoints { received, written, synced, answered };
    if answered < synced {
        return Err(format!("the sender was answered before the order was on the disk: {moments:?}"));
    }
    Ok(moments)
}

/// Whether a sync of the log has succeeded in this line: begun here, or before in the same thread.
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
    let begun = lines[..at].iter().rev().find(|line| line.split(' ').next() == thread);
    is_resumed && begun.is_some_and(|line| is_sync(line))
}

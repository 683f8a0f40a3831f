//! Slows commands on many groups down, so that the tour shows their progress.
//!
//! Z-API takes time for many groups; the sandbox takes none, and a command would end before its first progress
//! message. So each call that is a part of a longer command waits until the chat shows the progress before it.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::timeout;

use crate::command::progress::MIN_ITEMS_FOR_PROGRESS;
use crate::sandbox::Sandbox;

/// The calls that commands make for several groups at a time.
const LINK_CALLS: [&str; 2] = ["communities/link", "communities/unlink"];
/// The timeout for a progress message: longer than the time between two edits. It expires if a full call is the
/// whole command; the tour has no such command.
const STEP_TIMEOUT: Duration = Duration::from_secs(15);

/// Releases the calls of a command step by step, as long as it is polled. `seen` is the number of chat updates
/// before it.
pub(super) async fn step_through(sandbox: &Sandbox, seen: usize) -> Infallible {
    let [link, unlink] = LINK_CALLS;
    tokio::join!(release_step(sandbox, link, seen), release_step(sandbox, unlink, seen)).0
}

/// Releases all calls.
pub(super) fn release_all(sandbox: &Sandbox) {
    sandbox.faults().clear();
}

async fn release_step(sandbox: &Sandbox, path: &str, mut seen: usize) -> Infallible {
    let mut barrier = sandbox.faults().hold_request(path);
    let mut is_part = false;
    loop {
        barrier.wait_reached().await;
        let is_many = last_call_group_count(sandbox, path) >= MIN_ITEMS_FOR_PROGRESS;
        if is_many || is_part {
            let step = timeout(STEP_TIMEOUT, sandbox.next_update_after(seen)).await;
            is_part = is_many && step.is_ok();
            seen = step.map_or(seen, |step| step.nth);
        }
        let next = sandbox.faults().hold_request(path);
        barrier.release();
        barrier = next;
    }
}

/// How many groups the last call of this kind is for.
fn last_call_group_count(sandbox: &Sandbox, path: &str) -> usize {
    let calls = sandbox.calls();
    let last = calls.iter().rev().find(|call| call.path == path);
    last.and_then(|call| call.body.as_ref()?["groupsPhones"].as_array().map(Vec::len)).unwrap_or_default()
}

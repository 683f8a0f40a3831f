//! Orders on many groups, slowly enough that whoever watches the tour sees how far they are.
//!
//! Z-API takes its time over many groups; the one in here takes none, and all would be over before the
//! first step could be told. So a call that is a part of a greater order is done only once the chat shows
//! how far the order was before it.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::timeout;

use crate::command::progress::MIN_ITEMS_FOR_PROGRESS;
use crate::sandbox::Sandbox;

/// The calls that orders make for some groups at a time.
const LINK_CALLS: [&str; 2] = ["communities/link", "communities/unlink"];
/// How long it is waited for a step: longer than between two edits. It is waited for in vain where a call for
/// just as many groups as one takes is all of its order; nothing of that kind is in the tour.
const STEP_TIMEOUT: Duration = Duration::from_secs(15);

/// Lets the calls of an order through, step by step, as long as it is polled. `told` is what the chats had
/// seen before it.
pub(super) async fn step_through(sandbox: &Sandbox, told: usize) -> Infallible {
    let [link, unlink] = LINK_CALLS;
    tokio::join!(release_step(sandbox, link, told), release_step(sandbox, unlink, told)).0
}

/// All calls as quickly as they can be: none waits any more.
pub(super) fn release_all(sandbox: &Sandbox) {
    sandbox.faults().clear();
}

async fn release_step(sandbox: &Sandbox, path: &str, mut told: usize) -> Infallible {
    let mut gate = sandbox.faults().hold_request(path);
    let mut is_part = false;
    loop {
        gate.wait_reached().await;
        let is_many = last_call_group_count(sandbox, path) >= MIN_ITEMS_FOR_PROGRESS;
        if is_many || is_part {
            let step = timeout(STEP_TIMEOUT, sandbox.next_update_after(told)).await;
            is_part = is_many && step.is_ok();
            told = step.map_or(told, |step| step.nth);
        }
        let next = sandbox.faults().hold_request(path);
        gate.release();
        gate = next;
    }
}

/// How many groups the last call of this kind is for.
fn last_call_group_count(sandbox: &Sandbox, path: &str) -> usize {
    let calls = sandbox.calls();
    let last = calls.iter().rev().find(|call| call.path == path);
    last.and_then(|call| call.body.as_ref()?["groupsPhones"].as_array().map(Vec::len)).unwrap_or_default()
}

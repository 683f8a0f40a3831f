//! Edited messages: whether the new version may be run.

use std::time::Duration;

use tokio::time::sleep;

use super::context::{CommandOutcome, EarlyExit, RunContext};
use crate::reply::{Reply, ReplyLine};
use crate::storage::{CommandRecord, Outcome, SenderIdentity, StateKind};

/// How often, and in which interval, it is checked whether the earlier versions have ended.
const MAX_POLLS: u32 = 15;
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Rejects an edit if an earlier version of the message changed something, or may still do so. Earlier versions that
/// are about to end are waited for a moment: read-only commands do not wait for each other.
pub(super) async fn reject_late_edit(
    sender: &SenderIdentity,
    command: &CommandRecord,
    run: &RunContext<'_>,
) -> Result<(), EarlyExit> {
    if command.version == 0 || command.is_started() {
        return Ok(());
    }
    let (store, instance) = (run.store, &run.instance.config.name);
    let mut polls = 0;
    let earlier = loop {
        let earlier = store.message_versions(instance, &command.message_id, sender, command.version).await?;
        if polls == MAX_POLLS || earlier.iter().all(|version| version.is_finished) {
            break earlier;
        }
        polls += 1;
        sleep(POLL_INTERVAL).await;
    };
    let mut is_confirmed = false;
    for version in &earlier {
        let confirmed = store.get_state(instance, StateKind::Confirmed, &version.id).await?;
        is_confirmed |= confirmed.is_some();
    }
    let reply = |key| Reply::Lines(vec![ReplyLine::not_done(key)]);
    if earlier.iter().any(|version| !version.is_finished) {
        return Err(CommandOutcome::usage_error(reply("edit-while-running")).into());
    }
    if is_confirmed {
        return Err(CommandOutcome::new(reply("edit-too-late"), Outcome::Replied).into());
    }
    if earlier.iter().any(|version| !version.is_editable()) {
        return Err(CommandOutcome::new(reply("edit-after-end"), Outcome::Denied).into());
    }
    Ok(())
}

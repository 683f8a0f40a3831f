//! Commands that were too old when they arrived, as after a time without a connection: one reply for all of a chat that
//! arrive together. The oldest one replies, and cancels the others, so that after a crash it counts the same ones.

use tokio::time::sleep;

use super::Worker;
use super::command_outcome::CommandOutcome;
use super::request::RunContext;
use crate::command::kind::TOO_OLD;
use crate::domain::Chat;
use crate::reply::{Reply, ReplyLine};
use crate::storage::{CommandRecord, Outcome, Store, StoreUnavailable};

/// The longest wait for the end of a burst, in intervals.
const MAX_INTERVALS: u32 = 5;

/// Waits until no more commands of a burst arrive.
pub(super) async fn wait_for_burst(worker: &Worker, command: &CommandRecord) -> Result<(), StoreUnavailable> {
    if command.name != TOO_OLD || command.is_cancelled() {
        return Ok(());
    }
    let mut count = find_others(&worker.store, command).await?.len();
    for _ in 0..MAX_INTERVALS {
        sleep(worker.timing.burst_interval).await;
        let before = std::mem::replace(&mut count, find_others(&worker.store, command).await?.len());
        if before == count {
            break;
        }
    }
    Ok(())
}

/// Replies for all commands of the burst; one that another has replied for says nothing.
pub(super) async fn summarize_burst(
    command: &CommandRecord,
    run: &RunContext<'_>,
) -> Result<CommandOutcome, StoreUnavailable> {
    if command.is_cancelled() {
        return Ok(CommandOutcome::new(Reply::empty(), Outcome::Expired));
    }
    let others = find_others(run.store, command).await?;
    let others = run.store.cancel(others, usize::MAX, command.id.clone(), run.clock.now()).await?;
    let age = command.sent_at.map(|sent_at| command.accepted_at.since(sent_at)).unwrap_or_default();
    let line = ReplyLine::new("too-old").with_count("count", 1 + others.len()).with_duration("age", age);
    Ok(CommandOutcome::new(Reply::Lines(vec![line]), Outcome::Expired))
}

/// The ids of the other commands of this chat that wait for their reply.
async fn find_others(store: &Store, command: &CommandRecord) -> Result<Vec<String>, StoreUnavailable> {
    let key = |chat: &str, admin: &str, by_owner| Chat::from_id(chat).ordering_key(admin, by_owner);
    let own = key(&command.chat, &command.admin, command.by_owner);
    let open = store.open_commands(&command.instance).await?.into_iter();
    let others = open.filter(|open| {
        let is_waiting = open.name == TOO_OLD && open.cancelled_by.is_none() && open.id != command.id;
        is_waiting && key(&open.chat, &open.admin, open.by_owner) == own
    });
    Ok(others.map(|open| open.id).collect())
}

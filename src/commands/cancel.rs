//! `/cancel [all]`: cancels commands of this chat that wait.
//!
//! A command is cancelled by a mark in the journal: its next attempt changes nothing more, reads how things
//! are, and reports that. A running one is not interrupted; it gets the mark too, and no further attempt.
//! This command itself waits for no other.
//!
//! Admins may cancel what they may do: their own commands, and those of other admins in the same group.

use crate::authorization::{may_everywhere, may_use};
use crate::command::prompt::{clear_prompt, is_in_time};
use crate::command::undo_record::undo_hint;
use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::domain::Chat;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::storage::{OpenCommand, StateKind};

// Non-mutating: it does not wait in the queue of what it cancels.
pub const SPEC: CommandSpec =
    CommandSpec::non_mutating("cancel", Pt(&["cancelar"]), Es(&["cancelar"]), &[ArgKind::All]);

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let most = match arguments.words().first() {
        None => 1,
        Some(word) if in_word_list(word, "all") => usize::MAX,
        Some(word) => {
            return Ok(SPEC.usage_error_reply(UsageError::TooManyWords(word.clone()), context.localizer));
        }
    };
    let this = context.claim.command.id.clone();
    let by_owner = context.claim.command.by_owner;
    let ordering_key = context.chat.ordering_key(&context.admin.key, by_owner);
    let waiting = context.store.open_commands(&context.instance.name).await?;
    let here = waiting.into_iter().filter(|open| {
        let is_open = open.cancelled_by.is_none() && open.id != this && open.name != SPEC.name;
        // What was stored only for its reply is not cancelled.
        let is_command = context.catalog.lookup(&open.name).is_some();
        is_open
            && is_command
            && Chat::from_id(&open.chat).ordering_key(&open.admin, open.by_owner) == ordering_key
    });
    // Commands of other admins need rights everywhere.
    let is_everywhere = may_everywhere(context.admin);
    let (mine, others): (Vec<OpenCommand>, Vec<OpenCommand>) = here.partition(|open| {
        open.admin == context.admin.key || (is_everywhere && may_use(context.admin, &open.name))
    });
    let candidates = mine.into_iter().map(|open| open.id).collect();
    let now = context.clock.now();
    let cancelled = context.store.cancel(candidates, most, this, now).await?;
    // A prompt waits, too.
    let prompt = context.get_state(StateKind::Prompt, context.conversation_key.as_str()).await?;
    let prompt = prompt.filter(|prompt| is_in_time(prompt.at, context.clock.now()));
    context.state_changes.push(clear_prompt(&context.conversation_key));
    if cancelled.is_empty() && prompt.is_some() {
        return Ok(Reply::Lines(vec![ReplyLine::new("confirm-left")]));
    }
    let not_allowed = others.iter().find_map(|open| context.catalog.lookup(&open.name));
    if let (true, Some(spec)) = (cancelled.is_empty(), not_allowed) {
        return Ok(Reply::forbidden(spec.name, None));
    }
    if cancelled.is_empty() {
        let (instance, key) = (&context.instance.name, &context.conversation_key);
        let hint = undo_hint(context.store, instance, key, now).await?;
        return Ok(Reply::Lines([ReplyLine::new("cancel-none")].into_iter().chain(hint).collect()));
    }
    let (running, stopped): (Vec<_>, Vec<_>) = cancelled.into_iter().partition(|open| open.is_running);
    let stopped = stopped.into_iter().map(|open| ReplyLine::new("cancel-stopped").name("command", open.text));
    let running = running.into_iter().map(|open| ReplyLine::new("cancel-running").name("command", open.text));
    Ok(Reply::Lines(stopped.chain(running).collect()))
}

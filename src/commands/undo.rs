//! `/undo`: undoes what the last command of this admin in this chat changed.
//!
//! A command that changes something stores with its reply how it is undone, or that it cannot be. Only its
//! own changes are undone, and only once: a second `/undo` says so. After a day it always asks. Where it quotes something
//! else than the change, the worker replies that only the last one can be undone.

use std::time::Duration;

use crate::command::resolution::{DeferredCommand, Resolution, ResolveContext};
use crate::command::undo_record::{UndoRecord, load_undo};
use crate::command::{CommandSpec, Es, Pt};
use crate::parse::flags::Flags;
use crate::reply::{Reply, ReplyLine};
use crate::storage::LeaseError;

/// The command.
pub const SPEC: CommandSpec = CommandSpec::mutating("undo", Pt(&["desfazer"]), Es(&["deshacer"]), &[]);

/// A change that is older is undone only after a yes.
const MAX_AGE_UNCONFIRMED: Duration = Duration::from_secs(24 * 60 * 60);

/// What to do about changes that cannot be undone: the command, the text, and the command that it names.
const INSTEAD: [(&str, &str, &str); 5] = [
    ("announce", "undo-instead-announce", "announce"),
    ("deactivate", "undo-instead-deactivate", "create"),
    ("photo", "undo-instead-photo", "photo"),
    ("remove", "undo-instead-remove", "add"),
    ("invite", "undo-instead-invite", "invite"),
];

/// Finds the command that replaces this one.
pub async fn resolve(context: &ResolveContext<'_>, flags: Flags) -> Result<Resolution, LeaseError> {
    let ResolveContext { store, instance, conversation_key, localizer, .. } = *context;
    let Some((changed_at, record)) = load_undo(store, instance, conversation_key).await? else {
        return Ok(ReplyLine::not_done("undo-nothing").into());
    };
    let UndoRecord { command, undo_command, is_undone, precondition, alternative, .. } = record;
    if let Some((undo_command, rest)) = undo_command {
        return Ok(Resolution::Command(DeferredCommand {
            command: undo_command,
            rest: format!("{} {rest}", flags.to_typed()).trim_start().to_owned(),
            is_confirmed: false,
            undone: Some(command),
            precondition,
            counted: None,
            must_confirm: context.command.accepted_at.since(changed_at) > MAX_AGE_UNCONFIRMED,
            prompting_commands: Vec::new(),
        }));
    }
    let key = if is_undone { "undo-already" } else { "undo-cannot" };
    let line = ReplyLine::not_done(key).with_plain("command", localizer.format_command(&command, &[]));
    let instead = match alternative {
        Some((command, words)) => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let command = localizer.format_command(&command, &words);
            Some(ReplyLine::new("undo-instead").with_plain("command", command))
        }
        None if is_undone => None,
        None => INSTEAD
            .iter()
            .find(|(own, ..)| *own == command)
            .map(|(_, key, by)| ReplyLine::new(*key).with_command("command", by, &[])),
    };
    let lines = std::iter::once(line).chain(instead).collect();
    Ok(Resolution::Reply(Reply::Lines(lines), Vec::new()))
}

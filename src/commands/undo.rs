//! `/undo`: undoes what the last command of this admin in this chat changed.
//!
//! A command that changes something stores with its reply how it is undone, or that it cannot be. Only its
//! own changes are undone.

use crate::command::resolution::{ClearedState, DeferredCommand, Resolution, ResolveContext};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::command::undo_record::UndoRecord;
use crate::parse::arguments::Arguments;
use crate::reply::{Reply, ReplyLine};
use crate::storage::{LeaseError, MemoryKind};

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "undo",
    pt: &["desfazer"],
    es: &["deshacer"],
    args: &[],
    is_mutating: true,
    section: HelpSection::Commands,
};

/// Finds the command that this one stands for.
pub async fn resolve(past: &ResolveContext<'_>, arguments: &Arguments) -> Result<Resolution, LeaseError> {
    let kept = past.store.get_state(past.instance, MemoryKind::Undo, past.conversation_key).await?;
    let undo: Option<UndoRecord> = kept.and_then(|kept| serde_json::from_str(&kept.value).ok());
    Ok(match undo {
        None => reply_only(ReplyLine::not_done("undo-nothing")),
        Some(UndoRecord { by: Some((command, rest)), only_if, .. }) => {
            let forget = Some(ClearedState::Undo);
            let rest = format!("{} {rest}", arguments.flags.typed()).trim_start().to_owned();
            let askers = Vec::new();
            Resolution::Command(DeferredCommand {
                command,
                rest,
                is_confirmed: false,
                forget,
                only_if,
                askers,
            })
        }
        Some(UndoRecord { of, by: None, instead, .. }) => {
            let order = past.localizer.order(&of, &[]);
            let mut lines = vec![ReplyLine::not_done("undo-cannot").with_plain("order", order)];
            if let Some((command, words)) = instead {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                lines.push(
                    ReplyLine::new("undo-instead")
                        .with_plain("order", past.localizer.order(&command, &words)),
                );
            }
            Resolution::Reply(Reply::Lines(lines), Vec::new())
        }
    })
}

fn reply_only(line: ReplyLine) -> Resolution {
    Resolution::Reply(Reply::Lines(vec![line]), Vec::new())
}

//! `/undo`: takes back what the last order of this admin in this chat changed.
//!
//! A command that changes something says how that is taken back, and what cannot be; it is kept with
//! its answer. Only what it changed itself is in it: what was so before stays.

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::{
    Arguments, ClearedState, CommandSpec, DeferredCommand, Handler, HelpSection, Resolution, ResolveContext,
};
use crate::reply::{Reply, ReplyLine};
use crate::storage::{LeaseError, StateKind};

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "undo",
    pt: &["desfazer"],
    es: &["deshacer"],
    args: &[],
    is_mutating: true,
    section: HelpSection::Commands,
    handler: Handler::Resolve(resolve),
};

/// How the last change is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoRecord {
    /// The English name of the command that made the change.
    pub of: String,
    /// The order that takes it back: a command's English name, and its words. None: it cannot be.
    pub by: Option<(String, String)>,
    /// Where it cannot be: an order that may help all the same, with its words.
    #[serde(default)]
    pub instead: Option<(String, Vec<String>)>,
    /// What must be so still for that: the id of the community that groups were moved into, or the text of
    /// a description.
    #[serde(default, alias = "only_from")]
    pub only_if: Option<String>,
}

fn resolve<'a>(
    past: &'a ResolveContext<'_>,
    arguments: &'a Arguments,
) -> BoxFuture<'a, Result<Resolution, LeaseError>> {
    Box::pin(async move {
        let kept =
            past.store.get_state(past.instance, StateKind::Undo, past.conversation_key.as_str()).await?;
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
                let mut phrases = vec![ReplyLine::not_done("undo-cannot").with_plain("order", order)];
                if let Some((command, words)) = instead {
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    phrases.push(
                        ReplyLine::new("undo-instead")
                            .with_plain("order", past.localizer.order(&command, &words)),
                    );
                }
                Resolution::Reply(Reply::Lines(phrases), Vec::new())
            }
        })
    })
}

fn reply_only(phrase: ReplyLine) -> Resolution {
    Resolution::Reply(Reply::Lines(vec![phrase]), Vec::new())
}

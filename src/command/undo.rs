//! `/undo`: takes back what the last order of this admin in this chat changed.
//!
//! A command that changes something says how that is taken back, and what cannot be; it is kept with
//! its answer. Only what it changed itself is in it: what was so before stays.

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::{Arguments, Chapter, Meant, MemoryName, OrderMeant, Past, Run, Spec};
use crate::reply::{Phrase, Reply};
use crate::storage::{Lost, MemoryKind};

/// The command.
pub const SPEC: Spec = Spec {
    name: "undo",
    pt: &["desfazer"],
    es: &["deshacer"],
    args: &[],
    is_mutating: true,
    chapter: Chapter::Orders,
    run: Run::Another(meant),
};

/// How the last change is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
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

fn meant<'a>(past: &'a Past<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Meant, Lost>> {
    Box::pin(async move {
        let kept = past.store.recall(past.instance, MemoryKind::Undo, past.place).await?;
        let undo: Option<Undo> = kept.and_then(|kept| serde_json::from_str(&kept.value).ok());
        Ok(match undo {
            None => said(Phrase::not_done("undo-nothing")),
            Some(Undo { by: Some((command, rest)), only_if, .. }) => {
                let forget = Some(MemoryName::Undo);
                let rest = format!("{} {rest}", arguments.flags.typed()).trim_start().to_owned();
                let askers = Vec::new();
                Meant::Order(OrderMeant { command, rest, is_confirmed: false, forget, only_if, askers })
            }
            Some(Undo { of, by: None, instead, .. }) => {
                let order = past.speech.order(&of, &[]);
                let mut phrases = vec![Phrase::not_done("undo-cannot").plain("order", order)];
                if let Some((command, words)) = instead {
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    phrases.push(
                        Phrase::new("undo-instead").plain("order", past.speech.order(&command, &words)),
                    );
                }
                Meant::Said(Reply::Said(phrases), Vec::new())
            }
        })
    })
}

fn said(phrase: Phrase) -> Meant {
    Meant::Said(Reply::Said(vec![phrase]), Vec::new())
}

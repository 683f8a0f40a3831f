//! A command that stands for another one: `/confirm` and `/undo`, and what they are replaced by.

use serde::{Deserialize, Serialize};

use crate::reply::{Localizer, Reply};
use crate::storage::{CommandRecord, MemoryKind, StateChange, Store};

/// What an order that stands for another one may look at.
pub struct ResolveContext<'a> {
    /// The journal.
    pub store: &'a Store,
    /// The instance's name.
    pub instance: &'a str,
    /// The admin in this chat.
    pub conversation_key: &'a str,
    /// The order itself.
    pub command: &'a CommandRecord,
    /// Its text is no command: a word, a number, a sign.
    pub is_bare: bool,
    /// How to speak.
    pub localizer: &'a Localizer,
}

/// What an order that stands for another one means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// This order, to be carried out in its place.
    Command(DeferredCommand),
    /// Nothing more than an answer, with what is to be remembered.
    Reply(Reply, Vec<StateChange>),
    /// Nothing at all.
    Ignore,
}

/// An order in the place of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredCommand {
    /// The command's English name.
    pub command: String,
    /// Its words.
    pub rest: String,
    /// Nothing more is asked before it is done.
    pub is_confirmed: bool,
    /// What is forgotten once it is answered.
    pub forget: Option<ClearedState>,
    /// What it takes back only if it is so still: what somebody changed since stays as it is. The id of the
    /// community that groups were moved into, or the text of a description.
    #[serde(default)]
    pub only_if: Option<String>,
    /// The ids of the orders that asked up to it: once it did something, none of them is run anew.
    #[serde(default)]
    pub askers: Vec<String>,
}

impl DeferredCommand {
    /// What is forgotten with its answer, of an admin in a chat.
    pub fn cleared_state(&self, place: &str) -> Vec<StateChange> {
        let kinds: &[MemoryKind] = match self.forget {
            None => &[],
            Some(ClearedState::Question) => &[MemoryKind::Prompt],
            // It may have been asked about.
            Some(ClearedState::Undo) => &[MemoryKind::Undo, MemoryKind::Prompt],
        };
        kinds.iter().map(|kind| StateChange { kind: *kind, key: place.to_owned(), value: None }).collect()
    }
}

/// What is forgotten with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClearedState {
    /// The question that it answers.
    Question,
    /// What it took back.
    Undo,
}

//! What the bot asks back, and how a person answers without a command: `yes`, `2`, a 👍.
//!
//! A question is remembered with the answer that asks it, by admin and chat; whoever answers is the
//! same person in the same chat, within five minutes, who gave no other command since and quotes nothing else. What an answer sets in motion is kept with its
//! own order's plan, so that no later question can change it under way.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::command::resolution::{ClearedState, DeferredCommand};
use crate::domain::Chat;
use crate::storage::{MemoryKind, StateChange, StateEntry, Store, StoreUnavailable};

/// How long a question waits for its answer.
pub const PROMPT_TTL: Duration = Duration::from_secs(5 * 60);
/// How much later than it went out a message may be noted.
const MAX_RECORD_DELAY: Duration = Duration::from_secs(1);
/// For how long somebody who answers too late is told so.
const LATE_REPLY_TTL: Duration = Duration::from_secs(60 * 60);

/// A question that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// The id of the order that asks.
    pub asked_by: String,
    /// The language in which it is asked.
    pub language: String,
    /// The English name of the command that an answer carries out.
    pub command: String,
    /// Its words before the chosen ones.
    pub before: String,
    /// What can be chosen by number; where nothing can be, a yes is asked for.
    pub options: Vec<String>,
    /// Its words behind the chosen ones.
    pub after: String,
    /// Several may be chosen.
    pub takes_several: bool,
    /// The ids of the orders whose questions led to this one.
    #[serde(default)]
    pub askers: Vec<String>,
    /// A yes takes a change back: `/undo` asked.
    #[serde(default)]
    pub is_undo: bool,
    /// What must be so still for that, as [`DeferredCommand::only_if`].
    #[serde(default)]
    pub only_if: Option<String>,
}

/// The commands whose effect cannot be undone.
const IRREVERSIBLE: [&str; 4] = ["announce", "deactivate", "remove", "invite"];

/// Whose question it is: an admin's in a chat.
pub fn conversation_key(admin: &str, chat: &Chat, by_owner: bool) -> String {
    format!("{admin} {}", chat.ordering_key(admin, by_owner))
}

impl Prompt {
    /// A question from how it was kept; nothing of an earlier version.
    pub fn from_state(remembered: &StateEntry) -> Option<Self> {
        serde_json::from_str(&remembered.value).ok()
    }

    /// What a yes does cannot be undone.
    pub fn is_irreversible(&self) -> bool {
        IRREVERSIBLE.contains(&self.command.as_str())
    }

    /// The question as it is remembered, of an admin in a chat.
    pub fn asked(&self, place: &str) -> StateChange {
        let value = serde_json::to_string(self).ok();
        StateChange { kind: MemoryKind::Prompt, key: place.to_owned(), value }
    }

    /// What a choice of these options means.
    pub fn resolve_choice(&self, options: &[&str]) -> DeferredCommand {
        let words = [&[self.before.as_str()], options, &[self.after.as_str()]].concat();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        DeferredCommand {
            command: self.command.clone(),
            rest: words.join(" "),
            is_confirmed: self.options.is_empty(),
            forget: Some(if self.is_undo { ClearedState::Undo } else { ClearedState::Question }),
            only_if: self.only_if.clone(),
            askers: self.askers.iter().chain([&self.asked_by]).cloned().collect(),
        }
    }
}

/// The question of an order that answered others before.
pub fn with_askers(askers: Vec<String>, memory: &mut StateChange) {
    let question = memory.value.as_deref().and_then(|value| serde_json::from_str::<Prompt>(value).ok());
    if let Some(question) = question.filter(|_| memory.kind == MemoryKind::Prompt) {
        memory.value = serde_json::to_string(&Prompt { askers, ..question }).ok();
    }
}

/// No question waits in this place any more.
pub fn cleared(place: String) -> StateChange {
    StateChange { kind: MemoryKind::Prompt, key: place, value: None }
}

/// The same where it was asked since the order came that drops it.
pub fn voided(place: String) -> StateChange {
    StateChange { kind: MemoryKind::Prompt, key: place, value: Some(String::new()) }
}

/// Whether an answer that was accepted at this moment was given before anybody could see the question, which
/// may have waited for its turn to be sent. That it went out is noted a moment after it did.
pub fn predates_prompt(asked: Timestamp, shown: Timestamp, accepted: Timestamp) -> bool {
    accepted < asked || accepted.plus(MAX_RECORD_DELAY) < shown
}

/// Whether an answer that was given at this moment comes in time.
pub fn is_in_time(asked: Timestamp, answered: Timestamp) -> bool {
    answered.since(asked) <= PROMPT_TTL
}

/// Whether a question waits here, or has waited until a short while ago.
pub async fn is_prompt_pending(
    store: &Store,
    instance: &str,
    place: &str,
    now: Timestamp,
) -> Result<bool, StoreUnavailable> {
    let asked = store.get_state(instance, MemoryKind::Prompt, place).await?;
    Ok(asked.is_some_and(|asked| now.since(asked.at) <= LATE_REPLY_TTL))
}

//! Prompts: what the bot asks, until an admin replies.
//!
//! A prompt is stored with the reply that shows it, by admin and chat. A reply counts if it is of the same
//! admin in the same chat, within five minutes, with no other command since, and quotes nothing else. The
//! command that it starts is stored with the reply's own command, so that no later prompt can change it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::command::resolution::DeferredCommand;
use crate::directory::fold;
use crate::domain::{ConversationKey, InstanceName, Locale};
use crate::parse::names::strip_courtesy;
use crate::parse::phrases::phrases;
use crate::parse::prompt_reply::{MAX_REPLY_LEN, read_number};
use crate::parse::text::own_words;
use crate::parse::word_lists::in_word_list;
use crate::reply::{MAX_CANDIDATES, UsageError};
use crate::storage::{CommandRecord, StateChange, StateEntry, StateKind, Store, StoreUnavailable};

/// How long a prompt waits for a reply.
pub const PROMPT_TTL: Duration = Duration::from_secs(5 * 60);
/// How much later than it was sent a message may be recorded.
const MAX_RECORD_DELAY: Duration = Duration::from_secs(1);
/// How long after a prompt a late reply still gets the "too late" notice.
pub const LATE_REPLY_NOTICE_WINDOW: Duration = Duration::from_secs(60 * 60);

/// A prompt that waits for a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// The id of the command that prompts.
    pub prompted_by: String,
    /// The language of the prompt.
    pub language: String,
    /// The English name of the command that a reply runs; empty where each option is a whole command.
    pub command: String,
    /// Its arguments before the chosen options.
    pub before: String,
    /// The options, chosen by number. Where there are none, a yes is expected.
    pub options: Vec<String>,
    /// The names of the options as they are shown, where they have names.
    #[serde(default)]
    pub names: Vec<String>,
    /// Where the options are of several unclear words: the words, each with the number of its options. A word without a
    /// choice stays an argument, so it is asked about again.
    #[serde(default)]
    pub words: Vec<(String, usize)>,
    /// Its arguments after the chosen options.
    pub after: String,
    /// The command as it is shown, where a reminder names it.
    #[serde(default)]
    pub shown: String,
    /// Several may be chosen.
    pub takes_several: bool,
    /// The command has done what was clear in it; the prompt is about the rest.
    #[serde(default)]
    pub is_about_rest: bool,
    /// The ids of the commands whose prompts led to this one.
    #[serde(default)]
    pub prompting_commands: Vec<String>,
    /// The prompt is of `/undo`: the English name of the command whose change a yes undoes.
    #[serde(default)]
    pub undone: Option<String>,
    /// Undo only if this is still true: the community id or description text that the change left.
    #[serde(default)]
    pub precondition: Option<String>,
    /// The part of the command that is missing: a reply is this part.
    #[serde(default)]
    pub missing: Option<UsageError>,
    /// The number that the prompt names: how many groups would be left.
    #[serde(default)]
    pub counted: Option<usize>,
    /// The reply only names the command: nothing but a clear answer is for the prompt.
    #[serde(default)]
    pub is_in_passing: bool,
}

/// The commands whose effect cannot be undone.
const IRREVERSIBLE: [&str; 5] = ["announce", "create", "deactivate", "remove", "invite"];

impl Prompt {
    /// A prompt of a command in progress, without options. A yes runs `command`.
    pub fn new(prompted_by: &CommandRecord, locale: Locale, command: &str) -> Self {
        Self {
            prompted_by: prompted_by.id.clone(),
            language: locale.tag().to_owned(),
            command: command.to_owned(),
            ..Self::default()
        }
    }

    /// Parses a stored prompt; none of an earlier version.
    pub fn from_state(entry: &StateEntry) -> Option<Self> {
        serde_json::from_str(&entry.value).ok()
    }

    /// Whether this command led to the prompt.
    pub fn is_of(&self, command: &str) -> bool {
        self.prompting_commands.iter().chain([&self.prompted_by]).any(|id| id == command)
    }

    /// Whether each option is a whole command. Nothing waits for the choice: any other text is about something else.
    pub fn is_menu(&self) -> bool {
        self.command.is_empty() && !self.options.is_empty()
    }

    /// Whether the command cannot be undone.
    pub fn is_irreversible(&self) -> bool {
        // An offer to show an invitation link, without a word that asks for a new one.
        let mut words = self.options.iter().chain([&self.after]).flat_map(|part| part.split(' '));
        let is_shown = self.command == "invite"
            && !self.options.is_empty()
            && !words.any(|word| in_word_list(word, "invite-reset"));
        IRREVERSIBLE.contains(&self.command.as_str()) && !is_shown
    }

    /// Whether its command needs more than a yes: something is missing, or another command may be meant.
    pub fn takes_more(&self) -> bool {
        self.missing.is_some() || self.options.len() == 1
    }

    /// The number of the option that a text names: by its whole name, or by words that no other option has. It is 0, which
    /// no option has, where several have this name.
    pub fn named_option(&self, text: &str) -> Option<usize> {
        let text = &*own_words(text);
        let fold_words = |text: &str| {
            let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            words.map(fold).collect::<Vec<_>>()
        };
        let typed = fold_words(strip_courtesy(text));
        if typed.is_empty() || text.len() > MAX_REPLY_LEN {
            return None;
        }
        let names: Vec<_> = self.names.iter().map(|name| fold_words(name)).collect();
        let is_within = |name: &&Vec<String>| typed.iter().all(|word| name.contains(word));
        let is_only = names.iter().filter(is_within).count() == 1;
        let mut whole = (1..).zip(&names).filter(|(_, name)| **name == typed).map(|(number, _)| number);
        match (whole.next(), whole.next()) {
            (Some(number), None) => Some(number),
            (Some(_), Some(_)) => Some(0),
            (None, _) => names.iter().position(|name| is_only && is_within(&name)).map(|at| at + 1),
        }
    }

    /// Whether a text means all options: `todos`, `os três` of three.
    pub fn is_all(&self, text: &str) -> bool {
        let text = fold(text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '!')));
        let count = self.options.len();
        let is_phrase = |(_, phrase): (Locale, String)| match phrase.split_once('#') {
            Some((before, behind)) => {
                let number = text.strip_prefix(&fold(before)).and_then(|rest| rest.strip_suffix(behind));
                number.is_some_and(|number| read_number(number.trim()) == Some(count))
            }
            // As many as are shown may not be all.
            None => fold(&phrase) == text && count < MAX_CANDIDATES,
        };
        let is_both = || count == 2 && phrases("reply-both").any(|(_, phrase)| fold(&phrase) == text);
        self.takes_several
            && count > 1
            && self.words.len() <= 1
            && (phrases("reply-all").any(is_phrase) || is_both())
    }

    /// The state change that stores the prompt.
    pub fn to_state_change(&self, key: &ConversationKey) -> StateChange {
        let value = serde_json::to_string(self).ok();
        StateChange { kind: StateKind::Prompt, key: key.to_string(), value }
    }

    /// The unclear words for which no option is chosen.
    fn words_without_choice(&self, chosen: &[&str]) -> Vec<&str> {
        let mut options = self.options.iter();
        let mut is_open = |count: usize| {
            let own: Vec<_> = options.by_ref().take(count).collect();
            !own.iter().any(|option| chosen.contains(&option.as_str()))
        };
        let open = self.words.iter().filter(|(_, count)| is_open(*count));
        open.map(|(word, _)| word.as_str()).collect()
    }

    /// The command for a choice of options.
    pub fn resolve_choice(&self, options: &[&str]) -> DeferredCommand {
        let open = self.words_without_choice(options);
        let words = [&[self.before.as_str()], options, &open, &[self.after.as_str()]].concat();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let words = words.join(" ");
        let (command, rest) = match self.is_menu() {
            true => words.split_once(' ').unwrap_or((&words, "")),
            false => (self.command.as_str(), words.as_str()),
        };
        DeferredCommand {
            command: command.to_owned(),
            rest: rest.to_owned(),
            is_confirmed: self.options.is_empty() && self.missing.is_none(),
            undone: self.undone.clone(),
            precondition: self.precondition.clone(),
            counted: self.counted,
            must_confirm: false,
            prompting_commands: self.prompting_commands.iter().chain([&self.prompted_by]).cloned().collect(),
        }
    }
}

/// Sets the ids of earlier prompting commands in a stored prompt.
pub fn with_prompting_commands(prompting_commands: Vec<String>, change: &mut StateChange) {
    let prompt = change.value.as_deref().and_then(|value| serde_json::from_str::<Prompt>(value).ok());
    if let Some(prompt) = prompt.filter(|_| change.kind == StateKind::Prompt) {
        change.value = serde_json::to_string(&Prompt { prompting_commands, ..prompt }).ok();
    }
}

/// Whether a state change stores a prompt.
pub fn is_set(change: &StateChange) -> bool {
    change.kind == StateKind::Prompt && change.value.as_ref().is_some_and(|value| !value.is_empty())
}

/// Whether a state change stores a prompt that waits for words: after a menu, talk has its pause.
pub fn awaits_words(change: &StateChange) -> bool {
    let prompt = change.value.as_deref().and_then(|value| serde_json::from_str::<Prompt>(value).ok());
    is_set(change) && !prompt.is_some_and(|prompt| prompt.is_menu())
}

/// Whether a state change stores what a reply only names.
pub fn is_in_passing(change: &StateChange) -> bool {
    let prompt = change.value.as_deref().and_then(|value| serde_json::from_str::<Prompt>(value).ok());
    change.kind == StateKind::Prompt && prompt.is_some_and(|prompt| prompt.is_in_passing)
}

/// The state change that deletes the prompt. It does not apply to a prompt stored after this command was accepted.
pub fn clear_prompt(key: &ConversationKey) -> StateChange {
    StateChange { kind: StateKind::Prompt, key: key.to_string(), value: None }
}

/// The state change that closes the prompt, even one stored after this command was accepted: an empty value replaces it.
pub fn void_prompt(key: &ConversationKey) -> StateChange {
    StateChange { kind: StateKind::Prompt, key: key.to_string(), value: Some(String::new()) }
}

/// Whether a reply was accepted before the prompt was shown. Allows `MAX_RECORD_DELAY`, because the send time is
/// recorded shortly after sending.
pub fn predates_prompt(prompted_at: Timestamp, shown: Timestamp, accepted: Timestamp) -> bool {
    accepted < prompted_at || accepted.plus(MAX_RECORD_DELAY) < shown
}

/// Whether a reply comes in time.
pub fn is_in_time(prompted_at: Timestamp, answered: Timestamp) -> bool {
    answered.since(prompted_at) <= PROMPT_TTL
}

/// The prompt that was stored within this time and is not closed; after `PROMPT_TTL` it has expired.
pub async fn recent_prompt(
    store: &Store,
    instance: &InstanceName,
    key: &ConversationKey,
    (within, now): (Duration, Timestamp),
) -> Result<Option<Prompt>, StoreUnavailable> {
    let stored = store.get_state(instance, StateKind::Prompt, key.as_str()).await?;
    let recent = stored.filter(|stored| now.since(stored.at) <= within);
    Ok(recent.as_ref().and_then(Prompt::from_state))
}

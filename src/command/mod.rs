//! What a command is. One file a command; `registry` is the only list; a text is recognised as an order in
//! `recognise`.

mod add;
mod alias;
mod aliases;
mod announce;
pub mod args;
mod cancel;
mod communities;
mod community;
pub mod confirm;
pub mod context;
mod create;
mod deactivate;
mod demote;
mod describe;
mod greeting;
mod groups;
mod help;
mod history;
mod invite;
mod language;
mod link;
pub mod listing;
pub mod unquoted;
mod links;
mod datetime;
mod more;
mod move_groups;
mod read_back;
mod members;
mod photo;
mod target;
pub mod progress;
mod promote;
pub mod prompt;
mod parser;
pub mod catalog;
mod remove;
mod settings;
pub mod several;
mod visibility;
mod api_change;
mod status;
mod undo;
mod unlink;
mod who;
mod whoami;
pub mod whole_groups;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use self::alias::kept as kept_aliases;
pub use self::greeting::is_greeting;
pub use self::parser::{
    ParsedCommand, lookup, nearest_name, parse_command, parse_without_prefix, raw_arguments,
};
pub use self::undo::UndoRecord;
pub use args::{ArgKind, Arguments};
pub use context::{CommandError, Confirmation, Context, TimingConfig};
pub use links::{left_open, stored_plan_community, stored_plan_sources};

use crate::directory::fold;
use crate::domain::{ConversationKey, InstanceName, Locale};
use crate::reply::{Localizer, Reply, UsageError, typed};
use crate::storage::{CommandRecord, LeaseError, StateChange, StateKind, Store};

/// What a command is: its names, its words, what it does. Help, documentation and rights follow from it.
pub struct CommandSpec {
    /// The English name: the key in configuration, journal and catalogues.
    pub name: &'static str,
    /// The names in Brazilian Portuguese, the one of the help first.
    pub pt: &'static [&'static str],
    /// The names in Spanish, the one of the help first.
    pub es: &'static [&'static str],
    /// Its words.
    pub args: &'static [ArgKind],
    /// It changes something: such orders of a chat run one after the other.
    pub is_mutating: bool,
    /// Where it stands in the help.
    pub section: HelpSection,
    /// Does it.
    pub handler: Handler,
}

/// The chapters of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpSection {
    /// Groups and where they belong.
    Groups,
    /// What is known of communities.
    Lookup,
    /// Communities themselves.
    Communities,
    /// People in them.
    People,
    /// Orders that were given before.
    Commands,
    /// The bot.
    Bot,
}

impl HelpSection {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 6] =
        [Self::Groups, Self::Lookup, Self::Communities, Self::People, Self::Commands, Self::Bot];

    /// The catalogue's key of its title.
    pub fn key(self) -> &'static str {
        match self {
            Self::Groups => "chapter-groups",
            Self::Lookup => "chapter-looking",
            Self::Communities => "chapter-communities",
            Self::People => "chapter-people",
            Self::Commands => "chapter-orders",
            Self::Bot => "chapter-bot",
        }
    }
}

/// How a command is carried out.
#[derive(Clone, Copy)]
pub enum Handler {
    /// By itself.
    Run(for<'a> fn(&'a mut Context<'_>, &'a Arguments) -> BoxFuture<'a, Result<Reply, CommandError>>),
    /// By the order that it stands for, which was given or offered before.
    Resolve(
        for<'a> fn(&'a ResolveContext<'_>, &'a Arguments) -> BoxFuture<'a, Result<Resolution, LeaseError>>,
    ),
}

/// What an order that stands for another one may look at.
pub struct ResolveContext<'a> {
    /// The journal.
    pub store: &'a Store,
    /// The instance's name.
    pub instance: &'a InstanceName,
    /// The admin in this chat.
    pub conversation_key: &'a ConversationKey,
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
    #[serde(default, alias = "only_from")]
    pub only_if: Option<String>,
    /// The ids of the orders that asked up to it: once it did something, none of them is run anew.
    #[serde(default)]
    pub askers: Vec<String>,
}

impl DeferredCommand {
    /// What is forgotten with its answer, of an admin in a chat.
    pub fn cleared_state(&self, key: &ConversationKey) -> Vec<StateChange> {
        let kinds: &[StateKind] = match self.forget {
            None => &[],
            Some(ClearedState::Question) => &[StateKind::Prompt],
            // It may have been asked about.
            Some(ClearedState::Undo) => &[StateKind::Undo, StateKind::Prompt],
        };
        kinds.iter().map(|kind| StateChange { kind: *kind, key: key.to_string(), value: None }).collect()
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

impl CommandSpec {
    /// The caption of a picture may be this command.
    pub fn accepts_picture(&self) -> bool {
        self.args.contains(&ArgKind::Picture)
    }

    /// Its words may be names of communities or groups.
    pub fn takes_names(&self) -> bool {
        self.args.iter().any(|arg| {
            matches!(
                arg,
                ArgKind::Community | ArgKind::OptionalCommunity | ArgKind::Groups | ArgKind::Keyword(_)
            )
        })
    }

    /// It may ask before it does what it is told to.
    pub fn is_confirmable(&self) -> bool {
        context::CONFIRMABLE.contains(&self.name)
    }

    /// A part of its words is kept as it is typed.
    pub fn is_verbatim(&self) -> bool {
        self.args.iter().any(|arg| arg.is_verbatim())
    }

    /// Its community is followed by what is no group: a name of several words may run on into that.
    pub fn allows_long_name(&self) -> bool {
        use ArgKind::{Community, Keyword, OptionalText, People, Picture, Text};
        matches!(self.args, [Community, Text | OptionalText | People | Picture | Keyword(_), ..])
    }

    /// Takes away the rest of a community's name where only its beginning was taken for it.
    pub fn strip_name_rest(&self, arguments: &mut Arguments, name: &str, typed: &str) {
        if self.allows_long_name() {
            arguments.strip_name_rest(name, typed);
        } else if self.args.first() == Some(&ArgKind::Community) && fold(name).starts_with(&fold(typed)) {
            self.strip_likely_name(arguments, name, typed);
        }
    }

    /// Takes what likely belongs to the name of an order's community out of the words beside it, however the
    /// rest of the name is misspelled; false where it is not there.
    pub fn strip_likely_name(&self, arguments: &mut Arguments, name: &str, typed: &str) -> bool {
        match self.args {
            [ArgKind::Groups, ArgKind::Community] => arguments.strip_likely_name_start(name, typed),
            [ArgKind::Community, ArgKind::Groups] => {
                // One group at least is left.
                let count = name.split_whitespace().count().saturating_sub(1);
                let is_loose = arguments.is_community_unquoted && arguments.words.len() > count;
                is_loose && arguments.strip_likely_name_rest(name, typed)
            }
            _ => self.allows_long_name() && arguments.strip_likely_name_rest(name, typed),
        }
    }

    /// What an order lacks once its community's name has taken all that there was.
    pub fn missing_argument(&self, arguments: &Arguments) -> Option<UsageError> {
        match self.args {
            [ArgKind::Community, ArgKind::Text, ..] if arguments.text.is_empty() => {
                Some(UsageError::MissingText)
            }
            [ArgKind::Community, ArgKind::People, ..] if arguments.text.is_empty() => {
                Some(UsageError::MissingPeople)
            }
            args if args.contains(&ArgKind::Groups) && arguments.words.is_empty() => {
                Some(UsageError::MissingGroups)
            }
            _ => None,
        }
    }

    /// The languages in which it has this name.
    pub fn locales_of_name(&self, typed: &str) -> Vec<Locale> {
        let typed = fold(typed);
        let is_of = |locale: &Locale| match locale {
            Locale::En => fold(self.name) == typed,
            Locale::PtBr => self.pt.iter().any(|name| fold(name) == typed),
            Locale::Es => self.es.iter().any(|name| fold(name) == typed),
        };
        Locale::ALL.into_iter().filter(is_of).collect()
    }

    /// The name in the help of a language.
    pub fn name_in(&self, locale: Locale) -> &'static str {
        let names = match locale {
            Locale::En => &[],
            Locale::PtBr => self.pt,
            Locale::Es => self.es,
        };
        names.first().copied().unwrap_or(self.name)
    }

    /// Every name, the English one first, none twice.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let mut seen = Vec::new();
        std::iter::once(self.name).chain(self.pt.iter().copied()).chain(self.es.iter().copied()).filter(
            move |name| {
                let is_new = !seen.contains(name);
                seen.push(name);
                is_new
            },
        )
    }

    /// How it is written: `/link <community> <groups…>`.
    pub fn usage(&self, speech: &Localizer) -> String {
        let words = self.args.iter().map(|arg| crate::i18n::text(speech.locale, arg.key(), &[]));
        std::iter::once(speech.order(self.name, &[])).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// Real examples.
    pub fn examples(&self, speech: &Localizer) -> Vec<String> {
        let words = crate::i18n::text(speech.locale, &format!("help-{}-example", self.name), &[]);
        let order = speech.order(self.name, &[]);
        words.split('\n').map(|words| format!("{order} {words}").trim_end().to_owned()).collect()
    }

    /// The words of an order before and behind its community, as they are typed again.
    pub fn split_at_community(&self, arguments: &Arguments) -> (String, String) {
        // An address is no name: nothing in it may become another sign.
        let again = |word: &String| if self.accepts_picture() { word.clone() } else { typed(word) };
        let words: Vec<String> = arguments.words.iter().map(again).collect();
        let words = words.join(" ");
        let flags = arguments.flags.typed();
        match self.args.first() {
            Some(ArgKind::Groups) => ([flags, words.as_str()].join(" ").trim().to_owned(), String::new()),
            _ => (flags.to_owned(), [words.as_str(), &arguments.text].join(" ").trim().to_owned()),
        }
    }

    /// A mistake in its words, with the way out.
    pub fn usage_error_reply(&self, mistake: UsageError, speech: &Localizer) -> Reply {
        let example = self.examples(speech).swap_remove(0);
        Reply::UsageError { error: mistake, usage: self.usage(speech), example }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_earlier_versions_kept_to_take_back_is_read() {
        let undo = r#"{"of":"move","by":["move","1 2"],"only_from":"120363186053925765"}"#;
        let meant = r#"{"command":"move","rest":"1 2","is_confirmed":true,"forget":null,"only_from":"120363186053925765"}"#;
        let only_if = Some("120363186053925765".to_owned());

        assert_eq!(serde_json::from_str::<UndoRecord>(undo).unwrap().only_if, only_if);
        assert_eq!(serde_json::from_str::<DeferredCommand>(meant).unwrap().only_if, only_if);
    }

    #[test]
    fn no_two_commands_share_a_name_and_each_is_documented() {
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for spec in catalog::COMMANDS {
            for name in spec.names() {
                let other = owners.insert(fold(name), spec.name);
                assert!(other.is_none_or(|other| other == spec.name), "{name}");
            }
            for locale in Locale::ALL {
                for key in ["", "-long", "-example"] {
                    let key = format!("help-{}{key}", spec.name);
                    assert_ne!(crate::i18n::text(locale, &key, &[]), key);
                }
            }
        }
    }
}

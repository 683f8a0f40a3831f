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
pub mod loose;
mod membership;
mod moment;
mod more;
mod moving;
mod patience;
mod people;
mod photo;
mod place;
pub mod progress;
mod promote;
pub mod question;
mod recognise;
pub mod registry;
mod remove;
mod settings;
pub mod several;
mod sight;
mod single;
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
pub use self::recognise::{Order, named, nearest, nearly_recognise, recognise, rest_as_typed};
pub use self::undo::Undo;
pub use args::{Arg, Arguments};
pub use context::{Consent, Context, Failure, Timing};
pub use membership::{left_communities, left_open, planned_community};

use crate::directory::fold;
use crate::domain::Locale;
use crate::reply::{Mistake, Reply, Speech, typed};
use crate::storage::{Lost, Memory, MemoryKind, Store, Stored};

/// What a command is: its names, its words, what it does. Help, documentation and rights follow from it.
pub struct Spec {
    /// The English name: the key in configuration, journal and catalogues.
    pub name: &'static str,
    /// The names in Brazilian Portuguese, the one of the help first.
    pub pt: &'static [&'static str],
    /// The names in Spanish, the one of the help first.
    pub es: &'static [&'static str],
    /// Its words.
    pub args: &'static [Arg],
    /// It changes something: such orders of a chat run one after the other.
    pub is_mutating: bool,
    /// Where it stands in the help.
    pub chapter: Chapter,
    /// Does it.
    pub run: Run,
}

/// The chapters of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chapter {
    /// Groups and where they belong.
    Groups,
    /// What is known of communities.
    Looking,
    /// Communities themselves.
    Communities,
    /// People in them.
    People,
    /// Orders that were given before.
    Orders,
    /// The bot.
    Bot,
}

impl Chapter {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 6] =
        [Self::Groups, Self::Looking, Self::Communities, Self::People, Self::Orders, Self::Bot];

    /// The catalogue's key of its title.
    pub fn key(self) -> &'static str {
        match self {
            Self::Groups => "chapter-groups",
            Self::Looking => "chapter-looking",
            Self::Communities => "chapter-communities",
            Self::People => "chapter-people",
            Self::Orders => "chapter-orders",
            Self::Bot => "chapter-bot",
        }
    }
}

/// How a command is carried out.
#[derive(Clone, Copy)]
pub enum Run {
    /// By itself.
    This(for<'a> fn(&'a mut Context<'_>, &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>>),
    /// By the order that it stands for, which was given or offered before.
    Another(for<'a> fn(&'a Past<'_>, &'a Arguments) -> BoxFuture<'a, Result<Meant, Lost>>),
}

/// What an order that stands for another one may look at.
pub struct Past<'a> {
    /// The journal.
    pub store: &'a Store,
    /// The instance's name.
    pub instance: &'a str,
    /// The admin in this chat.
    pub place: &'a str,
    /// The order itself.
    pub command: &'a Stored,
    /// Its text is no command: a word, a number, a sign.
    pub is_bare: bool,
    /// How to speak.
    pub speech: &'a Speech,
}

/// What an order that stands for another one means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// This order, to be carried out in its place.
    Order(OrderMeant),
    /// Nothing more than an answer, with what is to be remembered.
    Said(Reply, Vec<Memory>),
    /// Nothing at all.
    Nothing,
}

/// An order in the place of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderMeant {
    /// The command's English name.
    pub command: String,
    /// Its words.
    pub rest: String,
    /// Nothing more is asked before it is done.
    pub is_confirmed: bool,
    /// What is forgotten once it is answered.
    pub forget: Option<MemoryName>,
    /// What it takes back only if it is so still: what somebody changed since stays as it is. The id of the
    /// community that groups were moved into, or the text of a description.
    #[serde(default, alias = "only_from")]
    pub only_if: Option<String>,
    /// The ids of the orders that asked up to it: once it did something, none of them is run anew.
    #[serde(default)]
    pub askers: Vec<String>,
}

impl OrderMeant {
    /// What is forgotten with its answer, of an admin in a chat.
    pub fn forgotten(&self, place: &str) -> Vec<Memory> {
        let kinds: &[MemoryKind] = match self.forget {
            None => &[],
            Some(MemoryName::Question) => &[MemoryKind::Question],
            // It may have been asked about.
            Some(MemoryName::Undo) => &[MemoryKind::Undo, MemoryKind::Question],
        };
        kinds.iter().map(|kind| Memory { kind: *kind, place: place.to_owned(), value: None }).collect()
    }
}

/// What is forgotten with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemoryName {
    /// The question that it answers.
    Question,
    /// What it took back.
    Undo,
}

impl Spec {
    /// The caption of a picture may be this command.
    pub fn takes_picture(&self) -> bool {
        self.args.contains(&Arg::Picture)
    }

    /// Its words may be names of communities or groups.
    pub fn names_things(&self) -> bool {
        self.args
            .iter()
            .any(|arg| matches!(arg, Arg::Community | Arg::AnyCommunity | Arg::Groups | Arg::Own(_)))
    }

    /// It may ask before it does what it is told to.
    pub fn asks(&self) -> bool {
        context::ASKING.contains(&self.name)
    }

    /// A part of its words is kept as it is typed.
    pub fn is_verbatim(&self) -> bool {
        self.args.iter().any(|arg| arg.is_verbatim())
    }

    /// Its community is followed by what is no group: a name of several words may run on into that.
    pub fn may_run_on(&self) -> bool {
        use Arg::{AnyText, Community, Own, People, Picture, Text};
        matches!(self.args, [Community, Text | AnyText | People | Picture | Own(_), ..])
    }

    /// Takes away the rest of a community's name where only its beginning was taken for it.
    pub fn end_name(&self, arguments: &mut Arguments, name: &str, typed: &str) {
        if self.may_run_on() {
            arguments.end_name(name, typed);
        } else if self.args.first() == Some(&Arg::Community) && fold(name).starts_with(&fold(typed)) {
            self.take_likely_name(arguments, name, typed);
        }
    }

    /// Takes what likely belongs to the name of an order's community out of the words beside it, however the
    /// rest of the name is misspelled; false where it is not there.
    pub fn take_likely_name(&self, arguments: &mut Arguments, name: &str, typed: &str) -> bool {
        match self.args {
            [Arg::Groups, Arg::Community] => arguments.begin_likely_name(name, typed),
            [Arg::Community, Arg::Groups] => {
                // One group at least is left.
                let count = name.split_whitespace().count().saturating_sub(1);
                let is_loose = arguments.is_loose_community && arguments.words.len() > count;
                is_loose && arguments.end_likely_name(name, typed)
            }
            _ => self.may_run_on() && arguments.end_likely_name(name, typed),
        }
    }

    /// What an order lacks once its community's name has taken all that there was.
    pub fn lacks(&self, arguments: &Arguments) -> Option<Mistake> {
        match self.args {
            [Arg::Community, Arg::Text, ..] if arguments.text.is_empty() => Some(Mistake::MissingText),
            [Arg::Community, Arg::People, ..] if arguments.text.is_empty() => Some(Mistake::MissingPeople),
            args if args.contains(&Arg::Groups) && arguments.words.is_empty() => Some(Mistake::MissingGroups),
            _ => None,
        }
    }

    /// The languages in which it has this name.
    pub fn languages_of(&self, typed: &str) -> Vec<Locale> {
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
    pub fn usage(&self, speech: &Speech) -> String {
        let words = self.args.iter().map(|arg| crate::i18n::text(speech.locale, arg.key(), &[]));
        std::iter::once(speech.order(self.name, &[])).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// Real examples.
    pub fn examples(&self, speech: &Speech) -> Vec<String> {
        let words = crate::i18n::text(speech.locale, &format!("help-{}-example", self.name), &[]);
        let order = speech.order(self.name, &[]);
        words.split('\n').map(|words| format!("{order} {words}").trim_end().to_owned()).collect()
    }

    /// The words of an order before and behind its community, as they are typed again.
    pub fn around_community(&self, arguments: &Arguments) -> (String, String) {
        // An address is no name: nothing in it may become another sign.
        let again = |word: &String| if self.takes_picture() { word.clone() } else { typed(word) };
        let words: Vec<String> = arguments.words.iter().map(again).collect();
        let words = words.join(" ");
        let flags = arguments.flags.typed();
        match self.args.first() {
            Some(Arg::Groups) => ([flags, words.as_str()].join(" ").trim().to_owned(), String::new()),
            _ => (flags.to_owned(), [words.as_str(), &arguments.text].join(" ").trim().to_owned()),
        }
    }

    /// A mistake in its words, with the way out.
    pub fn mistake(&self, mistake: Mistake, speech: &Speech) -> Reply {
        let example = self.examples(speech).swap_remove(0);
        Reply::Mistake { mistake, usage: self.usage(speech), example }
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

        assert_eq!(serde_json::from_str::<Undo>(undo).unwrap().only_if, only_if);
        assert_eq!(serde_json::from_str::<OrderMeant>(meant).unwrap().only_if, only_if);
    }

    #[test]
    fn no_two_commands_share_a_name_and_each_is_documented() {
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for spec in registry::COMMANDS {
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

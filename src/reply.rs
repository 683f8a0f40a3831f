//! What we say: one variant an answer; no text stands anywhere but in the catalogues.
//!
//! Names of groups, communities and people are other people's words: they are quoted, their
//! markup is put out of action, and no line of theirs can pose as a line of ours.

mod line;
mod group_report;
mod list_page;
mod format;

pub use format::{MAX_CANDIDATES, PHONE_COLUMNS, escape_markup, quote, quote_text, truncate, typed};
pub use group_report::{GroupLine, GroupOutcome, GroupReport};
pub use line::ReplyLine;
pub use list_page::ListPage;

use crate::domain::Locale;
use crate::i18n::{self, Value};
use format::{capitalize, format_candidates, format_columns, split_messages};

/// How the bot speaks in an instance: language, prefix, and the names of its commands.
#[derive(Clone, Debug)]
pub struct Localizer {
    /// The language.
    pub locale: Locale,
    /// What the orders in a reply begin with.
    pub prefix: String,
    /// All that an order may begin with.
    pub prefixes: Vec<String>,
    /// The name of a command in a language.
    pub command_name: fn(&str, Locale) -> &'static str,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Lines, one after the other.
    Lines(Vec<ReplyLine>),
    /// What an order would do, and whether it shall.
    Confirm(Box<Reply>),
    /// What an order would do, if it were no trial.
    DryRun(Box<Reply>),
    /// The same in another language than that of the order.
    InLanguage(Locale, Box<Reply>),
    /// An answer, and what is told behind it.
    With(Box<Reply>, Vec<ReplyLine>),
    /// Nothing: nobody waits for an answer.
    Empty,
    /// What became of each group of a link or unlink.
    GroupReport(GroupReport),
    /// What was looked up, a page of it where it is long.
    ListPage(ListPage),
    /// The commands, by chapter.
    Help {
        /// The catalogue's keys of the titles, and the orders under each.
        sections: Vec<(&'static str, Vec<String>)>,
        /// The order that tells more about one of them.
        example: String,
    },
    /// One command.
    CommandHelp(Box<CommandHelp>),
    /// No command has this name.
    UnknownCommand {
        /// What was typed.
        typed: String,
        /// The nearest one's name.
        nearest: Option<&'static str>,
        /// A yes carries the order out under that name.
        is_prompted: bool,
    },
    /// An order that is not written as it should be.
    UsageError {
        /// What is wrong.
        error: UsageError,
        /// How it is written.
        usage: String,
        /// A real example.
        example: String,
    },
    /// No community has this name.
    NoCommunity {
        /// What was typed.
        typed: String,
        /// The nearest names.
        nearest: Vec<String>,
        /// Where none is near: all there are, if they are few.
        available: Vec<String>,
    },
    /// Several communities have this name or begin so.
    AmbiguousCommunity {
        /// What was typed.
        typed: String,
        /// Their names.
        candidates: Vec<String>,
    },
    /// They are an admin, but not for that.
    Forbidden {
        /// The command's English name.
        command: &'static str,
        /// The community or group in which they may not.
        community: Option<String>,
    },
    /// They might when they gave the order, and may no longer.
    RightsRevoked {
        /// The order was begun before.
        is_started: bool,
    },
    /// They are no admin.
    NotAnAdmin,
    /// The order was old when it came.
    TooOld {
        /// How long it was on its way.
        minutes: u64,
    },
    /// More orders than one admin may give.
    RateLimited {
        /// The most a minute.
        limit: u32,
    },
    /// The order was cancelled before it changed anything.
    Cancelled,
    /// What an order to cancel did, by what was typed of each order.
    CancelReport {
        /// Those that waited.
        cancelled: Vec<String>,
        /// Those that were being carried out at that moment.
        running: Vec<String>,
    },
    /// How far the order is; of nothing where that is not known.
    Progress {
        /// Done.
        done: usize,
        /// In all.
        all: usize,
    },
    /// The order could not be done yet, and goes on.
    Retrying {
        /// Why, explained in their language, where it is known.
        reason: Option<String>,
        /// How long at most.
        minutes: u64,
    },
    /// Z-API says no, explained in their language.
    Api(String),
    /// The order could not be finished in time.
    Failed {
        /// Why, explained in their language; none is our own fault.
        reason: Option<String>,
    },
}

/// How one command is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandHelp {
    /// What it does.
    pub about: String,
    /// How it is written.
    pub usage: String,
    /// More about it.
    pub more: String,
    /// Real examples.
    pub examples: Vec<String>,
    /// Its other names.
    pub related: Vec<String>,
    /// What its flags do, and what the marks of its replies mean.
    pub legend: Vec<ReplyLine>,
}

/// What is wrong with an order's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageError {
    /// A quote is open at the end.
    UnclosedQuote(char),
    /// No community is named.
    MissingCommunity,
    /// No group is named.
    MissingGroups,
    /// Neither a community nor a group is named.
    MissingTarget,
    /// Nobody is named.
    MissingPeople,
    /// A text is missing.
    MissingText,
    /// The name of what is to be made is missing.
    MissingName,
    /// A word behind dashes that says nothing.
    UnknownFlag(String),
    /// A word too many.
    TooManyWords(String),
}

impl Localizer {
    fn text(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        i18n::text(self.locale, key, values)
    }

    /// A ready-made order: `/community "Bairro Feliz"`.
    pub fn order(&self, command: &str, arguments: &[&str]) -> String {
        let mut order = format!("{}{}", self.prefix, (self.command_name)(command, self.locale));
        for argument in arguments {
            order.push(' ');
            order.push_str(&typed(argument));
        }
        order
    }
}

impl Reply {
    /// The messages that say it, each short enough for WhatsApp.
    pub fn messages(&self, speech: &Localizer) -> Vec<String> {
        // A message that begins with a prefix would be an order to another bot in the chat.
        let is_order = |text: &String| speech.prefixes.iter().any(|prefix| text.starts_with(prefix));
        let messages = split_messages(&self.render(speech)).into_iter();
        messages.map(|text| if is_order(&text) { format!("› {text}") } else { text }).collect()
    }

    /// It says that the order was not understood, and that nothing was done: whoever edits its message
    /// has another try.
    pub fn is_usage_error(&self) -> bool {
        match self {
            Self::UsageError { .. }
            | Self::UnknownCommand { .. }
            | Self::NoCommunity { .. }
            | Self::AmbiguousCommunity { .. } => true,
            Self::GroupReport(report) => report.is_usage_error(),
            Self::InLanguage(_, reply) => reply.is_usage_error(),
            Self::Lines(phrases) => {
                let marks: Vec<_> = phrases.iter().filter_map(ReplyLine::icon).collect();
                !marks.is_empty() && marks.iter().all(|mark| *mark == "❌")
            }
            _ => false,
        }
    }

    /// It only shows what would be done.
    pub fn is_preview(&self) -> bool {
        match self {
            Self::Confirm(_) | Self::DryRun(_) => true,
            Self::InLanguage(_, reply) => reply.is_preview(),
            _ => false,
        }
    }

    /// It says that they may not do that.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Forbidden { .. } | Self::RightsRevoked { .. })
    }

    fn render(&self, speech: &Localizer) -> String {
        let say = |key, values: &[(&str, Value<'_>)]| speech.text(key, values);
        match self {
            Self::Empty => String::new(),
            Self::InLanguage(locale, reply) => reply.render(&Localizer { locale: *locale, ..speech.clone() }),
            Self::With(reply, phrases) => {
                let behind = phrases.iter().map(|phrase| phrase.render(speech));
                std::iter::once(reply.render(speech)).chain(behind).collect::<Vec<_>>().join("\n")
            }
            Self::Lines(phrases) => {
                phrases.iter().map(|phrase| phrase.render(speech)).collect::<Vec<_>>().join("\n")
            }
            Self::Confirm(about) => {
                let order = speech.order("confirm", &[]);
                format!("{}\n\n{}", about.render(speech), say("ask", &[("order", (&order).into())]))
            }
            Self::DryRun(about) => format!("{}\n\n{}", about.render(speech), say("trial", &[])),
            Self::GroupReport(report) => report.render(speech),
            Self::ListPage(shown) => shown.render(speech),
            Self::Help { sections: chapters, example } => {
                let mut lines = vec![say("help-title", &[])];
                for (title, orders) in chapters {
                    lines.push(format!("*{}*", say(title, &[])));
                    lines.extend(format_columns(orders));
                }
                lines.push(say("help-on-one", &[("example", example.into())]));
                lines.join("\n")
            }
            Self::CommandHelp(guide) => {
                let CommandHelp { about, usage, more, examples, related: also, legend } = &**guide;
                let end = if about.ends_with(['.', '?', '!']) { "" } else { "." };
                let mut lines = vec![capitalize(about) + end, say("help-usage", &[("usage", usage.into())])];
                match examples.as_slice() {
                    // Where there are no words, the usage is the example.
                    [example] if example == usage => {}
                    [example] => lines.push(say("example", &[("example", example.into())])),
                    several => {
                        lines.push(say("help-examples", &[]));
                        lines.extend(several.iter().cloned());
                    }
                }
                lines.push(more.clone());
                if !also.is_empty() {
                    lines.push(say("help-also", &[("names", (&also.join(", ")).into())]));
                }
                lines.extend(legend.iter().map(|phrase| phrase.render(speech)));
                lines.join("\n")
            }
            Self::UnknownCommand { typed, nearest, is_prompted: is_asked } => {
                let name = ("name", quote(typed));
                match nearest {
                    Some(nearest) => say(
                        if *is_asked { "unknown-command-yes" } else { "unknown-command-nearest" },
                        &[
                            (name.0, (&name.1).into()),
                            ("nearest", (&format!("{}{nearest}", speech.prefix)).into()),
                        ],
                    ),
                    None => say(
                        "unknown-command",
                        &[(name.0, (&name.1).into()), ("help", (&speech.order("help", &[])).into())],
                    ),
                }
            }
            Self::UsageError { error: mistake, usage, example } => {
                let is_example_due = example != usage;
                let usage = ("usage", Value::from(usage));
                let first = match mistake {
                    UsageError::UnclosedQuote(quote) => {
                        say("unclosed-quote", &[("quote", (&quote.to_string()).into()), usage])
                    }
                    UsageError::MissingCommunity => say("missing-community", &[usage]),
                    UsageError::MissingGroups => say("missing-groups", &[usage]),
                    UsageError::MissingTarget => say("missing-place", &[usage]),
                    UsageError::MissingPeople => say("missing-people", &[usage]),
                    UsageError::MissingText => say("missing-text", &[usage]),
                    UsageError::MissingName => say("missing-name", &[usage]),
                    UsageError::UnknownFlag(word) => {
                        say("unknown-flag", &[("word", (&quote(word)).into()), usage])
                    }
                    UsageError::TooManyWords(word) => {
                        say("too-many-words", &[("word", (&quote(word)).into()), usage])
                    }
                };
                // Where there are no words, the usage is the example.
                match is_example_due {
                    true => format!("{first}\n{}", say("example", &[("example", example.into())])),
                    false => first,
                }
            }
            Self::NoCommunity { typed, nearest, available: known }
                if nearest.is_empty() && !known.is_empty() =>
            {
                say(
                    "no-community-known",
                    &[
                        ("name", (&quote(typed)).into()),
                        ("candidates", (&format_candidates(known, 0)).into()),
                    ],
                )
            }
            Self::NoCommunity { typed, nearest, .. } if nearest.is_empty() => say(
                "no-community",
                &[("name", (&quote(typed)).into()), ("order", (&speech.order("communities", &[])).into())],
            ),
            Self::NoCommunity { typed, nearest, .. } => say(
                "no-community-nearest",
                &[("name", (&quote(typed)).into()), ("candidates", (&format_candidates(nearest, 1)).into())],
            ),
            Self::AmbiguousCommunity { typed, candidates: names } => say(
                "many-communities",
                &[("name", (&quote(typed)).into()), ("candidates", (&format_candidates(names, 1)).into())],
            ),
            Self::Forbidden { command, community: place } => {
                let order = speech.order(command, &[]);
                match place {
                    Some(name) => say(
                        "may-not-there",
                        &[("order", (&order).into()), ("community", (&quote(name)).into())],
                    ),
                    None => say("may-not", &[("order", (&order).into())]),
                }
            }
            Self::RightsRevoked { is_started: false } => say("no-longer", &[]),
            Self::RightsRevoked { is_started: true } => say("no-longer-begun", &[]),
            Self::NotAnAdmin => say("stranger", &[]),
            Self::TooOld { minutes } => say("too-old", &[("minutes", (&minutes.to_string()).into())]),
            Self::RateLimited { limit } => {
                say("too-many-orders", &[("limit", usize::try_from(*limit).unwrap_or(usize::MAX).into())])
            }
            Self::Cancelled => say("cancelled", &[]),
            Self::CancelReport { cancelled: stopped, running: at_work }
                if stopped.is_empty() && at_work.is_empty() =>
            {
                say("cancel-none", &[])
            }
            Self::CancelReport { cancelled: stopped, running: at_work } => {
                let line = |key, order: &String| say(key, &[("order", (&quote(order)).into())]);
                let stopped = stopped.iter().map(|order| line("cancel-stopped", order));
                let at_work = at_work.iter().map(|order| line("cancel-at-work", order));
                stopped.chain(at_work).collect::<Vec<_>>().join("\n")
            }
            Self::Progress { all: 0, .. } => format!("⏳ {}", say("progress", &[])),
            Self::Progress { done, all } => {
                format!("⏳ {}", say("progress-of", &[("done", (*done).into()), ("all", (*all).into())]))
            }
            Self::Retrying { reason, minutes } => {
                let reason = reason.clone().unwrap_or_else(|| say("api-some-trouble", &[]));
                let cancel = speech.order("cancel", &[]);
                let minutes = usize::try_from(*minutes).unwrap_or(usize::MAX);
                let values =
                    [("reason", (&reason).into()), ("minutes", minutes.into()), ("cancel", (&cancel).into())];
                format!("⏳ {}", say("goes-on", &values))
            }
            Self::Api(explained) => format!("❌ {explained}"),
            Self::Failed { reason } => {
                let reason = reason.clone().unwrap_or_else(|| say("internal", &[]));
                let status = speech.order("status", &[]);
                format!(
                    "❌ {}",
                    say("gave-up", &[("reason", (&reason).into()), ("status", (&status).into())])
                )
            }
        }
    }
}

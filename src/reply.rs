//! Replies: one variant each; all text is in the catalogues.
//!
//! Names of groups, communities and people are quoted and their markup is escaped, so that no name can look
//! like a line of the bot.

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

/// Language, prefix and command names of an instance.
#[derive(Clone, Debug)]
pub struct Localizer {
    /// The language.
    pub locale: Locale,
    /// The prefix of commands in replies.
    pub prefix: String,
    /// All prefixes of commands.
    pub prefixes: Vec<String>,
    /// The name of a command in a language.
    pub command_name: fn(&str, Locale) -> &'static str,
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Lines.
    Lines(Vec<ReplyLine>),
    /// A preview, and the prompt to confirm it.
    Confirm(Box<Reply>),
    /// The preview of a dry run.
    DryRun(Box<Reply>),
    /// A reply in another language than that of the command.
    InLanguage(Locale, Box<Reply>),
    /// A reply, and lines after it.
    With(Box<Reply>, Vec<ReplyLine>),
    /// No reply is sent.
    Empty,
    /// The report on the groups of a link or unlink.
    GroupReport(GroupReport),
    /// A page of a list.
    ListPage(ListPage),
    /// The commands, by section.
    Help {
        /// The catalogue keys of the titles, and the commands of each section.
        sections: Vec<(&'static str, Vec<String>)>,
        /// The command that explains one of them.
        example: String,
    },
    /// The help on one command.
    CommandHelp(Box<CommandHelp>),
    /// No command has this name.
    UnknownCommand {
        /// What was typed.
        typed: String,
        /// The nearest name.
        nearest: Option<&'static str>,
        /// A yes runs the command under that name.
        is_prompted: bool,
    },
    /// A usage error.
    UsageError {
        /// What is wrong.
        error: UsageError,
        /// The usage.
        usage: String,
        /// An example.
        example: String,
    },
    /// No community has this name.
    NoCommunity {
        /// What was typed.
        typed: String,
        /// The nearest names.
        nearest: Vec<String>,
        /// Where none is near: all of them, if they are few.
        available: Vec<String>,
    },
    /// Several communities have this name or begin with it.
    AmbiguousCommunity {
        /// What was typed.
        typed: String,
        /// Their names.
        candidates: Vec<String>,
    },
    /// They are an admin without the right to do this.
    Forbidden {
        /// The command's English name.
        command: &'static str,
        /// The community or group without the right.
        community: Option<String>,
    },
    /// Their right was revoked after they gave the command.
    RightsRevoked {
        /// The command had started before.
        is_started: bool,
    },
    /// They are not an admin.
    NotAnAdmin,
    /// The command was too old when it arrived.
    TooOld {
        /// The age limit.
        minutes: u64,
    },
    /// The rate limit is exceeded.
    RateLimited {
        /// Commands per minute.
        limit: u32,
    },
    /// The command was cancelled before it changed anything.
    Cancelled,
    /// What `/cancel` did, with the text of each command.
    CancelReport {
        /// Commands that waited.
        cancelled: Vec<String>,
        /// Commands that were running.
        running: Vec<String>,
    },
    /// The progress of the command; 0 of 0 where that is not known.
    Progress {
        /// Done.
        done: usize,
        /// In all.
        all: usize,
    },
    /// The command failed for now, and is retried.
    Retrying {
        /// Why, in the admin's language, where it is known.
        reason: Option<String>,
        /// For how long at most.
        minutes: u64,
    },
    /// An error of Z-API, explained in the admin's language.
    Api(String),
    /// The command was given up.
    Failed {
        /// Why, in the admin's language; none for a bug.
        reason: Option<String>,
    },
}

/// The help on one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandHelp {
    /// What it does.
    pub about: String,
    /// The usage.
    pub usage: String,
    /// More about it.
    pub more: String,
    /// Examples.
    pub examples: Vec<String>,
    /// Its other names.
    pub related: Vec<String>,
    /// Its flags, and the status icons of its replies.
    pub legend: Vec<ReplyLine>,
}

/// A usage error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageError {
    /// A quote is not closed.
    UnclosedQuote(char),
    /// The community is missing.
    MissingCommunity,
    /// The groups are missing.
    MissingGroups,
    /// The community or group is missing.
    MissingTarget,
    /// The people are missing.
    MissingPeople,
    /// The text is missing.
    MissingText,
    /// The name is missing.
    MissingName,
    /// An unknown flag.
    UnknownFlag(String),
    /// A word too many.
    TooManyWords(String),
}

impl Localizer {
    fn text(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        i18n::text(self.locale, key, values)
    }

    /// A ready-made command: `/community "Bairro Feliz"`.
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
    /// The messages of the reply, each short enough for WhatsApp.
    pub fn messages(&self, speech: &Localizer) -> Vec<String> {
        // A message that begins with a prefix would be a command for another bot in the chat.
        let is_order = |text: &String| speech.prefixes.iter().any(|prefix| text.starts_with(prefix));
        let messages = split_messages(&self.render(speech)).into_iter();
        messages.map(|text| if is_order(&text) { format!("› {text}") } else { text }).collect()
    }

    /// Whether it says that the command was not understood and nothing was done: then its message can be
    /// edited to fix it.
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

    /// Whether it is a preview.
    pub fn is_preview(&self) -> bool {
        match self {
            Self::Confirm(_) | Self::DryRun(_) => true,
            Self::InLanguage(_, reply) => reply.is_preview(),
            _ => false,
        }
    }

    /// Whether it denies a right.
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
                    // Without arguments, the usage is the example.
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

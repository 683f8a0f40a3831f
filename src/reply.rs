//! Replies: one variant each; all text is in the translation files.
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

use std::time::Duration;

use serde::{Deserialize, Serialize};

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
    WithLines(Box<Reply>, Vec<ReplyLine>),
    /// No reply is sent.
    Empty,
    /// The report on the groups of a link or unlink.
    GroupReport(GroupReport),
    /// A page of a list.
    ListPage(ListPage),
    /// The commands, by section.
    Help {
        /// The translation keys of the titles, and the commands of each section.
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
        /// Its arguments as typed.
        rest: String,
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
    /// Commands were too old when they arrived.
    TooOld {
        /// How many.
        count: usize,
        /// The age of the oldest.
        age: Duration,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// A word that excludes some of several things: `menos`.
    Exclusion(String),
}

impl Localizer {
    fn text(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        i18n::text(self.locale, key, values)
    }

    /// A time in the unit that people would use: 40 minutes, 3 hours, 2 days.
    fn format_minutes(&self, minutes: u64) -> String {
        let (key, count) = match minutes {
            0..120 => ("minutes", minutes),
            120..2_880 => ("hours", minutes.div_ceil(60)),
            _ => ("days", minutes.div_ceil(24 * 60)),
        };
        self.text(key, &[("count", usize::try_from(count).unwrap_or(usize::MAX).into())])
    }

    /// A ready-made command: `/community "Bairro Feliz"`.
    pub fn format_command(&self, command: &str, arguments: &[&str]) -> String {
        let mut text = format!("{}{}", self.prefix, (self.command_name)(command, self.locale));
        for argument in arguments {
            text.push(' ');
            text.push_str(&typed(argument));
        }
        text
    }
}

impl Reply {
    /// The messages of the reply, each short enough for WhatsApp.
    pub fn messages(&self, localizer: &Localizer) -> Vec<String> {
        // A message that begins with a prefix would be a command for another bot in the chat.
        let is_command = |text: &String| localizer.prefixes.iter().any(|prefix| text.starts_with(prefix));
        let messages = split_messages(&self.render(localizer)).into_iter();
        messages.map(|text| if is_command(&text) { format!("› {text}") } else { text }).collect()
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
            Self::Lines(lines) => {
                let icons: Vec<_> = lines.iter().filter_map(ReplyLine::icon).collect();
                !icons.is_empty() && icons.iter().all(|mark| matches!(*mark, "❌" | "📷"))
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

    fn render(&self, localizer: &Localizer) -> String {
        let say = |key, values: &[(&str, Value<'_>)]| localizer.text(key, values);
        match self {
            Self::Empty => String::new(),
            Self::InLanguage(locale, reply) => {
                reply.render(&Localizer { locale: *locale, ..localizer.clone() })
            }
            Self::WithLines(reply, lines) => {
                let behind = lines.iter().map(|phrase| phrase.render(localizer));
                std::iter::once(reply.render(localizer)).chain(behind).collect::<Vec<_>>().join("\n")
            }
            Self::Lines(lines) => {
                lines.iter().map(|phrase| phrase.render(localizer)).collect::<Vec<_>>().join("\n")
            }
            Self::Confirm(about) => format!("{}\n\n{}", about.render(localizer), say("confirm", &[])),
            Self::DryRun(about) => format!("{}\n\n{}", about.render(localizer), say("dry-run", &[])),
            Self::GroupReport(report) => report.render(localizer),
            Self::ListPage(shown) => shown.render(localizer),
            Self::Help { sections, example } => render_sections(sections, example, localizer),
            Self::CommandHelp(help) => help.render(localizer),
            Self::UnknownCommand { typed, nearest, rest, is_prompted } => render_unknown_command(
                typed,
                nearest.map(|name| (name, rest.as_str())),
                *is_prompted,
                localizer,
            ),
            Self::UsageError { error, usage, example } => {
                let line = error.render(usage, localizer);
                // Without arguments, the usage is the example.
                match example == usage {
                    true => line,
                    false => format!("{line}\n{}", say("example", &[("example", example.into())])),
                }
            }
            Self::NoCommunity { typed, nearest, available } => {
                render_no_community(typed, nearest, available, localizer)
            }
            Self::AmbiguousCommunity { typed, candidates: names } => say(
                "many-communities",
                &[("name", (&quote(typed)).into()), ("candidates", (&format_candidates(names, 1)).into())],
            ),
            Self::Forbidden { command, community } => {
                render_forbidden(command, community.as_deref(), localizer)
            }
            Self::RightsRevoked { is_started: false } => say("rights-revoked", &[]),
            Self::RightsRevoked { is_started: true } => say("rights-revoked-running", &[]),
            Self::NotAnAdmin => say("not-an-admin", &[]),
            Self::TooOld { count, age } => {
                let age = format_duration(*age, localizer);
                say("too-old", &[("count", (*count).into()), ("age", (&age).into())])
            }
            Self::RateLimited { limit } => {
                say("rate-limited", &[("limit", usize::try_from(*limit).unwrap_or(usize::MAX).into())])
            }
            Self::Cancelled => say("cancelled", &[]),
            Self::CancelReport { cancelled, running } => render_cancelled(cancelled, running, localizer),
            Self::Progress { all: 0, .. } => format!("⏳ {}", say("progress", &[])),
            Self::Progress { done, all } => {
                format!("⏳ {}", say("progress-of", &[("done", (*done).into()), ("all", (*all).into())]))
            }
            Self::Retrying { reason, minutes } => {
                let reason = reason.clone().unwrap_or_else(|| say("api-partly-failed", &[]));
                let cancel = localizer.format_command("cancel", &[]);
                let time = localizer.format_minutes(*minutes);
                let values =
                    [("reason", (&reason).into()), ("time", (&time).into()), ("cancel", (&cancel).into())];
                format!("⏳ {}", say("retrying", &values))
            }
            Self::Api(explained) => format!("❌ {explained}"),
            Self::Failed { reason } => {
                let reason = reason.clone().unwrap_or_else(|| say("internal", &[]));
                let status = localizer.format_command("status", &[]);
                format!("❌ {}", say("failed", &[("reason", (&reason).into()), ("status", (&status).into())]))
            }
        }
    }
}

/// A duration in the unit that people use: minutes, hours or days.
fn format_duration(duration: Duration, localizer: &Localizer) -> String {
    let minutes = usize::try_from(duration.as_secs() / 60).unwrap_or(usize::MAX);
    let (key, count) = match minutes {
        0..60 => ("duration-minutes", minutes),
        60..2_880 => ("duration-hours", minutes / 60),
        _ => ("duration-days", minutes / 1_440),
    };
    localizer.text(key, &[("count", count.into())])
}

fn render_forbidden(command: &str, community: Option<&str>, localizer: &Localizer) -> String {
    let command = localizer.format_command(command, &[]);
    match community {
        Some(name) => localizer
            .text("forbidden-in", &[("command", (&command).into()), ("community", (&quote(name)).into())]),
        None => localizer.text("forbidden", &[("command", (&command).into())]),
    }
}

fn render_cancelled(cancelled: &[String], running: &[String], localizer: &Localizer) -> String {
    if cancelled.is_empty() && running.is_empty() {
        return localizer.text("cancel-none", &[]);
    }
    let line = |key, text: &String| localizer.text(key, &[("command", (&quote(text)).into())]);
    let cancelled = cancelled.iter().map(|text| line("cancel-stopped", text));
    let running = running.iter().map(|text| line("cancel-running", text));
    cancelled.chain(running).collect::<Vec<_>>().join("\n")
}

fn render_sections(sections: &[(&'static str, Vec<String>)], example: &str, localizer: &Localizer) -> String {
    let mut lines = vec![localizer.text("help-title", &[])];
    for (title, commands) in sections {
        lines.push(format!("*{}*", localizer.text(title, &[])));
        lines.extend(format_columns(commands));
    }
    lines.push(localizer.text("help-on-one", &[("example", example.into())]));
    lines.join("\n")
}

fn render_unknown_command(
    typed: &str,
    nearest: Option<(&str, &str)>,
    is_prompted: bool,
    localizer: &Localizer,
) -> String {
    let name = quote(typed);
    match nearest {
        Some((nearest, rest)) => {
            let key = if is_prompted { "unknown-command-prompt" } else { "unknown-command-nearest" };
            let nearest =
                format!("{}{nearest} {}", localizer.prefix, escape_markup(rest)).trim_end().to_owned();
            localizer.text(key, &[("name", (&name).into()), ("nearest", (&nearest).into())])
        }
        None => {
            let help = localizer.format_command("help", &[]);
            localizer.text("unknown-command", &[("name", (&name).into()), ("help", (&help).into())])
        }
    }
}

fn render_no_community(
    typed: &str,
    nearest: &[String],
    available: &[String],
    localizer: &Localizer,
) -> String {
    let name = quote(typed);
    let (key, candidates) = match (nearest, available) {
        ([], []) => {
            let list = localizer.format_command("communities", &[]);
            return localizer.text("no-community", &[("name", (&name).into()), ("command", (&list).into())]);
        }
        ([], available) => ("no-community-known", format_candidates(available, 0)),
        (nearest, _) => ("no-community-nearest", format_candidates(nearest, usize::from(nearest.len() > 1))),
    };
    let count = ("count", nearest.len().into());
    localizer.text(key, &[("name", (&name).into()), ("candidates", (&candidates).into()), count])
}

impl CommandHelp {
    fn render(&self, localizer: &Localizer) -> String {
        let Self { about, usage, more, examples, related, legend } = self;
        let end = if about.ends_with(['.', '?', '!']) { "" } else { "." };
        let mut lines =
            vec![capitalize(about) + end, localizer.text("help-usage", &[("usage", usage.into())])];
        match examples.as_slice() {
            // Without arguments, the usage is the example.
            [example] if example == usage => {}
            [example] => lines.push(localizer.text("example", &[("example", example.into())])),
            several => {
                lines.push(localizer.text("help-examples", &[]));
                lines.extend(several.iter().cloned());
            }
        }
        lines.push(more.clone());
        if !related.is_empty() {
            lines.push(localizer.text("help-also", &[("names", (&related.join(", ")).into())]));
        }
        lines.extend(legend.iter().map(|line| line.render(localizer)));
        lines.join("\n")
    }
}

impl UsageError {
    fn render(&self, usage: &str, localizer: &Localizer) -> String {
        let (key, detail) = match self {
            Self::UnclosedQuote(quote) => ("unclosed-quote", Some(("quote", quote.to_string()))),
            Self::MissingCommunity => ("missing-community", None),
            Self::MissingGroups => ("missing-groups", None),
            Self::MissingTarget => ("missing-target", None),
            Self::MissingPeople => ("missing-people", None),
            Self::MissingText => ("missing-text", None),
            Self::MissingName => ("missing-name", None),
            Self::UnknownFlag(word) => ("unknown-flag", Some(("word", quote(word)))),
            Self::Exclusion(word) => ("exclusion", Some(("word", quote(word)))),
            Self::TooManyWords(word) => ("too-many-words", Some(("word", quote(word)))),
        };
        let detail = detail.as_ref().map(|(name, text)| (*name, text.into()));
        let values: Vec<_> = detail.into_iter().chain([("usage", usage.into())]).collect();
        localizer.text(key, &values)
    }
}

//! Replies: lines, whose texts are in the translation files.
//!
//! Names of groups, communities and people are quoted and their markup is escaped, so that no name can look
//! like a line of the bot.

mod usage_error;
mod line;
mod format;

pub use format::{
    MAX_CANDIDATES, PHONE_COLUMNS, escape_markup, format_columns, quote, quote_text, truncate, typed,
};
pub use line::ReplyLine;
pub use usage_error::UsageError;

use std::time::Duration;

use crate::domain::Locale;
use crate::i18n::{self, Value};
use format::split_messages;

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
    /// The result of a command; none without lines. If all status icons say that nothing was done, its message can be
    /// edited to fix it.
    Lines(Vec<ReplyLine>),
    /// A report, such as a list; no usage error.
    Report(Vec<ReplyLine>),
    /// The command was not understood and nothing was done: its message can be edited to fix it.
    UsageError(Vec<ReplyLine>),
    /// A right is missing.
    Denied(Vec<ReplyLine>),
    /// The report on the groups of a link, an unlink or a move.
    GroupReport {
        /// Its lines.
        lines: Vec<ReplyLine>,
        /// Some group was not understood, and nothing was done to the others.
        is_usage_error: bool,
    },
    /// A preview: of a dry run, or with the prompt to confirm it.
    Preview(Vec<ReplyLine>),
    /// The result of a command, in another language than that of the command.
    InLanguage(Locale, Vec<ReplyLine>),
}

impl Localizer {
    fn text(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        i18n::text(self.locale, key, values)
    }

    /// A duration in the unit that people use: minutes, hours or days.
    fn format_duration(&self, duration: Duration) -> String {
        let minutes = usize::try_from(duration.as_secs() / 60).unwrap_or(usize::MAX);
        let (key, count) = match minutes {
            0..60 => ("duration-minutes", minutes),
            60..2_880 => ("duration-hours", minutes / 60),
            _ => ("duration-days", minutes / 1_440),
        };
        self.text(key, &[("count", count.into())])
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
    /// No reply is sent.
    pub fn empty() -> Self {
        Self::Lines(Vec::new())
    }

    /// They are an admin without the right to use this command, in this community or group.
    pub fn forbidden(command: &'static str, community: Option<String>) -> Self {
        let line = match community {
            Some(name) => ReplyLine::new("forbidden-in").name("community", name),
            None => ReplyLine::new("forbidden"),
        };
        Self::Denied(vec![line.with_command("command", command, &[])])
    }

    /// Their right was revoked after they gave the command, which had started before or not.
    pub fn rights_revoked(is_started: bool) -> Self {
        let key = if is_started { "rights-revoked-running" } else { "rights-revoked" };
        Self::Denied(vec![ReplyLine::new(key)])
    }

    /// The command was given up, for this reason in the admin's language; none for a bug.
    pub fn failed(reason: Option<String>) -> Self {
        let line = ReplyLine::not_done("failed").with_command("status", "status", &[]);
        Self::Lines(vec![line.with_reason(reason, "internal")])
    }

    /// No command has this name; the nearest one is offered, and a yes runs it where that is prompted for.
    pub fn unknown_command(typed: &str, nearest: Option<String>, is_prompted: bool) -> Self {
        let line = match nearest {
            Some(nearest) => {
                let key = if is_prompted { "unknown-command-prompt" } else { "unknown-command-nearest" };
                ReplyLine::new(key).with_plain("nearest", nearest)
            }
            None => ReplyLine::new("unknown-command").with_command("help", "help", &[]),
        };
        Self::UsageError(vec![line.name("name", typed)])
    }

    /// No community has a name like this one; all of them are named, if they are few.
    pub fn unknown_community(typed: &str, available: Vec<String>) -> Self {
        let line = match available.is_empty() {
            true => ReplyLine::new("no-community").with_command("command", "communities", &[]),
            false => ReplyLine::new("no-community-known").with_candidates("candidates", available, 0),
        };
        Self::UsageError(vec![line.name("name", typed)])
    }

    /// The reply with lines after it, in its language.
    pub fn with_lines(mut self, more: Vec<ReplyLine>) -> Self {
        self.lines_mut().extend(more);
        self
    }

    /// Its lines.
    pub fn into_lines(mut self) -> Vec<ReplyLine> {
        std::mem::take(self.lines_mut())
    }

    fn lines_mut(&mut self) -> &mut Vec<ReplyLine> {
        match self {
            Self::Lines(lines)
            | Self::Report(lines)
            | Self::UsageError(lines)
            | Self::Denied(lines)
            | Self::GroupReport { lines, .. }
            | Self::Preview(lines)
            | Self::InLanguage(_, lines) => lines,
        }
    }

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
            Self::UsageError(_) => true,
            Self::GroupReport { is_usage_error, .. } => *is_usage_error,
            Self::Lines(lines) | Self::InLanguage(_, lines) => {
                let icons: Vec<_> = lines.iter().filter_map(ReplyLine::icon).collect();
                !icons.is_empty() && icons.iter().all(|mark| matches!(*mark, "❌" | "📷"))
            }
            _ => false,
        }
    }

    /// The command that it names as the way on, on lines of something that was not done: the only one, or one for all
    /// that move a group to the same community.
    pub fn way_on(&self) -> Option<(&'static str, Vec<String>)> {
        let (Self::Lines(lines) | Self::GroupReport { lines, .. }) = self else { return None };
        let is_warning = |line: &ReplyLine| line.icon() == Some("⚠️");
        let commands =
            lines.iter().flat_map(|line| line.commands().map(move |found| (is_warning(line), found)));
        let commands: Vec<_> = commands.collect();
        let (_, (name, words)) = commands.first()?;
        let target = words.last()?;
        let are_alike = commands.iter().all(|(is_warning, found)| {
            *is_warning && (commands.len() == 1 || found.0 == "move" && found.1.last() == Some(target))
        });
        let before =
            commands.iter().flat_map(|(_, (_, words))| words.split_last().map_or(&[][..], |it| it.1));
        are_alike.then(|| (*name, before.chain([target]).cloned().collect()))
    }

    /// Whether it is a preview.
    pub fn is_preview(&self) -> bool {
        matches!(self, Self::Preview(_))
    }

    /// Whether it denies a right.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Denied(_))
    }

    fn render(&self, localizer: &Localizer) -> String {
        let mut localizer = localizer.clone();
        if let Self::InLanguage(locale, _) = self {
            localizer.locale = *locale;
        }
        let lines = self.clone().into_lines();
        lines.iter().map(|line| line.render(&localizer)).collect::<Vec<_>>().join("\n")
    }
}

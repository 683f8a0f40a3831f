//! A line of a reply: a translated text with its values, in the language of the reply.

use std::borrow::Cow;
use std::time::Duration;

use super::Localizer;
use super::format::{format_candidates, quote, quote_block};
use crate::i18n::Value;

/// A line of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyLine {
    icon: Option<&'static str>,
    key: Cow<'static, str>,
    values: Vec<(&'static str, ReplyArg)>,
}

/// The value of a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ReplyArg {
    /// Words of people, in quotes.
    Name(String),
    /// Safe text: an id, a number, a link.
    Plain(String),
    /// A text of people as it is, on lines of its own.
    Lines(String),
    /// A count, which selects the plural form.
    Count(usize),
    /// A duration in the unit that people use.
    Duration(Duration),
    /// Names to choose from, with numbers from this one on; 0 for no numbers.
    Candidates(Vec<String>, usize),
    /// Another translated text.
    Key(&'static str),
    /// A ready-made command: its English name and arguments.
    Command(&'static str, Vec<String>),
}

impl ReplyLine {
    /// The text of a key.
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Self { icon: None, key: key.into(), values: Vec::new() }
    }

    /// A text that needs no translation.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self::new("text").with_plain("text", text)
    }

    /// A text of people as it is, on lines of its own, each behind a quote mark.
    pub fn from_quote(text: impl Into<String>) -> Self {
        Self::new("text").with_arg("text", ReplyArg::Lines(text.into()))
    }

    /// With ➡️: it would be done.
    pub fn preview(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(key).with_icon("➡️")
    }

    /// With ✅: done now.
    pub fn done(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(key).with_icon("✅")
    }

    /// With ☑️: already done.
    pub fn already_done(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(key).with_icon("☑️")
    }

    /// With ❌: not done.
    pub fn not_done(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(key).with_icon("❌")
    }

    /// With ❓: the outcome could not be read back.
    pub fn unknown(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(key).with_icon("❓")
    }

    /// With a status icon (docs/commands.md, "Reading a reply"), or another sign at its beginning.
    pub fn with_icon(mut self, icon: &'static str) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Words of people, in quotes.
    pub fn name(self, placeholder: &'static str, name: impl Into<String>) -> Self {
        self.with_arg(placeholder, ReplyArg::Name(name.into()))
    }

    /// An id, a number, a link.
    pub fn with_plain(self, placeholder: &'static str, text: impl Into<String>) -> Self {
        self.with_arg(placeholder, ReplyArg::Plain(text.into()))
    }

    /// A count.
    pub fn with_count(self, placeholder: &'static str, count: usize) -> Self {
        self.with_arg(placeholder, ReplyArg::Count(count))
    }

    /// A duration.
    pub fn with_duration(self, placeholder: &'static str, duration: Duration) -> Self {
        self.with_arg(placeholder, ReplyArg::Duration(duration))
    }

    /// Names to choose from, with numbers from `first` on; 0 for no numbers.
    pub fn with_candidates(self, placeholder: &'static str, names: Vec<String>, first: usize) -> Self {
        self.with_arg(placeholder, ReplyArg::Candidates(names, first))
    }

    /// A reason in the language of the reply, else the translated one of a key.
    pub fn with_reason(self, reason: Option<String>, default_key: &'static str) -> Self {
        match reason {
            Some(reason) => self.with_plain("reason", reason),
            None => self.text("reason", default_key),
        }
    }

    /// Another translated text.
    pub fn text(self, placeholder: &'static str, key: &'static str) -> Self {
        self.with_arg(placeholder, ReplyArg::Key(key))
    }

    /// A ready-made command, by its English name.
    pub fn with_command(self, placeholder: &'static str, command: &'static str, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        self.with_arg(placeholder, ReplyArg::Command(command, words))
    }

    fn with_arg(mut self, placeholder: &'static str, word: ReplyArg) -> Self {
        self.values.push((placeholder, word));
        self
    }

    /// Its ready-made commands, with their arguments.
    pub(super) fn commands(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.values.iter().filter_map(|(_, value)| match value {
            ReplyArg::Command(command, words) => Some((*command, words.as_slice())),
            _ => None,
        })
    }

    /// The status icon.
    pub fn icon(&self) -> Option<&'static str> {
        self.icon
    }

    /// The text of the line.
    pub fn render(&self, localizer: &Localizer) -> String {
        let values: Vec<(&str, Value<'_>)> =
            self.values.iter().map(|(placeholder, value)| (*placeholder, value.render(localizer))).collect();
        let text = localizer.text(&self.key, &values);
        match self.icon {
            Some(icon) => format!("{icon} {text}"),
            None => text,
        }
    }
}

impl ReplyArg {
    fn render(&self, localizer: &Localizer) -> Value<'_> {
        match self {
            Self::Name(name) => quote(name).into(),
            Self::Plain(text) => text.into(),
            Self::Lines(text) => quote_block(text).into(),
            Self::Count(count) => (*count).into(),
            Self::Duration(duration) => localizer.format_duration(*duration).into(),
            Self::Candidates(names, first) => format_candidates(names, *first).into(),
            Self::Key(key) => localizer.text(key, &[]).into(),
            Self::Command(command, words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                localizer.format_command(command, &words).into()
            }
        }
    }
}

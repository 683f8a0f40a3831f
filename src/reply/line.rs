//! A line of an answer: a text of the catalogue with its values, said in whatever language the reply has.

use super::Localizer;
use super::format::{quote, quote_block};
use crate::i18n::Value;

/// A line of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyLine {
    icon: Option<&'static str>,
    key: &'static str,
    values: Vec<(&'static str, ReplyArg)>,
}

/// What fills a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ReplyArg {
    /// Somebody's words, said in quotes.
    Name(String),
    /// Our own, or what cannot break a line: an id, a number, a link.
    Plain(String),
    /// Somebody's words as they are, on lines of their own.
    Lines(String),
    /// A count, which chooses the plural form.
    Count(usize),
    /// Another text of the catalogue.
    Key(&'static str),
    /// A ready-made order: the command's English name, and its words.
    Command(&'static str, Vec<String>),
}

impl ReplyLine {
    /// The text of a key.
    pub fn new(key: &'static str) -> Self {
        Self { icon: None, key, values: Vec::new() }
    }

    /// The same behind ✅: done now.
    pub fn done(key: &'static str) -> Self {
        Self::new(key).with_icon("✅")
    }

    /// The same behind ☑️: was so already.
    pub fn already_done(key: &'static str) -> Self {
        Self::new(key).with_icon("☑️")
    }

    /// The same behind ❌: not done.
    pub fn not_done(key: &'static str) -> Self {
        Self::new(key).with_icon("❌")
    }

    /// The same behind ❓: the outcome could not be read back.
    pub fn unknown(key: &'static str) -> Self {
        Self::new(key).with_icon("❓")
    }

    /// Behind a mark (CONTRACT §5), or another sign that begins a line.
    pub fn with_icon(mut self, mark: &'static str) -> Self {
        self.icon = Some(mark);
        self
    }

    /// Somebody's words.
    pub fn name(self, placeholder: &'static str, name: impl Into<String>) -> Self {
        self.with_arg(placeholder, ReplyArg::Name(name.into()))
    }

    /// An id, a number, a link.
    pub fn with_plain(self, placeholder: &'static str, text: impl Into<String>) -> Self {
        self.with_arg(placeholder, ReplyArg::Plain(text.into()))
    }

    /// Somebody's words as they are, each of their lines marked as a quote.
    pub fn with_quote(self, placeholder: &'static str, text: impl Into<String>) -> Self {
        self.with_arg(placeholder, ReplyArg::Lines(text.into()))
    }

    /// A count.
    pub fn with_count(self, placeholder: &'static str, count: usize) -> Self {
        self.with_arg(placeholder, ReplyArg::Count(count))
    }

    /// Another text of the catalogue.
    pub fn text(self, placeholder: &'static str, key: &'static str) -> Self {
        self.with_arg(placeholder, ReplyArg::Key(key))
    }

    /// A ready-made order, by the command's English name.
    pub fn order(self, placeholder: &'static str, command: &'static str, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        self.with_arg(placeholder, ReplyArg::Command(command, words))
    }

    fn with_arg(mut self, placeholder: &'static str, word: ReplyArg) -> Self {
        self.values.push((placeholder, word));
        self
    }

    /// The mark of the line.
    pub fn icon(&self) -> Option<&'static str> {
        self.icon
    }

    /// What it reads like.
    pub fn render(&self, speech: &Localizer) -> String {
        let said: Vec<(&str, Result<String, usize>)> =
            self.values.iter().map(|(placeholder, word)| (*placeholder, word.render(speech))).collect();
        let values: Vec<(&str, Value<'_>)> = said
            .iter()
            .map(|(placeholder, word)| match word {
                Ok(text) => (*placeholder, Value::from(text)),
                Err(count) => (*placeholder, Value::Count(*count)),
            })
            .collect();
        let text = speech.text(self.key, &values);
        match self.icon {
            Some(mark) => format!("{mark} {text}"),
            None => text,
        }
    }
}

impl ReplyArg {
    /// What it reads like, or the count that it is.
    fn render(&self, speech: &Localizer) -> Result<String, usize> {
        Ok(match self {
            Self::Name(name) => quote(name),
            Self::Plain(text) => text.clone(),
            Self::Lines(text) => quote_block(text),
            Self::Count(count) => return Err(*count),
            Self::Key(key) => speech.text(key, &[]),
            Self::Command(command, words) => {
                speech.order(command, &words.iter().map(String::as_str).collect::<Vec<_>>())
            }
        })
    }
}

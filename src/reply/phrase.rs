//! A line of an answer: a text of the catalogue with its values, said in whatever language the reply has.

use super::Speech;
use super::words::quoted;
use crate::i18n::Value;

/// A line of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    mark: Option<&'static str>,
    key: &'static str,
    values: Vec<(&'static str, Word)>,
}

/// What fills a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// Somebody's words, said in quotes.
    Name(String),
    /// Our own, or what cannot break a line: an id, a number, a link.
    Plain(String),
    /// A count, which chooses the plural form.
    Count(usize),
    /// Another text of the catalogue.
    Key(&'static str),
    /// A ready-made order: the command's English name, and its words.
    Order(&'static str, Vec<String>),
}

impl Phrase {
    /// The text of a key.
    pub fn new(key: &'static str) -> Self {
        Self { mark: None, key, values: Vec::new() }
    }

    /// The same behind ✅: done now.
    pub fn done(key: &'static str) -> Self {
        Self::new(key).mark("✅")
    }

    /// The same behind ☑️: was so already.
    pub fn was_so(key: &'static str) -> Self {
        Self::new(key).mark("☑️")
    }

    /// The same behind ❌: not done.
    pub fn not_done(key: &'static str) -> Self {
        Self::new(key).mark("❌")
    }

    /// The same behind ❓: the outcome could not be read back.
    pub fn unsure(key: &'static str) -> Self {
        Self::new(key).mark("❓")
    }

    /// Behind a mark (CONTRACT §5), or another sign that begins a line.
    pub fn mark(mut self, mark: &'static str) -> Self {
        self.mark = Some(mark);
        self
    }

    /// Somebody's words.
    pub fn name(self, placeholder: &'static str, name: impl Into<String>) -> Self {
        self.with(placeholder, Word::Name(name.into()))
    }

    /// An id, a number, a link.
    pub fn plain(self, placeholder: &'static str, text: impl Into<String>) -> Self {
        self.with(placeholder, Word::Plain(text.into()))
    }

    /// A count.
    pub fn count(self, placeholder: &'static str, count: usize) -> Self {
        self.with(placeholder, Word::Count(count))
    }

    /// Another text of the catalogue.
    pub fn text(self, placeholder: &'static str, key: &'static str) -> Self {
        self.with(placeholder, Word::Key(key))
    }

    /// A ready-made order, by the command's English name.
    pub fn order(self, placeholder: &'static str, command: &'static str, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        self.with(placeholder, Word::Order(command, words))
    }

    fn with(mut self, placeholder: &'static str, word: Word) -> Self {
        self.values.push((placeholder, word));
        self
    }

    /// The mark of the line.
    pub fn marked(&self) -> Option<&'static str> {
        self.mark
    }

    /// What it reads like.
    pub fn say(&self, speech: &Speech) -> String {
        let said: Vec<(&str, Result<String, usize>)> =
            self.values.iter().map(|(placeholder, word)| (*placeholder, word.say(speech))).collect();
        let values: Vec<(&str, Value<'_>)> = said
            .iter()
            .map(|(placeholder, word)| match word {
                Ok(text) => (*placeholder, Value::from(text)),
                Err(count) => (*placeholder, Value::Count(*count)),
            })
            .collect();
        let text = speech.text(self.key, &values);
        match self.mark {
            Some(mark) => format!("{mark} {text}"),
            None => text,
        }
    }
}

impl Word {
    /// What it reads like, or the count that it is.
    fn say(&self, speech: &Speech) -> Result<String, usize> {
        Ok(match self {
            Self::Name(name) => quoted(name),
            Self::Plain(text) => text.clone(),
            Self::Count(count) => return Err(*count),
            Self::Key(key) => speech.text(key, &[]),
            Self::Order(command, words) => {
                speech.order(command, &words.iter().map(String::as_str).collect::<Vec<_>>())
            }
        })
    }
}

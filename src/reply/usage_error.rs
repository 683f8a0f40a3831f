//! What is wrong with a command that was not understood.

use serde::{Deserialize, Serialize};

use super::ReplyLine;

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
    /// The words of the command's own are missing: an alias, a language.
    MissingWords,
    /// An unknown flag.
    UnknownFlag(String),
    /// A word too many.
    TooManyWords(String),
    /// A word that excludes some of several things: `menos`.
    Exclusion(String),
}

impl UsageError {
    /// The key of the text that asks for what is missing; none where it is another error.
    pub fn question(&self) -> Option<&'static str> {
        Some(match self {
            Self::MissingCommunity => "ask-community",
            Self::MissingGroups => "ask-groups",
            Self::MissingTarget => "ask-target",
            Self::MissingPeople => "ask-people",
            Self::MissingText => "ask-text",
            Self::MissingName => "ask-name",
            Self::MissingWords => "ask-words",
            _ => return None,
        })
    }

    /// Whether the missing part is kept as it is typed: a text or a name.
    pub fn is_verbatim(&self) -> bool {
        matches!(self, Self::MissingText | Self::MissingName)
    }

    /// The line that says what is wrong, and how the command is used.
    pub fn line(self, usage: &str) -> ReplyLine {
        let line = match self {
            Self::UnclosedQuote(quote) => ReplyLine::new("unclosed-quote").with_plain("quote", quote),
            Self::MissingCommunity => ReplyLine::new("missing-community"),
            Self::MissingGroups => ReplyLine::new("missing-groups"),
            Self::MissingTarget => ReplyLine::new("missing-target"),
            Self::MissingPeople => ReplyLine::new("missing-people"),
            Self::MissingText => ReplyLine::new("missing-text"),
            Self::MissingName => ReplyLine::new("missing-name"),
            Self::MissingWords => ReplyLine::new("ask-words"),
            Self::UnknownFlag(word) => ReplyLine::new("unknown-flag").name("word", word),
            Self::TooManyWords(word) => ReplyLine::new("too-many-words").name("word", word),
            Self::Exclusion(word) => ReplyLine::new("exclusion").name("word", word),
        };
        line.with_plain("usage", usage)
    }
}

//! What a row says about a key of the configuration: its type, its default, a sentence.

use super::diagnostic::KeyProblem;

/// One key. A segment of its path in angle brackets is a name that the operator chooses.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its full name, such as `instances.<instance>.token`.
    pub path: &'static str,
    /// What its value looks like.
    pub value_type: ValueType,
    /// The value of an absent key.
    pub default: KeyDefault,
    /// One sentence about it.
    pub doc: &'static str,
}

/// What a value looks like in the file; in the environment everything is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Quoted text, whose form the word names.
    Text(&'static str),
    /// The same, but the value is never shown, and the key's `_file` twin can name a file that holds it.
    Secret(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number between these two.
    Number(u32, u32),
    /// `true` or `false`.
    Bool,
    /// A number of bytes, or text such as `256KiB`.
    Size,
    /// A list of texts, whose form the word names.
    List(&'static str),
    /// A list of secrets.
    SecretList(&'static str),
    /// The text `none`, or the table of the keys below.
    NoneOrTable,
}

/// The value of an absent key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDefault {
    /// The key must be present (a secret: the key or its `_file` twin).
    Required,
    /// No value.
    Absent,
    /// This value, spelled as in the environment.
    Value(&'static str),
    /// The name of the table it is in.
    SectionName,
}

impl ValueType {
    pub(super) fn is_list(self) -> bool {
        matches!(self, Self::List(_) | Self::SecretList(_))
    }

    pub(super) fn is_secret(self) -> bool {
        matches!(self, Self::Secret(_) | Self::SecretList(_))
    }
}

impl Key {
    /// The last segment of its path.
    pub(super) fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The key of a file that holds this secret.
    pub(super) fn file_twin(&self) -> Self {
        let lines = if self.value_type.is_list() { ", one a line" } else { "" };
        // Leaked once, for the list of all keys.
        let doc = format!("A file that holds `{}`{lines}.", self.name()).leak();
        let path = format!("{}{FILE_SUFFIX}", self.path).leak();
        Self { path, value_type: ValueType::Text("path"), default: KeyDefault::Absent, doc }
    }
}

/// What follows the name of a secret in the name of its twin.
pub(super) const FILE_SUFFIX: &str = "_file";

/// Parses the text of a value, or one text of a list.
pub(super) type Parse<T> = fn(&str) -> Result<T, KeyProblem>;

//! What a row says about a key of the configuration: its type, its default, a sentence, whether it is secret.

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
    /// Its value is never shown, and its `_file` twin can name a file that holds it.
    pub secret: bool,
}

/// What a value looks like in the file; in the environment everything is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Quoted text, whose form the word names.
    Text(&'static str),
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
    /// The text `none`, or the table of the keys below.
    NoneOrTable,
    /// The path of a file that holds a secret.
    SecretFile,
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

impl Key {
    /// The key of a row. `doc` may begin with a blank, as the text of a doc comment does.
    pub(super) const fn new<T>(
        path: &'static str,
        format: &Format<T>,
        default: KeyDefault,
        doc: &'static str,
    ) -> Self {
        let doc = doc.trim_ascii_start();
        Self { path, value_type: format.value_type, default, doc, secret: format.secret }
    }

    /// The last segment of its path.
    pub(super) fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// Its value is a list.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.value_type, ValueType::List(_))
    }

    /// The key of a file that holds this secret.
    pub(super) fn file_twin(&self) -> Self {
        let lines = if self.is_list() { ", one a line" } else { "" };
        // Leaked once, for the list of all keys.
        let doc = format!("A file that holds `{}`{lines}.", self.name()).leak();
        let path = format!("{}{FILE_SUFFIX}", self.path).leak();
        Self { path, value_type: ValueType::SecretFile, default: KeyDefault::Absent, doc, secret: false }
    }
}

/// What follows the name of a secret in the name of its twin.
pub(super) const FILE_SUFFIX: &str = "_file";

/// Parses the text of a value.
pub(super) type Parse<T> = fn(&str) -> Result<T, KeyProblem>;

/// The type of a value: what it looks like and how its text, or each text of its list, is parsed.
pub(super) struct Format<T> {
    pub(super) value_type: ValueType,
    pub(super) parse: Parse<T>,
    pub(super) secret: bool,
}

impl<T> Format<T> {
    pub(super) const fn new(value_type: ValueType, parse: Parse<T>) -> Self {
        Self { value_type, parse, secret: false }
    }

    /// The same for a secret.
    pub(super) const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }
}

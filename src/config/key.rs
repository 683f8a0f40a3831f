//! What a key of the configuration is: its type, its default, a sentence, whether it is secret.
//!
//! `section!` declares a section: one row a key makes the field, the reader, the row of docs/configuration.md
//! and the JSON Schema. A segment in angle brackets is a name that the operator chooses.

use super::diagnostic::KeyProblem;

/// One key.
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
    /// Its value is never shown.
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

/// Parses the text of a value.
pub(super) type Parse<T> = fn(&str) -> Result<T, KeyProblem>;

/// The type of a value: what it looks like and how its text, or each text of its list, is parsed.
pub(super) struct Format<T> {
    pub(super) value_type: ValueType,
    pub(super) parse: Parse<T>,
    pub(super) secret: bool,
    /// What is wrong with an empty list, and the remedy, where it is wrong.
    pub(super) empty: Option<[&'static str; 2]>,
}

impl<T> Format<T> {
    pub(super) const fn new(value_type: ValueType, parse: Parse<T>) -> Self {
        Self { value_type, parse, secret: false, empty: None }
    }

    /// The same for a list that must not be empty.
    pub(super) const fn not_empty(self, problem: &'static str, remedy: &'static str) -> Self {
        Self { empty: Some([problem, remedy]), ..self }
    }

    /// The same for a secret: never shown, and readable from a file that its `_file` twin names.
    pub(super) const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }
}

impl Key {
    /// The key with what its format says about it. `doc` may begin with a blank, as the text of a doc comment does.
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

    pub(super) fn is_list(&self) -> bool {
        matches!(self.value_type, ValueType::List(_))
    }

    /// The key of a file that holds this secret.
    pub(super) fn file_twin(&self) -> Self {
        let lines = if self.is_list() { ", one a line" } else { "" };
        // Leaked once, for the list of all keys.
        let doc = format!("A file that holds `{}`{lines}.", self.name()).leak();
        let (path, value_type) = (file_key(self.path).leak(), ValueType::Text("path"));
        Self { path, value_type, default: KeyDefault::Absent, doc, secret: false }
    }
}

/// The key of the file that holds a secret.
pub(super) fn file_key(name: &str) -> String {
    format!("{name}_file")
}

/// Declares a section: the public struct, a struct of what could be read of it, and the rows of its keys.
///
/// A row is `field: Type = read FORMAT, default;` with `read` one of the methods of `Section`; its doc comment documents
/// the key. The part behind `with section` has fields without a row, each with an expression that reads it.
macro_rules! section {
    (
        $(#[$meta:meta])*
        $name:ident, $partial:ident, $section:literal {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty = $read:ident $format:expr, $default:expr;)*
        }
        $(with $this:ident {
            $(#[doc = $more_doc:literal] $more:ident: $more_type:ty = $more_read:expr;)*
        })?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $type,)*
            $($(#[doc = $more_doc] pub $more: $more_type,)*)?
        }

        /// The values that could be read; the others were reported.
        pub(super) struct $partial {
            $(pub(super) $field: Option<$type>,)*
            $($(pub(super) $more: Option<$more_type>,)*)?
        }

        impl $partial {
            pub(super) const KEYS: &[Key] =
                &[$(Key::new(concat!($section, ".", stringify!($field)), &$format, $default, concat!($($doc),+))),*];

            pub(super) fn read(section: &Section<'_>) -> Self {
                // In the order of the rows.
                let mut keys = Self::KEYS.iter();
                $(let $this = section;)?
                Self {
                    $($field: keys.next().and_then(|key| section.$read(key, &$format)),)*
                    $($($more: $more_read,)*)?
                }
            }

            pub(super) fn build(self) -> Option<$name> {
                Some($name { $($field: self.$field?,)* $($($more: self.$more?,)*)? })
            }
        }
    };
}

pub(super) use section;

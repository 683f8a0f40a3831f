//! The values as they were written, each with the place it came from.
//!
//! The file gives typed values, the environment gives text that is read by the key's own type.
//! Nothing here has a `Debug`: the tree holds secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::finding::{Finding, Flaw};
use super::keys::Shape;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A line of the file, counted from one; 0 where the whole file is meant.
    File { path: String, line: usize },
    /// An environment variable.
    Variable(String),
    /// The environment as a whole.
    Environment,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: 0 } => f.write_str(path),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Environment => f.write_str("environment"),
        }
    }
}

/// A value and its place.
pub(super) struct Node {
    pub(super) origin: Origin,
    pub(super) value: Value,
}

pub(super) type Table = BTreeMap<String, Node>;

pub(super) enum Value {
    /// Text of the file.
    Text(String),
    /// Text of the environment: whatever its key takes it for.
    Untyped(String),
    /// A whole number of the file in decimal digits.
    Integer(String),
    Bool(bool),
    /// What no key takes: `a fraction` or `a date`.
    Other(&'static str),
    List(Vec<Node>),
    Table(Table),
}

impl Node {
    pub(super) fn table(origin: Origin) -> Self {
        Self { origin, value: Value::Table(Table::new()) }
    }

    /// The text of a value that is of the right type for a key that is no list.
    pub(super) fn text(&self, shape: Shape) -> Result<String, Flaw> {
        match (&self.value, shape) {
            (Value::Untyped(text), _) | (Value::Text(text), Shape::Text(_) | Shape::Size) => Ok(text.clone()),
            (Value::Integer(digits), Shape::Number | Shape::Size) => Ok(digits.clone()),
            (Value::Bool(truth), Shape::Bool) => Ok(truth.to_string()),
            (Value::Text(_), Shape::Number | Shape::Bool) => {
                Err(Flaw::new(self.instead_of(shape), "Take the quotes away"))
            }
            (Value::Integer(_) | Value::Bool(_) | Value::Other(_), Shape::Text(_)) => {
                Err(Flaw::new(self.instead_of(shape), "Put it in quotes"))
            }
            _ => Err(Flaw::new(
                self.instead_of(shape),
                match shape {
                    Shape::Text(_) => "Write one text in quotes",
                    Shape::Number => "Write digits alone",
                    Shape::Bool => "Write true or false",
                    Shape::Size => "Write bytes, or text such as \"256KiB\"",
                    Shape::List(_) => "Write [\"…\"]",
                    Shape::NoneOrTable => "Write a table, or \"none\"",
                },
            )),
        }
    }

    /// The entries of a list: an array of texts, or in the environment such an array or words
    /// between commas.
    pub(super) fn texts(&self) -> Result<Vec<String>, Flaw> {
        match &self.value {
            Value::List(entries) => entries
                .iter()
                .enumerate()
                .map(|(index, entry)| entry.text(Shape::Text("")).map_err(|flaw| flaw.of_entry(index)))
                .collect(),
            Value::Untyped(text) => listed(text),
            _ => Err(Flaw::new(self.instead_of(Shape::List("")), "Put it in brackets: [\"…\"]")),
        }
    }

    /// What was found and what is due, without the value.
    fn instead_of(&self, due: Shape) -> String {
        let due = match due {
            Shape::Text(_) => "text",
            Shape::Number => "a whole number",
            Shape::Bool => "true or false",
            Shape::Size => "a size",
            Shape::List(_) => "a list of texts",
            Shape::NoneOrTable => "\"none\" or a table",
        };
        format!("is {}, but {due} is due", self.kind())
    }

    /// What kind of value it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) | Value::Untyped(_) => "text",
            Value::Integer(_) => "a number",
            Value::Bool(_) => "true or false",
            Value::Other(kind) => kind,
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// The entries of a list in one line: a TOML array, or what stands between commas.
pub(super) fn listed(text: &str) -> Result<Vec<String>, Flaw> {
    let text = text.trim();
    if !text.starts_with('[') {
        return Ok(text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect());
    }
    let document = format!("list = {text}");
    let spoilt = || Flaw::new("is no list", "Write [\"one\", \"two\"], or one,two");
    let table = DeTable::parse(&document).map_err(|_| spoilt())?;
    match table.get_ref().get("list").map(|value| value.get_ref()) {
        Some(DeValue::Array(entries)) if table.get_ref().len() == 1 => entries
            .iter()
            .map(|entry| entry.get_ref().as_str().map(str::to_owned).ok_or_else(spoilt))
            .collect(),
        _ => Err(spoilt()),
    }
}

/// The tree of a file; a syntax error is told by its place and never by its line.
pub(super) fn parse(path: &Path, text: &str) -> Result<Node, Finding> {
    let path = path.display().to_string();
    let lines = Lines::of(text);
    match DeTable::parse(text) {
        Ok(document) => {
            let value = Value::Table(planted(document.get_ref(), &path, &lines));
            Ok(Node { origin: Origin::File { path, line: 0 }, value })
        }
        Err(error) => {
            let (line, column) = lines.position(text, error.span().map_or(text.len(), |span| span.start));
            Err(Finding {
                origin: format!("{path}:{line}:{column}"),
                key: String::new(),
                problem: format!("is no TOML at line {line}, column {column}: {}", error.message()),
                remedy: Some("Look at that place: quotes, brackets, a key that stands twice".into()),
            })
        }
    }
}

fn planted(table: &DeTable<'_>, path: &str, lines: &Lines) -> Table {
    let grow = |key: &toml::Spanned<_>, value: &DeValue<'_>| Node {
        origin: Origin::File { path: path.to_owned(), line: lines.line(key.span().start) },
        value: grown(value, path, lines),
    };
    table.iter().map(|(key, value)| (key.get_ref().to_string(), grow(key, value.get_ref()))).collect()
}

fn grown(value: &DeValue<'_>, path: &str, lines: &Lines) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(decimal) => Value::Integer(decimal.to_string()),
            Err(_) => Value::Integer(number.as_str().to_owned()),
        },
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Float(_) => Value::Other("a fraction"),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(entries) => Value::List(
            entries
                .iter()
                .map(|entry| Node {
                    origin: Origin::File { path: path.to_owned(), line: lines.line(entry.span().start) },
                    value: grown(entry.get_ref(), path, lines),
                })
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(planted(table, path, lines)),
    }
}

/// Where each line of a text begins.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line of a byte, counted from one.
    fn line(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }

    /// The line and the column of a byte, in characters, counted from one.
    fn position(&self, text: &str, at: usize) -> (usize, usize) {
        let line = self.line(at);
        let start = self.0.get(line.saturating_sub(1)).copied().unwrap_or(0);
        (line, text.get(start..at).map_or(1, |before| before.chars().count() + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_the_environment_is_an_array_or_words_between_commas() {
        let rows: &[(&str, &[&str])] = &[
            ("", &[]),
            ("*", &["*"]),
            ("link, unlink", &["link", "unlink"]),
            (r#"["a,b", 'c']"#, &["a,b", "c"]),
            ("[]", &[]),
        ];
        for (text, entries) in rows {
            assert_eq!(listed(text).unwrap(), *entries, "{text}");
        }
        for text in ["[", "[1]", "[\"a\"]\nother = 1", "[\"a\"", "[[\"a\"]]"] {
            assert!(listed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_knows_its_line() {
        let root = parse(Path::new("x.toml"), "[a]\nb = 1\n\nc = { d = '''\n2''' }\n").ok().unwrap();
        let Value::Table(root) = root.value else { panic!("no table") };
        let Value::Table(a) = &root["a"].value else { panic!("no table") };
        assert_eq!(a["b"].origin.to_string(), "x.toml:2");
        assert_eq!(a["c"].origin.to_string(), "x.toml:4");
    }

    #[test]
    fn a_syntax_error_is_told_by_line_and_column_without_the_line() {
        for text in
            ["[a]\ntoken = hunter2-hunter2", "[a]\ntoken = \"hunter2-hunter2\n", "a = 1\ntoken hunter2"]
        {
            let finding = parse(Path::new("x.toml"), text).err().unwrap();
            assert!(finding.origin.starts_with("x.toml:2:"), "{finding}");
            assert!(finding.problem.contains("line 2, column"), "{finding}");
            assert!(!finding.to_string().contains("hunter2"), "{finding}");
        }
        let twice = parse(Path::new("x.toml"), "a = 1\na = 2").err().unwrap();
        assert!(twice.origin.starts_with("x.toml:2:"), "{twice}");
    }
}

//! The values as they were written, each with the place it came from.
//!
//! The file gives typed values, the environment gives text that is read by the key's own type.
//! Nothing here has a `Debug`: the tree holds secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Problem};
use super::schema::ValueType;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ValueSource {
    /// A line of the file, counted from one; 0 where the whole file is meant.
    File { path: String, line: usize },
    /// An environment variable.
    Variable(String),
    /// The environment as a whole.
    Environment,
}

impl fmt::Display for ValueSource {
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
    pub(super) source: ValueSource,
    pub(super) value: NodeValue,
}

pub(super) type Table = BTreeMap<String, Node>;

pub(super) enum NodeValue {
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
    pub(super) fn table(source: ValueSource) -> Self {
        Self { source, value: NodeValue::Table(Table::new()) }
    }

    /// The text of a value that is of the right type for a key that is no list.
    pub(super) fn text(&self, shape: ValueType) -> Result<String, Problem> {
        match (&self.value, shape) {
            (NodeValue::Untyped(text), _) | (NodeValue::Text(text), ValueType::Text(_) | ValueType::Size) => {
                Ok(text.clone())
            }
            (NodeValue::Integer(digits), ValueType::Number | ValueType::Size) => Ok(digits.clone()),
            (NodeValue::Bool(truth), ValueType::Bool) => Ok(truth.to_string()),
            (NodeValue::Text(_), ValueType::Number | ValueType::Bool) => {
                Err(Problem::new(self.describe_mismatch(shape), "Take the quotes away"))
            }
            (NodeValue::Integer(_) | NodeValue::Bool(_) | NodeValue::Other(_), ValueType::Text(_)) => {
                Err(Problem::new(self.describe_mismatch(shape), "Put it in quotes"))
            }
            _ => Err(Problem::new(
                self.describe_mismatch(shape),
                match shape {
                    ValueType::Text(_) => "Write one text in quotes",
                    ValueType::Number => "Write digits alone",
                    ValueType::Bool => "Write true or false",
                    ValueType::Size => "Write bytes, or text such as \"256KiB\"",
                    ValueType::List(_) => "Write [\"…\"]",
                    ValueType::NoneOrTable => "Write a table, or \"none\"",
                },
            )),
        }
    }

    /// The entries of a list: an array of texts, or in the environment such an array or words
    /// between commas.
    pub(super) fn texts(&self) -> Result<Vec<String>, Problem> {
        match &self.value {
            NodeValue::List(entries) => entries
                .iter()
                .enumerate()
                .map(|(index, entry)| entry.text(ValueType::Text("")).map_err(|flaw| flaw.for_entry(index)))
                .collect(),
            NodeValue::Untyped(text) => parse_list(text),
            _ => {
                Err(Problem::new(self.describe_mismatch(ValueType::List("")), "Put it in brackets: [\"…\"]"))
            }
        }
    }

    /// What was found and what is due, without the value.
    fn describe_mismatch(&self, due: ValueType) -> String {
        let due = match due {
            ValueType::Text(_) => "text",
            ValueType::Number => "a whole number",
            ValueType::Bool => "true or false",
            ValueType::Size => "a size",
            ValueType::List(_) => "a list of texts",
            ValueType::NoneOrTable => "\"none\" or a table",
        };
        format!("is {}, but {due} is due", self.kind())
    }

    /// What kind of value it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match &self.value {
            NodeValue::Text(_) | NodeValue::Untyped(_) => "text",
            NodeValue::Integer(_) => "a number",
            NodeValue::Bool(_) => "true or false",
            NodeValue::Other(kind) => kind,
            NodeValue::List(_) => "a list",
            NodeValue::Table(_) => "a table",
        }
    }
}

/// The entries of a list in one line: a TOML array, or what stands between commas.
pub(super) fn parse_list(text: &str) -> Result<Vec<String>, Problem> {
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
    let spoilt = || Problem::new("is no list", "Write [\"one\", \"two\"], or one,two");
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
pub(super) fn parse(path: &Path, text: &str) -> Result<Node, Diagnostic> {
    let path = path.display().to_string();
    let lines = LineIndex::new(text);
    match DeTable::parse(text) {
        Ok(document) => {
            let value = NodeValue::Table(build_table(document.get_ref(), &path, &lines));
            Ok(Node { source: ValueSource::File { path, line: 0 }, value })
        }
        Err(error) => {
            let (line, column) = lines.position(text, error.span().map_or(text.len(), |span| span.start));
            Err(Diagnostic {
                source: format!("{path}:{line}:{column}"),
                key: String::new(),
                problem: format!("is no TOML at line {line}, column {column}: {}", error.message()),
                remedy: Some("Look at that place: quotes, brackets, a key that stands twice".into()),
            })
        }
    }
}

fn build_table(table: &DeTable<'_>, path: &str, lines: &LineIndex) -> Table {
    let grow = |key: &toml::Spanned<_>, value: &DeValue<'_>| Node {
        source: ValueSource::File { path: path.to_owned(), line: lines.line_at(key.span().start) },
        value: build_value(value, path, lines),
    };
    table.iter().map(|(key, value)| (key.get_ref().to_string(), grow(key, value.get_ref()))).collect()
}

fn build_value(value: &DeValue<'_>, path: &str, lines: &LineIndex) -> NodeValue {
    match value {
        DeValue::String(text) => NodeValue::Text(text.to_string()),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(decimal) => NodeValue::Integer(decimal.to_string()),
            Err(_) => NodeValue::Integer(number.as_str().to_owned()),
        },
        DeValue::Boolean(truth) => NodeValue::Bool(*truth),
        DeValue::Float(_) => NodeValue::Other("a fraction"),
        DeValue::Datetime(_) => NodeValue::Other("a date"),
        DeValue::Array(entries) => NodeValue::List(
            entries
                .iter()
                .map(|entry| Node {
                    source: ValueSource::File {
                        path: path.to_owned(),
                        line: lines.line_at(entry.span().start),
                    },
                    value: build_value(entry.get_ref(), path, lines),
                })
                .collect(),
        ),
        DeValue::Table(table) => NodeValue::Table(build_table(table, path, lines)),
    }
}

/// Where each line of a text begins.
struct LineIndex(Vec<usize>);

impl LineIndex {
    fn new(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line of a byte, counted from one.
    fn line_at(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }

    /// The line and the column of a byte, in characters, counted from one.
    fn position(&self, text: &str, at: usize) -> (usize, usize) {
        let line = self.line_at(at);
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
            assert_eq!(parse_list(text).unwrap(), *entries, "{text}");
        }
        for text in ["[", "[1]", "[\"a\"]\nother = 1", "[\"a\"", "[[\"a\"]]"] {
            assert!(parse_list(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_knows_its_line() {
        let root = parse(Path::new("x.toml"), "[a]\nb = 1\n\nc = { d = '''\n2''' }\n").ok().unwrap();
        let NodeValue::Table(root) = root.value else { panic!("no table") };
        let NodeValue::Table(a) = &root["a"].value else { panic!("no table") };
        assert_eq!(a["b"].source.to_string(), "x.toml:2");
        assert_eq!(a["c"].source.to_string(), "x.toml:4");
    }

    #[test]
    fn a_syntax_error_is_told_by_line_and_column_without_the_line() {
        for text in
            ["[a]\ntoken = hunter2-hunter2", "[a]\ntoken = \"hunter2-hunter2\n", "a = 1\ntoken hunter2"]
        {
            let finding = parse(Path::new("x.toml"), text).err().unwrap();
            assert!(finding.source.starts_with("x.toml:2:"), "{finding}");
            assert!(finding.problem.contains("line 2, column"), "{finding}");
            assert!(!finding.to_string().contains("hunter2"), "{finding}");
        }
        let twice = parse(Path::new("x.toml"), "a = 1\na = 2").err().unwrap();
        assert!(twice.source.starts_with("x.toml:2:"), "{twice}");
    }
}

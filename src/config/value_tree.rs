//! The values of the file, each with its line.
//!
//! Values of the file have types; values of the environment are text that the key's format parses.
//! Nothing here has a `Debug`: the tree holds secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Problem};
use super::key::ValueType;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ValueSource {
    /// A line of the file, counted from one; 0 for the whole file.
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
    /// Text of the environment, of any type.
    Untyped(String),
    /// A whole number of the file in decimal digits.
    Integer(String),
    Bool(bool),
    /// A type that no key has: `a fraction` or `a date`.
    Other(&'static str),
    List(Vec<Node>),
    Table(Table),
}

impl Node {
    pub(super) fn table(source: ValueSource) -> Self {
        Self { source, value: NodeValue::Table(Table::new()) }
    }

    pub(super) fn as_table(&self) -> Option<&Table> {
        if let NodeValue::Table(table) = &self.value { Some(table) } else { None }
    }

    /// The text of a value for a key of this type, which is no list.
    pub(super) fn text(&self, expected: ValueType) -> Result<String, Problem> {
        use ValueType::{Bool, Number, Size, Text, Word};
        let remedy = match (&self.value, expected) {
            (NodeValue::Untyped(text), _) | (NodeValue::Text(text), Text(_) | Word(_) | Size) => {
                return Ok(text.clone());
            }
            (NodeValue::Integer(digits), Number(..) | Size) => return Ok(digits.clone()),
            (NodeValue::Bool(value), Bool) => return Ok(value.to_string()),
            (NodeValue::Text(_), Number(..) | Bool) => "Take the quotes away",
            (NodeValue::Integer(_) | NodeValue::Bool(_) | NodeValue::Other(_), Text(_) | Word(_)) => {
                "Put it in quotes"
            }
            (_, Text(_) | Word(_)) => "Write one text in quotes",
            (_, Number(..)) => "Write digits alone",
            (_, Bool) => "Write true or false",
            (_, Size) => "Write bytes, or text such as \"256KiB\"",
            (_, ValueType::List(_)) => "Write [\"…\"]",
            (_, ValueType::NoneOrTable) => "Write a table, or \"none\"",
        };
        Err(self.type_problem(expected, remedy))
    }

    /// The entries of a list: an array of texts, or in the environment such an array or words
    /// between commas.
    pub(super) fn texts(&self) -> Result<Vec<String>, Problem> {
        match &self.value {
            NodeValue::List(entries) => entries
                .iter()
                .enumerate()
                .map(|(index, entry)| {
                    entry.text(ValueType::Text("")).map_err(|problem| problem.for_entry(index))
                })
                .collect(),
            NodeValue::Untyped(text) => parse_list(text),
            _ => Err(self.type_problem(ValueType::List(""), "Put it in brackets: [\"…\"]")),
        }
    }

    /// The problem with a value of another type; the value is not shown.
    fn type_problem(&self, expected: ValueType, remedy: &str) -> Problem {
        let expected = match expected {
            ValueType::Text(_) | ValueType::Word(_) => "text",
            ValueType::Number(..) => "a whole number",
            ValueType::Bool => "true or false",
            ValueType::Size => "a size",
            ValueType::List(_) => "a list of texts",
            ValueType::NoneOrTable => "\"none\" or a table",
        };
        Problem::new(format!("is {}, but {expected} is due", self.kind()), remedy)
    }

    /// The type of the value, in words.
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

/// The entries of a list in one line: a TOML array, or words between commas.
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
    let invalid = || Problem::new("is no list", "Write [\"one\", \"two\"], or one,two");
    let table = DeTable::parse(&document).map_err(|_| invalid())?;
    match table.get_ref().get("list").map(|value| value.get_ref()) {
        Some(DeValue::Array(entries)) if table.get_ref().len() == 1 => entries
            .iter()
            .map(|entry| entry.get_ref().as_str().map(str::to_owned).ok_or_else(invalid))
            .collect(),
        _ => Err(invalid()),
    }
}

/// Parses a file; a syntax error is reported by its place, without the text of its line.
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
            let problem = format!("is no TOML at line {line}, column {column}: {}", error.message());
            let remedy = "Look at that place: quotes, brackets, a key that stands twice";
            Err(Problem::new(problem, remedy).at(format!("{path}:{line}:{column}"), String::new()))
        }
    }
}

fn build_table(table: &DeTable<'_>, path: &str, lines: &LineIndex) -> Table {
    let build = |key: &toml::Spanned<_>, value: &DeValue<'_>| Node {
        source: ValueSource::File { path: path.to_owned(), line: lines.line_at(key.span().start) },
        value: build_value(value, path, lines),
    };
    table.iter().map(|(key, value)| (key.get_ref().to_string(), build(key, value.get_ref()))).collect()
}

fn build_value(value: &DeValue<'_>, path: &str, lines: &LineIndex) -> NodeValue {
    match value {
        DeValue::String(text) => NodeValue::Text(text.to_string()),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(decimal) => NodeValue::Integer(decimal.to_string()),
            Err(_) => NodeValue::Integer(number.as_str().to_owned()),
        },
        DeValue::Boolean(value) => NodeValue::Bool(*value),
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

/// The offset of each line of a text.
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

//! The values of the file, each with its line.
//!
//! Values of the file have types; values of the environment are text that the key's format parses.
//! Nothing here has a `Debug`: the tree holds secrets.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, KeyProblem, problem};
use super::key::ValueType;

/// The source of a table that only variables below it made.
pub(super) const ENVIRONMENT: &str = "environment";

/// A value and its place.
pub(super) struct Node {
    /// The file with the line, or the environment variable.
    pub(super) source: String,
    pub(super) value: NodeValue,
}

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
    List(Vec<NodeValue>),
    /// What is in it has nodes of its own.
    Table,
}

/// All tables and values by the segments of their keys, so a table comes right before what is in it.
/// The key of the root has no segment.
pub(super) type Tree = BTreeMap<Vec<String>, Node>;

/// A tree with an empty table.
pub(super) fn empty_tree(source: String) -> Tree {
    Tree::from([(Vec::new(), Node { source, value: NodeValue::Table })])
}

/// The node at a path, and all below it.
pub(super) fn nodes_from<'t>(
    tree: &'t Tree,
    path: &[String],
) -> impl Iterator<Item = (&'t Vec<String>, &'t Node)> {
    tree.range(path.to_vec()..).take_while(move |(below, _)| below.starts_with(path))
}

/// The names in a table, in their order.
pub(super) fn child_names<'t>(tree: &'t Tree, path: &[String]) -> impl Iterator<Item = &'t str> {
    let children = nodes_from(tree, path).filter(|(below, _)| below.len() == path.len() + 1);
    children.filter_map(|(child, _)| child.last().map(String::as_str))
}

fn add_table(tree: &mut Tree, path: &[String], table: &DeTable<'_>, source: &dyn Fn(usize) -> String) {
    for (key, value) in table {
        let path = [path, &[key.get_ref().to_string()]].concat();
        if let DeValue::Table(below) = value.get_ref() {
            add_table(tree, &path, below, source);
        }
        tree.insert(path, Node { source: source(key.span().start), value: value.get_ref().into() });
    }
}

impl From<&DeValue<'_>> for NodeValue {
    fn from(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => {
                let decimal = i128::from_str_radix(number.as_str(), number.radix());
                Self::Integer(decimal.map_or_else(|_| number.to_string(), |decimal| decimal.to_string()))
            }
            DeValue::Boolean(value) => Self::Bool(*value),
            DeValue::Float(_) => Self::Other("a fraction"),
            DeValue::Datetime(_) => Self::Other("a date"),
            DeValue::Array(entries) => {
                Self::List(entries.iter().map(|entry| entry.get_ref().into()).collect())
            }
            DeValue::Table(_) => Self::Table,
        }
    }
}

impl NodeValue {
    /// The texts for a key of this type: one, or the entries of a list.
    pub(super) fn texts(&self, expected: ValueType) -> Result<Vec<String>, KeyProblem> {
        match (self, expected) {
            (Self::List(entries), ValueType::List(_)) => {
                let text = |(index, entry): (usize, &Self)| {
                    entry.text(ValueType::Text("")).map_err(|problem| problem.for_entry(index))
                };
                entries.iter().enumerate().map(text).collect()
            }
            (Self::Untyped(text), ValueType::List(_)) => parse_list(text),
            _ => Ok(vec![self.text(expected)?]),
        }
    }

    /// The text for a key of this type. The problem with a value of another type does not show the value.
    fn text(&self, expected: ValueType) -> Result<String, KeyProblem> {
        use ValueType::{Bool, List, NoneOrTable, Number, Size, Text, Word};
        let (expected, remedy) = match (expected, self) {
            (_, Self::Untyped(text)) => return Ok(text.clone()),
            (Text(_) | Word(_) | Size, Self::Text(text)) => return Ok(text.clone()),
            (Number(..) | Size, Self::Integer(digits)) => return Ok(digits.clone()),
            (Bool, Self::Bool(value)) => return Ok(value.to_string()),
            (Text(_) | Word(_), Self::List(_) | Self::Table) => ("text", "Write one text in quotes"),
            (Text(_) | Word(_), _) => ("text", "Put it in quotes"),
            (Number(..), Self::Text(_)) => ("a whole number", "Take the quotes away"),
            (Number(..), _) => ("a whole number", "Write digits alone"),
            (Bool, Self::Text(_)) => ("true or false", "Take the quotes away"),
            (Bool, _) => ("true or false", "Write true or false"),
            (Size, _) => ("a size", "Write bytes, or text such as \"256KiB\""),
            (List(_), _) => ("a list of texts", "Put it in brackets: [\"…\"]"),
            (NoneOrTable, _) => ("\"none\" or a table", "Write a table, or \"none\""),
        };
        let kind = self.kind();
        Err(problem!("is {kind}, but {expected} is due"; "{remedy}"))
    }

    /// The type of the value, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Untyped(_) => "text",
            Self::Integer(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::Other(kind) => kind,
            Self::List(_) => "a list",
            Self::Table => "a table",
        }
    }
}

/// The entries of a list in one line: a TOML array of texts, or words between commas.
fn parse_list(text: &str) -> Result<Vec<String>, KeyProblem> {
    let text = text.trim();
    if !text.starts_with('[') {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        return Ok(words.map(str::to_owned).collect());
    }
    let entries = text.parse::<toml::Value>().ok().and_then(|list| list.try_into().ok());
    entries.ok_or_else(|| problem!("is no list"; "Write [\"one\", \"two\"], or one,two"))
}

/// Parses a file; a syntax error is reported by its place, without the text of its line.
pub(super) fn parse(path: &Path, text: &str) -> Result<Tree, Diagnostic> {
    let path = path.display();
    let line_ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let line_at = |at: usize| line_ends.partition_point(|end| *end < at) + 1;
    match DeTable::parse(text) {
        Ok(document) => {
            let mut tree = empty_tree(path.to_string());
            add_table(&mut tree, &[], document.get_ref(), &|at| format!("{path}:{}", line_at(at)));
            Ok(tree)
        }
        Err(error) => {
            let at = error.span().map_or(text.len(), |span| span.start);
            let before = text.get(..at).and_then(|text| text.rsplit('\n').next()).unwrap_or_default();
            let (line, column, message) = (line_at(at), before.chars().count() + 1, error.message());
            let problem = problem!("is no TOML at line {line}, column {column}: {message}";
                "Look at that place: quotes, brackets, a key that stands twice");
            Err(problem.at(format!("{path}:{line}:{column}"), ""))
        }
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
        let line = |path: [&str; 2]| root.get(&path.map(str::to_owned)[..]).unwrap().source.as_str();
        assert_eq!(line(["a", "b"]), "x.toml:2");
        assert_eq!(line(["a", "c"]), "x.toml:4");
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

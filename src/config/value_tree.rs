//! The values of the file and the environment, each with its place.
//!
//! Values of the file have types; values of the environment are text that the key's format parses.
//! Nothing here has a `Debug`: the trees hold secrets.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, KeyProblem, format_choices, problem};
use super::key::ValueType;

/// The source of a table that only variables below it made.
pub(super) const ENVIRONMENT: &str = "environment";

/// All tables and values by the segments of their keys, so a table comes right before what is in it.
/// The key of the root has no segment.
pub(super) type Tree<N> = BTreeMap<Vec<String>, N>;

/// A value as it was written, and its place.
pub(super) struct Node<'t> {
    /// The file with the line, or the environment variable.
    pub(super) source: String,
    /// A table is empty here: what is in it has nodes of its own.
    pub(super) value: DeValue<'t>,
    /// It is the text of an environment variable, which stands for a value of any type.
    pub(super) is_variable: bool,
}

/// A key or table of the right type, and its place.
#[derive(Default)]
pub(super) struct CheckedNode {
    pub(super) source: String,
    /// The full key as it was written: of a secret from a file, that of its `_file` twin.
    pub(super) key: String,
    /// One text, the entries of a list, or nothing for a table. `None`: what is wrong was reported.
    pub(super) texts: Option<Vec<String>>,
}

/// A tree with an empty table.
pub(super) fn empty_tree<'t>(source: String) -> Tree<Node<'t>> {
    Tree::from([(Vec::new(), Node::new_table(source))])
}

/// The names in a table, in their order.
pub(super) fn child_names<'n, N>(tree: &'n Tree<N>, path: &[String]) -> impl Iterator<Item = &'n str> {
    let below = tree.range(path.to_vec()..).take_while(|(below, _)| below.starts_with(path));
    let children = below.filter(|(below, _)| below.len() == path.len() + 1);
    children.filter_map(|(child, _)| child.last().map(String::as_str))
}

impl Node<'_> {
    /// An empty table.
    pub(super) fn new_table(source: String) -> Self {
        Self { source, value: DeValue::Table(DeTable::new()), is_variable: false }
    }

    /// The texts for a key of this type: one, or the entries of a list.
    pub(super) fn texts(&self, expected: ValueType) -> Result<Vec<String>, KeyProblem> {
        match (&self.value, expected) {
            (DeValue::String(text), _) if self.is_variable => parse_variable(text, expected),
            (DeValue::Array(entries), ValueType::List(_)) => {
                let texts = entries.iter().map(|entry| to_text(entry.get_ref(), ValueType::Text("")));
                let texts = texts.enumerate();
                texts.map(|(index, text)| text.map_err(|problem| problem.for_entry(index))).collect()
            }
            (value, _) => Ok(vec![check_text(to_text(value, expected)?, expected)?]),
        }
    }
}

/// The text for a key of this type. The problem with a value of another type does not show the value.
fn to_text(value: &DeValue<'_>, expected: ValueType) -> Result<String, KeyProblem> {
    use DeValue::{Array, Boolean, Integer, String, Table};
    use ValueType::{Bool, List, NoneOrTable, Number, SecretFile, Size, Text, Word};
    let (due, remedy) = match (expected, value) {
        (Text(_) | Word(_) | SecretFile | Size | NoneOrTable, String(text)) => return Ok(text.to_string()),
        (Bool, Boolean(value)) => return Ok(value.to_string()),
        (Number(..) | Size, Integer(number)) => {
            let decimal = i128::from_str_radix(number.as_str(), number.radix());
            return Ok(decimal.map_or_else(|_| number.to_string(), |decimal| decimal.to_string()));
        }
        (Text(_) | Word(_) | SecretFile, Array(_) | Table(_)) => ("text", "Write one text in quotes"),
        (Text(_) | Word(_) | SecretFile, _) => ("text", "Put it in quotes"),
        (Number(..), String(_)) => ("a whole number", "Take the quotes away"),
        (Number(..), _) => ("a whole number", "Write digits alone"),
        (Bool, String(_)) => ("true or false", "Take the quotes away"),
        (Bool, _) => ("true or false", "Write true or false"),
        (Size, _) => ("a size", "Write bytes, or text such as \"256KiB\""),
        (List(_), _) => ("a list of texts", "Put it in brackets: [\"…\"]"),
        (NoneOrTable, _) => ("\"none\" or a table", "Write a table, or \"none\""),
    };
    Err(describe_type_error(value, due, remedy))
}

/// The problem with a value of another type than is due.
pub(super) fn describe_type_error(value: &DeValue<'_>, due: &str, remedy: &str) -> KeyProblem {
    let kind = match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    problem!("is {kind}, but {due} is due"; "{remedy}")
}

/// The texts of a variable, or of a default, which is spelled in the same way.
pub(super) fn parse_variable(text: &str, expected: ValueType) -> Result<Vec<String>, KeyProblem> {
    match expected {
        ValueType::List(_) => parse_list(text),
        _ => Ok(vec![check_text(text.to_owned(), expected)?]),
    }
}

/// The text of a number, a word or a truth value, as it is spelled in the rows; another text unchanged.
fn check_text(text: String, expected: ValueType) -> Result<String, KeyProblem> {
    let trimmed = text.trim();
    match expected {
        ValueType::Number(min, max) => {
            let reason = match trimmed.parse::<i128>() {
                Ok(number) if number < min.into() => ", which is too small",
                Ok(number) if number > max.into() => ", which is too large",
                Ok(number) => return Ok(number.to_string()),
                Err(_) => ", which is no whole number",
            };
            Err(KeyProblem::with_value(&text, reason, format!("Write a whole number from {min} to {max}")))
        }
        ValueType::Word(words) => {
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(trimmed));
            let problem = || KeyProblem::with_value(&text, "", format_choices(trimmed, words));
            word.map(|word| (*word).to_owned()).ok_or_else(problem)
        }
        ValueType::Bool => match trimmed.to_ascii_lowercase() {
            word if ["true", "false"].contains(&word.as_str()) => Ok(word),
            _ => Err(KeyProblem::with_value(&text, "", "Write true or false")),
        },
        _ => Ok(text),
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
pub(super) fn parse<'t>(path: &Path, text: &'t str) -> Result<Tree<Node<'t>>, Diagnostic> {
    let path = path.display();
    let line_at = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    match DeTable::parse(text) {
        Ok(document) => {
            let mut tree = empty_tree(path.to_string());
            add_table(&mut tree, &[], document.into_inner(), &|at| format!("{path}:{}", line_at(at)));
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

/// Adds what is in a table; `source` names the place of an offset in the file.
fn add_table<'t>(
    tree: &mut Tree<Node<'t>>,
    path: &[String],
    table: DeTable<'t>,
    source: &dyn Fn(usize) -> String,
) {
    for (key, value) in table {
        let path = [path, &[key.get_ref().to_string()]].concat();
        let mut node = Node::new_table(source(key.span().start));
        match value.into_inner() {
            DeValue::Table(below) => add_table(tree, &path, below, source),
            value => node.value = value,
        }
        tree.insert(path, node);
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

    #[test]
    fn a_count_keeps_within_its_bounds() {
        for (text, number) in
            [("1", Some("1")), ("100", Some("100")), ("0", None), ("101", None), ("-1", None), ("1e1", None)]
        {
            assert_eq!(check_text(text.into(), ValueType::Number(1, 100)).ok().as_deref(), number, "{text}");
        }
    }

    #[test]
    fn a_word_is_one_of_three() {
        let check = |text: &str| check_text(text.into(), ValueType::Word(&["en", "pt-BR", "es"]));
        assert_eq!(check("pt-br").unwrap(), "pt-BR");
        for (text, near) in [
            ("pt", "`pt-BR`"),
            ("en_US", "`en`"),
            ("ess", "`es`"),
            ("pt_BR.UTF-8", "`pt-BR`"),
            ("klingon", "Known are"),
        ] {
            let flaw = check(text).unwrap_err();
            assert!(flaw.remedy.contains(near), "{text}");
        }
    }
}

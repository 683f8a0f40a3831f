//! Reads the values of a section; every problem is reported, and reading goes on.
//!
//! A reader gives `None` where a value is wrong or missing, after it reported that.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::diagnostic::{Diagnostic, Problem, join_key, variable_name};
use super::key::{Format, Key, KeyDefault, ValueType};
use super::secret_file::read_secret_file;
use super::value_tree::{Node, Table, ValueSource, parse_list};

/// What is known while reading, and what was reported.
pub(super) struct Diagnostics {
    pub(super) errors: RefCell<Vec<Diagnostic>>,
    pub(super) warnings: RefCell<Vec<Diagnostic>>,
    /// Full keys that a misspelled one stands for: they are not reported again as missing.
    pub(super) suggested_keys: BTreeSet<String>,
    /// What the paths of `_file` keys start from.
    pub(super) directory: PathBuf,
    /// The English names of commands.
    pub(super) known_commands: Vec<String>,
}

/// A table of the configuration, present or not.
pub(super) struct Section<'t> {
    diagnostics: &'t Diagnostics,
    table: Option<&'t Table>,
    source: ValueSource,
    /// The last segment of its key.
    name: String,
    /// The full key.
    path: String,
    /// It is no table at all: that was reported, and nothing in it is missing.
    is_broken: bool,
}

impl<'t> Section<'t> {
    /// The whole configuration.
    pub(super) fn root(node: &'t Node, diagnostics: &'t Diagnostics) -> Self {
        let (source, name, path) = (node.source.clone(), String::new(), String::new());
        Self { diagnostics, table: node.as_table(), source, name, path, is_broken: false }
    }

    /// The table of that name below this one; an empty one where it is absent.
    pub(super) fn child(&self, name: &str) -> Section<'t> {
        let node = self.node(name);
        let table = node.and_then(Node::as_table);
        let section = Self {
            diagnostics: self.diagnostics,
            table,
            source: node.map_or(&self.source, |node| &node.source).clone(),
            name: name.to_owned(),
            path: join_key(&self.path, name),
            is_broken: self.is_broken || (node.is_some() && table.is_none()),
        };
        if let (None, Some(node)) = (table, node) {
            let remedy = match node.source {
                ValueSource::Variable(_) => {
                    format!("Set the keys below it: {}__…", variable_name(&section.path))
                }
                _ => format!("Write [{}] and its keys below", section.path),
            };
            section.report_section(Problem::new(format!("is {}, but a table is due", node.kind()), remedy));
        }
        section
    }

    /// The names in this table.
    pub(super) fn names(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        self.table.into_iter().flat_map(|table| table.keys().map(String::as_str))
    }

    /// The tables below this one, in the order of their names.
    pub(super) fn children(&self) -> Vec<Section<'t>> {
        self.names().map(|name| self.child(name)).collect()
    }

    /// The last segment of its key.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The English names of commands.
    pub(super) fn known_commands(&self) -> &'t [String] {
        &self.diagnostics.known_commands
    }

    /// The value as it was written.
    pub(super) fn node(&self, name: &str) -> Option<&'t Node> {
        self.table.and_then(|table| table.get(name))
    }

    /// The key, or its `_file` twin, is present.
    pub(super) fn has(&self, name: &str) -> bool {
        self.node(name).is_some() || self.node(&file_key(name)).is_some()
    }

    /// It is a table, or is absent, and no misspelling stands for it: what it lacks is missing.
    pub(super) fn is_valid(&self) -> bool {
        !self.is_broken && !self.diagnostics.suggested_keys.contains(&self.path)
    }

    /// Reads a value, or its default.
    pub(super) fn value<T>(&self, key: &Key, format: &Format<T>) -> Option<T> {
        match (self.optional(key, format)?, key.default) {
            (Some(value), _) => Some(value),
            (None, KeyDefault::Value(text)) => self.check(key.name(), (format.parse)(text)),
            (None, KeyDefault::SectionName) => self.check(key.name(), (format.parse)(&self.name)),
            (None, KeyDefault::Required | KeyDefault::Absent) => self.report_missing(key),
        }
    }

    /// Reads a value that may be absent: `Some(None)`.
    pub(super) fn optional<T>(&self, key: &Key, format: &Format<T>) -> Option<Option<T>> {
        match self.secret_file(key)? {
            Some(text) => self.check(&file_key(key.name()), (format.parse)(&text)).map(Some),
            None if self.node(key.name()).is_some() => self.named_value(key.name(), format).map(Some),
            None => Some(None),
        }
    }

    /// Reads a value under a name that the operator chose.
    pub(super) fn named_value<T>(&self, name: &str, format: &Format<T>) -> Option<T> {
        let text = self.node(name)?.text(format.value_type);
        self.check(name, text.and_then(|text| (format.parse)(&text)))
    }

    /// Reads the entries of a list, or of its default; those of a secret also from a file, one a line.
    pub(super) fn list<T>(&self, key: &Key, format: &Format<T>) -> Option<Vec<T>> {
        let mut name = key.name().to_owned();
        let texts = match (self.secret_file(key)?, self.node(&name), key.default) {
            (Some(text), ..) => {
                name = file_key(&name);
                let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
                Ok(lines.map(str::to_owned).collect())
            }
            (None, Some(node), _) => node.texts(),
            (None, None, KeyDefault::Value(text)) => parse_list(text),
            (None, None, _) => return self.report_missing(key),
        };
        let texts = self.check(&name, texts)?;
        if let (true, Some([problem, remedy])) = (texts.is_empty(), format.empty) {
            return self.check(&name, Err(Problem::new(problem, remedy)));
        }
        let parse = |(index, text): (usize, &String)| {
            self.check(&name, (format.parse)(text).map_err(|problem| problem.for_entry(index)))
        };
        // Every entry is checked before the first bad one ends the collection.
        let entries: Vec<Option<T>> = texts.iter().enumerate().map(parse).collect();
        entries.into_iter().collect()
    }

    /// The text of a secret's file where the twin is present; `None` where it cannot be used.
    fn secret_file(&self, key: &Key) -> Option<Option<String>> {
        let twin = file_key(key.name());
        let Some(node) = self.node(&twin).filter(|_| key.secret) else { return Some(None) };
        if let Some(other) = self.node(key.name()) {
            let problem = format!("is given, and `{}` too ({})", key.name(), other.source);
            return self.check(&twin, Err(Problem::new(problem, "Remove one of the two")));
        }
        let path = node.text(ValueType::Text("path"));
        self.check(&twin, path.and_then(|path| read_secret_file(&self.diagnostics.directory, &path)))
            .map(Some)
    }

    /// Reports that a key is missing, unless its misspelling was reported.
    pub(super) fn report_missing<T>(&self, key: &Key) -> Option<T> {
        let name = key.name();
        let path = join_key(&self.path, name);
        if !self.is_broken && !self.diagnostics.suggested_keys.contains(&path) {
            let twin = if key.secret { format!(" or `{}`", file_key(name)) } else { String::new() };
            let remedy =
                format!("Write `{name}`{twin} into [{}], or set {}", self.path, variable_name(&path));
            self.report(name, Problem::new("is missing", remedy));
        }
        None
    }

    fn check<T>(&self, name: &str, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.report(name, problem)).ok()
    }

    /// Reports what is wrong with a key.
    pub(super) fn report(&self, name: &str, problem: Problem) {
        self.diagnostics.errors.borrow_mut().push(self.diagnostic(name, problem));
    }

    /// Reports what is wrong with the section itself.
    pub(super) fn report_section(&self, problem: Problem) {
        let diagnostic = problem.at(self.source.to_string(), self.path.clone());
        self.diagnostics.errors.borrow_mut().push(diagnostic);
    }

    /// Warns about a key; about a secret, under the twin where that is present.
    pub(super) fn warn(&self, name: &str, problem: Problem) {
        let twin = file_key(name);
        let name = if self.node(&twin).is_some() { &twin } else { name };
        self.diagnostics.warnings.borrow_mut().push(self.diagnostic(name, problem));
    }

    fn diagnostic(&self, name: &str, problem: Problem) -> Diagnostic {
        let source = self.node(name).map_or(&self.source, |node| &node.source);
        problem.at(source.to_string(), join_key(&self.path, name))
    }
}

/// The key of the file that holds a secret.
fn file_key(name: &str) -> String {
    format!("{name}_file")
}

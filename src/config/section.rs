//! Reading a section: every value is checked against the table of keys, and every mistake is noted
//! so that the next value is read all the same.
//!
//! A reader gives `None` where a value is absent or was refused; refused values have a finding.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::diagnostic::{Diagnostic, Problem};
use super::environment::variable_name;
use super::schema::{self, Key, KeyDefault};
use super::unknown_keys::join_key;
use super::value_tree::{self, Node, NodeValue, Table, ValueSource};

/// What was noted while reading.
pub(super) struct Diagnostics {
    pub(super) errors: RefCell<Vec<Diagnostic>>,
    pub(super) warnings: RefCell<Vec<Diagnostic>>,
    /// Full keys that a misspelled one stands for: they are not told again as missing.
    pub(super) suggested_keys: BTreeSet<String>,
    /// What the paths of `_file` keys start from.
    pub(super) directory: PathBuf,
}

/// A table of the configuration, given or not.
pub(super) struct Section<'t> {
    pub(super) diagnostics: &'t Diagnostics,
    table: Option<&'t Table>,
    source: ValueSource,
    /// The full key, with the names it has here.
    path: String,
    /// The same as the table of keys has it.
    location: String,
    /// It is no table at all: that was told, and nothing in it is missing.
    is_broken: bool,
}

impl<'t> Section<'t> {
    /// The whole configuration.
    pub(super) fn root(node: &'t Node, report: &'t Diagnostics) -> Self {
        Self::from_node(Some(node), report, ValueSource::Environment, String::new(), String::new())
    }

    fn from_node(
        node: Option<&'t Node>,
        report: &'t Diagnostics,
        parent: ValueSource,
        path: String,
        place: String,
    ) -> Self {
        let origin = node.map_or(parent, |node| node.source.clone());
        let table = match node.map(|node| &node.value) {
            Some(NodeValue::Table(table)) => Some(table),
            _ => None,
        };
        let section = Self {
            diagnostics: report,
            table,
            source: origin,
            is_broken: node.is_some() && table.is_none(),
            path,
            location: place,
        };
        if let (true, Some(node)) = (section.is_broken, node) {
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

    /// The table of that name below this one; an empty one where it is not given.
    pub(super) fn child(&self, name: &str) -> Section<'t> {
        let known = schema::child_segments(&self.location);
        let segment = known.iter().find(|segment| **segment == name || schema::is_user_segment(segment));
        let path = join_key(&self.path, name);
        let place = join_location(&self.location, segment.copied().unwrap_or(name));
        let child = Section::from_node(self.node(name), self.diagnostics, self.source.clone(), path, place);
        Section { is_broken: child.is_broken || self.is_broken, ..child }
    }

    /// The names that stand in this table.
    pub(super) fn names(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        self.table.into_iter().flat_map(|table| table.keys().map(String::as_str))
    }

    /// The value as it was written.
    pub(super) fn node(&self, name: &str) -> Option<&'t Node> {
        self.table.and_then(|table| table.get(name))
    }

    /// The key, or its `_file` twin, is given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.node(name).is_some() || self.node(&file_key(name)).is_some()
    }

    /// It is a table, or is not given, and no misspelling stands for it: what it lacks is missing.
    pub(super) fn is_valid(&self) -> bool {
        !self.is_broken && !self.diagnostics.suggested_keys.contains(&self.path)
    }

    /// A value, or its default.
    pub(super) fn value<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, Problem>) -> Option<T> {
        let key = self.key(name)?;
        match (self.node(name), key.default) {
            (Some(node), _) => self.check(name, node.text(key.value_type).and_then(|text| parse(&text))),
            (None, KeyDefault::Value(text)) => self.check(name, parse(text)),
            (None, fallback) => self.default_value(name, fallback),
        }
    }

    /// The entries of a list, or of its default.
    pub(super) fn list<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, Problem>) -> Option<Vec<T>> {
        let key = self.key(name)?;
        let entries = match (self.node(name), key.default) {
            (Some(node), _) => node.texts(),
            (None, KeyDefault::Value(text)) => value_tree::parse_list(text),
            (None, fallback) => return self.default_value(name, fallback),
        };
        self.parse_entries(name, entries, parse)
    }

    /// A secret from its key or from the file that its twin names.
    pub(super) fn secret<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, Problem>) -> Option<T> {
        match self.read_file_key(name)? {
            Some(text) => self.check(&file_key(name), text.and_then(|text| parse(&text))),
            None => self.value(name, parse),
        }
    }

    /// Secrets from a list or, one a line, from the file that its twin names; at least one.
    pub(super) fn secrets<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Problem>,
    ) -> Option<Vec<T>> {
        let (name, found) = match self.read_file_key(name)? {
            Some(text) => {
                let lines = text.map(|text| {
                    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
                    lines.map(str::to_owned).collect()
                });
                let name = file_key(name);
                let found = self.parse_entries(&name, lines, parse)?;
                (name, found)
            }
            None => (name.to_owned(), self.list(name, parse)?),
        };
        if found.is_empty() {
            let flaw = Problem::new("holds no secret", "Give one or more; any of them may match");
            return self.check(&name, Err(flaw));
        }
        Some(found)
    }

    /// What the twin's file holds, where the twin is given: `None` where both are, which is told.
    fn read_file_key(&self, name: &str) -> Option<Option<Result<String, Problem>>> {
        let twin = file_key(name);
        let Some(node) = self.node(&twin) else { return Some(None) };
        let key = self.key(&twin)?;
        if let Some(other) = self.node(name) {
            let problem = format!("is given, and `{name}` too ({})", other.source);
            self.report(&twin, Problem::new(problem, "Remove one of the two"));
            return None;
        }
        let text = node
            .text(key.value_type)
            .and_then(|path| super::secret_file::read_secret_file(&self.diagnostics.directory, &path));
        Some(Some(text))
    }

    fn parse_entries<T>(
        &self,
        name: &str,
        entries: Result<Vec<String>, Problem>,
        parse: impl Fn(&str) -> Result<T, Problem>,
    ) -> Option<Vec<T>> {
        let entries = self.check(name, entries)?;
        let judged: Vec<Option<T>> = entries
            .iter()
            .enumerate()
            .map(|(index, entry)| self.check(name, parse(entry).map_err(|flaw| flaw.for_entry(index))))
            .collect();
        judged.into_iter().collect()
    }

    /// The row of the table of keys; a key without one is our own mistake, and is told as such.
    fn key(&self, name: &str) -> Option<&'static Key> {
        let key = schema::find_key(&self.location, name);
        if key.is_none() {
            self.report(
                name,
                Problem::new("is read, but stands in no table of keys", "Report this as a bug of vincula"),
            );
        }
        key
    }

    fn default_value<T>(&self, name: &str, fallback: KeyDefault) -> Option<T> {
        if fallback == KeyDefault::Required {
            self.report_missing(name);
        }
        None
    }

    /// Tells that a key is missing, unless its misspelling was told.
    pub(super) fn report_missing(&self, name: &str) {
        let path = join_key(&self.path, name);
        if self.is_broken || self.diagnostics.suggested_keys.contains(&path) {
            return;
        }
        let twin = match schema::find_key(&self.location, &file_key(name)) {
            Some(_) => format!(" or `{}`", file_key(name)),
            None => String::new(),
        };
        let remedy = format!("Write `{name}`{twin} into [{}], or set {}", self.path, variable_name(&path));
        self.report(name, Problem::new("is missing", remedy));
    }

    fn check<T>(&self, name: &str, verdict: Result<T, Problem>) -> Option<T> {
        verdict.map_err(|flaw| self.report(name, flaw)).ok()
    }

    /// Notes what is wrong with a key.
    pub(super) fn report(&self, name: &str, flaw: Problem) {
        self.diagnostics.errors.borrow_mut().push(self.diagnostic(name, flaw));
    }

    /// Notes what is wrong with the section itself.
    pub(super) fn report_section(&self, flaw: Problem) {
        let finding = Diagnostic {
            source: self.source.to_string(),
            key: self.path.clone(),
            problem: flaw.message,
            remedy: Some(flaw.remedy),
        };
        self.diagnostics.errors.borrow_mut().push(finding);
    }

    /// Notes what deserves a second look; of a secret, under the twin where that is given.
    pub(super) fn warn(&self, name: &str, flaw: Problem) {
        let twin = file_key(name);
        let name = if self.node(&twin).is_some() { &twin } else { name };
        self.diagnostics.warnings.borrow_mut().push(self.diagnostic(name, flaw));
    }

    fn diagnostic(&self, name: &str, flaw: Problem) -> Diagnostic {
        Diagnostic {
            source: self.node(name).map_or(&self.source, |node| &node.source).to_string(),
            key: join_key(&self.path, name),
            problem: flaw.message,
            remedy: Some(flaw.remedy),
        }
    }
}

/// The key of the file that holds a secret.
fn file_key(name: &str) -> String {
    format!("{name}_file")
}

fn join_location(place: &str, segment: &str) -> String {
    if place.is_empty() { segment.to_owned() } else { format!("{place}.{segment}") }
}

//! Reading a section: every value is checked against the table of keys, and every mistake is noted
//! so that the next value is read all the same.
//!
//! A reader gives `None` where a value is absent or was refused; refused values have a finding.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::environment::variable;
use super::finding::{Finding, Flaw};
use super::keys::{self, Fallback, Key};
use super::tree::{self, Node, Origin, Table, Value};
use super::unknown::joined;

/// What was noted while reading.
pub(super) struct Report {
    pub(super) findings: RefCell<Vec<Finding>>,
    pub(super) warnings: RefCell<Vec<Finding>>,
    /// Full keys that a misspelled one stands for: they are not told again as missing.
    pub(super) meant: BTreeSet<String>,
    /// What the paths of `_file` keys start from.
    pub(super) directory: PathBuf,
}

/// A table of the configuration, given or not.
pub(super) struct Section<'t> {
    pub(super) report: &'t Report,
    table: Option<&'t Table>,
    origin: Origin,
    /// The full key, with the names it has here.
    path: String,
    /// The same as the table of keys has it.
    place: String,
    /// It is no table at all: that was told, and nothing in it is missing.
    is_broken: bool,
}

impl<'t> Section<'t> {
    /// The whole configuration.
    pub(super) fn root(node: &'t Node, report: &'t Report) -> Self {
        Self::over(Some(node), report, Origin::Environment, String::new(), String::new())
    }

    fn over(node: Option<&'t Node>, report: &'t Report, parent: Origin, path: String, place: String) -> Self {
        let origin = node.map_or(parent, |node| node.origin.clone());
        let table = match node.map(|node| &node.value) {
            Some(Value::Table(table)) => Some(table),
            _ => None,
        };
        let section =
            Self { report, table, origin, is_broken: node.is_some() && table.is_none(), path, place };
        if let (true, Some(node)) = (section.is_broken, node) {
            let remedy = match node.origin {
                Origin::Variable(_) => format!("Set the keys below it: {}__…", variable(&section.path)),
                _ => format!("Write [{}] and its keys below", section.path),
            };
            section.refuse(Flaw::new(format!("is {}, but a table is due", node.kind()), remedy));
        }
        section
    }

    /// The table of that name below this one; an empty one where it is not given.
    pub(super) fn child(&self, name: &str) -> Section<'t> {
        let known = keys::children(&self.place);
        let segment = known.iter().find(|segment| **segment == name || keys::is_chosen(segment));
        let path = joined(&self.path, name);
        let place = joined_place(&self.place, segment.copied().unwrap_or(name));
        let child = Section::over(self.node(name), self.report, self.origin.clone(), path, place);
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
        self.node(name).is_some() || self.node(&twin(name)).is_some()
    }

    /// It is a table, or is not given, and no misspelling stands for it: what it lacks is missing.
    pub(super) fn is_sound(&self) -> bool {
        !self.is_broken && !self.report.meant.contains(&self.path)
    }

    /// A value, or its default.
    pub(super) fn value<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, Flaw>) -> Option<T> {
        let key = self.key(name)?;
        match (self.node(name), key.default) {
            (Some(node), _) => self.judged(name, node.text(key.shape).and_then(|text| parse(&text))),
            (None, Fallback::Value(text)) => self.judged(name, parse(text)),
            (None, fallback) => self.absent(name, fallback),
        }
    }

    /// The entries of a list, or of its default.
    pub(super) fn list<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, Flaw>) -> Option<Vec<T>> {
        let key = self.key(name)?;
        let entries = match (self.node(name), key.default) {
            (Some(node), _) => node.texts(),
            (None, Fallback::Value(text)) => tree::listed(text),
            (None, fallback) => return self.absent(name, fallback),
        };
        self.entries(name, entries, parse)
    }

    /// A secret from its key or from the file that its twin names.
    pub(super) fn secret<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, Flaw>) -> Option<T> {
        match self.twin_text(name)? {
            Some(text) => self.judged(&twin(name), text.and_then(|text| parse(&text))),
            None => self.value(name, parse),
        }
    }

    /// Secrets from a list or, one a line, from the file that its twin names; at least one.
    pub(super) fn secrets<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, Flaw>) -> Option<Vec<T>> {
        let (name, found) = match self.twin_text(name)? {
            Some(text) => {
                let lines = text.map(|text| {
                    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
                    lines.map(str::to_owned).collect()
                });
                let name = twin(name);
                let found = self.entries(&name, lines, parse)?;
                (name, found)
            }
            None => (name.to_owned(), self.list(name, parse)?),
        };
        if found.is_empty() {
            let flaw = Flaw::new("holds no secret", "Give one or more; any of them may match");
            return self.judged(&name, Err(flaw));
        }
        Some(found)
    }

    /// What the twin's file holds, where the twin is given: `None` where both are, which is told.
    fn twin_text(&self, name: &str) -> Option<Option<Result<String, Flaw>>> {
        let twin = twin(name);
        let Some(node) = self.node(&twin) else { return Some(None) };
        let key = self.key(&twin)?;
        if let Some(other) = self.node(name) {
            let problem = format!("is given, and `{name}` too ({})", other.origin);
            self.note(&twin, Flaw::new(problem, "Remove one of the two"));
            return None;
        }
        let text =
            node.text(key.shape).and_then(|path| super::secret_file::read(&self.report.directory, &path));
        Some(Some(text))
    }

    fn entries<T>(
        &self,
        name: &str,
        entries: Result<Vec<String>, Flaw>,
        parse: impl Fn(&str) -> Result<T, Flaw>,
    ) -> Option<Vec<T>> {
        let entries = self.judged(name, entries)?;
        let judged: Vec<Option<T>> = entries
            .iter()
            .enumerate()
            .map(|(index, entry)| self.judged(name, parse(entry).map_err(|flaw| flaw.of_entry(index))))
            .collect();
        judged.into_iter().collect()
    }

    /// The row of the table of keys; a key without one is our own mistake, and is told as such.
    fn key(&self, name: &str) -> Option<&'static Key> {
        let key = keys::find(&self.place, name);
        if key.is_none() {
            self.note(
                name,
                Flaw::new("is read, but stands in no table of keys", "Report this as a bug of vincula"),
            );
        }
        key
    }

    fn absent<T>(&self, name: &str, fallback: Fallback) -> Option<T> {
        if fallback == Fallback::Required {
            self.missing(name);
        }
        None
    }

    /// Tells that a key is missing, unless its misspelling was told.
    pub(super) fn missing(&self, name: &str) {
        let path = joined(&self.path, name);
        if self.is_broken || self.report.meant.contains(&path) {
            return;
        }
        let twin = match keys::find(&self.place, &twin(name)) {
            Some(_) => format!(" or `{}`", twin(name)),
            None => String::new(),
        };
        let remedy = format!("Write `{name}`{twin} into [{}], or set {}", self.path, variable(&path));
        self.note(name, Flaw::new("is missing", remedy));
    }

    fn judged<T>(&self, name: &str, verdict: Result<T, Flaw>) -> Option<T> {
        verdict.map_err(|flaw| self.note(name, flaw)).ok()
    }

    /// Notes what is wrong with a key.
    pub(super) fn note(&self, name: &str, flaw: Flaw) {
        self.report.findings.borrow_mut().push(self.finding(name, flaw));
    }

    /// Notes what is wrong with the section itself.
    pub(super) fn refuse(&self, flaw: Flaw) {
        let finding = Finding {
            origin: self.origin.to_string(),
            key: self.path.clone(),
            problem: flaw.problem,
            remedy: Some(flaw.remedy),
        };
        self.report.findings.borrow_mut().push(finding);
    }

    /// Notes what deserves a second look; of a secret, under the twin where that is given.
    pub(super) fn warn(&self, name: &str, flaw: Flaw) {
        let twin = twin(name);
        let name = if self.node(&twin).is_some() { &twin } else { name };
        self.report.warnings.borrow_mut().push(self.finding(name, flaw));
    }

    fn finding(&self, name: &str, flaw: Flaw) -> Finding {
        Finding {
            origin: self.node(name).map_or(&self.origin, |node| &node.origin).to_string(),
            key: joined(&self.path, name),
            problem: flaw.problem,
            remedy: Some(flaw.remedy),
        }
    }
}

/// The key of the file that holds a secret.
fn twin(name: &str) -> String {
    format!("{name}_file")
}

fn joined_place(place: &str, segment: &str) -> String {
    if place.is_empty() { segment.to_owned() } else { format!("{place}.{segment}") }
}

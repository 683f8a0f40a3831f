//! Reads the values of a section; every problem is reported, and reading goes on.
//!
//! A reader gives `None` where a value is wrong or missing, after it reported that.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::diagnostic::{Diagnostic, KeyProblem, format_path, problem, variable_name};
use super::key::{Format, Key, KeyDefault, ValueType, file_key};
use super::secret_file::read_secret_file;
use super::value_tree::{self, Node, Tree, child_names};

/// What is known while reading, and what was reported.
pub(super) struct Reader<'t> {
    pub(super) tree: Tree<'t>,
    pub(super) errors: RefCell<Vec<Diagnostic>>,
    pub(super) warnings: RefCell<Vec<Diagnostic>>,
    /// Full keys that a misspelled one stands for: they are not reported again as missing.
    pub(super) suggested_keys: BTreeSet<String>,
    /// What the paths of `_file` keys start from.
    pub(super) directory: PathBuf,
    /// The English names of commands.
    pub(super) known_commands: &'t [&'t str],
}

/// A table of the configuration, present or not.
pub(super) struct Section<'r> {
    pub(super) reader: &'r Reader<'r>,
    /// The segments of its key.
    pub(super) path: Vec<String>,
}

impl<'r> Section<'r> {
    /// The table of that name below this one; an empty one where it is absent.
    pub(super) fn child(&self, name: &str) -> Self {
        let section = Self { reader: self.reader, path: self.path_of(name) };
        if let Some(node) = self.node(name).filter(|_| section.is_broken()) {
            let path = format_path(&section.path);
            let remedy = match node.is_variable {
                true => format!("Set the keys below it: {}__…", variable_name(&path)),
                false => format!("Write [{path}] and its keys below"),
            };
            let kind = value_tree::kind(&node.value);
            section.report_section(problem!("is {kind}, but a table is due"; "{remedy}"));
        }
        section
    }

    /// Reads a table that may be absent: `Some(None)`.
    pub(super) fn optional_child<T>(&self, name: &str, read: fn(&Self) -> Option<T>) -> Option<Option<T>> {
        if self.has(name) { read(&self.child(name)).map(Some) } else { Some(None) }
    }

    /// The names in this table.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        child_names(&self.reader.tree, &self.path)
    }

    /// The tables below this one, in the order of their names.
    pub(super) fn children(&self) -> impl Iterator<Item = Self> {
        self.names().map(|name| self.child(name))
    }

    /// The last segment of its key.
    pub(super) fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    fn path_of(&self, name: &str) -> Vec<String> {
        [&self.path[..], &[name.to_owned()]].concat()
    }

    /// The value as it was written.
    pub(super) fn node(&self, name: &str) -> Option<&'r Node<'r>> {
        self.reader.tree.get(&self.path_of(name))
    }

    /// The key, or its `_file` twin, is present.
    pub(super) fn has(&self, name: &str) -> bool {
        self.node(name).is_some() || self.node(&file_key(name)).is_some()
    }

    /// This table, or one that it is in, is no table at all: that was reported, and nothing in it is missing.
    fn is_broken(&self) -> bool {
        let mut nodes = (0..=self.path.len()).filter_map(|depth| self.reader.tree.get(&self.path[..depth]));
        nodes.any(|node| !node.value.is_table())
    }

    /// It is a table, or is absent, and no misspelling stands for it: what it lacks is missing.
    pub(super) fn is_valid(&self) -> bool {
        !self.is_broken() && !self.reader.suggested_keys.contains(&format_path(&self.path))
    }

    /// Reads a value, or its default.
    pub(super) fn value<T>(&self, key: &Key, format: &Format<T>) -> Option<T> {
        self.list(key, format)?.pop()
    }

    /// Reads a value that may be absent: `Some(None)`.
    pub(super) fn optional<T>(&self, key: &Key, format: &Format<T>) -> Option<Option<T>> {
        Some(self.list(key, format)?.pop())
    }

    /// Reads the entries of a list, or of its default; those of a secret also from a file, one a line.
    pub(super) fn list<T>(&self, key: &Key, format: &Format<T>) -> Option<Vec<T>> {
        self.read(key.name(), key, format)
    }

    /// Reads a key under a name that the operator may have chosen: its value, the entries of its list, or nothing
    /// where it may be absent.
    pub(super) fn read<T>(&self, name: &str, key: &Key, format: &Format<T>) -> Option<Vec<T>> {
        let twin = file_key(name);
        let secret_file = self.node(&twin).filter(|_| key.secret);
        let (name, texts) = match (self.node(name), secret_file) {
            (Some(node), None) => (name, node.texts(key.value_type)),
            (None, Some(file)) => (&*twin, self.read_secret(file, key.is_list())),
            (Some(Node { source, .. }), Some(_)) => {
                (&*twin, Err(problem!("is given, and `{name}` too ({source})"; "Remove one of the two")))
            }
            (None, None) => match key.default {
                KeyDefault::Required => return self.report_missing(key),
                KeyDefault::Absent => return Some(Vec::new()),
                KeyDefault::Value(text) => (name, Node::new_variable("", text).texts(key.value_type)),
                KeyDefault::SectionName => (name, Ok(vec![self.name().to_owned()])),
            },
        };
        let texts = self.check(name, texts)?;
        if let (true, Some([message, remedy])) = (texts.is_empty(), format.empty) {
            return self.check(name, Err(KeyProblem::new(message, remedy)));
        }
        let parse = |(index, text): (usize, &String)| {
            let value = (format.parse)(text);
            let value = if key.is_list() { value.map_err(|problem| problem.for_entry(index)) } else { value };
            self.check(name, value)
        };
        // Every entry is checked before the first bad one ends the collection.
        let values: Vec<Option<T>> = texts.iter().enumerate().map(parse).collect();
        values.into_iter().collect()
    }

    /// The texts in a secret's file: the whole of it, or one a line.
    fn read_secret(&self, file: &Node<'_>, is_list: bool) -> Result<Vec<String>, KeyProblem> {
        let path = file.texts(ValueType::Text("path"))?.concat();
        let text = read_secret_file(&self.reader.directory, &path)?;
        let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
        Ok(if is_list { lines.map(str::to_owned).collect() } else { vec![text] })
    }

    /// Reports that a key is missing, unless its misspelling was reported.
    pub(super) fn report_missing<T>(&self, key: &Key) -> Option<T> {
        let (name, section) = (key.name(), format_path(&self.path));
        let path = format_path(&self.path_of(name));
        if !self.is_broken() && !self.reader.suggested_keys.contains(&path) {
            let twin = if key.secret { format!(" or `{}`", file_key(name)) } else { String::new() };
            let variable = variable_name(&path);
            let problem = problem!("is missing"; "Write `{name}`{twin} into [{section}], or set {variable}");
            self.report(name, problem);
        }
        None
    }

    /// The value, or `None` and a report.
    pub(super) fn check<T>(&self, name: &str, result: Result<T, KeyProblem>) -> Option<T> {
        result.map_err(|problem| self.report(name, problem)).ok()
    }

    /// Reports what is wrong with a key.
    pub(super) fn report(&self, name: &str, problem: KeyProblem) {
        self.reader.errors.borrow_mut().push(self.diagnostic(self.path_of(name), problem));
    }

    /// Reports what is wrong with the section itself.
    pub(super) fn report_section(&self, problem: KeyProblem) {
        self.reader.errors.borrow_mut().push(self.diagnostic(self.path.clone(), problem));
    }

    /// Warns about a key; about a secret, under the twin where that is present.
    pub(super) fn warn(&self, name: &str, problem: KeyProblem) {
        let twin = file_key(name);
        let name = if self.node(&twin).is_some() { &twin } else { name };
        self.reader.warnings.borrow_mut().push(self.diagnostic(self.path_of(name), problem));
    }

    /// Its place is that of the key, or of the nearest table around it.
    fn diagnostic(&self, path: Vec<String>, problem: KeyProblem) -> Diagnostic {
        let node = (0..=path.len()).rev().find_map(|depth| self.reader.tree.get(&path[..depth]));
        problem.at(node.map_or("", |node| &node.source), format_path(&path))
    }
}

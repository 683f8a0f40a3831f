//! Reads the values of a section; every problem is reported, and reading goes on.
//!
//! `section!` declares a section: one row a key makes the field, the reader, the row of docs/configuration.md
//! and the JSON Schema. `check!` is one check between keys.

use std::cell::RefCell;

use super::diagnostic::{Diagnostic, KeyProblem, format_path, problem, variable_name};
use super::effective::{ConfigOrigin, ConfigValue};
use super::key::{FILE_SUFFIX, Key, KeyDefault, Parse};
use super::value_text::{describe_unquoted, read_variable};
use super::value_tree::{Node, Tree, child_names};

/// What is given and known while reading, and what was found.
pub(super) struct Reader<'t> {
    pub(super) tree: Tree,
    /// The English names of commands.
    pub(super) known_commands: &'t [&'t str],
    pub(super) errors: RefCell<Vec<Diagnostic>>,
    pub(super) warnings: RefCell<Vec<Diagnostic>>,
    /// The keys that were read.
    pub(super) values: RefCell<Vec<ConfigValue>>,
}

/// A table or a key of the configuration, present or not. What it reads is `None` where a value is wrong or missing,
/// after that was reported.
pub(super) struct Entry<'r> {
    pub(super) reader: &'r Reader<'r>,
    /// The segments of its key.
    pub(super) path: Vec<String>,
}

impl<'r> Entry<'r> {
    /// The table or key of that name in this table.
    pub(super) fn child(&self, name: &str) -> Self {
        Self { reader: self.reader, path: [&self.path[..], &[name.to_owned()]].concat() }
    }

    /// What is in this table, in the order of the names.
    pub(super) fn children(&self) -> impl Iterator<Item = Self> {
        child_names(&self.reader.tree, &self.path).map(|name| self.child(name))
    }

    /// The last segment of its key.
    pub(super) fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// What was given, if it was.
    pub(super) fn node(&self) -> Option<&'r Node> {
        self.reader.tree.get(&self.path)
    }

    /// It was reported: nothing in it is missing.
    pub(super) fn is_broken(&self) -> bool {
        self.node().is_some_and(|node| node.texts.is_err())
    }

    /// The key or table of that name in this table was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.child(name).node().is_some()
    }

    /// Reads a key of this table: its value, or its default.
    pub(super) fn value<T>(&self, key: &Key, parse: Parse<T>) -> Option<T> {
        self.list(key, parse)?.pop()
    }

    /// Reads a key of this table that may be absent: `Some(None)`.
    pub(super) fn optional<T>(&self, key: &Key, parse: Parse<T>) -> Option<Option<T>> {
        Some(self.list(key, parse)?.pop())
    }

    /// Reads a key of this table: the entries of its list, or of its default.
    pub(super) fn list<T>(&self, key: &Key, parse: Parse<T>) -> Option<Vec<T>> {
        self.child(key.name()).read(self, key, parse)
    }

    /// Reads a table in this one that may be absent: `Some(None)`.
    pub(super) fn optional_table<T>(&self, name: &str, read: fn(&Self) -> Option<T>) -> Option<Option<T>> {
        if self.has(name) { read(&self.child(name)).map(Some) } else { Some(None) }
    }

    /// Reads this key, which is in that table.
    pub(super) fn read<T>(&self, table: &Self, key: &Key, parse: Parse<T>) -> Option<Vec<T>> {
        let texts = match (self.node(), key.default) {
            (Some(Node { unquoted: Some(text), .. }), _) => {
                let quoted = read_variable(text, key.value_type);
                let quoted = quoted.and_then(|texts| texts.iter().try_for_each(|it| parse(it).map(drop)));
                self.set_remedy(&describe_unquoted(quoted));
                return None;
            }
            (Some(node), _) => node.texts.as_ref().ok()?.clone(),
            (None, KeyDefault::Absent) => return Some(Vec::new()),
            (None, KeyDefault::SectionName) => vec![table.name().to_owned()],
            (None, KeyDefault::Value(text)) => self.check(read_variable(text, key.value_type))?,
            (None, KeyDefault::Required) if table.is_broken() => return None,
            (None, KeyDefault::Required) => return self.check(Err(describe_missing(key, &self.path))),
        };
        let is_list = key.value_type.is_list();
        // The keys of a table say it all.
        if is_list || !texts.is_empty() {
            self.reader.values.borrow_mut().push(ConfigValue {
                section: format_path(&table.path),
                name: format_path(&self.path[table.path.len()..]),
                value: (!key.value_type.is_secret()).then(|| texts.join(", ")),
                origin: ConfigOrigin::from_node(self.node()),
            });
        }
        if is_list && texts.is_empty() && key.default != KeyDefault::Value("[]") {
            let default = match key.default {
                KeyDefault::Value(text) => format!("; without the key it is {text}"),
                _ => String::new(),
            };
            return self.check(Err(problem!("is an empty list"; "Write one or more entries{default}")));
        }
        let parse = |(index, text): (usize, &String)| {
            let value = parse(text);
            self.check(if is_list { value.map_err(|problem| problem.for_entry(index)) } else { value })
        };
        // Every entry is checked before the first bad one ends the collection.
        let values: Vec<Option<T>> = texts.iter().enumerate().map(parse).collect();
        values.into_iter().collect()
    }

    /// The value, or `None` and a report.
    pub(super) fn check<T>(&self, result: Result<T, KeyProblem>) -> Option<T> {
        result.map_err(|problem| self.report(problem)).ok()
    }

    /// Reports what is wrong with it.
    pub(super) fn report(&self, problem: KeyProblem) {
        self.reader.errors.borrow_mut().push(self.diagnostic(problem));
    }

    /// Warns about it.
    pub(super) fn warn(&self, problem: KeyProblem) {
        self.reader.warnings.borrow_mut().push(self.diagnostic(problem));
    }

    /// Replaces the remedy of what was reported about its value.
    fn set_remedy(&self, remedy: &str) {
        let Some(node) = self.node() else { return };
        for error in self.reader.errors.borrow_mut().iter_mut() {
            if (&error.source, &error.key) == (&node.source, &node.key) {
                error.remedy = Some(remedy.to_owned());
            }
        }
    }

    /// Leaves out its value, which may be a secret, of the values for people to read.
    pub(super) fn hide_value(&self) {
        let Some((name, section)) = self.path.split_last() else { return };
        let section = format_path(section);
        for value in self.reader.values.borrow_mut().iter_mut() {
            if value.section == section && value.name == *name {
                value.value = None;
            }
        }
    }

    /// Its place is its own, or that of the nearest table around it.
    fn diagnostic(&self, problem: KeyProblem) -> Diagnostic {
        let mut sources = (0..=self.path.len())
            .rev()
            .filter_map(|depth| self.reader.tree.get(&self.path[..depth]).map(|node| node.source.as_str()));
        // What was meant by another key, and what is in no file, has no place of its own.
        let source = sources.find(|source| !source.is_empty()).unwrap_or("configuration");
        let key = self.node().map_or_else(|| format_path(&self.path), |node| node.key.clone());
        problem.at(source, key)
    }
}

fn describe_missing(key: &Key, path: &[String]) -> KeyProblem {
    let twin =
        if key.value_type.is_secret() { format!(" or `{}{FILE_SUFFIX}`", key.name()) } else { String::new() };
    let (name, section) = (key.name(), format_path(&path[..path.len() - 1]));
    let variable = variable_name(path);
    problem!("is missing"; "Write `{name}`{twin} into [{section}], or set {variable}")
}

/// Declares a section: the public struct, a struct of what could be read of it, and the rows of its keys.
///
/// A row is `field: Type = read type, parser, default;` with `read` one of the methods of [`Entry`]; its doc comment
/// documents the key. The part behind `with section` has fields without a row, each with an expression that reads it.
macro_rules! section {
    (
        $(#[$meta:meta])*
        $name:ident, $values:ident, $section:literal {
            $($(#[doc = $doc:literal])+
            $field:ident: $type:ty = $read:ident $value_type:expr, $parse:path, $default:expr;)*
        }
        $(with $table:ident {
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
        pub(super) struct $values {
            $(pub(super) $field: Option<$type>,)*
            $($(pub(super) $more: Option<$more_type>,)*)?
        }

        impl $values {
            pub(super) const KEYS: &[$crate::config::key::Key] = {
                use $crate::config::key::{Key, KeyDefault::*, ValueType::*};
                // The text of a doc comment begins with a blank.
                &[$(Key {
                    path: concat!($section, ".", stringify!($field)),
                    value_type: $value_type,
                    default: $default,
                    doc: concat!($($doc),+).trim_ascii_start(),
                }),*]
            };

            pub(super) fn read(table: &Entry<'_>) -> Self {
                // In the order of the rows.
                let mut keys = Self::KEYS.iter();
                $(let $table = table;)?
                Self {
                    $($field: keys.next().and_then(|key| table.$read(key, $parse)),)*
                    $($($more: $more_read,)*)?
                }
            }

            pub(super) fn build(self) -> Option<$name> {
                Some($name { $($field: self.$field?,)* $($($more: self.$more?,)*)? })
            }
        }
    };
}

/// Reports (`report`) or warns (`warn`) about a key of a table where the condition holds.
macro_rules! check {
    ($method:ident $table:ident.$key:ident if $condition:expr; $message:literal; $remedy:literal) => {
        if $condition {
            $table.child(stringify!($key)).$method($crate::config::diagnostic::problem!($message; $remedy));
        }
    };
}
pub(super) use {check, section};

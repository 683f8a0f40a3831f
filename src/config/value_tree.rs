//! The tables and values of the file and the environment, each with its place.
//!
//! Nothing here has a `Debug`: the tree holds secrets.

use std::collections::BTreeMap;

use super::diagnostic::{ENV_PREFIX, KeyProblem};

/// All tables and values by the segments of their keys, so a table comes right before what is in it.
/// The key of the root has no segment.
pub(super) type Tree = BTreeMap<Vec<String>, Node>;

/// A table or a value, and its place.
pub(super) struct Node {
    /// The file with the line, or the environment variable.
    pub(super) source: String,
    /// The full key as it was written: of a secret from a file, that of its `_file` twin.
    pub(super) key: String,
    /// One text, the entries of a list, or nothing for a table; else what is wrong, until it is reported.
    pub(super) texts: Result<Vec<String>, Option<KeyProblem>>,
    /// Of a value that lacks quotes: the text that it would be in quotes.
    pub(super) unquoted: Option<String>,
}

impl Node {
    pub(super) fn is_table(&self) -> bool {
        self.texts.as_ref().is_ok_and(Vec::is_empty)
    }

    pub(super) fn is_variable(&self) -> bool {
        self.source.starts_with(ENV_PREFIX)
    }
}

/// The names in a table, in their order.
pub(super) fn child_names<'n>(tree: &'n Tree, path: &[String]) -> impl Iterator<Item = &'n str> {
    let below = tree.range(path.to_vec()..).take_while(|(below, _)| below.starts_with(path));
    let children = below.filter(|(below, _)| below.len() == path.len() + 1);
    children.filter_map(|(child, _)| child.last().map(String::as_str))
}

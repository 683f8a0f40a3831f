//! Keys that nobody reads: each is told with the one that was probably meant.

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, nearest_name};
use super::environment::variable_name;
use super::schema::{self, KEYS};
use super::value_tree::{Node, NodeValue, ValueSource};

/// What was found, and the full keys that were probably meant: these are not told again as missing.
#[derive(Default)]
pub(super) struct UnknownKeys {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) suggested_keys: BTreeSet<String>,
}

/// Looks through the tree below a section; `path` is the section with the names it has here.
pub(super) fn find_unknown_keys(node: &Node, section: &str, path: &str, unknown: &mut UnknownKeys) {
    let NodeValue::Table(table) = &node.value else { return };
    let known = schema::child_segments(section);
    for (name, child) in table {
        let path = join_key(path, name);
        match known.iter().find(|segment| *segment == name || schema::is_user_segment(segment)) {
            Some(segment) => {
                let below = join_plain_key(section, segment);
                if !schema::child_segments(&below).is_empty() {
                    find_unknown_keys(child, &below, &path, unknown);
                }
            }
            None => {
                let meant = suggest_key(name, section, &path, &known);
                unknown.suggested_keys.extend(meant.clone());
                report_unknown(child, &path, &path, meant.as_deref(), &known, unknown);
            }
        }
    }
}

/// One finding for what the file says, and one for every variable.
fn report_unknown(
    node: &Node,
    path: &str,
    culprit: &str,
    meant: Option<&str>,
    known: &[&str],
    unknown: &mut UnknownKeys,
) {
    if node.source != ValueSource::Environment {
        let remedy = match (meant, &node.source) {
            (Some(meant), ValueSource::Variable(_)) => {
                let rest = path.strip_prefix(culprit).unwrap_or("");
                format!("Did you mean `{}`?", variable_name(&format!("{meant}{rest}")))
            }
            (Some(meant), _) => format!("Did you mean `{meant}`?"),
            (None, _) => format!("Known here are {}", known.join(", ")),
        };
        unknown.diagnostics.push(Diagnostic {
            source: node.source.to_string(),
            key: path.to_owned(),
            problem: "is no key".into(),
            remedy: Some(remedy),
        });
    }
    if let NodeValue::Table(table) = &node.value {
        for (name, child) in table {
            if !matches!(child.source, ValueSource::File { .. }) {
                report_unknown(child, &join_key(path, name), culprit, meant, known, unknown);
            }
        }
    }
}

/// The full key that was meant: the same name in another section, or a like name in this one.
fn suggest_key(name: &str, section: &str, path: &str, known: &[&str]) -> Option<String> {
    let parent = path.strip_suffix(name).map_or("", |parent| parent.trim_end_matches('.'));
    let here = |rest: &str| join_plain_key(parent, rest);
    let bare = name.to_lowercase().replace('-', "_");
    if let Some(same) = known.iter().find(|segment| **segment == bare) {
        return Some(here(same));
    }
    let elsewhere = KEYS.iter().map(|key| key.path).filter(|key| key.rsplit('.').next() == Some(&bare));
    // The section's own sub-sections first: `zapi_token` beside `verify` belongs into it.
    let nearby = elsewhere.clone().find_map(|key| schema::path_below(key, section)).map(here);
    nearby
        .or_else(|| {
            nearest_name(name, known.iter().copied().filter(|s| !schema::is_user_segment(s))).map(here)
        })
        .or_else(|| elsewhere.map(str::to_owned).next())
}

/// A key below a section, in quotes where TOML needs them.
pub(super) fn join_key(section: &str, name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let name = if is_bare { name.to_owned() } else { format!("\"{}\"", name.escape_debug()) };
    join_plain_key(section, &name)
}

fn join_plain_key(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

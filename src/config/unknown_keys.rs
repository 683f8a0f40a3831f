//! Finds unknown keys, and the known key that each probably stands for.

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, Problem, join_key, join_plain_key, nearest_name, variable_name};
use super::schema::{self, KEYS};
use super::value_tree::{Node, NodeValue, ValueSource};

/// What was found, and the full keys that were probably meant: these are not reported again as missing.
#[derive(Default)]
pub(super) struct UnknownKeys {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) suggested_keys: BTreeSet<String>,
}

/// Searches the tree below a section; `path` is the section with the names that the operator chose.
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
                let key = UnknownKey { path: &path, meant: meant.as_deref(), known_siblings: &known };
                report_unknown(child, &path, &key, unknown);
            }
        }
    }
}

/// An unknown key, and the key it probably stands for.
struct UnknownKey<'k> {
    path: &'k str,
    meant: Option<&'k str>,
    known_siblings: &'k [&'static str],
}

/// Reports the key once for the file and once for every variable at `path` and below.
fn report_unknown(node: &Node, path: &str, key: &UnknownKey<'_>, unknown: &mut UnknownKeys) {
    if node.source != ValueSource::Environment {
        let remedy = match (key.meant, &node.source) {
            (Some(meant), ValueSource::Variable(_)) => {
                let rest = path.strip_prefix(key.path).unwrap_or("");
                format!("Did you mean `{}`?", variable_name(&format!("{meant}{rest}")))
            }
            (Some(meant), _) => format!("Did you mean `{meant}`?"),
            (None, _) => format!("Known here are {}", key.known_siblings.join(", ")),
        };
        unknown
            .diagnostics
            .push(Problem::new("is no key", remedy).at(node.source.to_string(), path.to_owned()));
    }
    if let NodeValue::Table(table) = &node.value {
        for (name, child) in table {
            if !matches!(child.source, ValueSource::File { .. }) {
                report_unknown(child, &join_key(path, name), key, unknown);
            }
        }
    }
}

/// The full key that was probably meant: the same name in another section, or a similar name in this one.
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

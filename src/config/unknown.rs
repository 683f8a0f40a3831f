//! Keys that nobody reads: each is told with the one that was probably meant.

use std::collections::BTreeSet;

use super::environment::variable;
use super::finding::{Finding, nearest};
use super::keys::{self, KEYS};
use super::tree::{Node, Origin, Value};

/// What was found, and the full keys that were probably meant: these are not told again as missing.
#[derive(Default)]
pub(super) struct Unknown {
    pub(super) findings: Vec<Finding>,
    pub(super) meant: BTreeSet<String>,
}

/// Looks through the tree below a section; `path` is the section with the names it has here.
pub(super) fn inspect(node: &Node, section: &str, path: &str, unknown: &mut Unknown) {
    let Value::Table(table) = &node.value else { return };
    let known = keys::children(section);
    for (name, child) in table {
        let path = joined(path, name);
        match known.iter().find(|segment| *segment == name || keys::is_chosen(segment)) {
            Some(segment) => {
                let below = joined_plain(section, segment);
                if !keys::children(&below).is_empty() {
                    inspect(child, &below, &path, unknown);
                }
            }
            None => {
                let meant = meant_by(name, section, &path, &known);
                unknown.meant.extend(meant.clone());
                tell(child, &path, &path, meant.as_deref(), &known, unknown);
            }
        }
    }
}

/// One finding for what the file says, and one for every variable.
fn tell(node: &Node, path: &str, culprit: &str, meant: Option<&str>, known: &[&str], unknown: &mut Unknown) {
    if node.origin != Origin::Environment {
        let remedy = match (meant, &node.origin) {
            (Some(meant), Origin::Variable(_)) => {
                let rest = path.strip_prefix(culprit).unwrap_or("");
                format!("Did you mean `{}`?", variable(&format!("{meant}{rest}")))
            }
            (Some(meant), _) => format!("Did you mean `{meant}`?"),
            (None, _) => format!("Known here are {}", known.join(", ")),
        };
        unknown.findings.push(Finding {
            origin: node.origin.to_string(),
            key: path.to_owned(),
            problem: "is no key".into(),
            remedy: Some(remedy),
        });
    }
    if let Value::Table(table) = &node.value {
        for (name, child) in table {
            if !matches!(child.origin, Origin::File { .. }) {
                tell(child, &joined(path, name), culprit, meant, known, unknown);
            }
        }
    }
}

/// The full key that was meant: the same name in another section, or a like name in this one.
fn meant_by(name: &str, section: &str, path: &str, known: &[&str]) -> Option<String> {
    let parent = path.strip_suffix(name).map_or("", |parent| parent.trim_end_matches('.'));
    let here = |rest: &str| joined_plain(parent, rest);
    let bare = name.to_lowercase().replace('-', "_");
    if let Some(same) = known.iter().find(|segment| **segment == bare) {
        return Some(here(same));
    }
    let elsewhere = KEYS.iter().map(|key| key.path).filter(|key| key.rsplit('.').next() == Some(&bare));
    // The section's own sub-sections first: `zapi_token` beside `verify` belongs into it.
    let nearby = elsewhere.clone().find_map(|key| keys::below(key, section)).map(here);
    nearby
        .or_else(|| nearest(name, known.iter().copied().filter(|s| !keys::is_chosen(s))).map(here))
        .or_else(|| elsewhere.map(str::to_owned).next())
}

/// A key below a section, in quotes where TOML needs them.
pub(super) fn joined(section: &str, name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let name = if is_bare { name.to_owned() } else { format!("\"{}\"", name.escape_debug()) };
    joined_plain(section, &name)
}

fn joined_plain(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

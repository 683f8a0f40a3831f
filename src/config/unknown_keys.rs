//! Finds unknown keys, and the known key that each probably stands for.

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, KeyProblem, format_path, join_key, nearest_name, variable_name};
use super::schema::{self, KEYS};
use super::value_tree::{ENVIRONMENT, Tree};

/// Reports each unknown key once for the file and once for every variable at it and below. Returns the full keys that
/// were probably meant: they are not reported again as missing.
pub(super) fn report_unknown_keys(tree: &Tree<'_>, errors: &mut Vec<Diagnostic>) -> BTreeSet<String> {
    let mut suggested_keys = BTreeSet::new();
    for (path, node) in tree {
        let Some(depth) = (0..path.len()).find(|depth| !is_known(&path[..*depth], &path[*depth])) else {
            continue;
        };
        let (parent, rest) = path.split_at(depth);
        let meant = suggest_key(&rest[0], parent);
        suggested_keys.extend(meant.clone());
        let is_variable = node.is_variable;
        // What the file has below an unknown key is reported with that key.
        if !is_variable && (rest.len() > 1 || node.source == ENVIRONMENT) {
            continue;
        }
        let remedy = match meant {
            Some(meant) if is_variable => {
                let meant = rest[1..].iter().fold(meant, |section, name| join_key(&section, name));
                format!("Did you mean `{}`?", variable_name(&meant))
            }
            Some(meant) => format!("Did you mean `{meant}`?"),
            None => format!("Known here are {}", schema::known_names(parent).join(", ")),
        };
        errors.push(KeyProblem::new("is no key", remedy).at(&node.source, format_path(path)));
    }
    suggested_keys
}

/// Whether a name may stand in a table; what is below a key that is no table is for its reader to report.
fn is_known(parent: &[String], name: &str) -> bool {
    let known = schema::known_names(parent);
    known.is_empty() || known.into_iter().any(|segment| segment == name || schema::is_user_segment(segment))
}

/// The full key that was probably meant: the same name in another section, or a similar name in this one.
fn suggest_key(name: &str, parent: &[String]) -> Option<String> {
    let section = schema::section_of(parent);
    let known = schema::child_segments(&section);
    let bare = name.to_lowercase().replace('-', "_");
    let same_name = || KEYS.iter().filter(|key| key.name() == bare).map(|key| key.path);
    let here = known.iter().copied().find(|segment| *segment == bare);
    // The section's own sub-sections before similar names: `zapi_token` beside `verify` belongs into it.
    let below = here.or_else(|| same_name().find_map(|path| schema::path_below(path, &section)));
    match below.or_else(|| nearest_name(name, known)) {
        Some(below) => Some(join_key(&format_path(parent), below)),
        None => same_name().next().map(str::to_owned),
    }
}

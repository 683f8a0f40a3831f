//! Environment variables, which override the file.
//!
//! `VINCULA__INSTANCES__MAIN__TOKEN` is `instances.main.token`: two underscores between levels,
//! letters of any case. A value stays text until its key's format parses it.

use super::diagnostic::{Diagnostic, ENV_PREFIX, Problem, variable_name};
use super::schema;
use super::value_tree::{Node, NodeValue, Table, ValueSource};

/// Whether any variable sets a key.
pub(super) fn has_config(variables: &[(String, String)]) -> bool {
    variables.iter().any(|(name, _)| name.starts_with(ENV_PREFIX))
}

/// Sets the keys of the variables in the tree, and returns the errors.
pub(super) fn apply_variables(root: &mut Node, variables: &[(String, String)]) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    for (name, text) in variables {
        let Some(rest) = name.strip_prefix(ENV_PREFIX) else { continue };
        let segments: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
        let problem = if segments.iter().any(String::is_empty) {
            Some(Problem::new("names no key", "Write it as VINCULA__SECTION__KEY"))
        } else {
            set_value(root, &segments, name, text).err().map(|other| {
                Problem::new(format!("contradicts {other}, which sets the same key"), "Remove one of the two")
            })
        };
        errors.extend(problem.map(|problem| problem.at(name.clone(), segments.join("."))));
    }
    errors
}

/// Sets a key over the value of the file; fails with the source of another variable that set it.
fn set_value(root: &mut Node, segments: &[String], name: &str, text: &str) -> Result<(), ValueSource> {
    let mut node = root;
    let mut section = String::new();
    for segment in segments {
        if !matches!(node.value, NodeValue::Table(_)) {
            if matches!(node.source, ValueSource::Variable(_)) {
                return Err(node.source.clone());
            }
            *node = Node::table(ValueSource::Environment);
        }
        let NodeValue::Table(table) = &mut node.value else { return Ok(()) };
        let known = schema::child_segments(&section);
        let chosen = known.iter().find(|child| schema::is_user_segment(child));
        let spelling = if chosen.is_some() { match_spelling(table, segment) } else { segment.clone() };
        if !section.is_empty() {
            section.push('.');
        }
        section.push_str(chosen.copied().unwrap_or(segment));
        node = table.entry(spelling).or_insert_with(|| Node::table(ValueSource::Environment));
    }
    let taken = match (&node.source, &node.value) {
        (ValueSource::Variable(_), _) => Some(node.source.clone()),
        (_, NodeValue::Table(table)) => first_source_below(table),
        _ => None,
    };
    if let Some(other) = taken {
        return Err(other);
    }
    *node =
        Node { source: ValueSource::Variable(name.to_owned()), value: NodeValue::Untyped(text.to_owned()) };
    Ok(())
}

/// A name as the file spells it: variables are in capitals, so `ANA` may be `Ana`.
fn match_spelling(table: &Table, segment: &str) -> String {
    let same = |name: &&String| name.to_lowercase() == *segment;
    table.keys().find(same).cloned().unwrap_or_else(|| segment.to_owned())
}

fn first_source_below(table: &Table) -> Option<ValueSource> {
    table.values().find_map(|node| match (&node.source, &node.value) {
        (ValueSource::Variable(_), _) => Some(node.source.clone()),
        (_, NodeValue::Table(below)) => first_source_below(below),
        _ => None,
    })
}

/// Variables with one underscore in place of two: they look set and are not read.
pub(super) fn find_lookalikes(variables: &[(String, String)]) -> Vec<Diagnostic> {
    let near = |name: &str| {
        let rest = name.strip_prefix("VINCULA_").filter(|rest| !rest.starts_with('_'))?.to_lowercase();
        // Kubernetes sets VINCULA_PORT and VINCULA_SERVICE_HOST of its own: only whole keys count.
        if rest.starts_with("instances_") {
            return Some(format!("{ENV_PREFIX}INSTANCES__…"));
        }
        let meant = schema::KEYS.iter().find(|key| key.path.replace('.', "_") == rest.replace("__", "_"))?;
        Some(variable_name(meant.path))
    };
    let problem = |meant| Problem::new("is not read", format!("Put two underscores between levels: {meant}"));
    let found =
        variables.iter().filter_map(|(name, _)| Some(problem(near(name)?).at(name.clone(), String::new())));
    found.collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::value_tree;
    use super::*;

    fn variables(rows: &[(&str, &str)]) -> Vec<(String, String)> {
        rows.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn at<'n>(root: &'n Node, path: &str) -> &'n Node {
        path.split('.').fold(root, |node, segment| {
            let NodeValue::Table(table) = &node.value else { panic!("{segment} is below no table") };
            &table[segment]
        })
    }

    #[test]
    fn a_variable_replaces_what_the_file_says_and_reaches_inline_tables() {
        let file = "[instances.main]\ntoken = 'old'\nverify = { hmac = { header = 'x-old' } }\n\
                    [instances.main.admins.Ana]\nphone = '1'";
        let mut root = value_tree::parse(Path::new("x.toml"), file).ok().unwrap();
        let findings = apply_variables(
            &mut root,
            &variables(&[
                ("VINCULA__INSTANCES__MAIN__TOKEN", "0123"),
                ("VINCULA__INSTANCES__MAIN__VERIFY__HMAC__HEADER", "x-new"),
                ("VINCULA__INSTANCES__MAIN__ADMINS__ANA__PHONE", "2"),
                ("VINCULA_CONFIG", "elsewhere"),
                ("PATH", "/bin"),
            ]),
        );
        assert!(findings.is_empty());
        for (path, text) in [
            ("instances.main.token", "0123"),
            ("instances.main.verify.hmac.header", "x-new"),
            ("instances.main.admins.Ana.phone", "2"),
        ] {
            let NodeValue::Untyped(found) = &at(&root, path).value else { panic!("{path}") };
            assert_eq!(found, text, "{path}");
        }
    }

    #[test]
    fn variables_that_contradict_each_other_are_told() {
        for (one, other) in [
            ("VINCULA__INSTANCES__MAIN__VERIFY", "VINCULA__INSTANCES__MAIN__VERIFY__ZAPI_TOKEN"),
            ("VINCULA__INSTANCES__MAIN__VERIFY__ZAPI_TOKEN", "VINCULA__INSTANCES__MAIN__VERIFY"),
            ("VINCULA__SERVER__LISTEN", "VINCULA__Server__Listen"),
        ] {
            let mut root = Node::table(ValueSource::Environment);
            let findings = apply_variables(&mut root, &variables(&[(one, "a"), (other, "b")]));
            assert_eq!(findings.len(), 1, "{one}");
            assert_eq!(findings[0].source, other);
            assert!(findings[0].problem.contains(one), "{}", findings[0]);
        }
    }

    #[test]
    fn a_variable_without_a_name_at_every_level_is_told() {
        for name in ["VINCULA__", "VINCULA__SERVER__", "VINCULA____LISTEN"] {
            let mut root = Node::table(ValueSource::Environment);
            assert_eq!(apply_variables(&mut root, &variables(&[(name, "x")])).len(), 1, "{name}");
        }
    }

    #[test]
    fn one_underscore_where_two_are_due_is_noticed() {
        for (name, noticed) in [
            ("VINCULA_SERVER_LISTEN", true),
            ("VINCULA_SERVER__LISTEN", true),
            ("VINCULA_INSTANCES_MAIN_TOKEN", true),
            ("VINCULA_CONFIG", false),
            ("VINCULA_PORT", false),
            ("VINCULA_SERVICE_HOST", false),
            ("VINCULA__SERVER__LISTEN", false),
        ] {
            assert_eq!(find_lookalikes(&variables(&[(name, "x")])).len(), usize::from(noticed), "{name}");
        }
    }
}

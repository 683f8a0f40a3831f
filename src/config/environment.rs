//! Environment variables, which override the file.
//!
//! `VINCULA__INSTANCES__MAIN__TOKEN` is `instances.main.token`: two underscores between levels,
//! letters of any case. A value stays text until its key's format parses it.

use toml::de::DeValue;

use super::check_keys::{add_node, secret_of};
use super::diagnostic::{Diagnostic, ENV_PREFIX, KeyProblem, format_path, problem, refuse_if};
use super::schema;
use super::value_tree::{Node, Tree, child_names};

/// Sets the keys of the variables in the tree, and returns the errors.
pub(super) fn apply_variables(tree: &mut Tree, variables: &[(String, String)]) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    for (name, text) in variables {
        let Some(rest) = name.strip_prefix(ENV_PREFIX) else { continue };
        let segments: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
        if let Err(problem) = set_value(tree, &segments, name, text) {
            errors.push(problem.at(name, segments.join(".")));
        }
    }
    errors
}

/// Sets a key over the value of the file, but not over that of another variable.
fn set_value(tree: &mut Tree, segments: &[String], name: &str, text: &str) -> Result<(), KeyProblem> {
    refuse_if!(segments.iter().any(String::is_empty), "names no key"; "Write it as VINCULA__SECTION__KEY");
    let mut path: Vec<String> = Vec::new();
    for segment in segments {
        // Variables are in capitals: where the operator chooses the name, `ANA` may be `Ana` in the file.
        let is_chosen = schema::known_names(&path).into_iter().any(schema::is_chosen);
        let spelling = child_names(tree, &path).find(|name| is_chosen && name.to_lowercase() == *segment);
        path.push(spelling.unwrap_or(segment).to_owned());
    }
    // A value in the place of a table that the key is in, the key itself, what is below it, and a secret's other key.
    let secret = |path: &[String]| secret_of(path).unwrap_or_else(|| path.to_vec());
    let is_replaced = |other: &[String], node: &Node| {
        let is_around = path.starts_with(other) && !schema::known_names(other).is_empty();
        other.starts_with(&path) || secret(other) == secret(&path) || is_around && !node.is_table()
    };
    let mut variables = tree.iter().filter(|(_, node)| node.is_variable());
    if let Some((_, Node { source: other, .. })) = variables.find(|(other, node)| is_replaced(other, node)) {
        return Err(problem!("contradicts {other}, which sets the same key"; "Remove one of the two"));
    }
    tree.retain(|other, node| !is_replaced(other, node));
    for table in (0..path.len()).map(|depth| &path[..depth]) {
        let (source, key) = ("environment".to_owned(), format_path(table));
        tree.entry(table.to_vec()).or_insert(Node { source, key, texts: Ok(Vec::new()), unquoted: None });
    }
    add_node(tree, &path, name.to_owned(), &DeValue::String(text.into()));
    Ok(())
}

/// Variables with one underscore in place of two: they look set and are not read.
pub(super) fn find_lookalikes(variables: &[(String, String)]) -> Vec<Diagnostic> {
    let find = |name: &str| {
        let rest = name.strip_prefix("VINCULA_").filter(|rest| !rest.starts_with('_'))?.replace("__", "_");
        // Kubernetes sets VINCULA_PORT and VINCULA_SERVICE_HOST of its own: only whole keys count.
        let mut keys = schema::KEYS.iter().map(|key| key.path.to_uppercase().replace('.', "__"));
        let instance = rest.starts_with("INSTANCES_").then(|| "INSTANCES__…".to_owned());
        let meant = instance.or_else(|| keys.find(|key| key.replace("__", "_") == rest.to_uppercase()))?;
        Some(problem!("is not read"; "Put two underscores between levels: {ENV_PREFIX}{meant}").at(name, ""))
    };
    variables.iter().filter_map(|(name, _)| find(name)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::file::parse;
    use super::*;

    fn variables(rows: &[(&str, &str)]) -> Vec<(String, String)> {
        rows.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn at<'n>(tree: &'n Tree, path: &str) -> &'n Node {
        tree.get(&path.split('.').map(str::to_owned).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_variable_replaces_what_the_file_says_and_reaches_inline_tables() {
        let file = "[instances.main]\ntoken = 'old'\nverify = { hmac = { header = 'x-old' } }\n\
                    [instances.main.admins.Ana]\nphone = '1'";
        let mut root = parse(Path::new("x.toml"), file).ok().unwrap();
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
            let node = at(&root, path);
            assert_eq!(node.texts.as_ref().ok().unwrap(), &[text], "{path}");
            assert!(node.is_variable(), "{path}");
        }
    }

    #[test]
    fn variables_that_contradict_each_other_are_told() {
        for (one, other) in [
            ("VINCULA__INSTANCES__MAIN__VERIFY", "VINCULA__INSTANCES__MAIN__VERIFY__ZAPI_TOKEN"),
            ("VINCULA__INSTANCES__MAIN__VERIFY__ZAPI_TOKEN", "VINCULA__INSTANCES__MAIN__VERIFY"),
            ("VINCULA__SERVER__LISTEN", "VINCULA__Server__Listen"),
        ] {
            let mut root = Tree::new();
            let findings = apply_variables(&mut root, &variables(&[(one, "a"), (other, "b")]));
            assert_eq!(findings.len(), 1, "{one}");
            assert_eq!(findings[0].source, other);
            assert!(findings[0].problem.contains(one), "{}", findings[0]);
        }
    }

    #[test]
    fn a_variable_without_a_name_at_every_level_is_told() {
        for name in ["VINCULA__", "VINCULA__SERVER__", "VINCULA____LISTEN"] {
            let mut root = Tree::new();
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

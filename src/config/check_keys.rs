//! Checks every key that is given: it is known, its value has the type of its row, and the file of a secret can be read.

use std::path::Path;

use super::diagnostic::{Diagnostic, KeyProblem, format_path, nearest_name, problem, variable_name};
use super::key::{FILE_SUFFIX, Key, ValueType};
use super::schema::{find_key, keys_below, known_names};
use super::secrets::read_secret_file;
use super::value_tree::{CheckedNode, ENVIRONMENT, Node, Tree, describe_type_error};

/// Returns the values by their keys, a secret from a file by the key of the secret, and what is wrong with the others.
/// Paths of such files start from `directory`.
pub(super) fn check_keys(tree: &Tree<Node<'_>>, directory: &Path) -> (Tree<CheckedNode>, Vec<Diagnostic>) {
    let (mut checked, mut errors) = (Tree::new(), Vec::new());
    for (path, node) in tree {
        let (source, key) = (node.source.clone(), format_path(path));
        let is_unknown = |depth: &usize| keys_below(&path[..=*depth]).next().is_none();
        if let Some(depth) = (0..path.len()).find(is_unknown) {
            let (section, below) = (&path[..depth], &path[depth + 1..]);
            let is_table = tree.get(&path[..=depth]).is_some_and(|node| node.value.is_table());
            let meant = suggest_key(section, &path[depth], is_table);
            // Reported once for the file and for every variable; what is below a key that is no table, with that key.
            let is_first = node.is_variable || below.is_empty() && node.source != ENVIRONMENT;
            if is_first && !known_names(section).is_empty() {
                let remedy = match &meant {
                    Some(meant) if node.is_variable => {
                        format!("Did you mean `{}`?", variable_name(&[meant, below].concat()))
                    }
                    Some(meant) => format!("Did you mean `{}`?", format_path(meant)),
                    None => format!("Known here are {}", known_names(section).join(", ")),
                };
                errors.push(problem!("is no key"; "{remedy}").at(source, key));
            }
            // What was meant is not reported again as missing.
            if let Some(meant) = meant {
                checked.entry(secret_of(&meant).unwrap_or(meant)).or_default();
            }
            continue;
        }
        let texts = read_texts(tree, path, directory);
        let texts = texts.map_err(|problem| errors.push(problem.at(&source, &key))).ok();
        let path = secret_of(path).unwrap_or_else(|| path.clone());
        checked.insert(path, CheckedNode { source, key, texts });
    }
    (checked, errors)
}

/// The key that was probably meant: one of the same name in this section or below, a similar name in this section, or the
/// same name elsewhere. A table is not meant to be a key that holds a value.
fn suggest_key(section: &[String], name: &str, is_table: bool) -> Option<Vec<String>> {
    let bare = name.to_lowercase().replace('-', "_");
    let join = |section: &[String], below: Vec<&str>| {
        section.iter().map(String::as_str).chain(below).map(str::to_owned).collect()
    };
    let same_name = |section| {
        let fits = |key: &Key| key.name() == bare && (!is_table || key.value_type == ValueType::NoneOrTable);
        keys_below(section).find(|(key, _)| fits(key)).map(|(_, below)| join(section, below))
    };
    let similar = || nearest_name(name, known_names(section)).map(|near| join(section, vec![near]));
    same_name(section).or_else(similar).or_else(|| same_name(&[]))
}

/// The texts of a known key, or none for a table.
fn read_texts(tree: &Tree<Node<'_>>, path: &[String], directory: &Path) -> Result<Vec<String>, KeyProblem> {
    let node = &tree[path];
    let key = find_key(path);
    if node.value.is_table() && key.is_none_or(|key| key.value_type == ValueType::NoneOrTable) {
        return Ok(Vec::new());
    }
    let Some(key) = key else {
        let remedy = match node.is_variable {
            true => format!("Set the keys below it: {}__…", variable_name(path)),
            false => format!("Write [{}] and its keys below", format_path(path)),
        };
        return Err(describe_type_error(&node.value, "a table", &remedy));
    };
    let texts = node.texts(key.value_type)?;
    let Some(secret) = secret_of(path) else { return Ok(texts) };
    if let Some(Node { source, .. }) = tree.get(&secret) {
        let name = &secret[secret.len() - 1];
        return Err(problem!("is given, and `{name}` too ({source})"; "Remove one of the two"));
    }
    let text = read_secret_file(directory, &texts.concat())?;
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let is_list = find_key(&secret).is_some_and(Key::is_list);
    Ok(if is_list { lines.map(str::to_owned).collect() } else { vec![text] })
}

/// The path of the secret whose file the key at this path names.
fn secret_of(path: &[String]) -> Option<Vec<String>> {
    let (name, section) = path.split_last()?;
    let is_twin = find_key(path)?.value_type == ValueType::SecretFile;
    let name = name.strip_suffix(FILE_SUFFIX).filter(|_| is_twin)?;
    Some([section, &[name.to_owned()]].concat())
}

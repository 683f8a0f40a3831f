//! Checks each key as it is added to the tree: it is known, and its value has the type of its row.

use std::path::Path;

use toml::de::DeValue;

use super::diagnostic::{ENV_PREFIX, KeyProblem, format_path, nearest_name, problem, variable_name};
use super::key::{FILE_SUFFIX, Key, ValueType};
use super::schema::{find_key, keys_below, known_names};
use super::secrets::read_secret_file;
use super::value_text::{describe_type_error, find_unquoted, read_value, read_variable};
use super::value_tree::{Node, Tree};

/// Adds a table or a value; what is in the table is added on its own. A variable is the text of its value.
pub(super) fn add_node(tree: &mut Tree, path: &[String], source: String, value: &DeValue<'_>) {
    let is_unknown = |depth: &usize| keys_below(&path[..=*depth]).next().is_none();
    let is_variable = source.starts_with(ENV_PREFIX);
    let texts = match (0..path.len()).find(is_unknown) {
        None => read_texts(path, value, is_variable),
        Some(depth) => {
            let (section, below) = (&path[..depth], &path[depth + 1..]);
            let meant = suggest_key(section, &path[depth], value.is_table() || !below.is_empty());
            let write = if is_variable { variable_name } else { format_path };
            let remedy = match &meant {
                Some(meant) => format!("Did you mean `{}`?", write(&[meant, below].concat())),
                None => format!("Known here are {}", known_names(section).join(", ")),
            };
            // What was meant is not reported again as missing.
            if let Some(meant) = meant {
                let missing =
                    Node { source: String::new(), key: String::new(), texts: Err(None), unquoted: None };
                tree.entry(secret_of(&meant).unwrap_or(meant)).or_insert(missing);
            }
            Err(problem!("is no key"; "{remedy}"))
        }
    };
    let unquoted = find_key(path).and_then(|key| find_unquoted(value, key.value_type));
    let node = Node { source, key: format_path(path), texts: texts.map_err(Some), unquoted };
    tree.insert(path.to_vec(), node);
}

/// The key that was probably meant: one of the same name in this section or below, a similar name in this section, this
/// section where it is a key itself, or the same name elsewhere. A table is not meant to be a key that holds a value.
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
    let is_key = || known_names(section).is_empty().then(|| section.to_vec());
    same_name(section).or_else(similar).or_else(is_key).or_else(|| same_name(&[]))
}

/// The texts of a known key, or none for a table.
fn read_texts(path: &[String], value: &DeValue<'_>, is_variable: bool) -> Result<Vec<String>, KeyProblem> {
    let texts = match (value, find_key(path).map(|key| key.value_type)) {
        (DeValue::Table(_), None | Some(ValueType::NoneOrTable)) => Ok(Vec::new()),
        (DeValue::String(text), Some(value_type)) if is_variable => read_variable(text, value_type),
        (_, Some(value_type)) => read_value(value, value_type),
        (_, None) => {
            let remedy = match is_variable {
                true => format!("Set the keys below it: {}__…", variable_name(path)),
                false => format!("Write [{}] and its keys below", format_path(path)),
            };
            Err(describe_type_error(value, "a table", &remedy))
        }
    };
    texts.map_err(|problem| match path {
        [section @ .., table, name] if table == "verify" && name == "zapi_token" => {
            let token = format_path(&[section, &["token".to_owned()]].concat());
            let remedy = format!("{}; the token itself belongs into `{token}`", problem.remedy);
            KeyProblem { remedy, ..problem }
        }
        _ => problem,
    })
}

/// Puts the content of each secret's file in the place of the secret. Paths of such files start from `directory`.
pub(super) fn read_secret_files(tree: &mut Tree, directory: &Path) {
    let twins = tree.keys().filter_map(|path| Some((path.clone(), secret_of(path)?)));
    for (twin, path) in twins.collect::<Vec<_>>() {
        let Some(mut node) = tree.remove(&twin) else { continue };
        // What is checked below is the secret, not the path.
        node.unquoted = None;
        let name = format_path(&path);
        let is_list = find_key(&path).is_some_and(|key| key.value_type.is_list());
        let split = |text: String| match is_list {
            true => text.lines().map(str::trim_end).filter(|it| !it.is_empty()).map(str::to_owned).collect(),
            false => vec![text],
        };
        node.texts = node.texts.and_then(|file| match tree.get(&path).map_or("", |other| &other.source) {
            "" => read_secret_file(directory, &file.concat()).map(split).map_err(Some),
            other => Err(Some(problem!("is given, and `{name}` too ({other})"; "Remove one of the two"))),
        });
        tree.insert(path, node);
    }
}

/// The path of the secret whose file the key at this path names.
pub(super) fn secret_of(path: &[String]) -> Option<Vec<String>> {
    let (name, section) = path.split_last()?;
    let secret = [section, &[name.strip_suffix(FILE_SUFFIX)?.to_owned()]].concat();
    find_key(&secret)?.value_type.is_secret().then_some(secret)
}

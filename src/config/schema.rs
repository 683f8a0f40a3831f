//! All keys, and the documents made of them: the table of docs/configuration.md and the JSON Schema.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::key::FILE_SUFFIX;
pub use super::key::{Key, KeyDefault, ValueType};
use super::{admins, console, instance, notify, server, verify};

/// The rows of all keys, in the order in which documents list them.
const ROWS: &[&[Key]] = &[
    server::ServerValues::KEYS,
    console::ConsoleValues::KEYS,
    server::StoreValues::KEYS,
    instance::InstanceValues::KEYS,
    verify::VerifyValues::KEYS,
    verify::HmacValues::KEYS,
    verify::StandardWebhooksValues::KEYS,
    instance::RateLimitValues::KEYS,
    admins::AdminValues::KEYS,
    admins::ALIAS_KEYS,
    notify::NotifyValues::KEYS,
];

/// All keys, in the order in which documents list them; the keys of a section stand together.
pub static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let with_twin = |key: &Key| [Some(*key), key.value_type.is_secret().then(|| key.file_twin())];
    ROWS.iter().copied().flatten().flat_map(with_twin).flatten().collect()
});

/// The keys at a path and below it, each with its segments below the path.
pub(super) fn keys_below(path: &[String]) -> impl Iterator<Item = (&'static Key, Vec<&'static str>)> {
    KEYS.iter().filter_map(|key| {
        let mut segments = key.path.split('.');
        let is_at = |name: &String| segments.next().is_some_and(|it| it == name || is_chosen(it));
        path.iter().all(is_at).then(|| (key, segments.collect()))
    })
}

/// The key at a path.
pub(super) fn find_key(path: &[String]) -> Option<&'static Key> {
    keys_below(path).find(|(_, below)| below.is_empty()).map(|(key, _)| key)
}

/// The names that may stand in a table; `<…>` is any that the operator chooses.
pub(super) fn known_names(path: &[String]) -> Vec<&'static str> {
    let mut names: Vec<&str> = keys_below(path).filter_map(|(_, below)| below.first().copied()).collect();
    names.dedup();
    names
}

/// A segment that stands for a name the operator chooses.
pub(super) fn is_chosen(segment: &str) -> bool {
    segment.starts_with('<')
}

/// The table of keys for docs/configuration.md, in Markdown.
pub fn markdown() -> String {
    let mut table = String::from("| key | value | default | meaning |\n|---|---|---|---|\n");
    for Key { path, value_type, default, doc } in KEYS.iter() {
        let (value, _) = describe_type(*value_type, &[]);
        let default = match default {
            KeyDefault::Required => "*required*".to_owned(),
            KeyDefault::Absent => "—".to_owned(),
            KeyDefault::Value(text) => format!("`{}`", default_value(*value_type, text)),
            KeyDefault::SectionName => "the key".to_owned(),
        };
        let secret = if value_type.is_secret() { " **Secret.**" } else { "" };
        // Writing to a String does not fail.
        let _ = writeln!(table, "| `{path}` | {value} | {default} | {doc}{secret} |");
    }
    table
}

/// The JSON Schema (draft 2020-12) of the file.
///
/// No key is required in it, since the environment can set any key.
pub fn json_schema() -> Json {
    let mut root = table_schema(&[]);
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("Configuration of vincula");
    root
}

fn table_schema(path: &[String]) -> Json {
    let mut schema = json!({ "type": "object", "additionalProperties": false });
    let mut pairs = Vec::new();
    for segment in known_names(path) {
        let path = [path, &[segment.to_owned()]].concat();
        let key = find_key(&path);
        let child = key.map_or_else(|| table_schema(&path), |key| key_schema(key, &path));
        match is_chosen(segment) {
            true => schema["additionalProperties"] = child,
            false => schema["properties"][segment] = child,
        }
        // A secret is given by its key or by its file, not by both.
        if key.is_some_and(|key| key.value_type.is_secret()) {
            pairs.push(json!({ "not": { "required": [segment, format!("{segment}{FILE_SUFFIX}")] } }));
        }
    }
    if !pairs.is_empty() {
        schema["allOf"] = json!(pairs);
    }
    schema
}

fn key_schema(key: &Key, path: &[String]) -> Json {
    let (_, mut schema) = describe_type(key.value_type, path);
    schema["description"] = json!(key.doc);
    if let KeyDefault::Value(text) = key.default {
        schema["default"] = default_value(key.value_type, text);
    }
    schema
}

/// A default as JSON, which for these types is TOML as well.
fn default_value(value_type: ValueType, text: &str) -> Json {
    match value_type {
        ValueType::Text(_) | ValueType::Secret(_) | ValueType::Word(_) | ValueType::Size => json!(text),
        _ => serde_json::from_str(text).unwrap_or_default(),
    }
}

/// How a type is described in the table, and its JSON Schema. `path` is that of the key.
fn describe_type(value_type: ValueType, path: &[String]) -> (String, Json) {
    match value_type {
        ValueType::Text(form) | ValueType::Secret(form) => (form.to_owned(), json!({ "type": "string" })),
        ValueType::Word(words) => (format!("`{}`", words.join("`, `")), json!({ "enum": words })),
        ValueType::Number(min, max) => {
            let range = if max == u32::MAX { format!("{min} or more") } else { format!("{min} to {max}") };
            (format!("number, {range}"), json!({ "type": "integer", "minimum": min, "maximum": max }))
        }
        ValueType::Bool => ("`true` or `false`".to_owned(), json!({ "type": "boolean" })),
        ValueType::Size => ("size".to_owned(), json!({ "type": ["string", "integer"] })),
        ValueType::List(form) | ValueType::SecretList(form) => {
            (format!("list: {form}"), json!({ "type": "array", "items": { "type": "string" } }))
        }
        ValueType::NoneOrTable => {
            let schema = json!({ "anyOf": [{ "const": "none" }, table_schema(path)] });
            ("`\"none\"` or a table".to_owned(), schema)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_once_with_one_sentence() {
        for (index, key) in KEYS.iter().enumerate() {
            assert!(
                KEYS[..index].iter().all(|earlier| earlier.path != key.path),
                "{} stands twice",
                key.path
            );
            assert!(key.doc.ends_with('.') && !key.doc.contains('\n'), "{}", key.path);
            assert!(!key.doc.contains('|'), "{} would break the table", key.path);
        }
    }

    #[test]
    fn the_table_has_a_row_for_every_key() {
        let table = markdown();
        assert_eq!(table.lines().count(), KEYS.len() + 2);
        assert!(table.contains("| `server.listen` | address | `\"127.0.0.1:8080\"` | The public listener"));
        assert!(table.contains("| `instances.<instance>.token` | token | *required* |"));
        for row in table.lines() {
            assert_eq!(row.matches('|').count(), 5, "{row}");
        }
    }

    #[test]
    fn a_section_knows_what_may_stand_in_it() {
        let names = |path: &[&str]| known_names(&path.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&[]), ["server", "console", "store", "instances", "notify"]);
        assert_eq!(names(&["instances"]), ["<instance>"]);
        assert!(names(&["instances", "<instance>"]).contains(&"verify"));
        assert!(names(&["instances", "main", "verify", "hmac"]).contains(&"secrets_file"));
    }
}

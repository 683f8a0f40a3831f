//! All keys, and the documents made of them: the table of docs/configuration.md and the JSON Schema.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::admin::{ALIAS_KEY, AdminValues};
use super::diagnostic::join_key;
use super::instance::{InstanceValues, RateLimitValues};
use super::key::file_key;
pub use super::key::{Key, KeyDefault, ValueType};
use super::server::{ServerValues, StoreValues};
use super::verify::{HmacValues, StandardWebhooksValues, VerifyValues};

/// All keys, in the order in which documents list them.
pub static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let sections = [
        ServerValues::KEYS,
        StoreValues::KEYS,
        InstanceValues::KEYS,
        VerifyValues::KEYS,
        HmacValues::KEYS,
        StandardWebhooksValues::KEYS,
        RateLimitValues::KEYS,
        AdminValues::KEYS,
        &[ALIAS_KEY],
    ];
    let keys = sections.into_iter().flatten();
    keys.flat_map(|key| [Some(*key), key.secret.then(|| key.file_twin())]).flatten().collect()
});

/// The next segment of every key below a section (empty: the top), each once.
pub(super) fn child_segments(section: &str) -> Vec<&'static str> {
    let below = KEYS.iter().filter_map(|key| path_below(key.path, section)?.split('.').next());
    let mut names: Vec<&str> = below.collect();
    // The keys of a section stand together.
    names.dedup();
    names
}

/// The section of a path, with `<…>` for each name that the operator chose.
pub(super) fn section_of(path: &[String]) -> String {
    path.iter().fold(String::new(), |section, name| {
        let chosen = child_segments(&section).into_iter().find(|segment| is_user_segment(segment));
        join_key(&section, chosen.unwrap_or(name))
    })
}

/// The names that may stand in a table; `<…>` is any that the operator chooses.
pub(super) fn known_names(path: &[String]) -> Vec<&'static str> {
    child_segments(&section_of(path))
}

/// What follows the section in a path that lies below it.
pub(super) fn path_below<'p>(path: &'p str, section: &str) -> Option<&'p str> {
    if section.is_empty() { Some(path) } else { path.strip_prefix(section)?.strip_prefix('.') }
}

/// A segment that stands for a name the operator chooses.
pub(super) fn is_user_segment(segment: &str) -> bool {
    segment.starts_with('<')
}

/// How a type is described in the table, and its JSON Schema. `path` is that of the key.
fn describe_type(value_type: ValueType, path: &str) -> (String, Json) {
    match value_type {
        ValueType::Text(form) => (form.to_owned(), json!({ "type": "string" })),
        ValueType::Word(words) => (format!("`{}`", words.join("`, `")), json!({ "enum": words })),
        ValueType::Number(min, max) => {
            let range = if max == u32::MAX { format!("{min} or more") } else { format!("{min} to {max}") };
            (format!("number, {range}"), json!({ "type": "integer", "minimum": min, "maximum": max }))
        }
        ValueType::Bool => ("`true` or `false`".to_owned(), json!({ "type": "boolean" })),
        ValueType::Size => ("size".to_owned(), json!({ "type": ["string", "integer"] })),
        ValueType::List(form) => {
            (format!("list: {form}"), json!({ "type": "array", "items": { "type": "string" } }))
        }
        ValueType::NoneOrTable => {
            let table = object_schema(path);
            ("`\"none\"` or a table".to_owned(), json!({ "anyOf": [{ "const": "none" }, table] }))
        }
    }
}

/// The table of keys for docs/configuration.md, in Markdown.
pub fn markdown() -> String {
    let mut table = String::from("| key | value | default | meaning |\n|---|---|---|---|\n");
    for key in KEYS.iter() {
        let (value, _) = describe_type(key.value_type, key.path);
        let default = match (key.default, default_value(key)) {
            (KeyDefault::Required, _) => "*required*".to_owned(),
            (KeyDefault::SectionName, _) => "the key".to_owned(),
            (_, Some(value)) => format!("`{value}`"),
            (_, None) => "—".to_owned(),
        };
        let secret = if key.secret { " **Secret.**" } else { "" };
        // Writing to a String does not fail.
        let _ = writeln!(table, "| `{}` | {value} | {default} | {}{secret} |", key.path, key.doc);
    }
    table
}

/// The default of a key as JSON, which for these types is TOML as well.
fn default_value(key: &Key) -> Option<Json> {
    let KeyDefault::Value(text) = key.default else { return None };
    match key.value_type {
        ValueType::Text(_) | ValueType::Word(_) | ValueType::Size => Some(json!(text)),
        _ => serde_json::from_str(text).ok(),
    }
}

/// The JSON Schema (draft 2020-12) of the file.
///
/// No key is required in it, since the environment can set any key.
pub fn json_schema() -> Json {
    let mut root = object_schema("");
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("Configuration of vincula");
    root
}

fn object_schema(section: &str) -> Json {
    let mut schema = json!({ "type": "object", "additionalProperties": false });
    let mut pairs = Vec::new();
    for segment in child_segments(section) {
        let path = join_key(section, segment);
        let key = KEYS.iter().find(|key| key.path == path);
        let child = key.map_or_else(|| object_schema(&path), key_schema);
        match is_user_segment(segment) {
            true => schema["additionalProperties"] = child,
            false => schema["properties"][segment] = child,
        }
        // A secret is given by its key or by its file, not by both.
        if key.is_some_and(|key| key.secret) {
            pairs.push(json!({ "not": { "required": [segment, file_key(segment)] } }));
        }
    }
    if !pairs.is_empty() {
        schema["allOf"] = json!(pairs);
    }
    schema
}

fn key_schema(key: &Key) -> Json {
    let (_, mut schema) = describe_type(key.value_type, key.path);
    schema["description"] = json!(key.doc);
    if let Some(default) = default_value(key) {
        schema["default"] = default;
    }
    schema
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
        assert_eq!(child_segments(""), ["server", "store", "instances"]);
        assert_eq!(child_segments("instances"), ["<instance>"]);
        assert!(child_segments("instances.<instance>").contains(&"verify"));
        assert!(child_segments("instances.<instance>.verify.hmac").contains(&"secrets_file"));
    }
}

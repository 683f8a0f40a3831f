//! All keys, and the documents made of them: the table of docs/configuration.md and the JSON Schema.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::admin::{ALIAS_KEY, AdminValues};
use super::instance::{InstanceValues, RateLimitValues};
pub use super::key::{Key, KeyDefault, ValueType};
use super::server::{ServerValues, StoreValues};
use super::verify::{HmacValues, STANDARD_WEBHOOKS_KEY, VERIFY_KEY, VerifyValues};

/// All keys, in the order in which documents list them.
pub static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let sections = [
        ServerValues::KEYS,
        StoreValues::KEYS,
        InstanceValues::KEYS,
        &[VERIFY_KEY],
        VerifyValues::KEYS,
        HmacValues::KEYS,
        &[STANDARD_WEBHOOKS_KEY],
        RateLimitValues::KEYS,
        AdminValues::KEYS,
        &[ALIAS_KEY],
    ];
    let pairs = sections.into_iter().flatten();
    pairs.flat_map(|[key, twin]| std::iter::once(*key).chain(key.secret.then_some(*twin))).collect()
});

/// The next segment of every key below a section (empty: the top), each once.
pub(super) fn child_segments(section: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for key in KEYS.iter() {
        let Some(rest) = path_below(key.path, section) else { continue };
        let name = rest.split('.').next().unwrap_or(rest);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What follows the section in a path that lies below it.
pub(super) fn path_below<'p>(path: &'p str, section: &str) -> Option<&'p str> {
    if section.is_empty() { Some(path) } else { path.strip_prefix(section)?.strip_prefix('.') }
}

/// A segment that stands for a name the operator chooses.
pub(super) fn is_user_segment(segment: &str) -> bool {
    segment.starts_with('<')
}

/// The table of keys for docs/configuration.md, in Markdown.
pub fn markdown() -> String {
    let mut table = String::from("| key | value | default | meaning |\n|---|---|---|---|\n");
    for key in KEYS.iter() {
        let value = match key.value_type {
            ValueType::Text(form) => form.to_owned(),
            ValueType::Word(words) => {
                words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            }
            ValueType::Number(min, u32::MAX) => format!("number, {min} or more"),
            ValueType::Number(min, max) => format!("number, {min} to {max}"),
            ValueType::Bool => "`true` or `false`".to_owned(),
            ValueType::Size => "size".to_owned(),
            ValueType::List(form) => format!("list: {form}"),
            ValueType::NoneOrTable => "`\"none\"` or a table".to_owned(),
        };
        let default = match default_value(key) {
            _ if key.default == KeyDefault::Required => "*required*".to_owned(),
            _ if key.default == KeyDefault::SectionName => "the key".to_owned(),
            Some(value) => format!("`{value}`"),
            None => "—".to_owned(),
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
    for segment in child_segments(section) {
        let path = if section.is_empty() { segment.to_owned() } else { format!("{section}.{segment}") };
        let child = child_schema(&path);
        match is_user_segment(segment) {
            true => schema["additionalProperties"] = child,
            false => schema["properties"][segment] = child,
        }
    }
    // A secret is given by its key or by its file, not by both.
    let secrets = KEYS.iter().filter(|key| key.secret);
    let own = secrets.filter_map(|key| path_below(key.path, section).filter(|name| !name.contains('.')));
    let pairs: Vec<Json> =
        own.map(|name| json!({ "not": { "required": [name, format!("{name}_file")] } })).collect();
    if !pairs.is_empty() {
        schema["allOf"] = json!(pairs);
    }
    schema
}

fn child_schema(path: &str) -> Json {
    let Some(key) = KEYS.iter().find(|key| key.path == path) else { return object_schema(path) };
    let mut schema = match key.value_type {
        ValueType::Text(_) => json!({ "type": "string" }),
        ValueType::Word(words) => json!({ "enum": words }),
        ValueType::Number(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        ValueType::Bool => json!({ "type": "boolean" }),
        ValueType::Size => json!({ "type": ["string", "integer"] }),
        ValueType::List(_) => json!({ "type": "array", "items": { "type": "string" } }),
        ValueType::NoneOrTable => json!({ "anyOf": [{ "const": "none" }, object_schema(path)] }),
    };
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

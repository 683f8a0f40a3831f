//! Lenient parsing of Z-API's JSON: booleans as texts, numbers as texts, objects in arrays.
//!
//! `null` and absent mean the same (Z-API's documentation).

use serde_json::Value;

static NULL: Value = Value::Null;

/// The object itself, or the only one of an array.
pub fn object(value: &Value) -> &Value {
    match value {
        Value::Array(items) if items.len() == 1 => &items[0],
        Value::Array(_) => &NULL,
        other => other,
    }
}

/// A list; an absent one is empty, other types are `None`.
pub fn list(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(items) => Some(items),
        Value::Null => Some(&[]),
        _ => None,
    }
}

/// A text, or a number's text.
pub fn text(object: &Value, key: &str) -> Option<String> {
    match object.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, or a text of one.
pub fn integer(object: &Value, key: &str) -> Option<i64> {
    text(object, key)?.trim().parse().ok()
}

/// A name, cut to 200 characters.
pub fn name(object: &Value, key: &str) -> Option<String> {
    const MAX_LEN: usize = 200;
    text(object, key).map(|name| name.chars().take(MAX_LEN).collect())
}

/// A description, cut to 2,048 characters; an empty one is `None`.
pub fn description(object: &Value) -> Option<String> {
    const MAX_LEN: usize = 2_048;
    let text = text(object, "description").filter(|text| !text.trim().is_empty())?;
    Some(text.chars().take(MAX_LEN).collect())
}

/// A URL; `None` if it is longer than any of WhatsApp's.
pub fn address(object: &Value, key: &str) -> Option<String> {
    const MAX_LEN: usize = 200;
    let address = text(object, key)?.trim().to_owned();
    (1..=MAX_LEN).contains(&address.len()).then_some(address)
}

/// A boolean in any of its spellings.
pub fn as_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_i64().map(|n| n != 0),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" | "" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a field is true.
pub fn is_true(object: &Value, key: &str) -> bool {
    object.get(key).and_then(as_bool).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn booleans_come_in_many_spellings() {
        for yes in [json!(true), json!("true"), json!("True"), json!("1"), json!(1)] {
            assert_eq!(as_bool(&yes), Some(true), "{yes}");
        }
        for no in [json!(false), json!("false"), json!("0"), json!(0), json!("")] {
            assert_eq!(as_bool(&no), Some(false), "{no}");
        }
        assert_eq!(as_bool(&json!(null)), None);
    }

    #[test]
    fn t27_a_name_without_end_is_cut() {
        assert_eq!(name(&json!({ "name": "é".repeat(1_000_000) }), "name"), Some("é".repeat(200)));
    }

    #[test]
    fn texts_lists_and_objects_are_taken_as_they_come() {
        assert_eq!(text(&json!({"id": 120363}), "id").as_deref(), Some("120363"));
        assert_eq!(text(&json!({"id": null}), "id"), None);
        assert_eq!(object(&json!([{"a": 1}])).get("a"), Some(&json!(1)));
        assert_eq!(list(&json!(null)).map(<[Value]>::len), Some(0));
        assert!(list(&json!({})).is_none());
        assert_eq!(integer(&json!({"due": "1893456000000"}), "due"), Some(1_893_456_000_000));
        assert_eq!(integer(&json!({"due": 7}), "due"), Some(7));
        assert_eq!(integer(&json!({"due": "soon"}), "due"), None);
        assert_eq!(description(&json!({ "description": " " })), None);
        assert_eq!(address(&json!({ "url": " https://a.example " }), "url").unwrap(), "https://a.example");
        assert_eq!(address(&json!({ "url": "a".repeat(201) }), "url"), None);
    }
}

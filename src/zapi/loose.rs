//! Z-API's JSON read as it comes: booleans as texts, numbers as texts, objects in arrays.
//!
//! `null` and absent mean the same (ZAPI.md §1, "Types are not what the tables say").

use serde_json::Value;

static NOTHING: Value = Value::Null;

/// The object itself, also where it comes as an array of one.
pub fn object(value: &Value) -> &Value {
    match value {
        Value::Array(items) if items.len() == 1 => &items[0],
        Value::Array(_) => &NOTHING,
        other => other,
    }
}

/// A list; an absent one is empty, anything else is none.
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

/// A name, cut where no phone lets one be so long.
pub fn name(object: &Value, key: &str) -> Option<String> {
    const LONGEST: usize = 200;
    text(object, key).map(|name| name.chars().take(LONGEST).collect())
}

/// A boolean in any of its spellings.
pub fn flag(value: &Value) -> Option<bool> {
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

/// Whether a field says yes.
pub fn is_true(object: &Value, key: &str) -> bool {
    object.get(key).and_then(flag).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn booleans_come_in_many_spellings() {
        for yes in [json!(true), json!("true"), json!("True"), json!("1"), json!(1)] {
            assert_eq!(flag(&yes), Some(true), "{yes}");
        }
        for no in [json!(false), json!("false"), json!("0"), json!(0), json!("")] {
            assert_eq!(flag(&no), Some(false), "{no}");
        }
        assert_eq!(flag(&json!(null)), None);
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
    }
}

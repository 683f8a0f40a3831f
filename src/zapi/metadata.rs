//! Metadata of groups with thousands of people, read without a JSON value for each of them.
//!
//! A community of 5,000 people has a response of over 1 MiB, and JSON values take ten times the memory of their
//! text. So the text is only split into its parts, and of each person only the needed fields are kept.

use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::participant::{Participant, parse_participant};

/// The parts of an object, by key: of a repeated key the last one.
type Parts<'a> = HashMap<String, &'a RawValue>;

/// A response with group metadata.
#[derive(Debug)]
pub(super) struct Metadata {
    /// All fields without the people.
    pub(super) fields: Value,
    /// The people of the group; empty where there is no list.
    pub(super) people: Vec<Participant>,
}

impl Metadata {
    /// Parses a response; `None` if it is neither a JSON object nor an array of one.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        /// Names, descriptions and links are shorter. Longer fields are dropped.
        const MAX_FIELD: usize = 64 * 1024;
        let text = std::str::from_utf8(body).ok()?;
        let in_array = || serde_json::from_str::<(Parts<'_>,)>(text).map(|(parts,)| parts);
        let mut parts: Parts<'_> = serde_json::from_str(text).or_else(|_| in_array()).ok()?;
        let list = parts.remove("participants").and_then(|list| serde_json::from_str(list.get()).ok());
        let list: Vec<&RawValue> = list.unwrap_or_default();
        let read =
            |person: &&RawValue| parse_participant(&serde_json::from_str(person.get()).unwrap_or_default());
        parts.retain(|_, part| part.get().len() <= MAX_FIELD);
        Some(Self { people: list.iter().map(read).collect(), fields: serde_json::to_value(parts).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn people_are_read_apart_from_the_other_fields_in_whatever_shape_they_come() {
        let person = r#"{"phone":"5544999990001","isAdmin":"true","short":"A","name":"Ana"}"#;
        let object = format!(r#"{{"phone":"x","phone":"y","participants":[{person},7,null],"error":[]}}"#);
        for body in [object.clone(), format!("[{object}]")] {
            let read = Metadata::parse(body.as_bytes()).unwrap();
            assert_eq!(read.fields, json!({ "phone": "y", "error": [] }), "{body}");
            assert_eq!(read.people.len(), 3, "who cannot be read is somebody all the same");
            assert!(read.people[0].phone.is_some() && read.people[0].is_admin);
            assert_eq!((read.people[1].phone, read.people[2].phone), (None, None));
        }
        for list in ["null", "{}", "7", r#""x""#, "[]"] {
            let read = Metadata::parse(format!(r#"{{"participants":{list}}}"#).as_bytes()).unwrap();
            assert_eq!((read.people.len(), read.fields), (0, json!({})), "{list}");
        }
        for body in ["", "<html>", "[]", "null", "7", r#"{"a":"#, "[{},{}]"] {
            assert!(Metadata::parse(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn t27_what_is_too_long_to_be_a_name_or_nested_too_deeply_is_left_out() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let body = format!(r#"{{"subject":"{}","participants":[{deep}]}}"#, "a".repeat(100_000));
        let read = Metadata::parse(body.as_bytes());
        assert!(read.is_none_or(|read| read.fields == json!({}) && read.people.len() == 1));
    }

    #[test]
    fn t27_eight_thousand_people_are_read_and_keep_no_more_than_who_they_are() {
        let person = |nth: usize| {
            let is_admin = nth == 7_999;
            let (lid, name) = (81_896_604_192_873 + nth, "Ana Clara de Souza".repeat(8));
            format!(
                r#"{{"phone":"{lid}@lid","isAdmin":{is_admin},"isSuperAdmin":false,"short":"A","name":"{name}"}}"#
            )
        };
        let people: Vec<String> = (0..8_000).map(person).collect();
        let body = format!(r#"{{"phone":"120363019502650977-group","participants":[{}]}}"#, people.join(","));
        assert!(body.len() > 1024 * 1024 && body.len() < super::super::client::MAX_METADATA_BYTES);

        let read = Metadata::parse(body.as_bytes()).unwrap();

        assert_eq!(read.fields, json!({ "phone": "120363019502650977-group" }));
        assert_eq!((read.people.len(), read.people.capacity()), (8_000, 8_000));
        assert!(read.people.iter().all(|person| person.lid.is_some()) && read.people[7_999].is_admin);
        assert!(size_of::<Participant>() <= 64, "{} bytes a person", size_of::<Participant>());
    }
}

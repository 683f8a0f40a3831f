//! The ids of instances, communities and groups, in one canonical spelling each.
//!
//! Tools spell the same group `120363…-group`, `120363…@g.us` or `120363…`; groups made before
//! November 2021 are `<creator's phone>-<unix seconds>` (Z-API docs, tips and groups). Other texts
//! are refused here, so that nothing else ever reaches a URL.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

/// The name of an instance in the configuration and the webhook URL: `[a-z0-9_]{1,40}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceName(Arc<str>);

/// A community: 15 to 20 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct CommunityId(String);

/// A group as Z-API spells it: `<15 to 20 digits>-group` or `<phone>-<unix seconds>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct GroupId(String);

impl InstanceName {
    /// Parses a name.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        fits.then(|| Self(text.into()))
    }
}

impl Serialize for InstanceName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl CommunityId {
    /// Parses the id of a community in any spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_suffix("-group").or_else(|| text.strip_suffix("@g.us")).unwrap_or(text);
        is_modern_id(bare).then(|| Self(bare.to_owned()))
    }
}

impl GroupId {
    /// Parses the id of a group in any spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_suffix("-group").or_else(|| text.strip_suffix("@g.us")).unwrap_or(text);
        if is_modern_id(bare) {
            return Some(Self([bare, "-group"].concat()));
        }
        let (creator, seconds) = bare.split_once('-')?;
        let is_old = is_digits(creator, 8..=15) && is_digits(seconds, 9..=11);
        (is_old && !text.ends_with("-group")).then(|| Self(bare.to_owned()))
    }
}

fn is_modern_id(text: &str) -> bool {
    is_digits(text, 15..=20)
}

fn is_digits(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

macro_rules! as_text {
    ($($id:ty),+) => {$(
        impl $id {
            /// The canonical spelling.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $id {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or("not an id of this kind")
            }
        }
    )+};
}
as_text!(InstanceName, CommunityId, GroupId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_one_id_however_it_is_spelled() {
        let rows = [
            ("120363186053925765", "120363186053925765-group"),
            ("120363186053925765-group", "120363186053925765-group"),
            ("120363186053925765@g.us", "120363186053925765-group"),
            ("5511999999999-1623281429", "5511999999999-1623281429"),
            ("5511999999999-1623281429@g.us", "5511999999999-1623281429"),
        ];
        for (spelling, canonical) in rows {
            let id = GroupId::parse(spelling).map(|id| id.to_string());
            assert_eq!(id.as_deref(), Some(canonical), "{spelling}");
        }
    }

    #[test]
    fn t20_what_is_no_id_never_becomes_one() {
        let rows = [
            "",
            "vendas",
            "1234",
            "../me",
            "120363186053925765/../me",
            "120363186053925765%2f",
            "-group",
            "120363186053925765-",
            "120363186053925765-group-group",
            "5511999999999-1623281429-group",
            "１２０３６３１８６０５３９２５７６５",
            "120363186053925765@newsletter",
            "5511999999999-broadcast",
        ];
        for text in rows {
            assert_eq!(GroupId::parse(text), None, "{text}");
            assert_eq!(CommunityId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_community_is_bare_digits_in_every_spelling() {
        for spelling in ["120363186053925765", "120363186053925765@g.us", "120363186053925765-group"] {
            let id = CommunityId::parse(spelling).map(|id| id.to_string());
            assert_eq!(id.as_deref(), Some("120363186053925765"), "{spelling}");
        }
    }

    #[test]
    fn an_instance_is_named_in_small_letters() {
        assert!(InstanceName::parse("main_2").is_some());
        for text in ["", "Main", "a b", "ação", "a-b", &"a".repeat(41)] {
            assert_eq!(InstanceName::parse(text), None, "{text}");
        }
    }
}

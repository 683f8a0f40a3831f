//! A person in a group.

use serde_json::Value;

use super::lenient_json;
use crate::domain::{Lid, Person, Phone};

/// A person in a group. If neither number nor lid can be parsed, both are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Their number, if it is shown.
    pub phone: Option<Phone>,
    /// Their lid, if it is shown.
    pub lid: Option<Lid>,
    /// Whether they are an admin of the group.
    pub is_admin: bool,
    /// Whether they created the group: an admin who cannot be demoted.
    pub is_super_admin: bool,
}

pub(super) fn parse_participant(item: &Value) -> Participant {
    let lid = lenient_json::text(item, "lid").and_then(|lid| Lid::parse(&lid));
    let Person { phone, lid } = parse_person(&lenient_json::text(item, "phone").unwrap_or_default(), lid);
    let is_super_admin = lenient_json::is_true(item, "isSuperAdmin");
    Participant {
        phone,
        lid,
        is_admin: is_super_admin || lenient_json::is_true(item, "isAdmin"),
        is_super_admin,
    }
}

/// Parses a person from an address (a number, or a lid with or without its suffix) and the `lid` beside it.
pub(super) fn parse_person(address: &str, lid: Option<Lid>) -> Person {
    /// Bare digits of this length or more are a lid.
    const MIN_LID_DIGITS: usize = 14;
    let address = address.strip_suffix("@c.us").unwrap_or(address);
    let is_lid = address.ends_with("@lid") || address.len() >= MIN_LID_DIGITS;
    let as_lid = Lid::parse(address);
    if is_lid || (as_lid.is_some() && as_lid == lid) {
        Person { phone: None, lid: lid.or(as_lid) }
    } else {
        Person { phone: Phone::parse(address), lid }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn t11_a_participant_is_a_number_or_a_lid_however_it_is_spelled() {
        let rows = [
            (json!({ "phone": "5544999990001" }), Some("5544999990001"), None),
            (json!({ "phone": 5_544_999_990_001_u64 }), Some("5544999990001"), None),
            (json!({ "phone": "554499990001@c.us" }), Some("5544999990001"), None),
            (json!({ "phone": "81896604192873@lid" }), None, Some("81896604192873@lid")),
            (json!({ "phone": "81896604192873" }), None, Some("81896604192873@lid")),
            (json!({ "phone": "5544999990001@lid" }), None, Some("5544999990001@lid")),
            (
                json!({ "phone": "5544999990001", "lid": "81896604192873@lid" }),
                Some("5544999990001"),
                Some("81896604192873@lid"),
            ),
            // A bare lid of 13 digits, told from a number by the lid beside it.
            (
                json!({ "phone": "5544999990001", "lid": "5544999990001@lid" }),
                None,
                Some("5544999990001@lid"),
            ),
            (json!({ "phone": null, "lid": "81896604192873" }), None, Some("81896604192873@lid")),
            (json!({ "phone": "what" }), None, None),
            (json!([]), None, None),
        ];
        for (item, phone, lid) in rows {
            let read = parse_participant(&item);
            let seen = (read.phone.map(|p| p.to_string()), read.lid.map(|l| l.to_string()));
            assert_eq!((seen.0.as_deref(), seen.1.as_deref()), (phone, lid), "{item}");
        }
    }
}

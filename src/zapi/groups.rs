//! The chapter "Groups": the list, what one group is, who is in it, and the way into it (Z-API docs,
//! groups).

use serde_json::Value;

use super::{Answer, ApiError, ApiErrorKind, Zapi, lenient_json};
use crate::domain::{CommunityId, GroupId, Lid, Person, Phone};

/// A group of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSummary {
    /// Its id.
    pub id: GroupId,
    /// Its name, as people see it.
    pub name: String,
}

/// What a group is, at the moment of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDetails {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: Option<String>,
    /// The community it belongs to, if any.
    pub community: Option<CommunityId>,
    /// It is the announcement group of that community.
    pub is_announcement: bool,
    /// What it says about itself.
    pub description: Option<String>,
    /// Who made it, as far as it is told.
    pub owner: Person,
}

/// Somebody in a group. Where neither number nor lid can be read, both are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Their number, if it is shown.
    pub phone: Option<Phone>,
    /// Their lid, if it is shown.
    pub lid: Option<Lid>,
    /// They are an admin of the group.
    pub is_admin: bool,
    /// They made the group: an admin that nobody can demote.
    pub is_super_admin: bool,
}

impl Zapi {
    /// All groups that the number is in: `GET groups`.
    pub async fn groups(&self) -> Result<Vec<GroupSummary>, ApiError> {
        let read = |item: &Value| {
            let id = GroupId::parse(&lenient_json::text(item, "phone")?)?;
            Some(GroupSummary { id, name: lenient_json::name(item, "name").unwrap_or_default() })
        };
        self.read_pages("groups", read, |group: &GroupSummary| group.id.clone()).await
    }

    /// What a group is now: `GET light-group-metadata/{phone}`. May lag some seconds. Who is in it is
    /// not read: that may be thousands.
    pub async fn group(&self, id: &GroupId) -> Result<GroupDetails, ApiError> {
        let call = "light-group-metadata";
        parse_details(lenient_json::object(&self.group_metadata(call, id).await?.json))
            .ok_or_else(|| ApiError::new(call, ApiErrorKind::Unreadable))
    }

    /// Who is in a group now, the bot among them: `GET light-group-metadata/{phone}`. May lag some
    /// seconds. In an announcement group, all people of the community.
    pub async fn participants(&self, id: &GroupId) -> Result<Vec<Participant>, ApiError> {
        let call = "light-group-metadata";
        let people = self.group_metadata(call, id).await?.people;
        // Nobody at all cannot be: the bot is in it.
        if people.iter().all(|person| person.phone.is_none() && person.lid.is_none()) {
            return Err(ApiError::new(call, ApiErrorKind::Unreadable));
        }
        Ok(people)
    }

    /// The link that lets people into a group, where the bot may see it: `GET group-invitation-link/{groupId}`,
    /// and where that call says nothing, `GET group-metadata/{phone}`. A community's is that of its
    /// announcement group.
    pub async fn invitation(&self, id: &GroupId) -> Result<Option<String>, ApiError> {
        let call = "group-invitation-link";
        match self.get(call, &format!("{call}/{id}")).await {
            Ok(answer) => {
                let object = lenient_json::object(&answer);
                let is_it = object.get("phone").is_none() || parse_group_id(object).as_ref() == Some(id);
                let link = if is_it { invitation_link(call, object)? } else { None };
                if is_it && (link.is_some() || lenient_json::text(object, "invitationLinkError").is_some()) {
                    return Ok(link);
                }
            }
            // Some servers lack the call.
            Err(error) if matches!(error.cause, ApiErrorKind::Rejected | ApiErrorKind::Unreadable) => {}
            Err(error) => return Err(error),
        }
        let call = "group-metadata";
        let answer = self.group_metadata(call, id).await?.json;
        invitation_link(call, lenient_json::object(&answer))
    }

    /// The group that an invitation link leads to: `GET group-invitation-metadata`. The bot need not be
    /// in it, and its community may not be told.
    pub async fn group_of_invitation(&self, link: &str) -> Result<GroupDetails, ApiError> {
        let call = "group-invitation-metadata";
        let answer = self.metadata(call, &format!("{call}?url={}", percent_encode(link))).await?;
        parse_details(lenient_json::object(&answer.json))
            .ok_or_else(|| ApiError::new(call, ApiErrorKind::Unreadable))
    }

    /// The metadata of this very group.
    async fn group_metadata(&self, call: &'static str, id: &GroupId) -> Result<Answer, ApiError> {
        let answer = self.metadata(call, &format!("{call}/{id}")).await?;
        let is_it = parse_group_id(lenient_json::object(&answer.json)).as_ref() == Some(id);
        if is_it { Ok(answer) } else { Err(ApiError::new(call, ApiErrorKind::Unreadable)) }
    }
}

/// The invitation link in an answer; nothing where WhatsApp does not show it to the bot, which is no admin there.
pub(super) fn invitation_link(call: &'static str, object: &Value) -> Result<Option<String>, ApiError> {
    if let Some(link) = lenient_json::address(object, "invitationLink") {
        return Ok(Some(link));
    }
    let Some(reason) = lenient_json::text(object, "invitationLinkError") else { return Ok(None) };
    let folded = reason.to_lowercase().replace(['-', '_'], " ");
    let has = |words: &str| folded.contains(words);
    if has("too many") || has("overlimit") {
        Err(ApiError::new(call, ApiErrorKind::Busy))
    } else if folded.trim().is_empty() || has("forbidden") || has("not authorized") {
        Ok(None)
    } else {
        let said = reason.chars().filter(|c| !c.is_control()).take(200).collect();
        Err(ApiError { said: Some(said), ..ApiError::new(call, ApiErrorKind::Rejected) })
    }
}

fn parse_group_id(object: &Value) -> Option<GroupId> {
    GroupId::parse(&lenient_json::text(object, "phone")?)
}

fn parse_details(object: &Value) -> Option<GroupDetails> {
    let owner = lenient_json::text(object, "owner").unwrap_or_default();
    Some(GroupDetails {
        id: parse_group_id(object)?,
        name: lenient_json::name(object, "subject"),
        community: lenient_json::text(object, "communityId").and_then(|id| CommunityId::parse(&id)),
        is_announcement: lenient_json::is_true(object, "isGroupAnnouncement"),
        description: lenient_json::description(object),
        owner: parse_person(&owner, None),
    })
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

/// Who an address is, `lid` being told beside it: a number, or a lid with or without its suffix.
fn parse_person(address: &str, lid: Option<Lid>) -> Person {
    /// From here on, bare digits are no number that WhatsApp shows of a participant, but a lid.
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

/// A text as the value of a query: nothing in it can end the value or begin another.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
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

    #[test]
    fn t20_nothing_in_an_invitation_ends_the_query_it_stands_in() {
        let rows = [
            ("https://chat.whatsapp.com/AbC-1_~.", "https%3A%2F%2Fchat.whatsapp.com%2FAbC-1_~."),
            ("a&url=b#c?d%2f é", "a%26url%3Db%23c%3Fd%252f%20%C3%A9"),
            ("../me\r\n", "..%2Fme%0D%0A"),
        ];
        for (text, encoded) in rows {
            assert_eq!(percent_encode(text), encoded);
        }
    }
}

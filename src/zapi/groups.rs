//! The chapter "Groups": the list, metadata, people and invite links of groups (Z-API docs, groups).

use serde_json::Value;

use super::client::{ApiResponse, Zapi};
use super::error::{ApiError, ApiErrorKind};
use super::lenient_json;
use super::participant::{Participant, parse_person};
use crate::domain::{CommunityId, GroupId, Person};

/// A group of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSummary {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
}

/// The metadata of a group, as of the read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDetails {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: Option<String>,
    /// The community it belongs to, if any.
    pub community: Option<CommunityId>,
    /// Whether it is the announcement group of that community.
    pub is_announcement: bool,
    /// Its description.
    pub description: Option<String>,
    /// Its creator, as far as it is known.
    pub owner: Person,
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

    /// Reads the metadata of a group without its people: `GET light-group-metadata/{phone}`. May lag some seconds.
    pub async fn group(&self, id: &GroupId) -> Result<GroupDetails, ApiError> {
        let call = "light-group-metadata";
        parse_details(lenient_json::object(&self.group_metadata(call, id).await?.json))
            .ok_or_else(|| ApiError::new(call, ApiErrorKind::Unreadable))
    }

    /// Reads the people of a group with the bot: `GET light-group-metadata/{phone}`. May lag some
    /// seconds. In an announcement group, all people of the community.
    pub async fn participants(&self, id: &GroupId) -> Result<Vec<Participant>, ApiError> {
        let call = "light-group-metadata";
        let people = self.group_metadata(call, id).await?.people;
        // An empty list is wrong, since the bot is in the group.
        if people.iter().all(|person| person.phone.is_none() && person.lid.is_none()) {
            return Err(ApiError::new(call, ApiErrorKind::Unreadable));
        }
        Ok(people)
    }

    /// Reads the invite link of a group, if the bot may see it: `GET group-invitation-link/{groupId}`, and if that has
    /// none, `GET group-metadata/{phone}`. A community's is that of its announcement group.
    pub async fn invitation(&self, id: &GroupId) -> Result<Option<String>, ApiError> {
        let call = "group-invitation-link";
        match self.get(call, &format!("{call}/{id}")).await {
            Ok(response) => {
                let object = lenient_json::object(&response);
                let is_it = object.get("phone").is_none() || parse_group_id(object).as_ref() == Some(id);
                let link = if is_it { invitation_link(call, object)? } else { None };
                if is_it && (link.is_some() || lenient_json::text(object, "invitationLinkError").is_some()) {
                    return Ok(link);
                }
            }
            // Some compatible servers lack the call.
            Err(error) if matches!(error.cause, ApiErrorKind::Rejected | ApiErrorKind::Unreadable) => {}
            Err(error) => return Err(error),
        }
        let call = "group-metadata";
        let response = self.group_metadata(call, id).await?.json;
        invitation_link(call, lenient_json::object(&response))
    }

    /// Reads the group of an invite link: `GET group-invitation-metadata`. The bot need not be in it, and its community
    /// may be missing.
    pub async fn group_of_invitation(&self, link: &str) -> Result<GroupDetails, ApiError> {
        let call = "group-invitation-metadata";
        let response = self.metadata(call, &format!("{call}?url={}", percent_encode(link))).await?;
        parse_details(lenient_json::object(&response.json))
            .ok_or_else(|| ApiError::new(call, ApiErrorKind::Unreadable))
    }

    /// Reads metadata, and checks that it is of this group.
    async fn group_metadata(&self, call: &'static str, id: &GroupId) -> Result<ApiResponse, ApiError> {
        let response = self.metadata(call, &format!("{call}/{id}")).await?;
        let is_it = parse_group_id(lenient_json::object(&response.json)).as_ref() == Some(id);
        if is_it { Ok(response) } else { Err(ApiError::new(call, ApiErrorKind::Unreadable)) }
    }
}

/// The invite link in a response; `None` where WhatsApp does not show it, since the bot is no admin.
pub(super) fn invitation_link(call: &'static str, object: &Value) -> Result<Option<String>, ApiError> {
    if let Some(link) = lenient_json::address(object, "invitationLink") {
        return Ok(Some(link));
    }
    let Some(reason) = lenient_json::text(object, "invitationLinkError") else { return Ok(None) };
    let folded = reason.to_lowercase().replace(['-', '_'], " ");
    let has = |words: &str| folded.contains(words);
    if has("too many") || has("overlimit") {
        Err(ApiError::new(call, ApiErrorKind::RateLimited))
    } else if folded.trim().is_empty() || has("forbidden") || has("not authorized") {
        Ok(None)
    } else {
        let message = reason.chars().filter(|c| !c.is_control()).take(200).collect();
        Err(ApiError { message: Some(message), ..ApiError::new(call, ApiErrorKind::Rejected) })
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

/// Percent-encodes a text as the value of a query.
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
    use super::*;

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

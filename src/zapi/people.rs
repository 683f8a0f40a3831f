//! The people of communities: adding, removing, admins, and whether a number has WhatsApp (Z-API docs, communities/add-participant and the like; contacts/phone-exists-batch).
//!
//! A person is named by digits or by `…@lid`. The responses are not reliable: an added person may only have got an
//! invitation. Read [`Zapi::participants`] of the announcement group back.

use serde_json::{Value, json};

use super::client::{PHONE_EXISTS, Zapi};
use super::error::{ApiError, ApiErrorKind};
use super::lenient_json;
use super::rate_limit::ChangePermit;
use crate::domain::{CommunityId, Lid, Phone};

/// What WhatsApp knows about a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneInfo {
    /// The requested number.
    pub requested: Phone,
    /// It has WhatsApp.
    pub exists: bool,
    /// The number as WhatsApp has it.
    pub phone: Option<Phone>,
    /// Its digits as WhatsApp has them: of the two forms of a number, the one for calls.
    pub digits: Option<u64>,
    /// Its lid.
    pub lid: Option<Lid>,
}

impl Zapi {
    /// Adds people to a community: `POST add-participant`. With `auto_invite`, people who cannot be
    /// added get a private invitation instead.
    pub async fn add_people(
        &self,
        community: &CommunityId,
        people: &[String],
        auto_invite: bool,
        _permit: ChangePermit,
    ) -> Result<(), ApiError> {
        let body = json!({ "autoInvite": auto_invite, "communityId": community.as_str(), "phones": people });
        self.change("add-participant", &body).await
    }

    /// Removes people from a community and its groups: `POST remove-participant`.
    pub async fn remove_people(
        &self,
        community: &CommunityId,
        people: &[String],
        permit: ChangePermit,
    ) -> Result<(), ApiError> {
        self.change_people("remove-participant", community, people, permit).await
    }

    /// Makes people admins of a community: `POST add-admin`.
    pub async fn promote(
        &self,
        community: &CommunityId,
        people: &[String],
        permit: ChangePermit,
    ) -> Result<(), ApiError> {
        self.change_people("add-admin", community, people, permit).await
    }

    /// Makes admins of a community ordinary members: `POST remove-admin`.
    pub async fn demote(
        &self,
        community: &CommunityId,
        people: &[String],
        permit: ChangePermit,
    ) -> Result<(), ApiError> {
        self.change_people("remove-admin", community, people, permit).await
    }

    async fn change_people(
        &self,
        call: &'static str,
        community: &CommunityId,
        people: &[String],
        _permit: ChangePermit,
    ) -> Result<(), ApiError> {
        self.change(call, &json!({ "communityId": community.as_str(), "phones": people })).await
    }

    /// Which of these numbers have WhatsApp: `POST phone-exists-batch`. In the order of `phones`; numbers
    /// that are not in the response are missing.
    pub async fn look_up_phones(&self, phones: &[Phone]) -> Result<Vec<PhoneInfo>, ApiError> {
        let call = PHONE_EXISTS;
        let requested: Vec<String> = phones.iter().map(Phone::to_string).collect();
        let response = self.post(call, &json!({ "phones": requested })).await?;
        let responses = match &response {
            Value::Array(items) => items.as_slice(),
            Value::Object(_) => std::slice::from_ref(&response),
            _ => return Err(ApiError::new(call, ApiErrorKind::Unreadable)),
        };
        let told: Vec<(Phone, PhoneInfo)> = responses.iter().filter_map(parse_phone_info).collect();
        if told.is_empty() && !phones.is_empty() {
            return Err(ApiError::new(call, ApiErrorKind::Unreadable));
        }
        let of =
            |requested: &Phone| told.iter().find(|(phone, _)| phone == requested).map(|(_, known)| *known);
        Ok(phones.iter().filter_map(of).collect())
    }
}

/// Parses an entry: the number and its data.
fn parse_phone_info(item: &Value) -> Option<(Phone, PhoneInfo)> {
    let item = lenient_json::object(item);
    let phone = |key| lenient_json::text(item, key).and_then(|phone| Phone::parse(&phone));
    let requested = phone("inputPhone").or_else(|| phone("outputPhone"))?;
    let exists = item.get("exists").and_then(lenient_json::as_bool)?;
    let lid = lenient_json::text(item, "lid").and_then(|lid| Lid::parse(&lid));
    let output = phone("outputPhone");
    let digits = output.and_then(|_| lenient_json::text(item, "outputPhone")?.parse().ok());
    Some((requested, PhoneInfo { requested, exists, phone: output, digits, lid }))
}

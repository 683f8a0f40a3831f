//! The chapter "Communities": lists, metadata, creating, changing and deactivating a community, link and unlink
//! (Z-API docs, communities). People are in [`super::people`].

use std::sync::atomic::{AtomicBool, Ordering};

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::Zapi;
use super::error::{ApiError, ApiErrorKind, DEACTIVATE_CALL};
use super::groups::invitation_link;
use super::lenient_json;
use super::rate_limit::{ChangePermit, Priority};
use crate::domain::{CommunityId, GroupId};

/// A community of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommunitySummary {
    /// Its id.
    pub id: CommunityId,
    /// Its name.
    pub name: String,
}

/// The metadata of a community, as of the read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommunityDetails {
    /// Its name.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Its groups, the announcement group among them.
    pub groups: Vec<SubGroup>,
}

/// A group of a community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubGroup {
    /// The group.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// It is the community's announcement group, which carries the community's name.
    pub is_announcement: bool,
}

/// A community that was just created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedCommunity {
    /// Its id.
    pub id: CommunityId,
    /// Its announcement group, if the response has it.
    pub announcement: Option<GroupId>,
}

/// The people that may add groups to a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddPolicy {
    /// Only its admins.
    Admins,
    /// Everybody in it.
    All,
}

impl AddPolicy {
    /// As Z-API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admins => "admins",
            Self::All => "all",
        }
    }
}

/// The target of an invite link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationScope<'a> {
    /// A community.
    Community(&'a CommunityId),
    /// A group.
    Group(&'a GroupId),
}

impl CommunityDetails {
    /// Its name; where the response has none, the known one.
    pub fn name_or(&self, known: String) -> String {
        self.name.clone().filter(|name| !name.is_empty()).unwrap_or(known)
    }

    /// Whether the response lists the community's groups. Every community has its announcement group, so an empty
    /// list proves nothing: neither that a group is in it nor that it is not.
    pub fn lists_groups(&self) -> bool {
        !self.groups.is_empty()
    }

    /// The community's announcement group.
    pub fn announcement(&self) -> Option<&SubGroup> {
        self.groups.iter().find(|group| group.is_announcement)
    }

    /// The groups that can be linked and unlinked.
    pub fn ordinary(&self) -> impl Iterator<Item = &SubGroup> {
        self.groups.iter().filter(|group| !group.is_announcement)
    }

    /// The group, if it belongs to the community.
    pub fn find(&self, id: &GroupId) -> Option<&SubGroup> {
        self.groups.iter().find(|group| group.id == *id)
    }
}

impl Zapi {
    /// All communities of the number: `GET communities`.
    pub async fn communities(&self) -> Result<Vec<CommunitySummary>, ApiError> {
        Ok(self.list_communities().await?.0)
    }

    /// The same, and whether every entry of the list could be read.
    pub async fn list_communities(&self) -> Result<(Vec<CommunitySummary>, bool), ApiError> {
        let is_whole = AtomicBool::new(true);
        let read = |item: &Value| {
            let id = lenient_json::text(item, "id").and_then(|id| CommunityId::parse(&id));
            if id.is_none() {
                is_whole.store(false, Ordering::Relaxed);
            }
            Some(CommunitySummary { id: id?, name: lenient_json::name(item, "name").unwrap_or_default() })
        };
        let all =
            self.read_pages("communities", read, |community: &CommunitySummary| community.id.clone()).await?;
        Ok((all, is_whole.into_inner()))
    }

    /// Reads the metadata of a community: `GET communities-metadata/{id}`. May lag some seconds.
    pub async fn community(&self, id: &CommunityId) -> Result<CommunityDetails, ApiError> {
        let call = "communities-metadata";
        let response = self.get(call, &format!("{call}/{id}")).await?;
        let object = lenient_json::object(&response);
        let unreadable = || ApiError::new(call, ApiErrorKind::Unreadable);
        if lenient_json::text(object, "id").and_then(|id| CommunityId::parse(&id)).as_ref() != Some(id) {
            return Err(unreadable());
        }
        // A group that cannot be parsed must not seem to be missing: replies are made of this. An empty or missing
        // list says nothing about groups ([`CommunityDetails::lists_groups`]).
        let items =
            object.get("subGroups").map_or(Some(&[][..]), lenient_json::list).ok_or_else(unreadable)?;
        let groups: Option<Vec<SubGroup>> = items.iter().map(parse_sub_group).collect();
        let groups = groups.ok_or_else(unreadable)?;
        let (name, description) = (lenient_json::name(object, "name"), lenient_json::description(object));
        Ok(CommunityDetails { name, description, groups })
    }

    /// Waits for a permit for a changing call; `call` names it in an error.
    pub async fn acquire_change_permit(&self, call: &'static str) -> Result<ChangePermit, ApiError> {
        self.acquire(call, &self.inner.change_limiter, Priority::Reply).await.map(ChangePermit)
    }

    /// Links groups: `POST communities/link`. The response is not reliable: read back.
    pub async fn link(
        &self,
        community: &CommunityId,
        groups: &[GroupId],
        permit: ChangePermit,
    ) -> Result<(), ApiError> {
        self.change_membership("communities/link", community, groups, permit).await
    }

    /// Unlinks groups: `POST communities/unlink`. The response is not reliable: read back.
    pub async fn unlink(
        &self,
        community: &CommunityId,
        groups: &[GroupId],
        permit: ChangePermit,
    ) -> Result<(), ApiError> {
        self.change_membership("communities/unlink", community, groups, permit).await
    }

    async fn change_membership(
        &self,
        call: &'static str,
        community: &CommunityId,
        groups: &[GroupId],
        _permit: ChangePermit,
    ) -> Result<(), ApiError> {
        let groups: Vec<&str> = groups.iter().map(GroupId::as_str).collect();
        let body = json!({ "communityId": community.as_str(), "groupsPhones": groups });
        let response = self.change(call, &body).await;
        self.count_move();
        response
    }

    /// Creates a community with its announcement group: `POST communities`. Not idempotent: after an unreadable
    /// response, read the list before a retry.
    pub async fn create_community(
        &self,
        name: &str,
        description: Option<&str>,
        _permit: ChangePermit,
    ) -> Result<CreatedCommunity, ApiError> {
        let call = "POST communities";
        let mut body = json!({ "name": name });
        if let Some(description) = description {
            body["description"] = description.into();
        }
        let response = self.call(call, Method::POST, "communities", Some(&body)).await?;
        let object = lenient_json::object(&response);
        let id = lenient_json::text(object, "id").and_then(|id| CommunityId::parse(&id));
        let id = id.ok_or_else(|| ApiError::new(call, ApiErrorKind::Unreadable))?;
        let groups = object.get("subGroups").and_then(lenient_json::list).unwrap_or_default();
        let announcement = groups.iter().filter_map(parse_sub_group).find(|group| group.is_announcement);
        Ok(CreatedCommunity { id, announcement: announcement.map(|group| group.id) })
    }

    /// Deactivates a community; its groups stay, in no community: `DELETE communities/{id}`.
    pub async fn deactivate(&self, community: &CommunityId, _permit: ChangePermit) -> Result<(), ApiError> {
        let path = format!("communities/{community}");
        let response = self.call(DEACTIVATE_CALL, Method::DELETE, &path, None).await;
        self.count_move();
        response.map(drop)
    }

    /// Sets the description of a community: `POST update-community-description`.
    pub async fn describe(
        &self,
        community: &CommunityId,
        text: &str,
        _permit: ChangePermit,
    ) -> Result<(), ApiError> {
        let body = json!({ "communityId": community.as_str(), "communityDescription": text });
        self.change("update-community-description", &body).await
    }

    /// Sets the photo of a community, a URL or base64: `POST update-community-photo`.
    pub async fn set_photo(
        &self,
        community: &CommunityId,
        photo: &str,
        _permit: ChangePermit,
    ) -> Result<(), ApiError> {
        let body = json!({ "communityId": community.as_str(), "communityPhoto": photo });
        self.change("update-community-photo", &body).await
    }

    /// Sets who may add groups to a community: `POST communities/settings`.
    pub async fn set_add_policy(
        &self,
        community: &CommunityId,
        who: AddPolicy,
        _permit: ChangePermit,
    ) -> Result<(), ApiError> {
        let body = json!({ "communityId": community.as_str(), "whoCanAddNewGroups": who.as_str() });
        self.change("communities/settings", &body).await
    }

    /// Resets an invite link and returns the new one: `POST redefine-invitation-link/{id}`.
    pub async fn reset_invitation(
        &self,
        of: InvitationScope<'_>,
        _permit: ChangePermit,
    ) -> Result<String, ApiError> {
        let call = "redefine-invitation-link";
        let id = match of {
            InvitationScope::Community(id) => id.as_str(),
            InvitationScope::Group(id) => id.as_str(),
        };
        let response = self.call(call, Method::POST, &format!("{call}/{id}"), Some(&json!({}))).await?;
        let object = lenient_json::object(&response);
        let message = lenient_json::text(object, "invitationLinkError");
        let cause = if message.is_some() { ApiErrorKind::Rejected } else { ApiErrorKind::Unreadable };
        invitation_link(call, object)?.ok_or_else(|| ApiError { message, ..ApiError::new(call, cause) })
    }
}

fn parse_sub_group(item: &Value) -> Option<SubGroup> {
    Some(SubGroup {
        id: GroupId::parse(&lenient_json::text(item, "phone")?)?,
        name: lenient_json::name(item, "name").unwrap_or_default(),
        is_announcement: lenient_json::is_true(item, "isGroupAnnouncement"),
    })
}

//! The chapter "Communities": lists, metadata, link and unlink (Z-API docs, communities).

use serde_json::{Value, json};

use super::{ApiError, Cause, TurnToChange, Urgency, Zapi, loose};
use crate::domain::{CommunityId, GroupId};

/// A community of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Community {
    /// Its id.
    pub id: CommunityId,
    /// Its name, as people see it.
    pub name: String,
}

/// What a community is made of, at the moment of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommunityDetails {
    /// Its name.
    pub name: Option<String>,
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

impl CommunityDetails {
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
    pub async fn communities(&self) -> Result<Vec<Community>, ApiError> {
        let read = |item: &Value| {
            let id = CommunityId::parse(&loose::text(item, "id")?)?;
            Some(Community { id, name: loose::name(item, "name").unwrap_or_default() })
        };
        self.pages("communities", read, |one, other| one.id == other.id).await
    }

    /// What a community is made of now: `GET communities-metadata/{id}`. May lag some seconds.
    pub async fn community(&self, id: &CommunityId) -> Result<CommunityDetails, ApiError> {
        let call = "communities-metadata";
        let answer = self.get(call, &format!("{call}/{id}")).await?;
        let object = loose::object(&answer);
        let unreadable = || ApiError::new(call, Cause::Unreadable);
        if !object.is_object() {
            return Err(unreadable());
        }
        // A community has its announcement group at least, and a group that cannot be read must not
        // pass for one that is not there: the marks of a reply are made of this.
        let items = object.get("subGroups").and_then(loose::list).unwrap_or_default();
        let group = |item| {
            Some(SubGroup {
                id: GroupId::parse(&loose::text(item, "phone")?)?,
                name: loose::name(item, "name").unwrap_or_default(),
                is_announcement: loose::is_true(item, "isGroupAnnouncement"),
            })
        };
        let groups: Option<Vec<SubGroup>> = items.iter().map(group).collect();
        let groups = groups.filter(|groups| !groups.is_empty()).ok_or_else(unreadable)?;
        Ok(CommunityDetails { name: loose::name(object, "name"), groups })
    }

    /// Waits until the next changing call may go, and books it; `call` names it in an error.
    pub async fn turn_to_change(&self, call: &'static str) -> Result<TurnToChange, ApiError> {
        let booked = self.line.changes.turn(Urgency::Answer).await;
        booked.map(TurnToChange).map_err(|_| ApiError::new(call, Cause::NotBooked))
    }

    /// Asks to link groups: `POST communities/link`. The answer is a hint, never the truth.
    pub async fn link(
        &self,
        community: &CommunityId,
        groups: &[GroupId],
        turn: TurnToChange,
    ) -> Result<(), ApiError> {
        self.change_membership("communities/link", community, groups, turn).await
    }

    /// Asks to unlink groups: `POST communities/unlink`. The answer is a hint, never the truth.
    pub async fn unlink(
        &self,
        community: &CommunityId,
        groups: &[GroupId],
        turn: TurnToChange,
    ) -> Result<(), ApiError> {
        self.change_membership("communities/unlink", community, groups, turn).await
    }

    async fn change_membership(
        &self,
        call: &'static str,
        community: &CommunityId,
        groups: &[GroupId],
        _turn: TurnToChange,
    ) -> Result<(), ApiError> {
        let groups: Vec<&str> = groups.iter().map(GroupId::as_str).collect();
        self.post(call, &json!({ "communityId": community.as_str(), "groupsPhones": groups })).await.map(drop)
    }
}

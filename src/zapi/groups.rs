//! The chapter "Groups": the list, and what one group is (Z-API docs, groups).

use serde_json::Value;

use super::{ApiError, Cause, Zapi, loose};
use crate::domain::{CommunityId, GroupId};

/// A group of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name, as people see it.
    pub name: String,
}

/// What a group is, at the moment of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDetails {
    /// Its name.
    pub name: Option<String>,
    /// The community it belongs to, if any.
    pub community: Option<CommunityId>,
    /// It is the announcement group of that community.
    pub is_announcement: bool,
}

impl Zapi {
    /// All groups that the number is in: `GET groups`.
    pub async fn groups(&self) -> Result<Vec<Group>, ApiError> {
        let read = |item: &Value| {
            let id = GroupId::parse(&loose::text(item, "phone")?)?;
            Some(Group { id, name: loose::name(item, "name").unwrap_or_default() })
        };
        self.pages("groups", read, |one, other| one.id == other.id).await
    }

    /// What a group is now: `GET light-group-metadata/{phone}`. May lag some seconds.
    pub async fn group(&self, id: &GroupId) -> Result<GroupDetails, ApiError> {
        let call = "light-group-metadata";
        let answer = self.get(call, &format!("{call}/{id}")).await?;
        let object = loose::object(&answer);
        if loose::text(object, "phone").and_then(|phone| GroupId::parse(&phone)).as_ref() != Some(id) {
            return Err(ApiError::new(call, Cause::Unreadable));
        }
        Ok(GroupDetails {
            name: loose::name(object, "subject"),
            community: loose::text(object, "communityId").and_then(|id| CommunityId::parse(&id)),
            is_announcement: loose::is_true(object, "isGroupAnnouncement"),
        })
    }
}

//! The people that a change concerns.

use std::collections::HashSet;

use futures_util::FutureExt;

use crate::command::{CommandError, Confirmation, Context};
use crate::directory::join_bounded;
use crate::domain::GroupId;
use crate::reply::ReplyLine;
use crate::zapi::{ApiErrorKind, CommunityDetails};

/// The announcement group of a community, which has all of its people; ends the command where there is none.
pub fn announcement_group(details: &CommunityDetails, name: &str) -> Result<GroupId, CommandError> {
    let group = details.announcement().map(|group| group.id.clone());
    group.ok_or_else(|| ReplyLine::not_done("no-announcement-group").name("community", name).into())
}

/// How many people are in a group, where that can be read; not read where nobody sees it.
pub async fn count_members(context: &Context<'_>, group: &GroupId) -> Result<Option<usize>, CommandError> {
    if context.confirmation == Confirmation::Given {
        return Ok(None);
    }
    match context.zapi.participants(group).await {
        Ok(people) => Ok(Some(people.len())),
        Err(error) if matches!(error.cause, ApiErrorKind::Rejected | ApiErrorKind::Unreadable) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// How many people are in these groups, besides the bot; `None` where that cannot be read.
pub async fn count_people(context: &Context<'_>, groups: &[GroupId]) -> Option<usize> {
    let reads = groups.iter().map(|group| context.zapi.participants(group).boxed());
    let mut people = HashSet::new();
    for read in join_bounded(reads.collect()).await {
        // By lid where there is one: a person may hide the number in one group only.
        people.extend(read.ok()?.into_iter().map(|person| match person.lid {
            Some(lid) => Err(lid.as_u64()),
            None => Ok(person.phone.map(|phone| phone.as_u64())),
        }));
    }
    Some(people.len().saturating_sub(1))
}

//! Finds the groups that were typed, and reads their state before the first change.

use std::collections::HashSet;

use futures_util::FutureExt;

use crate::command::{CommandError, Context};
use crate::config::{Admin, AdminsFrom};
use crate::directory::{
    CommunityEntry, GroupEntry, InviteTarget, NameMatch, disambiguate, disambiguate_by, fold, join_bounded,
};
use crate::domain::{Chat, CommunityId, GroupId};
use crate::engine::links::plan::{LinkAction, LinkPlan, PlanItem, SourceCommunity};
use crate::engine::links::reconcile::find_other_community;
use crate::engine::outcome::PriorState;
use crate::parse::numbers::parse_numbers;
use crate::parse::word_lists::{here_words, in_word_list};
use crate::reply::{MAX_CANDIDATES, ReplyLine};
use crate::zapi::{ApiError, ApiErrorKind, CommunityDetails};

/// Finds the groups and reads their state; nothing is changed. The sender unlinked the groups of an `/undo`, so
/// group-admin rights are not checked again.
pub async fn build_plan(
    context: &Context<'_>,
    action: LinkAction,
    community: CommunityEntry,
    typed: &[String],
) -> Result<LinkPlan, CommandError> {
    let (found, details) = tokio::join!(find_groups(context, typed), context.zapi.community(&community.id));
    let (found, details) = (found?, details?);
    let is_of_community = context.admin.from == AdminsFrom::Community;
    let must_be_group_admin = action.links() && is_of_community && !context.is_undo();
    let id = &community.id;
    let survey = Survey { context, action, community: id, details: &details, must_be_group_admin };
    let reads = found.into_iter().map(|item| survey.read_item(item).boxed());
    let items = join_bounded(reads.collect()).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let name = details.name_or(community.name);
    let mut plan = LinkPlan { action, community: community.id, name, items, unlisted: None };
    if action == LinkAction::Move {
        let is_from =
            |id: &CommunityId| context.precondition.as_deref().is_none_or(|only| id.as_str() == only);
        plan.move_from(|SourceCommunity { id, name }| {
            is_from(id) && context.can_see(id, name.as_deref().unwrap_or_default())
        });
    }
    if action.links() {
        plan.reject_beyond_limit(&details, context.instance.community_limit);
    } else {
        plan.keep_last_group(&details, &plan.pending());
    }
    for (source, groups) in plan.source_communities() {
        plan.keep_last_group(&context.zapi.community(&source.id).await?, &groups);
    }
    plan.unlisted = Some(plan.find_unlisted(&details, &plan.pending()));
    Ok(plan)
}

/// What is not understood, by the key of its text.
fn unclear(key: &'static str) -> PriorState {
    PriorState::Unclear(key.into())
}

/// The groups of all words, each once and with no state yet, and an item for each word that names none.
async fn find_groups(context: &Context<'_>, typed: &[String]) -> Result<Vec<PlanItem>, CommandError> {
    let invited = context.directory.resolve_invitations(context.zapi, typed).await?;
    let names = typed.iter().zip(&invited).filter(|(_, invited)| invited.is_none());
    let names: Vec<String> = names.map(|(word, _)| word.clone()).collect();
    let found = context.directory.find_groups(context.zapi, &names, context.chat, &here_words()).await?;
    let mut found = context.retain_visible(&names, found).await?.into_iter();
    let mut seen = HashSet::new();
    let mut items = Vec::new();
    for (word, invited) in typed.iter().zip(invited) {
        let matched = match invited {
            Some(InviteTarget::Group(group)) => vec![PlanItem::from_group(group)],
            Some(InviteTarget::NotAMember(name)) => {
                vec![PlanItem::new(name.as_deref().unwrap_or(word), unclear("group-not-a-member"))]
            }
            Some(InviteTarget::Expired) => vec![PlanItem::new(word, unclear("group-invitation-expired"))],
            None => match found.next() {
                Some(found) => matched_groups(context, word, found).await?,
                None => continue,
            },
        };
        let is_by_id = GroupId::parse(word).is_some();
        let is_new = |item: &PlanItem| item.id.as_ref().is_none_or(|id| seen.insert(id.clone()));
        items.extend(matched.into_iter().filter(is_new).map(|item| PlanItem { is_by_id, ..item }));
    }
    Ok(items)
}

/// The groups of a word, or one item for a word that names none or is ambiguous.
async fn matched_groups(
    context: &Context<'_>,
    word: &str,
    found: NameMatch<GroupId>,
) -> Result<Vec<PlanItem>, CommandError> {
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let sees = |entry: &CommunityEntry| context.sees(entry);
    let is_listed_community = |group: &GroupEntry| {
        let id = CommunityId::parse(group.id.as_str());
        id.is_some_and(|id| snapshot.communities.by_id(&id).is_some_and(sees))
    };
    let is_here_outside_groups = matches!(context.chat, Chat::Direct(_)) && in_word_list(word, "here");
    let pattern_key = if word.chars().all(|c| c == '*') { "bare-pattern" } else { "no-pattern" };
    let has_name = snapshot.communities.matches(word);
    let (is_whole, is_community) = (has_name.1, has_name.0.into_iter().any(sees));
    let (prior, candidates) = match found {
        NameMatch::Exact(group) if is_listed_community(&group) => (unclear("group-is-community"), Vec::new()),
        NameMatch::Exact(group) => return Ok(vec![PlanItem::from_group(group)]),
        NameMatch::Many(groups) if !groups.is_empty() => {
            return Ok(groups.into_iter().map(PlanItem::from_group).collect());
        }
        NameMatch::Many(_) => (unclear(pattern_key), Vec::new()),
        NameMatch::Ambiguous(groups) => (PriorState::Ambiguous(groups.len()), groups),
        NameMatch::NotFound { suggestions } if is_community && (is_whole || suggestions.is_empty()) => {
            (unclear("group-is-community"), Vec::new())
        }
        NameMatch::NotFound { .. } if is_here_outside_groups => (unclear("no-here"), Vec::new()),
        NameMatch::NotFound { .. } if word.contains('*') => (unclear(pattern_key), Vec::new()),
        // Names that resemble a number are not meant.
        NameMatch::NotFound { .. } if parse_numbers(word).is_some() => (PriorState::NameNotFound, Vec::new()),
        NameMatch::NotFound { suggestions } => (PriorState::NameNotFound, suggestions),
    };
    let names = tell_groups_apart(context, &candidates).await?;
    let choices = candidates.into_iter().map(|group| group.id).zip(names).take(MAX_CANDIDATES).collect();
    Ok(vec![PlanItem { choices, ..PlanItem::new(word, prior) }])
}

/// The names of groups; where two are alike, with their communities, else with the last digits of their ids.
async fn tell_groups_apart(
    context: &Context<'_>,
    groups: &[GroupEntry],
) -> Result<Vec<String>, CommandError> {
    let has_twin =
        |group: &GroupEntry| groups.iter().filter(|other| fold(&other.name) == fold(&group.name)).count() > 1;
    if !groups.iter().any(has_twin) {
        return Ok(disambiguate(groups));
    }
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let memberships = context.directory.memberships(context.zapi).await?;
    let describe = |group: &GroupId| match memberships.community_of(group) {
        Some(id) => {
            let community = snapshot.communities.by_id(id).filter(|entry| context.sees(entry));
            community.map(|community| community.name.clone()).filter(|name| !name.is_empty())
        }
        None => memberships.is_complete.then(|| ReplyLine::new("in-no-community").render(context.localizer)),
    };
    Ok(disambiguate_by(groups, describe))
}

/// What is known when the state of each group is read.
struct Survey<'s, 'c> {
    context: &'s Context<'c>,
    action: LinkAction,
    community: &'s CommunityId,
    details: &'s CommunityDetails,
    /// The sender must be an admin of each group. WhatsApp lets only admins of a group add it to a community, and the
    /// bot is admin of many groups: an admin of a community must not do more through the bot.
    must_be_group_admin: bool,
}

impl Survey<'_, '_> {
    /// Reads the state of a group; an item without one is kept.
    async fn read_item(&self, mut item: PlanItem) -> Result<PlanItem, ApiError> {
        let Some(group) = item.id.clone() else { return Ok(item) };
        let is_visible = match self.details.find(&group) {
            Some(member) => {
                item.prior = match member.is_announcement {
                    true => PriorState::impossible("group-announcement"),
                    false => self.action.prior_state(true),
                };
                if item.name.is_empty() {
                    item.name.clone_from(&member.name);
                }
                true
            }
            None => self.read_unlisted(&group, &mut item).await?,
        };
        let hides_name = item.is_by_id && !is_visible && self.context.admin.from == AdminsFrom::Community;
        if item.name.is_empty() || hides_name {
            item.name = group.to_string();
        }
        let may_be_linked = match item.prior {
            PriorState::Pending => true,
            // A move may take it from another community of the sender.
            PriorState::InOtherCommunity => item.source.as_ref().is_some_and(|source| source.name.is_some()),
            _ => false,
        };
        if self.must_be_group_admin && may_be_linked && !is_group_admin(self.context, &group).await? {
            (item.prior, item.source) = (PriorState::impossible("group-not-admin"), None);
        }
        Ok(item)
    }

    /// Reads the state of a group that the community does not list. Returns whether it is in no community, or in one
    /// that the admin can see; false if that could not be read.
    async fn read_unlisted(&self, group: &GroupId, item: &mut PlanItem) -> Result<bool, ApiError> {
        let details = match self.context.zapi.group(group).await {
            Ok(details) => details,
            Err(error) if error.proves_absence() => {
                item.prior = PriorState::impossible("group-gone");
                return Ok(false);
            }
            // The community does not list the group, so a link call may be made. For an unlink this is no proof that
            // the group is already out, so the error is returned.
            Err(error) if error.cause == ApiErrorKind::Unreadable && self.action.links() => {
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        if item.name.is_empty() {
            item.name = details.name.clone().unwrap_or_default();
        }
        let source = find_other_community(self.context, self.community, &details).await?;
        let is_visible = source.as_ref().is_none_or(|source| source.name.is_some());
        item.prior = match source {
            _ if details.is_announcement => PriorState::impossible("group-announcement"),
            Some(source) => {
                item.source = Some(source);
                PriorState::InOtherCommunity
            }
            // If the group names this community, the community's list is stale.
            None => self.action.prior_state(details.community.is_some()),
        };
        Ok(is_visible)
    }
}

/// Whether the admin is an admin of a group, by number or lid; unknown means no.
async fn is_group_admin(context: &Context<'_>, group: &GroupId) -> Result<bool, ApiError> {
    let people = match context.zapi.participants(group).await {
        Ok(people) => people,
        Err(error) if error.cause.is_temporary() || error.cause.affects_instance() => return Err(error),
        Err(_) => return Ok(false),
    };
    let Admin { phone, lid, .. } = context.admin;
    let mut matching_participants = people
        .iter()
        .filter(|person| phone.is_some() && person.phone == *phone || lid.is_some() && person.lid == *lid)
        .peekable();
    // If number and lid match two entries, both must be admins.
    Ok(matching_participants.peek().is_some() && matching_participants.all(|person| person.is_admin))
}

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
    let (groups, details) = tokio::join!(find_groups(context, typed), context.zapi.community(&community.id));
    let (groups, details) = (groups?, details?);
    let is_of_community = context.admin.from == AdminsFrom::Community;
    let must_be_group_admin = action.links() && is_of_community && !context.is_undo();
    let id = &community.id;
    let survey = Survey { context, action, community: id, details: &details, must_be_group_admin };
    let reads = groups.into_iter().map(|group| survey.read_item(group).boxed());
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

/// A group whose state is read, or the item of a word that names none.
type FoundGroup = Result<NamedGroup, Box<PlanItem>>;

/// A group that was typed.
struct NamedGroup {
    group: GroupEntry,
    /// A group given by id or list number: its name is hidden unless the admin may see it. An invitation link shows the
    /// name anyway.
    is_by_id: bool,
}

/// The groups of all words, each once.
async fn find_groups(context: &Context<'_>, typed: &[String]) -> Result<Vec<FoundGroup>, CommandError> {
    let invited = context.directory.resolve_invitations(context.zapi, typed).await?;
    let names = typed.iter().zip(&invited).filter(|(_, invited)| invited.is_none());
    let names: Vec<String> = names.map(|(word, _)| word.clone()).collect();
    let found = context.directory.find_groups(context.zapi, &names, context.chat, &here_words()).await?;
    let mut found = context.retain_visible(&names, found).await?.into_iter();
    let unclear = |name: &str, key| Err(Box::new(PlanItem::new(name, unclear(key))));
    let mut seen = HashSet::new();
    let mut groups = Vec::new();
    for (word, invited) in typed.iter().zip(invited) {
        let matched = match invited {
            Some(InviteTarget::Group(group)) => Ok(vec![group]),
            Some(InviteTarget::NotAMember(name)) => {
                unclear(name.as_deref().unwrap_or(word), "group-not-a-member")
            }
            Some(InviteTarget::Expired) => unclear(word, "group-invitation-expired"),
            None => match found.next() {
                Some(found) => matched_groups(context, word, found).await?,
                None => continue,
            },
        };
        match matched {
            Ok(matched) => {
                let is_by_id = GroupId::parse(word).is_some();
                let matched = matched.into_iter().filter(|group| seen.insert(group.id.clone()));
                groups.extend(matched.map(|group| Ok(NamedGroup { group, is_by_id })));
            }
            Err(item) => groups.push(Err(item)),
        }
    }
    Ok(groups)
}

/// The groups of a word, or the item of a word that names none or is ambiguous.
async fn matched_groups(
    context: &Context<'_>,
    word: &str,
    found: NameMatch<GroupId>,
) -> Result<Result<Vec<GroupEntry>, Box<PlanItem>>, CommandError> {
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
        NameMatch::Exact(group) => return Ok(Ok(vec![group])),
        NameMatch::Many(groups) if !groups.is_empty() => return Ok(Ok(groups)),
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
    Ok(Err(Box::new(PlanItem { choices, ..PlanItem::new(word, prior) })))
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
    async fn read_item(&self, found: FoundGroup) -> Result<PlanItem, ApiError> {
        let NamedGroup { group, is_by_id } = match found {
            Ok(group) => group,
            Err(item) => return Ok(*item),
        };
        let mut item = PlanItem::new(group.name, PriorState::Pending);
        let is_visible = match self.details.find(&group.id) {
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
            None => self.read_unlisted(&group.id, &mut item).await?,
        };
        let hides_name = is_by_id && !is_visible && self.context.admin.from == AdminsFrom::Community;
        if item.name.is_empty() || hides_name {
            item.name = group.id.to_string();
        }
        let may_be_linked = match item.prior {
            PriorState::Pending => true,
            // A move may take it from another community of the sender.
            PriorState::InOtherCommunity => item.source.as_ref().is_some_and(|source| source.name.is_some()),
            _ => false,
        };
        if self.must_be_group_admin && may_be_linked && !is_group_admin(self.context, &group.id).await? {
            (item.prior, item.source) = (PriorState::impossible("group-not-admin"), None);
        }
        item.id = Some(group.id);
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

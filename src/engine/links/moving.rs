//! Moving groups: they are unlinked from their communities, and linked to another one.
//!
//! Both halves are reported like a link and an unlink, and continue after a crash: a group that has left is
//! not unlinked again. A group that is not linked in the end is linked again where it was, and the reply says
//! where each group is.

use crate::command::context::{CommandError, Context};
use crate::directory::CommunityEntry;
use crate::domain::{CommunityId, GroupId};
use crate::engine::api_change::store_plan;
use crate::engine::links::plan::{LinkAction, LinkPlan};
use crate::engine::links::reconcile::GroupChange;
use crate::engine::outcome::{Outcome, Outcomes, Place};
use crate::engine::reconcile::reconcile;

/// Runs both halves. A group that left its community and is not linked after two calls goes back, also after
/// a cancel between the halves: the plan records it before, so that a later attempt only links it back.
pub async fn move_groups(
    context: &mut Context<'_>,
    plan: &mut LinkPlan,
) -> Result<Outcomes<GroupId>, CommandError> {
    let mut open: Vec<GroupId> = plan.pending();
    open.retain(|group| plan.link_back_reason(group).is_none());
    let (mut outcomes, mut later) = (Outcomes::new(), None);
    let sources = plan.source_communities();
    for (source, groups) in &sources {
        let groups: Vec<GroupId> = groups.iter().filter(|group| open.contains(group)).cloned().collect();
        let mut change = GroupChange::new(LinkAction::Unlink, &source.id);
        match reconcile(context, &mut change, &groups, false, None).await {
            Ok(left) => {
                for (group, outcome) in left {
                    let stayed = stayed_outcome(context, source, &group, outcome).await;
                    outcomes.extend(stayed.map(|outcome| (group, outcome)));
                }
            }
            // Groups of other communities do not wait for these.
            Err(CommandError::Api(error)) if error.cause.is_temporary() => {
                open.retain(|group| !groups.contains(group));
                later = Some(error);
            }
            Err(failure) => return Err(failure),
        }
    }
    open.retain(|group| !outcomes.contains_key(group));
    let mut goes_back = false;
    for (group, outcome) in link(context, &plan.community, &open).await? {
        let has_left = sources.iter().any(|(_, groups)| groups.contains(&group));
        if has_left && !matches!(outcome, Outcome::Done | Outcome::InOtherCommunity(_)) {
            plan.set_link_back(&group, render_reason(context, &outcome));
            goes_back = true;
        } else {
            outcomes.insert(group, outcome);
        }
    }
    if goes_back {
        store_plan(context, plan).await?;
    }
    outcomes.extend(link_back(context, plan).await?);
    if outcomes.values().all(|outcome| *outcome == Outcome::Done) {
        context.is_final_failure = false;
    }
    later.map_or(Ok(outcomes), |error| Err(error.into()))
}

/// The outcome of a group that did not leave its community; none for one that did.
async fn stayed_outcome(
    context: &Context<'_>,
    source: &CommunityEntry,
    group: &GroupId,
    outcome: Outcome,
) -> Option<Outcome> {
    match outcome {
        Outcome::Done => return None,
        // The community cannot be read; its group may be.
        Outcome::NotReadBack => {
            let read = context.zapi.group(group).await;
            if read.is_ok_and(|group| group.community.as_ref() != Some(&source.id)) {
                return None;
            }
        }
        _ => {}
    }
    let place = if outcome.may_be_done() { Place::MayHaveLeft } else { Place::Stayed };
    let reason = render_reason(context, &outcome);
    Some(Outcome::NotMoved { place, from: source.name.clone(), reason })
}

/// Links groups, with a second call for those that it may help.
async fn link(
    context: &mut Context<'_>,
    community: &CommunityId,
    groups: &[GroupId],
) -> Result<Outcomes<GroupId>, CommandError> {
    let mut change = GroupChange::new(LinkAction::Link, community);
    let mut outcomes = reconcile(context, &mut change, groups, false, None).await?;
    let may_help = |outcome: &Outcome| outcome.may_take_effect() && *outcome != Outcome::Cancelled;
    let open: Vec<GroupId> =
        groups.iter().filter(|group| outcomes.get(*group).is_some_and(may_help)).cloned().collect();
    outcomes.extend(reconcile(context, &mut change, &open, false, None).await?);
    Ok(outcomes)
}

/// Links the groups that go back, and reports where each is.
async fn link_back(context: &mut Context<'_>, plan: &LinkPlan) -> Result<Outcomes<GroupId>, CommandError> {
    let mut outcomes = Outcomes::new();
    // A cancelled command still has to link them back.
    let is_cancelled = std::mem::take(&mut context.is_cancelled);
    for (source, mut groups) in plan.source_communities() {
        groups.retain(|group| plan.link_back_reason(group).is_some());
        for (group, outcome) in link(context, &source.id, &groups).await? {
            let reason = plan.link_back_reason(&group).unwrap_or_default().to_owned();
            let not_moved = |place| Outcome::NotMoved { place, from: source.name.clone(), reason };
            let outcome = match outcome {
                Outcome::Done => not_moved(Place::Back),
                outcome => find_whereabouts(context, &plan.community, &group, outcome, not_moved).await,
            };
            outcomes.insert(group, outcome);
        }
    }
    context.is_cancelled = is_cancelled;
    Ok(outcomes)
}

/// The outcome of a group that its old community does not show: the call that did not link it to its target may have
/// taken effect late.
async fn find_whereabouts(
    context: &Context<'_>,
    target: &CommunityId,
    group: &GroupId,
    outcome: Outcome,
    not_moved: impl FnOnce(Place) -> Outcome,
) -> Outcome {
    let Ok(details) = context.zapi.group(group).await else { return not_moved(Place::MayBeBack) };
    match outcome {
        _ if details.community.as_ref() == Some(target) => Outcome::Done,
        Outcome::InOtherCommunity(_) => outcome,
        _ if details.community.is_none() && !outcome.may_be_done() => not_moved(Place::InNone),
        _ => not_moved(Place::MayBeBack),
    }
}

/// Why a group was not moved, as a part of a sentence.
fn render_reason(context: &Context<'_>, outcome: &Outcome) -> String {
    outcome.text("moved").render(context.localizer).trim_end_matches('.').to_owned()
}

//! Moving groups: they are unlinked from their communities, and linked to another one.
//!
//! Both halves are reported like a link and an unlink, and continue after a crash: a group that has left is
//! not unlinked again. A group that is not linked in the end is linked again where it was, and the reply says
//! where each group is.

use crate::command::{CommandError, Context};
use crate::directory::CommunityEntry;
use crate::domain::CommunityId;
use crate::engine::api_change::store_plan;
use crate::engine::links::plan::{LinkAction, LinkPlan, PlanItem};
use crate::engine::links::reconcile::GroupChange;
use crate::engine::outcome::{ItemOutcome, ItemOutcomes, Place};
use crate::engine::reconcile::reconcile;
use crate::zapi::GroupDetails;

/// Runs both halves. A group that left its community and is not linked after two calls goes back, also after
/// a cancel between the halves: the plan records it before, so that a later attempt only links it back.
pub async fn move_groups(
    context: &mut Context<'_>,
    plan: &mut LinkPlan,
) -> Result<ItemOutcomes, CommandError> {
    let mut open = plan.pending();
    open.retain(|at| plan.items[*at].link_back_reason.is_none());
    let (mut outcomes, mut later) = (ItemOutcomes::new(), None);
    let sources = plan.source_communities();
    for (source, groups) in &sources {
        let groups: Vec<usize> = groups.iter().copied().filter(|at| open.contains(at)).collect();
        let mut change = GroupChange::new(LinkAction::Unlink, &source.id, plan);
        match reconcile(context, &mut change, &groups, false, None).await {
            Ok(left) => {
                for (at, outcome) in left {
                    let stayed = stayed_outcome(context, source, &plan.items[at], outcome).await;
                    outcomes.extend(stayed.map(|outcome| (at, outcome)));
                }
            }
            // Groups of other communities do not wait for these.
            Err(CommandError::Api(error)) if error.cause.is_temporary() => {
                open.retain(|at| !groups.contains(at));
                later = Some(error);
            }
            Err(failure) => return Err(failure),
        }
    }
    open.retain(|at| !outcomes.contains_key(at));
    let mut goes_back = false;
    for (at, outcome) in link(context, &plan.community, plan, &open).await? {
        let item = &mut plan.items[at];
        if item.source.is_some() && !matches!(outcome, ItemOutcome::Done | ItemOutcome::InOtherCommunity(_)) {
            item.link_back_reason = Some(render_reason(context, &outcome));
            goes_back = true;
        } else {
            outcomes.insert(at, outcome);
        }
    }
    if goes_back {
        store_plan(context, plan).await?;
    }
    outcomes.extend(link_back(context, plan).await?);
    if outcomes.values().all(|outcome| *outcome == ItemOutcome::Done) {
        context.is_final_failure = false;
    }
    later.map_or(Ok(outcomes), |error| Err(error.into()))
}

/// The outcome of a group that did not leave its community; none for one that did.
async fn stayed_outcome(
    context: &Context<'_>,
    source: &CommunityEntry,
    item: &PlanItem,
    outcome: ItemOutcome,
) -> Option<ItemOutcome> {
    match outcome {
        ItemOutcome::Done => return None,
        // The community cannot be read; its group may be.
        ItemOutcome::NotReadBack => {
            let group = read_group(context, item).await;
            if group.is_some_and(|group| group.community.as_ref() != Some(&source.id)) {
                return None;
            }
        }
        _ => {}
    }
    let place = if outcome.may_be_done() { Place::MayHaveLeft } else { Place::Stayed };
    let reason = render_reason(context, &outcome);
    Some(ItemOutcome::NotMoved { place, from: source.name.clone(), reason })
}

/// Links groups, with a second call for those that it may help.
async fn link(
    context: &mut Context<'_>,
    community: &CommunityId,
    plan: &LinkPlan,
    groups: &[usize],
) -> Result<ItemOutcomes, CommandError> {
    let mut change = GroupChange::new(LinkAction::Link, community, plan);
    let mut outcomes = reconcile(context, &mut change, groups, false, None).await?;
    let may_help = |outcome: &ItemOutcome| outcome.may_take_effect() && *outcome != ItemOutcome::Cancelled;
    let open: Vec<usize> =
        groups.iter().copied().filter(|at| outcomes.get(at).is_some_and(may_help)).collect();
    outcomes.extend(reconcile(context, &mut change, &open, false, None).await?);
    Ok(outcomes)
}

/// Links the groups that go back, and reports where each is.
async fn link_back(context: &mut Context<'_>, plan: &LinkPlan) -> Result<ItemOutcomes, CommandError> {
    let mut outcomes = ItemOutcomes::new();
    // A cancelled command still has to link them back.
    let is_cancelled = std::mem::take(&mut context.is_cancelled);
    for (source, mut groups) in plan.source_communities() {
        groups.retain(|at| plan.items[*at].link_back_reason.is_some());
        for (at, outcome) in link(context, &source.id, plan, &groups).await? {
            let item = &plan.items[at];
            let reason = item.link_back_reason.clone().unwrap_or_default();
            let not_moved = |place| ItemOutcome::NotMoved { place, from: source.name.clone(), reason };
            let outcome = match outcome {
                ItemOutcome::Done => not_moved(Place::Back),
                outcome => find_whereabouts(context, &plan.community, item, outcome, not_moved).await,
            };
            outcomes.insert(at, outcome);
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
    item: &PlanItem,
    outcome: ItemOutcome,
    not_moved: impl FnOnce(Place) -> ItemOutcome,
) -> ItemOutcome {
    let Some(group) = read_group(context, item).await else { return not_moved(Place::MayBeBack) };
    match outcome {
        _ if group.community.as_ref() == Some(target) => ItemOutcome::Done,
        ItemOutcome::InOtherCommunity(_) => outcome,
        _ if group.community.is_none() && !outcome.may_be_done() => not_moved(Place::InNone),
        _ => not_moved(Place::MayBeBack),
    }
}

/// Why a group was not moved, as a part of a sentence.
fn render_reason(context: &Context<'_>, outcome: &ItemOutcome) -> String {
    outcome.text("moved").render(context.localizer).trim_end_matches('.').to_owned()
}

async fn read_group(context: &Context<'_>, item: &PlanItem) -> Option<GroupDetails> {
    context.zapi.group(item.id.as_ref()?).await.ok()
}

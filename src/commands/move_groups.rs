//! `/move <groups…> <community>`: unlinks groups from their communities, and links them to another one.
//!
//! Both halves are reported like a link and an unlink, and continue after a crash: a group that has left is
//! not unlinked again. A group that is not linked in the end is linked again where it was, and the reply says
//! where each group is.

use crate::authorization::may_in;
use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::domain::{CommunityId, GroupId};
use crate::engine::links::action::LinkAction;
use crate::engine::links::change::{
    LinkPreview, command_with_ids, parse_groups, preview_or_confirm, prompt_choice,
};
use crate::engine::links::plan::{LinkPlan, Outcomes, build_plan, load_stored};
use crate::engine::links::reconcile::reconcile;
use crate::engine::target::ChoiceArguments;
use crate::failpoint::{self, Step};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::{GroupOutcome, Reply};

/// More groups that leave a community need a confirmation.
const MAX_UNCONFIRMED: usize = 3;

pub const SPEC: CommandSpec = CommandSpec {
    name: "move",
    pt: &["mover", "transferir"],
    es: &["mover", "trasladar"],
    args: &[ArgKind::Groups, ArgKind::Community],
    is_mutating: true,
    section: HelpSection::Groups,
};

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let community = context.require_community()?;
    let mut plan = match load_stored(context) {
        Some(plan) => plan,
        None => {
            let typed = match parse_groups(context, SPEC.name, arguments).await? {
                Ok(typed) => typed,
                Err(reply) => return Ok(reply),
            };
            let (plan, details) =
                build_plan(context, LinkAction::Link, community, &typed, context.is_undo).await?;
            let (admin, directory) = (context.admin, context.directory);
            let limit = context.instance.community_limit;
            let is_from =
                |id: &CommunityId| context.precondition.as_deref().is_none_or(|only| id.as_str() == only);
            let may_leave = |id: &_, name: &_| is_from(id) && may_in(admin, id, name, directory);
            let mut plan = plan.into_move(&details, limit, may_leave);
            keep_last_group(context, &mut plan).await?;
            failpoint::reach(Step::StateRead);
            let todo = plan.pending();
            let leaving: usize = plan.source_communities().iter().map(|(.., groups)| groups.len()).sum();
            let preview = LinkPreview {
                command: SPEC.name,
                rest: undo_command(&todo, &plan),
                report: plan.preview(LinkAction::Link, false),
                groups: todo,
                typed: &typed,
                is_grave: leaving > MAX_UNCONFIRMED,
            };
            if let Some(reply) = preview_or_confirm(context, preview).await {
                return Ok(reply);
            }
            if plan.has_pending() {
                context.store_plan(serde_json::to_string(&plan).unwrap_or_default()).await?;
                failpoint::reach(Step::Planned);
            }
            plan
        }
    };
    let outcomes = execute_move(context, &mut plan).await?;
    store_undo(context, &plan, &outcomes);
    let choice = ChoiceArguments::new(arguments.flags.to_typed(), plan.raw_community_id());
    prompt_choice(context, SPEC.name, &plan, choice);
    Ok(Reply::GroupReport(plan.report(LinkAction::Link, outcomes)))
}

/// At least one ordinary group must stay in each community that groups leave: the one named last.
async fn keep_last_group(context: &Context<'_>, plan: &mut LinkPlan) -> Result<(), CommandError> {
    for (id, _, groups) in plan.source_communities() {
        let details = context.zapi.community(&id).await?;
        if !details.lists_groups() {
            // Which group is the last one is not known: WhatsApp refuses to unlink it.
            continue;
        }
        let ordinary = details.ordinary().count();
        if let Some(last) = groups.last().filter(|_| groups.len() >= ordinary) {
            plan.keep_in_place(last);
        }
    }
    Ok(())
}

/// Runs both halves. A group that left its community and is not linked after two calls goes back, also after
/// a cancel between the halves: the plan records it before, so that a later attempt only links it back.
async fn execute_move(context: &mut Context<'_>, plan: &mut LinkPlan) -> Result<Outcomes, CommandError> {
    let Some(target) = plan.community_id() else { return Ok(Outcomes::new()) };
    let mut open: Vec<GroupId> = plan.pending();
    open.retain(|group| plan.link_back_reason(group).is_none());
    let (mut outcomes, mut later) = (Outcomes::new(), None);
    for (from, name, groups) in plan.source_communities() {
        let groups: Vec<GroupId> = groups.into_iter().filter(|group| open.contains(group)).collect();
        match reconcile(
            context,
            LinkAction::Unlink,
            &LinkPlan::from_groups(&from, &name, &groups),
            None,
            None,
        )
        .await
        {
            Ok(left) => {
                for (group, outcome) in left {
                    let stays = stays(context, (&from, &name), &group, outcome).await;
                    outcomes.extend(stays.map(|outcome| (group, outcome)));
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
    let linked = link(context, &target, plan.name(), &open).await?;
    let mut goes_back = false;
    for (group, outcome) in linked {
        let is_from = plan.source_communities().iter().any(|(.., groups)| groups.contains(&group));
        if is_from && !matches!(outcome, GroupOutcome::Done | GroupOutcome::InOtherCommunity(_)) {
            plan.set_link_back(&group, outcome.reason(context.localizer));
            goes_back = true;
        } else {
            outcomes.insert(group, outcome);
        }
    }
    if goes_back {
        context.store_plan(serde_json::to_string(&plan).unwrap_or_default()).await?;
        failpoint::reach(Step::Planned);
    }
    outcomes.extend(put_back(context, plan, &target).await?);
    if outcomes.values().all(|outcome| *outcome == GroupOutcome::Done) {
        context.is_final_failure = false;
    }
    later.map_or(Ok(outcomes), |error| Err(error.into()))
}

/// The outcome of a group that did not leave its community; none for one that did.
async fn stays(
    context: &Context<'_>,
    (from, name): (&CommunityId, &str),
    group: &GroupId,
    outcome: GroupOutcome,
) -> Option<GroupOutcome> {
    let reason = outcome.reason(context.localizer);
    match outcome {
        GroupOutcome::Done | GroupOutcome::AlreadyDone => return None,
        // The community cannot be read; its group may be.
        GroupOutcome::NotReadBack => {
            let read = context.zapi.group(group).await;
            if read.is_ok_and(|group| group.community.as_ref() != Some(from)) {
                return None;
            }
        }
        _ => {}
    }
    let tell = if outcome.icon() == "❌" { GroupOutcome::Stays } else { GroupOutcome::PerhapsStays };
    Some(tell(name.to_owned(), reason))
}

/// Links groups, with a second call for those that it may help.
async fn link(
    context: &mut Context<'_>,
    community: &CommunityId,
    name: &str,
    groups: &[GroupId],
) -> Result<Outcomes, CommandError> {
    let mut outcomes =
        reconcile(context, LinkAction::Link, &LinkPlan::from_groups(community, name, groups), None, None)
            .await?;
    let may_help = |outcome: &GroupOutcome| {
        matches!(
            outcome,
            GroupOutcome::NoResponse(_)
                | GroupOutcome::NotVisible
                | GroupOutcome::NotReadBack
                | GroupOutcome::ApiError(_)
        )
    };
    let open: Vec<GroupId> =
        groups.iter().filter(|group| outcomes.get(*group).is_some_and(may_help)).cloned().collect();
    outcomes.extend(
        reconcile(context, LinkAction::Link, &LinkPlan::from_groups(community, name, &open), None, None)
            .await?,
    );
    Ok(outcomes)
}

/// Links the groups that go back, and reports where each is.
async fn put_back(
    context: &mut Context<'_>,
    plan: &LinkPlan,
    target: &CommunityId,
) -> Result<Outcomes, CommandError> {
    let mut outcomes = Outcomes::new();
    // A cancelled command still has to link them back.
    let is_cancelled = std::mem::take(&mut context.is_cancelled);
    for (from, name, mut groups) in plan.source_communities() {
        groups.retain(|group| plan.link_back_reason(group).is_some());
        for (group, outcome) in link(context, &from, &name, &groups).await? {
            let reason = plan.link_back_reason(&group).unwrap_or_default().to_owned();
            let lines = match outcome {
                GroupOutcome::Done => GroupOutcome::MovedBack(name.clone(), reason),
                outcome => whereabouts(context, target, &group, outcome, (name.clone(), reason)).await,
            };
            outcomes.insert(group, lines);
        }
    }
    context.is_cancelled = is_cancelled;
    Ok(outcomes)
}

/// The outcome of a group that its old community does not show: the call that did not link it may have taken
/// effect late.
async fn whereabouts(
    context: &Context<'_>,
    target: &CommunityId,
    group: &GroupId,
    outcome: GroupOutcome,
    (from, reason): (String, String),
) -> GroupOutcome {
    let Ok(details) = context.zapi.group(group).await else {
        return GroupOutcome::MaybeMovedBack(from, reason);
    };
    if details.community.as_ref() == Some(target) {
        return GroupOutcome::Done;
    }
    match outcome {
        GroupOutcome::InOtherCommunity(_) => outcome,
        _ if details.community.is_none() && outcome.icon() == "❌" => {
            GroupOutcome::InNoCommunity(from, reason)
        }
        _ => GroupOutcome::MaybeMovedBack(from, reason),
    }
}

/// The arguments of a move, with ids in place of names.
fn undo_command(groups: &[GroupId], plan: &LinkPlan) -> String {
    let community = plan.community_id().map(|id| id.to_string()).unwrap_or_default();
    groups.iter().map(|id| id.as_str()).chain([community.as_str()]).collect::<Vec<_>>().join(" ")
}

/// A move from one community is undone by a move back; groups of no community are unlinked; a mixture cannot
/// be undone by one command.
fn store_undo(context: &mut Context<'_>, plan: &LinkPlan, outcomes: &Outcomes) {
    let is_done = |group: &&GroupId| outcomes.get(*group).is_some_and(GroupOutcome::may_be_done);
    let todo = plan.pending();
    let done: Vec<GroupId> = todo.iter().filter(is_done).cloned().collect();
    let Some(target) = plan.community_id() else { return };
    if done.is_empty() {
        return;
    }
    let sources = plan.source_communities();
    let from = |group: &GroupId| sources.iter().position(|(.., groups)| groups.contains(group));
    let first = from(&done[0]);
    let by = match first.and_then(|at| sources.get(at)) {
        _ if done.iter().any(|group| from(group) != first) => None,
        Some((id, ..)) => {
            let words = done.iter().map(GroupId::as_str).chain([id.as_str()]).collect::<Vec<_>>();
            Some((SPEC.name, words.join(" ")))
        }
        None => Some(("unlink", command_with_ids(&target, &done))),
    };
    context.set_undo_if(SPEC.name, by, Some(target.to_string()));
}

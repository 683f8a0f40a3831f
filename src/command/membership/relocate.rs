//! Moving: groups leave the communities that they are in, and are linked to another, as one order.
//!
//! Each half is told truly as a link or unlink is, and after a crash each goes on where it stands: what
//! has left already is not taken out again. A group that is not linked after all is put back, and the reply says
//! of each where it is.

use super::plan::{self, Plan};
use super::settle::{Settled, settle};
use super::{Direction, choose, shown_first, typed_groups, with_ids};
use crate::authorise::may_in;
use crate::command::{Arguments, Context, Failure};
use crate::domain::{CommunityId, GroupId};
use crate::failpoint::{self, Step};
use crate::reply::{Fate, Reply};

/// Moves the groups that were typed, and tells what became of each.
pub async fn relocate(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, Failure> {
    let community = context.named_community()?;
    let mut plan = match plan::stored(context) {
        Some(plan) => plan,
        None => {
            let typed = match typed_groups(context, "move", arguments).await? {
                Ok(typed) => typed,
                Err(reply) => return Ok(reply),
            };
            let (plan, details) =
                plan::survey(context, Direction::Link, community, &typed, arguments.is_back).await?;
            let (admin, directory) = (context.admin, context.directory);
            let limit = context.instance.community_limit;
            let is_from =
                |id: &CommunityId| arguments.only_if.as_deref().is_none_or(|only| id.as_str() == only);
            let may_leave = |id: &_, name: &_| is_from(id) && may_in(admin, id, name, directory);
            let mut plan = plan.into_move(&details, limit, may_leave);
            keep_the_last(context, &mut plan).await?;
            failpoint::reach(Step::Surveyed);
            let todo = plan.todo();
            let leaving: usize = plan.sources().iter().map(|(.., groups)| groups.len()).sum();
            let order = ("move", order_back(&todo, &plan));
            if let Some(reply) = shown_first(context, order, &plan, &typed, leaving).await {
                return Ok(reply);
            }
            if plan.has_work() {
                context.write_plan(serde_json::to_string(&plan).unwrap_or_default()).await?;
                failpoint::reach(Step::Planned);
            }
            plan
        }
    };
    let settled = carry_over(context, &mut plan).await?;
    remember_undo(context, &plan, &settled);
    choose(context, "move", &plan, (arguments.flags.typed().to_owned(), plan.community_id().to_owned()));
    Ok(Reply::Membership(plan.report(Direction::Link, settled)))
}

/// At least one ordinary group must stay in each community that groups leave: the one named last.
async fn keep_the_last(context: &Context<'_>, plan: &mut Plan) -> Result<(), Failure> {
    for (id, _, groups) in plan.sources() {
        let details = context.zapi.community(&id).await?;
        if !details.lists_groups() {
            // Which group is the last one is not known: WhatsApp itself lets none go.
            continue;
        }
        let ordinary = details.ordinary().count();
        if let Some(last) = groups.last().filter(|_| groups.len() >= ordinary) {
            plan.keep(last);
        }
    }
    Ok(())
}

/// Both halves. What left its community and is not linked after two calls goes back, also where the order was
/// cancelled between the halves: the plan notes it before, so that a later attempt only puts it back.
async fn carry_over(context: &mut Context<'_>, plan: &mut Plan) -> Result<Settled, Failure> {
    let Some(target) = plan.community() else { return Ok(Settled::new()) };
    let mut open: Vec<GroupId> = plan.todo();
    open.retain(|group| plan.reason_to_go_back(group).is_none());
    let (mut settled, mut later) = (Settled::new(), None);
    for (from, name, groups) in plan.sources() {
        let groups: Vec<GroupId> = groups.into_iter().filter(|group| open.contains(group)).collect();
        match settle(context, Direction::Unlink, &Plan::of(&from, &name, &groups), None, None).await {
            Ok(left) => {
                for (group, fate) in left {
                    let stays = stays(context, (&from, &name), &group, fate).await;
                    settled.extend(stays.map(|fate| (group, fate)));
                }
            }
            // What has left another community does not wait for these.
            Err(Failure::Api(error)) if error.cause.is_temporary() => {
                open.retain(|group| !groups.contains(group));
                later = Some(error);
            }
            Err(failure) => return Err(failure),
        }
    }
    open.retain(|group| !settled.contains_key(group));
    let linked = link(context, &target, plan.name(), &open).await?;
    let mut goes_back = false;
    for (group, fate) in linked {
        let is_from = plan.sources().iter().any(|(.., groups)| groups.contains(&group));
        if is_from && !matches!(fate, Fate::Done | Fate::Elsewhere(_)) {
            plan.note_back(&group, fate.reason(context.speech));
            goes_back = true;
        } else {
            settled.insert(group, fate);
        }
    }
    if goes_back {
        context.write_plan(serde_json::to_string(&plan).unwrap_or_default()).await?;
        failpoint::reach(Step::Planned);
    }
    settled.extend(put_back(context, plan, &target).await?);
    if settled.values().all(|fate| *fate == Fate::Done) {
        context.gave_up = false;
    }
    later.map_or(Ok(settled), |error| Err(error.into()))
}

/// What is told of a group that did not leave its community; nothing of one that did.
async fn stays(
    context: &Context<'_>,
    (from, name): (&CommunityId, &str),
    group: &GroupId,
    fate: Fate,
) -> Option<Fate> {
    let reason = fate.reason(context.speech);
    match fate {
        Fate::Done | Fate::WasSo => return None,
        // The community cannot be read; its group may be.
        Fate::NotRead => {
            let read = context.zapi.group(group).await;
            if read.is_ok_and(|group| group.community.as_ref() != Some(from)) {
                return None;
            }
        }
        _ => {}
    }
    let tell = if fate.mark() == "❌" { Fate::Stays } else { Fate::PerhapsStays };
    Some(tell(name.to_owned(), reason))
}

/// Links groups, with a second call for those that may be linked by it.
async fn link(
    context: &mut Context<'_>,
    community: &CommunityId,
    name: &str,
    groups: &[GroupId],
) -> Result<Settled, Failure> {
    let mut settled =
        settle(context, Direction::Link, &Plan::of(community, name, groups), None, None).await?;
    let may_help =
        |fate: &Fate| matches!(fate, Fate::NoAnswer(_) | Fate::NotShown | Fate::NotRead | Fate::Trouble(_));
    let open: Vec<GroupId> =
        groups.iter().filter(|group| settled.get(*group).is_some_and(may_help)).cloned().collect();
    settled.extend(settle(context, Direction::Link, &Plan::of(community, name, &open), None, None).await?);
    Ok(settled)
}

/// Links the groups that go back to where they were, and tells where each is.
async fn put_back(context: &mut Context<'_>, plan: &Plan, target: &CommunityId) -> Result<Settled, Failure> {
    let mut settled = Settled::new();
    // To put them back is what is left to do of a cancelled order.
    let is_cancelled = std::mem::take(&mut context.is_cancelled);
    for (from, name, mut groups) in plan.sources() {
        groups.retain(|group| plan.reason_to_go_back(group).is_some());
        for (group, fate) in link(context, &from, &name, &groups).await? {
            let reason = plan.reason_to_go_back(&group).unwrap_or_default().to_owned();
            let told = match fate {
                Fate::Done => Fate::Back(name.clone(), reason),
                fate => whereabouts(context, target, &group, fate, (name.clone(), reason)).await,
            };
            settled.insert(group, told);
        }
    }
    context.is_cancelled = is_cancelled;
    Ok(settled)
}

/// What is told of a group that its old community does not show: the call that did not link it may have come
/// through late.
async fn whereabouts(
    context: &Context<'_>,
    target: &CommunityId,
    group: &GroupId,
    fate: Fate,
    (from, reason): (String, String),
) -> Fate {
    let Ok(details) = context.zapi.group(group).await else { return Fate::PerhapsBack(from, reason) };
    if details.community.as_ref() == Some(target) {
        return Fate::Done;
    }
    match fate {
        Fate::Elsewhere(_) => fate,
        _ if details.community.is_none() && fate.mark() == "❌" => Fate::Stray(from, reason),
        _ => Fate::PerhapsBack(from, reason),
    }
}

/// The words of an order to move, with ids in the place of names.
fn order_back(groups: &[GroupId], plan: &Plan) -> String {
    let community = plan.community().map(|id| id.to_string()).unwrap_or_default();
    groups.iter().map(|id| id.as_str()).chain([community.as_str()]).collect::<Vec<_>>().join(" ")
}

/// What moved from one community, or left it for nothing, is moved back; what was in none is unlinked; a mixture
/// has no one order.
fn remember_undo(context: &mut Context<'_>, plan: &Plan, settled: &Settled) {
    let is_done = |group: &&GroupId| settled.get(*group).is_some_and(Fate::may_be_done);
    let todo = plan.todo();
    let done: Vec<GroupId> = todo.iter().filter(is_done).cloned().collect();
    let Some(target) = plan.community() else { return };
    if done.is_empty() {
        return;
    }
    let sources = plan.sources();
    let from = |group: &GroupId| sources.iter().position(|(.., groups)| groups.contains(group));
    let first = from(&done[0]);
    let by = match first.and_then(|at| sources.get(at)) {
        _ if done.iter().any(|group| from(group) != first) => None,
        Some((id, ..)) => {
            let words = done.iter().map(GroupId::as_str).chain([id.as_str()]).collect::<Vec<_>>();
            Some(("move", words.join(" ")))
        }
        None => Some(("unlink", with_ids(&target, &done))),
    };
    context.can_be_undone_if("move", by, Some(target.to_string()));
}

//! Moving: groups leave the communities that they are in, and are linked to another, as one order.
//!
//! Each half is told truly as a link or unlink is, and after a crash each goes on where it stands: what
//! has left already is not taken out again. A group that cannot be linked for good is put back.

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
    let plan = match plan::stored(context) {
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
    let settled = carry_over(context, &plan).await?;
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

/// Both halves, and back where the second fails for good.
async fn carry_over(context: &mut Context<'_>, plan: &Plan) -> Result<Settled, Failure> {
    let Some(target) = plan.community() else { return Ok(Settled::new()) };
    let sources = plan.sources();
    let mut settled = Settled::new();
    for (id, name, groups) in &sources {
        let left = settle(context, Direction::Unlink, &Plan::of(id, name, groups), None, None).await?;
        settled.extend(left.into_iter().filter(|(_, fate)| !matches!(fate, Fate::Done | Fate::WasSo)));
    }
    let free: Vec<GroupId> = plan.todo().into_iter().filter(|group| !settled.contains_key(group)).collect();
    let linked = settle(context, Direction::Link, &Plan::of(&target, plan.name(), &free), None, None).await?;
    let mut astray = Vec::new();
    for (group, fate) in linked {
        let from = sources.iter().find(|(.., groups)| groups.contains(&group));
        match (from, fate) {
            // What may be on its way is not called back.
            (Some((id, name, _)), fate) if fate.mark() == "❌" => astray.push((id, name, group, fate)),
            (_, fate) => {
                settled.insert(group, fate);
            }
        }
    }
    for (id, name, group, fate) in astray {
        let alone = Plan::of(id, name, std::slice::from_ref(&group));
        let back = settle(context, Direction::Link, &alone, None, None).await?;
        let tell = match back.get(&group) {
            Some(Fate::Done | Fate::WasSo) => Fate::Back,
            Some(Fate::NoAnswer(_) | Fate::NotShown | Fate::NotRead) => Fate::PerhapsBack,
            _ => Fate::Stray,
        };
        settled.insert(group, tell(name.clone(), Box::new(fate)));
    }
    Ok(settled)
}

/// The words of an order to move, with ids in the place of names.
fn order_back(groups: &[GroupId], plan: &Plan) -> String {
    let community = plan.community().map(|id| id.to_string()).unwrap_or_default();
    groups.iter().map(|id| id.as_str()).chain([community.as_str()]).collect::<Vec<_>>().join(" ")
}

/// What moved from one community is moved back; what was in none is unlinked; a mixture has no one order.
fn remember_undo(context: &mut Context<'_>, plan: &Plan, settled: &Settled) {
    let is_done = |group: &&GroupId| settled.get(*group).is_some_and(Fate::may_be_done);
    let todo = plan.todo();
    let done: Vec<GroupId> = todo.iter().filter(is_done).cloned().collect();
    let Some(target) = plan.community() else { return };
    if done.is_empty() {
        // What is in no community now, or may be, is no change before this one either.
        if settled.values().any(|fate| matches!(fate, Fate::Stray(..) | Fate::PerhapsBack(..))) {
            context.can_be_undone("move", None);
        }
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

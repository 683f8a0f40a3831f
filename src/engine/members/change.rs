//! The commands on people.

use crate::authorization::may_use;
use crate::command::context::{CommandError, Context};
use crate::directory::CommunityEntry;
use crate::engine::api_change::stored_plan;
use crate::engine::members::action::MemberAction;
use crate::engine::members::person::default_dialing_code;
use crate::engine::members::plan::MemberPlan;
use crate::engine::members::reconcile::reconcile_members;
use crate::engine::members::survey::build_plan;
use crate::engine::outcome::Outcome;
use crate::engine::reconcile::store_plan_and_acquire;
use crate::failpoint::{self, Step};
use crate::parse::arguments::Arguments;
use crate::parse::flags::Flags;
use crate::parse::names::find_exclusion;
use crate::parse::people::{ParsedPerson, PersonParseError, find_leftover, has_uncertain_name, parse_people};
use crate::reply::{Reply, ReplyLine, UsageError, typed};

/// The most people of a command.
const MAX_PEOPLE: usize = 200;

/// Makes this change to the people that were typed, and reports on each.
pub async fn change_members(
    context: &mut Context<'_>,
    action: MemberAction,
    arguments: &Arguments,
) -> Result<Reply, CommandError> {
    let (mut is_just_read, mut permit) = (false, None);
    let mut plan: MemberPlan = match stored_plan(context)? {
        Some(plan) => plan,
        None => {
            let plan = match plan_change(context, action, arguments).await? {
                Ok(plan) => plan,
                Err(reply) => return Ok(reply),
            };
            failpoint::reach(Step::StateRead);
            if let Some(reply) = preview_or_confirm(context, &plan) {
                return Ok(reply);
            }
            // A command that changes nothing stores no plan.
            if !plan.pending().is_empty() {
                permit = store_plan_and_acquire(context, &plan, action.call_name()).await?;
            }
            is_just_read = true;
            plan
        }
    };
    let outcomes = reconcile_members(context, &mut plan, is_just_read, permit).await?;
    let mut done = plan.pending();
    done.retain(|at| outcomes.get(at).is_some_and(Outcome::may_be_done));
    if !done.is_empty() {
        let undo_command = action.undone_by().map(|by| (by, plan.command_arguments(&done)));
        context.set_undo(action.command(), undo_command);
    }
    Ok(plan.report(&outcomes))
}

/// Plans the change of the people that were typed, or returns the reply that says why there is none.
async fn plan_change(
    context: &mut Context<'_>,
    action: MemberAction,
    arguments: &Arguments,
) -> Result<Result<MemberPlan, Reply>, CommandError> {
    let community = context.require_community()?;
    let named = parse_people(&arguments.text, default_dialing_code(context));
    // To take just the excluded people would be the opposite.
    let error = match find_exclusion(&arguments.text, context.localizer.locale) {
        Some(word) => Some(UsageError::Exclusion(word.to_owned())),
        None if named.is_empty() => Some(UsageError::MissingPeople),
        None => find_leftover(&named).map(|words| UsageError::TooManyWords(words.to_owned())),
    };
    if let (Some(spec), Some(error)) = (context.catalog.lookup(action.command()), error) {
        return Ok(Err(spec.usage_error_reply(error, context.localizer)));
    }
    let why_not = if named.len() > MAX_PEOPLE {
        Some(ReplyLine::not_done("people-too-many").with_plain("limit", MAX_PEOPLE.to_string()))
    } else {
        suggest_group_command(context, action, &community, &named, arguments.flags).await?
    };
    if let Some(why_not) = why_not {
        return Ok(Err(Reply::Lines(vec![why_not])));
    }
    context.must_confirm |= has_uncertain_name(&named);
    let plan = build_plan(context, action, community, &named).await?;
    Ok(plan.map_err(|why_not| Reply::Lines(vec![why_not])))
}

/// Suggests the command on groups, if only whole names of groups were typed in place of people: `/remove
/// sales "Sales South"`.
async fn suggest_group_command(
    context: &mut Context<'_>,
    action: MemberAction,
    community: &CommunityEntry,
    named: &[ParsedPerson],
    flags: Flags,
) -> Result<Option<ReplyLine>, CommandError> {
    let Some(command) = action.group_command() else { return Ok(None) };
    let is_no_number = |named: &ParsedPerson| named.person == Err(PersonParseError::NoNumber);
    if !may_use(context.admin, command) || !named.iter().all(is_no_number) {
        return Ok(None);
    }
    let snapshot = context.directory.snapshot(context.zapi).await?;
    if !named.iter().all(|named| snapshot.groups.has_name(&named.typed)) {
        return Ok(None);
    }
    let names = named.iter().map(|named| named.typed.as_str());
    let shown: Vec<&str> = std::iter::once(community.name.as_str()).chain(names.clone()).collect();
    // A dry run stays one.
    let before = [flags.to_typed(), community.id.as_str()].map(str::to_owned);
    let rest = before.into_iter().chain(names.map(typed)).collect::<Vec<_>>().join(" ");
    Ok(Some(context.suggest(command, rest, &shown)))
}

/// The reply that previews the change, for a dry run or a confirmation.
fn preview_or_confirm(context: &mut Context<'_>, plan: &MemberPlan) -> Option<Reply> {
    let todo = plan.pending();
    let is_grave = plan.action == MemberAction::Remove && !todo.is_empty();
    // There is nothing to confirm.
    context.must_confirm &= !todo.is_empty();
    let arguments = plan.command_arguments(&todo);
    context.preview_or_confirm(plan.action.command(), arguments, plan.preview(), is_grave)
}

//! The commands on people.

use crate::command::{CommandError, Context};
use crate::directory::CommunityEntry;
use crate::engine::api_change::stored_plan;
use crate::engine::members::person::default_dialing_code;
use crate::engine::members::plan::{MemberAction, MemberPlan};
use crate::engine::members::reconcile::reconcile_members;
use crate::engine::members::survey::build_plan;
use crate::engine::outcome::{ItemOutcome, retain_maybe_done};
use crate::engine::reconcile::store_plan_and_acquire;
use crate::failpoint::{self, Step};
use crate::parse::arguments::Arguments;
use crate::parse::names::find_exclusion;
use crate::parse::people::{ParsedPerson, find_leftover, has_uncertain_name, parse_people};
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::zapi::ChangePermit;

/// The most people of a command.
const MAX_PEOPLE: usize = 200;

/// Makes this change to the people that were typed, and reports on each.
pub async fn change_members(
    context: &mut Context<'_>,
    action: MemberAction,
    arguments: &Arguments,
) -> Result<Reply, CommandError> {
    let stored = stored_plan::<MemberPlan>(context)?;
    let is_just_read = stored.is_none();
    let (mut plan, permit) = match stored {
        Some(plan) => (plan, None),
        None => plan_change(context, action, arguments).await?,
    };
    let outcomes = reconcile_members(context, &mut plan, is_just_read, permit).await?;
    let done = retain_maybe_done(plan.pending(), &outcomes);
    if !done.is_empty() {
        let invited: Vec<usize> =
            done.iter().copied().filter(|at| outcomes[at] == ItemOutcome::Invited).collect();
        let undo_command = action.undone_by().map(|by| (by, plan.arguments(&done)));
        context.set_undo_if(action.command(), undo_command, Some(plan.arguments(&invited)));
    }
    Ok(Reply::Lines(plan.report_lines(&outcomes)))
}

/// Builds, previews and stores the plan. A command that changes nothing stores none.
async fn plan_change(
    context: &mut Context<'_>,
    action: MemberAction,
    arguments: &Arguments,
) -> Result<(MemberPlan, Option<ChangePermit>), CommandError> {
    let community = context.require_community()?;
    let named = parse_people(&arguments.text, default_dialing_code(context));
    // To take just the excluded people would be the opposite.
    let error = match find_exclusion(&arguments.text, context.localizer.locale) {
        Some(word) => Some(UsageError::Exclusion(word.to_owned())),
        None if named.is_empty() => Some(UsageError::MissingPeople),
        None => find_leftover(&named).map(|words| UsageError::TooManyWords(words.to_owned())),
    };
    if let (Some(spec), Some(error)) = (context.catalog.lookup(action.command()), error) {
        return Err(context.ask_for(spec, error, "").into());
    }
    if named.len() > MAX_PEOPLE {
        let many = ReplyLine::not_done("people-too-many");
        return Err(many.with_plain("limit", MAX_PEOPLE.to_string()).into());
    }
    ask_about_admins(action, &community, &named)?;
    let plan = build_plan(context, action, community, &named).await?;
    failpoint::reach(Step::StateRead);
    let pending = plan.pending();
    // There may be nothing to confirm.
    context.must_confirm |= has_uncertain_name(&named);
    context.must_confirm &= !pending.is_empty();
    let is_grave = action == MemberAction::Remove && !pending.is_empty();
    context.preview_or_confirm(action.command(), plan.arguments(&pending), plan.preview_lines(), is_grave)?;
    let permit = match pending.is_empty() {
        true => None,
        false => store_plan_and_acquire(context, &plan, action.call_name()).await?,
    };
    Ok((plan, permit))
}

/// Ends the command where words beside the people name admins, as in `44 99999-0002 as admin`.
fn ask_about_admins(
    action: MemberAction,
    community: &CommunityEntry,
    named: &[ParsedPerson],
) -> Result<(), CommandError> {
    let other = match action {
        MemberAction::Add => "promote",
        MemberAction::Remove => "demote",
        MemberAction::Promote | MemberAction::Demote => return Ok(()),
    };
    let mut names = named.iter().filter_map(|named| named.name.as_deref()).flat_map(str::split_whitespace);
    if !names.any(|word| in_word_list(word, "wish-admin-words")) {
        return Ok(());
    }
    let people = named.iter().map(|named| named.typed.as_str());
    let words: Vec<&str> = std::iter::once(community.name.as_str()).chain(people).collect();
    let line = ReplyLine::not_done("people-or-admins").with_command("command", action.command(), &words);
    Err(line.with_command("other", other, &words).into())
}

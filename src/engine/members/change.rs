//! The commands on people.

use crate::authorization::may_use;
use crate::command::context::{CommandError, Context};
use crate::directory::CommunityEntry;
use crate::engine::members::action::MemberChange;
use crate::engine::members::outcome::MemberOutcome;
use crate::engine::members::person::default_dialing_code;
use crate::engine::members::plan::{MemberPlan, build_plan, load_stored};
use crate::engine::members::reconcile::reconcile;
use crate::failpoint::{self, Step};
use crate::parse::arguments::Arguments;
use crate::parse::flags::Flags;
use crate::parse::names::is_exclusion;
use crate::parse::people::{ParsedPerson, PersonParseError, find_leftover, parse_people};
use crate::parse::text::is_comma;
use crate::reply::{Reply, ReplyLine, UsageError, typed};

/// The most people of a command.
const MAX_PEOPLE: usize = 200;

/// Makes this change to the people that were typed, and reports on each.
pub async fn change_members(
    context: &mut Context<'_>,
    change: &MemberChange,
    arguments: &Arguments,
) -> Result<Reply, CommandError> {
    let community = context.require_community()?;
    let mut ahead = None;
    let (mut plan, is_just_read) = match load_stored(context) {
        Some(plan) => (plan, false),
        None => {
            let named = parse_people(&arguments.text, default_dialing_code(context));
            // To take just the excluded people would be the opposite.
            let mut words = arguments.text.split(|c: char| c.is_whitespace() || is_comma(c));
            let error = match words.find(|word| is_exclusion(word, context.localizer.locale)) {
                Some(word) => Some(UsageError::Exclusion(word.to_owned())),
                None if named.is_empty() => Some(UsageError::MissingPeople),
                None => find_leftover(&named).map(|words| UsageError::TooManyWords(words.to_owned())),
            };
            if let (Some(spec), Some(error)) = (context.catalog.lookup(change.command), error) {
                return Ok(spec.usage_error_reply(error, context.localizer));
            }
            if named.len() > MAX_PEOPLE {
                let limit = MAX_PEOPLE.to_string();
                return Ok(Reply::Lines(vec![
                    ReplyLine::not_done("people-too-many").with_plain("limit", limit),
                ]));
            }
            if let Some(meant) =
                suggest_group_command(context, change, &community, &named, arguments.flags).await?
            {
                return Ok(Reply::Lines(vec![meant]));
            }
            let plan = match build_plan(context, change.action, community, &named).await? {
                Ok(plan) => plan,
                Err(why_not) => return Ok(Reply::Lines(vec![why_not])),
            };
            failpoint::reach(Step::StateRead);
            if let Some(reply) = preview_or_confirm(context, change, &plan) {
                return Ok(reply);
            }
            // A command that changes nothing stores no plan.
            if !plan.pending().is_empty() {
                let (json, zapi) = (plan.to_json(), context.zapi);
                // The call waits for both, and they may share a transaction.
                let permit = async { Ok(change.action.acquire_permit(zapi).await.ok()) };
                ((), ahead) = tokio::try_join!(context.store_plan(json), permit)?;
                failpoint::reach(Step::Planned);
            }
            (plan, true)
        }
    };
    let ends = reconcile(context, change.action, &mut plan, is_just_read, ahead).await?;
    let may_be_done = |at: &usize| ends.get(at).is_some_and(MemberOutcome::may_be_done);
    let changed: Vec<usize> = plan.pending().into_iter().filter(may_be_done).collect();
    if !changed.is_empty() {
        let undo_command = change.undone_by.map(|by| (by, plan.command_arguments(&changed)));
        context.set_undo(change.command, undo_command);
    }
    Ok(plan.build_reply(change, ends))
}

/// Suggests the command on groups, if only whole names of groups were typed in place of people: `/remove
/// sales "Sales South"`.
async fn suggest_group_command(
    context: &mut Context<'_>,
    change: &MemberChange,
    community: &CommunityEntry,
    named: &[ParsedPerson],
    flags: Flags,
) -> Result<Option<ReplyLine>, CommandError> {
    let Some(command) = change.group_command else { return Ok(None) };
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
fn preview_or_confirm(context: &mut Context<'_>, change: &MemberChange, plan: &MemberPlan) -> Option<Reply> {
    let todo = plan.pending();
    let is_grave = change.is_grave && !todo.is_empty();
    // There is nothing to confirm.
    context.must_confirm &= !todo.is_empty();
    context.preview_or_confirm(change.command, plan.command_arguments(&todo), plan.preview(change), is_grave)
}

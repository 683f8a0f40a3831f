//! The commands `/link` and `/unlink`.

use crate::command::context::{CommandError, Confirmation, Context};
use crate::command::prompt::Prompt;
use crate::directory::CommunityEntry;
use crate::domain::{CommunityId, GroupId};
use crate::engine::audience::count_people;
use crate::engine::links::action::LinkChange;
use crate::engine::links::plan::{LinkPlan, build_plan, load_stored, parse_community};
use crate::engine::links::reconcile::reconcile;
use crate::engine::listing::NamesError;
use crate::engine::target::ChoiceArguments;
use crate::failpoint::{self, Step};
use crate::parse::arguments::Arguments;
use crate::parse::names::is_exclusion;
use crate::reply::{GroupOutcome, GroupReport, Reply, ReplyLine, UsageError, quote};

/// Linking more groups again needs a confirmation: unlinking them needed one.
const MAX_UNDO_UNCONFIRMED: usize = 3;
/// More groups of a pattern need a confirmation.
const MAX_PATTERN_UNCONFIRMED: usize = 10;

/// The most names that a reply repeats as clear.
const MAX_CLEAR_NAMES: usize = 10;

/// The community of a started command, from its stored plan.
pub fn stored_plan_community(plan: &str) -> Option<CommunityEntry> {
    parse_community(plan)
}

/// The communities that groups leave, from the stored plan of a move.
pub fn stored_plan_sources(plan: &str) -> Vec<CommunityId> {
    let plan: Option<LinkPlan> = serde_json::from_str(plan).ok();
    plan.map(|plan| plan.source_communities().into_iter().map(|(id, ..)| id).collect()).unwrap_or_default()
}

/// A line for each group that a move may have unlinked from its community and not linked to another, from its stored
/// plan.
pub fn lines_for_unlinked_groups(plan: &str) -> Vec<ReplyLine> {
    serde_json::from_str(plan).map(|plan: LinkPlan| plan.lines_for_unlinked_groups()).unwrap_or_default()
}

/// Links or unlinks the groups that were typed, and reports on each.
pub async fn change_links(
    context: &mut Context<'_>,
    change: &LinkChange,
    arguments: &Arguments,
) -> Result<Reply, CommandError> {
    let action = change.action;
    let community = context.require_community()?;
    let mut permit = None;
    let (plan, just_read) = match load_stored(context) {
        Some(plan) => (plan, None),
        None => {
            let typed = match parse_groups(context, change.command, arguments).await? {
                Ok(typed) => typed,
                Err(reply) => return Ok(reply),
            };
            let (plan, details) = build_plan(context, action, community, &typed, context.is_undo).await?;
            failpoint::reach(Step::StateRead);
            let todo = plan.pending();
            let rest = plan.community_id().map(|id| command_with_ids(&id, &todo)).unwrap_or_default();
            let max_unconfirmed = change.max_unconfirmed.or(context.is_undo.then_some(MAX_UNDO_UNCONFIRMED));
            let is_grave = max_unconfirmed.is_some_and(|max| todo.len() > max);
            let report = plan.preview(action, false);
            let command = change.command;
            let preview = LinkPreview { command, rest, report, groups: todo, typed: &typed, is_grave };
            if let Some(reply) = preview_or_confirm(context, preview).await {
                return Ok(reply);
            }
            // A command that changes nothing stores no plan.
            if plan.has_pending() {
                let json = serde_json::to_string(&plan).unwrap_or_default();
                // The call waits for both, and they may share a transaction.
                let zapi = context.zapi;
                let acquire = async { Ok(action.acquire_permit(zapi).await.ok()) };
                ((), permit) = tokio::try_join!(context.store_plan(json), acquire)?;
                failpoint::reach(Step::Planned);
            }
            (plan, Some(details))
        }
    };
    let outcome = reconcile(context, action, &plan, just_read, permit).await?;
    let done =
        plan.pending().into_iter().filter(|group| outcome.get(group).is_some_and(GroupOutcome::may_be_done));
    let done: Vec<GroupId> = done.collect();
    if let (false, Some(id)) = (done.is_empty(), plan.community_id()) {
        context.set_undo(change.command, Some((change.undone_by, command_with_ids(&id, &done))));
    }
    let before = format!("{} {}", arguments.flags.to_typed(), plan.raw_community_id()).trim().to_owned();
    prompt_choice(context, change.command, &plan, ChoiceArguments::new(&before, ""));
    Ok(Reply::GroupReport(plan.report(action, outcome)))
}

/// The groups that were typed for a command; a usage error where there are none, or where some are excluded: to take
/// just these would be the opposite.
pub async fn parse_groups(
    context: &Context<'_>,
    command: &str,
    arguments: &Arguments,
) -> Result<Result<Vec<String>, Reply>, CommandError> {
    let spec = context.catalog.lookup(command).ok_or(CommandError::NoHandler)?;
    let error = match context.resolve_group_words(&arguments.tokens).await? {
        Ok(typed) if typed.is_empty() => UsageError::MissingGroups,
        Ok(typed) => return Ok(Ok(typed)),
        Err(NamesError::Leftover { word, names }) if !names.is_empty() => {
            let names: Vec<String> = names.iter().take(MAX_CLEAR_NAMES).map(|name| quote(name)).collect();
            let line = ReplyLine::not_done("leftover-words").name("word", word);
            let line = line.with_plain("names", names.join(", "));
            return Ok(Err(Reply::Lines(vec![line.with_plain("usage", spec.usage(context.localizer))])));
        }
        Err(NamesError::Excluded(word)) if is_exclusion(&word, context.localizer.locale) => {
            UsageError::Exclusion(word)
        }
        Err(NamesError::Excluded(word) | NamesError::Leftover { word, .. }) => UsageError::TooManyWords(word),
    };
    Ok(Err(spec.usage_error_reply(error, context.localizer)))
}

/// A change of groups that may need a preview or a confirmation.
pub struct LinkPreview<'a> {
    /// The command's English name.
    pub command: &'a str,
    /// Its arguments, with ids in place of names.
    pub rest: String,
    /// The report of what would change.
    pub report: GroupReport,
    /// The groups that would change.
    pub groups: Vec<GroupId>,
    /// The groups as they were typed.
    pub typed: &'a [String],
    /// It needs a confirmation.
    pub is_grave: bool,
}

/// The reply that previews a change of groups, for a dry run or a confirmation. Many groups of a pattern need a
/// confirmation, even if the change is not grave.
pub async fn preview_or_confirm(context: &mut Context<'_>, preview: LinkPreview<'_>) -> Option<Reply> {
    let LinkPreview { command, rest, mut report, groups, typed, is_grave } = preview;
    let by_pattern = typed.iter().any(|word| word.contains('*')) && groups.len() > MAX_PATTERN_UNCONFIRMED;
    let is_grave = is_grave || by_pattern;
    // There is nothing to confirm.
    context.must_confirm &= !groups.is_empty();
    if is_grave && context.confirmation != Confirmation::Given {
        report.people = count_people(context, &groups).await;
    }
    context.preview_or_confirm(command, rest, Reply::GroupReport(report), is_grave)
}

/// Lets a number choose the group where a name is ambiguous: `command` is run again with it between these
/// arguments.
pub fn prompt_choice(context: &mut Context<'_>, command: &str, plan: &LinkPlan, arguments: ChoiceArguments) {
    let options = plan.choices();
    if !options.is_empty() {
        context.set_prompt(Prompt {
            before: arguments.before,
            options,
            after: arguments.after,
            takes_several: true,
            ..Prompt::new(&context.claim.command, context.localizer.locale, command)
        });
    }
}

/// The arguments of a command, with ids in place of names.
pub fn command_with_ids(community: &CommunityId, groups: &[GroupId]) -> String {
    let groups = groups.iter().map(GroupId::as_str);
    std::iter::once(community.as_str()).chain(groups).collect::<Vec<_>>().join(" ")
}

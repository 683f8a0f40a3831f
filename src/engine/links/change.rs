//! The commands `/link`, `/unlink` and `/move`.

use serde::Deserialize;

use crate::command::context::{CommandError, Confirmation, Context};
use crate::command::prompt::Prompt;
use crate::directory::{CommunityEntry, NamedEntry};
use crate::domain::CommunityId;
use crate::engine::api_change::{store_plan, stored_plan};
use crate::engine::audience::count_people;
use crate::engine::links::moving::move_groups;
use crate::engine::links::plan::{LinkAction, LinkPlan};
use crate::engine::links::reconcile::GroupChange;
use crate::engine::links::survey::build_plan;
use crate::engine::listing::NamesError;
use crate::engine::outcome::Outcome;
use crate::engine::reconcile::{reconcile, store_plan_and_acquire};
use crate::failpoint::{self, Step};
use crate::parse::arguments::Arguments;
use crate::parse::names::is_exclusion;
use crate::reply::{Reply, ReplyLine, UsageError, quote};

/// More groups that leave a community need a confirmation, and more groups that an undo links again.
const MAX_UNCONFIRMED: usize = 3;
/// More groups of a pattern need a confirmation.
const MAX_PATTERN_UNCONFIRMED: usize = 10;

/// The most names that a reply repeats as clear.
const MAX_CLEAR_NAMES: usize = 10;

/// The community of a started command, from its stored plan: of any command with the fields `community` and `name`.
pub fn stored_plan_community(plan: &str) -> Option<CommunityEntry> {
    #[derive(Deserialize)]
    struct PlannedCommunity {
        community: CommunityId,
        name: String,
    }
    let PlannedCommunity { community, name } = serde_json::from_str(plan).ok()?;
    Some(NamedEntry { id: community, name })
}

/// The communities that groups leave, from the stored plan of a move.
pub fn stored_plan_sources(plan: &str) -> Vec<CommunityId> {
    let sources = serde_json::from_str(plan).map(|plan: LinkPlan| plan.source_communities());
    sources.unwrap_or_default().into_iter().map(|(community, _)| community.id).collect()
}

/// A line for each group that a move may have unlinked from its community and not linked to another, from its stored
/// plan.
pub fn lines_for_unlinked_groups(plan: &str) -> Vec<ReplyLine> {
    serde_json::from_str(plan).map(|plan: LinkPlan| plan.lines_for_unlinked_groups()).unwrap_or_default()
}

/// Links, unlinks or moves the groups that were typed, and reports on each.
pub async fn change_links(
    context: &mut Context<'_>,
    action: LinkAction,
    arguments: &Arguments,
) -> Result<Reply, CommandError> {
    let (mut just_read, mut permit) = (None, None);
    let mut plan: LinkPlan = match stored_plan(context)? {
        Some(plan) => plan,
        None => {
            let typed = match parse_groups(context, action.command(), arguments).await? {
                Ok(typed) => typed,
                Err(reply) => return Ok(reply),
            };
            let community = context.require_community()?;
            let (plan, details) = build_plan(context, action, community, &typed).await?;
            failpoint::reach(Step::StateRead);
            let is_grave = is_grave(&plan, &typed, context.is_undo);
            if let Some(reply) = preview_or_confirm(context, &plan, is_grave).await {
                return Ok(reply);
            }
            // A command that changes nothing stores no plan.
            match action {
                _ if plan.pending().is_empty() => {}
                LinkAction::Move => store_plan(context, &plan).await?,
                _ => permit = store_plan_and_acquire(context, &plan, action.call_name()).await?,
            }
            just_read = Some(details);
            plan
        }
    };
    let mut done = plan.pending();
    let outcomes = match action {
        LinkAction::Move => move_groups(context, &mut plan).await?,
        LinkAction::Link | LinkAction::Unlink => {
            let mut groups = GroupChange::new(action, &plan.community);
            if let Some(details) = &just_read {
                groups.set_first_read(details, &done);
            }
            reconcile(context, &mut groups, &done, just_read.is_some(), permit).await?
        }
    };
    done.retain(|group| outcomes.get(group).is_some_and(Outcome::may_be_done));
    if !done.is_empty() {
        let precondition = (action == LinkAction::Move).then(|| plan.community.to_string());
        context.set_undo_if(action.command(), plan.undo_command(&done), precondition);
    }
    prompt_choice(context, &plan, arguments.flags.to_typed());
    Ok(plan.report(&outcomes))
}

/// The groups that were typed for a command; a usage error where there are none, or where some are excluded: to take
/// just these would be the opposite.
async fn parse_groups(
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

/// Whether a change needs a confirmation: many groups leave a community, are linked again by an undo, or match a pattern.
fn is_grave(plan: &LinkPlan, typed: &[String], is_undo: bool) -> bool {
    let count = plan.pending().len();
    let concerned = match plan.action {
        LinkAction::Link if !is_undo => 0,
        LinkAction::Link | LinkAction::Unlink => count,
        LinkAction::Move => plan.leaving().count(),
    };
    let is_by_pattern = typed.iter().any(|word| word.contains('*'));
    concerned > MAX_UNCONFIRMED || is_by_pattern && count > MAX_PATTERN_UNCONFIRMED
}

/// The reply that previews the change, for a dry run or a confirmation.
async fn preview_or_confirm(context: &mut Context<'_>, plan: &LinkPlan, is_grave: bool) -> Option<Reply> {
    let groups = plan.pending();
    // There is nothing to confirm.
    context.must_confirm &= !groups.is_empty();
    let people = match is_grave && context.confirmation != Confirmation::Given {
        true => count_people(context, &groups).await,
        false => None,
    };
    let command = plan.action.command();
    context.preview_or_confirm(command, plan.arguments(&groups), plan.preview(people), is_grave)
}

/// Lets a number choose the group where a name is ambiguous: the command is run again with it.
fn prompt_choice(context: &mut Context<'_>, plan: &LinkPlan, flags: &str) {
    let options = plan.choices();
    if options.is_empty() {
        return;
    }
    let community = plan.community.as_str();
    let (before, after) = match plan.action {
        LinkAction::Link | LinkAction::Unlink => (format!("{flags} {community}"), ""),
        LinkAction::Move => (flags.to_owned(), community),
    };
    context.set_prompt(Prompt {
        before: before.trim().to_owned(),
        options,
        names: plan.choice_names(),
        after: after.to_owned(),
        takes_several: true,
        ..Prompt::new(&context.claim.command, context.localizer.locale, plan.action.command())
    });
}

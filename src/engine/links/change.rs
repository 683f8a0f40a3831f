//! The commands `/link`, `/unlink` and `/move`.

use serde::Deserialize;

use crate::command::{CommandError, Confirmation, Context, Prompt};
use crate::directory::{CommunityEntry, NamedEntry};
use crate::domain::CommunityId;
use crate::engine::api_change::{store_plan, stored_plan};
use crate::engine::audience::count_people;
use crate::engine::links::moving::move_groups;
use crate::engine::links::plan::{LinkAction, LinkPlan};
use crate::engine::links::reconcile::GroupChange;
use crate::engine::links::survey::build_plan;
use crate::engine::outcome::retain_maybe_done;
use crate::engine::reconcile::{reconcile, store_plan_and_acquire};
use crate::failpoint::{self, Step};
use crate::parse::arguments::Arguments;
use crate::reply::{Reply, ReplyLine};
use crate::zapi::ChangePermit;

/// More groups that leave a community need a confirmation, and more groups that an undo links again.
const MAX_UNCONFIRMED: usize = 3;
/// More groups of a pattern need a confirmation.
const MAX_PATTERN_UNCONFIRMED: usize = 10;

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
    let plan: Option<LinkPlan> = serde_json::from_str(plan).ok();
    plan.iter().flat_map(LinkPlan::leaving).map(|(_, source)| source.id.clone()).collect()
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
    let (mut plan, permit) = match stored_plan::<LinkPlan>(context)? {
        Some(plan) => (plan, None),
        None => plan_change(context, action, arguments).await?,
    };
    let outcomes = match action {
        LinkAction::Move => move_groups(context, &mut plan).await?,
        LinkAction::Link | LinkAction::Unlink => {
            let mut groups = GroupChange::new(action, &plan.community, &plan);
            groups.unlisted.clone_from(&plan.unlisted);
            reconcile(context, &mut groups, &plan.pending(), plan.unlisted.is_some(), permit).await?
        }
    };
    let done = retain_maybe_done(plan.pending(), &outcomes);
    if !done.is_empty() {
        let precondition = (action == LinkAction::Move).then(|| plan.community.to_string());
        context.set_undo_if(action.command(), plan.undo_command(&done), precondition);
    }
    plan.prompt_choice(context, arguments.flags.to_typed());
    Ok(Reply::GroupReport { lines: plan.report_lines(&outcomes), is_usage_error: plan.is_usage_error() })
}

/// Builds, previews and stores the plan. A command that changes nothing stores none.
async fn plan_change(
    context: &mut Context<'_>,
    action: LinkAction,
    arguments: &Arguments,
) -> Result<(LinkPlan, Option<ChangePermit>), CommandError> {
    let spec = context.catalog.lookup(action.command()).ok_or(CommandError::NoHandler)?;
    let typed = context.resolve_group_words(spec, &arguments.tokens).await?;
    let plan = build_plan(context, action, context.require_community()?, &typed).await?;
    failpoint::reach(Step::StateRead);
    let pending = plan.pending();
    let has_pattern = typed.iter().any(|word| word.contains('*'));
    let is_grave = plan.is_grave(has_pattern, context.is_undo());
    let people = match is_grave && context.confirmation != Confirmation::Given {
        true => count_people(context, &plan.ids(&pending)).await,
        false => None,
    };
    // There is nothing to confirm.
    context.must_confirm &= !pending.is_empty();
    context.preview_or_confirm(
        action.command(),
        plan.arguments(&pending),
        plan.preview_lines(people),
        is_grave,
    )?;
    let permit = match action {
        _ if pending.is_empty() => None,
        // Its first call is not known yet.
        LinkAction::Move => store_plan(context, &plan).await.map(|()| None)?,
        _ => store_plan_and_acquire(context, &plan, action.call_name()).await?,
    };
    Ok((plan, permit))
}

impl LinkPlan {
    /// Whether the change needs a confirmation: many groups leave a community, are linked again by an undo, or match a
    /// pattern.
    fn is_grave(&self, has_pattern: bool, is_undo: bool) -> bool {
        let count = self.pending().len();
        let concerned = match self.action {
            LinkAction::Link if !is_undo => 0,
            LinkAction::Link | LinkAction::Unlink => count,
            LinkAction::Move => self.leaving().count(),
        };
        concerned > MAX_UNCONFIRMED || has_pattern && count > MAX_PATTERN_UNCONFIRMED
    }

    /// Lets a number choose the group where a name is ambiguous: the command is run again with it.
    fn prompt_choice(&self, context: &mut Context<'_>, flags: &str) {
        let (options, names) = self.choices();
        if options.is_empty() {
            return;
        }
        let community = self.community.as_str();
        let (before, after) = match self.action {
            LinkAction::Link | LinkAction::Unlink => (format!("{flags} {community}"), ""),
            LinkAction::Move => (flags.to_owned(), community),
        };
        context.set_prompt(Prompt {
            before: before.trim().to_owned(),
            options,
            names,
            words: self.unclear_words(),
            after: after.to_owned(),
            takes_several: true,
            is_about_rest: !self.pending().is_empty(),
            ..Prompt::new(&context.claim.command, context.localizer.locale, self.action.command())
        });
    }
}

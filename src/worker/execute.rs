//! Runs a stored command: resolves it, checks current rights, and calls its handler.

use std::sync::Arc;

use super::command_outcome::{CommandOutcome, EarlyExit};
use super::deletion::{cancel_deleted, cancelled_reply};
use super::delivery_report::report_delivery;
use super::edits::reject_late_edit;
use super::request::{Request, RunContext};
use super::resolve::{ResolvedCommand, resolve_command};
use super::resolve_community::{directory_with_chat_aliases, find_named_community};
use super::too_old::summarize_burst;
use crate::authorization::{Denied, authorize};
use crate::command::context::{CommandError, Confirmation, Context};
use crate::command::kind::{
    DELETION, DELIVERY, EDIT_OF_SEVERAL, MAX_COMMANDS, RATE_LIMITED, TOO_MANY, TOO_OLD,
};
use crate::command::prompt::{Prompt, clear_prompt, is_set};
use crate::command::resolution::DeferredCommand;
use crate::command::spec::CommandSpec;
use crate::commands::{self, CATALOG};
use crate::config::Admin;
use crate::directory::{CommunityEntry, Directory};
use crate::domain::{Chat, CommunityId, InstanceName, Lid, Person, Phone};
use crate::parse::flags::Flags;
use crate::reply::{Localizer, Reply, ReplyLine, typed};
use crate::storage::{
    Claim, CommandRecord, Outcome, SenderIdentity, StateEntry, StateKind, Store, StoreUnavailable,
};

/// `/move` also changes source communities that it does not name, so its admin is rechecked in all their communities.
const MOVE: &str = "move";

/// Runs the command of a claim.
pub(super) async fn execute(claim: &mut Claim, run: &RunContext<'_>) -> Result<CommandOutcome, CommandError> {
    match try_execute(claim, run).await {
        Ok(outcome) => Ok(outcome),
        Err(EarlyExit::Reply(outcome)) => Ok(*outcome),
        Err(EarlyExit::Error(error)) => Err(error),
    }
}

async fn try_execute(claim: &mut Claim, run: &RunContext<'_>) -> Result<CommandOutcome, EarlyExit> {
    if claim.command.name == DELIVERY {
        return Ok(report_delivery(claim, run).await?);
    }
    let command = claim.command.clone();
    let sender = Person {
        phone: command.phone.as_deref().and_then(Phone::parse),
        lid: command.lid.as_deref().and_then(Lid::parse),
    };
    let admin = refresh_admin(sender, &command, run).await?;
    check_before_resolving(&admin, sender, &command, run).await?;
    let chat = Chat::from_id(&command.chat);
    let conversation_key = &chat.conversation_key(&admin.key, command.by_owner);
    let request = Request { run, admin: &admin, sender, command: &command, chat: &chat, conversation_key };
    let mut resolved = resolve_command(&request).await?;
    if let Some(deferred) = resolved.deferred.as_ref().filter(|_| command.deferred_command.is_none()) {
        claim.store_deferred_command(serde_json::to_string(deferred).unwrap_or_default()).await?;
    }
    let directory = directory_with_chat_aliases(resolved.spec, run).await?;
    let community = find_named_community(&request, &directory, &mut resolved).await?;
    let ResolvedCommand { spec, arguments, .. } = &resolved;
    if !command.is_started()
        && let Some(error) = arguments.missing_argument(spec.args)
    {
        return Ok(request.misused(spec, error, known_arguments(&request, &resolved, community.as_ref())));
    }
    let admin = &recheck_community_admin(&request, admin.clone(), spec, community.as_ref()).await?;
    check_rights(admin, &request, spec, community.as_ref(), &directory)?;
    let request = Request { admin, ..request };
    run_command(claim, request, resolved, community, &directory).await
}

/// The arguments of a command but for the missing one.
fn known_arguments(
    request: &Request<'_>,
    resolved: &ResolvedCommand,
    community: Option<&CommunityEntry>,
) -> Prompt {
    let id = community.map_or("", |community| community.id.as_str());
    let before = format!("{} {id}", resolved.typed.flags.to_typed()).trim().to_owned();
    let name = community.map(|community| community.name.as_str());
    let shown = request.run.localizer.format_command(resolved.spec.name, name.as_slice());
    Prompt { before, shown, ..Prompt::default() }
}

/// Looks up the sender's current admin entry. Current rights count, not those at the time of sending.
async fn refresh_admin(
    sender: Person,
    command: &CommandRecord,
    run: &RunContext<'_>,
) -> Result<Arc<Admin>, EarlyExit> {
    if let Some(community_admins) = &run.instance.community_admins {
        // Another process may have changed the admins since this one read them.
        community_admins.expire_before(last_member_changes(run.store, &run.instance.config.name).await?);
    }
    let admin = run.instance.refresh_admin(sender, command.by_owner);
    let admin = run.zapi.before_deadline("communities", admin).await??;
    admin.ok_or_else(|| rights_revoked(command).into())
}

fn rights_revoked(command: &CommandRecord) -> CommandOutcome {
    let reply = Reply::rights_revoked(command.is_started());
    CommandOutcome::new(reply, Outcome::Denied)
}

/// For each community, the id of the command (of any process) that last changed its members.
async fn last_member_changes(
    store: &Store,
    instance: &InstanceName,
) -> Result<Vec<(CommunityId, String)>, StoreUnavailable> {
    let entries = store.list_state(instance, StateKind::People).await?;
    let to_change = |entry: StateEntry| Some((CommunityId::parse(&entry.key)?, entry.value));
    Ok(entries.into_iter().filter_map(to_change).collect())
}

/// Replies that do not depend on the text: what was stored only for its reply, a cancelled command, a late edit.
async fn check_before_resolving(
    admin: &Admin,
    sender: Person,
    command: &CommandRecord,
    run: &RunContext<'_>,
) -> Result<(), EarlyExit> {
    let not_run = |line| CommandOutcome::usage_error(Reply::Lines(vec![line]));
    let outcome = match command.name.as_str() {
        RATE_LIMITED => {
            // An edit that came too soon may be edited once more.
            let outcome = if command.version > 0 { Outcome::UsageError } else { Outcome::Denied };
            let limit = run.instance.config.limits.commands_per_minute;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let line = ReplyLine::new("rate-limited").with_count("limit", limit);
            CommandOutcome::new(Reply::Lines(vec![line]), outcome)
        }
        TOO_OLD => summarize_burst(command, run).await?,
        DELETION => cancel_deleted(command, run).await?,
        TOO_MANY => not_run(ReplyLine::not_done("too-many-commands").with_count("limit", MAX_COMMANDS)),
        // Nothing is stored of the message that was edited.
        EDIT_OF_SEVERAL if command.version == 0 => not_run(ReplyLine::not_done("edit-of-unknown")),
        EDIT_OF_SEVERAL => not_run(ReplyLine::not_done("edit-of-several")),
        // Nothing is changed before there is a plan.
        _ if command.is_cancelled() && !command.is_started() => {
            CommandOutcome::new(cancelled_reply(command, run).await?, Outcome::Cancelled)
        }
        _ => return reject_late_edit(&SenderIdentity::new(admin, sender), command, run).await,
    };
    Err(outcome.into())
}

/// Before a change, in every attempt, reads from Z-API whether a community admin still is one. Skipped for a cancelled
/// command.
async fn recheck_community_admin(
    request: &Request<'_>,
    admin: Arc<Admin>,
    spec: &CommandSpec,
    community: Option<&CommunityEntry>,
) -> Result<Arc<Admin>, EarlyExit> {
    if !spec.is_mutating || request.command.is_cancelled() {
        return Ok(admin);
    }
    let community = community.filter(|_| spec.name != MOVE);
    let run = request.run;
    let current_admin = run.instance.admin_for_change(run.zapi, admin, request.sender, community).await?;
    current_admin.ok_or_else(|| rights_revoked(request.command).into())
}

fn check_rights(
    admin: &Admin,
    request: &Request<'_>,
    spec: &CommandSpec,
    community: Option<&CommunityEntry>,
    directory: &Directory,
) -> Result<(), EarlyExit> {
    let Err(denied) = authorize(admin, spec.name, community, directory) else { return Ok(()) };
    if request.command.is_started() {
        return Err(rights_revoked(request.command).into());
    }
    let community = community.filter(|_| denied == Denied::Community).map(|community| community.name.clone());
    let reply = Reply::forbidden(spec.name, community);
    Err(CommandOutcome::new(reply, Outcome::Denied).into())
}

/// Calls the handler of a command that may be run.
async fn run_command(
    claim: &mut Claim,
    request: Request<'_>,
    resolved: ResolvedCommand,
    community: Option<CommunityEntry>,
    directory: &Directory,
) -> Result<CommandOutcome, EarlyExit> {
    let Request { run, admin, sender, command, chat, conversation_key } = request;
    let ResolvedCommand { spec, arguments, deferred, .. } = resolved;
    let handler = commands::handler(spec).ok_or(CommandError::NoHandler)?;
    let is_confirmed = deferred.as_ref().is_some_and(|deferred| deferred.is_confirmed);
    // A flag that was typed before the missing part confirms no part that may be something else.
    let is_uncertain = deferred.as_ref().is_some_and(|it| it.must_confirm && it.undone.is_none());
    let confirmation = match arguments.flags {
        Flags { dry_run: true, .. } => Confirmation::DryRun,
        _ if is_uncertain && !command.is_started() => Confirmation::Required,
        Flags { yes: true, .. } => Confirmation::Given,
        _ if is_confirmed || command.is_started() => Confirmation::Given,
        _ => Confirmation::Required,
    };
    let is_cancelled = command.is_cancelled();
    let mut context = Context {
        catalog: &CATALOG,
        instance: &run.instance.config,
        localizer: run.localizer,
        zapi: run.zapi,
        directory,
        admins: &run.instance.admins,
        community_admins: run.instance.community_admins.as_deref(),
        store: run.store,
        claim,
        clock: run.clock,
        timing: run.timing,
        progress: run.progress,
        admin,
        sender,
        chat,
        community,
        is_last_attempt: run.is_last_attempt || is_cancelled,
        is_cancelled,
        is_final_failure: false,
        confirmation,
        must_confirm: deferred.as_ref().is_some_and(|deferred| deferred.must_confirm),
        precondition: deferred.as_ref().and_then(|deferred| deferred.precondition.clone()),
        counted: None,
        conversation_key: conversation_key.clone(),
        // The prompt that was replied to, or a menu above a newer list; the undo record stays until something is undone.
        state_changes: deferred
            .as_ref()
            .map_or(command.name == commands::confirm::SPEC.name, DeferredCommand::is_reply)
            .then(|| clear_prompt(conversation_key))
            .into_iter()
            .collect(),
        deferred,
    };
    let mut reply = match handler(&mut context, &arguments).await {
        Err(CommandError::Reply(reply)) => *reply,
        result => result?,
    };
    let outcome = match context.is_final_failure {
        _ if is_cancelled => Outcome::Cancelled,
        true => Outcome::Failed,
        false if reply.is_denied() => Outcome::Denied,
        false if reply.is_usage_error() => Outcome::UsageError,
        false if reply.is_preview() => Outcome::Previewed,
        false => Outcome::Replied,
    };
    let mut state_changes = context.state_changes;
    let is_direct = matches!(chat, Chat::Direct(_)) && !command.by_owner;
    if is_direct && !state_changes.iter().any(is_set) {
        let offer = offer_in_passing(&mut reply, command, run.localizer);
        state_changes.extend(offer.map(|prompt| prompt.to_state_change(conversation_key)));
    }
    Ok(CommandOutcome { state_changes, ..CommandOutcome::new(reply, outcome) })
}

/// The prompt of a reply that names a command as the way on: a yes runs it. One for several groups is added to the reply.
fn offer_in_passing(reply: &mut Reply, command: &CommandRecord, localizer: &Localizer) -> Option<Prompt> {
    let (name, words) = reply.way_on()?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let arguments: Vec<String> = words.iter().map(|word| typed(word)).collect();
    let prompt = Prompt {
        options: vec![arguments.join(" ")],
        shown: localizer.format_command(name, &words),
        is_in_passing: true,
        ..Prompt::new(command, localizer.locale, name)
    };
    let has = |reply: &Reply, part: &str| reply.messages(localizer).iter().any(|text| text.contains(part));
    let is_shown = |reply: &Reply| has(reply, &prompt.shown);
    // Each group has a line with its own command.
    let shows_each = name == "move" && words.len() > 2 && has(reply, &localizer.format_command(name, &[]));
    if shows_each && !is_shown(reply) {
        let line = ReplyLine::new("move-all").with_command("command", name, &words);
        *reply = std::mem::replace(reply, Reply::empty()).with_lines(vec![line]);
    }
    // Not every text shows its command.
    is_shown(reply).then_some(prompt)
}

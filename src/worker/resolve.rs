//! Resolves a stored command: the typed one, or the one that replaces it (`/confirm`, `/undo`).

use super::context::{CONFIRM_COMMAND, CommandOutcome, EarlyExit, Request, ResolvedCommand};
use super::talk::reply_to_talk;
use super::wish::{WishResolution, resolve_wish};
use crate::authorization::may_use;
use crate::command::context::CommandError;
use crate::command::handler::Handler;
use crate::command::resolution::DeferredCommand;
use crate::command::resolution::Resolution;
use crate::command::resolution::ResolveContext;
use crate::command::spec::CommandSpec;
use crate::commands::{self, CATALOG};
use crate::domain::Chat;
use crate::engine::whole_groups;
use crate::parse::arguments;
use crate::parse::arguments::ArgKind;
use crate::parse::arguments::Arguments;
use crate::parse::further_command::has_further_command;
use crate::parse::prefix::ParsedCommand;
use crate::parse::prompt_reply::is_no_word;
use crate::parse::text::likely_name;
use crate::reply::{Reply, ReplyLine, escape_markup};
use crate::storage::{LeaseError, Outcome};

/// Resolves the command, or ends it with a reply.
pub(super) async fn resolve_command(request: &Request<'_>) -> Result<ResolvedCommand, EarlyExit> {
    let Request { run, command, .. } = request;
    let confirm = |rest: String| ParsedCommand { typed: CONFIRM_COMMAND.to_owned(), rest };
    let typed = run.instance.parser.parse(&command.text);
    let has_no_prefix = typed.is_none();
    let mut wished = None;
    let parsed = match typed {
        Some(parsed) if is_decline(&parsed) => confirm(parsed.typed),
        Some(parsed) => parsed,
        // The prefixes changed. It has changed something, so it must not look as if it had not.
        None if command.is_started() && command.deferred_command.is_none() => {
            return Err(CommandOutcome::new(Reply::failed(None), Outcome::Failed).into());
        }
        None => match resolve_wish(request).await? {
            WishResolution::Read(parsed) => parsed,
            WishResolution::Change(offer) => {
                check_may_use(request, offer.spec)?;
                reject_misread(request, offer.spec, &offer.arguments).await?;
                return Err(offer.into_prompt(request).into());
            }
            WishResolution::Incomplete(spec, rest) => {
                reject_misread(request, spec, &rest).await?;
                wished = Some(spec);
                confirm(String::new())
            }
            WishResolution::Talk => confirm(String::new()),
        },
    };
    let Some(spec) = CATALOG.lookup(&parsed.typed) else {
        return Err(reply_to_unknown(request, &parsed).await?.into());
    };
    check_may_use(request, spec)?;
    if !command.is_started() && command.deferred_command.is_none() {
        reject_misread(request, spec, &parsed.rest).await?;
    }
    let verbatim = run.instance.parser.raw_arguments(&command.text).filter(|_| spec.is_verbatim());
    let arguments = match arguments::parse(spec.args, spec.is_mutating, verbatim.unwrap_or(&parsed.rest)) {
        Ok(arguments) => arguments,
        Err(error) => {
            let reply = spec.usage_error_reply(error, run.localizer);
            return Err(CommandOutcome::usage_error(reply).into());
        }
    };
    if !spec.is_indirect() {
        return Ok(ResolvedCommand {
            spec,
            arguments,
            is_confirmed: false,
            must_confirm: false,
            cleared_state: Vec::new(),
            deferred_command: None,
        });
    }
    match find_deferred(request, spec, &arguments, has_no_prefix).await? {
        Some(deferred) => resolve_deferred(request, deferred).await,
        None => Err(reply_to_talk(request, wished).await?.into()),
    }
}

/// Replies to a command name that does not exist.
async fn reply_to_unknown(
    request: &Request<'_>,
    parsed: &ParsedCommand,
) -> Result<CommandOutcome, EarlyExit> {
    if matches!(request.chat, Chat::Group(_)) && request.command.version == 0 {
        // In a group it belongs to another bot. It was stored because it closes a pending prompt.
        return Ok(CommandOutcome::new(Reply::empty(), Outcome::Replied));
    }
    if let Some(spec) = CATALOG
        .nearest_name(&parsed.typed, request.run.localizer.locale)
        .and_then(|name| CATALOG.lookup(name))
    {
        reject_misread(request, spec, &parsed.rest).await?;
    }
    Ok(suggest_nearest_name(request, parsed))
}

fn check_may_use(request: &Request<'_>, spec: &CommandSpec) -> Result<(), EarlyExit> {
    if may_use(request.admin, spec.name) || request.command.is_started() {
        return Ok(());
    }
    let reply = Reply::forbidden(spec.name, None);
    Err(CommandOutcome::new(reply, Outcome::Denied).into())
}

/// The command that replaces an indirect one; none if the message is no reply to a prompt. Once stored, later prompts do
/// not change it.
async fn find_deferred(
    request: &Request<'_>,
    spec: &CommandSpec,
    arguments: &Arguments,
    has_no_prefix: bool,
) -> Result<Option<DeferredCommand>, EarlyExit> {
    let Request { run, command, conversation_key, .. } = request;
    let stored = command.deferred_command.as_deref().and_then(|json| serde_json::from_str(json).ok());
    if let Some(stored) = stored {
        return Ok(Some(stored));
    }
    let Some(Handler::Resolve(resolve_handler)) = commands::handler(spec) else {
        return Err(CommandError::NoHandler.into());
    };
    let context = ResolveContext {
        catalog: &CATALOG,
        store: run.store,
        instance: &run.instance.config.name,
        conversation_key,
        command,
        has_no_prefix,
        localizer: run.localizer,
    };
    let resolution = match resolve_handler(&context, arguments).await? {
        Resolution::Command(deferred) => resolve_chained(&context, deferred).await?,
        resolution => resolution,
    };
    match resolution {
        Resolution::Command(deferred) => Ok(Some(deferred)),
        Resolution::Reply(reply, state_changes) => {
            let is_talk = spec.is_confirmation();
            let outcome = CommandOutcome::new(reply, Outcome::Replied);
            Err(CommandOutcome { state_changes, is_talk, ..outcome }.into())
        }
        Resolution::Ignore => Ok(None),
    }
}

async fn resolve_deferred(
    request: &Request<'_>,
    deferred: DeferredCommand,
) -> Result<ResolvedCommand, EarlyExit> {
    let spec = CATALOG.lookup(&deferred.command).filter(|spec| !spec.is_indirect());
    let spec = spec.ok_or(CommandError::NoHandler)?;
    check_may_use(request, spec)?;
    if !request.command.is_started() && !deferred.is_confirmed {
        reject_misread(request, spec, &deferred.rest).await?;
    }
    let cleared_state = deferred.cleared_state(request.conversation_key);
    let mut arguments = match arguments::parse(spec.args, spec.is_mutating, &deferred.rest) {
        Ok(arguments) => arguments,
        Err(error) => {
            let reply = spec.usage_error_reply(error, request.run.localizer);
            return Err(CommandOutcome::usage_error(reply).into());
        }
    };
    let deferred_command = serde_json::to_string(&deferred).ok();
    arguments.precondition.clone_from(&deferred.precondition);
    arguments.is_undo = deferred.undone.is_some();
    Ok(ResolvedCommand {
        spec,
        arguments,
        is_confirmed: deferred.is_confirmed,
        must_confirm: deferred.must_confirm,
        cleared_state,
        deferred_command,
    })
}

/// Rejects text that would be misread: with a second command, or about creating or deleting a group. Text that is the
/// whole name of a community or group is that name.
async fn reject_misread(request: &Request<'_>, spec: &CommandSpec, rest: &str) -> Result<(), EarlyExit> {
    let Request { run, .. } = request;
    let prefixes = &run.instance.config.prefixes;
    let is_command = |name: &str| CATALOG.lookup(name).is_some();
    let one_command = || CommandOutcome::usage_error(Reply::Lines(vec![ReplyLine::not_done("one-command")]));
    let rejection = whole_groups::reject_group_lifecycle(spec, rest);
    let may_have_another = !spec.is_verbatim()
        && !spec.args.contains(&ArgKind::Command)
        && has_further_command(rest, prefixes, is_command, |_| false);
    if rejection.is_none() && !may_have_another {
        return Ok(());
    }
    let snapshot = run.instance.directory.snapshot(run.zapi).await?;
    let is_name = |name: &str| snapshot.groups.has_name(name) || snapshot.communities.has_name(name);
    if let Some(reply) = rejection.filter(|_| !snapshot.communities.has_name(&likely_name(rest))) {
        return Err(CommandOutcome::usage_error(reply).into());
    }
    if may_have_another && has_further_command(rest, prefixes, is_command, is_name) {
        return Err(one_command().into());
    }
    Ok(())
}

/// Resolves a confirmed command that is itself indirect: `yes` to the prompt of `/undo`.
async fn resolve_chained(
    context: &ResolveContext<'_>,
    deferred: DeferredCommand,
) -> Result<Resolution, LeaseError> {
    let Some(spec) = CATALOG.lookup(&deferred.command) else { return Ok(Resolution::Command(deferred)) };
    let Some(Handler::Resolve(resolve_handler)) = commands::handler(spec) else {
        return Ok(Resolution::Command(deferred));
    };
    let arguments = match arguments::parse(spec.args, spec.is_mutating, &deferred.rest) {
        Ok(arguments) => arguments,
        Err(error) => {
            return Ok(Resolution::Reply(
                spec.usage_error_reply(error, context.localizer),
                deferred.cleared_state(context.conversation_key),
            ));
        }
    };
    let (cleared, prompting_commands) =
        (deferred.cleared_state(context.conversation_key), deferred.prompting_commands);
    Ok(match resolve_handler(context, &arguments).await? {
        Resolution::Command(deferred) => {
            Resolution::Command(DeferredCommand { prompting_commands, ..deferred })
        }
        Resolution::Reply(reply, state_changes) => {
            Resolution::Reply(reply, [cleared, state_changes].concat())
        }
        Resolution::Ignore => Resolution::Ignore,
    })
}

/// Whether a command is a decline word with a prefix (`/no`).
pub(super) fn is_decline(parsed: &ParsedCommand) -> bool {
    CATALOG.lookup(&parsed.typed).is_none() && is_no_word(&parsed.typed)
}

/// Suggests the command with the nearest name; a yes runs it.
fn suggest_nearest_name(request: &Request<'_>, parsed: &ParsedCommand) -> CommandOutcome {
    let locale = request.run.localizer.locale;
    let nearest = CATALOG.nearest_name(&parsed.typed, locale);
    // A misspelled `/confirm` is not confirmed once more.
    let spec = nearest.and_then(|name| CATALOG.lookup(name)).filter(|spec| spec.name != CONFIRM_COMMAND);
    let nearest = nearest.map(|name| {
        let command = format!("{}{name} {}", request.run.localizer.prefix, escape_markup(&parsed.rest));
        command.trim_end().to_owned()
    });
    let reply = Reply::unknown_command(&parsed.typed, nearest, spec.is_some());
    let prompt = spec.map(|spec| request.new_prompt(locale, spec.name, vec![parsed.rest.clone()]));
    CommandOutcome {
        state_changes: prompt.iter().map(|prompt| prompt.to_state_change(request.conversation_key)).collect(),
        ..CommandOutcome::usage_error(reply)
    }
}

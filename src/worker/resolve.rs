//! Resolving a stored command: what was typed, or the command that it stands for (`/yes`, `/undo`).

use super::context::{CommandOutcome, EarlyExit, Request, ResolvedCommand};
use super::resolve_community::{load_directory, suggest};
use super::suggest::{Suggestion, try_deactivate, try_similar_command};
use crate::authorization::may_use;
use crate::command::context::CommandError;
use crate::command::handler::Handler;
use crate::command::resolution::ClearedState;
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
use crate::parse::further_command::has_command_line;
use crate::parse::further_command::has_further_command;
use crate::parse::prefix::ParsedCommand;
use crate::parse::prompt_reply::is_no_word;
use crate::parse::text::likely_name;
use crate::reply::{Localizer, Reply, ReplyLine, UsageError};
use crate::storage::{LeaseError, Outcome};

/// The command that replies to a prompt.
pub(super) const CONFIRM_COMMAND: &str = "confirm";

/// Resolves the command, or ends it with a reply.
pub(super) async fn resolve(request: &Request<'_>) -> Result<ResolvedCommand, EarlyExit> {
    let Request { run, command, .. } = request;
    let typed = run.instance.parser.parse(&command.text);
    let is_bare = typed.is_none();
    let parsed = match typed {
        Some(parsed) if is_decline(&parsed) => {
            ParsedCommand { typed: CONFIRM_COMMAND.to_owned(), rest: parsed.typed }
        }
        Some(parsed) => parsed,
        // The stored name says that the text replies to a prompt.
        None if command.name == CONFIRM_COMMAND => {
            ParsedCommand { typed: CONFIRM_COMMAND.to_owned(), rest: String::new() }
        }
        None => return Err(reply_without_prefix(request).await?.into()),
    };
    let Some(spec) = CATALOG.lookup(&parsed.typed) else {
        return Err(reply_to_unknown(request, &parsed).await?.into());
    };
    check_may_use(request, spec)?;
    if command.plan.is_none() && command.deferred_command.is_none() {
        reject_misread(request, spec, &parsed.rest).await?;
    }
    let verbatim = run.instance.parser.raw_arguments(&command.text).filter(|_| spec.is_verbatim());
    let arguments = match arguments::parse(spec.args, spec.is_mutating, verbatim.unwrap_or(&parsed.rest)) {
        Ok(arguments) => arguments,
        Err(error) => return Err(reply_to_usage_error(request, spec, &parsed, error).await?.into()),
    };
    if !spec.is_indirect() {
        return Ok(ResolvedCommand {
            spec,
            parsed,
            arguments,
            is_confirmed: false,
            cleared_state: Vec::new(),
            deferred_command: None,
        });
    }
    let deferred = find_deferred(request, spec, &arguments, is_bare).await?;
    resolve_deferred(request, deferred).await
}

/// Replies to a text that has no prefix, or whose prefix was one only when the command was accepted.
async fn reply_without_prefix(request: &Request<'_>) -> Result<CommandOutcome, EarlyExit> {
    let Request { run, command, .. } = request;
    if command.plan.is_some() {
        // It has changed something, so it must not look as if it had not.
        return Ok(CommandOutcome::new(Reply::Failed { reason: None }, Outcome::Failed));
    }
    let parsed = CATALOG.parse_without_prefix(&command.text, &run.instance.parser);
    let Some((spec, rest)) = parsed.and_then(|parsed| Some((CATALOG.lookup(&parsed.typed)?, parsed.rest)))
    else {
        return Ok(CommandOutcome::usage_error(unknown_command_reply(&command.text, run.localizer)));
    };
    reject_misread(request, spec, &rest).await?;
    Ok(Suggestion::new(spec, &rest, run.localizer).into_prompt(request))
}

/// Replies to a command name that does not exist.
async fn reply_to_unknown(
    request: &Request<'_>,
    parsed: &ParsedCommand,
) -> Result<CommandOutcome, EarlyExit> {
    if matches!(request.chat, Chat::Group(_)) && request.command.version == 0 {
        // In a group it belongs to another bot. It was stored because it closes a pending prompt.
        return Ok(CommandOutcome::new(Reply::Empty, Outcome::Replied));
    }
    if let Some(spec) = CATALOG
        .nearest_name(&parsed.typed, request.run.localizer.locale)
        .and_then(|name| CATALOG.lookup(name))
    {
        reject_misread(request, spec, &parsed.rest).await?;
    }
    Ok(suggest_command(request, parsed))
}

/// Replies to arguments that cannot be parsed, with a suggestion if there is one.
async fn reply_to_usage_error(
    request: &Request<'_>,
    spec: &'static CommandSpec,
    parsed: &ParsedCommand,
    error: UsageError,
) -> Result<CommandOutcome, EarlyExit> {
    let localizer = request.run.localizer;
    let suggestion = match error {
        // A person where the community should be.
        UsageError::MissingCommunity
            if spec.args.get(1) == Some(&ArgKind::People) && !parsed.rest.is_empty() =>
        {
            let directory = load_directory(spec, request.run).await?;
            suggest(request, spec, parsed, &directory).await?
        }
        _ => try_similar_command(parsed, &error, localizer)
            .or_else(|| try_deactivate(parsed, &error, localizer))
            .filter(|suggestion| may_use(request.admin, suggestion.command())),
    };
    Ok(match suggestion {
        Some(suggestion) => suggestion.into_prompt(request),
        None => CommandOutcome::usage_error(spec.usage_error_reply(error, localizer)),
    })
}

fn check_may_use(request: &Request<'_>, spec: &CommandSpec) -> Result<(), EarlyExit> {
    if may_use(request.admin, spec.name) || request.command.plan.is_some() {
        return Ok(());
    }
    let reply = Reply::Forbidden { command: spec.name, community: None };
    Err(CommandOutcome::new(reply, Outcome::Denied).into())
}

/// The command that this one stands for. Once one is stored, later attempts use it, whatever was prompted since.
async fn find_deferred(
    request: &Request<'_>,
    spec: &CommandSpec,
    arguments: &Arguments,
    is_bare: bool,
) -> Result<DeferredCommand, EarlyExit> {
    let Request { run, command, key, .. } = request;
    let stored = command.deferred_command.as_deref().and_then(|json| serde_json::from_str(json).ok());
    if let Some(stored) = stored {
        return Ok(stored);
    }
    let Some(Handler::Resolve(resolve)) = commands::handler(spec) else {
        return Err(CommandError::UnknownDeferredCommand.into());
    };
    let context = ResolveContext {
        store: run.store,
        instance: &run.instance.config.name,
        conversation_key: key,
        command,
        is_bare,
        localizer: run.localizer,
    };
    let resolution = match resolve(&context, arguments).await? {
        Resolution::Command(deferred) => resolve_chained(&context, deferred).await?,
        resolution => resolution,
    };
    match resolution {
        Resolution::Command(deferred) => Ok(deferred),
        Resolution::Reply(reply, state_changes) => {
            Err(CommandOutcome { reply, outcome: Outcome::Replied, state_changes }.into())
        }
        Resolution::Ignore => Err(CommandOutcome::new(Reply::Empty, Outcome::Replied).into()),
    }
}

async fn resolve_deferred(
    request: &Request<'_>,
    deferred: DeferredCommand,
) -> Result<ResolvedCommand, EarlyExit> {
    let spec = CATALOG.lookup(&deferred.command).filter(|spec| !spec.is_indirect());
    let spec = spec.ok_or(CommandError::UnknownDeferredCommand)?;
    check_may_use(request, spec)?;
    if request.command.plan.is_none() && !deferred.is_confirmed {
        reject_misread(request, spec, &deferred.rest).await?;
    }
    let cleared_state = deferred.cleared_state(request.key);
    let mut arguments = match arguments::parse(spec.args, spec.is_mutating, &deferred.rest) {
        Ok(arguments) => arguments,
        Err(error) => {
            let reply = spec.usage_error_reply(error, request.run.localizer);
            return Err(CommandOutcome::usage_error(reply).into());
        }
    };
    let deferred_command = serde_json::to_string(&deferred).ok();
    arguments.precondition.clone_from(&deferred.only_if);
    arguments.is_undo = deferred.forget == Some(ClearedState::Undo);
    Ok(ResolvedCommand {
        spec,
        arguments,
        is_confirmed: deferred.is_confirmed,
        parsed: ParsedCommand { typed: deferred.command, rest: deferred.rest },
        cleared_state,
        deferred_command,
    })
}

/// Rejects a command that would do something else than was asked for: its text has a second command, or is about a
/// group as a whole. Text that is the whole name of a community or group is that name.
async fn reject_misread(request: &Request<'_>, spec: &CommandSpec, rest: &str) -> Result<(), EarlyExit> {
    let Request { run, .. } = request;
    let prefixes = &run.instance.config.prefixes;
    let is_command = |name: &str| CATALOG.lookup(name).is_some();
    let one_command = || CommandOutcome::usage_error(Reply::Lines(vec![ReplyLine::not_done("one-command")]));
    // Free text may hold anything but a line that is a command.
    if spec.is_verbatim() && has_command_line(rest, &run.instance.parser, is_command) {
        return Err(one_command().into());
    }
    let refused = whole_groups::refuse(spec, rest);
    let may_have_another = !spec.is_verbatim()
        && !spec.args.contains(&ArgKind::Command)
        && has_further_command(rest, prefixes, is_command, |_| false);
    if refused.is_none() && !may_have_another {
        return Ok(());
    }
    let snapshot = run.instance.directory.snapshot(run.zapi).await?;
    let is_name = |name: &str| snapshot.groups.has_name(name) || snapshot.communities.has_name(name);
    if let Some(reply) = refused.filter(|_| !snapshot.communities.has_name(&likely_name(rest))) {
        return Err(CommandOutcome::usage_error(reply).into());
    }
    if may_have_another && has_further_command(rest, prefixes, is_command, is_name) {
        return Err(one_command().into());
    }
    Ok(())
}

/// Resolves a confirmed command that itself stands for another one: a yes to `/undo`.
async fn resolve_chained(
    context: &ResolveContext<'_>,
    deferred: DeferredCommand,
) -> Result<Resolution, LeaseError> {
    let Some(spec) = CATALOG.lookup(&deferred.command) else { return Ok(Resolution::Command(deferred)) };
    let Some(Handler::Resolve(resolve)) = commands::handler(spec) else {
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
    let (cleared, askers) = (deferred.cleared_state(context.conversation_key), deferred.askers);
    Ok(match resolve(context, &arguments).await? {
        Resolution::Command(deferred) => Resolution::Command(DeferredCommand { askers, ..deferred }),
        Resolution::Reply(reply, state_changes) => {
            Resolution::Reply(reply, [cleared, state_changes].concat())
        }
        Resolution::Ignore => Resolution::Ignore,
    })
}

/// Whether a command is a no with a prefix: `/no` means the same as `no`.
pub(super) fn is_decline(parsed: &ParsedCommand) -> bool {
    CATALOG.lookup(&parsed.typed).is_none() && is_no_word(&parsed.typed)
}

/// Suggests the command with the nearest name; a yes runs it. The reply has the language of that name.
fn suggest_command(request: &Request<'_>, parsed: &ParsedCommand) -> CommandOutcome {
    let localizer = request.run.localizer;
    let nearest = CATALOG.nearest_name(&parsed.typed, localizer.locale);
    let languages =
        nearest.and_then(|name| Some(CATALOG.lookup(name)?.locales_of_name(name))).unwrap_or_default();
    let locale = match languages.first() {
        Some(first) if !languages.contains(&localizer.locale) => *first,
        _ => localizer.locale,
    };
    // A misspelled `/confirm` is not confirmed once more.
    let spec = nearest.and_then(|name| CATALOG.lookup(name)).filter(|spec| spec.name != CONFIRM_COMMAND);
    let reply = Reply::UnknownCommand { typed: parsed.typed.clone(), nearest, is_prompted: spec.is_some() };
    let prompt = spec.map(|spec| request.new_prompt(locale, spec.name, vec![parsed.rest.clone()]));
    CommandOutcome {
        state_changes: prompt.iter().map(|prompt| prompt.to_state_change(request.key)).collect(),
        ..CommandOutcome::usage_error(Reply::InLanguage(locale, Box::new(reply)))
    }
}

fn unknown_command_reply(typed: &str, localizer: &Localizer) -> Reply {
    let (typed, nearest) = (typed.to_owned(), CATALOG.nearest_name(typed, localizer.locale));
    Reply::UnknownCommand { typed, nearest, is_prompted: false }
}

//! Resolves a stored command: the typed one, or the one that replaces it (`/confirm`, `/undo`).

use super::context::{CommandOutcome, EarlyExit, Request, ResolvedCommand};
use super::resolve_community::{directory_with_chat_aliases, suggest_community_command};
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
pub(super) async fn resolve_command(request: &Request<'_>) -> Result<ResolvedCommand, EarlyExit> {
    let Request { run, command, .. } = request;
    let typed = run.instance.parser.parse(&command.text);
    let has_no_prefix = typed.is_none();
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
    if !command.is_started() && command.deferred_command.is_none() {
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
    let deferred = find_deferred(request, spec, &arguments, has_no_prefix).await?;
    resolve_deferred(request, deferred).await
}

/// Replies to text without a prefix, e.g. because prefixes changed after it was stored.
async fn reply_without_prefix(request: &Request<'_>) -> Result<CommandOutcome, EarlyExit> {
    let Request { run, command, .. } = request;
    if command.is_started() {
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
    Ok(suggest_nearest_name(request, parsed))
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
            let directory = directory_with_chat_aliases(spec, request.run).await?;
            suggest_community_command(request, spec, parsed, &directory).await?
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
    if may_use(request.admin, spec.name) || request.command.is_started() {
        return Ok(());
    }
    let reply = Reply::Forbidden { command: spec.name, community: None };
    Err(CommandOutcome::new(reply, Outcome::Denied).into())
}

/// The command that replaces an indirect one. Once stored, later prompts do not change it.
async fn find_deferred(
    request: &Request<'_>,
    spec: &CommandSpec,
    arguments: &Arguments,
    has_no_prefix: bool,
) -> Result<DeferredCommand, EarlyExit> {
    let Request { run, command, conversation_key, .. } = request;
    let stored = command.deferred_command.as_deref().and_then(|json| serde_json::from_str(json).ok());
    if let Some(stored) = stored {
        return Ok(stored);
    }
    let Some(Handler::Resolve(resolve_handler)) = commands::handler(spec) else {
        return Err(CommandError::NoHandler.into());
    };
    let context = ResolveContext {
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
    arguments.is_undo = deferred.clears == Some(ClearedState::Undo);
    Ok(ResolvedCommand {
        spec,
        arguments,
        is_confirmed: deferred.is_confirmed,
        parsed: ParsedCommand { typed: deferred.command, rest: deferred.rest },
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
    // Free text may hold anything but a line that is a command.
    if spec.is_verbatim() && has_command_line(rest, &run.instance.parser, is_command) {
        return Err(one_command().into());
    }
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

/// Suggests the command with the nearest name; a yes runs it. The reply has the language of that name.
fn suggest_nearest_name(request: &Request<'_>, parsed: &ParsedCommand) -> CommandOutcome {
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
        state_changes: prompt.iter().map(|prompt| prompt.to_state_change(request.conversation_key)).collect(),
        ..CommandOutcome::usage_error(Reply::InLanguage(locale, Box::new(reply)))
    }
}

fn unknown_command_reply(typed: &str, localizer: &Localizer) -> Reply {
    let (typed, nearest) = (typed.to_owned(), CATALOG.nearest_name(typed, localizer.locale));
    Reply::UnknownCommand { typed, nearest, is_prompted: false }
}

//! Resolves a stored command: the typed one, or the one that it stands for (`/confirm`, `/undo`).

use super::argument_finder::is_preposition;
use super::command_outcome::{CommandOutcome, EarlyExit};
use super::correction::{correct_offer, names_something_else, offer_correction};
use super::menu::{NamedMeaning, read_named};
use super::missing_part::read_missing_part;
use super::request::Request;
use super::talk::{has_command_behind_number, reply_to_talk};
use super::undo_part::{reply_to_quote, reply_to_regret, reply_to_unchanged};
use super::wish::{WishResolution, resolve_wish};
use crate::authorization::{may_everywhere, may_use};
use crate::command::consent::is_reaction;
use crate::command::context::CommandError;
use crate::command::parsed_text::{ParsedCommand, ParsedRequest, ParsedWish};
use crate::command::prompt::{Prompt, clear_prompt, is_set, void_prompt};
use crate::command::resolution::{DeferredCommand, MissingPart, Resolution, ResolveContext};
use crate::command::spec::CommandSpec;
use crate::command::wish::Wish;
use crate::commands::{CATALOG, confirm, undo};
use crate::domain::Chat;
use crate::engine::listing::load_list;
use crate::engine::target::Target;
use crate::engine::whole_groups;
use crate::parse::arguments::{ArgKind, Arguments, TypedArguments};
use crate::parse::further_command::has_further_command;
use crate::parse::numbers::list_numbers;
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::text::likely_name;
use crate::parse::tokenizer::Tokenizer;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, escape_markup, typed};
use crate::storage::{LeaseError, Outcome, PastCommand, StateKind, StoreUnavailable};

/// The command to run: the typed one, or the one that replaces it.
pub(super) struct ResolvedCommand {
    pub(super) spec: &'static CommandSpec,
    /// Its arguments as they are typed.
    pub(super) typed: TypedArguments,
    /// Its arguments by kind.
    pub(super) arguments: Arguments,
    /// The command that replaces the typed one, if one does.
    pub(super) deferred: Option<DeferredCommand>,
}

/// Resolves the command, or ends it with a reply.
pub(super) async fn resolve_command(request: &Request<'_>) -> Result<ResolvedCommand, EarlyExit> {
    let Request { run, command, .. } = request;
    let as_prompt_reply =
        |rest: &str| (&confirm::SPEC, ParsedCommand::new(&confirm::SPEC, confirm::SPEC.name, rest));
    let mut has_no_prefix = false;
    let mut wished = None;
    let part = read_missing_part(request).await?;
    if let Some(offer) = correct_offer(request).await? {
        return Err(offer.into());
    }
    let (spec, parsed) = match &run.parsed.request {
        ParsedRequest::Command(parsed) => match CATALOG.lookup(&parsed.typed) {
            Some(spec) => (spec, parsed.clone()),
            None => return Err(reply_to_unknown(request, parsed).await?.into()),
        },
        ParsedRequest::Reply(word) => as_prompt_reply(word),
        ParsedRequest::Wish(_) if part.as_ref().is_some_and(|part| part.is_named) => {
            has_no_prefix = true;
            as_prompt_reply("")
        }
        ParsedRequest::Wish(wish) => {
            has_no_prefix = true;
            reject_undo_of_other(request, &wish.command).await?;
            match resolve_wish(request, wish).await? {
                None => as_prompt_reply(""),
                Some((spec, resolution)) => {
                    reject_misread(request, spec, &wish.rest).await?;
                    match resolution {
                        WishResolution::Read(rest) => (spec, ParsedCommand::new(spec, spec.name, &rest)),
                        WishResolution::Reply(reply) => {
                            check_may_use(request, spec)?;
                            return Err(EarlyExit::Reply(reply));
                        }
                        WishResolution::Incomplete => {
                            check_may_use(request, spec)?;
                            if replaces_question(request, spec).await? {
                                return Err(reply_to_talk(request, Some(spec)).await?.into());
                            }
                            wished = Some(spec);
                            as_prompt_reply("")
                        }
                    }
                }
            }
        }
        // Another version stored it, and may have run it: it is no talk.
        ParsedRequest::Unreadable => {
            return Err(CommandOutcome::new(Reply::failed(None), Outcome::Failed).into());
        }
        ParsedRequest::Nothing => {
            has_no_prefix = true;
            as_prompt_reply("")
        }
    };
    let arguments = check_arguments(request, spec, &parsed, command.deferred_command.is_none()).await?;
    reject_undo_of_other(request, spec.name).await?;
    if spec.is_indirect() {
        let part = part.as_ref().filter(|_| has_no_prefix);
        return match resolve_indirect(request, spec, &arguments, (has_no_prefix, part)).await? {
            Some(deferred) => resolve_deferred(request, deferred).await,
            None => resolve_without_prompt(request, wished).await,
        };
    }
    Ok(ResolvedCommand { spec, typed: parsed.arguments, arguments, deferred: None })
}

/// Whether a wish for this command takes the place of the question for a part of another one.
async fn replaces_question(request: &Request<'_>, spec: &CommandSpec) -> Result<bool, StoreUnavailable> {
    let prompt = request.recent_prompt().await?;
    Ok(!spec.is_read_only()
        && prompt.is_some_and(|prompt| prompt.missing.is_some() && prompt.command != spec.name))
}

/// Whether a message is a reaction to a question that is closed, and did not lead to a change.
async fn reacts_to_closed_question(request: &Request<'_>) -> Result<bool, StoreUnavailable> {
    let Request { run, command, .. } = request;
    let Some(quoted) = command.quoted.as_deref().filter(|_| is_reaction(command)) else { return Ok(false) };
    let (store, instance) = (run.store, &run.instance.config.name);
    let sender = (instance, command.admin.as_str(), command.chat.as_str(), command.by_owner);
    let asked = store.quoted_command(sender, (quoted, command.accepted_at)).await?;
    let Some(asked) = asked.filter(PastCommand::may_ask) else { return Ok(false) };
    Ok(store.get_state(instance, StateKind::Confirmed, &asked.id).await?.is_none())
}

/// Rejects an undo that quotes something else than the last change, or follows a command that changed nothing.
async fn reject_undo_of_other(request: &Request<'_>, command: &str) -> Result<(), EarlyExit> {
    let is_undo = command == undo::SPEC.name && request.command.deferred_command.is_none();
    if !is_undo {
        return Ok(());
    }
    let reply = match reply_to_quote(request).await? {
        None => reply_to_unchanged(request).await?,
        reply => reply,
    };
    reply.map_or(Ok(()), |reply| Err(reply.into()))
}

/// Resolves a text that could have been a reply to a prompt. None is open, so `desvincular 1` is a wish.
async fn resolve_without_prompt(
    request: &Request<'_>,
    wished: Option<&CommandSpec>,
) -> Result<ResolvedCommand, EarlyExit> {
    if wished.is_none() && request.is_direct() {
        let text = request.command.text.as_str();
        let reply = parse_reply(text, true, PromptFacts::default());
        let is_wish = |wish: &Wish| match reply {
            Some(ParsedReply::Numbers(_)) => !wish.rest.is_empty(),
            // The verb of a command beside a yes: `quero avisar`.
            Some(ParsedReply::Yes | ParsedReply::Acknowledgement { .. }) => !wish.spec.is_read_only(),
            _ => false,
        };
        let wish = CATALOG.parse_wish(text).filter(is_wish);
        let wish = wish.map(|Wish { spec, rest, phrase, .. }| (spec.name, rest, phrase));
        // `1 e 2 no marketing`
        let numbers = numbers_to_link(text);
        if wish.is_none() && !numbers.is_empty() {
            reject_unlisted(request, numbers).await?;
        }
        let listed = || (!numbers_to_link(text).is_empty()).then(|| ("link", text.to_owned(), String::new()));
        if let Some((command, rest, phrase)) = wish.or_else(listed) {
            let wish = ParsedWish { command: command.to_owned(), rest, phrase };
            match resolve_wish(request, &wish).await? {
                Some((spec, WishResolution::Reply(reply))) => {
                    check_may_use(request, spec)?;
                    return Err(EarlyExit::Reply(reply));
                }
                Some((spec, WishResolution::Incomplete)) => {
                    check_may_use(request, spec)?;
                    return Err(close_passing_offer(request, reply_to_talk(request, Some(spec)).await?)
                        .await?
                        .into());
                }
                _ => {}
            }
        }
        if reacts_to_closed_question(request).await? {
            let is_open = request.recent_prompt().await?.is_some();
            let key = if is_open { "confirm-other-quoted" } else { "confirm-nothing" };
            let reply = Reply::Lines(vec![ReplyLine::not_done(key)]);
            return Err(CommandOutcome::talk(reply, Vec::new()).into());
        }
        // A correction is of the change that it quotes, or of none.
        if reply_to_quote(request).await?.is_none()
            && let Some(offer) = offer_correction(request).await?
        {
            return Err(CommandOutcome { keeps_prompt: true, ..offer }.into());
        }
        if let Some(offer) = reply_to_regret(request).await? {
            return Err(offer.into());
        }
    }
    if request.is_direct() && wished.is_none_or(CommandSpec::is_read_only) {
        match read_unclear(request).await? {
            Some(NamedMeaning::Show(spec, rest)) => {
                let parsed = ParsedCommand::new(spec, spec.name, &rest);
                let arguments = check_arguments(request, spec, &parsed, false).await?;
                return Ok(ResolvedCommand { spec, typed: parsed.arguments, arguments, deferred: None });
            }
            Some(NamedMeaning::Menu(menu)) => return Err(EarlyExit::Reply(menu)),
            None => {}
        }
    }
    Err(close_passing_offer(request, reply_to_talk(request, wished).await?).await?.into())
}

/// The numbers before the words that lead to a target: `1 e 2 no marketing`, not `1 fora do marketing`.
fn numbers_to_link(text: &str) -> Vec<String> {
    let tokens = Tokenizer::new(text, false).read_all(false).unwrap_or_default();
    let count = tokens.iter().position(is_preposition).unwrap_or_default();
    let (numbers, behind) = tokens.split_at(count);
    let mut leading = behind.iter().take_while(|token| is_preposition(token));
    let leads_to_target = leading.any(|token| in_word_list(&token.text, "target-words"));
    let numbers = list_numbers(numbers).filter(|_| leads_to_target).unwrap_or_default();
    numbers.into_iter().flat_map(|(_, range)| range).map(|number| number.to_string()).collect()
}

/// Rejects numbers that are neither in the last list of groups nor the name of a group.
async fn reject_unlisted(request: &Request<'_>, mut numbers: Vec<String>) -> Result<(), EarlyExit> {
    let Request { run, command, .. } = request;
    let list = load_list(run.store, (command, None), &request.list_key()).await?;
    let snapshot = run.instance.directory.snapshot(run.zapi).await?;
    let is_listed = |number: &str| list.as_ref().is_some_and(|list| list.group_by_number(number).is_some());
    numbers.retain(|number| !is_listed(number) && !snapshot.groups.has_name(number));
    let lines: Vec<_> = numbers
        .iter()
        .map(|number| ReplyLine::not_done("no-group-number").name("name", number.as_str()))
        .collect();
    match lines.is_empty() {
        true => Ok(()),
        false => Err(CommandOutcome::talk(Reply::Lines(lines), Vec::new()).into()),
    }
}

/// What a text means that names something, unless it is a reply or has a command in it.
async fn read_unclear(request: &Request<'_>) -> Result<Option<NamedMeaning>, CommandError> {
    let Request { run, admin, command, .. } = request;
    let text = command.text.as_str();
    let parse = |is_direct| parse_reply(text, is_direct, PromptFacts::default());
    // The number of a list, `2` or `mostra o 2`, is the name that it has there.
    let shown = CATALOG.parse_wish(text).filter(|wish| wish.spec.name == "community");
    let number = shown.map_or(text.to_owned(), |wish| wish.rest);
    if let Some(ParsedReply::Numbers(numbers)) = parse_reply(&number, true, PromptFacts::default())
        && let [number] = numbers[..]
        && let Some(list) = load_list(run.store, (command, None), &request.list_key()).await?
    {
        let snapshot = run.instance.directory.snapshot(run.zapi).await?;
        let id = list.by_number(&number.to_string());
        let is_seen = |target: &Target| matches!(target, Target::Community(_)) || may_everywhere(admin);
        let target = id.as_deref().and_then(|id| Target::from_id(id, &snapshot)).filter(is_seen);
        let Some(target) = target else { return Ok(None) };
        return read_named(request, &typed(target.name())).await;
    }
    // A no among other words is none.
    let is_reply = parse(true).is_some_and(|reply| reply != ParsedReply::No || parse(false) == Some(reply));
    if is_reply || has_command_behind_number(text, &run.instance.config.prefixes) {
        return Ok(None);
    }
    read_named(request, text).await
}

/// What a reply only names is no offer any more after other words: a yes may be for them.
async fn close_passing_offer(
    request: &Request<'_>,
    mut outcome: CommandOutcome,
) -> Result<CommandOutcome, StoreUnavailable> {
    let prompt = request.recent_prompt().await?;
    if prompt.is_some_and(|prompt| prompt.is_in_passing) && !outcome.state_changes.iter().any(is_set) {
        outcome.state_changes.push(void_prompt(request.conversation_key));
    }
    Ok(outcome)
}

/// The arguments of a command that its admin may use. `is_typed`: an admin typed it, so it
/// is checked for other commands.
async fn check_arguments(
    request: &Request<'_>,
    spec: &CommandSpec,
    parsed: &ParsedCommand,
    is_typed: bool,
) -> Result<Arguments, EarlyExit> {
    check_may_use(request, spec)?;
    if is_typed && !request.command.is_started() {
        reject_misread(request, spec, parsed.rest()).await?;
    }
    parsed.assign(spec).map_err(|error| {
        let shown = request.run.localizer.format_command(spec.name, &[]);
        let known = Prompt { before: parsed.rest().to_owned(), shown, ..Prompt::default() };
        request.misused(spec, error, known).into()
    })
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
    let localizer = request.run.localizer;
    let nearest = CATALOG.nearest_name(&parsed.typed, localizer.locale);
    let spec = nearest.and_then(|name| CATALOG.lookup(name));
    if let Some(spec) = spec {
        reject_misread(request, spec, parsed.rest()).await?;
    }
    // A yes to the offer runs it. A misspelled `/confirm` is not offered: it would need a second yes.
    let spec = spec.filter(|spec| !spec.is_confirmation());
    let nearest = nearest.map(|name| {
        let command = format!("{}{name} {}", localizer.prefix, escape_markup(parsed.rest()));
        command.trim_end().to_owned()
    });
    let shown = nearest.clone().unwrap_or_default();
    let reply = Reply::unknown_command(&parsed.typed, nearest, spec.is_some());
    Ok(match spec {
        Some(spec) => {
            let prompt = Prompt::new(request.command, localizer.locale, spec.name);
            let options = vec![parsed.rest().to_owned()];
            request.prompt(reply, &Prompt { options, shown, ..prompt })
        }
        None => CommandOutcome::usage_error(reply),
    })
}

fn check_may_use(request: &Request<'_>, spec: &CommandSpec) -> Result<(), EarlyExit> {
    if may_use(request.admin, spec.name) || request.command.is_started() {
        return Ok(());
    }
    let reply = Reply::forbidden(spec.name, None);
    Err(CommandOutcome::new(reply, Outcome::Denied).into())
}

/// The command that another one stands for; none if the message is no reply to a prompt. A retry takes the stored one,
/// whatever was prompted since.
async fn resolve_indirect(
    request: &Request<'_>,
    spec: &CommandSpec,
    arguments: &Arguments,
    (has_no_prefix, part): (bool, Option<&MissingPart>),
) -> Result<Option<DeferredCommand>, EarlyExit> {
    if let Some(stored) = &request.command.deferred_command {
        return Ok(Some(serde_json::from_str(stored).map_err(|_| CommandError::UnreadablePlan)?));
    }
    let names_other = has_no_prefix && names_something_else(request).await?;
    let context = ResolveContext { part, names_other, ..request.resolve_context(has_no_prefix) };
    let resolution = match spec.is_confirmation() {
        true => match confirm::resolve(&context, arguments).await? {
            Resolution::Command(deferred) if deferred.command == undo::SPEC.name => {
                resolve_confirmed_undo(&context, deferred).await?
            }
            resolution => resolution,
        },
        false => undo::resolve(&context, arguments.flags).await?,
    };
    match resolution {
        Resolution::Command(deferred) => Ok(Some(deferred)),
        Resolution::Reply(reply, state_changes) => {
            let keeps_prompt = spec.is_confirmation();
            // A reply that did nothing may be edited.
            let did_nothing = keeps_prompt && state_changes.is_empty();
            let outcome = if did_nothing { Outcome::UsageError } else { Outcome::Replied };
            let outcome = CommandOutcome::new(reply, outcome);
            Err(CommandOutcome { state_changes, keeps_prompt, ..outcome }.into())
        }
        Resolution::Ignore => Ok(None),
    }
}

/// Resolves an `/undo` that was offered, and confirmed.
async fn resolve_confirmed_undo(
    context: &ResolveContext<'_>,
    confirmed: DeferredCommand,
) -> Result<Resolution, LeaseError> {
    let parsed = ParsedCommand::new(&undo::SPEC, &confirmed.command, &confirmed.rest);
    let resolution = match parsed.assign(&undo::SPEC) {
        Ok(arguments) => undo::resolve(context, arguments.flags).await?,
        Err(error) => Resolution::Reply(undo::SPEC.usage_error_reply(error, context.localizer), Vec::new()),
    };
    let prompting_commands = confirmed.prompting_commands;
    Ok(match resolution {
        Resolution::Command(deferred) => {
            Resolution::Command(DeferredCommand { prompting_commands, ..deferred })
        }
        Resolution::Reply(reply, mut state_changes) => {
            state_changes.insert(0, clear_prompt(context.conversation_key));
            Resolution::Reply(reply, state_changes)
        }
        Resolution::Ignore => Resolution::Ignore,
    })
}

async fn resolve_deferred(
    request: &Request<'_>,
    deferred: DeferredCommand,
) -> Result<ResolvedCommand, EarlyExit> {
    let spec = CATALOG.lookup(&deferred.command).filter(|spec| !spec.is_indirect());
    let spec = spec.ok_or(CommandError::NoHandler)?;
    let parsed = ParsedCommand::new(spec, &deferred.command, &deferred.rest);
    let arguments = check_arguments(request, spec, &parsed, !deferred.is_confirmed).await?;
    Ok(ResolvedCommand { spec, typed: parsed.arguments, arguments, deferred: Some(deferred) })
}

/// Rejects text that holds a second command, or asks to create or delete a group. Text that is exactly the name of a
/// community or group is that name.
async fn reject_misread(request: &Request<'_>, spec: &CommandSpec, rest: &str) -> Result<(), EarlyExit> {
    let Request { run, .. } = request;
    let prefixes = &run.instance.config.prefixes;
    let is_command = |name: &str| CATALOG.lookup(name).is_some();
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
        let is_wish = matches!(run.parsed.request, ParsedRequest::Wish(_)) && rest.contains('\n');
        let line = match is_wish {
            true => ReplyLine::not_done("one-wish").with_command("example", "link", &[]),
            false => ReplyLine::not_done("one-command"),
        };
        return Err(CommandOutcome::usage_error(Reply::Lines(vec![line])).into());
    }
    Ok(())
}

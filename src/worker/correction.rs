//! Corrections of the last command in plain words: `ops, era o suporte`, `não, no marketing`. The corrected command is
//! offered.

use std::time::Duration;

use super::argument_finder::ArgumentFinder;
use super::community_names::CommunityNames;
use super::context::{CommandOutcome, Request};
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::command::prompt::{PROMPT_TTL, Prompt, recent_prompt};
use crate::command::resolution::DeferredCommand;
use crate::command::spec::CommandSpec;
use crate::command::undo_record::UndoRecord;
use crate::commands::CATALOG;
use crate::domain::Locale;
use crate::engine::listing::load_list;
use crate::parse::names::Fit;
use crate::parse::numbers::list_numbers;
use crate::parse::prompt_reply::{PromptFacts, parse_reply};
use crate::parse::tokenizer::{Token, Tokenizer};
use crate::parse::word_lists::in_word_list;
use crate::reply::ReplyLine;
use crate::storage::{PastCommand, StateKind, StoreUnavailable};

/// How long a command can be corrected.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);

/// The most words of a correction of what is only offered.
const MAX_WORDS: usize = 8;

/// Offers the last command with the groups or the community that a text names, if the text corrects it.
pub(super) async fn offer_correction(
    request: &Request<'_>,
) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let Request { run, command, .. } = request;
    let text = &command.text;
    let words = text.split(|c: char| !c.is_alphanumeric());
    if !words.clone().any(|word| !word.is_empty() && in_word_list(word, "correction-words")) {
        return Ok(None);
    }
    let Some(last) = run.store.last_command(command, MAX_AGE).await? else { return Ok(None) };
    let Some((spec, rest)) = read_command(&last, request) else { return Ok(None) };
    let Some(names) = known_names(request).await? else { return Ok(None) };
    let Some((spec, arguments)) = correct(request, (spec, &rest, true), &names) else { return Ok(None) };
    let offer = request.offer_command("wish-offer", spec, arguments.clone(), &names.show(&arguments));
    // A move takes the groups out of where they are.
    let undo = if spec.name == "move" { None } else { left_behind(request, &last).await? };
    let left = undo.map(|(undo, rest)| {
        let undo = format!("{} {}", run.localizer.format_command(&undo, &[]), names.show(&rest));
        ReplyLine::new("correction-left").with_plain("command", undo)
    });
    let reply = offer.reply.with_lines(left.into_iter().collect());
    Ok(Some(CommandOutcome { reply, ..offer }))
}

/// Offers the command of the open offer with the groups or the community that a text names. It is not done yet, so the
/// text needs no word of correction.
pub(super) async fn correct_offer(request: &Request<'_>) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let Request { run, command, conversation_key, .. } = request;
    let is_text = request.is_direct()
        && matches!(run.parsed.request, ParsedRequest::Nothing)
        && command.deferred_command.is_none()
        && command.media.is_none()
        && command.quoted.is_none()
        && !command.text.contains('?')
        && command.text.split_whitespace().count() <= MAX_WORDS;
    if !is_text {
        return Ok(None);
    }
    let recently = (PROMPT_TTL, command.accepted_at);
    let prompt = recent_prompt(run.store, &run.instance.config.name, conversation_key, recently).await?;
    let is_offer = |prompt: &Prompt| {
        prompt.options.len() == 1 && !prompt.is_in_passing && prompt.named_option(&command.text).is_none()
    };
    let Some(prompt) = prompt.filter(is_offer) else { return Ok(None) };
    let facts = PromptFacts { language: Locale::parse(&prompt.language), command: Some(&prompt.command) };
    let spec = CATALOG.lookup(&prompt.command).filter(|spec| takes_groups(spec));
    let Some(spec) = spec.filter(|_| parse_reply(&command.text, true, facts).is_none()) else {
        return Ok(None);
    };
    let options: Vec<&str> = prompt.options.iter().map(String::as_str).collect();
    let pending = prompt.resolve_choice(&options).rest;
    let Some(names) = known_names(request).await? else { return Ok(None) };
    let corrected = correct(request, (spec, &pending, false), &names);
    Ok(corrected.filter(|(_, arguments)| *arguments != pending).map(|(spec, arguments)| {
        let shown = names.show(&arguments);
        let offer = request.offer_command("wish-offer", spec, arguments, &shown);
        CommandOutcome { keeps_prompt: true, ..offer }
    }))
}

/// The names that are known, if they were read before.
async fn known_names<'a>(request: &Request<'a>) -> Result<Option<CommunityNames<'a>>, StoreUnavailable> {
    let Request { run, admin, command, .. } = request;
    let directory = &run.instance.directory;
    let Some((_, snapshot)) = directory.last_snapshot() else { return Ok(None) };
    let list = load_list(run.store, (command, None), &request.list_key()).await?;
    Ok(Some(CommunityNames::new(snapshot, directory, admin, list)))
}

fn takes_groups(spec: &CommandSpec) -> bool {
    matches!(spec.name, "link" | "unlink" | "move")
}

/// A command that takes groups, and its arguments.
fn read_command(last: &PastCommand, request: &Request<'_>) -> Option<(&'static CommandSpec, String)> {
    let deferred = last.deferred_command.as_deref();
    let (name, rest) = match deferred.map(serde_json::from_str::<DeferredCommand>) {
        // What was undone is meant, with the same arguments.
        Some(Ok(DeferredCommand { undone: Some(undone), rest, .. })) if undone != "move" => (undone, rest),
        Some(Ok(DeferredCommand { undone: None, command, rest, .. })) => (command, rest),
        Some(_) => return None,
        None => match ParsedText::from_stored(last.parsed.as_deref(), request.run.localizer.locale).request {
            ParsedRequest::Command(parsed) => (parsed.typed.clone(), parsed.rest().to_owned()),
            _ => return None,
        },
    };
    let spec = CATALOG.lookup(&name).filter(|spec| takes_groups(spec))?;
    Some((spec, rest))
}

/// The corrected command, which is done or not: what the text does not name stays as it was.
fn correct(
    request: &Request<'_>,
    (spec, rest, is_done): (&'static CommandSpec, &str, bool),
    names: &CommunityNames<'_>,
) -> Option<(&'static CommandSpec, String)> {
    let text = request.command.text.as_str();
    let read = |source| Tokenizer::new(source, false).read_all(false).unwrap_or_default();
    let (tokens, old_tokens) = (&read(text), &read(rest));
    let new = &ArgumentFinder { request, names, source: text, tokens, is_sentence: true };
    let old = &ArgumentFinder { request, names, source: rest, tokens: old_tokens, is_sentence: false };
    let (old_community, old_groups) = split_arguments(spec, old)?;
    let (groups, community) = (named_groups(new), named_community(new));
    let spec = match (spec.name, is_done && groups.is_empty() && community.is_some()) {
        // They may be in the wrong community now.
        ("link", true) => CATALOG.lookup("move")?,
        _ => spec,
    };
    let groups = match (groups.is_empty(), &community) {
        (false, _) => groups.join(" "),
        // Their list may not be the last one any more.
        (true, Some(_)) if list_numbers(old_groups).is_some() => return None,
        (true, Some(_)) => old.groups(old_groups)?,
        (true, None) => return None,
    };
    let community = community.unwrap_or(old_community);
    Some((
        spec,
        if spec.name == "move" { format!("{groups} {community}") } else { format!("{community} {groups}") },
    ))
}

/// The community and the groups of a command that takes both.
pub(super) fn split_arguments<'a>(
    spec: &CommandSpec,
    finder: &ArgumentFinder<'a>,
) -> Option<(String, &'a [Token])> {
    match spec.name {
        "move" => finder.community_at_end(finder.tokens, false),
        "link" | "unlink" => finder.community_at_start(),
        _ => None,
    }
}

/// The groups that a text names, but the ones that it excludes: `era o suporte, não o futebol`.
pub(super) fn named_groups(finder: &ArgumentFinder<'_>) -> Vec<String> {
    let fit = |text: &str| finder.group_fit(text);
    let reader = finder.reader(&fit);
    let (mut groups, mut at) = (Vec::new(), 0);
    while at < finder.tokens.len() {
        let name = reader.name_at(finder.tokens, at, finder.tokens.len());
        let is_community = |text: &str| finder.community_fit(text) == Fit::Whole;
        at = match name.filter(|name| name.fit > Fit::None && !is_community(&name.text)) {
            Some(name) => {
                if !is_excluded(finder.tokens, name.tokens.start) {
                    groups.extend(finder.groups(&finder.tokens[name.tokens.clone()]));
                }
                name.tokens.end
            }
            None => at + 1,
        };
    }
    groups
}

/// The community that a text names.
fn named_community(finder: &ArgumentFinder<'_>) -> Option<String> {
    let fit = |text: &str| finder.community_fit(text);
    let reader = finder.reader(&fit);
    let is_group = |text: &str| finder.group_fit(text) > Fit::None;
    let names = (0..finder.tokens.len())
        .filter_map(|at| reader.name_at(finder.tokens, at, finder.tokens.len()))
        .filter(|name| name.fit > Fit::Ambiguous && (name.fit == Fit::Whole || !is_group(&name.text)));
    let mut names = names.filter(|name| !is_excluded(finder.tokens, name.tokens.start));
    names.next().map(|name| finder.community_id(&name.text))
}

/// Whether a word that excludes what follows stands before a name: `não era o futebol`, but not in `não, o futebol`.
fn is_excluded(tokens: &[Token], name: usize) -> bool {
    let joined = (1..=name).rev().take_while(|at| tokens[*at].may_join()).map(|at| &tokens[at - 1]);
    let mut joined = joined.skip_while(|token| is_small(token));
    joined.next().is_some_and(|token| in_word_list(&token.text, "exclusion-words"))
}

fn is_small(token: &Token) -> bool {
    let lists = ["stop-words-beside-name", "wish-prepositions", "correction-words"];
    lists.iter().any(|list| in_word_list(&token.text, list))
}

/// The command that undoes what the last command changed, with its arguments, if it changed something.
async fn left_behind(
    request: &Request<'_>,
    last: &PastCommand,
) -> Result<Option<(String, String)>, StoreUnavailable> {
    let Request { run, conversation_key, .. } = request;
    let instance = &run.instance.config.name;
    let stored = run.store.get_state(instance, StateKind::Undo, conversation_key.as_str()).await?;
    let record = stored.and_then(|entry| serde_json::from_str::<UndoRecord>(&entry.value).ok());
    Ok(record.filter(|record| record.changed_by.0 == last.id).and_then(|record| record.undo_command))
}

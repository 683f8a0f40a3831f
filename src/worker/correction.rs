//! Corrections of the last command in plain words: `ops, era o suporte`, `não, no marketing`. The corrected command is
//! offered, unless the text may ask for another one: `era pra deixar o suporte`, `o suporte não`.

use std::time::Duration;

use super::argument_finder::ArgumentFinder;
use super::community_names::CommunityNames;
use super::context::{CommandOutcome, Request};
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::command::prompt::{PROMPT_TTL, Prompt, recent_prompt};
use crate::command::resolution::DeferredCommand;
use crate::command::spec::CommandSpec;
use crate::command::undo_record::UndoRecord;
use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::domain::Locale;
use crate::engine::listing::load_list;
use crate::parse::names::{Fit, Name, is_exclusion};
use crate::parse::numbers::list_numbers;
use crate::parse::phrases;
use crate::parse::prompt_reply::{MAX_REPLY_LEN, PromptFacts, parse_reply};
use crate::parse::tokenizer::{Token, Tokenizer};
use crate::parse::word_lists::in_word_list;
use crate::reply::ReplyLine;
use crate::storage::{PastCommand, StateKind, StoreUnavailable};

/// How long a command can be corrected.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);

/// The most words of a correction of what is only offered.
const MAX_WORDS: usize = 8;
/// Lists of words that mean nothing beside a name.
const SMALL: [&str; 3] = ["stop-words-beside-name", "wish-prepositions", "correction-words"];

/// Offers the last command with the groups or the community that a text names, if the text corrects it.
pub(super) async fn offer_correction(
    request: &Request<'_>,
) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let Request { run, command, .. } = request;
    let text = &command.text;
    let words = text.split(|c: char| !c.is_alphanumeric());
    let corrects = words.clone().any(|word| !word.is_empty() && in_word_list(word, "correction-words"));
    if !corrects || text.len() > MAX_REPLY_LEN {
        return Ok(None);
    }
    let Some(last) = run.store.last_command(command, MAX_AGE).await? else { return Ok(None) };
    let Some((spec, rest)) = read_command(&last, request) else { return Ok(None) };
    let Some(names) = known_names(request).await? else { return Ok(None) };
    let Some(Correction { spec, arguments, keeps_groups }) = correct(request, (spec, &rest, true), &names)
    else {
        return Ok(None);
    };
    let offer = request.offer_command("wish-offer", spec, arguments.clone(), &names.show(&arguments));
    // A move takes the same groups out of where they are.
    let undo = if spec.name == "move" && keeps_groups { None } else { left_behind(request, &last).await? };
    let left = undo.and_then(|(undo, rest)| {
        let undo = format!("{} {}", run.localizer.format_command(&undo, &[]), names.show_undo(&rest)?);
        Some(ReplyLine::new("correction-left").with_plain("command", undo))
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
    let corrected = corrected.filter(|corrected| corrected.arguments != pending);
    Ok(corrected.map(|Correction { spec, arguments, .. }| {
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

/// The last command that was given, with its arguments, if it changed groups of a community.
pub(super) async fn last_change(
    request: &Request<'_>,
) -> Result<Option<(&'static CommandSpec, String)>, StoreUnavailable> {
    let last = request.run.store.last_command(request.command, MAX_AGE).await?;
    Ok(last.and_then(|last| read_command(&last, request)))
}

/// The corrected command.
struct Correction {
    spec: &'static CommandSpec,
    arguments: String,
    /// Its groups are those of the command before.
    keeps_groups: bool,
}

/// The corrected command, which is done or not: what the text does not name stays as it was.
fn correct(
    request: &Request<'_>,
    (spec, rest, is_done): (&'static CommandSpec, &str, bool),
    names: &CommunityNames<'_>,
) -> Option<Correction> {
    let text = request.command.text.as_str();
    let read = |source| Tokenizer::new(source, false).read_all(false).unwrap_or_default();
    let (tokens, old_tokens) = (&read(text), &read(rest));
    let new = &ArgumentFinder { request, names, source: text, tokens, is_sentence: true };
    let old = &ArgumentFinder { request, names, source: rest, tokens: old_tokens, is_sentence: false };
    let (old_community, old_groups) = split_arguments(spec, old)?;
    let (groups, community) = (named_groups(new), named_community(new));
    let typed = spec;
    let spec = match (spec.name, is_done && groups.is_empty() && community.is_some()) {
        // They may be in the wrong community now.
        ("link", true) => CATALOG.lookup("move")?,
        _ => spec,
    };
    if may_mean_another(new, &[typed.name, spec.name]) {
        return None;
    }
    let keeps_groups = groups.is_empty() || old.groups(old_groups).is_some_and(|old| old == groups.join(" "));
    let groups = match (groups.is_empty(), &community) {
        (false, _) => groups.join(" "),
        // Their list may not be the last one any more.
        (true, Some(_)) if list_numbers(old_groups).is_some() => return None,
        (true, Some(_)) => old.groups(old_groups)?,
        (true, None) => return None,
    };
    let community = community.unwrap_or(old_community);
    let arguments =
        if spec.name == "move" { format!("{groups} {community}") } else { format!("{community} {groups}") };
    Some(Correction { spec, arguments, keeps_groups })
}

/// Whether a text may ask for something else than one of these commands: it has the verb of another one, negates the
/// verb, says that something stays, or has a no behind a name.
fn may_mean_another(finder: &ArgumentFinder<'_>, commands: &[&str]) -> bool {
    let names = names(finder);
    let tokens = finder.tokens;
    let is_named = |at: &usize| names.iter().any(|name| name.tokens.contains(at));
    let plain = |at: &usize| !tokens[*at].is_quoted && !is_named(at);
    let mut words = (0..tokens.len()).filter(plain);
    words.any(|at| {
        let word = tokens[at].text.trim_matches(|c: char| !c.is_alphanumeric());
        let is_behind =
            || names.iter().any(|name| name.tokens.end <= at) && !leads_to_name(finder, &names, at);
        in_word_list(word, "correction-stay-words") || is_no(finder, at) && is_behind()
    }) || has_other_verb(finder, &names, commands)
}

/// Whether a word excludes something: a no, but not the small word of the chat's language, unless that ends the text.
fn is_no(finder: &ArgumentFinder<'_>, at: usize) -> bool {
    let text = &finder.tokens[at].text;
    let word = text.trim_matches(|c: char| !c.is_alphanumeric());
    let is_last = at + 1 == finder.tokens.len();
    is_exclusion(text, finder.request.run.localizer.locale)
        || in_word_list(word, "correction-negations")
        || is_last && in_word_list(word, "exclusion-words")
}

/// Whether a name follows a word, with only small words between.
fn leads_to_name(finder: &ArgumentFinder<'_>, names: &[Name], at: usize) -> bool {
    let next = names.iter().map(|name| name.tokens.start).filter(|start| *start > at).min();
    next.is_some_and(|next| {
        finder.tokens[at + 1..=next].iter().all(Token::may_join)
            && finder.tokens[at + 1..next].iter().all(is_small)
    })
}

/// Whether a text has the verb of a command that is none of these, or a no before a verb: its name, or a phrase that asks
/// for it.
fn has_other_verb(finder: &ArgumentFinder<'_>, names: &[Name], commands: &[&str]) -> bool {
    let is_named = |start: usize| {
        let mut named = names.iter().filter(|name| name.fit == Fit::Whole || name.tokens.len() > 1);
        let span = |name: &Name| {
            finder.tokens[name.tokens.start].span.start..finder.tokens[name.tokens.end - 1].span.end
        };
        named.any(|name| span(name).contains(&start))
    };
    let is_same = |name: &str| match name {
        // A move puts groups into a community, too.
        "link" | "add" => commands.iter().any(|command| matches!(*command, "link" | "move")),
        "remove" => commands.contains(&"unlink"),
        name => commands.contains(&name),
    };
    phrases::tokenize(finder.source).iter().filter(|word| !is_named(word.start)).any(|word| {
        let wish = CATALOG.parse_wish(&finder.source[word.start..]);
        let verb = wish.filter(|wish| {
            let is_small = |word: &str| SMALL.iter().any(|list| in_word_list(word, list));
            finder.source[word.start..].starts_with(&wish.phrase)
                && !is_everyday(wish)
                && !wish.phrase.split_whitespace().all(is_small)
        });
        verb.is_some_and(|wish| !is_same(wish.spec.name) || is_negated(finder, names, word.start))
    })
}

/// Whether a wish is an everyday word beside a correction: `mais`, `ajuda`.
fn is_everyday(wish: &Wish) -> bool {
    let is_name = || CATALOG.lookup(&wish.phrase).is_some();
    wish.spec.name == "more" || wish.spec.name == "help" && is_name()
}

/// Whether a no stands before the word that begins here, with no comma and no name between.
fn is_negated(finder: &ArgumentFinder<'_>, names: &[Name], start: usize) -> bool {
    let tokens = finder.tokens;
    let Some(at) = tokens.iter().position(|token| token.span.contains(&start)) else { return false };
    let is_named = |at: usize| names.iter().any(|name| name.tokens.contains(&at));
    let joined = (1..=at).rev().take_while(|at| tokens[*at].may_join()).map(|at| at - 1);
    joined.take_while(|at| !is_named(*at)).any(|at| is_no(finder, at))
}

/// All groups and communities that a text names, also those that it excludes.
fn names(finder: &ArgumentFinder<'_>) -> Vec<Name> {
    let fit = |text: &str| finder.group_fit(text).max(finder.community_fit(text));
    let reader = finder.reader(&fit);
    let (mut names, mut at) = (Vec::new(), 0);
    while at < finder.tokens.len() {
        let name = reader.name_at(finder.tokens, at, finder.tokens.len());
        at = name.as_ref().map_or(at + 1, |name| name.tokens.end);
        names.extend(name);
    }
    names
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
                if !is_excluded(finder, name.tokens.start) {
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
    let mut names = names.filter(|name| !is_excluded(finder, name.tokens.start));
    names.next().map(|name| finder.community_id(&name.text))
}

/// Whether a word that excludes what follows stands before a name: `não era o futebol`, but not in `não, o futebol`.
/// `didn’t` excludes across any words.
fn is_excluded(finder: &ArgumentFinder<'_>, name: usize) -> bool {
    let (tokens, locale) = (finder.tokens, finder.request.run.localizer.locale);
    let joined = || (1..=name).rev().take_while(|at| tokens[*at].may_join()).map(|at| &tokens[at - 1]);
    // `no` is a small word in Portuguese.
    let first = joined().find(|token| !is_small(token) || is_exclusion(&token.text, locale));
    first.is_some_and(|token| in_word_list(&token.text, "exclusion-words"))
        || joined().any(|token| in_word_list(&token.text, "correction-negations"))
}

fn is_small(token: &Token) -> bool {
    SMALL.iter().any(|list| in_word_list(&token.text, list))
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

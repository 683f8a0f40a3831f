//! Corrections of the last command in plain words: `ops, era o suporte`, `ops, no marketing`. The corrected command is
//! offered, unless the text may ask for another one: `era pra deixar o suporte`, `o suporte não`.

use std::time::Duration;

use super::argument_finder::{ArgumentFinder, join_arguments};
use super::command_outcome::CommandOutcome;
use super::community_names::CommunityNames;
use super::request::Request;
use super::sentence::{Kind, Mention, Sentence, Verb};
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::command::prompt::{PROMPT_TTL, Prompt};
use crate::command::resolution::DeferredCommand;
use crate::command::spec::CommandSpec;
use crate::commands::CATALOG;
use crate::directory::fold;
use crate::parse::dialing_code::DialingCode;
use crate::parse::flags::Flags;
use crate::parse::names::Fit;
use crate::parse::numbers::{AND, list_numbers};
use crate::parse::people::{PersonRef, parse_people};
use crate::parse::prompt_reply::{MAX_REPLY_LEN, parse_reply};
use crate::parse::tokenizer::{Token, Tokenizer};
use crate::parse::word_lists::{in_word_list, plain_word};
use crate::reply::ReplyLine;
use crate::storage::{PastCommand, StoreUnavailable};

/// How long a command can be corrected.
const CORRECTABLE_FOR: Duration = Duration::from_secs(10 * 60);

/// The most words of a correction of what is only offered.
const MAX_WORDS: usize = 8;

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
    let Some(last) = run.store.last_command(command, CORRECTABLE_FOR, |_| true).await? else {
        return Ok(None);
    };
    let Some((spec, rest)) = read_change(&last, request) else { return Ok(None) };
    let Some(names) = known_names(request).await? else { return Ok(None) };
    let tokens = &Tokenizer::new(text, false).read_all(false).unwrap_or_default();
    let finder = ArgumentFinder { request, names: &names, source: text, tokens, is_sentence: true };
    match read_changed_part(&finder, &last).await? {
        Some(ChangedPart::Offer(offer)) => return Ok(Some(*offer)),
        // The same change is no correction.
        Some(ChangedPart::Unclear) => return Ok(None),
        None => {}
    }
    let Some(Correction { spec, arguments, keeps_groups }) =
        correct(request, (spec, &rest, !is_dry_run(&rest)), &names)
    else {
        return Ok(None);
    };
    let shown = names.show(&arguments);
    let mut offer = request.offer_command("wish-offer", spec, arguments, &shown);
    // A move takes the same groups out of where they are.
    if spec.name != "move" || !keeps_groups {
        let left = left_behind(request, &last, &names).await?;
        offer.reply = offer.reply.with_lines(left.into_iter().collect());
    }
    Ok(Some(offer))
}

/// Offers the command of the open offer with the groups or the community that a text names. It is not done yet, so the
/// text needs no word of correction.
pub(super) async fn correct_offer(request: &Request<'_>) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let Request { run, command, .. } = request;
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
    let is_offer = |prompt: &Prompt| {
        prompt.options.len() == 1 && !prompt.is_in_passing && prompt.named_option(&command.text).is_none()
    };
    let Some(prompt) = request.recent_prompt().await?.filter(is_offer) else { return Ok(None) };
    let is_reply = || parse_reply(&command.text, true, prompt.reply_facts()).is_some();
    let Some(spec) = CATALOG.lookup(&prompt.command).filter(|spec| takes_groups(spec) && !is_reply()) else {
        return Ok(None);
    };
    let options: Vec<&str> = prompt.options.iter().map(String::as_str).collect();
    let pending = prompt.resolve_choice(&options).rest;
    let Some(names) = known_names(request).await? else { return Ok(None) };
    let tokens = &Tokenizer::new(&command.text, false).read_all(false).unwrap_or_default();
    let finder = ArgumentFinder { request, names: &names, source: &command.text, tokens, is_sentence: true };
    if !finder.read_sentence().is_about_names() {
        return Ok(None);
    }
    let corrected = correct(request, (spec, &pending, false), &names);
    let corrected = corrected.filter(|corrected| corrected.arguments != pending);
    Ok(corrected.map(|Correction { spec, arguments, .. }| {
        let shown = names.show(&arguments);
        let offer = request.offer_command("wish-offer", spec, arguments, &shown);
        CommandOutcome { keeps_prompt: true, ..offer }
    }))
}

/// Whether a text names a community, group or person that the open prompt does not hold: `é pra marketing br`.
pub(super) async fn names_something_else(request: &Request<'_>) -> Result<bool, StoreUnavailable> {
    let text = request.command.text.as_str();
    if !request.is_direct() || text.len() > MAX_REPLY_LEN {
        return Ok(false);
    }
    let prompt = request.recent_prompt().await?.filter(Prompt::takes_correction);
    let Some(prompt) = prompt else { return Ok(false) };
    let is_reply = prompt.read_reply(text, true).is_some();
    let is_verbatim = CATALOG.lookup(&prompt.command).is_some_and(CommandSpec::is_verbatim);
    let is_grave = prompt.is_irreversible();
    let held = [&[prompt.before][..], &prompt.options, &[prompt.after]].concat().join(" ");
    if names_other_person(request, &held) {
        // The prompt may hold the hidden id of a number that was typed.
        let is_asker = |past: &PastCommand| past.id == prompt.prompted_by;
        let asker = request.run.store.last_command(request.command, PROMPT_TTL, is_asker).await?;
        let typed = asker.and_then(|past| read_command(&past, request)).map(|(_, rest, _)| rest);
        if names_other_person(request, &typed.unwrap_or_default()) {
            return Ok(true);
        }
    }
    let names = if is_reply { None } else { known_names(request).await? };
    let Some(names) = names else { return Ok(false) };
    // A text that is to be sent may name other communities.
    let first = held.split_whitespace().find(|word| !word.starts_with('-')).unwrap_or_default();
    let target = if is_verbatim { first } else { held.as_str() };
    let tokens = &Tokenizer::new(text, false).read_all(false).unwrap_or_default();
    let finder = ArgumentFinder { request, names: &names, source: text, tokens, is_sentence: true };
    let is_other = |mention: &Mention| {
        let name = mention.name.text.as_str();
        let held = if mention.kind == Kind::Community { target } else { held.as_str() };
        let communities = names.find(name).0.into_iter().map(|entry| entry.id.to_string());
        let groups = names.find_groups(name).0.into_iter().map(|group| group.id.to_string());
        !fold(held).contains(&fold(name)) && !communities.chain(groups).any(|id| held.contains(&id))
    };
    // Before what cannot be undone, another community in any sentence is one too many.
    let is_certain =
        |mention: &Mention| is_grave && mention.kind == Kind::Community && mention.name.fit == Fit::Whole;
    let sentence = finder.read_sentence();
    let is_about_names = sentence.is_about_names();
    Ok(sentence.mentions.iter().any(|mention| (is_about_names || is_certain(mention)) && is_other(mention)))
}

/// Whether a text names a person by a number that these arguments do not have: `é o 44 99999-0004`.
fn names_other_person(request: &Request<'_>, held: &str) -> bool {
    let code = DialingCode::of_admin(request.admin.phone, request.run.instance.config.locale);
    let people = |text: &str| parse_people(text, code).into_iter().filter_map(|named| named.person.ok());
    let held: Vec<PersonRef> = people(held).collect();
    people(&request.command.text).any(|person| !held.contains(&person))
}

/// Whether a text adds groups to those of an offer: `sim, moradores também`, `e o suporte`.
fn adds_to_offer(text: &ArgumentFinder<'_>, sentence: &Sentence) -> bool {
    let word = |token: &Token| fold(plain_word(&token.text));
    let first = sentence.mentions.first().map_or(0, |mention| mention.name.tokens.start);
    text.tokens[..first].iter().any(|token| AND.contains(&word(token).as_str()))
        || text.tokens.iter().any(|token| in_word_list(&word(token), "also-words"))
}

/// The names that are known, if they were read before.
async fn known_names<'a>(request: &Request<'a>) -> Result<Option<CommunityNames<'a>>, StoreUnavailable> {
    match request.run.instance.directory.last_snapshot() {
        Some((_, snapshot)) => Ok(Some(CommunityNames::load(request, snapshot).await?)),
        None => Ok(None),
    }
}

fn takes_groups(spec: &CommandSpec) -> bool {
    matches!(spec.name, "link" | "unlink" | "move")
}

/// The name and the arguments of a command, as it was typed, or as a reply to a prompt completed it. Of an undo, those of
/// the command that it undid, and true.
pub(super) fn read_command(past: &PastCommand, request: &Request<'_>) -> Option<(String, String, bool)> {
    if let Some(json) = past.deferred_command.as_deref() {
        let DeferredCommand { undone, command, rest, .. } = serde_json::from_str(json).ok()?;
        let is_undo = undone.is_some();
        return Some((undone.unwrap_or(command), rest, is_undo));
    }
    match ParsedText::from_stored(past.parsed.as_deref(), request.run.localizer.locale).request {
        ParsedRequest::Command(parsed) => Some((parsed.typed.clone(), parsed.rest().to_owned(), false)),
        _ => None,
    }
}

/// A command that takes groups, and its arguments. What was undone is meant, with the same arguments.
fn read_change(past: &PastCommand, request: &Request<'_>) -> Option<(&'static CommandSpec, String)> {
    let (name, rest, is_undo) = read_command(past, request)?;
    let spec =
        CATALOG.lookup(&name).filter(|spec| takes_groups(spec) && !(is_undo && spec.name == "move"))?;
    Some((spec, rest))
}

/// The last command that was given, with its arguments, if it changed groups of a community.
pub(super) async fn last_change(
    request: &Request<'_>,
) -> Result<Option<(&'static CommandSpec, String)>, StoreUnavailable> {
    let last = request.run.store.last_command(request.command, CORRECTABLE_FOR, |_| true).await?;
    Ok(last.and_then(|last| read_change(&last, request)).filter(|(_, rest)| !is_dry_run(rest)))
}

/// Whether arguments have `--try`: nothing was changed.
fn is_dry_run(arguments: &str) -> bool {
    let mut tokenizer = Tokenizer::new(arguments, true);
    tokenizer.read_all(false).is_ok() && tokenizer.flags.dry_run
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
    let read = |source, has_flags| Tokenizer::new(source, has_flags).read_all(false).unwrap_or_default();
    let (tokens, old_tokens) = (&read(text, false), &read(rest, true));
    let new = &ArgumentFinder { request, names, source: text, tokens, is_sentence: true };
    let old = &ArgumentFinder { request, names, source: rest, tokens: old_tokens, is_sentence: false };
    let (old_community, old_groups) = split_arguments(spec, old)?;
    let sentence = new.read_sentence();
    let (groups, community) = (new.named_groups(&sentence), new.named_community(&sentence));
    let typed = spec;
    let spec = match (spec.name, is_done && groups.is_empty() && community.is_some()) {
        // They may be in the wrong community now.
        ("link", true) => CATALOG.lookup("move")?,
        _ => spec,
    };
    let asks_for_other = |verb: &Verb| {
        let is_same = match verb.command {
            // A move puts groups into a community, too.
            "link" | "add" => typed.name != "unlink",
            "unlink" | "remove" => typed.name == "unlink",
            command => command == spec.name,
        };
        verb.is_negated || !is_same
    };
    if sentence.has_objection || sentence.verbs.iter().any(asks_for_other) {
        return None;
    }
    let keeps_groups = groups.is_empty() || old.groups(old_groups).is_some_and(|old| old == groups.join(" "));
    let adds = !is_done && community.is_none() && adds_to_offer(new, &sentence);
    let groups = match (groups.is_empty(), &community) {
        (false, _) if adds => {
            let before = old.groups(old_groups)?;
            let new = groups.into_iter().filter(|group| !before.contains(group.as_str()));
            std::iter::once(before.clone()).chain(new).collect::<Vec<_>>().join(" ")
        }
        (false, _) => groups.join(" "),
        // Their list may not be the last one any more.
        (true, Some(_)) if list_numbers(old_groups).is_some() => return None,
        (true, Some(_)) => old.groups(old_groups)?,
        (true, None) => return None,
    };
    let community = community.unwrap_or(old_community);
    // What was only tried is only tried again.
    let flags = Flags { dry_run: is_dry_run(rest), ..Flags::default() }.to_typed();
    let arguments = format!("{flags} {}", join_arguments(spec, &community, &groups)).trim().to_owned();
    Some(Correction { spec, arguments, keeps_groups })
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

/// The command that undoes a change of groups, the community, and the groups: ids, as the change stored them.
pub(super) fn split_undo<'r>(
    command: &str,
    rest: &'r str,
) -> Option<(&'static CommandSpec, &'r str, Vec<&'r str>)> {
    let spec = CATALOG.lookup(command)?;
    let ids: Vec<&str> = rest.split(' ').collect();
    let (community, groups) = match spec.name {
        "move" => ids.split_last()?,
        "link" | "unlink" => ids.split_first()?,
        _ => return None,
    };
    Some((spec, community, groups.to_vec()))
}

/// A part of the last change that a text names.
enum ChangedPart {
    /// The text says what is to be taken back: this is offered.
    Offer(Box<CommandOutcome>),
    /// It does not.
    Unclear,
}

/// Reads a text that names nothing but groups of the last change. What it calls wrong is taken back, `o suporte saiu
/// errado`, or all but what it leaves: `ops, só o suporte`.
async fn read_changed_part(
    named: &ArgumentFinder<'_>,
    last: &PastCommand,
) -> Result<Option<ChangedPart>, StoreUnavailable> {
    let Some((command, rest)) = undo_of(named.request, last).await? else { return Ok(None) };
    let Some((spec, community, changed)) = split_undo(&command, &rest) else { return Ok(None) };
    let sentence = named.read_sentence();
    let parts = |is_excluded| parts_named(named, &sentence, &changed, is_excluded);
    let (Some(meant), Some(excluded)) = (parts(false), parts(true)) else { return Ok(None) };
    let says = |list| named.tokens.iter().any(|token| in_word_list(plain_word(&token.text), list));
    // `o suporte não`; something else may be asked for with it.
    let is_denied = meant.len() == 1 && excluded.is_empty() && !says("correction-stay-words");
    let is_part = (!meant.is_empty() || !excluded.is_empty() && excluded.len() < changed.len())
        && named.named_community(&sentence).is_none_or(|named| named == community)
        && (!sentence.has_objection || is_denied && changed.len() > 1)
        && sentence.verbs.is_empty();
    if !is_part {
        return Ok(None);
    }
    let wrong: Vec<&str> = match () {
        () if !excluded.is_empty() => excluded,
        () if says("wrong-words") || sentence.has_objection => meant,
        () if says("only-words") => changed.into_iter().filter(|group| !meant.contains(group)).collect(),
        () => Vec::new(),
    };
    let offer = offer_part_of_undo(named, spec, join_arguments(spec, community, &wrong.join(" ")));
    let offer = offer.filter(|_| !wrong.is_empty());
    Ok(Some(offer.map_or(ChangedPart::Unclear, |offer| ChangedPart::Offer(offer.into()))))
}

/// The ids of the changed groups that a sentence names, or that it excludes; none if it names another one, too.
pub(super) fn parts_named<'r>(
    finder: &ArgumentFinder<'_>,
    sentence: &Sentence,
    changed: &[&'r str],
    is_excluded: bool,
) -> Option<Vec<&'r str>> {
    let is_named = |mention: &&Mention| mention.kind != Kind::Community && mention.is_excluded == is_excluded;
    let id = |mention: &Mention| {
        let (found, is_whole) = finder.names.find_groups(&mention.name.text);
        let is_found = |id: &&&str| found.iter().any(|group| group.id.as_str() == **id);
        let mut ids = changed.iter().filter(is_found);
        let id = ids.next().filter(|_| is_whole || found.len() == 1)?;
        ids.next().is_none().then_some(*id)
    };
    sentence.mentions.iter().filter(is_named).map(id).collect()
}

/// Offers a command that takes back a part of a change, with the names that the reply to the change had.
pub(super) fn offer_part_of_undo(
    finder: &ArgumentFinder<'_>,
    spec: &CommandSpec,
    arguments: String,
) -> Option<CommandOutcome> {
    let ArgumentFinder { request, names, .. } = finder;
    let undo = (spec.name.to_owned(), arguments);
    let shown = names.show_undo(&undo, request.run.localizer)?;
    let (_, shown) = shown.split_once(' ')?;
    Some(request.offer_command("wish-offer", spec, undo.1, shown))
}

/// The line about what the last command changed and the corrected one leaves as it is.
async fn left_behind(
    request: &Request<'_>,
    last: &PastCommand,
    names: &CommunityNames<'_>,
) -> Result<Option<ReplyLine>, StoreUnavailable> {
    let undo = undo_of(request, last).await?;
    let undo = undo.and_then(|undo| names.show_undo(&undo, request.run.localizer));
    Ok(undo.map(|undo| ReplyLine::new("correction-left").with_plain("command", undo)))
}

/// The command that undoes what a command changed, if that is the last change.
async fn undo_of(
    request: &Request<'_>,
    past: &PastCommand,
) -> Result<Option<(String, String)>, StoreUnavailable> {
    let record = request.last_undo().await?.map(|(_, record)| record);
    Ok(record.filter(|record| record.changed_by.0 == past.id).and_then(|record| record.undo_command))
}

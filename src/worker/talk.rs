//! Replies to texts of an admin in a direct chat that are neither a command nor a reply to a prompt.

use super::argument_finder::ArgumentFinder;
use super::command_outcome::CommandOutcome;
use super::community_names::CommunityNames;
use super::missing_part::ask_for_missing_part;
use super::request::Request;
use crate::authorization::may_use;
use crate::command::consent::is_reaction;
use crate::command::prompt::{self, Prompt};
use crate::command::spec::CommandSpec;
use crate::command::undo_record::undo_hint;
use crate::commands::photo::Caption;
use crate::commands::{CATALOG, photo};
use crate::config::AdminsFrom;
use crate::domain::{Chat, CommunityId, Media};
use crate::engine::listing::load_list;
use crate::parse::command_lines::has_no_above;
use crate::parse::greeting::{is_farewell, is_greeting};
use crate::parse::prefix::CommandParser;
use crate::parse::prompt_reply::{
    ParsedReply, PromptFacts, is_courtesy_without_prompt, is_plain_no, is_question, parse_reply,
};
use crate::parse::small_question::question_locales;
use crate::parse::small_talk::is_small_talk;
use crate::parse::tokenizer::Tokenizer;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Localizer, Reply, ReplyLine, UsageError, typed};
use crate::storage::{StateChange, StateEntry, StateKind, StoreUnavailable};

/// One line with the way on. In a group, and on the bot's own phone, the text is for another person. `wished` is the
/// command that the text seems to ask for, incompletely.
pub(super) async fn reply_to_talk(
    request: &Request<'_>,
    wished: Option<&CommandSpec>,
) -> Result<CommandOutcome, StoreUnavailable> {
    let Request { command, chat, run, conversation_key, .. } = request;
    let config = &run.instance.config;
    if has_command_behind_no(&command.text, &config.prefixes) && !is_reaction(command) {
        let line = ReplyLine::not_done("no-above-command");
        return Ok(CommandOutcome::talk(Reply::Lines(vec![line]), Vec::new()));
    }
    if matches!(chat, Chat::Group(_)) || command.by_owner || is_reaction(command) {
        return Ok(CommandOutcome::talk(Reply::empty(), Vec::new()));
    }
    if let Some(reply) = reply_to_picture(request).await? {
        return Ok(reply);
    }
    let facts = PromptFacts { language: Some(run.localizer.locale), command: None };
    // Nothing is open, so a no among other words is no reply.
    let reply = parse_reply(&command.text, true, facts)
        .filter(|reply| *reply != ParsedReply::No || is_plain_no(&command.text));
    if (wished.is_none() || reply == Some(ParsedReply::No))
        && let Some(outcome) = reply_about_photo(request, reply.as_ref()).await?
    {
        return Ok(outcome);
    }
    if is_greeting(&command.text)
        && let Some(greeting) = greet(request).await?
    {
        return Ok(greeting);
    }
    let text = command.text.as_str();
    let talk = |line| CommandOutcome::talk(Reply::Lines(vec![line]), Vec::new());
    if let Some(spec) = wished {
        let question = ask_for_missing_part(request, spec).await;
        return Ok(question.unwrap_or_else(|| talk(usage_line(spec, run.localizer))));
    }
    if matches!(reply, Some(ParsedReply::Numbers(_)))
        && load_list(run.store, (command, None), &request.list_key()).await?.is_some()
    {
        return Ok(talk(ReplyLine::not_done("list-number-alone")));
    }
    let was_declined = reply == Some(ParsedReply::Yes) && was_just_declined(request).await?;
    let is_understood = || in_word_list(text.trim_end_matches(is_sign), "reply-understood");
    let help = |key| ReplyLine::new(key).with_command("help", "help", &[]);
    let line = match &reply {
        _ if is_confused(text) => help("talk-confused"),
        Some(ParsedReply::Acknowledgement { is_agreement }) if *is_agreement || is_understood() => {
            ReplyLine::new("talk-ok")
        }
        Some(ParsedReply::Acknowledgement { .. }) => ReplyLine::new("talk-thanks"),
        // Thanks for what was just done.
        Some(ParsedReply::Yes) if !was_declined && is_courtesy_without_prompt(text) => {
            ReplyLine::new("talk-ok")
        }
        Some(_) => ReplyLine::not_done("confirm-nothing"),
        None if text.trim().is_empty() => help("talk-no-text"),
        None if has_command_behind_number(text, &config.prefixes) => {
            ReplyLine::not_done("one-wish").with_command("example", "link", &[])
        }
        None if is_farewell(text) => ReplyLine::new("talk-bye"),
        None if is_small_talk(text) => help("talk-here"),
        // It asks for what no command does.
        None if is_question(text) || !question_locales(text).is_empty() => help("talk-question"),
        None => match offer_lists(request) {
            Some(lists) => return Ok(lists),
            None => help("talk-hint-help"),
        },
    };
    let mut lines = vec![line];
    if reply == Some(ParsedReply::No) {
        let instance = &config.name;
        lines.extend(undo_hint(run.store, instance, conversation_key, command.accepted_at).await?);
    }
    Ok(CommandOutcome::talk(Reply::Lines(lines), Vec::new()))
}

/// Whether a text says that its writer did not understand: `não entendi`, `?`.
fn is_confused(text: &str) -> bool {
    let text = text.trim();
    in_word_list(text.trim_matches(is_sign), "confused-words")
        || !text.is_empty() && text.trim_matches('?').is_empty()
}

fn is_sign(c: char) -> bool {
    !c.is_alphanumeric()
}

/// The reply to a text that says nothing known: numbers that show what there is. None if the admin may not see all of it.
fn offer_lists(request: &Request<'_>) -> Option<CommandOutcome> {
    let specs = ["communities", "groups", "help"].map(|name| CATALOG.lookup(name));
    let specs = specs.into_iter().flatten();
    if !specs.clone().all(|spec| may_use(request.admin, spec.name)) {
        return None;
    }
    let line = ReplyLine::new("talk-hint");
    Some(request.offer_menu(Reply::Lines(vec![line]), specs.map(|spec| (spec, ""))))
}

/// Whether a prompt was closed by a no, and no command was given since: a yes is a second thought.
async fn was_just_declined(request: &Request<'_>) -> Result<bool, StoreUnavailable> {
    let Request { run, command, conversation_key, .. } = request;
    let instance = &run.instance.config.name;
    let stored = run.store.get_state(instance, StateKind::Prompt, conversation_key.as_str()).await?;
    let closed =
        stored.filter(|stored| stored.value.is_empty() && prompt::is_in_time(stored.at, command.accepted_at));
    let Some(closed) = closed else { return Ok(false) };
    let within = command.accepted_at.since(closed.at);
    Ok(run.store.last_command(command, within, |_| true).await?.is_none())
}

/// Whether a line with a no in it stands above a known command.
fn has_command_behind_no(text: &str, prefixes: &[String]) -> bool {
    text.contains('\n')
        && has_command_behind_number(text, prefixes)
        && has_no_above(text, &CommandParser::new(prefixes))
}

/// Whether a command begins behind the number of a list: `1. /link`.
pub(super) fn has_command_behind_number(text: &str, prefixes: &[String]) -> bool {
    let is_number = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ')' | '-' | 'º');
    text.lines().map(|line| line.trim_start_matches(is_number)).any(|line| {
        let command = prefixes.iter().find_map(|prefix| line.strip_prefix(prefix.as_str()));
        let name = command.and_then(|command| command.split_whitespace().next());
        name.is_some_and(|name| CATALOG.lookup(name).is_some())
    })
}

/// How to write a command that was asked for incompletely. Who is no known group may be a person without a number.
fn usage_line(spec: &CommandSpec, localizer: &Localizer) -> ReplyLine {
    let people = |name| CATALOG.lookup(name).map_or_else(String::new, |spec| spec.usage(localizer));
    let (key, people) = match spec.name {
        "link" => ("wish-usage-group", people("add")),
        "unlink" => ("wish-usage-group", people("remove")),
        "alias" => ("wish-usage-alias", String::new()),
        _ => ("wish-usage", String::new()),
    };
    let line = ReplyLine::new(key).with_plain("usage", spec.usage(localizer)).with_plain("people", people);
    line.with_plain("example", spec.examples(localizer).swap_remove(0))
}

/// The `/photo` that waits for a picture, and the state change that ends its wait.
async fn photo_request(request: &Request<'_>) -> Result<Option<(StateEntry, StateChange)>, StoreUnavailable> {
    let Request { run, command, conversation_key, .. } = request;
    let (instance, key) = (&run.instance.config.name, conversation_key.as_str());
    let waiting = run.store.get_state(instance, StateKind::PhotoRequest, key).await?;
    let waiting = waiting.filter(|waiting| prompt::is_in_time(waiting.at, command.accepted_at));
    let end = StateChange { kind: StateKind::PhotoRequest, key: key.to_owned(), value: None };
    Ok(waiting.map(|waiting| (waiting, end)))
}

/// A no ends the wait of `/photo` for a picture; to other texts the reply is that it waits.
async fn reply_about_photo(
    request: &Request<'_>,
    reply: Option<&ParsedReply>,
) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let Some((_, end)) = photo_request(request).await? else { return Ok(None) };
    let (key, state_changes) = match reply {
        Some(ParsedReply::No) => ("confirm-left", vec![end]),
        _ => ("photo-waiting", Vec::new()),
    };
    Ok(Some(CommandOutcome::talk(Reply::Lines(vec![ReplyLine::new(key)]), state_changes)))
}

/// The reply to a picture that comes while `/photo` waits, with a caption that is no consent: a no ends the wait, and
/// any other text may be for other people.
async fn reply_to_picture(request: &Request<'_>) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    if !request.command.media.as_ref().is_some_and(Media::is_picture) {
        return Ok(None);
    }
    if Caption::read(&request.command.text, request.run.localizer.locale) == Caption::Refusal {
        return reply_about_photo(request, Some(&ParsedReply::No)).await;
    }
    let Some((waiting, end)) = photo_request(request).await? else { return offer_photo(request).await };
    // The caption may name another community.
    let has_caption = !request.command.text.trim().is_empty();
    if has_caption && let Some(mut offer) = offer_photo(request).await? {
        offer.state_changes.push(end);
        return Ok(Some(offer));
    }
    let snapshot = request.run.instance.directory.last_snapshot().map(|(_, snapshot)| snapshot);
    Ok(photo::waiting_community(&waiting.value).map(|community| {
        let id = CommunityId::parse(community);
        let entry = id.zip(snapshot.as_ref()).and_then(|(id, snapshot)| snapshot.communities.by_id(&id));
        let shown = entry.map_or_else(String::new, |entry| typed(&entry.name));
        // A yes takes the picture of this message. Another picture would replace it: `/photo` still waits.
        let asked = request.offer_command("photo-caption", &photo::SPEC, community.to_owned(), &shown);
        let (kind, key) = (StateKind::PhotoRequest, request.conversation_key.to_string());
        let waits = StateChange { kind, key, value: Some(waiting.value.clone()) };
        let state_changes = asked.state_changes.into_iter().chain([waits]).collect();
        CommandOutcome { state_changes, ..asked }
    }))
}

/// Offers a picture for the community that its caption names. Without a caption, the name may follow.
async fn offer_photo(request: &Request<'_>) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let Request { run, admin, command, .. } = request;
    if !may_use(admin, photo::SPEC.name) {
        return Ok(None);
    }
    let text = command.text.as_str();
    if text.trim().is_empty() {
        let lines = ["talk-no-text", "photo-for-community"]
            .map(|key| ReplyLine::new(key).with_command("help", "help", &[]));
        let prompt = Prompt::new(command, run.localizer.locale, photo::SPEC.name);
        let missing = Some(UsageError::MissingCommunity);
        let prompt = Prompt { missing, is_in_passing: true, ..prompt };
        return Ok(Some(request.prompt(Reply::Lines(lines.to_vec()), &prompt)));
    }
    let directory = &run.instance.directory;
    let Ok(snapshot) = directory.snapshot(run.zapi).await else { return Ok(None) };
    let names = &CommunityNames::load(request, snapshot).await?.without_list();
    let tokens = &Tokenizer::new(text, false).read_all(false).unwrap_or_default();
    let finder = ArgumentFinder { request, names, source: text, tokens, is_sentence: true };
    Ok(finder.whole_community().map(|community| finder.offer(&photo::SPEC, community)))
}

/// Greets at most once a day, in the instance's time zone.
async fn greet(request: &Request<'_>) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let Request { admin, command, run, .. } = request;
    let config = &run.instance.config;
    let day = command.accepted_at.date_in(&config.time_zone);
    let greeted = run.store.get_state(&config.name, StateKind::Greeting, &admin.key).await?;
    if greeted.is_some_and(|entry| entry.value == day) {
        return Ok(None);
    }
    let greeted = StateChange { kind: StateKind::Greeting, key: admin.key.clone(), value: Some(day) };
    // Community admins have no configured name.
    let hello = match admin.from {
        AdminsFrom::Config => ReplyLine::new("greeting").with_plain("name", admin.name.as_str()),
        AdminsFrom::Community => ReplyLine::new("greeting-nameless"),
    };
    let hint = ReplyLine::new("greeting-hint");
    let hint = hint.with_command("communities", "communities", &[]).with_command("help", "help", &[]);
    Ok(Some(CommandOutcome::talk(Reply::Lines(vec![hello, hint]), vec![greeted])))
}

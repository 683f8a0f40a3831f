//! Corrections of the last command in plain words: `ops, era o suporte`, `não, no marketing`. The corrected command is
//! offered.

use std::time::Duration;

use super::argument_finder::ArgumentFinder;
use super::community_names::CommunityNames;
use super::context::{CommandOutcome, Request};
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::command::resolution::DeferredCommand;
use crate::command::spec::CommandSpec;
use crate::command::undo_record::UndoRecord;
use crate::commands::CATALOG;
use crate::engine::listing::load_list;
use crate::parse::names::Fit;
use crate::parse::numbers::list_numbers;
use crate::parse::tokenizer::{Token, Tokenizer};
use crate::parse::word_lists::in_word_list;
use crate::reply::ReplyLine;
use crate::storage::{PastCommand, StateKind, StoreUnavailable};

/// How long a command can be corrected.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);

/// Offers the last command with the groups or the community that a text names, if the text corrects it.
pub(super) async fn offer_correction(
    request: &Request<'_>,
) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let Request { run, admin, command, .. } = request;
    let text = &command.text;
    let words = text.split(|c: char| !c.is_alphanumeric());
    if !words.clone().any(|word| !word.is_empty() && in_word_list(word, "correction-words")) {
        return Ok(None);
    }
    let directory = &run.instance.directory;
    let Some((_, snapshot)) = directory.last_snapshot() else { return Ok(None) };
    let Some(last) = run.store.last_command(command, MAX_AGE).await? else { return Ok(None) };
    let Some((spec, rest)) = read_command(&last, request) else { return Ok(None) };
    let list = load_list(run.store, (command, None), &request.list_key()).await?;
    let names = &CommunityNames::new(snapshot, directory, admin, list);
    let finder = |source, tokens, is_sentence| ArgumentFinder { request, names, source, tokens, is_sentence };
    let tokens = Tokenizer::new(text, false).read_all(false).unwrap_or_default();
    let old_tokens = Tokenizer::new(&rest, false).read_all(false).unwrap_or_default();
    let (new, old) = (finder(text, &tokens, true), finder(&rest, &old_tokens, false));
    let Some((spec, arguments)) = correct(spec, &new, &old) else { return Ok(None) };
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
    let spec = CATALOG.lookup(&name).filter(|spec| matches!(spec.name, "link" | "unlink" | "move"))?;
    Some((spec, rest))
}

/// The corrected command: what the text does not name stays as it was.
fn correct(
    spec: &'static CommandSpec,
    new: &ArgumentFinder<'_>,
    old: &ArgumentFinder<'_>,
) -> Option<(&'static CommandSpec, String)> {
    let (old_community, old_groups) = match spec.name {
        "move" => old.community_at_end(old.tokens, false)?,
        _ => old.community_at_start()?,
    };
    let (groups, community) = (named_groups(new), named_community(new));
    let spec = match (spec.name, groups.is_empty() && community.is_some()) {
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

/// The groups that a text names, but the ones that it excludes: `era o suporte, não o futebol`.
fn named_groups(finder: &ArgumentFinder<'_>) -> Vec<String> {
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

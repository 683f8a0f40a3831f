//! Undoing a part of the last change, `desfaz só o suporte`, or another change than the last one, which the message quotes.
//! `/undo` takes back the whole last change; a part is offered, and for an older change its command is named.

use super::argument_finder::ArgumentFinder;
use super::command_outcome::CommandOutcome;
use super::community_names::CommunityNames;
use super::correction::join_arguments;
use super::request::Request;
use crate::command::context::CommandError;
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::command::resolution::DeferredCommand;
use crate::command::spec::CommandSpec;
use crate::command::undo_record::load_undo;
use crate::commands::{CATALOG, undo};
use crate::parse::flags::parse_flag;
use crate::parse::numbers::parse_range;
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::text::is_comma;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine};
use crate::storage::{Outcome, PastCommand, StateKind, StoreUnavailable};

/// The commands that take back each other.
const OPPOSITES: [(&str, &str); 3] = [("link", "unlink"), ("add", "remove"), ("promote", "demote")];

/// The reply to an undo or a correction that quotes something else than the last change: only that one can be undone. None
/// where it quotes nothing, or the change.
pub(super) async fn reply_to_quote(request: &Request<'_>) -> Result<Option<CommandOutcome>, CommandError> {
    let Request { run, command, admin, conversation_key, .. } = request;
    let (store, instance) = (run.store, &run.instance.config.name);
    let Some(message) = &command.quoted else { return Ok(None) };
    let Some((_, record)) = load_undo(store, instance, conversation_key).await? else { return Ok(None) };
    let (changed_by, own_message) = &record.changed_by;
    if own_message == message || store.reply_messages(changed_by).await?.contains(message) {
        return Ok(None);
    }
    let sender = (instance, command.admin.as_str(), command.chat.as_str());
    let quoted = store.quoted_command(sender, (message, command.accepted_at)).await?;
    // The prompt that led to the change.
    if let Some(quoted) = &quoted {
        let confirmed = store.get_state(instance, StateKind::Confirmed, &quoted.id).await?;
        if confirmed.is_some_and(|confirmed| confirmed.value == *changed_by) {
            return Ok(None);
        }
    }
    let directory = &run.instance.directory;
    let names = CommunityNames::new(directory.snapshot(run.zapi).await?, directory, admin, None);
    let instead = quoted.filter(|quoted| quoted.outcome == Some(Outcome::Replied)).and_then(|quoted| {
        let (typed, rest) = read_command(&quoted, request)?;
        if may_mean_others(&rest) {
            return None;
        }
        let typed = CATALOG.lookup(&typed)?.name;
        let opposite = OPPOSITES.iter().find_map(|(one, other)| match typed {
            name if name == *one => Some(*other),
            name if name == *other => Some(*one),
            _ => None,
        })?;
        // It may be the change that is undone already.
        if record.is_undone && typed == record.command {
            return None;
        }
        let command = names.show_undo(&(opposite.to_owned(), rest), run.localizer)?;
        Some(ReplyLine::new("undo-quoted").with_plain("command", command))
    });
    let line = ReplyLine::not_done("undo-only-last");
    let lines = std::iter::once(line).chain(instead).collect();
    Ok(Some(CommandOutcome::talk(Reply::Lines(lines), Vec::new())))
}

/// Whether arguments may name something else by now, or have a flag: numbers of a list, `vendas*`, `here`, `--yes`.
fn may_mean_others(arguments: &str) -> bool {
    let is_flag = |word: &str| parse_flag(word, false).is_some();
    arguments.split_whitespace().any(|word| {
        let inside = word.trim_matches(is_comma);
        parse_range(inside).is_some() || word.contains('*') || in_word_list(inside, "here") || is_flag(word)
    })
}

/// The name and the arguments of a command, as it was typed, or as a reply to a prompt completed it.
fn read_command(command: &PastCommand, request: &Request<'_>) -> Option<(String, String)> {
    match command.deferred_command.as_deref() {
        Some(json) => {
            let deferred: DeferredCommand = serde_json::from_str(json).ok()?;
            deferred.undone.is_none().then_some((deferred.command, deferred.rest))
        }
        None => {
            match ParsedText::from_stored(command.parsed.as_deref(), request.run.localizer.locale).request {
                ParsedRequest::Command(parsed) => Some((parsed.typed.clone(), parsed.rest().to_owned())),
                _ => None,
            }
        }
    }
}

/// The command that `/undo` would run: its English name and arguments; none if it would run none.
pub(super) async fn undo_command(
    request: &Request<'_>,
) -> Result<Option<(String, String)>, StoreUnavailable> {
    let Request { run, conversation_key, .. } = request;
    let stored = load_undo(run.store, &run.instance.config.name, conversation_key).await?;
    Ok(stored.and_then(|(_, record)| record.undo_command))
}

/// The command that undoes a change of groups, the community, and the groups: ids, as the change stored them.
fn split_undo<'r>(command: &str, rest: &'r str) -> Option<(&'static CommandSpec, &'r str, Vec<&'r str>)> {
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
pub(super) enum ChangedPart {
    /// The text says what is to be taken back: this is offered.
    Offer(Box<CommandOutcome>),
    /// It does not.
    Unclear,
}

/// Reads a text that names nothing but groups of the last change. What it calls wrong is taken back, `o suporte saiu
/// errado`, or all but what it leaves: `ops, só o suporte`.
pub(super) async fn read_changed_part(
    named: &ArgumentFinder<'_>,
    last: &PastCommand,
) -> Result<Option<ChangedPart>, StoreUnavailable> {
    let Request { run, conversation_key, .. } = named.request;
    let stored = load_undo(run.store, &run.instance.config.name, conversation_key).await?;
    let record = stored.map(|(_, record)| record).filter(|record| record.changed_by.0 == last.id);
    let Some((command, rest)) = record.and_then(|record| record.undo_command) else { return Ok(None) };
    let Some((spec, community, changed)) = split_undo(&command, &rest) else { return Ok(None) };
    let sentence = named.read_sentence();
    let groups = named.named_groups(&sentence);
    let is_part = !groups.is_empty()
        && groups.iter().all(|group| changed.contains(&group.as_str()))
        && named.named_community(&sentence).is_none_or(|named| named == community)
        && !sentence.has_objection
        && sentence.verbs.is_empty();
    if !is_part {
        return Ok(None);
    }
    let says = |list| named.tokens.iter().any(|token| in_word_list(trim_signs(&token.text), list));
    let is_named = |group: &&str| groups.iter().any(|named| named == group);
    let wrong: Vec<&str> = match () {
        () if says("only-words") => changed.into_iter().filter(|group| !is_named(group)).collect(),
        () if says("wrong-words") => changed.into_iter().filter(is_named).collect(),
        () => Vec::new(),
    };
    Ok(Some(match wrong.is_empty() {
        true => ChangedPart::Unclear,
        false => {
            ChangedPart::Offer(named.offer(spec, join_arguments(spec, community, &wrong.join(" "))).into())
        }
    }))
}

/// A word without the signs around it.
fn trim_signs(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// The reply to a wish to undo something that its words name: says what `/undo` takes back, and offers to take back only
/// the groups that are named.
pub(super) async fn offer_part(
    wished: &ArgumentFinder<'_>,
) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let ArgumentFinder { request, names, .. } = wished;
    let Some((command, rest)) = undo_command(request).await? else { return Ok(None) };
    let shown = format!("{} {}", request.run.localizer.format_command(&command, &[]), names.show(&rest));
    let line =
        |key| ReplyLine::new(key).with_plain("command", &shown).with_command("undo", undo::SPEC.name, &[]);
    let part = split_undo(&command, &rest).and_then(|(spec, community, undone)| {
        let part = match parse_reply(wished.source, true, PromptFacts::default()) {
            Some(ParsedReply::Numbers(numbers)) => {
                let group = |number: usize| undone.get(number.checked_sub(1)?).map(|id| (*id).to_owned());
                numbers.into_iter().map(group).collect::<Option<Vec<_>>>()?
            }
            _ => wished.named_groups(&wished.read_sentence()),
        };
        let is_part = !part.is_empty() && part.iter().all(|group| undone.contains(&group.as_str()));
        is_part.then(|| (spec, join_arguments(spec, community, &part.join(" "))))
    });
    Ok(Some(match part {
        Some((spec, arguments)) => {
            let offer = wished.offer(spec, arguments);
            let reply = Reply::Lines(vec![line("undo-takes-back")]);
            CommandOutcome { reply: reply.with_lines(offer.reply.into_lines()), ..offer }
        }
        None => CommandOutcome::talk(Reply::Lines(vec![line("undo-takes-back-part")]), Vec::new()),
    }))
}

//! Undoing a part of the last change, `desfaz só o suporte`, or another change than the last one, which the message quotes.
//! `/undo` takes back the whole last change; a part is offered, and for an older change its command is named.

use super::argument_finder::ArgumentFinder;
use super::community_names::CommunityNames;
use super::context::{CommandOutcome, Request};
use super::correction::{named_groups, split_arguments};
use crate::command::context::CommandError;
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::command::resolution::DeferredCommand;
use crate::command::undo_record::UndoRecord;
use crate::commands::{CATALOG, undo};
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::tokenizer::Tokenizer;
use crate::reply::{Reply, ReplyLine};
use crate::storage::{Outcome, PastCommand, StateKind, StoreUnavailable};

/// The commands that take back each other.
const OPPOSITES: [(&str, &str); 3] = [("link", "unlink"), ("add", "remove"), ("promote", "demote")];

/// The reply to an undo or a correction that quotes something else than the last change: only that one can be undone. None
/// where it quotes nothing, or the change.
pub(super) async fn reply_to_quote(request: &Request<'_>) -> Result<Option<CommandOutcome>, CommandError> {
    let Request { run, command, admin, .. } = request;
    let (store, instance) = (run.store, &run.instance.config.name);
    let Some(message) = &command.quoted else { return Ok(None) };
    let Some(record) = last_change(request).await? else { return Ok(None) };
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
        let command = format!("{} {}", run.localizer.format_command(opposite, &[]), names.show_undo(&rest)?);
        Some(ReplyLine::new("undo-quoted").with_plain("command", command))
    });
    let line = ReplyLine::not_done("undo-only-last");
    let lines = std::iter::once(line).chain(instead).collect();
    Ok(Some(CommandOutcome::talk(Reply::Lines(lines), Vec::new())))
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

/// The last change of this admin in this chat.
async fn last_change(request: &Request<'_>) -> Result<Option<UndoRecord>, StoreUnavailable> {
    let Request { run, conversation_key, .. } = request;
    let instance = &run.instance.config.name;
    let record = run.store.get_state(instance, StateKind::Undo, conversation_key.as_str()).await?;
    Ok(record.and_then(|entry| serde_json::from_str(&entry.value).ok()))
}

/// The command that `/undo` would run: its English name and arguments; none if it would run none.
pub(super) async fn undo_command(
    request: &Request<'_>,
) -> Result<Option<(String, String)>, StoreUnavailable> {
    Ok(last_change(request).await?.and_then(|record| record.undo_command))
}

/// The reply to a wish to undo something that its words name: says what `/undo` takes back, and offers to take back only
/// the groups that are named.
pub(super) async fn offer_part(
    wished: &ArgumentFinder<'_>,
) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let ArgumentFinder { request, names, .. } = wished;
    let Some((command, rest)) = undo_command(request).await? else { return Ok(None) };
    let localizer = request.run.localizer;
    let show =
        |arguments: &str| format!("{} {}", localizer.format_command(&command, &[]), names.show(arguments));
    let line = |key| {
        let line = ReplyLine::new(key).with_plain("command", show(&rest));
        line.with_command("undo", undo::SPEC.name, &[])
    };
    let tokens = &Tokenizer::new(&rest, false).read_all(false).unwrap_or_default();
    let whole = ArgumentFinder { request, names, source: &rest, tokens, is_sentence: false };
    let part = CATALOG.lookup(&command).and_then(|spec| {
        let (community, groups) = split_arguments(spec, &whole)?;
        let undone: Vec<&str> = groups.iter().map(|token| token.text.as_str()).collect();
        let part = match parse_reply(wished.source, true, PromptFacts::default()) {
            Some(ParsedReply::Numbers(numbers)) => {
                let group = |number: usize| undone.get(number.checked_sub(1)?).map(|id| (*id).to_owned());
                numbers.into_iter().map(group).collect::<Option<Vec<_>>>()?
            }
            _ => named_groups(wished),
        };
        let is_part = !part.is_empty() && part.iter().all(|group| undone.contains(&group.as_str()));
        let part = part.join(" ");
        let arguments =
            if spec.name == "move" { format!("{part} {community}") } else { format!("{community} {part}") };
        is_part.then_some((spec, arguments))
    });
    Ok(Some(match part {
        Some((spec, arguments)) => {
            let shown = names.show(&arguments);
            let offer = request.offer_command("wish-offer", spec, arguments, &shown);
            let reply = Reply::Lines(vec![line("undo-takes-back")]);
            CommandOutcome { reply: reply.with_lines(offer.reply.into_lines()), ..offer }
        }
        None => CommandOutcome::talk(Reply::Lines(vec![line("undo-takes-back-part")]), Vec::new()),
    }))
}

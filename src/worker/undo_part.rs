//! Undoing a part of the last change: `desfaz só o suporte`. `/undo` takes back the whole; the part is offered.

use super::argument_finder::ArgumentFinder;
use super::context::{CommandOutcome, Request};
use super::correction::{named_groups, split_arguments};
use crate::command::undo_record::UndoRecord;
use crate::commands::{CATALOG, undo};
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::tokenizer::Tokenizer;
use crate::reply::{Reply, ReplyLine};
use crate::storage::{StateKind, StoreUnavailable};

/// The command that `/undo` would run: its English name and arguments; none if it would run none.
pub(super) async fn undo_command(
    request: &Request<'_>,
) -> Result<Option<(String, String)>, StoreUnavailable> {
    let Request { run, conversation_key, .. } = request;
    let instance = &run.instance.config.name;
    let record = run.store.get_state(instance, StateKind::Undo, conversation_key.as_str()).await?;
    let record: Option<UndoRecord> = record.and_then(|entry| serde_json::from_str(&entry.value).ok());
    Ok(record.and_then(|record| record.undo_command))
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

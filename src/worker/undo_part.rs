//! Undoing a part of the last change: `desfaz só o suporte`. `/undo` takes back the whole; the part is offered.

use super::argument_finder::ArgumentFinder;
use super::command_outcome::CommandOutcome;
use super::correction::join_arguments;
use super::request::Request;
use crate::command::undo_record::load_undo;
use crate::commands::{CATALOG, undo};
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::reply::{Reply, ReplyLine};
use crate::storage::StoreUnavailable;

/// The command that `/undo` would run: its English name and arguments; none if it would run none.
pub(super) async fn undo_command(
    request: &Request<'_>,
) -> Result<Option<(String, String)>, StoreUnavailable> {
    let Request { run, conversation_key, .. } = request;
    let stored = load_undo(run.store, &run.instance.config.name, conversation_key).await?;
    Ok(stored.and_then(|(_, record)| record.undo_command))
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
    let part = CATALOG.lookup(&command).and_then(|spec| {
        // Ids, as the change stored them.
        let ids: Vec<&str> = rest.split(' ').collect();
        let (community, undone) = match spec.name {
            "move" => ids.split_last()?,
            "link" | "unlink" => ids.split_first()?,
            _ => return None,
        };
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

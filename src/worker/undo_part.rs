//! Undoing a part of the last change, `desfaz só o suporte`, or another change than the last one, which the message quotes.
//! `/undo` takes back the whole last change; a part is offered, and for an older change its command is named.

use super::argument_finder::{ArgumentFinder, join_arguments};
use super::command_outcome::CommandOutcome;
use super::community_names::CommunityNames;
use super::correction::{read_command, split_undo};
use super::request::Request;
use crate::command::context::CommandError;
use crate::command::undo_record::load_undo;
use crate::commands::{CATALOG, undo};
use crate::parse::flags::parse_flag;
use crate::parse::numbers::parse_range;
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::tokenizer::Tokenizer;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine};
use crate::storage::{Outcome, StateKind, StoreUnavailable};

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
    let sender = (instance, command.admin.as_str(), command.chat.as_str(), command.by_owner);
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
        let is_meant = |(_, rest, is_undo): &(String, String, bool)| !is_undo && !may_mean_others(rest);
        let (typed, rest, _) = read_command(&quoted, request).filter(is_meant)?;
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
    let tokens = Tokenizer::new(arguments, false).read_all(false).unwrap_or_default();
    let is_flag = |word: &str| parse_flag(word, false).is_some();
    tokens.iter().filter(|token| !token.is_quoted).any(|token| {
        let word = token.text.as_str();
        parse_range(word).is_some() || word.contains('*') || in_word_list(word, "here") || is_flag(word)
    })
}

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

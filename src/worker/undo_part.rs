//! Undoing: after regret, `ops, errado`, after a command that changed nothing, a part of the last change, `desfaz só o
//! suporte`, or another change than the last one, which the message quotes. `/undo` takes back the whole last change; the
//! rest is offered, and for an older change its command is named.

use std::sync::LazyLock;
use std::time::Duration;

use super::argument_finder::{ArgumentFinder, join_arguments};
use super::command_outcome::CommandOutcome;
use super::community_names::CommunityNames;
use super::correction::{offer_part_of_undo, parts_named, read_command, split_undo};
use super::request::Request;
use crate::clock::Timestamp;
use crate::command::context::CommandError;
use crate::command::parsed_text::ParsedRequest;
use crate::command::prompt::LATE_REPLY_NOTICE_WINDOW;
use crate::command::resolution::Resolution;
use crate::commands::{CATALOG, undo};
use crate::parse::flags::{Flags, ends_in_yes, without_yes};
use crate::parse::numbers::parse_range;
use crate::parse::phrases::{PhraseTable, phrases, tokenize};
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::tokenizer::{Separator, Token, Tokenizer};
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine};
use crate::storage::{Outcome, PastCommand, StateKind, StoreUnavailable};

/// How long ago the command may be that changed nothing: an older change is undone only after a yes.
const UNCHANGED_SINCE: Duration = Duration::from_secs(24 * 60 * 60);

/// The most words of a text of regret.
const MAX_WORDS_OF_REGRET: usize = 8;

static REGRET: LazyLock<PhraseTable<()>> =
    LazyLock::new(|| PhraseTable::new(phrases("regret").map(|(_, phrase)| (phrase, ()))));

static DENIALS: LazyLock<PhraseTable<()>> =
    LazyLock::new(|| PhraseTable::new(phrases("regret-denials").map(|(_, phrase)| (phrase, ()))));

/// The commands that take back each other.
const OPPOSITES: [(&str, &str); 3] = [("link", "unlink"), ("add", "remove"), ("promote", "demote")];

/// The reply to an undo or a correction that quotes something else than the last change: only that one can be undone. None
/// where it quotes nothing, or the change.
pub(super) async fn reply_to_quote(request: &Request<'_>) -> Result<Option<CommandOutcome>, CommandError> {
    let Request { run, command, admin, .. } = request;
    let (store, instance) = (run.store, &run.instance.config.name);
    let Some(message) = &command.quoted else { return Ok(None) };
    let Some((_, record)) = request.last_undo().await? else { return Ok(None) };
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
        let (typed, rest, is_undo) = read_command(&quoted, request)?;
        let rest = if rest.split_whitespace().any(ends_in_yes) { without_yes(&rest) } else { rest };
        if is_undo || may_mean_others(&rest) {
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

/// Offers to undo the last change where another command was given since, which changed nothing.
pub(super) async fn reply_to_unchanged(
    request: &Request<'_>,
) -> Result<Option<CommandOutcome>, CommandError> {
    // A wish is only offered, and a quoted change is meant.
    let is_typed = matches!(request.run.parsed.request, ParsedRequest::Command(_));
    let is_last = is_typed && request.command.quoted.is_none();
    let Some((_, record)) = request.last_undo().await?.filter(|_| is_last) else { return Ok(None) };
    let changing = |past: &PastCommand| {
        let (name, _, is_undo) = read_command(past, request)?;
        CATALOG.lookup(&name).filter(|spec| spec.is_mutating && !spec.is_indirect() && !is_undo)
    };
    let is_changing = |past: &PastCommand| changing(past).is_some();
    let last = request.run.store.last_command(request.command, UNCHANGED_SINCE, is_changing).await?;
    match last.filter(|last| last.id > record.changed_by.0).as_ref().and_then(changing) {
        Some(spec) => {
            offer_undo(request, ReplyLine::new("undo-unchanged").with_command("last", spec.name, &[])).await
        }
        None => Ok(None),
    }
}

/// Offers to undo the last change to somebody who regrets it, `ops, errado`, or says why it cannot be undone. None where
/// the text is another one, or nothing was just changed.
pub(super) async fn reply_to_regret(request: &Request<'_>) -> Result<Option<CommandOutcome>, CommandError> {
    let is_recent = |at: Timestamp| request.command.accepted_at.since(at) <= LATE_REPLY_NOTICE_WINDOW;
    let Some(regrets) = regrets(&request.command.text) else { return Ok(None) };
    if !request.last_undo().await?.is_some_and(|(at, _)| is_recent(at)) {
        return Ok(None);
    }
    if !regrets {
        return Ok(Some(CommandOutcome::talk(Reply::Lines(vec![ReplyLine::new("talk-ok")]), Vec::new())));
    }
    if let Some(reply) = reply_to_quote(request).await? {
        return Ok(Some(reply));
    }
    if let Some(offer) = offer_undo(request, ReplyLine::new("regret-offer")).await? {
        return Ok(Some(offer));
    }
    Ok(match undo::resolve(&request.resolve_context(true), Flags::default()).await? {
        Resolution::Reply(reply, state_changes) => Some(CommandOutcome::talk(reply, state_changes)),
        _ => None,
    })
}

/// Whether a text says that something was wrong. A question does not.
pub(super) fn is_regret(text: &str) -> bool {
    regrets(text) == Some(true)
}

/// Whether a text says that something was wrong, or, as `nada errado` does, that it was not. None if it says neither.
fn regrets(text: &str) -> Option<bool> {
    let tokens = tokenize(text);
    let at = (0..tokens.len()).find(|at| REGRET.longest(&tokens[*at..]).is_some());
    let at = at.filter(|_| tokens.len() <= MAX_WORDS_OF_REGRET && !text.contains('?'))?;
    // `não, tá errado` has two parts.
    let denial = &tokens[at - DENIALS.count_at_end(&tokens[..at])..at];
    Some(denial.is_empty() || denial.iter().any(|token| token.ends_part))
}

/// Offers to undo the last change, with a text that names the command; none if it cannot be undone.
pub(super) async fn offer_undo(
    request: &Request<'_>,
    line: ReplyLine,
) -> Result<Option<CommandOutcome>, CommandError> {
    let Request { run, admin, .. } = request;
    let Some(command) = undo_command(request).await? else { return Ok(None) };
    let directory = &run.instance.directory;
    let names = CommunityNames::new(directory.snapshot(run.zapi).await?, directory, admin, None);
    Ok(names.show_undo(&command, run.localizer).map(|shown| {
        let reply = Reply::Lines(vec![line.with_plain("command", shown)]);
        request.offer(reply, &undo::SPEC, vec![String::new()], Vec::new())
    }))
}

/// Whether arguments may name something else by now: numbers of a list, `vendas*`, `here`.
fn may_mean_others(arguments: &str) -> bool {
    let tokens = Tokenizer::new(arguments, false).read_all(false).unwrap_or_default();
    let is_number = |token: &Token| !token.is_quoted && parse_range(&token.text).is_some();
    // In a list with names, a number is part of one: `Bloco 01, Bloco 02`.
    let first = tokens.iter().skip(1).position(|token| token.separator != Separator::Blank);
    let has_names = first.is_some_and(|first| !tokens[first + 1..].iter().all(is_number));
    tokens.iter().filter(|token| !token.is_quoted).any(|token| {
        let word = token.text.as_str();
        !has_names && is_number(token) || word.contains('*') || in_word_list(word, "here")
    })
}

/// The command that `/undo` would run: its English name and arguments; none if it would run none.
pub(super) async fn undo_command(
    request: &Request<'_>,
) -> Result<Option<(String, String)>, StoreUnavailable> {
    Ok(request.last_undo().await?.and_then(|(_, record)| record.undo_command))
}

/// The reply to a wish to undo something that its words name: says what `/undo` takes back, and offers to take back only
/// the groups that are named.
pub(super) async fn offer_part(
    wished: &ArgumentFinder<'_>,
) -> Result<Option<CommandOutcome>, StoreUnavailable> {
    let ArgumentFinder { request, names, .. } = wished;
    let Some((command, rest)) = undo_command(request).await? else { return Ok(None) };
    let undo = (command, rest);
    let Some(shown) = names.show_undo(&undo, request.run.localizer) else { return Ok(None) };
    let line =
        |key| ReplyLine::new(key).with_plain("command", &shown).with_command("undo", undo::SPEC.name, &[]);
    let offer = split_undo(&undo.0, &undo.1).and_then(|(spec, community, undone)| {
        let part = match parse_reply(wished.source, true, PromptFacts::default()) {
            Some(ParsedReply::Numbers(numbers)) => {
                let group = |number: usize| undone.get(number.checked_sub(1)?).copied();
                numbers.into_iter().map(group).collect::<Option<Vec<_>>>()?
            }
            _ => parts_named(wished, &wished.read_sentence(), &undone, false)?,
        };
        let arguments = join_arguments(spec, community, &part.join(" "));
        if part.is_empty() { None } else { offer_part_of_undo(wished, spec, arguments) }
    });
    Ok(Some(match offer {
        Some(offer) => {
            let reply = Reply::Lines(vec![line("undo-takes-back")]);
            CommandOutcome { reply: reply.with_lines(offer.reply.into_lines()), ..offer }
        }
        None => CommandOutcome::talk(Reply::Lines(vec![line("undo-takes-back-part")]), Vec::new()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regret_is_short_and_no_question() {
        for text in [
            "ops, errado",
            "não era esse",
            "era o outro!",
            "oops, wrong one",
            "no era ese",
            "ups",
            "não, tá errado",
        ] {
            assert!(is_regret(text), "{text}");
        }
        for text in ["deu errado?", "o outro grupo", "obrigada", "what is wrong?", ""] {
            assert!(!is_regret(text), "{text}");
        }
        for text in ["nada errado", "não tá errado", "nothing wrong", "it’s not wrong", "no está equivocado"]
        {
            assert_eq!(regrets(text), Some(false), "{text}");
        }
    }
}

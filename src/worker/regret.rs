//! Regret right after a change: `ops, errado`, `não era esse`. The bot offers to undo it.

use std::sync::LazyLock;

use super::command_outcome::CommandOutcome;
use super::community_names::CommunityNames;
use super::request::Request;
use super::undo_part::reply_to_quote;
use super::wish::{offer_undo, show_undo_command};
use crate::command::context::CommandError;
use crate::command::prompt::LATE_REPLY_NOTICE_WINDOW;
use crate::command::resolution::Resolution;
use crate::command::undo_record::load_undo;
use crate::commands::undo;
use crate::parse::flags::Flags;
use crate::parse::phrases::{PhraseTable, phrases, tokenize};
use crate::reply::{Reply, ReplyLine};

/// The most words of a text of regret.
const MAX_WORDS: usize = 8;

static REGRET: LazyLock<PhraseTable<()>> =
    LazyLock::new(|| PhraseTable::new(phrases("regret").map(|(_, phrase)| (phrase, ()))));

static DENIALS: LazyLock<PhraseTable<()>> =
    LazyLock::new(|| PhraseTable::new(phrases("regret-denials").map(|(_, phrase)| (phrase, ()))));

/// Whether a text says that something was wrong. A question does not.
pub(super) fn is_regret(text: &str) -> bool {
    regrets(text) == Some(true)
}

/// Whether a text says that something was wrong, or, as `nada errado` does, that it was not. None if it says neither.
fn regrets(text: &str) -> Option<bool> {
    let tokens = tokenize(text);
    let at = (0..tokens.len()).find(|at| REGRET.longest(&tokens[*at..]).is_some());
    let at = at.filter(|_| tokens.len() <= MAX_WORDS && !text.contains('?'))?;
    // `não, tá errado` has two parts.
    let denial = &tokens[at - DENIALS.count_at_end(&tokens[..at])..at];
    Some(denial.is_empty() || denial.iter().any(|token| token.ends_part))
}

/// Offers to undo the last change to somebody who regrets it, or says why it cannot be undone. None where the text is
/// another one, or nothing was just changed.
pub(super) async fn reply_to_regret(request: &Request<'_>) -> Result<Option<CommandOutcome>, CommandError> {
    let Request { run, admin, command, conversation_key, .. } = request;
    let Some(regrets) = regrets(&command.text) else { return Ok(None) };
    let instance = &run.instance.config.name;
    let stored = load_undo(run.store, instance, conversation_key).await?;
    if stored.is_none_or(|(at, _)| command.accepted_at.since(at) > LATE_REPLY_NOTICE_WINDOW) {
        return Ok(None);
    }
    if !regrets {
        return Ok(Some(CommandOutcome::talk(Reply::Lines(vec![ReplyLine::new("talk-ok")]), Vec::new())));
    }
    if let Some(reply) = reply_to_quote(request).await? {
        return Ok(Some(reply));
    }
    let directory = &run.instance.directory;
    let names = CommunityNames::new(directory.snapshot(run.zapi).await?, directory, admin, None);
    if let Some(details) = show_undo_command(request, &names).await? {
        return Ok(Some(offer_undo(request, "regret-offer", &details)));
    }
    Ok(match undo::resolve(&request.resolve_context(true, None), Flags::default()).await? {
        Resolution::Reply(reply, state_changes) => Some(CommandOutcome::talk(reply, state_changes)),
        _ => None,
    })
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

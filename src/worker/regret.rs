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

/// The most words of a text of regret.
const MAX_WORDS: usize = 8;

static REGRET: LazyLock<PhraseTable<()>> =
    LazyLock::new(|| PhraseTable::new(phrases("regret").map(|(_, phrase)| (phrase, ()))));

/// Whether a text says that something was wrong. A question does not.
pub(super) fn is_regret(text: &str) -> bool {
    let tokens = tokenize(text);
    let has_phrase = || (0..tokens.len()).any(|at| REGRET.longest(&tokens[at..]).is_some());
    tokens.len() <= MAX_WORDS && !text.contains('?') && has_phrase()
}

/// Offers to undo the last change to somebody who regrets it, or says why it cannot be undone. None where the text is
/// another one, or nothing was just changed.
pub(super) async fn reply_to_regret(request: &Request<'_>) -> Result<Option<CommandOutcome>, CommandError> {
    let Request { run, admin, command, conversation_key, .. } = request;
    if !is_regret(&command.text) {
        return Ok(None);
    }
    let instance = &run.instance.config.name;
    let stored = load_undo(run.store, instance, conversation_key).await?;
    if stored.is_none_or(|(at, _)| command.accepted_at.since(at) > LATE_REPLY_NOTICE_WINDOW) {
        return Ok(None);
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
        for text in ["ops, errado", "não era esse", "era o outro!", "oops, wrong one", "no era ese", "ups"] {
            assert!(is_regret(text), "{text}");
        }
        for text in ["deu errado?", "o outro grupo", "obrigada", "what is wrong?", ""] {
            assert!(!is_regret(text), "{text}");
        }
    }
}

//! Replies to prompts: a yes, a no, a number, a reaction; and what else may be one while a prompt is open.

use super::admin_message::{AdminMessage, Expectation, MessageContext};
use super::intent::MessageIntent;
use super::requested_photo::photo_request;
use crate::command::kind::CommandKind;
use crate::command::prompt::{LATE_REPLY_NOTICE_WINDOW, PROMPT_TTL, Prompt};
use crate::command::talk_pause::TalkKind;
use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::parse::arguments::parse;
use crate::parse::hesitation::is_doubtful_number;
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::word_lists::{in_word_list, is_stop_word};
use crate::storage::StoreUnavailable;

/// Whether a reply to a prompt is expected. `talk` is what it is if no prompt is open.
pub(super) async fn check_prompt_reply(
    context: MessageContext<'_>,
    event: &AdminMessage<'_>,
    talk: Option<TalkKind>,
) -> Result<Expectation, StoreUnavailable> {
    let recent = context.recent_prompt(event, LATE_REPLY_NOTICE_WINDOW).await?;
    // A menu waits for nothing: a remark is only talk, but `ok` and `1?` get a reply while it is open.
    let is_remark = talk == Some(TalkKind::Other);
    if recent.as_ref().is_some_and(|prompt| !prompt.is_menu() || !is_remark)
        || recent.is_some()
            && may_mean_menu(&event.message.text)
            && context.recent_prompt(event, PROMPT_TTL).await?.is_some()
    {
        return Ok(Expectation::Yes);
    }
    match talk {
        // A no also ends the wait of `/photo`.
        Some(TalkKind::PromptReply) if photo_request(context, event).await?.is_some() => Ok(Expectation::Yes),
        Some(talk) => Ok(Expectation::AfterPause(talk)),
        None if reacts_to_question(context, event).await? => {
            Ok(Expectation::AfterPause(TalkKind::PromptReply))
        }
        None => Ok(Expectation::No),
    }
}

/// Whether a text may be an unclear reply to a menu: `ok`, `1?`.
fn may_mean_menu(text: &str) -> bool {
    let agrees = || {
        let reply = parse_reply(text, true, PromptFacts::default());
        reply == Some(ParsedReply::Acknowledgement { is_agreement: true })
    };
    is_doubtful_number(text) || agrees()
}

/// Whether a message is a reaction to a reply that may have asked something, in a direct chat.
async fn reacts_to_question(
    context: MessageContext<'_>,
    event: &AdminMessage<'_>,
) -> Result<bool, StoreUnavailable> {
    let message = &event.message;
    let is_reaction = event.is_direct() && !message.text.contains(char::is_alphanumeric);
    let Some(quoted) = message.quoted.as_deref().filter(|_| is_reaction) else { return Ok(false) };
    let sender = (context.endpoint.name(), context.admin.key.as_str(), message.chat.id(), false);
    let asked = context.store.quoted_command(sender, (quoted, event.received_at)).await?;
    Ok(asked.is_some_and(|asked| asked.may_ask()))
}

/// Whether talk is expected: a reply to an open prompt is.
pub(super) async fn check_talk(
    context: MessageContext<'_>,
    event: &mut AdminMessage<'_>,
) -> Result<Expectation, StoreUnavailable> {
    let open = context.recent_prompt(event, PROMPT_TTL).await?.filter(|prompt| !prompt.is_menu());
    let Some(prompt) = open else { return Ok(Expectation::AfterPause(TalkKind::Other)) };
    // It may be meant as a reply, so no pause begins. The prompt has ended the pause before.
    if prompt.missing.is_some() || prompt.named_option(&event.message.text).is_some() {
        event.intent = MessageIntent::PromptReply { talk: None };
    }
    Ok(Expectation::Yes)
}

/// Reads a wish while a prompt is open.
pub(super) fn read_wish_beside(prompt: &Prompt, event: &mut AdminMessage<'_>) {
    if prompt.missing.is_some() {
        // As the missing part of a command it may change something.
        event.intent = MessageIntent::Wish(CommandKind::Wish { is_mutating: true });
    } else if may_answer(&event.message.text, prompt) {
        event.intent = MessageIntent::PromptReply { talk: None };
    }
}

/// Whether a wish without names may be an answer to a prompt: `continua`, or the verb of its command.
fn may_answer(text: &str, prompt: &Prompt) -> bool {
    let is_small = |word: &str| is_stop_word(word) || in_word_list(word, "wish-pronouns");
    let wish = CATALOG.parse_wish(text).filter(|wish| wish.rest.split_whitespace().all(is_small));
    let is_more = |wish: &Wish| wish.spec.name == "more" && !prompt.is_in_passing;
    let is_verb = |wish: &Wish| is_more(wish) || wish.spec.name == prompt.command;
    // `grupos` alone asks for all groups, whatever groups a menu is about.
    let is_whole = |wish: &Wish| wish.spec.is_read_only() && parse(wish.spec.args, false, "").is_ok();
    wish.as_ref().is_some_and(is_verb)
        || prompt.is_menu() && prompt.named_option(text).is_some() && !wish.as_ref().is_some_and(is_whole)
}

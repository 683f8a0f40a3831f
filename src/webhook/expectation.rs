//! Whether a message of an admin is expected. Known commands and wishes are. A prompt reply needs a recent prompt, an edit
//! needs an editable command, talk waits for the end of the pause.

use super::admin_message::{AdminMessage, Expectation, MessageContext};
use super::deletion::check_deletion;
use super::edit::check_edit;
use super::intent::MessageIntent;
use super::prompt_reply::{check_prompt_reply, check_talk, read_wish_beside};
use super::requested_photo::{check_photo, photo_request};
use super::talk_kind::read_talk_kind;
use crate::command::prompt::{LATE_REPLY_NOTICE_WINDOW, PROMPT_TTL};
use crate::command::talk_pause::TalkKind;
use crate::parse::command_lines::has_no_above;
use crate::storage::StoreUnavailable;

/// Checks whether a message is expected. Sets the version of an edit, and what the message is beside an open prompt.
pub(super) async fn check_expected(
    context: MessageContext<'_>,
    event: &mut AdminMessage<'_>,
) -> Result<Expectation, StoreUnavailable> {
    let expectation = check_intent(context, event).await?;
    let Expectation::AfterPause(talk) = expectation else { return Ok(expectation) };
    let talk = match talk {
        TalkKind::Other => read_talk_kind(&event.message.text, &context.instance(), context.admin),
        talk => Some(talk),
    };
    let Some(talk) = talk else { return Ok(Expectation::Yes) };
    event.talk = Some(talk);
    let key = event.conversation_key(context.admin);
    let is_over = context.endpoint.instance.talk_pause.is_over(&key, talk, event.received_at);
    Ok(if is_over { Expectation::Yes } else { Expectation::No })
}

async fn check_intent(
    context: MessageContext<'_>,
    event: &mut AdminMessage<'_>,
) -> Result<Expectation, StoreUnavailable> {
    if event.is_edit
        && let Some(expectation) = check_edit(context, event).await?
    {
        return Ok(expectation);
    }
    match event.intent {
        MessageIntent::Deletion { .. } => check_deletion(context, event).await,
        MessageIntent::Edit | MessageIntent::EditOfSeveral => Ok(Expectation::Yes),
        MessageIntent::Command => check_command(context, event).await,
        MessageIntent::Photo => check_photo(context, event).await,
        MessageIntent::Wish(_) => {
            if let Some(prompt) = context.recent_prompt(event, PROMPT_TTL).await? {
                read_wish_beside(&prompt, event);
            }
            Ok(Expectation::Yes)
        }
        MessageIntent::PromptReply { talk } => check_prompt_reply(context, event, talk).await,
        MessageIntent::Talk => check_talk(context, event).await,
    }
}

async fn check_command(
    context: MessageContext<'_>,
    event: &mut AdminMessage<'_>,
) -> Result<Expectation, StoreUnavailable> {
    let instance = context.instance();
    if event.is_for_other_bot(&instance) {
        // It is stored only if a prompt may be open, because it closes the prompt.
        let is_prompt_open = context.recent_prompt(event, LATE_REPLY_NOTICE_WINDOW).await?.is_some();
        return Ok(if is_prompt_open { Expectation::Yes } else { Expectation::No });
    }
    // What is above the command refuses it, unless it answers a prompt.
    if has_no_above(&event.message.text, &instance.parser)
        && context.recent_prompt(event, PROMPT_TTL).await?.is_none()
        && photo_request(context, event).await?.is_none()
    {
        event.intent = MessageIntent::PromptReply { talk: None };
    }
    Ok(Expectation::Yes)
}

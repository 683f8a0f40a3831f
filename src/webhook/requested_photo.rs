//! Pictures, for which `/photo` may wait.

use super::admin_message::{AdminMessage, Expectation, MessageContext};
use super::intent::MessageIntent;
use crate::command::prompt::{PROMPT_TTL, is_in_time};
use crate::command::talk_pause::TalkKind;
use crate::commands::photo::Caption;
use crate::storage::{StateEntry, StateKind, StoreUnavailable};

/// The `/photo` that waits for a picture in the conversation of a message.
pub(super) async fn photo_request(
    context: MessageContext<'_>,
    event: &AdminMessage<'_>,
) -> Result<Option<StateEntry>, StoreUnavailable> {
    let request = context.state(event, StateKind::PhotoRequest).await?;
    Ok(request.filter(|request| is_in_time(request.at, event.received_at)))
}

/// Whether a picture is expected. The command that waits for it becomes its caption, unless the caption says something
/// else. In a direct chat any other picture is talk.
pub(super) async fn check_photo(
    context: MessageContext<'_>,
    event: &mut AdminMessage<'_>,
) -> Result<Expectation, StoreUnavailable> {
    if let Some(request) = photo_request(context, event).await? {
        let is_picture = event.message.media.as_ref().is_some_and(|media| media.is_picture());
        match Caption::read(&event.message.text, context.instance().config.locale) {
            Caption::Refusal => event.intent = MessageIntent::PromptReply { talk: None },
            // The worker asks whether the picture is meant.
            Caption::Other if is_picture && event.is_direct() => event.intent = MessageIntent::Talk,
            Caption::Consent | Caption::Other => event.message.text = request.value,
        }
        return Ok(Expectation::Yes);
    }
    if !event.is_direct() {
        return Ok(Expectation::No);
    }
    event.intent = MessageIntent::Talk;
    let open = context.recent_prompt(event, PROMPT_TTL).await?.filter(|prompt| !prompt.is_menu());
    Ok(if open.is_some() { Expectation::Yes } else { Expectation::AfterPause(TalkKind::Other) })
}

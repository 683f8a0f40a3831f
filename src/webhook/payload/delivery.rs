//! Reads a DeliveryCallback: what became of a message that Z-API accepted.
//!
//! Only the presence of `error`, a text, tells a failure. A failed message may have Z-API's own id as `messageId`, too;
//! `errorCode` comes with some errors (Z-API docs, webhooks/on-message-send-examples).

use super::fields::{EventFields, RawField, Tristate};
use super::{is_message_id, strip_nul};
use crate::domain::DeliveryReport;

/// The longest error that is kept, in characters.
const MAX_ERROR_LEN: usize = 300;

/// The report of a DeliveryCallback to this instance, if it names a message.
pub(super) fn parse_delivery(fields: &EventFields<'_>) -> Option<DeliveryReport> {
    let is_delivery = fields.kind.as_text().is_some_and(|kind| kind.eq_ignore_ascii_case("DeliveryCallback"));
    if !is_delivery || (fields.is_for_other_instance && !fields.is_for_this_instance) {
        return None;
    }
    let id = |field: RawField<'_>| field.as_text().filter(|id| is_message_id(id)).map(String::from);
    let zaap_id = id(fields.zaap_id);
    let message_id = id(fields.message_id).or_else(|| zaap_id.clone())?;
    Some(DeliveryReport { message_id, zaap_id, error: error(fields) })
}

/// Why the message was not delivered. Z-API's `error` is a text; `false`, `0` and `[]` are none.
fn error(fields: &EventFields<'_>) -> Option<String> {
    let error = fields.error;
    let is_failure = match error.as_bool() {
        Tristate::No => false,
        Tristate::Yes => true,
        Tristate::Unclear => error.as_text().is_some() || error.is_object(),
    };
    let text = error.as_text().or_else(|| fields.error_code.as_text()).unwrap_or_else(|| "?".into());
    is_failure.then(|| strip_nul(text).chars().take(MAX_ERROR_LEN).collect())
}

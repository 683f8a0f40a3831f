//! What a message is to us: an order, the answer to a question, a mended order, a greeting.
//!
//! Chatter is told from them without a copy of its text, and by its length where it is no order.

use crate::command::question::Answer;
use crate::command::{Order, Spec, is_greeting, named, nearly_recognise, question, recognise};

use super::Reason;
use super::payload::{ChatRef, Content, MessageRef};

/// What a message may be to us, if its sender is an admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A text, or the caption of a picture, that is written like an order.
    Order(Order),
    /// A text that was edited, and is written like an order.
    Edit(Order),
    /// A yes, a no, a number, a 👍: if a question waits for it.
    Answer,
    /// Somebody says hello, or asks for help without knowing how.
    Greeting,
    /// An order in a direct chat whose prefix was forgotten, as it seems.
    Unprefixed,
}

/// What a message may be, or why it is nothing to us. `is_admin` is asked only where the rest fits.
pub(super) fn of(
    message: &MessageRef<'_>,
    prefixes: &[String],
    is_admin: impl Fn() -> bool,
) -> Result<Meaning, Reason> {
    let order = || recognise(&message.text, prefixes);
    match &message.content {
        Content::Text => {
            if let Some(order) = order() {
                return Ok(Meaning::Order(order));
            }
            if message.text.len() > question::LONGEST || !is_admin() {
                return Err(Reason::NotACommand);
            }
            // Whom the owner talks to on the bot's phone is somebody else.
            let is_to_us = matches!(message.chat, ChatRef::Direct(_)) && !message.by_owner;
            let is_short = is_to_us && message.text.len() <= question::LONGEST_PLAIN;
            let is_unprefixed = || is_short && nearly_recognise(&message.text, prefixes).is_some();
            match question::bare(&message.text, is_to_us, None) {
                // A command may hold such a word: `vincular bairro não perturbe`.
                Some(Answer::No) if is_unprefixed() => Ok(Meaning::Unprefixed),
                Some(_) => Ok(Meaning::Answer),
                None if is_short && is_greeting(&message.text) => Ok(Meaning::Greeting),
                None if is_unprefixed() => Ok(Meaning::Unprefixed),
                None => Err(Reason::NotACommand),
            }
        }
        Content::Edit => order().filter(|_| is_admin()).map(Meaning::Edit).ok_or(Reason::Edited),
        Content::Picture(_) => {
            let is_for_pictures = |order: &Order| named(&order.typed).is_some_and(Spec::takes_picture);
            order().filter(is_for_pictures).map(Meaning::Order).ok_or(Reason::NoText)
        }
        // A yes or a no: 👍, 👎, ❌.
        Content::Reaction(_) if question::bare(&message.text, false, None).is_some() && is_admin() => {
            Ok(Meaning::Answer)
        }
        Content::Reaction(_) => Err(Reason::NoText),
    }
}

impl Meaning {
    /// Why it is nothing to us after all.
    pub(super) fn is_nothing(&self, message: &MessageRef<'_>) -> Reason {
        match (self, &message.content) {
            (Self::Edit(_), _) => Reason::Edited,
            (_, Content::Picture(_) | Content::Reaction(_)) => Reason::NoText,
            _ => Reason::NotACommand,
        }
    }
}

//! Reasons to ignore an authentic event: the `reason` of the response `ignored` (docs/webhooks.md).

use std::fmt;

/// Why an event is ignored. Each has one word, for the response, the metrics and the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IgnoreReason {
    /// The body names other instances, and not the one it was sent to.
    OtherInstance,
    /// It is no `ReceivedCallback`, or has no type.
    UnsupportedEvent,
    /// The bot's own account wrote it, or it is the echo of what we sent ourselves (`fromApi`).
    FromMe,
    /// It has no content yet; that arrives later under the same `messageId`.
    WaitingMessage,
    /// An edit of a message that was sent before.
    Edited,
    /// A forwarded message.
    Forwarded,
    /// A status, or a reply to one.
    Status,
    /// A channel.
    Newsletter,
    /// A broadcast list.
    Broadcast,
    /// A notification of a chat, such as a new member.
    Notification,
    /// It has no text or caption that is for the bot: an audio, a bare picture, a button, …
    NoText,
    /// Its fields contradict each other about the chat.
    UnclearChat,
    /// It has no author.
    NoSender,
    /// Its `messageId` is missing, too long or not printable.
    NoMessageId,
    /// Its text is no command.
    NotACommand,
    /// Its sender is no admin.
    NotAnAdmin,
    /// Its sender sent too many commands in a minute, or its chat too many unknown ones.
    RateLimited,
    /// Its time is in the future.
    SentInFuture,
}

impl IgnoreReason {
    /// All reasons, in the order in which they are checked.
    pub const ALL: [Self; 18] = [
        Self::OtherInstance,
        Self::UnsupportedEvent,
        Self::FromMe,
        Self::WaitingMessage,
        Self::Edited,
        Self::Forwarded,
        Self::Status,
        Self::Newsletter,
        Self::Broadcast,
        Self::Notification,
        Self::NoText,
        Self::UnclearChat,
        Self::NoSender,
        Self::NoMessageId,
        Self::NotACommand,
        Self::NotAnAdmin,
        Self::RateLimited,
        Self::SentInFuture,
    ];

    /// The word in the response.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OtherInstance => "other_instance",
            Self::UnsupportedEvent => "unsupported_event",
            Self::FromMe => "from_me",
            Self::WaitingMessage => "waiting_message",
            Self::Edited => "edited",
            Self::Forwarded => "forwarded",
            Self::Status => "status",
            Self::Newsletter => "newsletter",
            Self::Broadcast => "broadcast",
            Self::Notification => "notification",
            Self::NoText => "no_text",
            Self::UnclearChat => "unclear_chat",
            Self::NoSender => "no_sender",
            Self::NoMessageId => "no_message_id",
            Self::NotACommand => "not_a_command",
            Self::NotAnAdmin => "not_an_admin",
            Self::RateLimited => "rate_limited",
            Self::SentInFuture => "sent_in_future",
        }
    }
}

impl fmt::Display for IgnoreReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_reason_has_a_word_of_its_own() {
        let words: HashSet<_> = IgnoreReason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(words.len(), IgnoreReason::ALL.len());
        assert!(words.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }
}

//! A pause between replies to texts that are no commands: one reply every three minutes, per person and chat, so that
//! chatter costs nothing. A command ends the pause, and so does a prompt: its reply must not be missing.
//!
//! Kept in memory: after a restart there is one reply more. Of several replicas each has its own pauses. The one that did
//! not open a prompt may ignore a text that names an option of it during a pause; a yes, a no and a number never wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::ConversationKey;

/// The length of the pause.
const PAUSE: Duration = Duration::from_secs(3 * 60);

/// The kinds of text that have a pause of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TalkKind {
    /// A yes, a no or a number to which nothing is open: the reply must not be missing after other talk.
    PromptReply,
    /// Any other text.
    Other,
    /// It corrects something, or names a command: small talk before it must not leave it without a reply.
    Request,
    /// It names a community or group: it always gets a reply.
    Named,
}

/// The most words of a text that may ask for something: more are a story.
pub const MAX_REQUEST_WORDS: usize = 20;

/// When texts last got a reply, by person and chat.
#[derive(Debug, Default)]
pub struct TalkPause(Mutex<HashMap<ConversationKey, LastReplies>>);

/// When each [`TalkKind`] last got a reply.
type LastReplies = [Option<Timestamp>; 4];

impl TalkPause {
    /// Whether the pause is over.
    pub fn is_over(&self, key: &ConversationKey, kind: TalkKind, now: Timestamp) -> bool {
        if kind == TalkKind::Named {
            return true;
        }
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = last.get(key).and_then(|last| last[kind as usize]);
        last.is_none_or(|last| last > now || now.since(last) >= PAUSE)
    }

    /// Begins a pause; after the reply to a request also that of other texts.
    pub fn begin(&self, key: &ConversationKey, kind: TalkKind, now: Timestamp) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = last.entry(key.clone()).or_default();
        last[kind as usize] = Some(now);
        if matches!(kind, TalkKind::Request | TalkKind::Named) {
            last[TalkKind::Other as usize] = Some(now);
        }
    }

    /// Ends the pauses, since a command was accepted or a prompt was opened.
    pub fn end(&self, key: &ConversationKey) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

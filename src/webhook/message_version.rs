//! Which version of its message an edit is. The worker decides whether it may be run.

use crate::clock::Timestamp;
use crate::command::kind::RATE_LIMITED;
use crate::domain::Message;
use crate::storage::{EDIT_WINDOW, MAX_EDITS, MessageVersion};

/// What an edit that arrives is.
pub(super) enum EditDecision {
    /// It came too late.
    Unexpected,
    /// It arrived before, or a newer edit did.
    AlreadyHandled,
    /// This version of the message; 0 if none is stored, so nothing was done for it. Its first text, if that comes late,
    /// is then a duplicate.
    Version(u32),
}

/// Decides what an edit is, by the stored versions of its message, oldest first, and whether the last one was deleted.
/// `commands` are the texts of its commands.
pub(super) fn decide_edit(
    (versions, is_deleted): (&[MessageVersion], bool),
    (edit, commands): (&Message, &[&str]),
    received_at: Timestamp,
) -> EditDecision {
    let (Some(first), Some(last)) = (versions.first(), versions.last()) else {
        return EditDecision::Version(0);
    };
    // A version of several commands is stored in parts.
    let is_same_text = |version: &MessageVersion| {
        let parts = versions.iter().filter(|part| part.version == version.version);
        let parts: Vec<&str> = parts.map(|part| part.text.as_str()).collect();
        parts == commands || parts == [edit.text.as_str()]
    };
    // A version may be delivered again after a later one.
    if versions.iter().any(|version| is_same_text(version) && version.sent_at == edit.sent_at) {
        return EditDecision::AlreadyHandled;
    }
    if last.version >= MAX_EDITS || received_at.since(first.accepted_at) > EDIT_WINDOW {
        return EditDecision::Unexpected;
    }
    let is_outdated = edit.sent_at.zip(last.sent_at).is_some_and(|(sent, last)| sent < last);
    // The same text may be run if the last version was rate limited, or edited to other words meanwhile.
    if is_outdated || (is_same_text(last) && last.name != RATE_LIMITED && !is_deleted) {
        return EditDecision::AlreadyHandled;
    }
    EditDecision::Version(last.version + 1)
}

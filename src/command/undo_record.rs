//! How the last change of an admin in a chat is undone.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::command::prompt::LATE_REPLY_NOTICE_WINDOW;
use crate::domain::{ConversationKey, InstanceName};
use crate::reply::ReplyLine;
use crate::storage::{StateKind, Store, StoreUnavailable};

/// How a change is undone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoRecord {
    /// The English name of the command that made the change.
    pub command: String,
    /// The command that undoes it: its English name and arguments. None: it cannot be undone.
    pub undo_command: Option<(String, String)>,
    /// It is undone already.
    #[serde(default)]
    pub is_undone: bool,
    /// Where it cannot: a command that may help instead, with its arguments.
    #[serde(default)]
    pub alternative: Option<(String, Vec<String>)>,
    /// Undo only if this is still true: the community id or description text that the change left.
    #[serde(default)]
    pub precondition: Option<String>,
    /// The id of the command that made the change, and its message.
    #[serde(default)]
    pub changed_by: (String, String),
}

/// How the last change of a conversation is undone, and when it was made.
pub async fn load_undo(
    store: &Store,
    instance: &InstanceName,
    key: &ConversationKey,
) -> Result<Option<(Timestamp, UndoRecord)>, StoreUnavailable> {
    let stored = store.get_state(instance, StateKind::Undo, key.as_str()).await?;
    Ok(stored.and_then(|stored| Some((stored.at, serde_json::from_str(&stored.value).ok()?))))
}

/// How to undo the last change, if one was just made and can be undone: somebody who says no may mean it.
pub async fn undo_hint(
    store: &Store,
    instance: &InstanceName,
    key: &ConversationKey,
    now: Timestamp,
) -> Result<Option<ReplyLine>, StoreUnavailable> {
    Ok(recent_change(store, instance, key, now).await?.and_then(|record| record.hint()))
}

/// The last change, if it was just made.
pub async fn recent_change(
    store: &Store,
    instance: &InstanceName,
    key: &ConversationKey,
    now: Timestamp,
) -> Result<Option<UndoRecord>, StoreUnavailable> {
    let stored = load_undo(store, instance, key).await?;
    let recent = stored.filter(|(at, _)| now.since(*at) <= LATE_REPLY_NOTICE_WINDOW);
    Ok(recent.map(|(_, record)| record))
}

impl UndoRecord {
    /// How to undo the change, if it can be undone.
    pub fn hint(&self) -> Option<ReplyLine> {
        let can_undo = self.undo_command.is_some();
        can_undo.then(|| ReplyLine::new("undo-hint").with_command("command", "undo", &[]))
    }
}

//! How the last change of an admin in a chat is undone.

use serde::{Deserialize, Serialize};

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
}

//! How the last change of an admin in a chat is undone.

use serde::{Deserialize, Serialize};

/// The command that undoes.
pub const UNDO_COMMAND: &str = "undo";

/// How the last change is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoRecord {
    /// The English name of the command that made the change.
    pub of: String,
    /// The order that takes it back: a command's English name, and its words. None: it cannot be.
    pub by: Option<(String, String)>,
    /// Where it cannot be: an order that may help all the same, with its words.
    #[serde(default)]
    pub instead: Option<(String, Vec<String>)>,
    /// What must be so still for that: the id of the community that groups were moved into, or the text of
    /// a description.
    #[serde(default)]
    pub only_if: Option<String>,
}

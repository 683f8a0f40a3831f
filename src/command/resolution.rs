//! Indirect commands (`/confirm`, `/undo`), and the commands that replace them.

use serde::{Deserialize, Serialize};

use crate::domain::{ConversationKey, InstanceName};
use crate::reply::{Localizer, Reply, ReplyLine};
use crate::storage::{CommandRecord, StateChange, Store};

/// What an indirect command may use.
pub struct ResolveContext<'a> {
    /// The journal.
    pub store: &'a Store,
    /// The instance's name.
    pub instance: &'a InstanceName,
    /// The admin in this chat, as a key.
    pub conversation_key: &'a ConversationKey,
    /// The indirect command.
    pub command: &'a CommandRecord,
    /// It has no prefix: a word, a number, a reaction.
    pub has_no_prefix: bool,
    /// Language and prefix of the replies.
    pub localizer: &'a Localizer,
    /// Its text as the missing part of the command of the open prompt.
    pub part: Option<&'a MissingPart>,
    /// Its text names a community, group or person that the open prompt does not hold.
    pub names_other: bool,
}

/// A text as the missing part of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPart {
    /// It as arguments, with ids in place of names.
    pub arguments: String,
    /// It can only be this part: it has only names and numbers that are known, or a text is missing.
    pub is_named: bool,
    /// Its names are whole, so the command does not ask because of it.
    pub is_certain: bool,
}

/// What an indirect command is replaced by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// This command is run in its place.
    Command(DeferredCommand),
    /// Only a reply, with changes of state.
    Reply(Reply, Vec<StateChange>),
    /// Nothing at all.
    Ignore,
}

impl From<ReplyLine> for Resolution {
    fn from(line: ReplyLine) -> Self {
        Self::Reply(Reply::Lines(vec![line]), Vec::new())
    }
}

/// The command that is run in place of an indirect one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredCommand {
    /// The command's English name.
    pub command: String,
    /// Its arguments.
    pub rest: String,
    /// It needs no confirmation.
    pub is_confirmed: bool,
    /// The English name of the command whose change it undoes.
    #[serde(default)]
    pub undone: Option<String>,
    /// Undo only if this is still true: the community id or description text that the change left.
    #[serde(default)]
    pub precondition: Option<String>,
    /// The number that the confirmed prompt named.
    #[serde(default)]
    pub counted: Option<usize>,
    /// It asks for a confirmation whatever it changes.
    #[serde(default)]
    pub must_confirm: bool,
    /// The ids of the commands whose prompts led to it. Once it changed something, none of them can be edited
    /// and run again.
    #[serde(default)]
    pub prompting_commands: Vec<String>,
}

impl DeferredCommand {
    /// Whether it is a reply to a prompt.
    pub fn is_reply(&self) -> bool {
        !self.prompting_commands.is_empty()
    }
}

//! A message of an admin on its way to the journal.

use std::sync::Arc;
use std::time::Duration;

use super::endpoint::Endpoint;
use super::ignore_reason::IgnoreReason;
use super::intent::{MessageIntent, has_only_unknown_commands};
use crate::clock::Timestamp;
use crate::command::prompt::{self, Prompt};
use crate::command::talk_pause::TalkKind;
use crate::config::Admin;
use crate::domain::{Chat, ConversationKey, Message};
use crate::instance::InstanceRuntime;
use crate::storage::{MessageVersion, SenderIdentity, StateEntry, StateKind, Store, StoreUnavailable};

/// A message of an admin.
pub(super) struct AdminMessage<'a> {
    pub(super) intent: MessageIntent,
    pub(super) message: Message,
    /// It is a new version of a message that was sent before.
    pub(super) is_edit: bool,
    /// The ignore reason if the message is not expected.
    pub(super) ignore_reason: IgnoreReason,
    /// The signed id of the delivery.
    pub(super) webhook_id: Option<&'a str>,
    pub(super) received_at: Timestamp,
    /// Its reply begins a pause.
    pub(super) talk: Option<TalkKind>,
}

/// Whether a message is to be stored.
pub(super) enum Expectation {
    Yes,
    No,
    /// It arrived before.
    AlreadyHandled,
    /// It is talk of this kind: only if the pause is over.
    AfterPause(TalkKind),
}

/// Where a message arrived, and who sent it.
#[derive(Clone, Copy)]
pub(super) struct MessageContext<'a> {
    pub(super) store: &'a Store,
    pub(super) endpoint: &'a Endpoint,
    pub(super) admin: &'a Admin,
}

impl AdminMessage<'_> {
    /// Whether it stands in a direct chat with the bot.
    pub(super) fn is_direct(&self) -> bool {
        matches!(self.message.chat, Chat::Direct(_)) && !self.message.by_owner
    }

    pub(super) fn conversation_key(&self, admin: &Admin) -> ConversationKey {
        self.message.chat.conversation_key(&admin.key, self.message.by_owner)
    }

    /// Whether it is most likely for another bot: in a group, with unknown commands only.
    pub(super) fn is_for_other_bot(&self, instance: &InstanceRuntime) -> bool {
        matches!(self.message.chat, Chat::Group(_))
            && matches!(self.intent, MessageIntent::Command)
            && has_only_unknown_commands(&self.message.text, &instance.parser)
    }
}

impl MessageContext<'_> {
    pub(super) fn instance(&self) -> Arc<InstanceRuntime> {
        self.endpoint.instance.runtime().clone()
    }

    /// The stored versions of the message with this id that are below `before`. Only the sender's own: a message of
    /// somebody else under this id is another message.
    pub(super) async fn versions(
        &self,
        message: &Message,
        id: &str,
        before: u32,
    ) -> Result<Vec<MessageVersion>, StoreUnavailable> {
        let sender = SenderIdentity::new(self.admin, message.sender);
        self.store.message_versions(self.endpoint.name(), id, &sender, before).await
    }

    /// What is stored about the conversation of a message.
    pub(super) async fn state(
        &self,
        event: &AdminMessage<'_>,
        kind: StateKind,
    ) -> Result<Option<StateEntry>, StoreUnavailable> {
        let key = event.conversation_key(self.admin);
        self.store.get_state(self.endpoint.name(), kind, key.as_str()).await
    }

    /// The prompt in the conversation of a message that was stored within this time and is not closed.
    pub(super) async fn recent_prompt(
        &self,
        event: &AdminMessage<'_>,
        within: Duration,
    ) -> Result<Option<Prompt>, StoreUnavailable> {
        let key = event.conversation_key(self.admin);
        prompt::recent_prompt(self.store, self.endpoint.name(), &key, (within, event.received_at)).await
    }
}

//! Reads about a command and its reply, which decide whether a later message replies to its prompt.

use std::time::Duration;

use super::error::StoreUnavailable;
use super::ids::first_id_at;
use super::record::{CommandRecord, Outcome};
use super::store::Store;
use crate::clock::Timestamp;
use crate::domain::{Chat, InstanceName};

/// The stored names of texts that are no commands: replies to prompts, wishes and talk.
const NO_COMMANDS: [&str; 3] = ["confirm", "wish", "talk"];

/// How old a command may be that a message quotes, in milliseconds.
const MAX_AGE_OF_QUOTED: i64 = 24 * 60 * 60 * 1_000;

/// A command of a conversation.
#[derive(Clone, Debug)]
pub struct PastCommand {
    /// Its id.
    pub id: String,
    /// Its English name, or what it is instead of a command.
    pub name: String,
    /// What its text says (`ParsedText`), as JSON.
    pub parsed: Option<String>,
    /// The command that replaced it (`DeferredCommand`), as JSON.
    pub deferred_command: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

impl PastCommand {
    /// Whether its reply may have asked something: it did nothing, and was no talk.
    pub fn may_ask(&self) -> bool {
        matches!(self.outcome, Some(Outcome::Previewed | Outcome::UsageError))
            && !matches!(self.name.as_str(), "talk" | "confirm")
    }
}

/// Id, chat, name, parsed text, deferred command and outcome of a command.
type PastRow = (String, String, String, Option<String>, Option<String>, Option<String>);

impl From<PastRow> for PastCommand {
    fn from((id, _, name, parsed, deferred_command, outcome): PastRow) -> Self {
        let outcome = outcome.as_deref().and_then(Outcome::parse);
        Self { id, name, parsed, deferred_command, outcome }
    }
}

/// A message between a prompt and the reply to it.
struct MessageBetween {
    name: String,
    version: i64,
    reply_message_id: Option<String>,
}

impl Store {
    /// WhatsApp's ids of all messages of the reply to a command.
    pub async fn reply_messages(&self, command: &str) -> Result<Vec<String>, StoreUnavailable> {
        let ids = sqlx::query_scalar(
            "SELECT reply_message_id FROM command WHERE id = $1 AND reply_message_id IS NOT NULL
             UNION SELECT detail FROM audit_event WHERE command = $1 AND event = 'sent' AND detail IS NOT NULL",
        )
        .bind(command)
        .fetch_all(&self.reads);
        self.read(ids).await
    }

    /// The messages with which talk and replies of the same chat were answered between a prompt and this reply to it:
    /// they say how to answer the prompt.
    pub async fn reminder_messages(
        &self,
        prompted_by: &str,
        reply: &CommandRecord,
    ) -> Result<Vec<String>, StoreUnavailable> {
        let between = self.messages_between(prompted_by, reply).await?;
        let reminders = between.into_iter().filter(|message| NO_COMMANDS.contains(&message.name.as_str()));
        Ok(reminders.filter_map(|message| message.reply_message_id).collect())
    }

    /// Whether the admin gave another command in the same chat between the command that prompted and the reply to
    /// the prompt. Replies, talk, edits of earlier messages, and what came too late are no new commands.
    pub async fn has_command_between(
        &self,
        prompted_by: &str,
        reply: &CommandRecord,
    ) -> Result<bool, StoreUnavailable> {
        let between = self.messages_between(prompted_by, reply).await?;
        let is_command = |message: &MessageBetween| {
            message.version == 0
                && !matches!(message.name.as_str(), "too_old" | "rate_limited")
                && !NO_COMMANDS.contains(&message.name.as_str())
        };
        Ok(between.iter().any(is_command))
    }

    /// The last command of this kind that the admin gave in the same chat before this message, not longer ago than this. A
    /// reply to a prompt counts if it ran a command.
    pub async fn last_command(
        &self,
        before: &CommandRecord,
        within: Duration,
        is_meant: impl Fn(&PastCommand) -> bool,
    ) -> Result<Option<PastCommand>, StoreUnavailable> {
        let within = i64::try_from(within.as_millis()).unwrap_or(i64::MAX);
        let since = Timestamp(before.accepted_at.0.saturating_sub(within));
        let rows = sqlx::query_as(
            "SELECT id, chat, name, parsed, deferred_command, outcome FROM command
             WHERE id > $1 AND id < $2 AND instance || '' = $3 AND admin = $4 AND by_owner = $5
             ORDER BY id DESC",
        )
        .bind(first_id_at(since))
        .bind(&before.id)
        .bind(before.instance.as_str())
        .bind(&before.admin)
        .bind(i64::from(before.by_owner))
        .fetch_all(&self.reads);
        let rows: Vec<PastRow> = self.read(rows).await?;
        let key = |chat: &str| Chat::from_id(chat).ordering_key(&before.admin, before.by_owner);
        let own = key(&before.chat);
        let is_command = |(_, chat, name, _, deferred, _): &PastRow| {
            key(chat) == own && (deferred.is_some() || !NO_COMMANDS.contains(&name.as_str()))
        };
        Ok(rows.into_iter().filter(is_command).map(PastCommand::from).find(is_meant))
    }

    /// The messages of the admin in the same chat between a prompt and this reply to it. Ids of commands sort by the time
    /// of accepting.
    async fn messages_between(
        &self,
        prompted_by: &str,
        reply: &CommandRecord,
    ) -> Result<Vec<MessageBetween>, StoreUnavailable> {
        let messages = sqlx::query_as(
            // Few ids are in the range, and many commands are of the instance: `|| ''` keeps its index from being used.
            "SELECT chat, name, version, reply_message_id FROM command
             WHERE id > $1 AND id < $2 AND instance || '' = $3 AND admin = $4 AND by_owner = $5",
        )
        .bind(prompted_by)
        .bind(&reply.id)
        .bind(reply.instance.as_str())
        .bind(&reply.admin)
        .bind(i64::from(reply.by_owner))
        .fetch_all(&self.reads);
        let messages: Vec<(String, String, i64, Option<String>)> = self.read(messages).await?;
        // Webhooks name a direct chat by number or by lid.
        let key = |chat: &str| Chat::from_id(chat).ordering_key(&reply.admin, reply.by_owner);
        let own = key(&reply.chat);
        let messages = messages.into_iter().filter(|(chat, ..)| key(chat) == own);
        let messages = messages.map(|(_, name, version, reply_message_id)| MessageBetween {
            name,
            version,
            reply_message_id,
        });
        Ok(messages.collect())
    }

    /// The English name of a command, or the kind that it was enqueued as, and its text.
    pub async fn name_and_text(&self, command: &str) -> Result<Option<(String, String)>, StoreUnavailable> {
        let row = sqlx::query_as("SELECT name, text FROM command WHERE id = $1")
            .bind(command)
            .fetch_optional(&self.reads);
        self.read(row).await
    }

    /// WhatsApp's id of the message that the message of a command quotes.
    pub async fn quoted_by(&self, command: &str) -> Result<Option<String>, StoreUnavailable> {
        let quoted = sqlx::query_scalar("SELECT quoted FROM command WHERE id = $1")
            .bind(command)
            .fetch_optional(&self.reads);
        let quoted: Option<Option<String>> = self.read(quoted).await?;
        Ok(quoted.flatten())
    }

    /// When the message of a command was sent, by WhatsApp's clock.
    pub async fn sent_at(&self, command: &str) -> Result<Option<Timestamp>, StoreUnavailable> {
        let at = sqlx::query_scalar("SELECT sent_at FROM command WHERE id = $1")
            .bind(command)
            .fetch_optional(&self.reads);
        let at: Option<Option<i64>> = self.read(at).await?;
        Ok(at.flatten().map(Timestamp))
    }

    /// The command that an admin gave in a chat and that a message quotes: its own message, or one of its reply.
    pub async fn quoted_command(
        &self,
        (instance, admin, chat, by_owner): (&InstanceName, &str, &str, bool),
        (quoted, now): (&str, Timestamp),
    ) -> Result<Option<PastCommand>, StoreUnavailable> {
        let since = Timestamp(now.0.saturating_sub(MAX_AGE_OF_QUOTED));
        let rows = sqlx::query_as(
            "SELECT id, chat, name, parsed, deferred_command, outcome FROM command
             WHERE id > $1 AND instance || '' = $2 AND admin = $3 AND by_owner = $4
                 AND (message_id = $5 OR reply_message_id = $5
                     OR EXISTS (SELECT 1 FROM audit_event WHERE audit_event.command = command.id
                         AND audit_event.event = 'sent' AND audit_event.detail = $5))
             ORDER BY id DESC",
        )
        .bind(first_id_at(since))
        .bind(instance.as_str())
        .bind(admin)
        .bind(i64::from(by_owner))
        .bind(quoted)
        .fetch_all(&self.reads);
        let rows: Vec<PastRow> = self.read(rows).await?;
        // Webhooks name a direct chat by number or by lid.
        let key = |chat: &str| Chat::from_id(chat).ordering_key(admin, by_owner);
        let own = key(chat);
        Ok(rows.into_iter().find(|(_, chat, ..)| key(chat) == own).map(PastCommand::from))
    }

    /// When the last message of the reply to a command was sent.
    pub async fn replied_at(&self, command: &str) -> Result<Option<Timestamp>, StoreUnavailable> {
        let at = sqlx::query_scalar("SELECT MAX(at) FROM audit_event WHERE command = $1 AND event = 'sent'")
            .bind(command)
            .fetch_one(&self.reads);
        let at: Option<i64> = self.read(at).await?;
        Ok(at.map(Timestamp))
    }
}

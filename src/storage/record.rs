//! A command as the database has it, and how it ended.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::new_command::SenderIdentity;
use crate::clock::Timestamp;
use crate::domain::{Chat, ConversationKey, InstanceName, Media};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was run, and its reply was sent.
    Replied,
    /// Its sender may not do that, and was told so.
    Denied,
    /// It could not be read, or named something that does not exist: nothing was done, and the reply says so. An edit
    /// of its message is a new attempt.
    UsageError,
    /// It only showed what it would do: a dry run, or a confirmation prompt. An edit of its message replaces it.
    Previewed,
    /// It was too old when it arrived, and its sender was told so.
    Expired,
    /// Another command cancelled it.
    Cancelled,
    /// It could not be finished in time, and its admin was told so. A dead letter.
    Failed,
    /// It was run, but its reply could not be delivered. A dead letter.
    ReplyFailed,
}

impl Outcome {
    const ALL: [Self; 8] = [
        Self::Replied,
        Self::Denied,
        Self::UsageError,
        Self::Previewed,
        Self::Expired,
        Self::Cancelled,
        Self::Failed,
        Self::ReplyFailed,
    ];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replied => "replied",
            Self::Denied => "denied",
            Self::UsageError => "usage_error",
            Self::Previewed => "previewed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::ReplyFailed => "reply_failed",
        }
    }

    /// The outcome with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }

    /// Whether a command that ended so is a dead letter.
    pub fn is_dead_letter(self) -> bool {
        matches!(self, Self::Failed | Self::ReplyFailed)
    }

    /// The state of a command that ended so.
    pub(super) fn state(self) -> &'static str {
        if self.is_dead_letter() { "dead" } else { "done" }
    }
}

/// A command as the database has it.
#[derive(Clone, Debug)]
pub struct CommandRecord {
    /// Its id.
    pub id: String,
    /// The instance that received it.
    pub instance: InstanceName,
    /// WhatsApp's id of the message.
    pub message_id: String,
    /// 0 for the message as it was first sent, n for its n-th edit.
    pub version: u32,
    /// The chat that it came from, and that the reply goes to.
    pub chat: String,
    /// The sender's number.
    pub phone: Option<String>,
    /// The sender's lid.
    pub lid: Option<String>,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// The command's English name.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// What the text says (`ParsedText`), as JSON.
    pub parsed: Option<String>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Claims since an attempt last ended without a crash, including the current one.
    pub claims: i64,
    /// Failed attempts, without crashes.
    pub attempts: i64,
    /// When the first attempt began.
    pub first_attempt_at: Timestamp,
    /// The plan, as JSON: what was found before the first change.
    pub plan: Option<String>,
    /// The messages of the reply, as JSON, once it is known.
    pub reply: Option<String>,
    /// How many of these messages are sent.
    pub sent_messages: usize,
    /// How it will have ended once the reply is sent.
    pub outcome: Option<Outcome>,
    /// When the next attempt is due, if one failed.
    pub retry_at: Option<Timestamp>,
    /// The retry notice was sent.
    pub is_retry_notified: bool,
    /// The id of the command that cancelled it: nothing more is changed, and the reply says what was done.
    pub cancelled_by: Option<String>,
    /// WhatsApp's id of our message about it: the last one of its reply, or the progress message.
    pub reply_message_id: Option<String>,
    /// The admin's key when it was accepted.
    pub admin: String,
    /// The command that replaces it (`DeferredCommand`), as JSON, once that is known.
    pub deferred_command: Option<String>,
    /// WhatsApp's id of the message that it quotes or reacts to.
    pub quoted: Option<String>,
    /// The file of its message.
    pub media: Option<Media>,
}

impl CommandRecord {
    /// A plan is stored: changes may have been made.
    pub fn is_started(&self) -> bool {
        self.plan.is_some()
    }

    /// It was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled_by.is_some()
    }

    /// The key of its sender's prompts in its chat.
    pub fn conversation_key(&self) -> ConversationKey {
        Chat::from_id(&self.chat).conversation_key(&self.admin, self.by_owner)
    }

    /// Its sender, as far as the message identifies them.
    pub fn sender(&self) -> SenderIdentity {
        SenderIdentity { admin: self.admin.clone(), phone: self.phone.clone(), lid: self.lid.clone() }
    }
}

#[cfg(test)]
impl CommandRecord {
    /// A command whose first attempt began at this time.
    pub(crate) fn for_test(id: &str, first_attempt_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            instance: InstanceName::parse("main").unwrap(),
            message_id: format!("3EB0{id}"),
            version: 0,
            chat: "5544999990001".to_owned(),
            phone: None,
            lid: None,
            by_owner: false,
            name: "help".to_owned(),
            text: "/help".to_owned(),
            parsed: None,
            sent_at: None,
            accepted_at: first_attempt_at,
            claims: 1,
            attempts: 0,
            first_attempt_at,
            plan: None,
            reply: None,
            sent_messages: 0,
            outcome: None,
            retry_at: None,
            is_retry_notified: false,
            cancelled_by: None,
            reply_message_id: None,
            admin: "ana".to_owned(),
            deferred_command: None,
            quoted: None,
            media: None,
        }
    }
}

/// Reads the instance of a row. Only names that the configuration accepts are ever written.
pub(super) fn read_instance(row: &AnyRow) -> Result<InstanceName, sqlx::Error> {
    let name: String = row.try_get("instance")?;
    InstanceName::parse(&name)
        .ok_or_else(|| sqlx::Error::Decode(format!("{name:?} is not the name of an instance").into()))
}

/// Reads a small number of a row.
pub(super) fn read_number(row: &AnyRow, column: &str) -> Result<u32, sqlx::Error> {
    u32::try_from(row.try_get::<i64, _>(column)?).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Reads the file of a row's message.
pub(super) fn read_media(row: &AnyRow) -> Result<Option<Media>, sqlx::Error> {
    let json: Option<String> = row.try_get("media")?;
    json.map(|json| serde_json::from_str(&json).map_err(|error| sqlx::Error::Decode(error.into())))
        .transpose()
}

/// Reads a row with all columns of a command.
pub(super) fn read_command(row: &AnyRow) -> Result<CommandRecord, sqlx::Error> {
    Ok(CommandRecord {
        id: row.try_get("id")?,
        instance: read_instance(row)?,
        message_id: row.try_get("message_id")?,
        version: read_number(row, "version")?,
        chat: row.try_get("chat")?,
        phone: row.try_get("phone")?,
        lid: row.try_get("lid")?,
        by_owner: row.try_get::<i64, _>("by_owner")? != 0,
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        parsed: row.try_get("parsed")?,
        sent_at: row.try_get::<Option<i64>, _>("sent_at")?.map(Timestamp),
        accepted_at: Timestamp(row.try_get("accepted_at")?),
        claims: row.try_get("claims")?,
        attempts: row.try_get("attempts")?,
        first_attempt_at: Timestamp(row.try_get("first_attempt_at")?),
        plan: row.try_get("plan")?,
        reply: row.try_get("reply")?,
        sent_messages: usize::try_from(row.try_get::<i64, _>("sent_messages")?).unwrap_or(0),
        outcome: row.try_get::<Option<String>, _>("outcome")?.and_then(|word| Outcome::parse(&word)),
        retry_at: row.try_get::<Option<i64>, _>("retry_at")?.map(Timestamp),
        is_retry_notified: row.try_get::<Option<i64>, _>("retry_notified_at")?.is_some(),
        cancelled_by: row.try_get("cancelled_by")?,
        reply_message_id: row.try_get("reply_message_id")?,
        admin: row.try_get("admin")?,
        deferred_command: row.try_get("deferred_command")?,
        quoted: row.try_get("quoted")?,
        media: read_media(row)?,
    })
}

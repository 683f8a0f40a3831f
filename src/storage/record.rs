//! An order as the journal has it, and how it ended.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{SenderIdentity, base_id};
use crate::clock::Timestamp;

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was run, and answered.
    Replied,
    /// Its sender may not do that; answered.
    Denied,
    /// It was not written as it should be, or named nothing that there is: nothing was done, and that
    /// was answered. Its message may be edited to mend it.
    UsageError,
    /// It showed what it would do, and did nothing: a trial, or a question that waits for a yes. Its message may
    /// be edited as well.
    Previewed,
    /// It was too old when it came; answered.
    Expired,
    /// It was stopped by an order to cancel it; answered.
    Cancelled,
    /// It could not be finished in time; its admin was told. A dead letter.
    Failed,
    /// It was run, but the answer could not be delivered. A dead letter.
    ReplyFailed,
}

impl Outcome {
    /// The word in the journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replied => "answered",
            Self::Denied => "refused",
            Self::UsageError => "mistaken",
            Self::Previewed => "shown",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Failed => "gave_up",
            Self::ReplyFailed => "unanswered",
        }
    }

    /// The outcome behind the word.
    pub fn parse(word: &str) -> Option<Self> {
        use Outcome::*;
        [Replied, Denied, UsageError, Previewed, Expired, Cancelled, Failed, ReplyFailed]
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
    }

    /// The state in which it leaves the order.
    pub(super) fn state(self) -> &'static str {
        match self {
            Self::Failed | Self::ReplyFailed => "dead",
            Self::Replied
            | Self::Denied
            | Self::UsageError
            | Self::Previewed
            | Self::Expired
            | Self::Cancelled => "done",
        }
    }
}

/// An order as the journal has it.
#[derive(Clone, Debug)]
pub struct CommandRecord {
    /// Its id.
    pub id: String,
    /// The instance's name.
    pub instance: String,
    /// WhatsApp's id of the message, with the number of its version where it was edited.
    pub message_id: String,
    /// Where the answer goes.
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
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Claims since the last orderly end of a try, this one included.
    pub claims: i64,
    /// Tries that ended orderly, but not well.
    pub attempts: i64,
    /// When it was first tried; this claim's time at the first.
    pub first_attempt_at: Timestamp,
    /// What was found before the first change, as JSON.
    pub plan: Option<String>,
    /// The messages of the answer, as JSON, once it is known.
    pub reply: Option<String>,
    /// How many of them are sent.
    pub replied: usize,
    /// How it will have ended once the answer is sent.
    pub outcome: Option<Outcome>,
    /// When the next try comes, if one failed.
    pub retry_at: Option<Timestamp>,
    /// The admin was told that it goes on.
    pub is_retry_notified: bool,
    /// It was cancelled: what is so is told, and nothing more is changed.
    pub is_cancelled: bool,
    /// WhatsApp's id of our message about it: the last one of its answer, or what told of its progress.
    pub reply_message_id: Option<String>,
    /// The admin's key when it was accepted.
    pub admin: String,
    /// The order that it stands for, as JSON, once that is begun.
    pub resolution: Option<String>,
    /// WhatsApp's id of the message that it quotes, or that a reaction stands on.
    pub quoted: Option<String>,
}

impl CommandRecord {
    /// WhatsApp's id of the message that gave it, of whatever version.
    pub fn message(&self) -> &str {
        base_id(&self.message_id)
    }

    /// What its sender is told by, as far as the message said it.
    pub fn sender(&self) -> SenderIdentity {
        SenderIdentity { admin: self.admin.clone(), phone: self.phone.clone(), lid: self.lid.clone() }
    }
}

#[cfg(test)]
impl CommandRecord {
    /// An order that was tried for the first time at this moment.
    pub(crate) fn for_test(id: &str, first_attempt_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            instance: "main".to_owned(),
            message_id: format!("3EB0{id}"),
            chat: "5544999990001".to_owned(),
            phone: None,
            lid: None,
            by_owner: false,
            name: "help".to_owned(),
            text: "/help".to_owned(),
            sent_at: None,
            accepted_at: first_attempt_at,
            claims: 1,
            attempts: 0,
            first_attempt_at,
            plan: None,
            reply: None,
            replied: 0,
            outcome: None,
            retry_at: None,
            is_retry_notified: false,
            is_cancelled: false,
            reply_message_id: None,
            admin: "ana".to_owned(),
            resolution: None,
            quoted: None,
        }
    }
}

/// The order of a row with all of its columns.
pub(super) fn read_command(row: &AnyRow) -> Result<CommandRecord, sqlx::Error> {
    Ok(CommandRecord {
        id: row.try_get("id")?,
        instance: row.try_get("instance")?,
        message_id: row.try_get("message_id")?,
        chat: row.try_get("chat")?,
        phone: row.try_get("phone")?,
        lid: row.try_get("lid")?,
        by_owner: row.try_get::<i64, _>("by_owner")? != 0,
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        sent_at: row.try_get::<Option<i64>, _>("sent_at")?.map(Timestamp),
        accepted_at: Timestamp(row.try_get("accepted_at")?),
        claims: row.try_get("claims")?,
        attempts: row.try_get("tries")?,
        first_attempt_at: Timestamp(row.try_get("first_try_at")?),
        plan: row.try_get("plan")?,
        reply: row.try_get("reply")?,
        replied: usize::try_from(row.try_get::<i64, _>("replied")?).unwrap_or(0),
        outcome: row.try_get::<Option<String>, _>("outcome")?.and_then(|word| Outcome::parse(&word)),
        retry_at: row.try_get::<Option<i64>, _>("again_at")?.map(Timestamp),
        is_retry_notified: row.try_get::<Option<i64>, _>("told_at")?.is_some(),
        is_cancelled: row.try_get::<Option<String>, _>("cancelled_by")?.is_some(),
        reply_message_id: row.try_get("answer_id")?,
        admin: row.try_get("admin")?,
        resolution: row.try_get("meant")?,
        quoted: row.try_get("quoted")?,
    })
}

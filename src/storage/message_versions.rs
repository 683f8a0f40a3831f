//! The versions of one message: an order that did nothing may be mended by editing it: one that was not
//! understood, or only showed what it would do. What said yes to it is remembered, and did something.
//!
//! WhatsApp keeps a message's id when it is edited. The journal knows the first version by that id,
//! and each later one by the id, a line feed (which no message's id holds) and a number.

use sqlx::{AssertSqlSafe, Row as _};

use super::record::Outcome;
use super::{SenderIdentity, Store, StoreUnavailable};
use crate::clock::Timestamp;

/// How often one message may be mended.
pub const MAX_EDITS: usize = 9;

/// A version of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageVersion {
    /// The order's id.
    pub id: String,
    /// The command's English name, or what the door made of it.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// How it ended, if it has.
    pub outcome: Option<Outcome>,
    /// It has ended.
    pub is_finished: bool,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// WhatsApp's id of our message about it: the last one of its answer.
    pub reply_message_id: Option<String>,
    /// How many messages of its answer are sent.
    pub replied: i64,
}

impl MessageVersion {
    /// It did nothing by itself, or is still looked at.
    pub fn is_editable(&self) -> bool {
        self.outcome.is_none_or(|outcome| matches!(outcome, Outcome::UsageError | Outcome::Previewed))
    }
}

/// The id of a version, the first one being 0.
pub fn versioned_id(message_id: &str, number: usize) -> String {
    match number {
        0 => message_id.to_owned(),
        number => format!("{message_id}\n{number}"),
    }
}

/// WhatsApp's id of the message, of whatever version.
pub fn base_id(message_id: &str) -> &str {
    message_id.split_once('\n').map_or(message_id, |(id, _)| id)
}

/// The number of a version.
pub fn version_number(message_id: &str) -> usize {
    message_id.split_once('\n').and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
}

impl Store {
    /// Whether a later version of an order's message has its answer's place, or was carried out: what the order
    /// asked is not asked any more.
    pub async fn is_superseded(&self, instance: &str, order: &str) -> Result<bool, StoreUnavailable> {
        let row = sqlx::query("SELECT message_id, admin, phone, lid FROM command WHERE id = $1")
            .bind(order)
            .fetch_optional(&self.reads);
        let Some(row) = self.read(row).await? else { return Ok(false) };
        let message: String = row.try_get("message_id")?;
        let sender = SenderIdentity {
            admin: row.try_get("admin")?,
            phone: row.try_get("phone")?,
            lid: row.try_get("lid")?,
        };
        let versions = self.message_versions(instance, base_id(&message), &sender, MAX_EDITS + 1).await?;
        let mut later = versions.into_iter().skip_while(|version| version.id != order);
        let Some(asked) = later.next() else { return Ok(false) };
        let replaces = |version: &MessageVersion| {
            let has_place =
                version.reply_message_id.is_some() && version.reply_message_id == asked.reply_message_id;
            has_place || (version.is_finished && version.outcome != Some(Outcome::UsageError))
        };
        Ok(later.any(|version| replaces(&version)))
    }

    /// The versions of this sender's message before `number`, the first one first. Somebody else's message of the
    /// same id is none of them.
    pub async fn message_versions(
        &self,
        instance: &str,
        message_id: &str,
        sender: &SenderIdentity,
        before: usize,
    ) -> Result<Vec<MessageVersion>, StoreUnavailable> {
        let before = before.min(MAX_EDITS + 1);
        let places: Vec<String> = (0..before).map(|number| format!("${}", number + 5)).collect();
        let sql = format!(
            "SELECT id, name, text, state, outcome, sent_at, accepted_at, answer_id, replied,
                 message_id
             FROM command
             WHERE instance = $1 AND message_id IN ({}) AND (admin = $2 OR phone = $3 OR lid = $4)",
            places.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(instance)
            .bind(&sender.admin)
            .bind(sender.phone.as_deref())
            .bind(sender.lid.as_deref());
        for number in 0..before {
            query = query.bind(versioned_id(message_id, number));
        }
        let rows = self.read(query.fetch_all(&self.reads)).await?;
        let mut found = Vec::new();
        for row in rows {
            let outcome: Option<String> = row.try_get("outcome")?;
            let state: String = row.try_get("state")?;
            let message_id: String = row.try_get("message_id")?;
            found.push((
                version_number(&message_id),
                MessageVersion {
                    id: row.try_get("id")?,
                    name: row.try_get("name")?,
                    text: row.try_get("text")?,
                    outcome: outcome.and_then(|word| Outcome::parse(&word)),
                    is_finished: state == "done" || state == "dead",
                    sent_at: row.try_get::<Option<i64>, _>("sent_at")?.map(Timestamp),
                    accepted_at: Timestamp(row.try_get("accepted_at")?),
                    reply_message_id: row.try_get("answer_id")?,
                    replied: row.try_get("replied")?,
                },
            ));
        }
        found.sort_by_key(|(number, _)| *number);
        Ok(found.into_iter().map(|(_, revision)| revision).collect())
    }
}

//! Accepting an order: one row, fsynced before anybody says `accepted`.

use futures_util::FutureExt as _;
use sqlx::AnyConnection;

use super::{Database, IDLE, Store, Unavailable};
use crate::clock::Timestamp;
use crate::failpoint::{self, Sabotage, Step};

/// An order of an admin, as it is written down.
#[derive(Clone, Debug)]
pub struct NewCommand {
    /// Its id: a UUID v7.
    pub id: String,
    /// The instance's name.
    pub instance: String,
    /// What it waits behind: its chat, or nothing but itself.
    pub lane: String,
    /// WhatsApp's id of the message.
    pub message_id: String,
    /// Where the answer goes.
    pub chat: String,
    /// The admin's key in the configuration.
    pub admin: String,
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
    /// When it is accepted.
    pub accepted_at: Timestamp,
}

#[cfg(test)]
impl NewCommand {
    /// An order of Ana's that is accepted at this moment.
    pub(crate) fn made_up(id: &str, accepted_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            instance: "main".to_owned(),
            lane: "@ana".to_owned(),
            message_id: format!("3EB0{id}"),
            chat: "5544999990001".to_owned(),
            admin: "ana".to_owned(),
            phone: None,
            lid: None,
            by_owner: false,
            name: "link".to_owned(),
            text: "/link Bairro futebol".to_owned(),
            sent_at: None,
            accepted_at,
        }
    }
}

/// What became of an order at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is safe in the journal.
    New,
    /// The same message is in the journal already.
    Duplicate,
}

impl Store {
    /// Writes an order down; returns after the fsync.
    pub async fn accept(&self, command: NewCommand) -> Result<Accepted, Unavailable> {
        self.health.expect_sound()?;
        let (accepted, database) = (self.accepted.clone(), self.database);
        let written = self.writer.write_then(
            move |connection| {
                Box::pin(async move {
                    let accepted = insert(connection, database, &command).await;
                    if failpoint::is_sabotaged(Sabotage::AnswerBeforeCommit) {
                        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                    }
                    failpoint::reach(Step::Writing);
                    accepted
                })
            },
            move || {
                failpoint::reach(Step::Committed);
                accepted.notify_one();
            },
        );
        if failpoint::is_sabotaged(Sabotage::AnswerBeforeCommit) {
            // One look puts the write into the queue; nobody waits for it.
            drop(Box::pin(written).now_or_never());
            return Ok(Accepted::New);
        }
        written.await
    }
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    database: Database,
    new: &NewCommand,
) -> Result<Accepted, sqlx::Error> {
    let known = sqlx::query("SELECT 1 FROM command WHERE instance = $1 AND message_id = $2")
        .bind(&new.instance)
        .bind(&new.message_id)
        .fetch_optional(&mut *connection)
        .await?;
    if known.is_some() {
        return Ok(Accepted::Duplicate);
    }
    // One transaction writes at a time, so the order within the lane is the order of the commits.
    let seq: i64 = sqlx::query_scalar(
        "INSERT INTO lane (instance, lane, next_seq, ready_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (instance, lane) DO UPDATE SET next_seq = lane.next_seq + 1,
             ready_at = CASE WHEN lane.ready_at = $4 THEN $3 ELSE lane.ready_at END
         RETURNING next_seq",
    )
    .bind(&new.instance)
    .bind(&new.lane)
    .bind(new.accepted_at.0)
    .bind(IDLE)
    .fetch_one(&mut *connection)
    .await?;
    let inserted = sqlx::query(
        "INSERT INTO command (id, instance, lane, seq, message_id, chat, admin, phone, lid, by_owner,
             name, text, sent_at, accepted_at, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'waiting')
         ON CONFLICT (instance, message_id) DO NOTHING",
    )
    .bind(&new.id)
    .bind(&new.instance)
    .bind(&new.lane)
    .bind(seq)
    .bind(&new.message_id)
    .bind(&new.chat)
    .bind(&new.admin)
    .bind(&new.phone)
    .bind(&new.lid)
    .bind(i64::from(new.by_owner))
    .bind(&new.name)
    .bind(&new.text)
    .bind(new.sent_at.map(|at| at.0))
    .bind(new.accepted_at.0)
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(Accepted::Duplicate);
    }
    super::lease::note(connection, &new.id, new.accepted_at, "accepted", None).await?;
    database.tell(connection).await?;
    Ok(Accepted::New)
}

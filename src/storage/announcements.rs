//! Announcements whose delivery Z-API may report.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::chat_state::StateKind;
use super::error::StoreUnavailable;
use super::record::{CommandRecord, read_command};
use super::store::Store;
use crate::domain::{DeliveryReport, InstanceName, OrderingKey};

/// An announcement.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// The command that sent it.
    pub command: CommandRecord,
    /// The queue of the command.
    pub ordering_key: OrderingKey,
    /// The ids of its message are stored.
    pub is_sent: bool,
}

impl Store {
    /// The announcement that a report is about. If none has its ids, those that are being sent: a report may arrive
    /// before the response to the call.
    pub async fn announcements(
        &self,
        instance: &InstanceName,
        report: &DeliveryReport,
    ) -> Result<Vec<Announcement>, StoreUnavailable> {
        let rows = sqlx::query(
            "SELECT command.*, chat_state.kind
             FROM chat_state JOIN command ON command.id = chat_state.value
             WHERE chat_state.instance = $1 AND chat_state.kind = 'announcement' AND chat_state.key IN ($2, $3)
             UNION ALL
             SELECT command.*, chat_state.kind
             FROM chat_state JOIN command ON command.id = chat_state.value
             WHERE chat_state.instance = $1 AND chat_state.kind = 'announcing' AND command.reply IS NULL",
        )
        .bind(instance.as_str())
        .bind(&report.message_id)
        .bind(&report.zaap_id)
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        let mut found = rows.iter().map(read_announcement).collect::<Result<Vec<_>, _>>()?;
        if let Some(sent) = found.iter().position(|announcement| announcement.is_sent) {
            found = vec![found.swap_remove(sent)];
        }
        Ok(found)
    }
}

fn read_announcement(row: &AnyRow) -> Result<Announcement, sqlx::Error> {
    Ok(Announcement {
        command: read_command(row)?,
        ordering_key: OrderingKey::new(row.try_get::<String, _>("ordering_key")?),
        is_sent: row.try_get::<String, _>("kind")? == StateKind::Announcement.as_str(),
    })
}

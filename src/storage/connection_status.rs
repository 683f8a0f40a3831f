//! Connection status of WhatsApp as webhooks report it, for `/status`: one row per instance.
//!
//! Reports come late, twice, out of order, and to any replica. The newest one counts; of several with the same status
//! the first one does, so that its time is when the status began. Retention keeps the row, however old it is.

use std::time::Duration;

use super::chat_state::StateKind;
use super::error::StoreUnavailable;
use super::store::Store;
use crate::clock::Timestamp;
use crate::domain::InstanceName;

/// The most that the clocks of two replicas, or of WhatsApp and the journal, differ. A later time was written before
/// the clock was set back and is ignored.
pub const MAX_CLOCK_SKEW: Duration = Duration::from_secs(60);
const CONNECTED: &str = "connected";
const DISCONNECTED: &str = "disconnected";

/// Connection status at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionReport {
    /// WhatsApp was connected.
    pub is_connected: bool,
    /// When.
    pub at: Timestamp,
}

impl ConnectionReport {
    /// Whether its time is not in the future.
    pub fn is_plausible(self, now: Timestamp) -> bool {
        self.at <= now.plus(MAX_CLOCK_SKEW)
    }

    /// Whether it changes the known status.
    pub fn is_change(self, known: Option<Self>) -> bool {
        known.is_none_or(|known| known.is_connected != self.is_connected && known.at <= self.at)
    }

    fn as_str(self) -> &'static str {
        if self.is_connected { CONNECTED } else { DISCONNECTED }
    }
}

impl Store {
    /// The connection status and since when it holds, as far as webhooks reported it.
    pub async fn connection_report(
        &self,
        instance: &InstanceName,
        now: Timestamp,
    ) -> Result<Option<ConnectionReport>, StoreUnavailable> {
        let entry = self.get_state(instance, StateKind::Connection, "").await?;
        let report =
            entry.map(|entry| ConnectionReport { is_connected: entry.value == CONNECTED, at: entry.at });
        Ok(report.filter(|report| report.is_plausible(now)))
    }

    /// Stores a report if it changes the status. Another replica may have written since this one read the status, so
    /// the statement itself applies the rule of [`ConnectionReport::is_change`].
    pub async fn store_connection_report(
        &self,
        instance: &InstanceName,
        report: ConnectionReport,
        now: Timestamp,
    ) -> Result<(), StoreUnavailable> {
        self.health.check_undamaged()?;
        let instance = instance.clone();
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO chat_state (instance, kind, key, value, at) VALUES ($1, $2, '', $3, $4)
                         ON CONFLICT (instance, kind, key) DO UPDATE SET value = $3, at = $4
                         WHERE chat_state.at > $5 OR (chat_state.value <> $3 AND chat_state.at <= $4)",
                    )
                    .bind(instance.as_str())
                    .bind(StateKind::Connection.as_str())
                    .bind(report.as_str())
                    .bind(report.at.0)
                    .bind(now.plus(MAX_CLOCK_SKEW).0)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    fn report_at(is_connected: bool, seconds_ago: i64) -> ConnectionReport {
        ConnectionReport { is_connected, at: Timestamp(NOW.0 - seconds_ago * 1_000) }
    }

    /// The statement alone decides, as when two replicas store a report at the same time.
    #[tokio::test]
    async fn the_statement_and_is_change_agree() {
        let known = [None, Some(report_at(true, 100)), Some(report_at(false, 100))];
        let events = [true, false].into_iter().flat_map(|is_connected| {
            [200, 100, 50, 0].into_iter().map(move |seconds_ago| report_at(is_connected, seconds_ago))
        });
        for (number, (known, event)) in events.flat_map(|event| known.map(|known| (known, event))).enumerate()
        {
            let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
            let instance = InstanceName::parse(&format!("number_{number}")).unwrap();
            if let Some(known) = known {
                store.store_connection_report(&instance, known, NOW).await.unwrap();
            }

            store.store_connection_report(&instance, event, NOW).await.unwrap();

            let expected = if event.is_change(known) { Some(event) } else { known };
            assert_eq!(
                store.connection_report(&instance, NOW).await.unwrap(),
                expected,
                "{known:?}, {event:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_report_from_the_future_is_ignored_and_replaced() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let tomorrow = NOW.plus(Duration::from_secs(86_400));
        store
            .store_connection_report(
                &InstanceName::parse("main").unwrap(),
                ConnectionReport { is_connected: true, at: tomorrow },
                tomorrow,
            )
            .await
            .unwrap();
        assert!(
            store.connection_report(&InstanceName::parse("main").unwrap(), tomorrow).await.unwrap().is_some()
        );

        assert_eq!(store.connection_report(&InstanceName::parse("main").unwrap(), NOW).await.unwrap(), None);
        store
            .store_connection_report(&InstanceName::parse("main").unwrap(), report_at(true, 30), NOW)
            .await
            .unwrap();

        assert_eq!(
            store.connection_report(&InstanceName::parse("main").unwrap(), NOW).await.unwrap(),
            Some(report_at(true, 30))
        );
        assert_eq!(store.connection_report(&InstanceName::parse("other").unwrap(), NOW).await.unwrap(), None);
    }
}

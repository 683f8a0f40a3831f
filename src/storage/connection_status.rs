//! What webhooks told of the connection, remembered for `/status`: one row an instance.
//!
//! Webhooks come late, twice and out of order, and to any replica. The newest counts, and of those that say the
//! same one after the other the first: what is older than what is known changes nothing. Retention leaves
//! it alone, since it tells of now however long ago it began.

use std::time::Duration;

use super::chat_state::StateKind;
use super::{Store, StoreUnavailable};
use crate::clock::Timestamp;

/// The clocks of two replicas, and the door's and the journal's, differ by less. What lies further ahead was
/// written before the clock was set back, and is believed no more.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(60);
const CONNECTED: &str = "connected";
const DISCONNECTED: &str = "disconnected";

/// WhatsApp was connected, or no more, at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionReport {
    /// It was.
    pub is_connected: bool,
    /// When.
    pub at: Timestamp,
}

impl ConnectionReport {
    /// It is of the present or the past.
    pub fn is_plausible(self, now: Timestamp) -> bool {
        self.at <= now.plus(MAX_CLOCK_SKEW)
    }

    /// It changes what is known.
    pub fn is_change(self, known: Option<Self>) -> bool {
        known.is_none_or(|known| known.is_connected != self.is_connected && known.at <= self.at)
    }

    fn as_str(self) -> &'static str {
        if self.is_connected { CONNECTED } else { DISCONNECTED }
    }
}

impl Store {
    /// Whether WhatsApp is connected, and since when, as far as webhooks told.
    pub async fn connection_report(
        &self,
        instance: &str,
        now: Timestamp,
    ) -> Result<Option<ConnectionReport>, StoreUnavailable> {
        let remembered = self.get_state(instance, StateKind::Connection, "").await?;
        let told =
            remembered.map(|known| ConnectionReport { is_connected: known.value == CONNECTED, at: known.at });
        Ok(told.filter(|told| told.is_plausible(now)))
    }

    /// Remembers what a webhook told. Others may have written since anybody looked, so the statement itself asks
    /// whether it is news: the rule is that of [`ConnectionReport::is_change`].
    pub async fn store_connection_report(
        &self,
        instance: &str,
        told: ConnectionReport,
        now: Timestamp,
    ) -> Result<(), StoreUnavailable> {
        self.health.check_undamaged()?;
        let instance = instance.to_owned();
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO memory (instance, kind, place, value, at) VALUES ($1, $2, '', $3, $4)
                         ON CONFLICT (instance, kind, place) DO UPDATE SET value = $3, at = $4
                         WHERE memory.at > $5 OR (memory.value <> $3 AND memory.at <= $4)",
                    )
                    .bind(instance)
                    .bind(StateKind::Connection.as_str())
                    .bind(told.as_str())
                    .bind(told.at.0)
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

    /// Neither looks before it writes, as two replicas may that hear of it together.
    #[tokio::test]
    async fn the_statement_and_the_rule_say_the_same_of_what_is_news() {
        let known = [None, Some(report_at(true, 100)), Some(report_at(false, 100))];
        let events = [true, false].into_iter().flat_map(|is_connected| {
            [200, 100, 50, 0].into_iter().map(move |seconds_ago| report_at(is_connected, seconds_ago))
        });
        for (number, (known, event)) in events.flat_map(|event| known.map(|known| (known, event))).enumerate()
        {
            let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
            let instance = format!("number_{number}");
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
    async fn what_a_clock_that_went_ahead_wrote_is_believed_no_more_and_makes_room() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let tomorrow = NOW.plus(Duration::from_secs(86_400));
        store
            .store_connection_report("main", ConnectionReport { is_connected: true, at: tomorrow }, tomorrow)
            .await
            .unwrap();
        assert!(store.connection_report("main", tomorrow).await.unwrap().is_some());

        assert_eq!(store.connection_report("main", NOW).await.unwrap(), None);
        store.store_connection_report("main", report_at(true, 30), NOW).await.unwrap();

        assert_eq!(store.connection_report("main", NOW).await.unwrap(), Some(report_at(true, 30)));
        assert_eq!(store.connection_report("other", NOW).await.unwrap(), None);
    }
}

//! What notifications are about and what was told: incidents, dead letters, the last webhook of an instance.
//!
//! An incident is changed only by whoever read its newest version, so that of several replicas one tells about it.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::connection_status::MAX_CLOCK_SKEW;
use super::error::StoreUnavailable;
use super::store::Store;
use crate::clock::Timestamp;
use crate::domain::InstanceName;

/// An incident as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentRow {
    /// The name of the instance; empty for the whole service.
    pub instance: String,
    /// Its kind, in one word.
    pub kind: String,
    /// How often it was changed; 0 if it is not stored yet.
    pub version: i64,
    /// The rest, as JSON.
    pub value: String,
}

/// The dead letters of an instance after a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetters {
    /// How many, at least one.
    pub count: usize,
    /// When the first of them ended.
    pub first_at: Timestamp,
    /// When the last of them ended.
    pub last_at: Timestamp,
    /// The English name of the first command.
    pub first_command: String,
    /// The key of its admin.
    pub first_admin: String,
}

impl Store {
    /// All incidents.
    pub async fn incidents(&self) -> Result<Vec<IncidentRow>, StoreUnavailable> {
        let rows = sqlx::query("SELECT instance, kind, version, value FROM incident").fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        Ok(rows.iter().map(read_incident).collect::<Result<_, _>>()?)
    }

    /// Stores a changed incident with the next version, unless it was changed since `incident.version` was read.
    /// Returns whether it is stored.
    pub async fn save_incident(&self, incident: IncidentRow) -> Result<bool, StoreUnavailable> {
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let saved = sqlx::query(
                        "INSERT INTO incident (instance, kind, version, value) VALUES ($1, $2, $3 + 1, $4)
                         ON CONFLICT (instance, kind) DO UPDATE SET version = $3 + 1, value = $4
                         WHERE incident.version = $3",
                    )
                    .bind(incident.instance)
                    .bind(incident.kind)
                    .bind(incident.version)
                    .bind(incident.value)
                    .execute(connection)
                    .await?;
                    Ok(saved.rows_affected() > 0)
                })
            })
            .await
    }

    /// The dead letters of an instance that ended after this moment; none if there are none.
    pub async fn dead_letters_since(
        &self,
        instance: &InstanceName,
        after: Timestamp,
    ) -> Result<Option<DeadLetters>, StoreUnavailable> {
        let counts = sqlx::query(
            "SELECT COUNT(*), MIN(finished_at), MAX(finished_at) FROM command
             WHERE instance = $1 AND state = 'dead' AND finished_at > $2",
        )
        .bind(instance.as_str())
        .bind(after.0)
        .fetch_one(&self.reads);
        let counts = self.read(counts).await?;
        let number = |index| counts.try_get::<Option<i64>, _>(index);
        let (Some(first_at), Some(last_at)) = (number(1)?, number(2)?) else { return Ok(None) };
        let first = sqlx::query(
            "SELECT name, admin FROM command
             WHERE instance = $1 AND state = 'dead' AND finished_at = $2 ORDER BY id LIMIT 1",
        )
        .bind(instance.as_str())
        .bind(first_at)
        .fetch_optional(&self.reads);
        let Some(first) = self.read(first).await? else { return Ok(None) };
        Ok(Some(DeadLetters {
            count: usize::try_from(counts.try_get::<i64, _>(0)?).unwrap_or(0),
            first_at: Timestamp(first_at),
            last_at: Timestamp(last_at),
            first_command: first.try_get(0)?,
            first_admin: first.try_get(1)?,
        }))
    }

    /// When an instance last got a webhook, as far as it was stored.
    pub async fn last_event(&self, instance: &InstanceName) -> Result<Option<Timestamp>, StoreUnavailable> {
        let at = sqlx::query_scalar("SELECT at FROM last_event WHERE instance = $1").bind(instance.as_str());
        Ok(self.read(at.fetch_optional(&self.reads)).await?.map(Timestamp))
    }

    /// Stores when an instance last got a webhook, unless a later one is stored that is not ahead of
    /// the clock.
    pub async fn store_last_event(
        &self,
        instance: &InstanceName,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreUnavailable> {
        let instance = instance.clone();
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO last_event (instance, at) VALUES ($1, $2)
                         ON CONFLICT (instance) DO UPDATE SET at = $2
                         WHERE last_event.at < $2 OR last_event.at > $3",
                    )
                    .bind(instance.as_str())
                    .bind(at.0)
                    .bind(now.plus(MAX_CLOCK_SKEW).0)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            })
            .await
    }
}

fn read_incident(row: &AnyRow) -> Result<IncidentRow, sqlx::Error> {
    Ok(IncidentRow {
        instance: row.try_get("instance")?,
        kind: row.try_get("kind")?,
        version: row.try_get("version")?,
        value: row.try_get("value")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[tokio::test]
    async fn an_incident_is_changed_only_by_who_read_its_newest_version() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let incident = |version, value: &str| IncidentRow {
            instance: "main".to_owned(),
            kind: "disconnected".to_owned(),
            version,
            value: value.to_owned(),
        };
        assert!(store.save_incident(incident(0, "a")).await.unwrap());
        assert!(!store.save_incident(incident(0, "b")).await.unwrap(), "another replica was first");
        assert!(store.save_incident(incident(1, "c")).await.unwrap());
        assert!(!store.save_incident(incident(1, "d")).await.unwrap());

        assert_eq!(store.incidents().await.unwrap(), [incident(2, "c")]);
    }

    #[tokio::test]
    async fn the_last_event_never_goes_back() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let main = InstanceName::parse("main").unwrap();
        assert_eq!(store.last_event(&main).await.unwrap(), None);
        store.store_last_event(&main, NOW, NOW).await.unwrap();
        store.store_last_event(&main, Timestamp(NOW.0 - 1), NOW).await.unwrap();
        assert_eq!(store.last_event(&main).await.unwrap(), Some(NOW));
        // Unless the clock was set back.
        let set_back = Timestamp(NOW.0 - 3_600_000);
        store.store_last_event(&main, set_back, set_back).await.unwrap();
        assert_eq!(store.last_event(&main).await.unwrap(), Some(set_back));
    }
}

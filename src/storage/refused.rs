//! Counts of refused events, by hour, sender and reason. They answer why a message had no effect.
//!
//! Senders are not admins, so they are stored as a hash: with a random key of this journal, since anybody could compute
//! the plain hashes of all phone numbers.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::error::StoreUnavailable;
use super::secret_key::{self, SecretKey};
use super::store::Store;
use crate::clock::Timestamp;
use crate::domain::{InstanceName, Person};

/// How long counts are kept, in milliseconds: a week.
pub const REFUSED_TTL_MS: i64 = 7 * 24 * HOUR_MS;
/// An hour, in milliseconds.
pub const HOUR_MS: i64 = 3_600_000;
/// How many counts one write adds.
const ADD_BATCH: usize = 100;
/// How many counts one write deletes.
const TRIM_BATCH: i64 = 5_000;
/// The key of the hashes.
const KEY: SecretKey = SecretKey { name: "refused_sender", length: 32 };

/// Refused events of one sender in one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCount {
    /// The instance that received them.
    pub instance: InstanceName,
    /// Who sent them; none for the sum of many senders.
    pub sender: Option<Person>,
    /// Why they were refused, in one word.
    pub reason: &'static str,
    /// The beginning of the hour.
    pub hour: Timestamp,
    /// How many.
    pub count: i64,
    /// The last of them.
    pub last_at: Timestamp,
}

/// The same as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// The beginning of the hour.
    pub hour: Timestamp,
    /// The instance.
    pub instance: String,
    /// The hash of the sender; empty for the sum of many senders.
    pub sender: String,
    /// Why.
    pub reason: String,
    /// How many.
    pub count: i64,
    /// The last of them.
    pub last_at: Timestamp,
}

/// The key of the hashes.
struct SenderKey(Hmac<Sha256>);

impl SenderKey {
    fn new(key: &[u8]) -> Result<Self, sqlx::Error> {
        let hmac =
            Hmac::new_from_slice(key).map_err(|error| sqlx::Error::Decode(error.to_string().into()))?;
        Ok(Self(hmac))
    }

    /// The hash of a number or lid. Its beginning is enough to tell the senders of a week apart.
    fn hash(&self, id: &str) -> String {
        let hash = self.0.clone().chain_update(id).finalize().into_bytes();
        base16ct::lower::encode_string(&hash[..8])
    }

    /// The hash under which a sender is stored: of the number, else of the lid.
    fn hash_sender(&self, sender: Option<Person>) -> String {
        let id = sender.and_then(|Person { phone, lid }| {
            phone.map(|phone| phone.to_string()).or_else(|| lid.map(|lid| lid.to_string()))
        });
        id.map(|id| self.hash(&id)).unwrap_or_default()
    }
}

impl Store {
    /// Adds counts, in small batches: commands wait for one batch at most. What is written is removed from `counts`.
    pub async fn add_refused(&self, counts: &mut Vec<RefusedCount>) -> Result<(), StoreUnavailable> {
        while !counts.is_empty() {
            let batch = counts[..counts.len().min(ADD_BATCH)].to_vec();
            let length = batch.len();
            self.writer
                .write(move |connection| {
                    Box::pin(async move {
                        let key = SenderKey::new(&secret_key::find_or_create(connection, KEY).await?)?;
                        add_batch(connection, &key, &batch).await
                    })
                })
                .await?;
            counts.drain(..length);
        }
        Ok(())
    }

    /// The counts of hours that begin within these times, newest first, of all senders or of these people.
    pub async fn refused(
        &self,
        (since, until): (Timestamp, Timestamp),
        people: Option<&[Person]>,
    ) -> Result<Vec<RefusedRow>, StoreUnavailable> {
        let Some(key) = self.read_secret_key(KEY).await? else { return Ok(Vec::new()) };
        let key = SenderKey::new(&key)?;
        let rows = sqlx::query(
            "SELECT hour, instance, sender, reason, count, last_at FROM refused_event
             WHERE hour >= $1 AND hour < $2 ORDER BY hour DESC, count DESC, sender",
        )
        .bind(since.0)
        .bind(until.0)
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        let rows: Vec<RefusedRow> = rows.iter().map(read_row).collect::<Result<_, _>>()?;
        let Some(people) = people else { return Ok(rows) };
        // A message shows the number, the lid, or both.
        let alone = people.iter().flat_map(|person| {
            [Person { phone: person.phone, lid: None }, Person { phone: None, lid: person.lid }]
        });
        let known = alone.filter(|person| !person.is_unknown());
        let hashes: Vec<String> = known.map(|person| key.hash_sender(Some(person))).collect();
        Ok(rows.into_iter().filter(|row| hashes.contains(&row.sender)).collect())
    }
}

async fn add_batch(
    connection: &mut AnyConnection,
    key: &SenderKey,
    counts: &[RefusedCount],
) -> Result<(), sqlx::Error> {
    let values = (0..counts.len()).map(|index| {
        let [hour, instance, sender, reason, count, last_at] =
            std::array::from_fn(|column| index * 6 + column + 1);
        format!("(${hour}, ${instance}, ${sender}, ${reason}, ${count}, ${last_at})")
    });
    let sql = format!(
        "INSERT INTO refused_event (hour, instance, sender, reason, count, last_at) VALUES {}
         ON CONFLICT (hour, instance, sender, reason)
         DO UPDATE SET count = refused_event.count + excluded.count, last_at = excluded.last_at",
        values.collect::<Vec<_>>().join(", ")
    );
    let insert = counts.iter().fold(sqlx::query(AssertSqlSafe(sql)), |insert, count| {
        let insert = insert.bind(count.hour.0).bind(count.instance.as_str().to_owned());
        let insert = insert.bind(key.hash_sender(count.sender)).bind(count.reason);
        insert.bind(count.count).bind(count.last_at.0)
    });
    insert.execute(connection).await.map(drop)
}

/// Deletes expired counts.
pub(super) async fn trim_refused(connection: &mut AnyConnection, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM refused_event WHERE (hour, instance, sender, reason) IN (
             SELECT hour, instance, sender, reason FROM refused_event WHERE hour < $1 ORDER BY hour LIMIT $2)",
    )
    .bind(now.0 - REFUSED_TTL_MS)
    .bind(TRIM_BATCH)
    .execute(connection)
    .await
    .map(drop)
}

fn read_row(row: &AnyRow) -> Result<RefusedRow, sqlx::Error> {
    Ok(RefusedRow {
        hour: Timestamp(row.try_get("hour")?),
        instance: row.try_get("instance")?,
        sender: row.try_get("sender")?,
        reason: row.try_get("reason")?,
        count: row.try_get("count")?,
        last_at: Timestamp(row.try_get("last_at")?),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;
    use crate::domain::{Lid, Phone};
    use crate::storage::RetentionPolicy;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    fn count(phone: Option<&str>, hour: Timestamp) -> RefusedCount {
        RefusedCount {
            instance: InstanceName::parse("main").unwrap(),
            sender: phone.map(|phone| Person { phone: Phone::parse(phone), lid: None }),
            reason: "not_an_admin",
            hour,
            count: 2,
            last_at: hour,
        }
    }

    #[tokio::test]
    async fn counts_add_up_by_hour_and_sender_and_no_number_is_stored() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let all = (Timestamp(0), Timestamp(i64::MAX));
        assert_eq!(store.refused(all, None).await.unwrap(), []);
        let later = Timestamp(NOW.0 + HOUR_MS);

        let counts =
            || vec![count(Some("5511988887777"), NOW), count(Some("5511988887778"), NOW), count(None, later)];
        store.add_refused(&mut counts()).await.unwrap();
        store.add_refused(&mut counts()).await.unwrap();

        let rows = store.refused(all, None).await.unwrap();
        assert_eq!(
            rows.iter().map(|row| (row.hour, row.count)).collect::<Vec<_>>(),
            [(later, 4), (NOW, 4), (NOW, 4)]
        );
        assert_eq!(rows[0].sender, "");
        assert!(rows[1].sender.len() == 16 && rows[1].sender != rows[2].sender, "{rows:?}");
        assert!(!format!("{rows:?}").contains("98888777"), "{rows:?}");
        let person = Person { phone: Phone::parse("5511988887777"), lid: Lid::parse("81896604192873@lid") };
        assert_eq!(store.refused(all, Some(&[person])).await.unwrap().len(), 1);
        assert_eq!(store.refused((later, Timestamp(i64::MAX)), None).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn counts_are_kept_for_a_week() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let day = |days: i64| Timestamp(NOW.0 - days * 24 * HOUR_MS);
        store.add_refused(&mut vec![count(None, day(8)), count(None, day(6))]).await.unwrap();
        let year = Duration::from_secs(365 * 24 * 3_600);

        store.trim(RetentionPolicy { rows: year, texts: year }, NOW).await.unwrap();

        let rows = store.refused((Timestamp(0), NOW), None).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.hour).collect::<Vec<_>>(), [day(6)]);
    }
}

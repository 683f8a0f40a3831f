//! Searches of the console: pages of commands by key, bounded in time, and one command with all that is known of it.
//!
//! A search goes from new to old in windows of ids, so that it stops in time however rare its matches are.

use std::time::Duration;

use sqlx::Row as _;
use tokio::time::Instant;

use super::error::StoreUnavailable;
use super::list::{Conditions, ListFilter, SqlValue};
use super::read::{COLUMNS, CommandRow, read_row};
use super::record::read_number;
use super::store::Store;
use crate::clock::Timestamp;

/// How many ids the first window has; each further one has twice as many.
const FIRST_WINDOW: i64 = if cfg!(test) { 4 } else { 4_000 };
/// How many ids a window has at most.
const MAX_WINDOW: i64 = 32_000;
/// How far the time in an id may differ from that of accepting: clocks are set back, and differ between machines.
const MAX_ID_SKEW: Duration = Duration::from_secs(24 * 60 * 60);
/// How many ended commands [`Store::reply_times`] reads.
const MAX_REPLY_TIMES: i64 = 1_000;

/// A page of a search.
#[derive(Clone, Debug, Default)]
pub struct SearchPage {
    /// The commands, newest first.
    pub rows: Vec<CommandRow>,
    /// Where the next page begins; none if there is none.
    pub next: Option<String>,
    /// The time was over before the page was full.
    pub is_cut: bool,
}

/// A command with all that is known of it.
#[derive(Clone, Debug)]
pub struct CommandDetails {
    /// What lists show.
    pub row: CommandRow,
    /// The sender's number.
    pub phone: Option<String>,
    /// The sender's lid.
    pub lid: Option<String>,
    /// It was typed on the bot's own phone.
    pub by_owner: bool,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// What its text says, as JSON.
    pub parsed: Option<String>,
    /// When it is retried.
    pub retry_at: Option<Timestamp>,
    /// The command that replaces it, as JSON.
    pub deferred_command: Option<String>,
    /// What was found before the first change, as JSON.
    pub plan: Option<String>,
    /// What cancelled it.
    pub cancelled_by: Option<String>,
    /// How many messages of its reply are sent.
    pub sent_messages: u32,
}

/// How long a command took.
#[derive(Clone, Debug)]
pub struct ReplyTime {
    /// Its instance.
    pub instance: String,
    /// When it ended.
    pub finished_at: Timestamp,
    /// From its acceptance.
    pub took: Duration,
}

/// A string that ids of this time and later do not sort before.
fn id_at(at: Timestamp) -> String {
    let millis = u64::try_from(at.0).unwrap_or(0);
    format!("{:08x}-{:04x}", millis >> 16, millis & 0xffff)
}

impl Store {
    /// The newest of the matching commands with an id before `before`, at most `limit`. After `budget` it stops where
    /// it is.
    pub async fn search(
        &self,
        filter: &ListFilter,
        before: Option<&str>,
        limit: usize,
        budget: Duration,
    ) -> Result<SearchPage, StoreUnavailable> {
        let started = Instant::now();
        let end = filter.until.0.checked_add(i64::try_from(MAX_ID_SKEW.as_millis()).unwrap_or(0));
        let end = end.map_or_else(|| "g".to_owned(), |end| id_at(Timestamp(end)));
        let mut cursor = before.map_or_else(|| end.clone(), |before| before.to_owned().min(end.clone()));
        let oldest = filter.since.0.saturating_sub(i64::try_from(MAX_ID_SKEW.as_millis()).unwrap_or(0));
        let oldest = id_at(Timestamp(oldest));
        let mut page = SearchPage::default();
        let mut window = FIRST_WINDOW;
        loop {
            let room = limit - page.rows.len();
            let low = match filter.is_selective() && !filter.is_indexed() {
                true => self.window_start(&cursor, window).await?,
                // The first rows that come match.
                false => Some(oldest.clone()),
            };
            let Some(low) = low else { return Ok(page) };
            let mut rows = self.search_window(filter, (&low, &cursor), room + 1).await?;
            let has_more = rows.len() > room;
            rows.truncate(room);
            page.rows.append(&mut rows);
            if has_more {
                page.next = page.rows.last().map(|row| row.id.clone());
                return Ok(page);
            }
            if low <= oldest {
                return Ok(page);
            }
            cursor = low;
            if started.elapsed() >= budget {
                (page.next, page.is_cut) = (Some(cursor), true);
                return Ok(page);
            }
            window = MAX_WINDOW.min(window * 2);
        }
    }

    /// The first id of the window before `cursor`; none if nothing is there.
    async fn window_start(&self, cursor: &str, size: i64) -> Result<Option<String>, StoreUnavailable> {
        let start = sqlx::query_scalar(
            "SELECT MIN(id) FROM (SELECT id FROM command WHERE id < $1 ORDER BY id DESC LIMIT $2) AS part",
        )
        .bind(cursor)
        .bind(size);
        self.read(start.fetch_one(&self.reads)).await
    }

    async fn search_window(
        &self,
        filter: &ListFilter,
        (low, cursor): (&str, &str),
        limit: usize,
    ) -> Result<Vec<CommandRow>, StoreUnavailable> {
        let mut conditions = Conditions::from_filter(filter, self.database);
        conditions.push("id < ?", SqlValue::Text(cursor.to_owned()));
        conditions.push("id >= ?", SqlValue::Text(low.to_owned()));
        let sql = conditions.select("DESC", i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self.read(conditions.bind(sql).fetch_all(&self.reads)).await?;
        Ok(rows.iter().map(read_row).collect::<Result<_, _>>()?)
    }

    /// The newest dead letters of an instance, at most `limit`.
    pub async fn dead_letters(
        &self,
        instance: &str,
        limit: usize,
    ) -> Result<Vec<CommandRow>, StoreUnavailable> {
        let sql = format!(
            "{COLUMNS} WHERE id IN (SELECT id FROM command WHERE instance = $1 AND state = 'dead')
             ORDER BY id DESC LIMIT $2"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(instance).bind(limit).fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        Ok(rows.iter().map(read_row).collect::<Result<_, _>>()?)
    }

    /// All that is known of the command with this id.
    pub async fn command_details(&self, id: &str) -> Result<Option<CommandDetails>, StoreUnavailable> {
        let row = sqlx::query(
            "SELECT id, instance, accepted_at, finished_at, state, outcome, admin, chat, message_id, version, name,
                 text, attempts, error, reply, phone, lid, by_owner, sent_at, parsed, retry_at, deferred_command, plan,
                 cancelled_by, sent_messages
             FROM command WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.reads);
        let Some(row) = self.read(row).await? else { return Ok(None) };
        Ok(Some(CommandDetails {
            row: read_row(&row)?,
            phone: row.try_get("phone")?,
            lid: row.try_get("lid")?,
            by_owner: row.try_get::<i64, _>("by_owner")? != 0,
            sent_at: row.try_get::<Option<i64>, _>("sent_at")?.map(Timestamp),
            parsed: row.try_get("parsed")?,
            retry_at: row.try_get::<Option<i64>, _>("retry_at")?.map(Timestamp),
            deferred_command: row.try_get("deferred_command")?,
            plan: row.try_get("plan")?,
            cancelled_by: row.try_get("cancelled_by")?,
            sent_messages: read_number(&row, "sent_messages")?,
        }))
    }

    /// How long the commands took that ended since this time: the last thousand.
    pub async fn reply_times(&self, since: Timestamp) -> Result<Vec<ReplyTime>, StoreUnavailable> {
        let rows = sqlx::query(
            "SELECT instance, accepted_at, finished_at FROM command
             WHERE finished_at IS NOT NULL AND finished_at >= $1 ORDER BY finished_at DESC LIMIT $2",
        )
        .bind(since.0)
        .bind(MAX_REPLY_TIMES)
        .fetch_all(&self.reads);
        let rows = self.read(rows).await?;
        let read_time = |row: &sqlx::any::AnyRow| -> Result<ReplyTime, sqlx::Error> {
            let finished_at = Timestamp(row.try_get("finished_at")?);
            let took = finished_at.since(Timestamp(row.try_get("accepted_at")?));
            Ok(ReplyTime { instance: row.try_get("instance")?, finished_at, took })
        };
        Ok(rows.iter().map(read_time).collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::storage::NewCommand;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);
    const LONG: Duration = Duration::from_secs(60);

    async fn ids(store: &Store, filter: &ListFilter, limit: usize, budget: Duration) -> (Vec<String>, bool) {
        let (mut found, mut before, mut was_cut) = (Vec::new(), None::<String>, false);
        loop {
            let page = store.search(filter, before.as_deref(), limit, budget).await.unwrap();
            assert!(page.rows.len() <= limit);
            found.extend(page.rows.into_iter().map(|row| row.id));
            was_cut |= page.is_cut;
            match page.next {
                Some(next) => before = Some(next),
                None => return (found, was_cut),
            }
        }
    }

    #[tokio::test]
    async fn pages_hold_every_match_once_newest_first_whatever_their_size_and_time() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let mut all = Vec::new();
        for number in 0..40 {
            let at = NOW.plus(Duration::from_secs(number * 60));
            let id = store.new_id(at);
            let text = if number % 3 == 0 { "/link needle" } else { "/help" };
            store
                .insert(NewCommand { text: text.to_owned(), ..NewCommand::for_test(&id, at) })
                .await
                .unwrap();
            all.insert(0, (id, number % 3 == 0, at));
        }
        let every: Vec<String> = all.iter().map(|(id, ..)| id.clone()).collect();
        let needles: Vec<String> = all.iter().filter(|each| each.1).map(|(id, ..)| id.clone()).collect();
        let text = ListFilter { text: "needle".to_owned(), ..ListFilter::default() };
        let recent = ListFilter { since: NOW.plus(Duration::from_secs(1_200)), ..ListFilter::default() };

        for limit in [1, 7, 100] {
            assert_eq!(ids(&store, &ListFilter::default(), limit, LONG).await, (every.clone(), false));
            assert_eq!(ids(&store, &text, limit, LONG).await, (needles.clone(), false));
            assert_eq!(ids(&store, &recent, limit, LONG).await.0, every[..20], "{limit}");
        }
        // No time at all: each page ends after its first window, and says so.
        assert_eq!(ids(&store, &text, 100, Duration::ZERO).await, (needles, true));
    }
}

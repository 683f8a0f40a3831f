//! Lists of commands for operators, with filters.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe};

use super::database::Database;
use super::error::StoreUnavailable;
use super::read::{COLUMNS, CommandRow, read_row};
use super::store::Store;
use crate::clock::Timestamp;

/// Outcomes that few commands have. The condition of the index `command_outcome`, which applies only where it is repeated.
const RARE_OUTCOMES: &str =
    "outcome IN ('denied', 'usage_error', 'previewed', 'expired', 'cancelled', 'failed', 'reply_failed')";

/// Filter for commands; an empty field matches all.
#[derive(Clone, Debug)]
pub struct ListFilter {
    /// In this state, ended with this outcome, or `dropped`: no word is two of them.
    pub state: String,
    /// Of any of these instances.
    pub instances: Vec<String>,
    /// Accepted at this time or later.
    pub since: Timestamp,
    /// Accepted before this time.
    pub until: Timestamp,
    /// Of an admin with one of these keys, numbers or lids.
    pub admins: Vec<String>,
    /// In one of these chats.
    pub chats: Vec<String>,
    /// With this English name.
    pub name: String,
    /// With this in its text; ignores the case of letters, on SQLite only of those of ASCII.
    pub text: String,
    /// With one of these in its plan.
    pub planned: Vec<String>,
}

impl Default for ListFilter {
    fn default() -> Self {
        Self {
            state: String::new(),
            instances: Vec::new(),
            since: Timestamp(i64::MIN),
            until: Timestamp(i64::MAX),
            admins: Vec::new(),
            chats: Vec::new(),
            name: String::new(),
            text: String::new(),
            planned: Vec::new(),
        }
    }
}

impl ListFilter {
    /// Whether it may leave out most commands, not only those of other times.
    pub(super) fn is_selective(&self) -> bool {
        let texts = [&self.state, &self.name, &self.text];
        let lists = [&self.instances, &self.admins, &self.chats, &self.planned];
        texts.into_iter().any(|text| !text.is_empty()) || lists.into_iter().any(|list| !list.is_empty())
    }

    /// Whether an index has the matching commands, but for those of other instances and times.
    pub(super) fn is_indexed(&self) -> bool {
        let lists = [&self.admins, &self.chats, &self.planned];
        let is_narrowed = !self.name.is_empty() || !self.text.is_empty();
        let has_index = !matches!(self.state.as_str(), "" | "done" | "replied");
        has_index && !is_narrowed && lists.into_iter().all(Vec::is_empty)
    }

    /// Whether the state has an index that begins with the instance.
    fn has_index_by_instance(&self) -> bool {
        matches!(self.state.as_str(), "waiting" | "answering" | "dead" | "failed" | "reply_failed")
    }
}

/// A column with few different values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListColumn {
    /// The instance.
    Instance,
    /// The admin's key.
    Admin,
    /// The chat.
    Chat,
    /// The command's English name.
    Name,
}

/// Conditions of a statement, and their values.
#[derive(Default)]
pub(super) struct Conditions {
    sql: Vec<String>,
    values: Vec<SqlValue>,
}

pub(super) enum SqlValue {
    Number(i64),
    Text(String),
}

impl Conditions {
    pub(super) fn from_filter(filter: &ListFilter, database: Database) -> Self {
        let mut conditions = Self::default();
        if filter.since != Timestamp(i64::MIN) {
            conditions.push("accepted_at >= ?", SqlValue::Number(filter.since.0));
        }
        if filter.until != Timestamp(i64::MAX) {
            conditions.push("accepted_at < ?", SqlValue::Number(filter.until.0));
        }
        conditions.push_state(&filter.state);
        // SQLite would read all commands of an instance by the index of message ids, and sort them: `+` keeps it from that.
        let by_index = database == Database::Postgres || filter.has_index_by_instance();
        conditions.push_any(&[if by_index { "instance" } else { "+instance" }], &filter.instances);
        conditions.push_text("name = ?", &filter.name);
        conditions.push_any(&["admin", "phone", "lid"], &filter.admins);
        conditions.push_any(&["chat"], &filter.chats);
        let like = if database == Database::Postgres { "ILIKE" } else { "LIKE" };
        conditions.push_text(&format!("text {like} ? ESCAPE '!'"), &escape_pattern(&filter.text));
        conditions.push_planned(&format!("plan {like} ? ESCAPE '!'"), &filter.planned);
        conditions
    }

    fn push_state(&mut self, state: &str) {
        match state {
            "dropped" => {
                self.sql.push(RARE_OUTCOMES.to_owned());
                self.sql.push("state = 'done' AND outcome IN ('failed', 'reply_failed')".to_owned());
            }
            // Literals, so that the indexes of these states apply.
            "dead" => self.sql.push("state = 'dead'".to_owned()),
            "waiting" | "answering" => {
                self.sql.push("state IN ('waiting', 'answering')".to_owned());
                self.push_text("state = ?", state);
            }
            "done" => self.push_text("state = ?", state),
            // Until its reply is sent, the outcome of a command is planned, not final.
            "failed" | "reply_failed" => self.push_text("outcome = ? AND state = 'dead'", state),
            "" => {}
            "replied" => self.push_text("outcome = ? AND state IN ('done', 'dead')", state),
            outcome => {
                self.sql.push(RARE_OUTCOMES.to_owned());
                self.push_text("outcome = ? AND state IN ('done', 'dead')", outcome);
            }
        }
    }

    /// Adds a condition; `?` is its value.
    pub(super) fn push(&mut self, condition: &str, value: SqlValue) {
        self.values.push(value);
        self.sql.push(condition.replacen('?', &format!("${}", self.values.len()), 1));
    }

    /// Adds a condition, unless its value is empty.
    fn push_text(&mut self, condition: &str, value: &str) {
        if !value.is_empty() {
            self.push(condition, SqlValue::Text(value.to_owned()));
        }
    }

    /// Adds the condition that the plan has one of these texts, if there are any.
    fn push_planned(&mut self, condition: &str, texts: &[String]) {
        let first = self.sql.len();
        texts.iter().for_each(|text| self.push_text(condition, &escape_pattern(text)));
        let alternatives = self.sql.split_off(first);
        if !alternatives.is_empty() {
            self.sql.push(format!("({})", alternatives.join(" OR ")));
        }
    }

    /// Adds the condition that one of the columns has one of the values, if there are any.
    fn push_any(&mut self, columns: &[&str], values: &[String]) {
        if values.is_empty() {
            return;
        }
        let first = self.values.len() + 1;
        let places: Vec<String> = (first..first + values.len()).map(|place| format!("${place}")).collect();
        let places = places.join(", ");
        let alternatives: Vec<String> =
            columns.iter().map(|column| format!("{column} IN ({places})")).collect();
        self.sql.push(format!("({})", alternatives.join(" OR ")));
        self.values.extend(values.iter().cloned().map(SqlValue::Text));
    }

    /// The statement that selects the first matching commands by id. The inner statement reads indexes only, unless it
    /// searches states or texts.
    pub(super) fn select(&self, order: &str, limit: i64) -> String {
        let clause = if self.sql.is_empty() { "TRUE".to_owned() } else { self.sql.join(" AND ") };
        format!(
            "{COLUMNS} WHERE id IN (SELECT id FROM command WHERE {clause} ORDER BY id {order} LIMIT {limit})
             ORDER BY id {order}"
        )
    }

    pub(super) fn bind(self, sql: String) -> Query<'static, Any, AnyArguments> {
        let query = sqlx::query(AssertSqlSafe(sql));
        self.values.into_iter().fold(query, |query, value| match value {
            SqlValue::Number(number) => query.bind(number),
            SqlValue::Text(text) => query.bind(text),
        })
    }
}

/// The pattern of texts that contain this one; empty for an empty text.
fn escape_pattern(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern + "%"
}

impl Store {
    /// The newest commands, at most `limit`, in one state or in all.
    pub async fn list(&self, state: Option<&str>, limit: usize) -> Result<Vec<CommandRow>, StoreUnavailable> {
        let state = state.unwrap_or_default().to_owned();
        self.newest(&ListFilter { state, ..ListFilter::default() }, limit).await
    }

    /// The newest of the matching commands, at most `limit`.
    pub async fn newest(
        &self,
        filter: &ListFilter,
        limit: usize,
    ) -> Result<Vec<CommandRow>, StoreUnavailable> {
        let conditions = Conditions::from_filter(filter, self.database);
        self.select(conditions, "DESC", limit).await
    }

    /// A page of the matching commands, by id: at most `limit` after `after`. Ids give the time of accepting only
    /// roughly (clocks are set back, and differ between machines), so that time is compared in each row.
    ///
    /// On PostgreSQL ids are compared and sorted by the same collation, so no command is missed. In collations that
    /// sort two letters as one (`aa` in Danish, `dd` in Welsh) the pages may not be in the order of accepting.
    pub async fn page(
        &self,
        filter: &ListFilter,
        after: Option<&CommandRow>,
        limit: usize,
    ) -> Result<Vec<CommandRow>, StoreUnavailable> {
        let mut conditions = Conditions::from_filter(filter, self.database);
        if let Some(after) = after {
            conditions.push("id > ?", SqlValue::Text(after.id.clone()));
        }
        self.select(conditions, "ASC", limit).await
    }

    async fn select(
        &self,
        conditions: Conditions,
        order: &str,
        limit: usize,
    ) -> Result<Vec<CommandRow>, StoreUnavailable> {
        let sql = conditions.select(order, i64::try_from(limit).unwrap_or(i64::MAX));
        // Without a timeout: an operator waits for it.
        let rows = conditions.bind(sql).fetch_all(&self.reads).await?;
        Ok(rows.iter().map(read_row).collect::<Result<_, _>>()?)
    }

    /// The different values of a column, sorted.
    pub async fn recorded_values(&self, column: ListColumn) -> Result<Vec<String>, StoreUnavailable> {
        let column = match column {
            ListColumn::Instance => "instance",
            ListColumn::Admin => "admin",
            ListColumn::Chat => "chat",
            ListColumn::Name => "name",
        };
        let sql = format!("SELECT DISTINCT {column} FROM command ORDER BY 1");
        Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&self.reads).await?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;
    use crate::storage::NewCommand;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[tokio::test]
    async fn the_wildcards_of_patterns_are_ordinary_letters_of_a_text() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        for (id, text) in [("a", "/link 100% a_b"), ("b", "/link 1000 axb !"), ("c", "/LINK Água")] {
            store
                .insert(NewCommand { text: text.to_owned(), ..NewCommand::for_test(id, NOW) })
                .await
                .unwrap();
        }

        for (text, expected) in [
            ("100%", vec!["a"]),
            ("A_B", vec!["a"]),
            ("b !", vec!["b"]),
            ("link", vec!["c", "b", "a"]),
            ("Água", vec!["c"]),
        ] {
            let filter = ListFilter { text: text.to_owned(), ..ListFilter::default() };
            let found = store.newest(&filter, 9).await.unwrap();
            assert_eq!(found.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn pages_filter_by_the_time_of_accepting_not_by_id() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let at = |hours: u64| NOW.plus(Duration::from_secs(hours * 3_600));
        // The clock was set back between b and c; d is from a machine with a slow clock.
        let times = [("a", at(4)), ("b", at(5)), ("c", at(2)), ("d", at(6)), ("e", at(3))];
        for (id, at) in times {
            store.insert(NewCommand::for_test(id, at)).await.unwrap();
        }

        for (since, until, expected) in [
            (at(2), at(4), vec!["c", "e"]),
            (at(4), at(6), vec!["a", "b"]),
            (at(5), Timestamp(i64::MAX), vec!["b", "d"]),
            (Timestamp(i64::MIN), at(3), vec!["c"]),
            (at(7), Timestamp(i64::MAX), vec![]),
        ] {
            let selection = ListFilter { since, until, ..ListFilter::default() };
            let mut found: Vec<CommandRow> = Vec::new();
            loop {
                let page = store.page(&selection, found.last(), 1).await.unwrap();
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            let found: Vec<&str> = found.iter().map(|row| row.id.as_str()).collect();
            assert_eq!(found, expected, "{since:?} {until:?}");
        }
    }
}

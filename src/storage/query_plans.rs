//! Checks that SQLite uses an index for each statement of this folder, so that none slows down as the journal grows.
//!
//! The statements are taken from the source, so that none is left out.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::database::Database;
use super::list::{Conditions, ListFilter, SqlValue};
use super::sqlite::{self, AccessMode};
use super::store::Store;
use crate::clock::Clock;

/// Tables that grow.
const GROWING_TABLES: [&str; 6] =
    ["command", "chat_queue", "audit_event", "chat_state", "refused_event", "console_access"];
/// Indexes of open commands and of dead letters, which may be scanned.
const SMALL_INDEXES: [&str; 2] = ["command_open", "command_dead"];
/// Statements that run once at the start and once at the end; that read the beginning of the file, or count a backup;
/// a table with one row per instance; lists, whose condition follows in the source; and the newest accesses to the
/// console.
const ALLOWED_SCANS: [&str; 7] = [
    "WHERE lease_token IS NOT NULL",
    "WHERE lease_owner = $1",
    "SELECT 1 FROM command LIMIT 1",
    "SELECT COUNT(id) FROM command",
    "SELECT at FROM last_event",
    "FROM console_access ORDER BY at DESC, id DESC LIMIT",
    "text, attempts, error, reply FROM command",
];

/// The statements in the source of this folder, except those of PostgreSQL and of tests.
fn statements() -> Vec<String> {
    let folder = format!("{}/src/storage", env!("CARGO_MANIFEST_DIR"));
    let literal = regex::Regex::new(r#""((?:SELECT|INSERT|UPDATE|DELETE)\s[^"{]*)""#).unwrap();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_ours = path.extension().is_some_and(|extension| extension == "rs");
        if !is_ours
            || ["insert_postgres.rs", "postgres.rs", "query_plans.rs"].iter().any(|name| path.ends_with(name))
        {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        found.extend(literal.captures_iter(source).map(|captures| captures[1].to_owned()));
    }
    found
}

/// The steps of a statement's plan that scan a growing table.
async fn full_scans(connection: &mut AnyConnection, statement: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let rows = sqlx::raw_sql(explain).fetch_all(connection).await.unwrap_or_else(|error| {
        panic!("{error}: {statement}");
    });
    let details = rows.iter().map(|row| row.try_get::<String, _>(3).unwrap());
    let is_scan = |detail: &String| {
        let is_small = SMALL_INDEXES.iter().any(|index| detail.contains(index));
        // One instance may have nearly all rows.
        let is_scan =
            |table| detail.starts_with(&format!("SCAN {table}")) || detail.ends_with("(instance=?)");
        GROWING_TABLES.into_iter().any(is_scan) && !is_small
    };
    details.filter(is_scan).collect()
}

#[tokio::test]
async fn no_statement_scans_a_growing_table() {
    let (_store, _writer, folder) = Store::open_temporary(&Clock::system()).await;
    let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
    let mut connection = sqlite::connect(&url, AccessMode::Read).await.unwrap();

    let statements = statements();
    assert!(statements.len() > 40, "{} statements were found", statements.len());
    let mut slow = Vec::new();
    for statement in statements {
        let scans = full_scans(&mut connection, &statement).await;
        if !scans.is_empty() && !ALLOWED_SCANS.iter().any(|allowed| statement.contains(allowed)) {
            slow.push((statement, scans));
        }
    }

    assert!(slow.is_empty(), "{slow:#?}");
}

/// A window of ids limits a search only if the statement reads no other index.
#[tokio::test]
async fn lists_read_the_newest_ids_or_a_small_index() {
    let (_store, _writer, folder) = Store::open_temporary(&Clock::system()).await;
    let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
    let mut connection = sqlite::connect(&url, AccessMode::Read).await.unwrap();
    let words = |word: &str| vec![word.to_owned()];
    let base = ListFilter { instances: vec!["main".to_owned(), "annex".to_owned()], ..ListFilter::default() };
    let narrowed = [
        base.clone(),
        ListFilter { admins: words("ana"), ..base.clone() },
        ListFilter { chats: words("chat"), ..base.clone() },
        ListFilter { name: "link".to_owned(), ..base.clone() },
        ListFilter { text: "text".to_owned(), ..base.clone() },
        ListFilter { planned: words("id"), ..base.clone() },
        ListFilter { since: crate::clock::Timestamp(1), ..base.clone() },
    ];
    for filter in narrowed {
        for state in ["", "done", "replied", "waiting", "dead", "failed", "dropped", "denied", "expired"] {
            let filter = ListFilter { state: state.to_owned(), ..filter.clone() };
            let mut conditions = Conditions::from_filter(&filter, Database::Sqlite);
            conditions.push("id < ?", SqlValue::Text("g".to_owned()));
            conditions.push("id >= ?", SqlValue::Text("0".to_owned()));
            let scans = full_scans(&mut connection, &conditions.select("DESC", 51)).await;
            assert!(scans.is_empty(), "{filter:?}: {scans:?}");
        }
    }
}

#[tokio::test]
async fn a_statement_without_an_index_is_found() {
    let (_store, _writer, folder) = Store::open_temporary(&Clock::system()).await;
    let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
    let mut connection = sqlite::connect(&url, AccessMode::Read).await.unwrap();

    for statement in ["SELECT id FROM command WHERE admin = $1", "DELETE FROM audit_event WHERE at < $1"] {
        assert_eq!(full_scans(&mut connection, statement).await.len(), 1, "{statement}");
    }
}

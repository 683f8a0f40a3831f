//! How SQLite finds what each statement of this folder asks for: by an index, however long the past is.
//!
//! The statements are taken from the source, so that none is left out.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::sqlite;
use crate::clock::Clock;
use crate::storage::Store;
use crate::storage::open::AccessMode;

/// Tables that grow.
const GROWING_TABLES: [&str; 4] = ["command", "lane", "note", "memory"];
/// Indexes of what is open or given up alone, which may be gone through.
const SMALL_INDEXES: [&str; 2] = ["command_open", "command_dead"];
/// Looks at all chats once a start and once an end; at the file's beginning; and lists what was asked for,
/// a part of which follows in the source.
const ALLOWED_SCANS: [&str; 4] = [
    "WHERE lease_token IS NOT NULL",
    "WHERE lease_owner = $1",
    "SELECT 1 FROM command LIMIT 1",
    "text, tries, error, reply FROM command",
];

/// The statements in the source of this folder; those of PostgreSQL and of tests left out.
fn statements() -> Vec<String> {
    let folder = format!("{}/src/storage", env!("CARGO_MANIFEST_DIR"));
    let literal = regex::Regex::new(r#""((?:SELECT|INSERT|UPDATE|DELETE)\s[^"{]*)""#).unwrap();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_ours = path.extension().is_some_and(|extension| extension == "rs");
        if !is_ours || ["insert.rs", "postgres.rs", "query_plans.rs"].iter().any(|name| path.ends_with(name))
        {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        found.extend(literal.captures_iter(source).map(|captures| captures[1].to_owned()));
    }
    found
}

/// What of a statement's plan goes through all of a table that grows.
async fn full_scans(connection: &mut AnyConnection, statement: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let rows = sqlx::raw_sql(explain).fetch_all(connection).await.unwrap_or_else(|error| {
        panic!("{error}: {statement}");
    });
    let details = rows.iter().map(|row| row.try_get::<String, _>(3).unwrap());
    let is_scan = |detail: &String| {
        let is_small = SMALL_INDEXES.iter().any(|index| detail.contains(index));
        // An instance can be nearly all of a table.
        let is_scan =
            |table| detail.starts_with(&format!("SCAN {table}")) || detail.ends_with("(instance=?)");
        GROWING_TABLES.into_iter().any(is_scan) && !is_small
    };
    details.filter(is_scan).collect()
}

#[tokio::test]
async fn no_statement_goes_through_all_of_the_past() {
    let (_store, _writer, folder) = Store::open_temporary(&Clock::system()).await;
    let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
    let mut connection = sqlite::connect(&url, AccessMode::Read).await.unwrap();

    let statements = statements();
    assert!(statements.len() > 40, "{} statements were found", statements.len());
    let mut slow = Vec::new();
    for statement in statements {
        let scans = full_scans(&mut connection, &statement).await;
        if !scans.is_empty() && !ALLOWED_SCANS.iter().any(|rare| statement.contains(rare)) {
            slow.push((statement, scans));
        }
    }

    assert!(slow.is_empty(), "{slow:#?}");
}

#[tokio::test]
async fn a_statement_without_an_index_is_noticed() {
    let (_store, _writer, folder) = Store::open_temporary(&Clock::system()).await;
    let url = format!("sqlite:{}", folder.path().join("vincula.db").display());
    let mut connection = sqlite::connect(&url, AccessMode::Read).await.unwrap();

    for statement in ["SELECT id FROM command WHERE admin = $1", "DELETE FROM note WHERE at < $1"] {
        assert_eq!(full_scans(&mut connection, statement).await.len(), 1, "{statement}");
    }
}

//! The journal on PostgreSQL (12 and later), shared by replicas.
//!
//! Writers take turns: each transaction first takes one advisory lock, so that a journal has one writer at a time, as
//! on SQLite. Commits are in the order of accepting, two writes never deadlock, and what holds on SQLite holds here
//! too. The server ends the transaction of a writer that hangs ([`prepare`]), and the next writer goes on. All replicas
//! use the clock of the database.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgListener};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Row as _};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::health::StoreHealth;
use super::sqlite::AccessMode;
use crate::clock::{Clock, Timestamp};

/// How long a pool waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(4);
/// Between two attempts to listen.
const LISTEN_RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// The channel that announces new commands.
const CHANNEL: &str = "vincula";
/// The advisory lock of the writer: `vincula` in ASCII.
const WRITE_LOCK_KEY: i64 = 0x76_69_6e_63_75_6c_61;
/// The time of the database, in Unix milliseconds.
const NOW: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

/// `postgres://host/database`, without user, password and options.
pub(super) fn display_url(url: &str) -> String {
    let rest = url.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    let server = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, database) = server.split_once('/').unwrap_or((server, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("postgres://{host}/{database}")
}

/// What to do if the server cannot be reached.
pub(super) const CHECK_SERVER: &str =
    "Check that the server runs, and that host, port and database in store.url are right";
const POOLER_MODE: &str = "A pooler in transaction mode is in between. Let it keep sessions (PgBouncer: `pool_mode = \
    session`), or connect to the server itself";
/// What two connections with the same session mean.
const SHARED_SESSION: &str = "two connections share one session";

/// What to do about an error of the server, if its cause is known.
pub(super) fn remedy(error: &sqlx::Error) -> Option<&'static str> {
    if matches!(error, sqlx::Error::Protocol(problem) if problem == SHARED_SESSION) {
        return Some(POOLER_MODE);
    }
    let error = error.as_database_error()?;
    match error.code()?.as_ref() {
        "28P01" | "28000" => Some("Check user and password in store.url, and the server's pg_hba.conf"),
        "3D000" => Some("Create the database, with the user of store.url as its owner"),
        "42501" => Some(
            "The user may not create tables. Make it the owner of the database, or run there: \
             GRANT CREATE, USAGE ON SCHEMA public TO it",
        ),
        // A prepared statement exists already, or no longer.
        "42P05" | "26000" => Some(POOLER_MODE),
        "08P01" if error.message().contains("startup parameter") => Some(
            "A pooler is in between and refuses it. PgBouncer: `ignore_startup_parameters = extra_float_digits`, and \
             `pool_mode = session`",
        ),
        "53300" => Some("Raise max_connections of the server: each replica needs six"),
        _ => None,
    }
}

/// Fails if a pooler gives one session to two connections: settings, locks and announcements need their own.
async fn check_sessions(url: &str, one: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let mut other = AnyConnection::connect(url).await?;
    let is_shared = session_id(one).await? == session_id(&mut other).await?;
    other.close().await?;
    if is_shared { Err(sqlx::Error::Protocol(SHARED_SESSION.to_owned())) } else { Ok(()) }
}

async fn session_id(connection: &mut AnyConnection) -> Result<i32, sqlx::Error> {
    sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(connection).await?.try_get(0)
}

/// The call of `pg_dump` that backs up the database of a `store.url`, without its password.
pub(super) fn dump_command(url: &str, file: &Path) -> String {
    let Ok(options) = url.parse::<PgConnectOptions>() else { return "pg_dump".to_owned() };
    let host = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => options.get_host().to_owned(),
    };
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    let (file, user) = (file.display().to_string(), options.get_username());
    let [file, host, user, database] = [&file, &host, user, database].map(quote_for_shell);
    let port = options.get_port();
    format!("pg_dump --format=custom --file={file} --host={host} --port={port} --username={user} {database}")
}

/// Quotes an argument, if a shell would not take it as it is.
fn quote_for_shell(argument: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-:@%+".contains(c);
    match !argument.is_empty() && argument.chars().all(is_plain) {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', r"'\''")),
    }
}

pub(super) async fn pool(
    url: &str,
    connections: u32,
    access: AccessMode,
    health: Arc<StoreHealth>,
) -> Result<AnyPool, sqlx::Error> {
    // A pool waits for a missing server, and for a connection that can be prepared; these connections report at once
    // what is wrong.
    let mut first = AnyConnection::connect(url).await?;
    prepare(&mut first, access).await?;
    check_sessions(url, &mut first).await?;
    first.close().await?;
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .before_acquire(move |_, about| {
            let is_usable = health.is_connection_usable(about.age);
            Box::pin(async move { Ok(is_usable) })
        })
        .after_connect(move |connection, _| Box::pin(prepare(connection, access)))
        .connect(url)
        .await
}

/// Applies migrations, one replica at a time. Its connection has no timeouts, because rebuilding a large table may
/// take long.
pub(super) async fn migrate(url: &str, migrations: &Migrator) -> Result<(), MigrateError> {
    let pool = AnyPoolOptions::new().max_connections(1).connect(url).await?;
    let migrated = migrations.run(&pool).await;
    pool.close().await;
    migrated
}

/// Whether the database has the tables of a journal.
pub(super) async fn has_journal(pool: &AnyPool) -> Result<bool, sqlx::Error> {
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(to_regclass('command'))").fetch_one(pool).await?;
    Ok(tables > 0)
}

/// Sets timeouts, so that no statement and no idle transaction blocks the other writers, and makes commits durable
/// before they are answered, whatever the defaults of the database are. What an operator reads has no timeout.
async fn prepare(connection: &mut AnyConnection, access: AccessMode) -> Result<(), sqlx::Error> {
    let statement_timeout = match access {
        AccessMode::Inspect => "SET statement_timeout = 0",
        AccessMode::Read | AccessMode::Write | AccessMode::Create => "SET statement_timeout = '6s'",
    };
    for setting in [
        "SET idle_in_transaction_session_timeout = '3s'",
        "SET lock_timeout = '4s'",
        statement_timeout,
        "SET synchronous_commit = 'on'",
        "SET default_transaction_isolation = 'read committed'",
    ] {
        sqlx::raw_sql(setting).execute(&mut *connection).await?;
    }
    // A prepared statement would fail where a pooler shares sessions, before its remedy is known.
    let read = "SELECT current_setting('synchronous_commit')";
    let synchronous: String = sqlx::raw_sql(read).fetch_one(&mut *connection).await?.try_get(0)?;
    if synchronous != "on" {
        return Err(sqlx::Error::Configuration(
            format!("the store is not durable here (synchronous_commit {synchronous})").into(),
        ));
    }
    Ok(())
}

/// Begins a transaction, takes the writer's lock, and sets the clock, in one round trip. The transaction ends with
/// [`commit`], or with its connection.
pub(super) async fn begin(connection: &mut AnyConnection, clock: &Clock) -> Result<(), sqlx::Error> {
    // The time is read after the lock is taken.
    let begin = format!(
        "BEGIN; WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock({WRITE_LOCK_KEY})) SELECT {NOW} FROM turn"
    );
    // Two statements return one row; `fetch_one` would read the first statement only.
    let rows = sqlx::raw_sql(AssertSqlSafe(begin)).fetch_all(connection).await?;
    let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    clock.sync_to_database(Timestamp(row.try_get(0)?));
    Ok(())
}

/// Commits the transaction, and announces new commands to all replicas if it has any.
pub(super) async fn commit(connection: &mut AnyConnection, has_commands: bool) -> Result<(), sqlx::Error> {
    let commit = if has_commands { "NOTIFY vincula; COMMIT" } else { "COMMIT" };
    sqlx::raw_sql(commit).execute(connection).await.map(drop)
}

/// Sets the clock to the time of the database.
pub(super) async fn sync_clock(clock: &Clock, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let now: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT {NOW}"))).fetch_one(connection).await?;
    clock.sync_to_database(Timestamp(now));
    Ok(())
}

/// Announces new commands to all replicas, once this transaction is committed.
pub(super) async fn notify(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("NOTIFY vincula").execute(connection).await?;
    Ok(())
}

/// Passes announcements of other replicas to the worker; never returns.
pub(super) async fn listen(url: String, command_inserted: Arc<Notify>) {
    loop {
        if let Err(error) = forward_notifications(&url, &command_inserted).await {
            tracing::debug!(%error, "cannot listen for commands of other replicas, polling instead");
        }
        sleep(LISTEN_RETRY_INTERVAL).await;
    }
}

async fn forward_notifications(url: &str, command_inserted: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // None: the connection was lost, and perhaps announcements with it.
        let _ = listener.try_recv().await?;
        command_inserted.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_of_pg_dump_has_no_password() {
        for (url, expected) in [
            (
                "postgres://ana:s3cr3t@db.example.com:5433/vincula?sslmode=require",
                "pg_dump --format=custom --file='my backup' --host=db.example.com --port=5433 --username=ana vincula",
            ),
            (
                "postgresql:///vincula?host=/run/postgresql&user=o'brien&password=s3cr3t",
                r"pg_dump --format=custom --file='my backup' --host=/run/postgresql --port=5432 --username='o'\''brien' vincula",
            ),
        ] {
            assert_eq!(dump_command(url, Path::new("my backup")), expected);
        }
    }

    #[test]
    fn a_url_is_displayed_without_user_password_and_options() {
        for (url, shown) in [
            (
                "postgres://ana:s3cr3t@db.example.com:5433/vincula?sslmode=require",
                "postgres://db.example.com:5433/vincula",
            ),
            ("postgresql:///vincula?host=/run/postgresql&password=s3cr3t", "postgres:///vincula"),
            ("postgres://ana:s3@cr3t@host/vincula", "postgres://host/vincula"),
        ] {
            assert_eq!(display_url(url), shown);
        }
    }
}

//! The journal on PostgreSQL (12 and later), shared by replicas.
//!
//! Writers take turns: each transaction begins with one advisory lock, so that a journal has one
//! writer at a time on either database. The order of commits is the order of accepting, two writes
//! never wait for each other in a circle, and nothing that holds on SQLite has to be thought through
//! twice. A writer that stops in the middle is cut off by the server ([`prepare`]), and the next
//! one's turn comes. All replicas live by the database's clock.

use std::sync::Arc;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgListener;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Row as _};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::health::StoreHealth;
use crate::clock::{Clock, Timestamp};

/// How long a pool looks for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(4);
/// Between two attempts to listen.
const LISTEN_RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// Where accepted orders are told, and whose turn it is to write. `vincula` in ASCII.
const CHANNEL: &str = "vincula";
const WRITE_LOCK_KEY: i64 = 0x76_69_6e_63_75_6c_61;
/// The database's time, in Unix milliseconds.
const NOW: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

/// `postgres://host/database`, without user, password and options; they are nobody's business.
pub(super) fn display_url(url: &str) -> String {
    let rest = url.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    let server = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, database) = server.split_once('/').unwrap_or((server, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("postgres://{host}/{database}")
}

pub(super) async fn pool(
    url: &str,
    connections: u32,
    health: Arc<StoreHealth>,
) -> Result<AnyPool, sqlx::Error> {
    // A pool waits for a server that is not there; one connection tells at once what is wrong.
    let mut first = AnyConnection::connect(url).await?;
    prepare(&mut first).await?;
    first.close().await?;
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .before_acquire(move |_, about| {
            let is_trusted = health.is_connection_usable(about.age);
            Box::pin(async move { Ok(is_trusted) })
        })
        .after_connect(|connection, _| Box::pin(prepare(connection)))
        .connect(url)
        .await
}

/// Brings the tables up to date, one replica at a time, on a connection without the time-outs of the
/// others: to rebuild a large table takes as long as it takes.
pub(super) async fn migrate(url: &str, migrations: &Migrator) -> Result<(), MigrateError> {
    let pool = AnyPoolOptions::new().max_connections(1).connect(url).await?;
    let migrated = migrations.run(&pool).await;
    pool.close().await;
    migrated
}

/// Whether there are tables of a journal.
pub(super) async fn has_journal(pool: &AnyPool) -> Result<bool, sqlx::Error> {
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(to_regclass('command'))").fetch_one(pool).await?;
    Ok(tables > 0)
}

/// No statement, and no silence within a transaction, keeps the others waiting; commits are on the
/// server's disk when they are answered, whatever the database's own default is.
async fn prepare(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    for setting in [
        "SET idle_in_transaction_session_timeout = '3s'",
        "SET lock_timeout = '4s'",
        "SET statement_timeout = '6s'",
        "SET synchronous_commit = 'on'",
        "SET default_transaction_isolation = 'read committed'",
    ] {
        sqlx::raw_sql(setting).execute(&mut *connection).await?;
    }
    let synchronous: String = sqlx::query_scalar("SELECT current_setting('synchronous_commit')")
        .fetch_one(&mut *connection)
        .await?;
    if synchronous != "on" {
        return Err(sqlx::Error::Configuration(
            format!("the store is not durable here (synchronous_commit {synchronous})").into(),
        ));
    }
    Ok(())
}

/// Opens a transaction, waits for its turn to write, and tells the clock the time: one round trip. It
/// is closed by [`commit`], or with its connection.
pub(super) async fn begin(connection: &mut AnyConnection, clock: &Clock) -> Result<(), sqlx::Error> {
    // The time is looked at when the turn has come.
    let begin = format!(
        "BEGIN; WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock({WRITE_LOCK_KEY})) SELECT {NOW} FROM turn"
    );
    // One row of two statements: whoever asks for one alone gets what the first of them brings.
    let rows = sqlx::raw_sql(AssertSqlSafe(begin)).fetch_all(connection).await?;
    let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    clock.sync_to_database(Timestamp(row.try_get(0)?));
    Ok(())
}

/// Ends the transaction; tells all replicas that there is something to do, if there is.
pub(super) async fn commit(connection: &mut AnyConnection, tells: bool) -> Result<(), sqlx::Error> {
    let commit = if tells { "NOTIFY vincula; COMMIT" } else { "COMMIT" };
    sqlx::raw_sql(commit).execute(connection).await.map(drop)
}

/// Tells the clock the database's time.
pub(super) async fn sync_clock(clock: &Clock, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let now: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT {NOW}"))).fetch_one(connection).await?;
    clock.sync_to_database(Timestamp(now));
    Ok(())
}

/// Tells all replicas, once this transaction is committed, that there is something to do.
pub(super) async fn notify(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("NOTIFY vincula").execute(connection).await?;
    Ok(())
}

/// Passes on what other replicas tell, for ever.
pub(super) async fn listen(url: String, told: Arc<Notify>) {
    loop {
        if let Err(error) = forward_notifications(&url, &told).await {
            tracing::debug!(%error, "not listening for other replicas' orders; they are polled for");
        }
        sleep(LISTEN_RETRY_INTERVAL).await;
    }
}

async fn forward_notifications(url: &str, told: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // Nothing: the connection was lost, and what was told meanwhile with it.
        let _ = listener.try_recv().await?;
        told.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shown_without_user_password_and_options() {
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

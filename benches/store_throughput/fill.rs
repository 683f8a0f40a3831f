//! Fills a journal with finished commands of 80 days, their audit events and chats.

use sqlx::Connection as _;
use vincula::clock::Clock;

/// Number of chats.
pub(crate) const CHATS: usize = 10_000;
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Inserts finished commands of the last 80 days, with their audit events and chats.
pub(crate) async fn fill(url: &str, rows: usize) {
    sqlx::any::install_default_drivers();
    let mut side = sqlx::AnyConnection::connect(url).await.unwrap();
    let now = Clock::system().now().0;
    let (series, text) = match url.starts_with("sqlite") {
        true => (
            format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"),
            "printf('%032x', i * 2654435761)",
        ),
        false => (
            format!("WITH n AS (SELECT generate_series(CAST(1 AS BIGINT), {rows}) AS i)"),
            "md5(CAST(i AS TEXT))",
        ),
    };
    let at = format!("{now} - {} + i * {}", 80 * DAY, (80 * DAY) / i64::try_from(rows).unwrap().max(1));
    let age_ordered =
        if url.starts_with("sqlite") { "printf('%012d', i)" } else { "lpad(CAST(i AS TEXT), 12, '0')" };
    let statements = [
        format!(
            "INSERT INTO command (id, instance, ordering_key, seq, message_id, chat, admin, phone, by_owner, name, text,
                 accepted_at, state, claims, reply, sent_messages, outcome, finished_at)
             {series} SELECT {age_ordered} || '-0000-made-up', 'main', 'chat-' || (i % {CHATS}), i, {text},
                 'chat-' || (i % {CHATS}), 'ana', '5544999990001', 0, 'link',
                 CASE WHEN i * 80 < {rows} * 50 THEN '' ELSE '/link \"Bairro Feliz\" futebol, mães, xadrez' END,
                 {at}, 'done', 0, '[\"2 of 2 groups are now in Bairro Feliz.\"]', 1, 'replied', {at} + 4000 FROM n"
        ),
        "INSERT INTO audit_event (command, seq, at, event, detail)
             SELECT id, k, accepted_at, event, NULL FROM command,
                 (SELECT 1 AS k, 'claimed' AS event UNION ALL SELECT 2, 'replied'
                  UNION ALL SELECT 3, 'finished') AS step"
            .to_owned(),
        "INSERT INTO chat_queue (instance, ordering_key, ready_at, idle_since)
             SELECT 'main', chat, 9223372036854775807, MAX(finished_at) FROM command GROUP BY chat"
            .to_owned(),
    ];
    for sql in statements {
        // SQLite needs `WITH` before the whole statement.
        let sql = match url.starts_with("sqlite") && sql.contains(&series) {
            true => format!("{series} {}", sql.replace(&series, "")),
            false => sql,
        };
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut side).await.unwrap();
    }
    if !url.starts_with("sqlite") {
        // Do the server's background work now, and not during a measurement.
        for maintenance in ["VACUUM ANALYZE", "CHECKPOINT"] {
            sqlx::raw_sql(maintenance).execute(&mut side).await.unwrap();
        }
    }
    side.close().await.unwrap();
}

//! The steps that bring a journal's tables up to date, in their order.
//!
//! A step that was released is never changed: a journal keeps the hash of each one that it went
//! through, and refuses to open where they differ. They are listed here by hand, since the macro
//! that would read the folder compiles both databases' drivers a second time.

use std::borrow::Cow;
use std::sync::LazyLock;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

const STEPS: [(i64, &str, &str); 9] = [
    (1, "journal", include_str!("migrations/0001_journal.sql")),
    (2, "replicas", include_str!("migrations/0002_replicas.sql")),
    (3, "retries", include_str!("migrations/0003_retries.sql")),
    (4, "retention", include_str!("migrations/0004_retention.sql")),
    (5, "indexes", include_str!("migrations/0005_indexes.sql")),
    (6, "places", include_str!("migrations/0006_places.sql")),
    (7, "memory", include_str!("migrations/0007_memory.sql")),
    (8, "quoted_message", include_str!("migrations/0008_quoted_message.sql")),
    (9, "message_sender", include_str!("migrations/0009_message_sender.sql")),
];

pub(super) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let steps = STEPS.map(|(version, about, sql)| {
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, Cow::Borrowed(about), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(steps.into())
});

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_step_and_stands_where_its_number_says() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/storage/migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();

        let steps = STEPS.map(|(version, about, _)| format!("{version:04}_{about}.sql"));

        assert_eq!(files, steps);
    }

    /// A journal of an earlier version holds these hashes.
    #[test]
    fn a_step_that_was_released_is_never_changed() {
        let hashes: Vec<String> =
            MIGRATIONS.iter().map(|step| hex::encode(step.checksum.get(..8).unwrap())).collect();

        assert_eq!(hashes, HASHES);
    }

    const HASHES: [&str; 9] = [
        "3603b1e8d611fb3a",
        "03f2eca4f2177cee",
        "61f16af816480a14",
        "cd1e70323218b263",
        "524fa46b5c4a7ee4",
        "916770b5c3015ee9",
        "1db6d1657f212bf4",
        "dd3eb8202fdead83",
        "e86b06c9d1056be3",
    ];

    /// What an order was stays what it was; an id that was one for all senders is one for each from then on.
    #[tokio::test]
    async fn t17_a_journal_of_an_earlier_version_keeps_its_orders_and_takes_ids_by_sender() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("old.db").display());
        let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
        let earlier: Vec<Migration> = MIGRATIONS.iter().take(8).cloned().collect();
        Migrator::with_migrations(earlier).run_direct(None, &mut connection, false).await.unwrap();
        let columns = "id, instance, lane, seq, message_id, chat, admin, phone, lid, by_owner, name, text, sent_at,
            accepted_at, state, claims, tries, first_try_at, plan, reply, replied, outcome, error, finished_at,
            again_at, told_at, cancelled_by, cancelled_at_work, answer_id, meant, quoted";
        let columns = columns.split_whitespace().collect::<Vec<_>>().join(" ");
        let insert = |id: &str, admin: &str| {
            AssertSqlSafe(format!(
                "INSERT INTO command ({columns}) VALUES ('{id}', 'main', 'l', 1, 'm', 'c', '{admin}', 'p', 'd', 0, 'link',
                     '/link', 2, 3, 'done', 4, 5, 6, 'a', 'b', 7, 'answered', 'e', 8, 9, 10, 'x', 11, 'y', 'z', 'q')"
            ))
        };
        sqlx::query(insert("1", "ana")).execute(&mut connection).await.unwrap();
        let all = columns.replace(", ", " || '|' || ");
        let read = || AssertSqlSafe(format!("SELECT {all} FROM command WHERE id = '1'"));
        let before: String = sqlx::query_scalar(read()).fetch_one(&mut connection).await.unwrap();
        sqlx::query(insert("2", "eve")).execute(&mut connection).await.unwrap_err();

        MIGRATIONS.run_direct(None, &mut connection, false).await.unwrap();

        let after: String = sqlx::query_scalar(read()).fetch_one(&mut connection).await.unwrap();
        assert_eq!(after, before);
        sqlx::query(insert("2", "eve")).execute(&mut connection).await.unwrap();
        sqlx::query(insert("3", "ana")).execute(&mut connection).await.unwrap_err();
        let indexes: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'index' AND tbl_name = 'command' AND sql IS NOT NULL",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        assert_eq!(indexes, 5);
    }
}

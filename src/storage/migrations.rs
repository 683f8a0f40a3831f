//! The steps that bring a journal's tables up to date, in their order.
//!
//! A step that was released is never changed: a journal keeps the hash of each one that it went
//! through, and refuses to open where they differ. They are listed here by hand, since the macro
//! that would read the folder compiles both databases' drivers a second time.

use std::borrow::Cow;
use std::sync::LazyLock;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

const STEPS: [(i64, &str, &str); 8] = [
    (1, "journal", include_str!("migrations/0001_journal.sql")),
    (2, "replicas", include_str!("migrations/0002_replicas.sql")),
    (3, "retries", include_str!("migrations/0003_retries.sql")),
    (4, "retention", include_str!("migrations/0004_retention.sql")),
    (5, "indexes", include_str!("migrations/0005_indexes.sql")),
    (6, "places", include_str!("migrations/0006_places.sql")),
    (7, "memory", include_str!("migrations/0007_memory.sql")),
    (8, "quoted_message", include_str!("migrations/0008_quoted_message.sql")),
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

    const HASHES: [&str; 8] = [
        "3603b1e8d611fb3a",
        "03f2eca4f2177cee",
        "61f16af816480a14",
        "cd1e70323218b263",
        "524fa46b5c4a7ee4",
        "916770b5c3015ee9",
        "1db6d1657f212bf4",
        "dd3eb8202fdead83",
    ];
}

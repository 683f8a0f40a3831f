//! Migrations of the database schema, in order.
//!
//! A released migration is never changed: the database stores the hash of each one that was applied, and refuses to
//! open where they differ. They are listed by hand, because sqlx's macro for the folder compiles both database
//! drivers a second time.

use std::borrow::Cow;
use std::sync::LazyLock;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

const FILES: [(i64, &str, &str); 1] = [(1, "initial", include_str!("migrations/0001_initial.sql"))];

pub(super) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let migrations = FILES.map(|(version, name, sql)| {
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.into())
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_migration_at_the_position_of_its_number() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/storage/migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();

        let listed = FILES.map(|(version, name, _)| format!("{version:04}_{name}.sql"));

        assert_eq!(files, listed);
    }
}

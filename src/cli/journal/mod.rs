//! `vincula journal`: lists commands, shows one with its history, retries and drops dead letters, exports, backs up.

mod backup;
mod drop;
mod error;
mod export;
mod filter;
mod format;
mod list;
mod refused;
mod retry;
mod show;
mod table;
mod times;

use clap::Subcommand;
use secrecy::ExposeSecret;

use super::common::{ExitStatus, block_on};
use crate::storage::{OpenedStore, Store};

#[derive(Debug, Subcommand)]
pub(super) enum JournalCommand {
    /// List the newest commands, in the time zone of their instance.
    ///
    /// States: waiting (not run yet, or to be retried), answering (the reply is being sent), done, dead. A command
    /// that is done was replied, denied, usage_error, previewed, expired, cancelled or dropped; one that is dead has
    /// failed, or reply_failed. --state takes any of these words.
    #[command(after_help = "\
Examples:
  vincula journal list
  vincula journal list --since 14:00 --admin ana --command link
  vincula journal list --failed --since '2 days ago' --format json

COLUMNS is the width of the table [default: that of the terminal, else 80]")]
    List(list::ListArgs),
    /// Show one command: its reply, its states and attempts, and each of its calls to Z-API.
    #[command(after_help = "Example:\n  vincula journal show 019ab1f2")]
    Show(show::ShowArgs),
    /// Retry dead letters, also while the service runs: it starts within 5 seconds.
    ///
    /// A command that failed is run again, with the full time for retries; one that only lacks its reply gets its
    /// reply.
    #[command(after_help = "\
Examples:
  vincula journal retry 019ab1f2
  vincula journal retry --all-dead
  vincula journal retry --all-dead --yes    without a terminal")]
    Retry(retry::RetryArgs),
    /// Drop a dead letter, also while the service runs: it is done and not run again. Its admin is not told.
    #[command(
        after_help = "Examples:\n  vincula journal drop 019ab1f2\n  vincula journal drop 019ab1f2 --yes"
    )]
    Drop(drop::DropArgs),
    /// Write all commands to stdout, oldest first: as CSV, or as one JSON array with a line a command.
    #[command(after_help = "\
Examples:
  vincula journal export > commands.csv
  vincula journal export --format json --failed --since 2026-01-01 --until 2026-02-01")]
    Export(export::ExportArgs),
    /// Write a copy of the journal to a new file, also while the service runs (SQLite).
    ///
    /// The copy has all commands that were accepted before; only its owner can read it. In a container, write it to a
    /// path of the volume. For PostgreSQL, the call of pg_dump is shown.
    #[command(after_help = "Example:\n  vincula journal backup /var/backups/vincula-2026-01-31.db")]
    Backup(backup::BackupArgs),
    /// Show how many commands were refused because of their sender or their time, by the hour, for a week.
    ///
    /// Reasons: the sender is no admin, sent too many commands in a minute, or has a clock that is ahead. Senders are
    /// shown by a hash of their number; --from finds that of a number. Commands that were accepted and then denied are
    /// in `vincula journal list --state denied`.
    #[command(after_help = "\
Examples:
  vincula journal refused
  vincula journal refused --since '2026-01-30 14:00' --from 5544999999999")]
    Refused(refused::RefusedArgs),
}

pub(super) fn journal(call: &JournalCommand) -> anyhow::Result<ExitStatus> {
    let config = match call {
        JournalCommand::List(args) => &args.config,
        JournalCommand::Show(args) => &args.config,
        JournalCommand::Retry(args) => &args.config,
        JournalCommand::Drop(args) => &args.config,
        JournalCommand::Export(args) => &args.config,
        JournalCommand::Backup(args) => &args.config,
        JournalCommand::Refused(args) => &args.config,
    };
    let Some(config) = config.load() else { return Ok(ExitStatus::InvalidConfig) };
    block_on(async {
        let url = config.store.url.expose_secret();
        match call {
            JournalCommand::List(args) => list::list(&Store::open_to_read(url).await?, args, &config).await,
            JournalCommand::Show(args) => show::show(&Store::open_to_read(url).await?, args, &config).await,
            JournalCommand::Export(args) => {
                export::export(&Store::open_to_read(url).await?, args, &config).await
            }
            JournalCommand::Refused(args) => {
                refused::refused(&Store::open_to_read(url).await?, args, &config).await
            }
            JournalCommand::Backup(args) => backup::backup(url, args).await,
            JournalCommand::Retry(args) => {
                with_writer(url, async |store| retry::retry(store, args, &config).await).await
            }
            JournalCommand::Drop(args) => {
                with_writer(url, async |store| drop::drop_dead_letter(store, args, &config).await).await
            }
        }
    })
}

/// Runs work on the journal that writes, beside a service that runs on it.
async fn with_writer<T>(url: &str, work: impl AsyncFnOnce(&Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let OpenedStore { store, writer } = Store::open_alongside(url).await?;
    let working = async {
        let result = work(&store).await;
        store.close();
        result
    };
    tokio::join!(working, writer).0
}

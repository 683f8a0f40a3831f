//! `vincula journal drop`: drops a dead letter.

use clap::Args;

use super::format::expect_single;
use super::table::{format_table, terminal_width};
use crate::cli::common::{ConfigArg, ExitStatus, confirm, print_output};
use crate::clock::Clock;
use crate::config::Config;
use crate::journal::Zones;
use crate::storage::Store;

#[derive(Args, Debug)]
pub(crate) struct DropArgs {
    /// The command's id, or its beginning.
    id: String,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    pub(super) config: ConfigArg,
}

pub(super) async fn drop_dead_letter(
    store: &Store,
    args: &DropArgs,
    config: &Config,
) -> anyhow::Result<ExitStatus> {
    let rows = store.find(&args.id).await?;
    let row = expect_single(&rows, &args.id)?;
    anyhow::ensure!(
        row.state == "dead",
        "{} is no dead letter: its state is {}. Only commands that failed can be dropped",
        row.id,
        row.state
    );
    if !args.yes {
        eprint!(
            "{}",
            format_table(&rows, &Zones(&config.instances), Clock::system().now(), terminal_width())
        );
        if !confirm("Drop it? It will not be run again, and its admin is not told.")? {
            return Ok(ExitStatus::Failure);
        }
    }
    anyhow::ensure!(store.drop_dead_letter(row.id.clone()).await?, "{} is no dead letter any more", row.id);
    print_output(&format!("{}  is dropped\n", row.id))?;
    Ok(ExitStatus::Success)
}

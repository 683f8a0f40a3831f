//! `vincula journal list`: the newest commands.

use clap::Args;
use serde_json::json;

use super::filter::FilterArgs;
use super::format::{OutputFormat, to_csv, to_json};
use super::table::{format_table, terminal_width};
use crate::cli::common::{ConfigArg, ExitStatus, print_output};
use crate::clock::Clock;
use crate::config::Config;
use crate::journal::Zones;
use crate::storage::Store;

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// The most commands to list.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[arg(long, default_value = "table")]
    format: OutputFormat,
    #[command(flatten)]
    pub(super) config: ConfigArg,
}

pub(super) async fn list(store: &Store, args: &ListArgs, config: &Config) -> anyhow::Result<ExitStatus> {
    let filter = args.filter.resolve(store, config).await?;
    let rows = store.newest(&filter, args.limit).await?;
    match args.format {
        OutputFormat::Table if rows.is_empty() => eprintln!("No command."),
        OutputFormat::Table => {
            print_output(&format_table(
                &rows,
                &Zones(&config.instances),
                Clock::system().now(),
                terminal_width(),
            ))?;
            if rows.len() == args.limit {
                eprintln!("The newest {} are listed: --limit lists more, --until older ones.", rows.len());
            }
        }
        OutputFormat::Json => {
            print_output(&format!("{:#}\n", json!(rows.iter().map(to_json).collect::<Vec<_>>())))?;
        }
        OutputFormat::Csv => print_output(&to_csv(&rows)?)?,
    }
    Ok(ExitStatus::Success)
}

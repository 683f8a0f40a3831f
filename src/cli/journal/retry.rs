//! `vincula journal retry`: retries dead letters, also while the service runs.

use clap::Args;
use serde_json::json;

use super::format::{OutputFormat, expect_single};
use super::table::{format_table, terminal_width};
use crate::cli::common::{ConfigArg, ExitStatus, confirm, print_output};
use crate::clock::Clock;
use crate::config::Config;
use crate::journal::Zones;
use crate::storage::{CommandRow, ListFilter, RequeueResult, Store};

/// How many dead letters are shown before it is asked whether to retry them all.
const MAX_SHOWN: usize = 50;

#[derive(Args, Debug)]
pub(crate) struct RetryArgs {
    /// The command's id, or its beginning.
    #[arg(required_unless_present = "all_dead", conflicts_with = "all_dead")]
    id: Option<String>,
    /// All dead letters: shows them, and asks.
    #[arg(long)]
    all_dead: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[arg(long, default_value = "table")]
    format: OutputFormat,
    #[command(flatten)]
    pub(super) config: ConfigArg,
}

/// Retries the command with this id, or all dead letters, and prints each.
pub(super) async fn retry(store: &Store, args: &RetryArgs, config: &Config) -> anyhow::Result<ExitStatus> {
    let rows = match args.id.as_deref() {
        Some(id) => vec![expect_single(&store.find(id).await?, id)?.clone()],
        None => find_dead_letters(store).await?,
    };
    if rows.is_empty() {
        eprintln!("No dead letter.");
    } else if args.all_dead && !args.yes {
        let shown = &rows[..rows.len().min(MAX_SHOWN)];
        eprint!(
            "{}",
            format_table(shown, &Zones(&config.instances), Clock::system().now(), terminal_width())
        );
        if rows.len() > shown.len() {
            eprintln!("… and {} older ones", rows.len() - shown.len());
        }
        if !confirm(&format!("Retry {}?", rows.len()))? {
            return Ok(ExitStatus::Failure);
        }
    }
    let (mut taken, mut left) = (Vec::new(), Vec::new());
    // In the order in which they were given.
    for row in rows.iter().rev() {
        requeue(store, row, &mut taken, &mut left).await?;
    }
    print_result(&taken, args.format)?;
    for problem in &left {
        eprintln!("vincula: {problem}");
    }
    Ok(if left.is_empty() { ExitStatus::Success } else { ExitStatus::Failure })
}

/// All dead letters, newest first.
async fn find_dead_letters(store: &Store) -> anyhow::Result<Vec<CommandRow>> {
    let dead = ListFilter { state: "dead".to_owned(), ..ListFilter::default() };
    Ok(store.newest(&dead, usize::MAX).await?)
}

async fn requeue(
    store: &Store,
    row: &CommandRow,
    taken: &mut Vec<(String, RequeueResult)>,
    left: &mut Vec<String>,
) -> anyhow::Result<()> {
    match store.requeue(row.id.clone()).await? {
        // Another process requeued it since it was read.
        RequeueResult::NotDead if row.state == "dead" => {}
        RequeueResult::NotDead => left.push(format!(
            "{} is no dead letter: its state is {}. Only commands that failed can be retried",
            row.id, row.state
        )),
        RequeueResult::TextTrimmed => left.push(format!(
            "{}: its text was deleted, so it cannot be run. Its admin can send it again",
            row.id
        )),
        requeued => taken.push((row.id.clone(), requeued)),
    }
    Ok(())
}

/// What is done again, in one word.
fn describe(requeued: RequeueResult) -> &'static str {
    if requeued == RequeueResult::SendReply { "reply" } else { "command" }
}

fn print_result(taken: &[(String, RequeueResult)], format: OutputFormat) -> anyhow::Result<()> {
    match format {
        OutputFormat::Table => taken.iter().try_for_each(|(id, requeued)| {
            print_output(&match requeued {
                RequeueResult::SendReply => format!("{id}  its reply is sent again\n"),
                _ => format!("{id}  is carried out again\n"),
            })
        }),
        OutputFormat::Json => {
            let entry =
                |(id, requeued): &(String, RequeueResult)| json!({ "id": id, "again": describe(*requeued) });
            print_output(&format!("{:#}\n", json!(taken.iter().map(entry).collect::<Vec<_>>())))
        }
        OutputFormat::Csv => {
            print_output("id,again\n")?;
            taken
                .iter()
                .try_for_each(|(id, requeued)| print_output(&format!("{id},{}\n", describe(*requeued))))
        }
    }
}

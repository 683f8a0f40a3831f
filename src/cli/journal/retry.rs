//! `vincula journal retry`: retries dead letters, also while the service runs.

use serde_json::json;

use super::format::{OutputFormat, expect_single};
use crate::cli::common::{ExitStatus, print_output};
use crate::storage::{CommandRow, ListFilter, RequeueResult, Store};

/// How many dead letters are read at a time.
const PAGE_SIZE: usize = 500;

/// Retries the command with this id, or all dead letters, and prints each.
pub(super) async fn retry(
    store: &Store,
    id: Option<&str>,
    format: OutputFormat,
) -> anyhow::Result<ExitStatus> {
    let mut taken: Vec<(String, RequeueResult)> = Vec::new();
    let mut left = Vec::new();
    match id {
        Some(id) => requeue(store, expect_single(&store.find(id).await?, id)?, &mut taken, &mut left).await?,
        None => {
            let dead = ListFilter { state: "dead".to_owned(), ..ListFilter::default() };
            let mut last: Option<CommandRow> = None;
            loop {
                let page = store.page(&dead, last.as_ref(), PAGE_SIZE).await?;
                for row in &page {
                    requeue(store, row, &mut taken, &mut left).await?;
                }
                match page.into_iter().next_back() {
                    Some(row) => last = Some(row),
                    None => break,
                }
            }
        }
    }
    print_result(&taken, format)?;
    for problem in &left {
        eprintln!("vincula: {problem}");
    }
    if taken.is_empty() && left.is_empty() {
        eprintln!("No dead letter.");
    }
    Ok(if left.is_empty() { ExitStatus::Success } else { ExitStatus::Failure })
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

//! `vincula journal retry`: takes dead letters up again, also while the service runs.

use serde_json::json;

use super::{Format, one};
use crate::cli::{End, print};
use crate::storage::{Requeued, Row, Selection, Store};

/// How many dead letters are read at a time.
const PAGE: usize = 500;

/// Takes up the order with this id, or all that are dead; tells each that was.
pub(super) async fn retry(store: &Store, id: Option<&str>, format: Format) -> anyhow::Result<End> {
    let mut taken: Vec<(String, Requeued)> = Vec::new();
    let mut left = Vec::new();
    match id {
        Some(id) => requeue(store, one(&store.find(id).await?, id)?, &mut taken, &mut left).await?,
        None => {
            let dead = Selection { state: "dead".to_owned(), ..Selection::default() };
            let mut last: Option<Row> = None;
            loop {
                let page = store.page(&dead, last.as_ref(), PAGE).await?;
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
    tell(&taken, format)?;
    for problem in &left {
        eprintln!("vincula: {problem}");
    }
    if taken.is_empty() && left.is_empty() {
        eprintln!("No dead letter.");
    }
    Ok(if left.is_empty() { End::Well } else { End::Badly })
}

async fn requeue(
    store: &Store,
    row: &Row,
    taken: &mut Vec<(String, Requeued)>,
    left: &mut Vec<String>,
) -> anyhow::Result<()> {
    match store.requeue(row.id.clone()).await? {
        // Somebody else took it up since it was read.
        Requeued::NotDead if row.state == "dead" => {}
        Requeued::NotDead => left.push(format!(
            "{} is no dead letter: its state is {}. Only orders that were given up can be retried",
            row.id, row.state
        )),
        Requeued::Forgotten => left.push(format!(
            "{}: what was typed is no longer kept, so it cannot be carried out. Its admin can send it again",
            row.id
        )),
        requeued => taken.push((row.id.clone(), requeued)),
    }
    Ok(())
}

/// What is done again.
fn word(requeued: Requeued) -> &'static str {
    if requeued == Requeued::Answer { "answer" } else { "order" }
}

fn tell(taken: &[(String, Requeued)], format: Format) -> anyhow::Result<()> {
    match format {
        Format::Table => taken.iter().try_for_each(|(id, requeued)| {
            print(&match requeued {
                Requeued::Answer => format!("{id}  its answer is sent again\n"),
                _ => format!("{id}  is carried out again\n"),
            })
        }),
        Format::Json => {
            let entry = |(id, requeued): &(String, Requeued)| json!({ "id": id, "again": word(*requeued) });
            print(&format!("{:#}\n", json!(taken.iter().map(entry).collect::<Vec<_>>())))
        }
        Format::Csv => {
            print("id,again\n")?;
            taken.iter().try_for_each(|(id, requeued)| print(&format!("{id},{}\n", word(*requeued))))
        }
    }
}

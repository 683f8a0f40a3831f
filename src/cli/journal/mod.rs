//! `vincula journal`: lists orders, shows one with all that happened to it, takes dead letters up
//! again, and exports.

mod export;
mod retry;

use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{ConfigArg, ExitStatus, block_on, print_output};
use crate::directory::is_invisible;
use crate::storage::{AuditEvent, CommandRow, OpenedStore, Store};

#[derive(Debug, Subcommand)]
pub(super) enum JournalCommand {
    /// List the newest orders.
    #[command(
        after_help = "Examples:\n  vincula journal list\n  vincula journal list --state dead --format json"
    )]
    List {
        /// Only orders of this state.
        #[arg(long)]
        state: Option<StateFilter>,
        /// How many at most.
        #[arg(long, default_value_t = 20)]
        limit: usize,
        #[arg(long, default_value = "table")]
        format: Format,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Show one order: its answer, its states and tries, and each call to Z-API that was made for it.
    #[command(after_help = "Example:\n  vincula journal show 019ab1f2")]
    Show {
        /// The order's id, or its beginning.
        id: String,
        #[arg(long, default_value = "table")]
        format: Format,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Take dead letters up again, also while the service runs: it begins within 5 seconds.
    ///
    /// An order that was given up is carried out anew, with its whole time before it; one that was
    /// done but not answered is only answered.
    #[command(after_help = "Examples:\n  vincula journal retry 019ab1f2\n  vincula journal retry --all-dead")]
    Retry {
        /// The order's id, or its beginning.
        #[arg(required_unless_present = "all_dead", conflicts_with = "all_dead")]
        id: Option<String>,
        /// All orders that were given up.
        #[arg(long)]
        all_dead: bool,
        #[arg(long, default_value = "table")]
        format: Format,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Write all orders to stdout, oldest first: as CSV, or as one JSON array with a line an order.
    #[command(after_help = "\
Examples:
  vincula journal export > orders.csv
  vincula journal export --format json --state dead --since 2026-01-01 --until 2026-02-01")]
    Export {
        #[command(flatten)]
        options: export::ExportArgs,
        #[command(flatten)]
        config: ConfigArg,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum StateFilter {
    /// Not run yet, or to be tried again.
    Waiting,
    /// Run, and being answered.
    Answering,
    /// Ended.
    Done,
    /// Given up.
    Dead,
}

impl StateFilter {
    /// The word in the journal.
    fn as_str(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

pub(super) fn journal(call: &JournalCommand) -> anyhow::Result<ExitStatus> {
    let (JournalCommand::List { config, .. }
    | JournalCommand::Show { config, .. }
    | JournalCommand::Retry { config, .. }
    | JournalCommand::Export { config, .. }) = call;
    let Some(config) = config.load() else { return Ok(ExitStatus::InvalidConfig) };
    let kept = config.store.text_retention;
    block_on(async {
        let url = config.store.url.expose_secret();
        match call {
            JournalCommand::List { state, limit, format, .. } => {
                list(&Store::open_to_read(url).await?, *state, *limit, *format).await
            }
            JournalCommand::Show { id, format, .. } => {
                show(&Store::open_to_read(url).await?, id, *format, kept).await
            }
            JournalCommand::Export { options, .. } => {
                export::export(&Store::open_to_read(url).await?, options).await
            }
            JournalCommand::Retry { id, format, .. } => {
                let OpenedStore { store, writer } = Store::open_alongside(url).await?;
                let retried = async {
                    let retried = retry::retry(&store, id.as_deref(), *format).await;
                    store.close();
                    retried
                };
                tokio::join!(retried, writer).0
            }
        }
    })
}

async fn list(
    store: &Store,
    state: Option<StateFilter>,
    limit: usize,
    format: Format,
) -> anyhow::Result<ExitStatus> {
    let state = state.map(StateFilter::as_str);
    let rows = store.list(state.as_deref(), limit).await?;
    match format {
        Format::Table if rows.is_empty() => eprintln!("No order."),
        Format::Table => {
            let mut table = Table::new();
            table
                .load_style(UTF8_HORIZONTAL_ONLY)
                .set_header(["id", "accepted", "instance", "admin", "state", "command"]);
            for row in &rows {
                // While the answer is on its way the outcome is a plan, not yet what happened.
                let ended = row.outcome.as_deref().filter(|_| row.finished_at.is_some());
                let state = ended.unwrap_or(&row.state);
                let text = strip_control(&row.text);
                table.add_row([
                    row.id.as_str(),
                    &row.accepted_at.to_string(),
                    &row.instance,
                    &row.admin,
                    state,
                    if is_trimmed(row) { "(text removed)" } else { &text },
                ]);
            }
            print_output(&format!("{table}\n"))?;
        }
        Format::Json => {
            print_output(&format!("{:#}\n", json!(rows.iter().map(to_json).collect::<Vec<_>>())))?
        }
        Format::Csv => print_output(&to_csv(&rows)?)?,
    }
    Ok(ExitStatus::Success)
}

async fn show(store: &Store, id: &str, format: Format, kept: Duration) -> anyhow::Result<ExitStatus> {
    let rows = store.find(id).await?;
    let row = expect_single(&rows, id)?;
    let notes = store.audit_events(&row.id).await?;
    match format {
        Format::Table => print_output(&format_text(row, &notes, kept))?,
        Format::Csv => print_output(&to_csv(&rows)?)?,
        Format::Json => {
            let mut order = to_json(row);
            let note = |note: &AuditEvent| json!({ "at": note.at.to_string(), "event": note.event, "detail": note.detail });
            order["audit_events"] = notes.iter().map(note).collect();
            print_output(&format!("{order:#}\n"))?;
        }
    }
    Ok(ExitStatus::Success)
}

/// The one order that was found by the beginning of its id.
fn expect_single<'a>(rows: &'a [CommandRow], id: &str) -> anyhow::Result<&'a CommandRow> {
    match rows {
        [] => anyhow::bail!("no order has an id that begins with {id:?}"),
        [row] => Ok(row),
        _ => anyhow::bail!("several orders have an id that begins with {id:?}: write more of it"),
    }
}

/// The order ended so long ago that its texts are no longer kept.
fn is_trimmed(row: &CommandRow) -> bool {
    row.text.is_empty()
}

fn format_text(row: &CommandRow, notes: &[AuditEvent], kept: Duration) -> String {
    let mut text = format!(
        "id        {}\ninstance  {}\nadmin     {}\nchat      {}\nmessage   {}\nstate     {}{}\nattempts  {} failed\n",
        row.id,
        row.instance,
        row.admin,
        row.chat,
        format_message(row),
        row.state,
        row.outcome.as_ref().map(|outcome| format!(" ({outcome})")).unwrap_or_default(),
        row.attempts,
    );
    if let Some(error) = &row.error {
        text.push_str(&format!("error     {}\n", strip_control(error)));
    }
    if is_trimmed(row) {
        let days = kept.as_secs() / (24 * 60 * 60);
        let after =
            if days > 1 { format!("{days} days") } else { format!("{} hours", kept.as_secs() / 3600) };
        text.push_str(&format!("command   {}\n\n    (text removed after {after})\n", row.name));
    }
    if !is_trimmed(row) {
        text.push_str(&format!("\n{}\n", indent(&row.text)));
    }
    for message in reply_messages(row) {
        text.push_str(&format!("\n{}\n", indent(&message)));
    }
    text.push('\n');
    for note in notes {
        text.push_str(
            &format!(
                "{}  {} {}\n",
                note.at,
                note.event,
                strip_control(note.detail.as_deref().unwrap_or_default())
            )
            .replace(" \n", "\n"),
        );
    }
    text
}

/// WhatsApp's id of the message, and which edit of it.
fn format_message(row: &CommandRow) -> String {
    let id = strip_control(&row.message_id);
    if row.version == 0 { id } else { format!("{id} (edit {})", row.version) }
}

fn reply_messages(row: &CommandRow) -> Vec<String> {
    row.reply.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

fn to_json(row: &CommandRow) -> serde_json::Value {
    json!({
        "id": row.id, "instance": row.instance, "accepted_at": row.accepted_at.to_string(),
        "finished_at": row.finished_at.map(|at| at.to_string()), "state": row.state, "outcome": row.outcome,
        "admin": row.admin, "chat": row.chat, "message_id": row.message_id, "version": row.version, "command": row.name,
        "text": row.text, "attempts": row.attempts, "error": row.error, "reply": reply_messages(row),
    })
}

/// The columns of an order, as [`record`] fills them.
const CSV_COLUMNS: [&str; 15] = [
    "id",
    "instance",
    "accepted_at",
    "finished_at",
    "state",
    "outcome",
    "admin",
    "chat",
    "message_id",
    "command",
    "text",
    "attempts",
    "error",
    "reply",
    "version",
];

fn to_record(row: &CommandRow) -> [String; 15] {
    [
        &row.id,
        &row.instance,
        &row.accepted_at.to_string(),
        &row.finished_at.map(|at| at.to_string()).unwrap_or_default(),
        &row.state,
        row.outcome.as_deref().unwrap_or_default(),
        &row.admin,
        &row.chat,
        &row.message_id,
        &row.name,
        &row.text,
        &row.attempts.to_string(),
        row.error.as_deref().unwrap_or_default(),
        &reply_messages(row).join("\n"),
        &row.version.to_string(),
    ]
    .map(escape_csv_cell)
}

fn to_csv(rows: &[CommandRow]) -> anyhow::Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(CSV_COLUMNS)?;
    for row in rows {
        csv.write_record(to_record(row))?;
    }
    Ok(String::from_utf8(csv.into_inner()?)?)
}

/// A text that begins like a formula would be one in a spreadsheet; an apostrophe keeps it a text. That holds for
/// each of its parts that some program makes a cell of: one that splits at `;`, as Excel does in Portuguese, at tabs
/// or line by line knows nothing of our quotes. Who reads the file back drops one apostrophe of each part that
/// begins with apostrophes, blanks and quotes, and then a sign of a formula.
fn escape_csv_cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    if text.trim_start_matches('\'').starts_with(['\t', '\r']) {
        cell.push('\'');
    }
    for part in text.split_inclusive([',', ';', '\t', '\n', '\r']) {
        let is_skipped = |c: char| matches!(c, '\'' | '"') || c.is_whitespace() || is_invisible(c);
        let first = part.trim_start_matches(is_skipped);
        if first.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
            cell.push('\'');
        }
        cell.push_str(part);
    }
    cell
}

/// One line without control characters and what nobody sees: what people typed must neither drive
/// the terminal nor turn a line around.
fn strip_control(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {}", strip_control(line))).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a spreadsheet makes of the cell, wherever it splits, begins like no formula.
    #[test]
    fn t25_no_part_of_a_cell_is_a_formula_wherever_the_file_is_split() {
        let hostile = [
            "=1+1",
            "x;=HYPERLINK(\"https://evil.example\")",
            "x; =1+1",
            "x;\"=1+1",
            "x\t=1+1",
            "x\n+1",
            "x\r\n-1",
            "x\n\n@SUM(A1)",
            "a\nb,=1+1",
            "\t=1+1",
            "x;\u{200b}=1+1",
            "x;\u{a0}＝1+1",
            "+;-;@;=",
            "\"\"=1",
        ];
        for text in hostile {
            let cell = escape_csv_cell(text);
            let quoted = cell.replace('"', "\"\"");
            for part in quoted.split([',', ';', '\t', '\n', '\r']) {
                let bare = part.trim_matches(|c: char| c == '"' || c.is_whitespace() || is_invisible(c));
                assert!(
                    !bare.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']),
                    "{text:?}: {cell:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_formula_stays_as_it_is_and_the_rest_can_be_read_back() {
        for plain in ["/link Vendas a, b; c", "a-b=c", "Ana's\nb", "5544999990001", ""] {
            assert_eq!(escape_csv_cell(plain), plain);
        }
        let sign = regex::Regex::new(r#"(\A|[,;\t\n\r])'(['"\s&&[^\t\n\r]]*[=+\-@])"#).unwrap();
        for text in ["=1", "'=1", "a;'=1;-b", "/add x +55 44\n- y, @z"] {
            assert_eq!(sign.replace_all(&escape_csv_cell(text), "$1$2"), text, "{}", escape_csv_cell(text));
        }
    }
}

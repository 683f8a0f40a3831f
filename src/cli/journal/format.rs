//! Formats of `vincula journal`: a command as JSON, CSV and text.

use clap::ValueEnum;
use serde_json::json;

use crate::directory::is_invisible;
use crate::journal::reply_messages;
use crate::storage::CommandRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// The one command that was found by the beginning of its id.
pub(super) fn expect_single<'a>(rows: &'a [CommandRow], id: &str) -> anyhow::Result<&'a CommandRow> {
    match rows {
        [] => anyhow::bail!("no command has an id that begins with {id:?}"),
        [row] => Ok(row),
        _ => anyhow::bail!("several commands have an id that begins with {id:?}: write more of it"),
    }
}

pub(super) fn to_json(row: &CommandRow) -> serde_json::Value {
    json!({
        "id": row.id, "instance": row.instance, "accepted_at": row.accepted_at.to_string(),
        "finished_at": row.finished_at.map(|at| at.to_string()), "state": row.state, "outcome": row.outcome,
        "admin": row.admin, "chat": row.chat, "message_id": row.message_id, "version": row.version, "command": row.name,
        "text": row.text, "attempts": row.attempts, "error": row.error, "reply": reply_messages(row),
    })
}

/// The columns of a command, as [`to_record`] fills them.
pub(super) const CSV_COLUMNS: [&str; 15] = [
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

pub(super) fn to_record(row: &CommandRow) -> [String; 15] {
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

pub(super) fn to_csv(rows: &[CommandRow]) -> anyhow::Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(CSV_COLUMNS)?;
    for row in rows {
        csv.write_record(to_record(row))?;
    }
    Ok(String::from_utf8(csv.into_inner()?)?)
}

/// Escapes a text that a spreadsheet would take for a formula, with an apostrophe. That applies to each part that a
/// program may make a cell of: one that splits at `;`, as Excel does in Portuguese, at tabs or line by line, ignores
/// CSV quotes. To reverse it, drop one apostrophe of each part that begins with apostrophes, blanks and quotes, and
/// then a sign of a formula.
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
    fn only_formulas_are_escaped_and_escaping_is_reversible() {
        for plain in ["/link Vendas a, b; c", "a-b=c", "Ana's\nb", "5544999990001", ""] {
            assert_eq!(escape_csv_cell(plain), plain);
        }
        let sign = regex::Regex::new(r#"(\A|[,;\t\n\r])'(['"\s&&[^\t\n\r]]*[=+\-@])"#).unwrap();
        for text in ["=1", "'=1", "a;'=1;-b", "/add x +55 44\n- y, @z"] {
            assert_eq!(sign.replace_all(&escape_csv_cell(text), "$1$2"), text, "{}", escape_csv_cell(text));
        }
    }
}

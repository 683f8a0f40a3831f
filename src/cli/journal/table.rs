//! The table of `journal list`: a line a command, as wide as the terminal.

use std::io::IsTerminal as _;

use jiff::tz::TimeZone;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::cli::common::strip_control;
use crate::clock::Timestamp;
use crate::journal::{Zones, describe_result, is_trimmed};
use crate::storage::CommandRow;

/// The width where there is no terminal.
const DEFAULT_WIDTH: usize = 80;
/// Where less is left for the text of a command and its result, a command has three lines.
const MIN_TEXT_WIDTH: usize = 24;
/// Between two columns.
const GAP: &str = "  ";
/// The shortest beginning of an id that is shown: the millisecond of accepting.
const MIN_ID_LEN: usize = 13;
/// The widest column of admins.
const MAX_ADMIN_WIDTH: usize = 14;

/// The columns of a command.
struct Line {
    id: String,
    accepted: String,
    admin: String,
    command: String,
    result: String,
}

/// The columns that the terminal has; `COLUMNS` overrides it.
pub(super) fn terminal_width() -> usize {
    let variable = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || {
        let stdout = std::io::stdout();
        let size = stdout.is_terminal().then(|| rustix::termios::tcgetwinsize(&stdout).ok())??;
        Some(usize::from(size.ws_col))
    };
    variable.or_else(terminal).filter(|width| *width > 0).unwrap_or(DEFAULT_WIDTH)
}

/// The table of these commands, newest first; no line is wider than `width`.
pub(super) fn format_table(rows: &[CommandRow], zones: &Zones<'_>, now: Timestamp, width: usize) -> String {
    let id_length = distinct_id_length(rows);
    let has_several = rows.iter().any(|row| row.instance != rows[0].instance);
    let is_this_year = |row: &CommandRow| {
        let zone = zones.zone_to_show(&row.instance);
        year(row.accepted_at, &zone) == year(now, &zone)
    };
    // Months are written as words: people differ on what 11/12 is.
    let form = if rows.iter().all(is_this_year) { "%d %b %H:%M" } else { "%Y-%m-%d %H:%M" };
    let header = ["id", "accepted", "admin", "command", "result"].map(str::to_owned);
    let [id, accepted, admin, command, result] = header;
    let mut lines = vec![Line { id, accepted, admin, command, result }];
    lines.extend(rows.iter().map(|row| Line {
        id: row.id.chars().take(id_length).collect(),
        accepted: zones.format(row.accepted_at, &row.instance, form),
        admin: if has_several { format!("{}/{}", row.instance, row.admin) } else { row.admin.clone() },
        command: if is_trimmed(row) {
            format!("{} (text removed)", row.name)
        } else {
            strip_control(&row.text)
        },
        result: describe_result(row),
    }));
    format_lines(&lines, width)
}

fn year(at: Timestamp, zone: &TimeZone) -> String {
    at.format_in(zone, "%Y")
}

/// The length of ids at which no two of them are equal.
fn distinct_id_length(rows: &[CommandRow]) -> usize {
    let mut ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    ids.sort_unstable();
    let common =
        |pair: &[&str]| pair[0].chars().zip(pair[1].chars()).take_while(|(one, other)| one == other).count();
    ids.windows(2).map(|pair| common(pair) + 1).fold(MIN_ID_LEN, usize::max)
}

/// A line a command, if there is room. The text of the command and its result share what the other columns leave.
fn format_lines(lines: &[Line], width: usize) -> String {
    let widest = |column: fn(&Line) -> &str| lines.iter().map(|line| column(line).width()).max().unwrap_or(0);
    let (id, accepted) = (widest(|line| &line.id), widest(|line| &line.accepted));
    let admin = widest(|line| &line.admin).min(MAX_ADMIN_WIDTH);
    let rest = width.saturating_sub(id + accepted + admin + 4 * GAP.len());
    if rest < MIN_TEXT_WIDTH {
        return format_stacked(&lines[1..], width);
    }
    let (command, result) = (widest(|line| &line.command), widest(|line| &line.result));
    let command = command.min(rest - result.min(rest / 2));
    let result = rest - command;
    let mut text = String::new();
    for line in lines {
        let cells =
            [(&line.id, id), (&line.accepted, accepted), (&line.admin, admin), (&line.command, command)];
        for (cell, width) in cells {
            let cell = truncate(cell, width);
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            text.push_str(&format!("{cell}{padding}{GAP}"));
        }
        text.push_str(&truncate(&line.result, result));
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// Three lines a command, for a narrow terminal.
fn format_stacked(lines: &[Line], width: usize) -> String {
    let mut text = String::new();
    for Line { id, accepted, admin, command, result } in lines {
        let head = format!("{id}{GAP}{accepted}{GAP}{admin}");
        for line in [head, format!("{GAP}{command}"), format!("{GAP}{result}")] {
            text.push_str(&truncate(&line, width));
            text.push('\n');
        }
    }
    text
}

/// The beginning of a text in one line of so many columns, between two characters as people see them.
fn truncate(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut short, mut used) = (String::new(), 1);
    for character in text.graphemes(true) {
        used += character.width();
        if used > width {
            break;
        }
        short.push_str(character);
    }
    short.truncate(short.trim_end().len());
    short + "…"
}

//! What came of a command, in a few words.

use crate::command::spec::CommandSpec;
use crate::commands::CATALOG;
use crate::directory::strip_control;
use crate::storage::CommandRow;

/// The command ended so long ago that its texts were deleted.
pub fn is_trimmed(row: &CommandRow) -> bool {
    row.text.is_empty()
}

/// What came of a command, in one line: the first line of the reply to a change, else its state.
pub fn describe_result(row: &CommandRow) -> String {
    let outcome = row.outcome.as_deref().unwrap_or_default();
    let detail = describe_detail(row);
    let state = match (row.state.as_str(), outcome) {
        // The reply says it all.
        ("done", "replied") if detail.is_some() => return detail.unwrap_or_default(),
        ("done", "replied") => "done".to_owned(),
        ("done", "failed" | "reply_failed") => "dropped".to_owned(),
        ("done", outcome) => outcome.to_owned(),
        ("dead", "reply_failed") => "dead, its reply could not be delivered".to_owned(),
        (state @ ("waiting" | "answering"), _) if row.attempts > 0 => {
            format!("{state}, attempt {}", row.attempts + 1)
        }
        (state, _) => state.to_owned(),
    };
    match detail {
        Some(detail) => format!("{state}: {detail}"),
        None => state,
    }
}

/// The first line of the reply to a change, or the error of a dead letter.
pub fn describe_detail(row: &CommandRow) -> Option<String> {
    let outcome = row.outcome.as_deref().unwrap_or_default();
    let is_read_only = CATALOG.lookup(&row.name).is_some_and(CommandSpec::is_read_only);
    let detail = match (row.state.as_str(), outcome) {
        ("done", "replied") if is_read_only => None,
        (_, "failed" | "reply_failed") => row.error.clone(),
        ("done", _) => reply_messages(row).first().and_then(|reply| reply.lines().next().map(str::to_owned)),
        _ => None,
    };
    detail.map(|detail| strip_control(&detail))
}

/// The messages of the reply.
pub fn reply_messages(row: &CommandRow) -> Vec<String> {
    row.reply.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

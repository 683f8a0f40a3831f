//! A command in a list.

use super::display::{Display, StateBadge, When, format_duration, state_badge};
use super::viewer::Viewer;
use crate::directory::strip_control;
use crate::domain::Chat;
use crate::journal::describe_detail;
use crate::storage::CommandRow;

/// How much of a text a list shows, in characters.
const MAX_SHOWN: usize = 160;

/// A command in a list.
pub(super) struct CommandLine {
    pub(super) id: String,
    pub(super) accepted: When,
    pub(super) instance: String,
    pub(super) who: String,
    /// The group; empty for a direct chat.
    pub(super) chat: String,
    /// What was typed; the name of the command where the viewer may not see that, or it is gone.
    pub(super) text: String,
    /// What came of it; empty where the viewer may not see that.
    pub(super) result: String,
    pub(super) badge: StateBadge,
    /// How long it took; empty until it ends.
    pub(super) took: String,
}

impl CommandLine {
    pub(super) fn new(row: &CommandRow, display: &Display<'_>, viewer: &Viewer) -> Self {
        let sees_text = viewer.is_operator() && !row.text.is_empty();
        Self {
            id: row.id.clone(),
            accepted: display.when(row.accepted_at, &row.instance),
            instance: row.instance.clone(),
            who: display.admin(&row.admin, &row.instance),
            chat: match Chat::from_id(&row.chat) {
                Chat::Group(_) => display.chat(&row.chat, &row.instance),
                Chat::Direct(_) => String::new(),
            },
            text: if sees_text { shorten(&strip_control(&row.text)) } else { display.command(&row.name) },
            result: describe_detail(row)
                .filter(|_| sees_text)
                .map(|detail| shorten(&detail))
                .unwrap_or_default(),
            badge: state_badge(row),
            took: row.finished_at.map(|at| format_duration(at.since(row.accepted_at))).unwrap_or_default(),
        }
    }
}

/// The beginning of a text.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::console::Role;
    use crate::domain::Locale;

    #[test]
    fn t48_only_operators_see_texts_and_replies() {
        let row = CommandRow {
            id: "a".to_owned(),
            instance: "main".to_owned(),
            accepted_at: Timestamp(1_764_000_000_000),
            finished_at: None,
            state: "done".to_owned(),
            outcome: Some("replied".to_owned()),
            admin: "ana".to_owned(),
            chat: "5544999990001".to_owned(),
            message_id: "M".to_owned(),
            version: 0,
            name: "link".to_owned(),
            text: "/link secret-plans".to_owned(),
            attempts: 0,
            error: None,
            reply: Some("[\"secret-plans are done\"]".to_owned()),
        };
        let display = Display { runtimes: &[], locale: Locale::PtBr, now: row.accepted_at };
        let show = |role| {
            let line = CommandLine::new(&row, &display, &Viewer { name: String::new(), role });
            (line.text, line.result)
        };

        assert_eq!(
            show(Role::Operator),
            ("/link secret-plans".to_owned(), "secret-plans are done".to_owned())
        );
        assert_eq!(show(Role::Viewer), ("/vincular".to_owned(), String::new()));
    }
}

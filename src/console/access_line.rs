//! An access to the console in a list: who read or did what.

use super::display::{Display, When};
use crate::directory::strip_control;
use crate::storage::ConsoleAccess;
use crate::web::Page;

/// The actions, and the keys of what they are called.
const ACTIONS: [(&str, &str); 7] = [
    ("sign_in", "console-did-sign-in"),
    ("sign_out", "console-did-sign-out"),
    ("read_texts", "console-did-read-texts"),
    ("retry", "console-did-retry"),
    ("drop", "console-did-drop"),
    ("cancel", "console-did-cancel"),
    ("read", "console-did-read"),
];

/// An access in a list.
pub(super) struct AccessLine {
    pub(super) at: When,
    pub(super) name: String,
    /// The key of the role.
    pub(super) role: &'static str,
    pub(super) client: String,
    pub(super) action: String,
    /// The page that was read, or of the command that something was done with; empty for others.
    pub(super) page: String,
}

impl AccessLine {
    pub(super) fn new(access: &ConsoleAccess, page: &Page, display: &Display<'_>) -> Self {
        let action = ACTIONS.iter().find(|(word, _)| *word == access.action);
        Self {
            at: display.when(access.at, ""),
            name: strip_control(&access.name),
            role: if access.role == "operator" { "console-role-operator" } else { "console-role-viewer" },
            client: access.client.clone(),
            action: action.map_or_else(|| strip_control(&access.action), |(_, key)| page.text(key)),
            page: page_of(&access.target).unwrap_or_default(),
        }
    }
}

/// The page of a target: only a path that surely is one of the console.
fn page_of(target: &str) -> Option<String> {
    if target == "/" || target == "/commands" {
        return Some(target.to_owned());
    }
    let id = target.strip_prefix("/commands/")?.split('/').next()?;
    let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_id.then(|| format!("/commands/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t38_only_pages_of_the_console_are_linked() {
        for (target, page) in [
            ("/", Some("/")),
            ("/commands", Some("/commands")),
            ("/commands/019ab1f2-3c4d", Some("/commands/019ab1f2-3c4d")),
            ("/commands/019ab1f2-3c4d/retry", Some("/commands/019ab1f2-3c4d")),
            ("/commands//evil.example", None),
            ("/commands/%2e%2e/x", None),
            ("//evil.example", None),
            ("/sign-in", None),
            ("", None),
        ] {
            assert_eq!(page_of(target).as_deref(), page, "{target}");
        }
    }
}

//! What the journal says about the last commands.

use super::state::Playground;
use crate::clock::Timestamp;
use crate::storage::{AuditEvent, CommandRow};

/// How many commands are shown.
const MAX_STORIES: usize = 4;

/// A command in the journal.
#[derive(Clone, Debug)]
pub(super) struct CommandStory {
    pub(super) text: String,
    pub(super) state: String,
    pub(super) attempts: usize,
    pub(super) error: String,
    pub(super) events: Vec<StoryEvent>,
}

/// An event of a command.
#[derive(Clone, Debug)]
pub(super) struct StoryEvent {
    /// `+120 ms`, since the command was accepted.
    pub(super) after: String,
    pub(super) event: String,
    pub(super) detail: String,
}

/// The last commands, newest first, and whether one of them is not finished.
pub(super) async fn read_stories(playground: &Playground) -> (Vec<CommandStory>, bool) {
    let mut stories = Vec::new();
    let mut is_any_open = false;
    let Some(store) = playground.service().store() else { return (stories, false) };
    for id in playground.messenger().commands().into_iter().take(MAX_STORIES) {
        // While the service restarts, the store cannot be read: the page asks again soon.
        let Ok(rows) = store.find(&id).await else { return (stories, true) };
        let events = store.audit_events(&id).await.unwrap_or_default();
        for row in rows {
            is_any_open |= row.finished_at.is_none();
            stories.push(build_story(row, &events));
        }
    }
    (stories, is_any_open)
}

fn build_story(row: CommandRow, events: &[AuditEvent]) -> CommandStory {
    let event = |event: &AuditEvent| StoryEvent {
        after: format_offset(event.at, row.accepted_at),
        event: event.event.clone(),
        detail: event.detail.clone().unwrap_or_default(),
    };
    let events = events.iter().map(event).collect();
    let outcome = row.outcome.map(|outcome| format!(", {outcome}")).unwrap_or_default();
    CommandStory {
        text: row.text,
        state: format!("{}{outcome}", row.state),
        attempts: usize::try_from(row.attempts).unwrap_or_default(),
        error: row.error.unwrap_or_default(),
        events,
    }
}

/// `+120 ms`.
pub(super) fn format_offset(at: Timestamp, since: Timestamp) -> String {
    format!("+{} ms", at.since(since).as_millis())
}

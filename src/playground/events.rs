//! The event stream of a page: the parts that changed, as HTML.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::page::{Parts, render_tree};
use super::state::Playground;
use super::view::{self, Placements, Selection};
use crate::domain::Locale;
use crate::web::PageError;

/// Changes that follow each other this quickly are sent together.
const COALESCE_TIME: Duration = Duration::from_millis(90);
/// How often the journal is read while a command is not finished.
const BUSY_INTERVAL: Duration = Duration::from_millis(300);
/// How often a stream shows that it lives.
const IDLE_INTERVAL: Duration = Duration::from_secs(15);
/// The communities are sent this rarely: a browser drops an animation that has not ended.
const TREE_INTERVAL: Duration = Duration::from_millis(750);

/// The state of a stream.
struct EventStream {
    playground: Playground,
    locale: Locale,
    selection: Selection,
    /// What the page shows.
    shown: Vec<(&'static str, String)>,
    announced: Option<String>,
    placements: Placements,
    tree_sent_at: Option<Instant>,
    is_busy: bool,
    sandbox_changes: watch::Receiver<()>,
    own_changes: watch::Receiver<()>,
    _slot: OwnedSemaphorePermit,
}

/// Responds with the changes of a page since `version`.
///
/// # Errors
/// There are too many streams.
pub(super) async fn stream_changes(
    playground: Playground,
    locale: Locale,
    selection: Selection,
    version: &str,
) -> Result<Response, PageError> {
    let slot = playground.streams().clone().try_acquire_owned().map_err(|_| PageError::Unavailable)?;
    let (sandbox_changes, own_changes) = (playground.sandbox().changes(), playground.changes());
    let now = Parts::render(&playground, locale, &selection).await?;
    // A page that missed changes is sent all parts.
    let shown = if now.version() == version { now.parts } else { Vec::new() };
    let first = if shown.is_empty() { ": all\n\n" } else { ": none\n\n" };
    let announced = view::last_bot_message(&playground, &selection);
    let placements = view::placements(&playground);
    let state = EventStream {
        playground,
        locale,
        selection,
        shown,
        announced,
        placements,
        tree_sent_at: None,
        is_busy: now.is_busy,
        sandbox_changes,
        own_changes,
        _slot: slot,
    };
    let is_behind = state.shown.is_empty();
    let stream = stream::unfold(
        (state, Some(first.to_owned()), is_behind),
        |(mut state, first, is_behind)| async move {
            if let Some(first) = first {
                return Some((Ok::<_, Infallible>(Bytes::from(first)), (state, None, is_behind)));
            }
            let shutdown = state.playground.shutdown().clone();
            let events = shutdown.run_until_cancelled(state.next_events(is_behind)).await??;
            Some((Ok(Bytes::from(events)), (state, None, false)))
        },
    );
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(stream)).into_response())
}

impl EventStream {
    /// Waits for changes and returns their events; a comment if there are none for a while.
    async fn next_events(&mut self, is_behind: bool) -> Option<String> {
        let mut is_due = is_behind;
        loop {
            if !is_due {
                let interval = if self.is_busy { BUSY_INTERVAL } else { IDLE_INTERVAL };
                tokio::select! {
                    changed = self.sandbox_changes.changed() => changed.ok()?,
                    changed = self.own_changes.changed() => changed.ok()?,
                    () = tokio::time::sleep(interval) => {
                        if !self.is_busy {
                            return Some(": idle\n\n".to_owned());
                        }
                    }
                }
                tokio::time::sleep(COALESCE_TIME).await;
                self.sandbox_changes.mark_unchanged();
                self.own_changes.mark_unchanged();
            }
            is_due = false;
            let events = self.changed_parts().await?;
            if !events.is_empty() {
                return Some(events);
            }
        }
    }

    /// The events of the parts that changed.
    async fn changed_parts(&mut self) -> Option<String> {
        let now = Parts::render(&self.playground, self.locale, &self.selection).await.ok()?;
        self.is_busy = now.is_busy;
        let mut events = String::new();
        for (name, html) in now.parts {
            let shown = self.shown.iter_mut().find(|(own, _)| *own == name);
            if shown.as_ref().is_some_and(|(_, shown)| *shown == html) {
                continue;
            }
            if name != "tree" {
                events.push_str(&format_event(name, &html));
            } else if self.tree_sent_at.is_some_and(|sent| sent.elapsed() < TREE_INTERVAL) {
                self.is_busy = true;
                continue;
            } else {
                let before = Some(&self.placements);
                let tree = render_tree(&self.playground, self.locale, &self.selection, before).ok()?;
                events.push_str(&format_event(name, &tree));
                self.placements = view::placements(&self.playground);
                self.tree_sent_at = Some(Instant::now());
            }
            match shown {
                Some((_, shown)) => *shown = html,
                None => self.shown.push((name, html)),
            }
        }
        let last = view::last_bot_message(&self.playground, &self.selection);
        if last != self.announced {
            let text = last.as_deref().map(askama_escape).unwrap_or_default();
            events.push_str(&format_event("announcement", &text));
            self.announced = last;
        }
        Some(events)
    }
}

fn askama_escape(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html).map(|text| text.to_string()).unwrap_or_default()
}

fn format_event(name: &str, html: &str) -> String {
    // A carriage return ends a line of a stream too.
    let lines: String = html.split_terminator(['\n', '\r']).map(|line| format!("data: {line}\n")).collect();
    format!("event: {name}\n{}\n", if lines.is_empty() { "data:\n" } else { &lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_a_data_field_for_each_line() {
        assert_eq!(format_event("chat", "<p>\n</p>"), "event: chat\ndata: <p>\ndata: </p>\n\n");
        assert_eq!(format_event("chat", "a\revent: x"), "event: chat\ndata: a\ndata: event: x\n\n");
        assert_eq!(format_event("chat", ""), "event: chat\ndata:\n\n");
    }
}

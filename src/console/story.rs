//! The story of a command: its audit trail as steps that people read.

use super::display::{Display, When, format_duration};
use crate::directory::strip_control;
use crate::storage::{AuditEvent, CommandDetails};
use crate::web::Page;

/// A step of the story.
pub(super) struct Step {
    pub(super) at: When,
    /// `ok`, `warn`, `bad` or nothing.
    pub(super) class: &'static str,
    pub(super) icon: &'static str,
    pub(super) title: String,
    /// More about it; may hold a part of a message.
    pub(super) detail: String,
    /// How long it took.
    pub(super) took: String,
}

/// The steps of a command, oldest first. Details that may hold a part of a message are for operators.
pub(super) fn make_story(
    page: &Page,
    display: &Display<'_>,
    command: &CommandDetails,
    (events, is_operator): (&[AuditEvent], bool),
) -> Vec<Step> {
    let instance = &command.row.instance;
    let step = |at, (class, icon, key): (&'static str, &'static str, &str)| Step {
        at: display.exact(at, instance),
        class,
        icon,
        title: page.text(key),
        detail: String::new(),
        took: String::new(),
    };
    let mut steps = Vec::new();
    steps.extend(command.sent_at.map(|at| step(at, ("", "message", "console-step-sent"))));
    let mut attempt = 0;
    for event in events {
        let detail = strip_control(event.detail.as_deref().unwrap_or_default());
        let known = find_event(&event.event);
        let mut next = step(event.at, known.unwrap_or(("", "clock", "console-step-other")));
        match event.event.as_str() {
            "accepted" => next.detail = display.admin(&command.row.admin, instance),
            "claimed" => {
                attempt += 1;
                next.title = page.count("console-step-claimed", attempt);
            }
            "api_call" => describe_call(&mut next, &detail, is_operator),
            "replied" | "finished" => next.detail = describe_outcome(page, &detail),
            "attempted" if is_operator => next.detail = detail,
            // A command of the same instance, or an action of the console: no part of a message.
            "cancelled" => next.detail = detail,
            _ if known.is_none() => next.detail = strip_control(&event.event),
            _ => {}
        }
        steps.push(next);
    }
    steps
}

/// Class, icon and key of an event.
fn find_event(event: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match event {
        "accepted" => ("ok", "check", "console-step-accepted"),
        "claimed" => ("", "clock", "console-step-claimed"),
        "planned" => ("", "plan", "console-step-planned"),
        "api_call" => ("", "call", "console-step-call"),
        "attempted" => ("warn", "warning", "console-step-attempted"),
        "crashed" => ("bad", "error", "console-step-crashed"),
        "released" => ("", "clock", "console-step-released"),
        "replied" => ("", "message", "console-step-replied"),
        "sent" => ("ok", "send", "console-step-delivered"),
        "finished" => ("", "check", "console-step-finished"),
        "retry_notified" => ("", "message", "console-step-retry-notified"),
        "retry_notice_withdrawn" => ("", "message", "console-step-retry-withdrawn"),
        "requeued" => ("", "retry", "console-step-requeued"),
        "dropped" => ("", "drop", "console-step-dropped"),
        "cancelled" => ("warn", "cancel", "console-step-cancelled"),
        _ => return None,
    })
}

/// `link: done (12 ms)`, as the worker records a call; what is between may be Z-API's words.
fn describe_call(step: &mut Step, detail: &str, is_operator: bool) {
    let (call, ended) = detail.split_once(": ").unwrap_or((detail, ""));
    let (ended, took) = match ended.rsplit_once(" (") {
        Some((ended, took)) => (ended, took.trim_end_matches(')')),
        None => (ended, ""),
    };
    step.title = format!("{}: {call}", step.title);
    let millis = took.strip_suffix(" ms").and_then(|millis| millis.parse().ok());
    step.took =
        millis.map(|millis| format_duration(std::time::Duration::from_millis(millis))).unwrap_or_default();
    if ended == "done" {
        step.class = "ok";
    } else {
        step.class = "bad";
        step.detail = if is_operator { ended.to_owned() } else { String::new() };
    }
}

fn describe_outcome(page: &Page, outcome: &str) -> String {
    match outcome {
        "replied" | "denied" | "previewed" | "expired" | "cancelled" | "failed" => {
            page.text(&format!("console-state-{outcome}"))
        }
        "usage_error" => page.text("console-state-usage-error"),
        "reply_failed" => page.text("console-state-reply-failed"),
        other => other.to_owned(),
    }
}

//! One command with its whole story.

use askama::Template;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::Value as Json;

use super::display::{Display, StateBadge, When, format_duration, state_badge};
use super::nav::Nav;
use super::state::ConsoleState;
use super::story::{Step, make_story};
use super::viewer::Viewer;
use crate::command::parsed_text::{ParsedRequest, ParsedText};
use crate::directory::strip_control;
use crate::domain::{InstanceName, Lid, Person, Phone};
use crate::journal::reply_messages;
use crate::storage::{CommandDetails, StateKind, StoreUnavailable};
use crate::web::{Page, PageLanguage, PageResult, render};

/// What the last action came to: `?done=…`, and the class of its note.
const RESULTS: [(&str, &str, &str); 9] = [
    ("retried", "ok", "console-done-retried"),
    ("resent", "ok", "console-done-resent"),
    ("dropped", "ok", "console-done-dropped"),
    ("cancelled", "ok", "console-done-cancelled"),
    ("cancelled-running", "ok", "console-done-cancelled-running"),
    ("not-dead", "warn", "console-done-not-dead"),
    ("trimmed", "warn", "console-done-trimmed"),
    ("not-waiting", "warn", "console-done-not-waiting"),
    ("", "", ""),
];

#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

/// Another command that belongs to this one, and the key of what it is.
struct Related {
    id: String,
    key: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "console/command.html")]
struct CommandTemplate {
    page: Page,
    nav: Nav,
    id: String,
    instance: String,
    name: String,
    who: String,
    person: String,
    chat: String,
    accepted: When,
    took: String,
    attempts: i64,
    retry_at: Option<When>,
    badge: StateBadge,
    result: Option<(&'static str, &'static str)>,
    sees_text: bool,
    is_trimmed: bool,
    text: String,
    parsed: String,
    replies: Vec<String>,
    error: String,
    plan: String,
    related: Vec<Related>,
    story: Vec<Step>,
    can_retry: bool,
    can_drop: bool,
    can_cancel: bool,
}

/// `GET /commands/{id}`
pub(super) async fn show(
    State(state): State<ConsoleState>,
    PageLanguage(locale): PageLanguage,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(Done { done }): Query<Done>,
) -> PageResult {
    let command = state.find_command(&id).await?;
    let runtimes = state.runtimes();
    let display = Display { runtimes: &runtimes, locale, now: state.clock.now() };
    let events = state.store.audit_events(&command.row.id).await?;
    let related = find_related(&state, &command, &display).await?;
    let (row, is_operator) = (&command.row, viewer.is_operator());
    let name = display.command(&row.name);
    let page = Page::new(locale, "console-command").with_title(name.clone());
    let hidden = |text: String| if is_operator { text } else { String::new() };
    let is_dead = row.state == "dead";
    render(&CommandTemplate {
        story: make_story(&page, &display, &command, (&events, is_operator)),
        id: row.id.clone(),
        instance: row.instance.clone(),
        name,
        who: display.admin(&row.admin, &row.instance),
        person: describe_person(&command),
        chat: display.chat(&row.chat, &row.instance),
        accepted: display.when(row.accepted_at, &row.instance),
        took: row.finished_at.map(|at| format_duration(at.since(row.accepted_at))).unwrap_or_default(),
        attempts: row.attempts,
        retry_at: command
            .retry_at
            .map(|at| display.when(at, &row.instance))
            .filter(|_| row.state == "waiting"),
        badge: state_badge(row),
        result: RESULTS.iter().find(|each| each.0 == done && !done.is_empty()).map(|each| (each.1, each.2)),
        sees_text: is_operator,
        is_trimmed: row.text.is_empty(),
        text: hidden(clean(&row.text)),
        parsed: describe_parsed(&display, &command, is_operator),
        replies: if is_operator {
            reply_messages(row).iter().map(|reply| clean(reply)).collect()
        } else {
            Vec::new()
        },
        error: hidden(clean(row.error.as_deref().unwrap_or_default())),
        plan: hidden(command.plan.as_deref().map(format_json).unwrap_or_default()),
        can_retry: is_operator && is_dead && !row.text.is_empty(),
        can_drop: is_operator && is_dead,
        can_cancel: is_operator && row.state == "waiting" && command.cancelled_by.is_none(),
        related,
        nav: Nav::new("commands", viewer),
        page,
    })
}

/// A text with its lines, without control and invisible characters.
fn clean(text: &str) -> String {
    text.lines().map(strip_control).collect::<Vec<_>>().join("\n")
}

fn format_json(json: &str) -> String {
    let parsed = serde_json::from_str::<Json>(json).and_then(|value| serde_json::to_string_pretty(&value));
    clean(&parsed.unwrap_or_else(|_| json.to_owned()))
}

/// The number and the lid that the message showed.
fn describe_person(command: &CommandDetails) -> String {
    let phone = command.phone.as_deref().and_then(Phone::parse);
    let lid = command.lid.as_deref().and_then(Lid::parse);
    let shown = [Person { phone, lid: None }, Person { phone: None, lid }].map(Person::display);
    shown.into_iter().filter(|each| !each.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The command and its arguments as they were understood; the arguments are a part of the text.
fn describe_parsed(display: &Display<'_>, command: &CommandDetails, is_operator: bool) -> String {
    let parsed: Option<ParsedText> =
        command.parsed.as_deref().and_then(|json| serde_json::from_str(json).ok());
    let rest = match parsed.map(|parsed| parsed.request) {
        Some(ParsedRequest::Command(parsed)) => parsed.rest().to_owned(),
        Some(ParsedRequest::Wish(wish)) => wish.rest,
        _ => String::new(),
    };
    let name = display.command(&command.row.name);
    if is_operator { format!("{name} {}", strip_control(&rest)).trim().to_owned() } else { name }
}

/// The command that asked, the one that answered, and the one that cancelled.
async fn find_related(
    state: &ConsoleState,
    command: &CommandDetails,
    display: &Display<'_>,
) -> Result<Vec<Related>, StoreUnavailable> {
    let mut ids: Vec<(String, &'static str)> = Vec::new();
    if let Some(instance) = InstanceName::parse(&command.row.instance) {
        let answer = state.store.get_state(&instance, StateKind::Confirmed, &command.row.id).await?;
        ids.extend(answer.map(|answer| (answer.value, "console-answered-by")));
    }
    let deferred: Option<Json> =
        command.deferred_command.as_deref().and_then(|json| serde_json::from_str(json).ok());
    let asked = deferred.as_ref().and_then(|json| json.get("prompting_commands")?.as_array().cloned());
    let asked = asked.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned));
    ids.extend(asked.map(|id| (id, "console-answers")));
    ids.extend(command.cancelled_by.clone().map(|id| (id, "console-cancelled-by")));
    let mut related = Vec::new();
    for (id, key) in ids {
        match state.store.command_details(&id).await? {
            Some(other) if other.row.instance == command.row.instance => {
                let row = &other.row;
                let (name, who) = (display.command(&row.name), display.admin(&row.admin, &row.instance));
                related.push(Related { id: row.id.clone(), key, text: format!("{name} · {who}") });
            }
            _ => related.push(Related { id: String::new(), key, text: strip_control(&id) }),
        }
    }
    Ok(related)
}

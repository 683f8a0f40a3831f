//! The routes of the page.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Query, State};
use axum::middleware;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::conditions::Condition;
use super::events;
use super::guard;
use super::messenger::{Action, OutgoingMessage};
use super::page::{Draft, render_page};
use super::persona::Persona;
use super::scripts::{TOUR, TourAction, localized, opening};
use super::state::Playground;
use super::view::Selection;
use crate::web::{PageLanguage, PageResult, asset_routes, with_page_headers};

/// The longest text, in characters: WhatsApp's own limit is longer.
const MAX_TEXT: usize = 4_096;
/// The largest form, in bytes.
const MAX_FORM: usize = 32 * 1024;

/// The routes of the page, for its own site alone.
pub fn routes(playground: Playground) -> Router {
    let guard = middleware::from_fn(guard::refuse_other_sites);
    let routes = Router::new()
        .route("/", get(show_page))
        .route("/events", get(stream_events))
        .route("/send", post(send))
        .route("/react", post(react))
        .route("/delete", post(delete))
        .route("/switch", post(switch))
        .route("/kill", post(kill))
        .route("/reset", post(reset))
        .route("/tour", post(advance_tour))
        .with_state(playground)
        .merge(asset_routes())
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(guard);
    with_page_headers(routes)
}

/// The selection of an address or a form, and what its action needs; all fields may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
    r#as: String,
    chat: String,
    reply: String,
    edit: String,
    seen: String,
    text: String,
    picture: String,
    id: String,
    emoji: String,
    name: String,
    on: String,
    go: String,
}

impl Fields {
    fn selection(&self, playground: &Playground) -> Selection {
        Selection::new(&self.r#as, &self.chat, playground)
    }

    fn draft(&self) -> Draft {
        match (self.reply.as_str(), self.edit.as_str()) {
            ("", "") => Draft::New,
            ("", edit) => Draft::Edit(edit.to_owned()),
            (reply, _) => Draft::Reply(reply.to_owned()),
        }
    }
}

async fn show_page(
    State(playground): State<Playground>,
    PageLanguage(locale): PageLanguage,
    Query(fields): Query<Fields>,
) -> PageResult {
    let selection = fields.selection(&playground);
    Ok(Html(render_page(&playground, locale, &selection, &fields.draft()).await?).into_response())
}

async fn stream_events(
    State(playground): State<Playground>,
    PageLanguage(locale): PageLanguage,
    Query(fields): Query<Fields>,
) -> PageResult {
    let selection = fields.selection(&playground);
    events::stream_changes(playground, locale, selection, &fields.seen).await
}

async fn send(State(playground): State<Playground>, Form(fields): Form<Fields>) -> Response {
    let selection = fields.selection(&playground);
    let text: String = fields.text.trim().chars().take(MAX_TEXT).collect();
    let action = match fields.draft() {
        Draft::Edit(message_id) => Action::Edit { message_id, text: text.clone() },
        _ if !fields.picture.is_empty() => Action::Picture(text.clone()),
        _ => Action::Text(text.clone()),
    };
    if !text.is_empty() || matches!(action, Action::Picture(_)) {
        let quoted = Some(fields.reply.clone()).filter(|reply| !reply.is_empty());
        send_action(&playground, &selection, action, quoted, &text).await;
    }
    back_to(&selection)
}

async fn react(State(playground): State<Playground>, Form(fields): Form<Fields>) -> Response {
    let selection = fields.selection(&playground);
    let is_emoji = !fields.emoji.is_empty() && fields.emoji.chars().count() <= 8;
    if is_emoji && !fields.id.is_empty() {
        let action = Action::Reaction { message_id: fields.id.clone(), emoji: fields.emoji.clone() };
        send_action(&playground, &selection, action, None, "").await;
    }
    back_to(&selection)
}

async fn delete(State(playground): State<Playground>, Form(fields): Form<Fields>) -> Response {
    let selection = fields.selection(&playground);
    if !fields.id.is_empty() {
        send_action(&playground, &selection, Action::Delete(fields.id.clone()), None, "").await;
    }
    back_to(&selection)
}

async fn switch(State(playground): State<Playground>, Form(fields): Form<Fields>) -> Response {
    if let Some(condition) = Condition::parse(&fields.name) {
        playground.switch(condition, fields.on == "yes").await;
    }
    back_to(&fields.selection(&playground))
}

async fn kill(State(playground): State<Playground>, Form(fields): Form<Fields>) -> Response {
    playground.kill_service().await;
    back_to(&fields.selection(&playground))
}

async fn reset(State(playground): State<Playground>, Form(fields): Form<Fields>) -> Response {
    playground.reset().await;
    let selection = Selection { group: None, ..fields.selection(&playground) };
    back_to(&selection)
}

/// Runs the current step of the tour, skips it, or begins again.
async fn advance_tour(
    State(playground): State<Playground>,
    PageLanguage(locale): PageLanguage,
    Form(fields): Form<Fields>,
) -> Response {
    let selection = fields.selection(&playground);
    let at = playground.tour_step();
    // A step that somebody else has run meanwhile is not run again.
    if fields.id.parse() != Ok(at + 1) && fields.go != "restart" {
        return back_to(&selection);
    }
    match (fields.go.as_str(), TOUR.get(at)) {
        ("run", Some(step)) => {
            playground.set_tour_step(at + 1);
            let selection = Selection { persona: step.persona, group: None };
            let text = match step.action {
                TourAction::Open => opening(locale, playground.locale()),
                TourAction::Send(texts) | TourAction::SendSlowly(texts) => localized(texts, locale),
                TourAction::Kill => String::new(),
            };
            match step.action {
                TourAction::Kill => {
                    playground.kill_service().await;
                    playground.switch(Condition::Slow, false).await;
                }
                TourAction::Open | TourAction::Send(_) | TourAction::SendSlowly(_) => {
                    if matches!(step.action, TourAction::SendSlowly(_)) {
                        playground.switch(Condition::Slow, true).await;
                    }
                    send_action(&playground, &selection, Action::Text(text.clone()), None, &text).await;
                }
            }
            return back_to(&selection);
        }
        ("skip", Some(_)) => playground.set_tour_step(at + 1),
        ("end", Some(_)) => playground.set_tour_step(TOUR.len()),
        ("restart", _) => playground.set_tour_step(0),
        _ => {}
    }
    back_to(&selection)
}

async fn send_action(
    playground: &Playground,
    selection: &Selection,
    action: Action,
    quoted: Option<String>,
    text: &str,
) {
    let sender = playground.sandbox().world_snapshot(|world| selection.persona.sender(world));
    let is_by_owner = selection.persona == Persona::Owner;
    let message = OutgoingMessage { sender, is_by_owner, group: selection.group.clone(), quoted, action };
    playground.send(&message, text).await;
}

fn back_to(selection: &Selection) -> Response {
    Redirect::to(&format!("/?{}", selection.query())).into_response()
}

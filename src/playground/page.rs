//! The templates of the page and of its live parts.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use askama::Template;

use super::call_log::{CallRecord, CallStatus};
use super::conditions::Condition;
use super::messenger::WebhookRecord;
use super::persona::Persona;
use super::scripts::{TOUR, TourAction, localized, opening};
use super::state::Playground;
use super::story::{CommandStory, read_stories};
use super::view::{self, CommunityView, GroupView, MessageView, Placements, Selection};
use crate::domain::Locale;
use crate::web::{Page, PageError};

/// The parts of the page that change by themselves, each as HTML; the names are those of its elements and events.
pub(super) struct Parts {
    pub(super) parts: Vec<(&'static str, String)>,
    /// A command is not finished: the journal changes without notice.
    pub(super) is_busy: bool,
}

/// What a visitor writes a reply to, or edits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Draft {
    /// A new message.
    #[default]
    New,
    /// A reply that quotes this message.
    Reply(String),
    /// An edit of this message.
    Edit(String),
}

#[derive(Template)]
#[template(path = "playground/page.html")]
struct PageTemplate<'a> {
    page: &'a Page,
    selection: &'a Selection,
    parts: &'a Parts,
    /// A hash of the parts.
    version: String,
    group_name: Option<String>,
    draft: &'a Draft,
    /// The author and the text of the message that is replied to or edited.
    draft_of: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "playground/chat.html")]
struct ChatTemplate<'a> {
    page: &'a Page,
    selection: &'a Selection,
    messages: Vec<MessageView>,
}

#[derive(Template)]
#[template(path = "playground/suggestions.html")]
struct SuggestionsTemplate<'a> {
    page: &'a Page,
    selection: &'a Selection,
    suggestions: Vec<String>,
}

#[derive(Template)]
#[template(path = "playground/tree.html")]
struct TreeTemplate<'a> {
    page: &'a Page,
    selection: &'a Selection,
    communities: Vec<CommunityView>,
    loose: Vec<GroupView>,
}

#[derive(Template)]
#[template(path = "playground/tour.html")]
struct TourTemplate<'a> {
    page: &'a Page,
    selection: &'a Selection,
    /// The number of the step, from 1; 0 if the tour has ended.
    number: usize,
    steps: usize,
    sentence: String,
    /// What is sent; empty for the last step.
    text: String,
    /// Whose step it is, unless the visitor is that person.
    persona: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "playground/conditions.html")]
struct ConditionsTemplate<'a> {
    page: &'a Page,
    selection: &'a Selection,
    /// The name of each, and whether it is on.
    conditions: Vec<(&'static str, bool)>,
    kills: usize,
}

#[derive(Template)]
#[template(path = "playground/webhooks.html")]
struct WebhooksTemplate<'a> {
    page: &'a Page,
    webhooks: Vec<WebhookRecord>,
}

#[derive(Template)]
#[template(path = "playground/story.html")]
struct StoryTemplate<'a> {
    page: &'a Page,
    stories: Vec<CommandStory>,
}

#[derive(Template)]
#[template(path = "playground/calls.html")]
struct CallsTemplate<'a> {
    page: &'a Page,
    calls: Vec<CallRow>,
}

/// A call, as the page shows it.
struct CallRow {
    method: String,
    path: String,
    /// `ok`, `bad` or `running`.
    class: &'static str,
    status: String,
    millis: String,
}

impl PageTemplate<'_> {
    /// The addresses and names of the people, and whether each is the current one.
    fn personas(&self) -> Vec<(&'static str, bool)> {
        Persona::ALL.map(|persona| (persona.tag(), persona == self.selection.persona)).to_vec()
    }

    /// The HTML of a part.
    fn part(&self, name: &str) -> &str {
        self.parts.parts.iter().find(|(own, _)| *own == name).map_or("", |(_, html)| html)
    }
}

impl Parts {
    /// Renders the parts; groups that are elsewhere than `before` are highlighted.
    ///
    /// # Errors
    /// A template cannot be rendered.
    pub(super) async fn render(
        playground: &Playground,
        locale: Locale,
        selection: &Selection,
    ) -> Result<Self, PageError> {
        let page = &Page::new(locale, "playground-title");
        let messages = view::messages(playground, selection, locale);
        let suggestions = view::suggestions(playground, selection, locale);
        let (stories, is_busy) = read_stories(playground).await;
        let calls: Vec<CallRow> = playground.calls().records().into_iter().map(CallRow::new).collect();
        let is_calling = calls.iter().any(|call| call.class == "running");
        let webhooks = playground.messenger().webhooks();
        let parts = vec![
            ("chat", to_html(&ChatTemplate { page, selection, messages })?),
            ("suggestions", to_html(&SuggestionsTemplate { page, selection, suggestions })?),
            ("tree", render_tree(playground, locale, selection, None)?),
            ("tour", to_html(&TourTemplate::new(playground, page, selection))?),
            ("conditions", to_html(&ConditionsTemplate::new(playground, page, selection))?),
            ("webhooks", to_html(&WebhooksTemplate { page, webhooks })?),
            ("story", to_html(&StoryTemplate { page, stories })?),
            ("calls", to_html(&CallsTemplate { page, calls })?),
        ];
        Ok(Self { parts, is_busy: is_busy || is_calling })
    }

    /// A hash of all parts.
    pub(super) fn version(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.parts.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
}

/// Renders the communities; groups that are elsewhere than `before` are highlighted.
///
/// # Errors
/// The template cannot be rendered.
pub(super) fn render_tree(
    playground: &Playground,
    locale: Locale,
    selection: &Selection,
    before: Option<&Placements>,
) -> Result<String, PageError> {
    let page = &Page::new(locale, "playground-title");
    let (communities, loose) = view::tree(playground, selection, before);
    to_html(&TreeTemplate { page, selection, communities, loose })
}

/// Renders the page.
///
/// # Errors
/// A template cannot be rendered.
pub(super) async fn render_page(
    playground: &Playground,
    locale: Locale,
    selection: &Selection,
    draft: &Draft,
) -> Result<String, PageError> {
    let page = &Page::new(locale, "playground-title");
    let parts = &Parts::render(playground, locale, selection).await?;
    let (Draft::Reply(id) | Draft::Edit(id)) = draft else {
        let (version, group_name) = (parts.version(), view::group_name(playground, selection));
        return to_html(&PageTemplate { page, selection, parts, version, group_name, draft, draft_of: None });
    };
    let draft_of = view::quoted_message(playground, id, locale);
    // A message that is gone cannot be quoted.
    let draft = if draft_of.is_some() { draft } else { &Draft::New };
    let (version, group_name) = (parts.version(), view::group_name(playground, selection));
    to_html(&PageTemplate { page, selection, parts, version, group_name, draft, draft_of })
}

impl<'a> TourTemplate<'a> {
    fn new(playground: &Playground, page: &'a Page, selection: &'a Selection) -> Self {
        let at = playground.tour_step();
        let steps = TOUR.len();
        let Some(step) = TOUR.get(at) else {
            let (sentence, text) = (page.text("playground-tour-end"), String::new());
            return Self { page, selection, number: 0, steps, sentence, text, persona: None };
        };
        let text = match step.action {
            TourAction::Open => opening(page.locale, playground.locale()),
            TourAction::Send(texts) | TourAction::SendSlowly(texts) => localized(texts, page.locale),
            TourAction::Kill => String::new(),
        };
        let persona = Some(step.persona.tag()).filter(|_| step.persona != selection.persona);
        let number = at + 1;
        let sentence = match step.action {
            TourAction::Open if page.locale != playground.locale() => page.text("playground-tour-language"),
            _ => page.text(&format!("playground-tour-{number}")),
        };
        Self { page, selection, number, steps, sentence, text, persona }
    }
}

impl<'a> ConditionsTemplate<'a> {
    fn new(playground: &Playground, page: &'a Page, selection: &'a Selection) -> Self {
        let active = playground.conditions();
        let switch = |condition: Condition| (condition.name(), active.contains(&condition));
        let conditions = Condition::ALL.map(switch).to_vec();
        Self { page, selection, conditions, kills: playground.kills() }
    }
}

impl CallRow {
    fn new(call: CallRecord) -> Self {
        let (class, status, millis) = match call.status {
            CallStatus::Running => ("running", "…".to_owned(), String::new()),
            CallStatus::Interrupted => ("bad", "✕".to_owned(), String::new()),
            CallStatus::Answered(status, millis) => {
                let class = if status.is_success() { "ok" } else { "bad" };
                (class, status.as_u16().to_string(), format!("{millis} ms"))
            }
        };
        Self { method: call.method, path: call.path, class, status, millis }
    }
}

fn to_html(template: &impl Template) -> Result<String, PageError> {
    template.render().map_err(|_| PageError::Internal)
}

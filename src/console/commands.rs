//! The list of commands: search, pages by key, refreshed while the first page is shown.

use std::time::Duration;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::ZonedDateTime;
use serde::Deserialize;

use super::command_line::CommandLine;
use super::display::Display;
use super::live::LivePart;
use super::nav::Nav;
use super::state::ConsoleState;
use super::viewer::Viewer;
use crate::clock::Timestamp;
use crate::commands::CATALOG;
use crate::config::Instance;
use crate::directory::strip_control;
use crate::domain::GroupId;
use crate::journal::{FilterError, KnownNames, Zones, parse_time};
use crate::storage::{ListFilter, SearchPage};
use crate::web::{Page, PageError, PageLanguage, PageResult, render};

/// Commands on a page.
const PAGE_SIZE: usize = 50;
/// How long a search may take before it shows what it has.
pub(super) const SEARCH_BUDGET: Duration = Duration::from_millis(400);
/// The longest text in a field.
const MAX_FIELD_LEN: usize = 200;
/// The states to choose from: the word of the journal, and the key of its text.
const STATES: [(&str, &str); 12] = [
    ("waiting", "console-state-waiting"),
    ("answering", "console-state-answering"),
    ("dead", "console-state-dead"),
    ("replied", "console-state-replied"),
    ("denied", "console-state-denied"),
    ("usage_error", "console-state-usage-error"),
    ("previewed", "console-state-previewed"),
    ("expired", "console-state-expired"),
    ("cancelled", "console-state-cancelled"),
    ("failed", "console-state-failed"),
    ("reply_failed", "console-state-reply-failed"),
    ("dropped", "console-state-dropped"),
];

/// What is searched for, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Search {
    text: String,
    person: String,
    chat: String,
    community: String,
    command: String,
    state: String,
    instance: String,
    since: String,
    until: String,
    /// The id that the page begins after.
    before: String,
    /// `off`: the list is not refreshed.
    live: String,
    /// What a refreshed list shows already.
    seen: String,
}

#[derive(Template)]
#[template(path = "console/commands.html")]
struct CommandsTemplate {
    page: Page,
    nav: Nav,
    search: Search,
    states: [(&'static str, &'static str); 12],
    instances: Vec<String>,
    commands: Vec<(&'static str, &'static str)>,
    /// A field that nothing is known by, and why.
    problem: Option<String>,
    list: String,
    is_live: bool,
    /// The same page with the refresh turned on or off.
    toggle: String,
}

#[derive(Template)]
#[template(path = "console/commands_list.html")]
struct CommandsList {
    page: Page,
    lines: Vec<CommandLine>,
    has_several: bool,
    is_cut: bool,
    is_first: bool,
    newest: String,
    next: Option<String>,
}

impl Search {
    fn fields(&self) -> [(&'static str, &str); 9] {
        [
            ("text", &self.text),
            ("person", &self.person),
            ("chat", &self.chat),
            ("community", &self.community),
            ("command", &self.command),
            ("state", &self.state),
            ("instance", &self.instance),
            ("since", &self.since),
            ("until", &self.until),
        ]
    }

    /// Whether anything is searched for.
    fn is_filtered(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.is_empty())
    }

    /// Whether more than a few fields are used, which are folded otherwise.
    fn is_detailed(&self) -> bool {
        let rare = [&self.chat, &self.community, &self.command, &self.since, &self.until];
        rare.iter().any(|value| !value.is_empty())
    }

    /// The address of this search with more parameters.
    fn url(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.fields().iter().filter(|(_, value)| !value.is_empty()));
        query.extend_pairs(more);
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn trimmed(mut self) -> Result<Self, PageError> {
        let fields = [
            &mut self.text,
            &mut self.person,
            &mut self.chat,
            &mut self.community,
            &mut self.command,
            &mut self.state,
            &mut self.instance,
            &mut self.since,
            &mut self.until,
        ];
        for field in fields {
            // PostgreSQL takes no NUL.
            if field.len() > MAX_FIELD_LEN || field.contains('\0') {
                return Err(PageError::BadRequest);
            }
            *field = field.trim().to_owned();
        }
        let is_id = |c: char| c.is_ascii_hexdigit() || c == '-';
        if self.before.len() > 40 || !self.before.chars().all(is_id) {
            return Err(PageError::BadRequest);
        }
        Ok(self)
    }

    /// The filter that is meant.
    async fn resolve(&self, state: &ConsoleState, viewer: &Viewer) -> Result<ListFilter, FilterError> {
        let configs = state.configs();
        let names = KnownNames { store: &state.store, instances: &configs, reads_recorded: false };
        let typed = |field: &str| (!field.is_empty()).then(|| field.to_owned());
        let known_state = STATES.iter().any(|(word, _)| *word == self.state) || self.state.is_empty();
        let planned = match self.community.as_str() {
            "" => Vec::new(),
            community => find_community_texts(state, community, viewer)?,
        };
        let instance = typed(&self.instance);
        let mut instances = names.find_instance(instance.as_deref()).await?;
        if instances.is_empty() {
            instances = state.instance_names();
        }
        Ok(ListFilter {
            state: if known_state { self.state.clone() } else { String::new() },
            instances,
            since: read_time(&self.since, instance.as_deref(), &configs, state.clock.now())?
                .unwrap_or(Timestamp(i64::MIN)),
            until: read_time(&self.until, instance.as_deref(), &configs, state.clock.now())?
                .unwrap_or(Timestamp(i64::MAX)),
            admins: names.find_admin(typed(&self.person).as_deref()).await?,
            chats: find_chats(state, &names, &self.chat),
            name: names.find_command(typed(&self.command).as_deref()).await?,
            // What viewers cannot read they cannot guess either.
            text: if viewer.is_operator() { self.text.clone() } else { String::new() },
            planned,
        })
    }
}

/// A time as it was typed, in the zone of the instance, or of all.
fn read_time(
    typed: &str,
    instance: Option<&str>,
    instances: &[Instance],
    now: Timestamp,
) -> Result<Option<Timestamp>, FilterError> {
    if typed.is_empty() {
        return Ok(None);
    }
    let time = parse_time(typed).map_err(FilterError::Unknown)?;
    let zone = Zones(instances).zone_of_times(instance)?;
    let now = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
    let now: ZonedDateTime = now.to_zoned_datetime(zone);
    let moment = time.resolve(&now, None).map_err(|error| FilterError::Unknown(error.to_string()))?;
    Ok(Some(Timestamp(moment.at.as_millisecond())))
}

/// The ids that a chat may have: as typed, of a group by its name as last read, or of a person. Unlike
/// [`KnownNames::find_chat`] it does not read all chats of the journal.
fn find_chats(state: &ConsoleState, names: &KnownNames<'_>, typed: &str) -> Vec<String> {
    if typed.is_empty() {
        return Vec::new();
    }
    let mut chats = vec![typed.to_owned()];
    for person in names.find_people(typed) {
        chats.extend(person.phone.map(|phone| phone.to_string()));
        chats.extend(person.lid.map(|lid| lid.to_string()));
    }
    chats.extend(GroupId::parse(typed).map(|group| group.to_string()));
    for runtime in state.runtimes() {
        let Some((_, snapshot)) = runtime.directory.last_snapshot() else { continue };
        let (found, _) = snapshot.groups.matches(typed);
        chats.extend(found.into_iter().map(|group| group.id.to_string()));
    }
    chats
}

/// What plans have of a community: its id, by its name as last read; for operators also what was typed. Viewers may not
/// guess what plans hold.
fn find_community_texts(
    state: &ConsoleState,
    typed: &str,
    viewer: &Viewer,
) -> Result<Vec<String>, FilterError> {
    let mut texts: Vec<String> = viewer.is_operator().then(|| typed.to_owned()).into_iter().collect();
    for runtime in state.runtimes() {
        texts.extend(runtime.directory.alias(typed).map(str::to_owned));
        let Some((_, snapshot)) = runtime.directory.last_snapshot() else { continue };
        let (found, _) = snapshot.communities.matches(typed);
        texts.extend(found.into_iter().map(|community| community.id.to_string()));
    }
    match texts.is_empty() {
        true => {
            Err(FilterError::Unknown(format!("there is no community {typed:?} as far as they were read")))
        }
        false => Ok(texts),
    }
}

/// `GET /commands`
pub(super) async fn show(
    State(state): State<ConsoleState>,
    PageLanguage(locale): PageLanguage,
    viewer: Viewer,
    Query(search): Query<Search>,
) -> PageResult {
    let (page, search) = (Page::new(locale, "console-commands"), search.trimmed()?);
    let mut problem = None;
    let list = match search.resolve(&state, &viewer).await {
        Ok(filter) => find(&state, &filter, &search).await?,
        Err(FilterError::Store(error)) => return Err(error.into()),
        Err(FilterError::Unknown(message)) => {
            problem = Some(strip_control(&message));
            SearchPage::default()
        }
    };
    let can_refresh = search.before.is_empty() && search.text.is_empty() && !list.is_cut && problem.is_none();
    let is_live = can_refresh && search.live != "off";
    let content = make_list(&state, &page, (&search, &viewer), list);
    let list = match is_live {
        true => LivePart::new(&content, &search.url("/commands/live", &[]))?.html()?,
        false => content.render().map_err(|_| PageError::Internal)?,
    };
    let specs = CATALOG.specs().iter();
    render(&CommandsTemplate {
        nav: Nav::new("commands", viewer),
        states: STATES,
        instances: state.instances.iter().map(|instance| instance.name.to_string()).collect(),
        commands: specs.map(|spec| (spec.name, CATALOG.name_in(spec.name, locale))).collect(),
        problem,
        list,
        is_live,
        toggle: match (can_refresh, is_live) {
            (false, _) => String::new(),
            (true, true) => search.url("/commands", &[("live", "off")]),
            (true, false) => search.url("/commands", &[]),
        },
        search,
        page,
    })
}

/// `GET /commands/live`
pub(super) async fn refresh(
    State(state): State<ConsoleState>,
    PageLanguage(locale): PageLanguage,
    viewer: Viewer,
    Query(search): Query<Search>,
) -> Result<Response, PageError> {
    let (page, search) = (Page::new(locale, "console-commands"), search.trimmed()?);
    let filter = match search.resolve(&state, &viewer).await {
        Ok(filter) => filter,
        Err(FilterError::Store(error)) => return Err(error.into()),
        Err(FilterError::Unknown(_)) => return Err(PageError::BadRequest),
    };
    let list = find(&state, &filter, &search).await?;
    let content = make_list(&state, &page, (&search, &viewer), list);
    LivePart::new(&content, &search.url("/commands/live", &[]))?.response(&search.seen)
}

async fn find(state: &ConsoleState, filter: &ListFilter, search: &Search) -> Result<SearchPage, PageError> {
    let before = Some(search.before.as_str()).filter(|before| !before.is_empty());
    Ok(state.store.search(filter, before, PAGE_SIZE, SEARCH_BUDGET).await?)
}

fn make_list(
    state: &ConsoleState,
    page: &Page,
    (search, viewer): (&Search, &Viewer),
    found: SearchPage,
) -> CommandsList {
    let runtimes = state.runtimes();
    let display = Display { runtimes: &runtimes, locale: page.locale, now: state.clock.now() };
    CommandsList {
        lines: found.rows.iter().map(|row| CommandLine::new(row, &display, viewer.role)).collect(),
        has_several: runtimes.len() > 1,
        is_cut: found.is_cut,
        is_first: search.before.is_empty(),
        newest: search.url("/commands", &[]),
        next: found.next.map(|next| search.url("/commands", &[("before", &next)])),
        page: page.clone(),
    }
}

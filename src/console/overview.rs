//! The first page: what needs attention, how each instance is, and the newest commands.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::chart::{self, Chart};
use super::command_line::CommandLine;
use super::commands::SEARCH_BUDGET;
use super::display::{Display, When, format_duration};
use super::findings::{Finding, list_findings, read_statuses};
use super::live::LivePart;
use super::nav::Nav;
use super::state::ConsoleState;
use super::viewer::Viewer;
use crate::clock::Timestamp;
use crate::storage::ListFilter;
use crate::web::{Page, PageError, PageLanguage, PageResult, render};

/// How many of the newest commands are shown.
const NEWEST: usize = 8;

#[derive(Template)]
#[template(path = "console/overview.html")]
struct OverviewTemplate {
    page: Page,
    nav: Nav,
    live: String,
}

#[derive(Template)]
#[template(path = "console/overview_live.html")]
struct OverviewLive {
    page: Page,
    findings: Vec<Finding>,
    instances: Vec<InstanceCard>,
    newest: Vec<CommandLine>,
    has_several: bool,
}

/// How an instance is.
struct InstanceCard {
    name: String,
    /// Whether WhatsApp is connected, if that was reported.
    is_connected: Option<bool>,
    since: Option<When>,
    /// The last authentic webhook since the start.
    last_event: Option<When>,
    waiting: usize,
    /// How long the oldest command waits.
    oldest: Option<String>,
    dead: usize,
    chart: Chart,
}

impl InstanceCard {
    const CHART_WIDTH: usize = chart::WIDTH;
    const CHART_HEIGHT: usize = chart::HEIGHT;
}

/// What a refreshed part shows already.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Seen {
    #[serde(default)]
    seen: String,
}

/// `GET /`
pub(super) async fn show(
    State(state): State<ConsoleState>,
    PageLanguage(locale): PageLanguage,
    viewer: Viewer,
) -> PageResult {
    let page = Page::new(locale, "console-overview");
    let live = make_live(&state, page.clone(), &viewer).await?.html()?;
    render(&OverviewTemplate { page, nav: Nav::new("overview", viewer), live })
}

/// `GET /live`
pub(super) async fn refresh(
    State(state): State<ConsoleState>,
    PageLanguage(locale): PageLanguage,
    viewer: Viewer,
    Query(Seen { seen }): Query<Seen>,
) -> Result<Response, PageError> {
    make_live(&state, Page::new(locale, "console-overview"), &viewer).await?.response(&seen)
}

async fn make_live(state: &ConsoleState, page: Page, viewer: &Viewer) -> Result<LivePart, PageError> {
    let (runtimes, now) = (state.runtimes(), state.clock.now());
    let display = Display { runtimes: &runtimes, locale: page.locale, now };
    let statuses = read_statuses(state).await?;
    let times = state.store.reply_times(Chart::begins_at(now)).await?;
    let filter = ListFilter { instances: state.instance_names(), ..ListFilter::default() };
    let newest = state.store.search(&filter, None, NEWEST, SEARCH_BUDGET).await?.rows;
    let mut findings = list_findings(state, &statuses, &display);
    // Hints stand on the page on health.
    findings.retain(|finding| finding.class != "info");
    let cards = runtimes.iter().zip(statuses).map(|(runtime, status)| {
        let name = status.name;
        let last_event = runtime.metrics.last_event().get();
        InstanceCard {
            is_connected: status.connection.map(|report| report.is_connected),
            since: status.connection.map(|report| display.when(report.at, &name)),
            last_event: (last_event > 0).then(|| display.when(Timestamp(last_event * 1_000), &name)),
            waiting: status.stats.open,
            oldest: status.stats.oldest_open.map(|at| format_duration(now.since(at))),
            dead: status.stats.dead,
            chart: Chart::new(&times, &name, now),
            name,
        }
    });
    let content = OverviewLive {
        findings,
        instances: cards.collect(),
        newest: newest.iter().map(|row| CommandLine::new(row, &display, viewer.role)).collect(),
        has_several: runtimes.len() > 1,
        page,
    };
    LivePart::new(&content, "/live")
}

//! The first page: how each instance is, and what needs attention.

use askama::Template;

use super::nav::Nav;
use super::viewer::Viewer;
use crate::web::{Page, PageLanguage, PageResult, render};

#[derive(Template)]
#[template(path = "console/overview.html")]
struct OverviewTemplate {
    page: Page,
    nav: Nav,
}

/// `GET /`
pub(super) async fn show(PageLanguage(locale): PageLanguage, viewer: Viewer) -> PageResult {
    let page = Page::new(locale, "console-overview");
    render(&OverviewTemplate { page, nav: Nav::new("overview", viewer) })
}

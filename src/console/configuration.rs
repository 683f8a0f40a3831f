//! The configuration as it holds, with the origin of each value.

use askama::Template;
use axum::extract::State;

use super::nav::Nav;
use super::state::ConsoleState;
use super::viewer::Viewer;
use crate::config::{ConfigOrigin, ConfigValue, EffectiveValues};
use crate::directory::strip_control;
use crate::web::{Page, PageLanguage, PageResult, render};

/// A key with its value.
struct ValueRow {
    name: String,
    /// None for a secret.
    value: Option<String>,
    /// The key of the origin, and its place.
    origin: (&'static str, String),
}

struct Section {
    name: String,
    rows: Vec<ValueRow>,
}

#[derive(Template)]
#[template(path = "console/configuration.html")]
struct ConfigurationTemplate {
    page: Page,
    nav: Nav,
    path: Option<String>,
    warnings: Vec<String>,
    needs_restart: String,
    sections: Vec<Section>,
}

/// `GET /configuration`
pub(super) async fn show(
    State(state): State<ConsoleState>,
    PageLanguage(locale): PageLanguage,
    viewer: Viewer,
) -> PageResult {
    let EffectiveValues { values, warnings, path, needs_restart } = state.effective.values();
    render(&ConfigurationTemplate {
        page: Page::new(locale, "console-configuration"),
        nav: Nav::new("configuration", viewer),
        path,
        warnings: warnings.iter().map(|warning| strip_control(warning)).collect(),
        needs_restart: needs_restart.join(", "),
        sections: by_section(values),
    })
}

/// The values by the tables that they are in, in the order in which these come first.
fn by_section(values: Vec<ConfigValue>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for ConfigValue { section, name, value, origin } in values {
        let origin = match origin {
            ConfigOrigin::File(place) => ("console-origin-file", place),
            ConfigOrigin::Variable(name) => ("console-origin-variable", name),
            ConfigOrigin::Default => ("console-origin-default", String::new()),
        };
        let row = ValueRow { name, value: value.map(|value| strip_control(&value)), origin };
        match sections.iter_mut().find(|known| known.name == section) {
            Some(known) => known.rows.push(row),
            None => sections.push(Section { name: section, rows: vec![row] }),
        }
    }
    sections
}

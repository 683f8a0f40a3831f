//! What the layout of the console shows around each page.

use super::viewer::Viewer;

/// The sections of the console.
const SECTIONS: [Section; 6] = [
    Section { path: "/", name: "overview", key: "console-overview" },
    Section { path: "/commands", name: "commands", key: "console-commands" },
    Section { path: "/communities", name: "communities", key: "console-communities" },
    Section { path: "/people", name: "people", key: "console-people" },
    Section { path: "/health", name: "health", key: "console-health" },
    Section { path: "/configuration", name: "configuration", key: "console-configuration" },
];

/// A section of the console.
pub(super) struct Section {
    /// Where it is.
    pub(super) path: &'static str,
    /// Its name, also that of its icon.
    pub(super) name: &'static str,
    /// The key of its title.
    pub(super) key: &'static str,
}

/// What the layout of the console shows around a page.
pub(super) struct Nav {
    /// The name of the section that the page belongs to.
    pub(super) section: &'static str,
    /// Who looks at it.
    pub(super) viewer: Viewer,
}

impl Nav {
    pub(super) fn new(section: &'static str, viewer: Viewer) -> Self {
        Self { section, viewer }
    }

    /// All sections.
    pub(super) fn sections(&self) -> &'static [Section] {
        &SECTIONS
    }
}

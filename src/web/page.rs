//! What the layout of each page needs, and the texts of templates.

use std::borrow::Borrow;

use super::assets::asset_path;
use super::icons;
use crate::domain::Locale;
use crate::i18n::{self, Value};

/// What the layout of each page needs. Templates take their texts from it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The language.
    pub locale: Locale,
    /// The title, in this language.
    pub title: String,
}

impl Page {
    /// A page whose title has this key.
    pub fn new(locale: Locale, title_key: &str) -> Self {
        Self { locale, title: i18n::text(locale, title_key, &[]) }
    }

    /// The same page with this title.
    #[must_use]
    pub fn with_title(self, title: String) -> Self {
        Self { title, ..self }
    }

    /// A text without placeholders.
    pub fn text(&self, key: &str) -> String {
        i18n::text(self.locale, key, &[])
    }

    /// A text with the placeholder `{ $value }`.
    pub fn text_with(&self, key: &str, value: &str) -> String {
        i18n::text(self.locale, key, &[("value", value.into())])
    }

    /// A text with the placeholder `{ $count }`.
    pub fn count(&self, key: &str, count: impl Borrow<usize>) -> String {
        i18n::text(self.locale, key, &[("count", Value::Count(*count.borrow()))])
    }

    /// The address of a style sheet or script.
    pub fn asset(&self, name: &str) -> &'static str {
        asset_path(name)
    }

    /// An icon, as SVG for `{{ …|safe }}`.
    pub fn icon(&self, name: &str) -> &'static str {
        icons::icon(name)
    }
}

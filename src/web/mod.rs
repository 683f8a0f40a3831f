//! What all pages share: layout, style sheet, scripts, headers, language, errors.
//!
//! A page is an askama template that extends `layout.html` and holds a [`Page`]; [`render`] makes a response of it.
//! [`with_page_headers`] wraps all routes of a listener that serves pages.

mod assets;
mod error;
mod headers;
mod icons;
mod language;
mod page;
mod render;

pub use self::assets::asset_routes;
pub use self::error::{PageError, PageResult};
pub use self::headers::with_page_headers;
pub use self::icons::icon;
pub use self::language::PageLanguage;
pub use self::page::Page;
pub use self::render::render;

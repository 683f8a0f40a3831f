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
mod request_origin;

pub use self::assets::asset_routes;
pub use self::error::{PageError, PageResult, message_page};
pub use self::headers::{HandlerPanicked, with_page_headers};
pub use self::icons::icon;
pub use self::language::PageLanguage;
pub use self::page::Page;
pub use self::render::render;
#[cfg(test)]
pub use self::request_origin::header_map;
pub use self::request_origin::{
    has_loopback_host, has_other_origin, is_cross_site, is_forwarded, is_navigation, is_same_origin,
    single_value,
};

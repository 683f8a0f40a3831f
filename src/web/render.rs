//! Makes responses of templates.

use askama::Template;
use axum::response::{Html, IntoResponse as _, Response};

use super::error::PageError;

/// The response with a page or a part of one.
///
/// # Errors
/// The template cannot be rendered.
pub fn render(template: &impl Template) -> Result<Response, PageError> {
    Ok(Html(template.render().map_err(|_| PageError::Internal)?).into_response())
}

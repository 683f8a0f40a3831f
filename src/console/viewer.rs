//! Who looks at the console, and what they may do.

use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;

use crate::web::PageError;

/// What somebody may do in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sees everything but texts of messages.
    Viewer,
    /// Sees texts too, and may act.
    Operator,
}

/// Who looks at a page. Handlers take it as an argument.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The name that pages show and the audit trail records; empty if nobody signed in.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl Viewer {
    /// Whether they see texts of messages, and may act.
    pub fn is_operator(&self) -> bool {
        self.role == Role::Operator
    }

    /// Checks the right to act.
    ///
    /// # Errors
    /// They may only look.
    pub fn require_operator(&self) -> Result<(), PageError> {
        if self.is_operator() { Ok(()) } else { Err(PageError::Forbidden) }
    }
}

impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = PageError;

    /// A request that nobody was identified for sees nothing.
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or(PageError::Forbidden)
    }
}

/// Adds the [`Viewer`] to a request. Without a sign-in everybody is an operator.
pub(super) async fn identify(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Viewer { name: String::new(), role: Role::Operator });
    next.run(request).await
}

//! Who looks at the console, and what they may do.

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::sign_in::audit::{Actor, AuditLog};
use crate::web::PageError;

/// What somebody may do in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sees everything but texts of messages.
    Viewer,
    /// Sees texts too, and may act.
    Operator,
}

impl Role {
    /// The word in cookies and in the audit trail.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
        }
    }

    /// The key of its name on pages.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Viewer => "console-role-viewer",
            Self::Operator => "console-role-operator",
        }
    }

    /// The role with this word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator].into_iter().find(|role| role.as_str() == word)
    }
}

/// How it is known who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedInBy {
    /// Not at all: the console is open to everybody on this machine.
    Nothing,
    /// By the password of their role.
    Password,
    /// A proxy named them.
    Proxy,
}

/// Who looks at a page. Handlers take it as an argument.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The name that pages show and the audit trail records: of the person, if a proxy named them; else of the role.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// How that is known.
    pub signed_in_by: SignedInBy,
    /// The address of the client.
    pub(super) client: String,
    /// Where accesses are recorded.
    pub(super) audit: AuditLog,
}

impl Viewer {
    /// Whether they may see texts of messages, and act.
    pub fn is_operator(&self) -> bool {
        self.role == Role::Operator
    }

    /// Whether the console is open, so that this is anybody on this machine.
    pub fn is_everybody(&self) -> bool {
        self.signed_in_by == SignedInBy::Nothing
    }

    /// Whether they have a session, which they can end.
    pub fn has_session(&self) -> bool {
        self.signed_in_by == SignedInBy::Password
    }

    /// Checks the right to act.
    ///
    /// # Errors
    /// They may only look.
    pub fn require_operator(&self) -> Result<(), PageError> {
        if self.is_operator() { Ok(()) } else { Err(PageError::Forbidden) }
    }

    /// Records that a page shows them texts of messages. If that fails, they see no texts.
    pub(super) async fn record_reading(&mut self, page: &str) {
        if self.is_operator() && self.audit.record_reading(self.actor(), page).await.is_err() {
            self.role = Role::Viewer;
        }
    }

    /// Records an action, before it is done.
    pub(super) async fn record(&self, action: &str, target: &str) -> Result<(), PageError> {
        self.audit.record(self.actor(), action, target).await
    }

    fn actor(&self) -> Actor<'_> {
        Actor { name: &self.name, role: self.role.as_str(), client: &self.client }
    }
}

impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = PageError;

    /// Where no layer identifies people, nobody sees anything.
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or(PageError::Forbidden)
    }
}

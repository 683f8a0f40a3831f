//! Finds out who sent a request: by the name that a trusted proxy gives, or by the session cookie.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;

use super::cookie::{SessionCookie, read_session};
use super::request_facts::RequestFacts;
use super::session::Session;
use super::state::SignIn;
use crate::console::viewer::{Role, SignedInBy, Viewer};
use crate::web::{PageError, single_value};
use crate::webhook::client_addr::PeerAddr;

/// The longest name that a proxy may give a person, in characters.
const MAX_NAME_CHARS: usize = 100;
/// The name of everybody where the console is open.
const EVERYBODY: &str = "everybody on this machine";

impl SignIn {
    pub(super) fn request_facts(&self, request: &Request) -> RequestFacts {
        // The listener always adds the address.
        let peer = request.extensions().get::<PeerAddr>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        RequestFacts::new(peer, request.headers(), &self.config.trusted_proxies)
    }

    /// Who sent a request, with their session if they have one.
    pub(super) async fn find_viewer(
        &self,
        headers: &HeaderMap,
        facts: RequestFacts,
    ) -> Result<(Option<Viewer>, Option<Session>), PageError> {
        if !self.config.has_sign_in() {
            let viewer = self.viewer(EVERYBODY.to_owned(), Role::Operator, SignedInBy::Nothing, facts);
            return Ok((Some(viewer), None));
        }
        if let Some(name) = self.name_from_proxy(headers, facts) {
            let is_operator = self.config.operators.contains(&name);
            let role = if is_operator { Role::Operator } else { Role::Viewer };
            return Ok((Some(self.viewer(name, role, SignedInBy::Proxy, facts)), None));
        }
        if self.passwords.is_empty() {
            return Ok((None, None));
        }
        let Some(key) = self.find_key().await.map_err(|_| PageError::Unavailable)? else {
            return Ok((None, None));
        };
        let session = read_session(headers, facts, key).filter(|session| self.is_valid(session));
        let viewer = session.as_ref().map(|session| self.session_viewer(session.role, facts));
        Ok((viewer, session))
    }

    /// Who signed in with the password of a role.
    pub(super) fn session_viewer(&self, role: Role, facts: RequestFacts) -> Viewer {
        self.viewer(role.as_str().to_owned(), role, SignedInBy::Password, facts)
    }

    fn viewer(&self, name: String, role: Role, signed_in_by: SignedInBy, facts: RequestFacts) -> Viewer {
        Viewer { name, role, signed_in_by, client: facts.client.to_string(), audit: self.audit.clone() }
    }

    /// The person that a trusted proxy names, in exactly one header.
    fn name_from_proxy(&self, headers: &HeaderMap, facts: RequestFacts) -> Option<String> {
        let header = self.config.user_header.as_ref().filter(|_| facts.is_from_proxy)?;
        let name = single_value(headers, header)?.trim();
        let is_name =
            !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.contains(char::is_control);
        is_name.then(|| name.to_owned())
    }

    /// A response that also writes the cookie of a session.
    pub(super) async fn with_session(
        &self,
        session: Session,
        facts: RequestFacts,
        response: Response,
    ) -> Response {
        match self.find_key().await {
            Ok(Some(key)) => {
                let validity = (self.limits(), self.clock.now());
                (SessionCookie::new(&session, facts, key, validity), response).into_response()
            }
            _ => response,
        }
    }
}

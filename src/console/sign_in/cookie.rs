//! The cookie of a session, encrypted with a key of the journal.

use axum::response::{IntoResponseParts, ResponseParts};
use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use http::HeaderMap;

use super::request_facts::RequestFacts;
use super::session::{Session, SessionLimits};
use crate::clock::Timestamp;

/// Over https: a browser takes a cookie with this prefix only from this host, over https.
const SECURE_NAME: &str = "__Host-vincula-session";
/// Over http, on loopback or in a private network.
const PLAIN_NAME: &str = "vincula-session";

/// A change of the session cookie, for a response.
pub(super) struct SessionCookie(PrivateCookieJar);

fn name(facts: RequestFacts) -> &'static str {
    if facts.is_https { SECURE_NAME } else { PLAIN_NAME }
}

/// The session that the cookie of a request names. What was changed, or encrypted with another key, names none.
pub(super) fn read_session(headers: &HeaderMap, facts: RequestFacts, key: Key) -> Option<Session> {
    Session::parse(PrivateCookieJar::from_headers(headers, key).get(name(facts))?.value())
}

impl SessionCookie {
    /// Sets the cookie of this session.
    pub(super) fn new(
        session: &Session,
        facts: RequestFacts,
        key: Key,
        (limits, now): (SessionLimits, Timestamp),
    ) -> Self {
        let mut cookie = new_cookie(facts, session.to_text());
        cookie.set_max_age(session.remaining(limits, now).try_into().ok());
        Self(PrivateCookieJar::new(key).add(cookie))
    }

    /// Removes the cookie.
    pub(super) fn removal(facts: RequestFacts) -> Self {
        let mut cookie = new_cookie(facts, String::new());
        cookie.make_removal();
        // The key encrypts an empty text.
        Self(PrivateCookieJar::new(Key::from(&[0; 64])).add(cookie))
    }
}

fn new_cookie(facts: RequestFacts, value: String) -> Cookie<'static> {
    let mut cookie = Cookie::new(name(facts), value);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Strict);
    cookie.set_secure(facts.is_https);
    cookie
}

impl IntoResponseParts for SessionCookie {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, response: ResponseParts) -> Result<ResponseParts, Self::Error> {
        self.0.into_response_parts(response)
    }
}

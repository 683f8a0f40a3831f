//! The form of the sign-in, and signing out.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Extension;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect};
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;

use super::cookie::SessionCookie;
use super::notice::Notice;
use super::paths::{SIGN_IN, SIGN_OUT};
use super::request_facts::RequestFacts;
use super::return_path::safe_return_path;
use super::session::Session;
use super::state::SignIn;
use crate::console::viewer::{SignedInBy, Viewer};
use crate::domain::Locale;
use crate::web::{Page, PageError, PageLanguage, PageResult, render};

/// How long a client waits where too many passwords are being checked.
const BUSY_WAIT: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
pub(super) struct FormQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct FormTemplate<'a> {
    page: Page,
    next: &'a str,
    error: Option<String>,
}

/// Why a sign-in failed.
enum SignInError {
    WrongPassword,
    /// Too many attempts.
    Throttled(Duration),
    /// Too many passwords are being checked.
    Busy,
}

/// `GET /sign-in`; who is signed in goes on.
pub(super) async fn show_form(
    State(sign_in): State<Arc<SignIn>>,
    PageLanguage(locale): PageLanguage,
    Extension(facts): Extension<RequestFacts>,
    Query(FormQuery { next }): Query<FormQuery>,
    headers: HeaderMap,
) -> PageResult {
    let next = safe_return_path(&next);
    if sign_in.find_viewer(&headers, facts).await?.0.is_some() {
        return Ok(Redirect::to(next).into_response());
    }
    render_form(locale, next, None)
}

fn render_form(locale: Locale, next: &str, error: Option<String>) -> PageResult {
    render(&FormTemplate { page: Page::new(locale, "console-sign-in"), next, error })
}

/// `POST /sign-in`
pub(super) async fn sign_in_with_password(
    State(sign_in): State<Arc<SignIn>>,
    PageLanguage(locale): PageLanguage,
    Extension(facts): Extension<RequestFacts>,
    Form(form): Form<PasswordForm>,
) -> PageResult {
    let next = safe_return_path(&form.next);
    let session = match sign_in.check_password(form.password.into(), facts).await {
        Ok(session) => session,
        Err(error) => {
            let (status, text, wait) = error.describe(locale);
            let mut response = render_form(locale, next, Some(text))?;
            *response.status_mut() = status;
            if let Some(wait) = wait {
                response.headers_mut().insert(RETRY_AFTER, wait.into());
            }
            return Ok(response);
        }
    };
    let unavailable = |_| PageError::Unavailable;
    let key = sign_in.find_or_create_key().await.map_err(unavailable)?;
    let viewer = sign_in.session_viewer(session.role, facts);
    viewer.record("sign_in", SIGN_IN).await?;
    let validity = (sign_in.limits(), sign_in.clock.now());
    Ok((SessionCookie::new(&session, facts, key, validity), Redirect::to(next)).into_response())
}

/// `POST /sign-out`
pub(super) async fn sign_out(
    viewer: Viewer,
    PageLanguage(locale): PageLanguage,
    Extension(facts): Extension<RequestFacts>,
) -> PageResult {
    if viewer.signed_in_by == SignedInBy::Proxy {
        return Ok(Notice::SignedInByProxy.response(locale));
    }
    viewer.record("sign_out", SIGN_OUT).await?;
    Ok((SessionCookie::removal(facts), Redirect::to(SIGN_IN)).into_response())
}

impl SignIn {
    /// The session of somebody with the right password.
    async fn check_password(
        &self,
        password: SecretString,
        facts: RequestFacts,
    ) -> Result<Session, SignInError> {
        let begun = self.attempts.begin(facts.client, self.clock.monotonic());
        begun.map_err(SignInError::Throttled)?;
        let role = self.passwords.check(password).await.map_err(|_| SignInError::Busy)?;
        let hash = role.and_then(|role| Some((role, self.passwords.hash(role)?)));
        let Some((role, hash)) = hash else {
            tracing::warn!(client = %facts.client, "sign-in to the console failed");
            return Err(SignInError::WrongPassword);
        };
        self.attempts.forgive(facts.client);
        Ok(Session::new(role, hash, self.clock.now()))
    }
}

impl SignInError {
    /// Its status, its text, and after how many seconds another attempt makes sense.
    fn describe(self, locale: Locale) -> (StatusCode, String, Option<u64>) {
        let page = Page::new(locale, "console-sign-in");
        match self {
            Self::WrongPassword => (StatusCode::FORBIDDEN, page.text("console-wrong-password"), None),
            Self::Throttled(wait) => {
                let seconds = wait.as_secs() + 1;
                let text = match usize::try_from(seconds.div_ceil(60)).unwrap_or(usize::MAX) {
                    ..=1 => {
                        page.count("console-wait-seconds", usize::try_from(seconds).unwrap_or(usize::MAX))
                    }
                    minutes => page.count("console-wait-minutes", minutes),
                };
                (StatusCode::TOO_MANY_REQUESTS, text, Some(seconds))
            }
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                page.text("console-sign-in-busy"),
                Some(BUSY_WAIT.as_secs()),
            ),
        }
    }
}

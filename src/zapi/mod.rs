//! The only place that speaks to Z-API; one file a chapter of its API.
//!
//! Both credentials stand in the path of every URL, so nothing of a URL leaves this module: not
//! in an error, not in a log line, not in `Debug`. Redirects are off, answers are read up to
//! 1 MiB (8 MiB where thousands of people are listed), and an answer is judged by its meaning before its status ([`error`] has the table).

mod communities;
mod http_client;
mod deadline;
pub mod error;
mod groups;
mod instance;
pub mod lenient_json;
mod messages;
mod metadata;
mod dns_cache;
mod rate_limit;
mod people;
#[cfg(test)]
mod tests;
pub mod call_observer;

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use http::header::{DATE, HeaderName, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};

pub use call_observer::CallObserver;
pub use communities::{
    AddPolicy, CommunityDetails, CommunitySummary, CreatedCommunity, InvitationScope, SubGroup,
};
pub use error::{ApiError, ApiErrorKind};
pub use groups::{GroupDetails, GroupSummary, Participant};
pub use http_client::HttpClients;
pub use instance::{AccountStatus, ConnectionStatus, WebhookKind};
pub use people::PhoneInfo;
pub use rate_limit::{ChangePermit, Rate, RateLimitError, RateLimitStore, SendPermit, Unlimited, Urgency};

use crate::clock::Clock;
use crate::config::{Instance, RateLimits};
use deadline::Deadline;
use metadata::Metadata;
use rate_limit::RateLimiter;

const MAX_RESPONSE_BYTES: usize = 1024 * 1024;
/// How long all pages of one list may take together.
const LIST_TIMEOUT: Duration = Duration::from_secs(60);

/// Some servers on the way begin a text so, and JSON does not know it.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Group metadata lists all people: 40,000 of them at 200 bytes each. It is read by [`Metadata`].
const LARGEST_METADATA: usize = 8 * 1024 * 1024;

const GROUP_METADATA: [&str; 3] = ["light-group-metadata", "group-metadata", "group-invitation-metadata"];

/// An answer without a failure in it.
struct Answer {
    json: Value,
    /// Who is in the group, where it is group metadata.
    people: Vec<Participant>,
}

/// Why no client could be made: the TLS provider or the system's certificates are missing.
#[derive(Debug, thiserror::Error)]
#[error("no HTTPS client: {0}")]
pub struct ClientError(reqwest::Error);

/// One instance at Z-API; clones share its pace, and all instances their connections.
#[derive(Clone)]
pub struct Zapi {
    inner: Arc<ZapiInner>,
    observer: Option<Arc<dyn CallObserver>>,
    deadline: Option<Arc<Deadline>>,
}

struct ZapiInner {
    http: reqwest::Client,
    /// `{base_url}/instances/{id}/token/{token}`
    base_url: SecretString,
    id: String,
    token: SecretString,
    client_token: Option<SecretString>,
    /// Part of the webhook's address, which a refusal may echo.
    path_secret: Option<SecretString>,
    change_limiter: RateLimiter,
    message_limiter: RateLimiter,
    /// How many calls that may have moved groups have ended.
    move_count: AtomicUsize,
}

impl Zapi {
    /// A client of the instance on these connections, whose paced calls are booked in `ledger`; none is
    /// opened yet.
    pub fn new(
        instance: &Instance,
        ledger: Arc<dyn RateLimitStore>,
        connections: &mut HttpClients,
    ) -> Result<Self, ClientError> {
        let root = format!(
            "{}/instances/{}/token/{}",
            instance.base_url,
            instance.id,
            instance.token.expose_secret()
        );
        let RateLimits { changes_per_second, messages_per_minute, .. } = instance.limits;
        let line = ZapiInner {
            http: connections.client_for(&instance.base_url)?,
            base_url: root.into(),
            id: instance.id.clone(),
            token: instance.token.clone(),
            client_token: instance.client_token.clone(),
            path_secret: instance.verify.path_secret.clone(),
            change_limiter: RateLimiter::new(
                "changes",
                changes_per_second,
                Duration::from_secs(1),
                ledger.clone(),
            ),
            message_limiter: RateLimiter::new(
                "messages",
                messages_per_minute,
                Duration::from_secs(60),
                ledger,
            ),
            move_count: AtomicUsize::new(0),
        };
        Ok(Self { inner: Arc::new(line), observer: None, deadline: None })
    }

    /// The same line, with somebody who is asked before each call and told of each that was made.
    pub fn with_observer(&self, witness: Arc<dyn CallObserver>) -> Self {
        Self { observer: Some(witness), ..self.clone() }
    }

    /// The same line for one attempt that ends after `time`: a later call fails with
    /// [`ApiErrorKind::DeadlineExceeded`], and so does a reading that is under way then. A confirmed change leaves at
    /// least `extension`, and waiting for a rate limit does not count.
    pub fn with_deadline(&self, time: Duration, extension: Duration) -> Self {
        Self { deadline: Some(Arc::new(Deadline::new(Instant::now(), time, extension))), ..self.clone() }
    }

    /// What this waits for, unless the time of the attempt ends before. `call` names it in the error.
    pub async fn before_deadline<T>(
        &self,
        call: &'static str,
        wait: impl Future<Output = T>,
    ) -> Result<T, ApiError> {
        let Some(deadline) = &self.deadline else { return Ok(wait.await) };
        timeout_at(deadline.at(), wait).await.map_err(|_| ApiError::new(call, ApiErrorKind::DeadlineExceeded))
    }

    /// Waits for a rate limit, which takes nothing from the time of the attempt.
    async fn turn(&self, call: &'static str, pace: &RateLimiter, urgency: Urgency) -> Result<(), ApiError> {
        self.check_deadline(call)?;
        let begun = Instant::now();
        let booked = pace.turn(urgency).await;
        if let Some(deadline) = &self.deadline {
            deadline.postpone(begun.elapsed());
        }
        booked.map_err(|_| ApiError::new(call, ApiErrorKind::RateLimitUnavailable))
    }

    /// # Errors
    /// The time of the attempt is over.
    fn check_deadline(&self, call: &'static str) -> Result<(), ApiError> {
        match &self.deadline {
            Some(deadline) if deadline.is_over(Instant::now()) => {
                Err(ApiError::new(call, ApiErrorKind::DeadlineExceeded))
            }
            _ => Ok(()),
        }
    }

    /// How many calls of this process that may have moved groups between communities have ended: what
    /// was read of them before the last one may be so no more.
    pub fn move_count(&self) -> usize {
        self.inner.move_count.load(Ordering::SeqCst)
    }

    fn count_move(&self) {
        self.inner.move_count.fetch_add(1, Ordering::SeqCst);
    }

    async fn get(&self, call: &'static str, path: &str) -> Result<Value, ApiError> {
        self.call(call, Method::GET, path, None).await
    }

    async fn post(&self, call: &'static str, body: &Value) -> Result<Value, ApiError> {
        self.call(call, Method::POST, call, Some(body)).await
    }

    /// A POST that changes something, and whose answer must say that it did.
    async fn change(&self, call: &'static str, body: &Value) -> Result<(), ApiError> {
        error::confirm(call, &self.post(call, body).await?)
    }

    /// The same as a PUT.
    async fn put(&self, call: &'static str, body: &Value) -> Result<(), ApiError> {
        error::confirm(call, &self.call(call, Method::PUT, call, Some(body)).await?)
    }

    /// Metadata of a group, with the people in it.
    async fn metadata(&self, call: &'static str, path: &str) -> Result<Answer, ApiError> {
        self.answer(call, Method::GET, path, None).await
    }

    async fn call(
        &self,
        call: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ApiError> {
        self.answer(call, method, path, body).await.map(|answer| answer.json)
    }

    /// One call, if the witness lets it go and the attempt has time for it. `call` names it in errors; `path` is
    /// what follows the credentials, its variable parts being ids or numbers.
    async fn answer(
        &self,
        call: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, ApiError> {
        let is_reading = method == Method::GET || call == people::PHONE_EXISTS;
        if let Some(witness) = &self.observer {
            self.before_deadline(call, witness.before_call()).await?;
        }
        self.check_deadline(call)?;
        let begun = Instant::now();
        let sent = self.inner.call(call, method, path, body);
        let answer = match is_reading {
            true => self.before_deadline(call, sent).await.and_then(|answer| answer),
            false => sent.await,
        };
        if let (Some(deadline), false, true) = (&self.deadline, is_reading, answer.is_ok()) {
            deadline.extend(Instant::now());
        }
        if let Some(witness) = &self.observer {
            witness.after_call(call, begun.elapsed(), answer.as_ref().err());
        }
        answer
    }

    /// Reads pages until one is empty or brings nothing new: a list has no total, how much a page holds is
    /// Z-API's choice, and pages of one list need not be alike. A page of which nothing can be read is no end:
    /// what else it holds would pass for something that does not exist.
    async fn read_pages<T, Id: Eq + Hash>(
        &self,
        call: &'static str,
        read: impl Fn(&Value) -> Option<T>,
        id: impl Fn(&T) -> Id,
    ) -> Result<Vec<T>, ApiError> {
        const PAGE_SIZE: usize = 100;
        const MAX_PAGES: usize = 1_000;
        /// Whoever sends more than this sends without end.
        const MAX_ENTRIES: usize = 20_000;
        let unreadable = || ApiError::new(call, ApiErrorKind::Unreadable);
        let reading = async {
            let (mut all, mut known) = (Vec::new(), HashSet::new());
            for page in 1..=MAX_PAGES {
                let answer = self.get(call, &format!("{call}?page={page}&pageSize={PAGE_SIZE}")).await?;
                let items = answer.as_array().ok_or_else(unreadable)?;
                let mut found: Vec<T> = items.iter().filter_map(&read).collect();
                if found.is_empty() && !items.is_empty() {
                    return Err(unreadable());
                }
                found.retain(|entry| known.insert(id(entry)));
                if found.is_empty() {
                    break;
                }
                all.extend(found);
                if all.len() > MAX_ENTRIES {
                    break;
                }
            }
            Ok(all)
        };
        timeout(LIST_TIMEOUT, reading)
            .await
            .unwrap_or_else(|_| Err(ApiError::new(call, ApiErrorKind::NoResponse)))
    }
}

impl ZapiInner {
    /// Sends one call and judges its answer.
    async fn call(
        &self,
        call: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, ApiError> {
        let failed = |cause| ApiError::new(call, cause);
        let mut request = self.http.request(method, format!("{}/{path}", self.base_url.expose_secret()));
        if let Some(client_token) = &self.client_token {
            request = request.header("Client-Token", client_token.expose_secret());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut response = request.send().await.map_err(|e| failed(ApiErrorKind::from_transport(&e)))?;
        let status = response.status().as_u16();
        let header = |name: HeaderName| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (retry_after, date) = (header(RETRY_AFTER), header(DATE));
        let is_metadata = GROUP_METADATA.contains(&call);
        let largest = if is_metadata { LARGEST_METADATA } else { MAX_RESPONSE_BYTES };
        let mut text = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|e| failed(ApiErrorKind::from_transport(&e)))?
        {
            if text.len() + chunk.len() > largest {
                return Err(failed(ApiErrorKind::Unreadable));
            }
            text.extend_from_slice(&chunk);
        }
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        let wish = retry_after
            .and_then(|wish| error::parse_retry_after(&wish, date.as_deref(), Clock::system().now()));
        let mut people = Vec::new();
        if is_metadata && let Some(metadata) = Metadata::parse(&text) {
            people = metadata.people;
            text = metadata.fields.to_string().into_bytes();
        }
        if text.len() > MAX_RESPONSE_BYTES {
            return Err(failed(ApiErrorKind::Unreadable));
        }
        let json = error::parse_response(call, status, wish, &text)
            .map_err(|error| error.redacted(&self.secrets()))?;
        Ok(Answer { json, people })
    }

    fn secrets(&self) -> Vec<&str> {
        let mut secrets = vec![self.token.expose_secret(), self.id.as_str()];
        secrets.extend(self.client_token.as_ref().map(ExposeSecret::expose_secret));
        secrets.extend(self.path_secret.as_ref().map(ExposeSecret::expose_secret));
        secrets
    }
}

impl fmt::Debug for Zapi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zapi").finish_non_exhaustive()
    }
}

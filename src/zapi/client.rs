//! The client of one instance: credentials, rate limits, deadline, and the calls that the chapters make.

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

use super::call_observer::CallObserver;
use super::deadline::Deadline;
use super::error::{self, ApiError, ApiErrorKind};
use super::http_client::{ClientError, HttpClients};
use super::metadata::Metadata;
use super::participant::Participant;
use super::rate_limit::{Priority, RateLimitStore, RateLimiter};
use crate::clock::Clock;
use crate::config::{Instance, RateLimits};
use crate::telemetry::InstanceMetrics;

/// The period of `changes_per_second`.
const CHANGE_PERIOD: Duration = Duration::from_secs(1);
/// The period of `messages_per_minute`.
const MESSAGE_PERIOD: Duration = Duration::from_secs(60);
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;
/// How long all pages of one list may take together.
const LIST_TIMEOUT: Duration = Duration::from_secs(60);

/// Some proxies begin a text with it, and it is no JSON.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The limit for group metadata, which lists all people: 40,000 of them at 200 bytes each. [`Metadata`] parses it.
pub(super) const MAX_METADATA_BYTES: usize = 8 * 1024 * 1024;

/// A POST that reads.
pub(super) const PHONE_EXISTS: &str = "phone-exists-batch";
const GROUP_METADATA: [&str; 3] = ["light-group-metadata", "group-metadata", "group-invitation-metadata"];

/// A response without a failure in it.
pub(super) struct ApiResponse {
    pub(super) json: Value,
    /// The members of the group, in group metadata.
    pub(super) people: Vec<Participant>,
}

/// The client of one instance; clones share its rate limits, and all instances share connections.
#[derive(Clone)]
pub struct Zapi {
    pub(super) inner: Arc<ZapiInner>,
    pub(super) observer: Option<Arc<dyn CallObserver>>,
    pub(super) deadline: Option<Arc<Deadline>>,
}

pub(super) struct ZapiInner {
    pub(super) http: reqwest::Client,
    /// `{base_url}/instances/{id}/token/{token}`
    pub(super) base_url: SecretString,
    pub(super) id: String,
    pub(super) token: SecretString,
    pub(super) client_token: Option<SecretString>,
    /// Part of the webhook's URL, which an error may repeat.
    pub(super) path_secret: Option<SecretString>,
    pub(super) change_limiter: RateLimiter,
    pub(super) message_limiter: RateLimiter,
    pub(super) metrics: InstanceMetrics,
    /// How many calls that may have moved groups have ended.
    pub(super) move_count: AtomicUsize,
}

impl Zapi {
    /// Creates a client of the instance; rate limits are kept in `store`. Opens no connection.
    pub fn new(
        instance: &Instance,
        store: Arc<dyn RateLimitStore>,
        connections: &mut HttpClients,
        metrics: InstanceMetrics,
    ) -> Result<Self, ClientError> {
        let root = format!(
            "{}/instances/{}/token/{}",
            instance.base_url,
            instance.id,
            instance.token.expose_secret()
        );
        let RateLimits { changes_per_second, messages_per_minute, .. } = instance.limits;
        let inner = ZapiInner {
            http: connections.client_for(&instance.base_url)?,
            base_url: root.into(),
            id: instance.id.clone(),
            token: instance.token.clone(),
            client_token: instance.client_token.clone(),
            path_secret: instance.verify.path_secret.clone(),
            change_limiter: RateLimiter::new("changes", changes_per_second, CHANGE_PERIOD, store.clone()),
            message_limiter: RateLimiter::new("messages", messages_per_minute, MESSAGE_PERIOD, store),
            metrics,
            move_count: AtomicUsize::new(0),
        };
        Ok(Self { inner: Arc::new(inner), observer: None, deadline: None })
    }

    /// Sets the rate limits of this client and its clones.
    pub fn set_rate_limits(&self, limits: RateLimits) {
        self.inner.change_limiter.set_rate(limits.changes_per_second, CHANGE_PERIOD);
        self.inner.message_limiter.set_rate(limits.messages_per_minute, MESSAGE_PERIOD);
    }

    /// The same client with an observer that is called before and after each call.
    pub fn with_observer(&self, observer: Arc<dyn CallObserver>) -> Self {
        Self { observer: Some(observer), ..self.clone() }
    }

    /// The same client for one attempt that ends after `time`: later calls, and reads that are still running, fail with
    /// [`ApiErrorKind::DeadlineExceeded`]. A confirmed change leaves at least `extension`, and waiting for a rate limit
    /// does not count.
    pub fn with_deadline(&self, time: Duration, extension: Duration) -> Self {
        Self { deadline: Some(Arc::new(Deadline::new(Instant::now(), time, extension))), ..self.clone() }
    }

    /// Awaits a future until the deadline of the attempt. `call` names it in the error.
    pub async fn before_deadline<T>(
        &self,
        call: &'static str,
        wait: impl Future<Output = T>,
    ) -> Result<T, ApiError> {
        let Some(deadline) = &self.deadline else { return Ok(wait.await) };
        timeout_at(deadline.at(), wait).await.map_err(|_| ApiError::new(call, ApiErrorKind::DeadlineExceeded))
    }

    /// Waits for a rate limit; the deadline is postponed by the wait.
    pub(super) async fn acquire(
        &self,
        call: &'static str,
        limiter: &RateLimiter,
        priority: Priority,
    ) -> Result<(), ApiError> {
        self.check_deadline(call)?;
        let started = Instant::now();
        let acquired = limiter.acquire(priority).await;
        if let Some(deadline) = &self.deadline {
            deadline.postpone(started.elapsed());
        }
        acquired.map_err(|_| ApiError::new(call, ApiErrorKind::RateLimitUnavailable))
    }

    /// Fails after the deadline of the attempt.
    fn check_deadline(&self, call: &'static str) -> Result<(), ApiError> {
        match &self.deadline {
            Some(deadline) if deadline.is_over(Instant::now()) => {
                Err(ApiError::new(call, ApiErrorKind::DeadlineExceeded))
            }
            _ => Ok(()),
        }
    }

    /// How many calls of this process that may have moved groups between communities have ended. What was read
    /// before the last of them may be outdated.
    pub fn move_count(&self) -> usize {
        self.inner.move_count.load(Ordering::SeqCst)
    }

    pub(super) fn count_move(&self) {
        self.inner.move_count.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) async fn get(&self, call: &'static str, path: &str) -> Result<Value, ApiError> {
        self.call(call, Method::GET, path, None).await
    }

    pub(super) async fn post(&self, call: &'static str, body: &Value) -> Result<Value, ApiError> {
        self.call(call, Method::POST, call, Some(body)).await
    }

    /// A POST that changes something; the response must confirm it.
    pub(super) async fn change(&self, call: &'static str, body: &Value) -> Result<(), ApiError> {
        error::confirm(call, &self.post(call, body).await?)
    }

    /// The same as a PUT.
    pub(super) async fn put(&self, call: &'static str, body: &Value) -> Result<(), ApiError> {
        error::confirm(call, &self.call(call, Method::PUT, call, Some(body)).await?)
    }

    /// Metadata of a group, with the people in it.
    pub(super) async fn metadata(&self, call: &'static str, path: &str) -> Result<ApiResponse, ApiError> {
        self.send(call, Method::GET, path, None).await
    }

    pub(super) async fn call(
        &self,
        call: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ApiError> {
        self.send(call, method, path, body).await.map(|response| response.json)
    }

    /// Makes one call, unless the deadline of the attempt is over. `call` names it in errors; `path` is
    /// what follows the credentials, its variable parts being ids or numbers.
    async fn send(
        &self,
        call: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<ApiResponse, ApiError> {
        let is_read = method == Method::GET || call == PHONE_EXISTS;
        if let Some(observer) = &self.observer {
            self.before_deadline(call, observer.before_call()).await?;
        }
        self.check_deadline(call)?;
        let started = Instant::now();
        let sending = self.inner.call(call, method, path, body);
        let response = match is_read {
            true => self.before_deadline(call, sending).await.and_then(|response| response),
            false => sending.await,
        };
        if let (Some(deadline), false, true) = (&self.deadline, is_read, response.is_ok()) {
            deadline.extend(Instant::now());
        }
        if let Err(error) = &response {
            self.inner.metrics.call_failed(error.cause.as_str());
            tracing::debug!(%error, "Z-API call failed");
        } else {
            tracing::debug!(call, "Z-API call succeeded");
        }
        if let Some(observer) = &self.observer {
            observer.after_call(call, started.elapsed(), response.as_ref().err());
        }
        response
    }

    /// Reads pages until one is empty or has nothing new: a list has no total, and Z-API chooses the size of each
    /// page. A page of which no entry can be read is an error: its entries would seem not to exist.
    pub(super) async fn read_pages<T, Id: Eq + Hash>(
        &self,
        call: &'static str,
        read: impl Fn(&Value) -> Option<T>,
        id: impl Fn(&T) -> Id,
    ) -> Result<Vec<T>, ApiError> {
        const PAGE_SIZE: usize = 100;
        const MAX_PAGES: usize = 1_000;
        /// A list that is longer is taken for endless.
        const MAX_ENTRIES: usize = 20_000;
        let unreadable = || ApiError::new(call, ApiErrorKind::Unreadable);
        let reading = async {
            let (mut all, mut known) = (Vec::new(), HashSet::new());
            for page in 1..=MAX_PAGES {
                let response = self.get(call, &format!("{call}?page={page}&pageSize={PAGE_SIZE}")).await?;
                let items = response.as_array().ok_or_else(unreadable)?;
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

/// Measures one call; a call that is cancelled ends without a response.
struct CallTimer<'a> {
    metrics: &'a InstanceMetrics,
    call: &'static str,
    started: Instant,
    status: Option<u16>,
}

impl Drop for CallTimer<'_> {
    fn drop(&mut self) {
        self.metrics.call_ended(self.call, self.status, self.started.elapsed());
    }
}

impl ZapiInner {
    /// Sends one call and parses its response.
    async fn call(
        &self,
        call: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<ApiResponse, ApiError> {
        let failed = |cause| ApiError::new(call, cause);
        let mut timer = CallTimer { metrics: &self.metrics, call, started: Instant::now(), status: None };
        let mut request = self.http.request(method, format!("{}/{path}", self.base_url.expose_secret()));
        if let Some(client_token) = &self.client_token {
            request = request.header("Client-Token", client_token.expose_secret());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut response = request.send().await.map_err(|e| failed(ApiErrorKind::from_transport(&e)))?;
        let status = response.status().as_u16();
        timer.status = Some(status);
        let header = |name: HeaderName| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (retry_after, date) = (header(RETRY_AFTER), header(DATE));
        let is_metadata = GROUP_METADATA.contains(&call);
        let max_bytes = if is_metadata { MAX_METADATA_BYTES } else { MAX_RESPONSE_BYTES };
        let mut text = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|e| failed(ApiErrorKind::from_transport(&e)))?
        {
            if text.len() + chunk.len() > max_bytes {
                return Err(failed(ApiErrorKind::Unreadable));
            }
            text.extend_from_slice(&chunk);
        }
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        let retry_after = retry_after
            .and_then(|value| error::parse_retry_after(&value, date.as_deref(), Clock::system().now()));
        let mut people = Vec::new();
        if is_metadata && let Some(metadata) = Metadata::parse(&text) {
            people = metadata.people;
            text = metadata.fields.to_string().into_bytes();
        }
        if text.len() > MAX_RESPONSE_BYTES {
            return Err(failed(ApiErrorKind::Unreadable));
        }
        let json = error::parse_response(call, status, retry_after, &text)
            .map_err(|error| error.redacted(&self.secrets()))?;
        Ok(ApiResponse { json, people })
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

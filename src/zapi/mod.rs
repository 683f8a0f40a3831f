//! The only place that speaks to Z-API; one file a chapter of its API.
//!
//! Both credentials stand in the path of every URL, so nothing of a URL leaves this module: not
//! in an error, not in a log line, not in `Debug`. Redirects are off, answers are read up to
//! 1 MiB (8 MiB where thousands of people are listed), and an answer is judged by its meaning before its status ([`error`] has the table).

mod communities;
mod connections;
pub mod error;
mod groups;
mod instance;
pub mod loose;
mod messages;
mod metadata;
mod names;
mod pace;
mod people;
#[cfg(test)]
mod tests;
pub mod witness;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use http::header::{DATE, HeaderName, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::Instant;

pub use communities::{Community, CommunityDetails, Created, Invites, SubGroup, WhoMayAdd};
pub use connections::Connections;
pub use error::{ApiError, Cause};
pub use groups::{Group, GroupDetails, Participant};
pub use instance::{Account, Connection, Event};
pub use pace::{Ledger, NotBooked, Rate, TurnToChange, TurnToSend, Unpaced, Urgency};
pub use people::Known;
pub use witness::Witness;

use crate::clock::Clock;
use crate::config::{Instance, Limits};
use metadata::Metadata;
use pace::Pace;

const LARGEST_ANSWER: usize = 1024 * 1024;

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
    line: Arc<Line>,
    witness: Option<Arc<dyn Witness>>,
}

struct Line {
    http: reqwest::Client,
    /// `{base_url}/instances/{id}/token/{token}`
    root: SecretString,
    id: String,
    token: SecretString,
    client_token: Option<SecretString>,
    /// Part of the webhook's address, which a refusal may echo.
    path_secret: Option<SecretString>,
    changes: Pace,
    messages: Pace,
    /// How many calls that may have moved groups have ended.
    moves: AtomicUsize,
}

impl Zapi {
    /// A client of the instance on these connections, whose paced calls are booked in `ledger`; none is
    /// opened yet.
    pub fn new(
        instance: &Instance,
        ledger: Arc<dyn Ledger>,
        connections: &mut Connections,
    ) -> Result<Self, ClientError> {
        let root = format!(
            "{}/instances/{}/token/{}",
            instance.base_url,
            instance.id,
            instance.token.expose_secret()
        );
        let Limits { changes_per_second, messages_per_minute, .. } = instance.limits;
        let line = Line {
            http: connections.to(&instance.base_url)?,
            root: root.into(),
            id: instance.id.clone(),
            token: instance.token.clone(),
            client_token: instance.client_token.clone(),
            path_secret: instance.verify.path_secret.clone(),
            changes: Pace::new("changes", changes_per_second, Duration::from_secs(1), ledger.clone()),
            messages: Pace::new("messages", messages_per_minute, Duration::from_secs(60), ledger),
            moves: AtomicUsize::new(0),
        };
        Ok(Self { line: Arc::new(line), witness: None })
    }

    /// The same line, with somebody who is asked before each call and told of each that was made.
    pub fn witnessed(&self, witness: Arc<dyn Witness>) -> Self {
        Self { line: self.line.clone(), witness: Some(witness) }
    }

    /// How many calls of this process that may have moved groups between communities have ended: what
    /// was read of them before the last one may be so no more.
    pub fn moves(&self) -> usize {
        self.line.moves.load(Ordering::SeqCst)
    }

    fn moved(&self) {
        self.line.moves.fetch_add(1, Ordering::SeqCst);
    }

    async fn get(&self, call: &'static str, path: &str) -> Result<Value, ApiError> {
        self.call(call, Method::GET, path, None).await
    }

    async fn post(&self, call: &'static str, body: &Value) -> Result<Value, ApiError> {
        self.call(call, Method::POST, call, Some(body)).await
    }

    async fn put(&self, call: &'static str, body: &Value) -> Result<Value, ApiError> {
        self.call(call, Method::PUT, call, Some(body)).await
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

    /// One call, if the witness lets it go. `call` names it in errors; `path` is what follows the
    /// credentials, its variable parts being ids or numbers.
    async fn answer(
        &self,
        call: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, ApiError> {
        let Some(witness) = &self.witness else { return self.line.call(call, method, path, body).await };
        witness.before().await;
        let begun = Instant::now();
        let answer = self.line.call(call, method, path, body).await;
        witness.after(call, begun.elapsed(), answer.as_ref().err());
        answer
    }

    /// Reads pages until one is shorter than the first, empty, or brings nothing new: a list has
    /// no total, and how much a page holds is Z-API's choice.
    async fn pages<T>(
        &self,
        call: &'static str,
        read: impl Fn(&Value) -> Option<T>,
        is_same: impl Fn(&T, &T) -> bool,
    ) -> Result<Vec<T>, ApiError> {
        const PAGE_SIZE: usize = 100;
        const MOST_PAGES: usize = 1_000;
        /// Whoever sends more than this sends without end.
        const MOST_ENTRIES: usize = 20_000;
        let mut all: Vec<T> = Vec::new();
        let mut first_length = 0;
        for page in 1..=MOST_PAGES {
            let answer = self.get(call, &format!("{call}?page={page}&pageSize={PAGE_SIZE}")).await?;
            let Some(items) = loose::list(&answer) else {
                return Err(ApiError::new(call, Cause::Unreadable));
            };
            let found: Vec<T> = items.iter().filter_map(&read).collect();
            // Only a page that begins as an earlier one did is suspected of repeating it.
            let repeats = found.first().is_some_and(|head| all.iter().any(|known| is_same(known, head)));
            if page == 1 {
                first_length = items.len();
            }
            let is_last = items.is_empty() || items.len() < first_length;
            if repeats {
                let fresh: Vec<T> =
                    found.into_iter().filter(|one| !all.iter().any(|known| is_same(known, one))).collect();
                if fresh.is_empty() {
                    break;
                }
                all.extend(fresh);
            } else {
                all.extend(found);
            }
            if is_last || all.len() > MOST_ENTRIES {
                break;
            }
        }
        Ok(all)
    }
}

impl Line {
    /// Sends one call and judges its answer.
    async fn call(
        &self,
        call: &'static str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, ApiError> {
        let failed = |cause| ApiError::new(call, cause);
        let mut request = self.http.request(method, format!("{}/{path}", self.root.expose_secret()));
        if let Some(client_token) = &self.client_token {
            request = request.header("Client-Token", client_token.expose_secret());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut response = request.send().await.map_err(|e| failed(Cause::of_transport(&e)))?;
        let status = response.status().as_u16();
        let header = |name: HeaderName| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (retry_after, date) = (header(RETRY_AFTER), header(DATE));
        let is_metadata = GROUP_METADATA.contains(&call);
        let largest = if is_metadata { LARGEST_METADATA } else { LARGEST_ANSWER };
        let mut text = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| failed(Cause::of_transport(&e)))? {
            if text.len() + chunk.len() > largest {
                return Err(failed(Cause::Unreadable));
            }
            text.extend_from_slice(&chunk);
        }
        let wish = retry_after.and_then(|wish| error::wait(&wish, date.as_deref(), Clock::system().now()));
        let mut people = Vec::new();
        if is_metadata && let Some(metadata) = Metadata::parse(&text) {
            people = metadata.people;
            text = metadata.fields.to_string().into_bytes();
        }
        if text.len() > LARGEST_ANSWER {
            return Err(failed(Cause::Unreadable));
        }
        let json =
            error::judge(call, status, wish, &text).map_err(|error| error.scrubbed(&self.secrets()))?;
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

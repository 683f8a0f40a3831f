//! The commands, and the timing of one.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use tokio::time::timeout;
use vincula::sandbox::webhook_event::{EventBuilder, post};

use crate::upstream::{COMMUNITY, GROUPS, RecordingSandbox, group};

const ANA: &str = "5544999990001";
/// Timeout of a reply.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Kinds of commands. Each reverts the one before, so that all of them change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CommandKind {
    Link,
    Unlink,
    WhoAmI,
    LinkTen,
    UnlinkTen,
}

impl CommandKind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Link, Self::Unlink, Self::WhoAmI, Self::LinkTen, Self::UnlinkTen];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Link => "/link, one group",
            Self::Unlink => "/unlink, one group",
            Self::WhoAmI => "/whoami",
            Self::LinkTen => "/link, ten groups",
            Self::UnlinkTen => "/unlink, ten groups",
        }
    }

    fn text(self) -> String {
        let groups =
            |count| (0..count).map(group).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Link => format!("/link {COMMUNITY} {}", groups(1)),
            Self::Unlink => format!("/unlink {COMMUNITY} {}", groups(1)),
            Self::WhoAmI => "/whoami".to_owned(),
            Self::LinkTen => format!("/link {COMMUNITY} {}", groups(GROUPS)),
            // More than three would prompt.
            Self::UnlinkTen => format!("/unlink {COMMUNITY} {} --yes", groups(GROUPS)),
        }
    }

    /// Number of changed groups in the reply.
    fn changed(self) -> usize {
        match self {
            Self::Link | Self::Unlink => 1,
            Self::WhoAmI => 0,
            Self::LinkTen | Self::UnlinkTen => GROUPS,
        }
    }
}

/// A command to send.
pub(crate) struct SentCommand {
    kind: CommandKind,
}

/// Times since the first byte of the webhook.
#[derive(Clone, Debug)]
pub(crate) struct TimedCommand {
    /// Id in the journal.
    pub(crate) id: String,
    /// The sender received `accepted`.
    pub(crate) accepted: Duration,
    /// Each call as received by Z-API, the reply last.
    pub(crate) calls: Vec<(String, Duration)>,
}

impl TimedCommand {
    pub(crate) fn first_call(&self) -> Duration {
        self.calls.first().map(|(_, at)| *at).unwrap_or_default()
    }

    pub(crate) fn reply(&self) -> Duration {
        self.calls.last().map(|(_, at)| *at).unwrap_or_default()
    }
}

impl SentCommand {
    pub(crate) fn new(kind: CommandKind) -> Self {
        Self { kind }
    }

    /// Sends the command and checks its reply.
    pub(crate) async fn send(&self, upstream: &RecordingSandbox, url: &str) -> anyhow::Result<TimedCommand> {
        let account = upstream.sandbox.account();
        let event =
            EventBuilder::text(&account.id, &self.kind.text()).from(ANA).connected_phone(&account.phone);
        let body = event.body();
        let sent_before = upstream.sandbox.sent().len();
        upstream.take_calls();

        let started = Instant::now();
        let response = post(url, &[("z-api-token", account.token.as_str())], body.as_bytes()).await?;
        let accepted = started.elapsed();
        let reply =
            timeout(TIMEOUT, upstream.sandbox.next_sent_after(sent_before)).await.context("no reply")?;

        let text = response.text();
        let response: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        ensure!(response["status"] == "accepted", "the webhook response is {text}");
        let done = reply.text.matches('✅').count();
        ensure!(done == self.kind.changed(), "{}: {}", self.kind.name(), reply.text);
        // Now and then the service asks about the instance, which belongs to no command.
        let calls = upstream.take_calls().into_iter().filter(|seen| seen.call != "me");
        let calls: Vec<(String, Duration)> = calls.map(|seen| (seen.call, seen.at - started)).collect();
        if calls.last().is_none_or(|(call, _)| call != "send-text") {
            bail!("the reply is not the last call: {calls:?}");
        }
        Ok(TimedCommand { id: response["id"].as_str().unwrap_or_default().to_owned(), accepted, calls })
    }
}

//! Webhook sender that behaves like Z-API: repeats an event after no response or 503, and sends a quarter of
//! the events twice, half of those at the same moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::task::JoinSet;
use vincula::sandbox::webhook_event::post;

use crate::model::{ChatModel, GeneratedCommand};
use crate::random::Random;
use crate::service::Deployment;

/// Timeout of one attempt.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(12);
/// How long an event is repeated.
const RESEND_TIMEOUT: Duration = Duration::from_secs(60);
const RESEND_INTERVAL: Duration = Duration::from_millis(4);

/// Counts of requests and responses.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) posts: AtomicUsize,
    pub(crate) accepted: AtomicUsize,
    pub(crate) duplicates: AtomicUsize,
    pub(crate) without_response: AtomicUsize,
    pub(crate) unavailable: AtomicUsize,
    pub(crate) sent_twice: AtomicUsize,
}

/// A command and the responses to its sender.
#[derive(Clone, Debug)]
pub(crate) struct SentCommand {
    pub(crate) command: GeneratedCommand,
    pub(crate) accepted: usize,
    pub(crate) without_response: usize,
}

/// Sends events to the replicas.
pub(crate) struct WebhookSender {
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) counts: Counts,
    replicas: usize,
}

/// How an event is delivered.
#[derive(Clone, Copy, Debug)]
enum Delivery {
    Once,
    TwiceAtOnce,
    TwiceInTurn,
}

#[derive(Clone, Copy, Debug, Default)]
struct ResponseCounts {
    accepted: usize,
    without_response: usize,
}

impl WebhookSender {
    pub(crate) fn new(deployment: Arc<Deployment>, replicas: usize) -> Self {
        Self { deployment, counts: Counts::default(), replicas }
    }

    /// Sends `count` commands, in sequence within each chat and in parallel across chats. Returns when all
    /// have a response.
    pub(crate) async fn send_commands(
        self: &Arc<Self>,
        chats: &mut ChatModel,
        count: usize,
        random: &mut Random,
    ) -> anyhow::Result<Vec<SentCommand>> {
        let mut shares: Vec<Vec<(GeneratedCommand, Delivery)>> = vec![Vec::new(); chats.chats.len()];
        for _ in 0..count {
            let chat = random.index(shares.len());
            let command = chats.next_command(chat, random);
            let delivery = match random.below(8) {
                0 => Delivery::TwiceAtOnce,
                1 => Delivery::TwiceInTurn,
                _ => Delivery::Once,
            };
            shares[chat].push((command, delivery));
        }
        let mut tasks = JoinSet::new();
        for share in shares {
            let sender = self.clone();
            tasks.spawn(async move {
                let mut sent = Vec::new();
                for (command, delivery) in share {
                    sent.push(sender.deliver(command, delivery).await?);
                }
                anyhow::Ok(sent)
            });
        }
        let mut sent = Vec::new();
        while let Some(share) = tasks.join_next().await {
            sent.extend(share??);
        }
        Ok(sent)
    }

    /// Delivers an event to every replica and waits for all responses.
    async fn deliver(&self, command: GeneratedCommand, delivery: Delivery) -> anyhow::Result<SentCommand> {
        let more = usize::from(matches!(delivery, Delivery::TwiceAtOnce));
        let all = (0..self.replicas + more).map(|turn| self.send(turn % self.replicas, &command));
        let mut responses = futures_util::future::try_join_all(all).await?;
        if matches!(delivery, Delivery::TwiceInTurn) {
            responses.push(self.send(0, &command).await?);
        }
        if !matches!(delivery, Delivery::Once) {
            count(&self.counts.sent_twice);
        }
        let accepted = responses.iter().map(|responses| responses.accepted).sum();
        let without_response = responses.iter().map(|responses| responses.without_response).sum();
        Ok(SentCommand { command, accepted, without_response })
    }

    /// Sends an event until it gets a response.
    async fn send(&self, replica: usize, command: &GeneratedCommand) -> anyhow::Result<ResponseCounts> {
        let url = self.deployment.url(replica);
        let token = self.deployment.upstream.sandbox.account().token.clone();
        let (started, mut without_response) = (Instant::now(), 0);
        loop {
            count(&self.counts.posts);
            let headers = [("z-api-token", token.as_str())];
            let sent = post(&url, &headers, command.body.as_bytes());
            match tokio::time::timeout(RESPONSE_TIMEOUT, sent).await {
                Ok(Ok(response)) if response.status == 200 => {
                    let text = response.text();
                    if text.contains(r#""status":"accepted""#) {
                        count(&self.counts.accepted);
                        return Ok(ResponseCounts { accepted: 1, without_response });
                    }
                    if text.contains(r#""status":"duplicate""#) {
                        count(&self.counts.duplicates);
                        return Ok(ResponseCounts { accepted: 0, without_response });
                    }
                    bail!("command {} got the response {text}", command.message_id);
                }
                Ok(Ok(response)) if response.status == 503 => count(&self.counts.unavailable),
                Ok(Ok(response)) => {
                    bail!("command {} got the response {}", command.message_id, response.status)
                }
                Ok(Err(_)) | Err(_) => {
                    without_response += 1;
                    count(&self.counts.without_response);
                }
            }
            if started.elapsed() > RESEND_TIMEOUT {
                bail!("command {} got no response within {RESEND_TIMEOUT:?}", command.message_id);
            }
            tokio::time::sleep(RESEND_INTERVAL).await;
        }
    }
}

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

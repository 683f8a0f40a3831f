//! A sender as Z-API is one: what gets no answer, or 503, is sent again until it is answered; a quarter
//! of the events comes twice, half of those at the same moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::task::JoinSet;
use vincula::sandbox::webhook_event::post;

use crate::model::{ChatModel, GeneratedCommand};
use crate::random::Random;
use crate::service::Deployment;

/// How long one try waits for its answer.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(12);
/// How long an event is sent again.
const RESEND_TIMEOUT: Duration = Duration::from_secs(60);
const RESEND_INTERVAL: Duration = Duration::from_millis(4);

/// What senders saw.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) posts: AtomicUsize,
    pub(crate) accepted: AtomicUsize,
    pub(crate) duplicates: AtomicUsize,
    pub(crate) unanswered: AtomicUsize,
    pub(crate) unavailable: AtomicUsize,
    pub(crate) sent_twice: AtomicUsize,
}

/// An order, and what its sender was answered.
#[derive(Clone, Debug)]
pub(crate) struct SentCommand {
    pub(crate) order: GeneratedCommand,
    pub(crate) accepted: usize,
    pub(crate) unanswered: usize,
}

/// Sends events to the replicas of a site.
pub(crate) struct WebhookSender {
    pub(crate) site: Arc<Deployment>,
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
    unanswered: usize,
}

impl WebhookSender {
    pub(crate) fn new(site: Arc<Deployment>, replicas: usize) -> Self {
        Self { site, counts: Counts::default(), replicas }
    }

    /// Gives `count` orders: each chat its share in turn, the chats side by side. Returns when all
    /// are answered.
    pub(crate) async fn send_commands(
        self: &Arc<Self>,
        chats: &mut ChatModel,
        count: usize,
        random: &mut Random,
    ) -> anyhow::Result<Vec<SentCommand>> {
        let mut shares: Vec<Vec<(GeneratedCommand, Delivery)>> = vec![Vec::new(); chats.chats.len()];
        for _ in 0..count {
            let chat = random.index(shares.len());
            let order = chats.next_command(chat, random);
            let delivery = match random.below(8) {
                0 => Delivery::TwiceAtOnce,
                1 => Delivery::TwiceInTurn,
                _ => Delivery::Once,
            };
            shares[chat].push((order, delivery));
        }
        let mut talking = JoinSet::new();
        for share in shares {
            let sender = self.clone();
            talking.spawn(async move {
                let mut given = Vec::new();
                for (order, delivery) in share {
                    given.push(sender.deliver(order, delivery).await?);
                }
                anyhow::Ok(given)
            });
        }
        let mut given = Vec::new();
        while let Some(share) = talking.join_next().await {
            given.extend(share??);
        }
        Ok(given)
    }

    /// Delivers an event, to every replica; returns when each delivery is answered.
    async fn deliver(&self, order: GeneratedCommand, delivery: Delivery) -> anyhow::Result<SentCommand> {
        let more = usize::from(matches!(delivery, Delivery::TwiceAtOnce));
        let all = (0..self.replicas + more).map(|turn| self.send(turn % self.replicas, &order));
        let mut answers = futures_util::future::try_join_all(all).await?;
        if matches!(delivery, Delivery::TwiceInTurn) {
            answers.push(self.send(0, &order).await?);
        }
        if !matches!(delivery, Delivery::Once) {
            count(&self.counts.sent_twice);
        }
        let accepted = answers.iter().map(|answers| answers.accepted).sum();
        let unanswered = answers.iter().map(|answers| answers.unanswered).sum();
        Ok(SentCommand { order, accepted, unanswered })
    }

    /// Sends an event until it is answered.
    async fn send(&self, replica: usize, order: &GeneratedCommand) -> anyhow::Result<ResponseCounts> {
        let url = self.site.url(replica);
        let token = self.site.outside.sandbox.account().token.clone();
        let (begun, mut unanswered) = (Instant::now(), 0);
        loop {
            count(&self.counts.posts);
            let headers = [("z-api-token", token.as_str())];
            let sent = post(&url, &headers, order.body.as_bytes());
            match tokio::time::timeout(RESPONSE_TIMEOUT, sent).await {
                Ok(Ok(answer)) if answer.status == 200 => {
                    let text = answer.text();
                    if text.contains(r#""status":"accepted""#) {
                        count(&self.counts.accepted);
                        return Ok(ResponseCounts { accepted: 1, unanswered });
                    }
                    if text.contains(r#""status":"duplicate""#) {
                        count(&self.counts.duplicates);
                        return Ok(ResponseCounts { accepted: 0, unanswered });
                    }
                    bail!("order {} was answered {text}", order.message_id);
                }
                Ok(Ok(answer)) if answer.status == 503 => count(&self.counts.unavailable),
                Ok(Ok(answer)) => bail!("order {} was answered {}", order.message_id, answer.status),
                Ok(Err(_)) | Err(_) => {
                    unanswered += 1;
                    count(&self.counts.unanswered);
                }
            }
            if begun.elapsed() > RESEND_TIMEOUT {
                bail!("order {} was not answered in {RESEND_TIMEOUT:?}", order.message_id);
            }
            tokio::time::sleep(RESEND_INTERVAL).await;
        }
    }
}

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

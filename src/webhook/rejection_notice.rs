//! Refusals for strangers, where the configuration wants them: at most one an hour a person.
//!
//! They are no orders: nothing is written down, and a few wait in memory; what is too much is
//! dropped, so that strangers slow nobody down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::clock::Timestamp;
use crate::domain::{Message, Person};
use crate::instance::InstanceRuntime;
use crate::reply::Reply;
use crate::zapi::Urgency;

const NOTICE_INTERVAL: Duration = Duration::from_secs(3_600);
/// Between two refusals: they share the pace of the answers to admins, and must leave room for them.
const SEND_INTERVAL: Duration = Duration::from_secs(6);
/// How many refusals wait at most.
const MAX_QUEUED: usize = 16;
/// How many strangers are remembered at most; above that, new ones get silence.
const MAX_TRACKED: usize = 10_000;

type QueuedNotice = (Arc<InstanceRuntime>, Message);

/// Queues refusals.
#[derive(Debug)]
pub struct RejectionNotifier {
    queue: mpsc::Sender<QueuedNotice>,
    notified: Mutex<HashMap<Person, Timestamp>>,
}

/// A courtesy, and the future that sends what it queues; it ends with the courtesy.
pub fn new_rejection_notifier() -> (RejectionNotifier, impl Future<Output = ()> + Send) {
    let (queue, mut queued) = mpsc::channel::<QueuedNotice>(MAX_QUEUED);
    let sender = async move {
        while let Some((bot, message)) = queued.recv().await {
            for text in Reply::NotAnAdmin.messages(&bot.localizer) {
                let sent = async {
                    let turn = bot.zapi.acquire_send_permit(Urgency::Progress).await?;
                    bot.zapi.send_text(&message.chat, &text, Some(&message.id), turn).await
                };
                if let Err(error) = sent.await {
                    tracing::debug!(%error, "a stranger was not refused");
                }
            }
            tokio::time::sleep(SEND_INTERVAL).await;
        }
    };
    (RejectionNotifier { queue, notified: Mutex::default() }, sender)
}

impl RejectionNotifier {
    /// Refuses a stranger, unless they were refused within the hour or too many are.
    pub fn enqueue(&self, bot: &Arc<InstanceRuntime>, message: &Message, now: Timestamp) {
        let mut refused = self.notified.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.get(&message.sender).is_some_and(|at| now.since(*at) < NOTICE_INTERVAL) {
            return;
        }
        if refused.len() >= MAX_TRACKED {
            refused.retain(|_, at| now.since(*at) < NOTICE_INTERVAL);
            if refused.len() >= MAX_TRACKED {
                return;
            }
        }
        if self.queue.try_send((bot.clone(), message.clone())).is_ok() {
            refused.insert(message.sender, now);
        }
    }
}

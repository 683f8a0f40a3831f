//! Replies to non-admins, if the configuration wants that: at most one an hour to each person.
//!
//! They are no commands: a few wait in memory, and more are dropped, so that non-admins delay nobody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::clock::Timestamp;
use crate::domain::{Message, Person};
use crate::instance::InstanceRuntime;
use crate::reply::{Reply, ReplyLine};
use crate::zapi::Priority;

const NOTICE_INTERVAL: Duration = Duration::from_secs(3_600);
/// Between two notices: they share the rate limit of the replies to admins, and must leave room for them.
const SEND_INTERVAL: Duration = Duration::from_secs(6);
/// Notices that wait at most.
const MAX_QUEUED: usize = 16;
/// People that are tracked at most; above that, new ones get no notice.
const MAX_TRACKED: usize = 10_000;

type QueuedNotice = (Arc<InstanceRuntime>, Message);

/// Queues notices.
#[derive(Debug)]
pub struct RejectionNotifier {
    queue: mpsc::Sender<QueuedNotice>,
    notified: Mutex<HashMap<Person, Timestamp>>,
}

/// Returns a notifier, and the future that sends its notices until the notifier is dropped.
pub fn new_rejection_notifier() -> (RejectionNotifier, impl Future<Output = ()> + Send) {
    let (queue, mut queued) = mpsc::channel::<QueuedNotice>(MAX_QUEUED);
    let sender = async move {
        while let Some((instance, message)) = queued.recv().await {
            for text in Reply::Lines(vec![ReplyLine::new("not-an-admin")]).messages(&instance.localizer) {
                let sent = async {
                    let permit = instance.zapi.acquire_send_permit(Priority::Progress).await?;
                    instance.zapi.send_text(&message.chat, &text, Some(&message.id), permit).await
                };
                if let Err(error) = sent.await {
                    tracing::debug!(%error, "reply to a non-admin not sent");
                }
            }
            tokio::time::sleep(SEND_INTERVAL).await;
        }
    };
    (RejectionNotifier { queue, notified: Mutex::default() }, sender)
}

impl RejectionNotifier {
    /// Queues a notice, unless the sender got one within the hour, or the queue is full.
    pub fn notify(&self, instance: &Arc<InstanceRuntime>, message: &Message, now: Timestamp) {
        let mut notified = self.notified.lock().unwrap_or_else(PoisonError::into_inner);
        if notified.get(&message.sender).is_some_and(|at| now.since(*at) < NOTICE_INTERVAL) {
            return;
        }
        if notified.len() >= MAX_TRACKED {
            notified.retain(|_, at| now.since(*at) < NOTICE_INTERVAL);
            if notified.len() >= MAX_TRACKED {
                return;
            }
        }
        if self.queue.try_send((instance.clone(), message.clone())).is_ok() {
            notified.insert(message.sender, now);
        }
    }
}

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
use crate::journal::Bot;
use crate::reply::Reply;
use crate::zapi::Urgency;

const HOUR: Duration = Duration::from_secs(3_600);
/// Between two refusals: they share the pace of the answers to admins, and must leave room for them.
const PAUSE: Duration = Duration::from_secs(6);
/// How many refusals wait at most.
const QUEUE: usize = 16;
/// How many strangers are remembered at most; above that, new ones get silence.
const MEMORY: usize = 10_000;

type Refusal = (Arc<Bot>, Message);

/// Queues refusals.
#[derive(Debug)]
pub struct Courtesy {
    queue: mpsc::Sender<Refusal>,
    refused: Mutex<HashMap<Person, Timestamp>>,
}

/// A courtesy, and the future that sends what it queues; it ends with the courtesy.
pub fn courtesy() -> (Courtesy, impl Future<Output = ()> + Send) {
    let (queue, mut queued) = mpsc::channel::<Refusal>(QUEUE);
    let sender = async move {
        while let Some((bot, message)) = queued.recv().await {
            for text in Reply::Stranger.messages(&bot.speech) {
                let sent = async {
                    let turn = bot.zapi.turn_to_send(Urgency::Progress).await?;
                    bot.zapi.send_text(&message.chat, &text, Some(&message.id), turn).await
                };
                if let Err(error) = sent.await {
                    tracing::debug!(%error, "a stranger was not refused");
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    (Courtesy { queue, refused: Mutex::default() }, sender)
}

impl Courtesy {
    /// Refuses a stranger, unless they were refused within the hour or too many are.
    pub fn refuse(&self, bot: &Arc<Bot>, message: &Message, now: Timestamp) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.get(&message.sender).is_some_and(|at| now.since(*at) < HOUR) {
            return;
        }
        if refused.len() >= MEMORY {
            refused.retain(|_, at| now.since(*at) < HOUR);
            if refused.len() >= MEMORY {
                return;
            }
        }
        if self.queue.try_send((bot.clone(), message.clone())).is_ok() {
            refused.insert(message.sender, now);
        }
    }
}

//! Showing how far an order is: one message that is edited as the work advances, and that the answer
//! takes the place of.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::time::{sleep, timeout};

use super::answer;
use crate::clock::Clock;
use crate::command::progress::Advance;
use crate::domain::Chat;
use crate::reply::{Reply, Speech};
use crate::storage::{Claim, Store};
use crate::zapi::{ApiError, Cause, Urgency, Zapi};

/// Between two edits at least: each is a message that others wait behind.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a message that is under way is waited for once there is an answer.
const WORD: Duration = Duration::from_secs(2);

/// What the chat shows of an order that is not done yet.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// An earlier try may have left an hourglass.
    had_hourglass: bool,
    /// The order wears an hourglass by this try.
    hourglass: AtomicBool,
    /// WhatsApp's id of the message that tells how far it is; held while one is under way.
    message: Mutex<Option<String>>,
}

impl Shown {
    /// What an earlier try may have shown.
    pub(super) fn before(has_hourglass: bool) -> Self {
        Self { had_hourglass: has_hourglass, ..Self::default() }
    }

    /// The order may wear an hourglass.
    pub(super) fn has_hourglass(&self) -> bool {
        self.had_hourglass || self.hourglass.load(Ordering::Relaxed)
    }

    /// Shows the hourglass, once a try.
    pub(super) async fn show_hourglass(&self, zapi: &Zapi, claim: &Claim) {
        if !self.hourglass.swap(true, Ordering::Relaxed) {
            answer::show_hourglass(zapi, claim).await;
        }
    }

    /// The message that tells how far the order is, if there is one.
    pub(super) fn into_message(self) -> Option<String> {
        self.message.into_inner()
    }
}

/// Carries `run` out, and shows meanwhile how far it is: at once where it is about many things, else
/// after a while.
pub(super) async fn shown_while<T>(run: impl Future<Output = T>, teller: Teller<'_>, shown: &Shown) -> T {
    let mut run = std::pin::pin!(run);
    let mut telling = std::pin::pin!(teller.tell(shown));
    let ended = tokio::select! {
        ended = &mut run => ended,
        () = &mut telling => run.await,
    };
    if shown.message.try_lock().is_err() {
        // The answer shall take its place, so its id is worth a moment.
        let sent = async {
            tokio::select! {
                () = &mut telling => {}
                _ = shown.message.lock() => {}
            }
        };
        let _ = timeout(WORD, sent).await;
    }
    ended
}

/// Tells how far an order is.
pub(super) struct Teller<'a> {
    pub(super) zapi: &'a Zapi,
    pub(super) speech: &'a Speech,
    pub(super) claim: &'a Claim,
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    pub(super) advance: watch::Receiver<Advance>,
    /// After how long an order that is not about many things is told of.
    pub(super) after: Duration,
}

impl Teller<'_> {
    /// Ends when there is nothing more to tell, or it cannot be told.
    async fn tell(mut self, shown: &Shown) {
        tokio::select! {
            _ = self.advance.wait_for(|advance| advance.is_of_many()) => {}
            () = sleep(self.after) => {}
        }
        let mut told = self.text();
        tokio::join!(shown.show_hourglass(self.zapi, self.claim), self.send(&told, shown));
        loop {
            if self.advance.changed().await.is_err() {
                return;
            }
            let text = self.text();
            // Once all is done the answer follows, and an edit before it would only keep it waiting.
            if text == told || self.advance.borrow().is_done() {
                continue;
            }
            if let Err(error) = self.edit(&text, shown).await {
                tracing::debug!(%error, "how far an order is could not be told");
                return;
            }
            told = text;
            sleep(PAUSE).await;
        }
    }

    fn text(&self) -> String {
        let Advance { done, all } = *self.advance.borrow();
        Reply::Progress { done, all }.messages(self.speech).swap_remove(0)
    }

    /// A message that was shown before, by an earlier try or for an earlier version, is used again.
    async fn send(&self, text: &str, shown: &Shown) {
        let mut message = shown.message.lock().await;
        let command = &self.claim.command;
        let chat = Chat::from_address(&command.chat);
        let sent = async {
            let old = self.shown_before().await;
            let mut turn = self.zapi.turn_to_send(Urgency::Progress).await?;
            if let Some(old) = old {
                match self.zapi.edit_text(&chat, text, &old, turn).await {
                    Ok(_) => return Ok(old),
                    // The answer to an earlier version stays as it is; this follows below it.
                    Err(error) if error.cause == Cause::Refused && command.answer_id.is_none() => {
                        turn = self.zapi.turn_to_send(Urgency::Progress).await?;
                    }
                    Err(error) => return Err(error),
                }
            }
            self.zapi.send_text(&chat, text, Some(command.message()), turn).await
        };
        let sent: Result<String, ApiError> = sent.await;
        match sent {
            Ok(id) => {
                // Who comes after a crash goes on with it; without a note they send another.
                let _ = self.claim.clone().answered_by(id.clone()).await;
                *message = Some(id);
            }
            Err(error) => tracing::debug!(%error, "how far an order is could not be told"),
        }
    }

    /// The message of an earlier try, or the answer to the version before this one. Whoever was told that it
    /// goes on looks elsewhere by now.
    async fn shown_before(&self) -> Option<String> {
        let command = &self.claim.command;
        match &command.answer_id {
            None if !command.is_told => {
                answer::of_last_version(self.store, command, self.clock.now()).await.ok().flatten()
            }
            own => own.clone(),
        }
    }

    async fn edit(&self, text: &str, shown: &Shown) -> Result<(), ApiError> {
        let message = shown.message.lock().await;
        let Some(id) = &*message else { return Ok(()) };
        let chat = Chat::from_address(&self.claim.command.chat);
        let turn = self.zapi.turn_to_send(Urgency::Progress).await?;
        self.zapi.edit_text(&chat, text, id, turn).await.map(drop)
    }
}

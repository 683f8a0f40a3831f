//! Showing how far an order is: one message that is edited as the work advances, and that the answer
//! takes the place of.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::time::{sleep, timeout};

use super::deliver;
use crate::clock::Clock;
use crate::command::progress::ProgressUpdate;
use crate::domain::Chat;
use crate::reply::{Localizer, Reply};
use crate::storage::{Claim, Store};
use crate::zapi::{ApiError, ApiErrorKind, Urgency, Zapi};

/// Between two edits at least: each is a message that others wait behind.
const EDIT_INTERVAL: Duration = Duration::from_secs(2);
/// How long a message that is under way is waited for once there is an answer.
const SEND_TIMEOUT: Duration = Duration::from_secs(2);

/// What the chat shows of an order that is not done yet.
#[derive(Debug, Default)]
pub(super) struct ProgressState {
    /// An earlier try may have left an hourglass.
    had_reaction: bool,
    /// The order wears an hourglass by this try.
    reaction_shown: AtomicBool,
    /// WhatsApp's id of the message that tells how far it is; held while one is under way.
    message: Mutex<Option<String>>,
}

impl ProgressState {
    /// What an earlier try may have shown.
    pub(super) fn resume(has_hourglass: bool) -> Self {
        Self { had_reaction: has_hourglass, ..Self::default() }
    }

    /// The order may wear an hourglass.
    pub(super) fn has_reaction(&self) -> bool {
        self.had_reaction || self.reaction_shown.load(Ordering::Relaxed)
    }

    /// Shows the hourglass, once a try.
    pub(super) async fn show_reaction(&self, zapi: &Zapi, claim: &Claim) {
        if !self.reaction_shown.swap(true, Ordering::Relaxed) {
            deliver::show_progress_reaction(zapi, claim).await;
        }
    }

    /// The message that tells how far the order is, if there is one.
    pub(super) fn into_message(self) -> Option<String> {
        self.message.into_inner()
    }
}

/// Carries `run` out, and shows meanwhile how far it is: at once where it is about many things, else
/// after a while.
pub(super) async fn report_while<T>(
    run: impl Future<Output = T>,
    teller: ProgressReporter<'_>,
    shown: &ProgressState,
) -> T {
    let mut run = std::pin::pin!(run);
    let mut telling = std::pin::pin!(teller.report(shown));
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
        let _ = timeout(SEND_TIMEOUT, sent).await;
    }
    ended
}

/// Tells how far an order is.
pub(super) struct ProgressReporter<'a> {
    pub(super) zapi: &'a Zapi,
    pub(super) localizer: &'a Localizer,
    pub(super) claim: &'a Claim,
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    pub(super) updates: watch::Receiver<ProgressUpdate>,
    /// After how long an order that is not about many things is told of.
    pub(super) delay: Duration,
}

impl ProgressReporter<'_> {
    /// Ends when there is nothing more to tell, or it cannot be told.
    async fn report(mut self, shown: &ProgressState) {
        tokio::select! {
            _ = self.updates.wait_for(|advance| advance.is_large()) => {}
            () = sleep(self.delay) => {}
        }
        let mut told = self.text();
        tokio::join!(shown.show_reaction(self.zapi, self.claim), self.send(&told, shown));
        loop {
            if self.updates.changed().await.is_err() {
                return;
            }
            let text = self.text();
            // Once all is done the answer follows, and an edit before it would only keep it waiting.
            if text == told || self.updates.borrow().is_done() {
                continue;
            }
            if let Err(error) = self.edit(&text, shown).await {
                tracing::debug!(%error, "how far an order is could not be told");
                return;
            }
            told = text;
            sleep(EDIT_INTERVAL).await;
        }
    }

    fn text(&self) -> String {
        let ProgressUpdate { done, all } = *self.updates.borrow();
        Reply::Progress { done, all }.messages(self.localizer).swap_remove(0)
    }

    /// A message that was shown before, by an earlier try or for an earlier version, is used again.
    async fn send(&self, text: &str, shown: &ProgressState) {
        let mut message = shown.message.lock().await;
        let command = &self.claim.command;
        let chat = Chat::from_id(&command.chat);
        let sent = async {
            let old = self.find_previous_message().await;
            let mut turn = self.zapi.acquire_send_permit(Urgency::Progress).await?;
            if let Some(old) = old {
                match self.zapi.edit_text(&chat, text, &old, turn).await {
                    Ok(_) => return Ok(old),
                    // The answer to an earlier version stays as it is; this follows below it.
                    Err(error)
                        if error.cause == ApiErrorKind::Rejected && command.reply_message_id.is_none() =>
                    {
                        turn = self.zapi.acquire_send_permit(Urgency::Progress).await?;
                    }
                    Err(error) => return Err(error),
                }
            }
            self.zapi.send_text(&chat, text, Some(&*command.message_id), turn).await
        };
        let sent: Result<String, ApiError> = sent.await;
        match sent {
            Ok(id) => {
                // Who comes after a crash goes on with it; without a note they send another.
                let _ = self.claim.clone().set_reply_message(id.clone()).await;
                *message = Some(id);
            }
            Err(error) => tracing::debug!(%error, "how far an order is could not be told"),
        }
    }

    /// The message of an earlier try, or the answer to the version before this one. Whoever was told that it
    /// goes on looks elsewhere by now.
    async fn find_previous_message(&self) -> Option<String> {
        let command = &self.claim.command;
        match &command.reply_message_id {
            None if !command.is_retry_notified => {
                deliver::find_previous_reply(self.store, command, self.clock.now()).await.ok().flatten()
            }
            own => own.clone(),
        }
    }

    async fn edit(&self, text: &str, shown: &ProgressState) -> Result<(), ApiError> {
        let message = shown.message.lock().await;
        let Some(id) = &*message else { return Ok(()) };
        let chat = Chat::from_id(&self.claim.command.chat);
        let turn = self.zapi.acquire_send_permit(Urgency::Progress).await?;
        self.zapi.edit_text(&chat, text, id, turn).await.map(drop)
    }
}

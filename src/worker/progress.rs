//! Progress of a running command: a reaction, and one message that is edited as the work advances and that the reply
//! replaces.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::time::{sleep, timeout};

use super::deliver;
use super::edits::find_previous_reply;
use crate::clock::Clock;
use crate::command::progress::ProgressUpdate;
use crate::domain::Chat;
use crate::reply::{Localizer, ReplyLine};
use crate::storage::{Claim, Store};
use crate::zapi::{ApiError, ApiErrorKind, Priority, Zapi};

/// The least time between two edits: each counts as a message for the rate limit.
const EDIT_INTERVAL: Duration = Duration::from_secs(2);
/// How long the reply waits for a progress message that is being sent.
const SEND_TIMEOUT: Duration = Duration::from_secs(2);

/// What the chat shows of a running command.
#[derive(Debug, Default)]
pub(super) struct ProgressState {
    /// An earlier attempt may have left the reaction.
    may_have_reaction: bool,
    /// This attempt added the reaction.
    reaction_shown: AtomicBool,
    /// WhatsApp's id of the progress message; locked while it is being sent.
    message: Mutex<Option<String>>,
}

impl ProgressState {
    /// The state after earlier attempts.
    pub(super) fn resume(may_have_reaction: bool) -> Self {
        Self { may_have_reaction, ..Self::default() }
    }

    /// Whether the command may have the reaction.
    pub(super) fn has_reaction(&self) -> bool {
        self.may_have_reaction || self.reaction_shown.load(Ordering::Relaxed)
    }

    /// Adds the reaction, once per attempt.
    pub(super) async fn show_reaction(&self, zapi: &Zapi, claim: &Claim) {
        if !self.reaction_shown.swap(true, Ordering::Relaxed) {
            deliver::show_progress_reaction(zapi, claim).await;
        }
    }

    /// The progress message, if there is one.
    pub(super) fn into_message(self) -> Option<String> {
        self.message.into_inner()
    }
}

/// Awaits `run`, and meanwhile shows its progress: at once for many items, else after a delay.
pub(super) async fn report_while<T>(
    run: impl Future<Output = T>,
    reporter: ProgressReporter<'_>,
    shown: &ProgressState,
) -> T {
    let mut run = std::pin::pin!(run);
    let mut reporting = std::pin::pin!(reporter.report(shown));
    let ended = tokio::select! {
        ended = &mut run => ended,
        () = &mut reporting => run.await,
    };
    if shown.message.try_lock().is_err() {
        // A message is being sent. The reply replaces it, so its id is awaited.
        let sent = async {
            tokio::select! {
                () = &mut reporting => {}
                _ = shown.message.lock() => {}
            }
        };
        let _ = timeout(SEND_TIMEOUT, sent).await;
    }
    ended
}

/// Shows the progress of a command.
pub(super) struct ProgressReporter<'a> {
    pub(super) zapi: &'a Zapi,
    pub(super) localizer: &'a Localizer,
    pub(super) claim: &'a Claim,
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    pub(super) updates: watch::Receiver<ProgressUpdate>,
    /// The delay for a command with few items.
    pub(super) delay: Duration,
}

impl ProgressReporter<'_> {
    /// Returns when there are no more updates, or one cannot be shown.
    async fn report(mut self, shown: &ProgressState) {
        tokio::select! {
            _ = self.updates.wait_for(|update| update.is_large()) => {}
            () = sleep(self.delay) => {}
        }
        let mut shown_text = self.text();
        tokio::join!(shown.show_reaction(self.zapi, self.claim), self.send(&shown_text, shown));
        loop {
            if self.updates.changed().await.is_err() {
                return;
            }
            let text = self.text();
            // Once all is done the reply follows; an edit before it would only delay it.
            if text == shown_text || self.updates.borrow().is_done() {
                continue;
            }
            if let Err(error) = self.edit(&text, shown).await {
                tracing::debug!(%error, "progress message not edited");
                return;
            }
            shown_text = text;
            sleep(EDIT_INTERVAL).await;
        }
    }

    fn text(&self) -> String {
        let line = match *self.updates.borrow() {
            // Not known yet.
            ProgressUpdate { all: 0, .. } => ReplyLine::new("progress"),
            ProgressUpdate { done, all } => {
                ReplyLine::new("progress-of").with_count("done", done).with_count("all", all)
            }
        };
        line.with_icon("⏳").render(self.localizer)
    }

    /// Sends the progress message, or edits one of an earlier attempt or version.
    async fn send(&self, text: &str, shown: &ProgressState) {
        let mut message = shown.message.lock().await;
        let command = &self.claim.command;
        let chat = Chat::from_id(&command.chat);
        let sent = async {
            let old = self.find_previous_message().await;
            let mut permit = self.zapi.acquire_send_permit(Priority::Progress).await?;
            if let Some(old) = old {
                match self.zapi.edit_text(&chat, text, &old, permit).await {
                    Ok(_) => return Ok(old),
                    // The reply to an earlier version stays, and a new message follows.
                    Err(error)
                        if error.cause == ApiErrorKind::Rejected && command.reply_message_id.is_none() =>
                    {
                        permit = self.zapi.acquire_send_permit(Priority::Progress).await?;
                    }
                    Err(error) => return Err(error),
                }
            }
            self.zapi.send_text(&chat, text, Some(&command.message_id), permit).await
        };
        let sent: Result<String, ApiError> = sent.await;
        match sent {
            Ok(id) => {
                // After a crash it is used again; unrecorded, another one would be sent.
                let _ = self.claim.clone().set_reply_message(id.clone()).await;
                *message = Some(id);
            }
            Err(error) => tracing::debug!(%error, "progress message not sent"),
        }
    }

    /// The message of an earlier attempt, or the reply to the version before this one. After a retry notice the chat has
    /// moved on.
    async fn find_previous_message(&self) -> Option<String> {
        let command = &self.claim.command;
        match &command.reply_message_id {
            None if !command.is_retry_notified => {
                find_previous_reply(self.store, command, self.clock.now()).await.ok().flatten()
            }
            own => own.clone(),
        }
    }

    async fn edit(&self, text: &str, shown: &ProgressState) -> Result<(), ApiError> {
        let message = shown.message.lock().await;
        let Some(id) = &*message else { return Ok(()) };
        let chat = Chat::from_id(&self.claim.command.chat);
        let permit = self.zapi.acquire_send_permit(Priority::Progress).await?;
        self.zapi.edit_text(&chat, text, id, permit).await.map(drop)
    }
}

//! Progress of a running command: a reaction, one message that is edited as the work advances and that the reply
//! replaces, and the retry notice.

use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{Mutex, watch};
use tokio::time::{sleep, timeout};

use super::command_outcome::CommandOutcome;
use super::deliver::{self, NOTICE_TIMEOUT};
use super::edits::find_previous_reply;
use crate::clock::Clock;
use crate::command::context::{CommandError, TimingConfig};
use crate::command::kind::DELIVERY;
use crate::command::progress::ProgressUpdate;
use crate::domain::Chat;
use crate::reply::{Localizer, ReplyLine};
use crate::storage::{Claim, CommandRecord, Store};
use crate::zapi::{ApiError, ApiErrorKind, Priority, Zapi};

/// The least time between two edits: each counts as a message for the rate limit.
const EDIT_INTERVAL: Duration = Duration::from_secs(2);
/// How long the reply waits for a progress message that is being sent.
const SEND_TIMEOUT: Duration = Duration::from_secs(2);

/// What the chat shows of a running command. What is behind a lock is locked while it is being sent.
#[derive(Debug)]
pub(super) struct Indicators {
    /// An earlier attempt may have left the reaction.
    may_have_reaction: bool,
    /// Whether this attempt added the reaction.
    reaction: Mutex<bool>,
    /// WhatsApp's id of the progress message.
    message: Mutex<Option<String>>,
    /// Whether the retry notice was sent.
    retry_notice: Mutex<bool>,
}

impl Indicators {
    /// What earlier attempts may have left: they failed, crashed, or ended before their reply was sent.
    pub(super) fn resume(command: &CommandRecord) -> Self {
        let is_resumed = command.attempts > 0 || command.claims > 1 || command.reply.is_some();
        Self {
            may_have_reaction: is_resumed && command.name != DELIVERY,
            reaction: Mutex::default(),
            message: Mutex::default(),
            retry_notice: Mutex::new(command.is_retry_notified),
        }
    }

    /// Whether the command may have the reaction.
    pub(super) fn has_reaction(&mut self) -> bool {
        self.may_have_reaction || *self.reaction.get_mut()
    }

    /// Whether the retry notice was sent.
    pub(super) fn is_retry_notified(&mut self) -> bool {
        *self.retry_notice.get_mut()
    }

    /// The progress message, if there is one.
    pub(super) fn into_message(self) -> Option<String> {
        self.message.into_inner()
    }
}

/// Shows the progress of a command.
pub(super) struct ProgressReporter<'a> {
    pub(super) zapi: &'a Zapi,
    pub(super) localizer: &'a Localizer,
    pub(super) claim: &'a Claim,
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    pub(super) timing: TimingConfig,
    pub(super) updates: watch::Receiver<ProgressUpdate>,
    pub(super) indicators: &'a Indicators,
    /// When the retry notice is due, and its text; none if it is not sent in this attempt.
    pub(super) retry_notice: Option<(Duration, &'a (dyn Fn() -> String + Sync))>,
}

impl ProgressReporter<'_> {
    /// Awaits `run`, and meanwhile shows its progress: the reaction, the progress message and the retry notice, each when
    /// it is due.
    pub(super) async fn report_while(
        &self,
        run: impl Future<Output = Result<CommandOutcome, CommandError>>,
    ) -> Result<CommandOutcome, CommandError> {
        let mut run = std::pin::pin!(run);
        let mut reporting = std::pin::pin!(
            async {
                let reaction = async {
                    sleep(self.timing.progress_reaction_after).await;
                    self.show_reaction().await;
                };
                tokio::join!(reaction, self.report_progress(), self.send_retry_notice());
            }
            .fuse()
        );
        let ended = tokio::select! {
            ended = &mut run => ended,
            () = &mut reporting => run.await,
        };
        let is_retried = matches!(&ended, Err(CommandError::Api(error)) if error.cause.is_temporary());
        tokio::select! {
            biased;
            () = self.wait_until_sent(is_retried) => {}
            () = &mut reporting => {}
        }
        ended
    }

    /// Waits for what is being sent: the reply replaces the progress message, and the reaction is removed. The retry
    /// notice of a command that is not retried is dropped.
    async fn wait_until_sent(&self, is_retried: bool) {
        let Indicators { reaction, message, retry_notice, .. } = self.indicators;
        let _reaction = reaction.lock().await;
        let _ = timeout(SEND_TIMEOUT, message.lock()).await;
        if is_retried {
            let _ = timeout(NOTICE_TIMEOUT, retry_notice.lock()).await;
        }
    }

    /// Adds the reaction, once per attempt.
    async fn show_reaction(&self) {
        let mut is_shown = self.indicators.reaction.lock().await;
        if !std::mem::replace(&mut *is_shown, true) {
            deliver::set_progress_reaction(self.zapi, self.claim, true).await;
        }
    }

    /// Sends the retry notice of an attempt that runs for long. A failed attempt sends its own (`schedule_retry`).
    async fn send_retry_notice(&self) {
        let Some((delay, message)) = self.retry_notice else { return };
        sleep(delay).await;
        let mut is_sent = self.indicators.retry_notice.lock().await;
        *is_sent = true;
        // The result is ignored: if the lease is lost, the run fails too.
        let _ = deliver::send_notice(self.zapi, self.claim, &message(), self.clock).await;
    }

    /// Sends the progress message and edits it: at once for many items, else after a delay. Returns when there are no
    /// more updates, or one cannot be shown.
    async fn report_progress(&self) {
        let mut updates = self.updates.clone();
        tokio::select! {
            _ = updates.wait_for(|update| update.is_large()) => {}
            () = sleep(self.timing.progress_message_after) => {}
        }
        let mut shown_text = self.text();
        tokio::join!(self.show_reaction(), self.send(&shown_text));
        loop {
            if updates.changed().await.is_err() {
                return;
            }
            let text = self.text();
            // Once all is done the reply follows; an edit before it would only delay it.
            if text == shown_text || updates.borrow().is_done() {
                continue;
            }
            if let Err(error) = self.edit(&text).await {
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
    async fn send(&self, text: &str) {
        let mut message = self.indicators.message.lock().await;
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

    async fn edit(&self, text: &str) -> Result<(), ApiError> {
        let message = self.indicators.message.lock().await;
        let Some(id) = &*message else { return Ok(()) };
        let chat = Chat::from_id(&self.claim.command.chat);
        let permit = self.zapi.acquire_send_permit(Priority::Progress).await?;
        self.zapi.edit_text(&chat, text, id, permit).await.map(drop)
    }
}

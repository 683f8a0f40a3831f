//! Changes that one API call makes: plan, call, read back, reply, undo.
//!
//! A command declares its change as an [`ApiChange`], and [`run`] does the rest.
//!
//! These calls may be repeated without harm. Calls that must not be repeated (`/create`, `/announce`, private
//! invitations) mark the plan before the call instead.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::command::{CommandError, Context};
use crate::engine::read_back::{accept_unread, poll};
use crate::failpoint::{self, Step};
use crate::parse::arguments::Arguments;
use crate::reply::{Reply, ReplyLine, quote};
use crate::zapi::{ApiError, ApiErrorKind, ChangePermit, Zapi};

/// A change that one API call makes. It is stored as the plan of its command, before the call.
pub trait ApiChange: Serialize + DeserializeOwned + Send + Sync {
    /// The English name of the command.
    const COMMAND: &'static str;
    /// The name of the call in errors.
    const CALL: &'static str;
    /// Before the call is repeated, the whole read-back time is waited for the effect of the earlier one: a second call
    /// would have another result.
    const WAITS_BEFORE_REPEAT: bool = false;
    /// A change that does not become visible after a successful response is retried: the response proves nothing.
    const RETRIES_INVISIBLE: bool = false;

    /// Plans the change from the arguments and the state, and previews it.
    fn plan(
        context: &mut Context<'_>,
        arguments: &Arguments,
    ) -> impl Future<Output = Result<Self, CommandError>> + Send;

    /// Makes the call.
    fn call(&self, zapi: &Zapi, permit: ChangePermit) -> impl Future<Output = Result<(), ApiError>> + Send;

    /// Whether the change is visible now, for a change that Z-API shows.
    fn is_applied(&self, _zapi: &Zapi) -> impl Future<Output = Result<bool, ApiError>> + Send {
        std::future::ready(Ok(false))
    }

    /// The command that shows the state: its English name and arguments. None for a change that Z-API does not show.
    fn status_command(&self) -> Option<(&'static str, Vec<&str>)> {
        None
    }

    /// The lines of the reply after the change.
    fn done_lines(&self, context: &mut Context<'_>) -> Vec<ReplyLine>;

    /// The lines of the reply without the change, or where it is not known; `reason` says why.
    fn not_done_lines(&self, _context: &mut Context<'_>, reason: ReplyLine) -> Vec<ReplyLine> {
        vec![reason]
    }

    /// Stores how the change is undone, once it is made, or may be.
    fn set_undo(&self, context: &mut Context<'_>) {
        context.set_undo(Self::COMMAND, None);
    }
}

/// A stored plan.
#[derive(Serialize, Deserialize)]
struct StoredPlan<C> {
    #[serde(flatten)]
    change: C,
    /// No call has changed anything so far.
    #[serde(default)]
    is_unmade: bool,
}

/// Makes the change of a command, and replies with its outcome.
pub async fn run<C: ApiChange>(
    context: &mut Context<'_>,
    arguments: &Arguments,
) -> Result<Reply, CommandError> {
    let stored = stored_plan::<StoredPlan<C>>(context)?;
    let is_first = stored.is_none();
    let plan = match stored {
        Some(plan) => plan,
        None => {
            let plan = StoredPlan { change: C::plan(context, arguments).await?, is_unmade: false };
            store_plan(context, &plan).await?;
            plan
        }
    };
    let done = apply(context, &plan, is_first).await?;
    let change = plan.change;
    if done.as_ref().err().is_none_or(|reason| reason.icon() == Some("❓")) {
        change.set_undo(context);
    }
    Ok(Reply::Lines(match done {
        Ok(()) => change.done_lines(context),
        Err(reason) => change.not_done_lines(context, reason),
    }))
}

/// The plan of an earlier attempt, if there was one.
pub fn stored_plan<T: DeserializeOwned>(context: &Context<'_>) -> Result<Option<T>, CommandError> {
    let plan = context.claim.command.plan.as_deref().map(serde_json::from_str);
    plan.transpose().map_err(|_| CommandError::UnreadablePlan)
}

/// Stores a plan, before the call.
pub async fn store_plan(context: &mut Context<'_>, plan: &impl Serialize) -> Result<(), CommandError> {
    context.store_plan(plan).await?;
    failpoint::reach(Step::Planned);
    Ok(())
}

/// Makes a change whose plan is stored. Returns the line that says why it was not made, or may not have been.
/// `is_first`: there was no earlier attempt.
async fn apply<C: ApiChange>(
    context: &mut Context<'_>,
    StoredPlan { change, is_unmade }: &StoredPlan<C>,
    is_first: bool,
) -> Result<Result<(), ReplyLine>, CommandError> {
    let zapi = context.zapi;
    let may_be_done = !is_first && !is_unmade;
    let is_visible = change.status_command().is_some();
    if !is_first && is_visible {
        // An earlier call may become visible late: wait for it if no call follows, or one with another result.
        let is_waited_for = context.is_cancelled || C::WAITS_BEFORE_REPEAT;
        let time = if is_waited_for { context.timing.read_back } else { Duration::ZERO };
        match poll_until_applied(zapi, change, time).await {
            Ok(true) => return Ok(Ok(())),
            Ok(false) => {}
            Err(error) => return unverified_outcome(context, change, error).map(Err),
        }
    }
    if context.is_cancelled {
        // Where nothing can be read, an earlier attempt may have succeeded.
        let is_unsure = may_be_done && !is_visible;
        return Ok(Err(match is_unsure {
            true => ReplyLine::unknown("change-cancelled-unknown"),
            false => cancelled_line(),
        }));
    }
    let permit = zapi.acquire_change_permit(C::CALL).await?;
    if *is_unmade {
        store_plan(context, &StoredPlan { change, is_unmade: false }).await?;
    }
    failpoint::reach(Step::Calling);
    let response = change.call(zapi, permit).await;
    failpoint::reach(Step::Called);
    let failure = match response {
        Ok(()) => None,
        Err(error) => {
            let (cause, is_unapplied) = (error.cause, error.cause.is_surely_not_applied());
            if is_unapplied && cause.is_temporary() && !may_be_done {
                store_plan(context, &StoredPlan { change, is_unmade: true }).await?;
            }
            let unknown = unknown_outcome(context, &error);
            let failure = handle_failure(context, error)?;
            // Nothing was done, unless an earlier attempt succeeded. A rejection proves nothing where the state can be
            // read.
            if is_unapplied && !may_be_done && (!is_visible || cause.affects_instance()) {
                return Ok(Err(failure));
            }
            Some(if is_unapplied && !is_visible { unknown } else { failure })
        }
    };
    if !is_visible {
        return Ok(failure.map_or(Ok(()), Err));
    }
    match poll_until_applied(zapi, change, context.timing.read_back).await {
        Ok(true) => {
            context.is_final_failure = false;
            Ok(Ok(()))
        }
        Ok(false) if failure.is_none() && C::RETRIES_INVISIBLE => {
            handle_failure(context, ApiError::new(C::CALL, ApiErrorKind::Unreadable)).map(Err)
        }
        Ok(false) => Ok(Err(failure.unwrap_or_else(|| with_status_command("change-not-shown", change)))),
        Err(error) => unverified_outcome(context, change, error).map(Err),
    }
}

/// Reads the state until the change is visible, or the time is over.
async fn poll_until_applied(zapi: &Zapi, change: &impl ApiChange, time: Duration) -> Result<bool, ApiError> {
    let read = || async { Ok(change.is_applied(zapi).await?.then_some(())) };
    Ok(poll(time, read).await?.is_some())
}

/// The line for a call that failed. A temporary error is returned for a retry, unless this is the last
/// attempt.
pub fn handle_failure(context: &mut Context<'_>, error: ApiError) -> Result<ReplyLine, CommandError> {
    if error.cause.is_temporary() {
        if !context.is_last_attempt {
            return Err(error.into());
        }
        context.is_final_failure = true;
    }
    if !error.cause.is_surely_not_applied() {
        return Ok(unknown_outcome(context, &error));
    }
    let reason = error.user_message(context.localizer.locale, quote);
    Ok(ReplyLine::not_done("change-not").with_plain("reason", reason))
}

fn unknown_outcome(context: &Context<'_>, error: &ApiError) -> ReplyLine {
    let reason = error.user_message(context.localizer.locale, quote);
    ReplyLine::unknown("change-unknown").with_plain("reason", reason)
}

/// The line for a change that was cancelled before its call.
pub fn cancelled_line() -> ReplyLine {
    ReplyLine::not_done("change-cancelled")
}

/// The state cannot be read. A temporary error is returned for a retry, unless this is the last attempt; else ❓.
fn unverified_outcome(
    context: &mut Context<'_>,
    change: &impl ApiChange,
    error: ApiError,
) -> Result<ReplyLine, CommandError> {
    accept_unread(context, error)?;
    Ok(with_status_command("change-not-read-back", change))
}

fn with_status_command(key: &'static str, change: &impl ApiChange) -> ReplyLine {
    let (command, words) = change.status_command().unwrap_or_default();
    ReplyLine::unknown(key).with_command("command", command, &words)
}

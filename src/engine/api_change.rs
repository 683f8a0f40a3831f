//! Changes that one API call makes: plan, call, read back, report.
//!
//! These calls may be repeated without harm. Calls that must not be repeated (`/create`, `/announce`, private
//! invitations) mark the plan before the call instead.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::command::context::{CommandError, Context};
use crate::engine::read_back::PollBackoff;
use crate::failpoint::{self, Step};
use crate::reply::{ReplyLine, quote};
use crate::zapi::{ApiError, ApiErrorKind, ChangePermit, Zapi};

/// A change that one API call makes.
pub trait ApiChange: Sync {
    /// The name of the call in errors.
    const CALL: &'static str;
    /// A repeated call has another result: before it, the state is read for the whole read-back timeout.
    const ENDS_ANEW: bool = false;

    /// The response says whether the change was made. If not, the change is retried where it is not visible.
    const IS_CONFIRMED: bool = true;

    /// Makes the call.
    fn call<'a>(&'a self, zapi: &'a Zapi, permit: ChangePermit) -> BoxFuture<'a, Result<(), ApiError>>;

    /// Whether the change is visible now; `None` where it cannot be read.
    fn is_applied<'a>(&'a self, zapi: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>>;

    /// The command that shows the state: its English name and arguments.
    fn status_command(&self) -> (&'static str, Vec<&str>);
}

/// The plan of an earlier attempt, if there was one.
pub fn stored_plan<T: DeserializeOwned>(context: &Context<'_>) -> Result<Option<T>, CommandError> {
    let plan = context.claim.command.plan.as_deref().map(serde_json::from_str);
    plan.transpose().map_err(|_| CommandError::UnreadablePlan)
}

/// Stores a plan, before the call.
pub async fn store_plan(context: &mut Context<'_>, plan: &impl Serialize) -> Result<(), CommandError> {
    context.store_plan(serde_json::to_string(plan).unwrap_or_default()).await?;
    failpoint::reach(Step::Planned);
    Ok(())
}

/// Makes a change whose plan is stored. Returns the line that says why it was not made, or may not have been.
pub async fn apply<C: ApiChange>(
    context: &mut Context<'_>,
    change: &C,
    is_started: bool,
) -> Result<Result<(), ReplyLine>, CommandError> {
    let zapi = context.zapi;
    let can_be_read = change.is_applied(zapi).is_some();
    let may_be_done = is_started && !fields_of_plan(context).contains_key(UNMADE);
    if is_started && can_be_read {
        // A change that is not called again, or not without another result, may only become visible late.
        let is_waited_for = context.is_cancelled || C::ENDS_ANEW;
        let time = if is_waited_for { context.timing.read_back } else { Duration::ZERO };
        match poll_until_applied(zapi, change, time).await {
            Ok(true) => return Ok(Ok(())),
            Ok(false) => {}
            Err(error) => return unverified_outcome(context, change, error).map(Err),
        }
    }
    if context.is_cancelled {
        // Where nothing can be read, an earlier attempt may have succeeded.
        let is_unsure = may_be_done && !can_be_read;
        return Ok(Err(if is_unsure {
            ReplyLine::unknown("change-cancelled-unknown")
        } else {
            cancelled_line()
        }));
    }
    let permit = zapi.acquire_change_permit(C::CALL).await?;
    mark_unmade(context, false).await?;
    failpoint::reach(Step::Calling);
    let response = change.call(zapi, permit).await;
    failpoint::reach(Step::Called);
    let unmade = match response {
        Ok(()) => None,
        Err(error) => {
            if error.cause.is_surely_not_applied() && error.cause.is_temporary() && !may_be_done {
                mark_unmade(context, true).await?;
            }
            let (doubt, cause) = (unknown_outcome(context, &error), error.cause);
            match handle_failure(context, error)? {
                // Nothing was done, unless an earlier attempt succeeded. A rejection proves nothing where the
                // state can be read.
                NotApplied { line: phrase, is_certain: true }
                    if !may_be_done && (!can_be_read || cause.affects_instance()) =>
                {
                    return Ok(Err(phrase));
                }
                NotApplied { is_certain: true, .. } if !can_be_read => Some(doubt),
                NotApplied { line: phrase, .. } => Some(phrase),
            }
        }
    };
    if !can_be_read {
        return Ok(unmade.map_or(Ok(()), Err));
    }
    match poll_until_applied(zapi, change, context.timing.read_back).await {
        Ok(true) => {
            context.is_final_failure = false;
            Ok(Ok(()))
        }
        Ok(false) if unmade.is_none() && !C::IS_CONFIRMED => {
            Ok(Err(handle_failure(context, ApiError::new(C::CALL, ApiErrorKind::Unreadable))?.line))
        }
        Ok(false) => Ok(Err(unmade.unwrap_or_else(|| with_status_command("change-not-shown", change)))),
        Err(error) => unverified_outcome(context, change, error).map(Err),
    }
}

/// The field of a plan that says that no call of it has changed anything so far.
const UNMADE: &str = "unmade";

fn fields_of_plan(context: &Context<'_>) -> Map<String, Value> {
    let plan = context.claim.command.plan.as_deref();
    plan.and_then(|plan| serde_json::from_str(plan).ok()).unwrap_or_default()
}

/// Stores in the plan whether no call has changed anything so far.
async fn mark_unmade(context: &mut Context<'_>, is_unmade: bool) -> Result<(), CommandError> {
    let mut plan = fields_of_plan(context);
    let was_unmade = plan.remove(UNMADE).is_some();
    if is_unmade {
        plan.insert(UNMADE.to_owned(), Value::Bool(true));
    }
    if is_unmade != was_unmade {
        context.store_plan(Value::Object(plan).to_string()).await?;
    }
    Ok(())
}

/// Reads the state until the change is visible, or the time is over.
async fn poll_until_applied(zapi: &Zapi, change: &impl ApiChange, time: Duration) -> Result<bool, ApiError> {
    let mut backoff = PollBackoff::new(time);
    loop {
        let Some(read) = change.is_applied(zapi) else { return Ok(false) };
        let read = read.await;
        if matches!(read, Ok(true)) || !backoff.wait().await {
            return read;
        }
    }
}

/// Whether it is done, or may be: it then is the last change of its admin, which `/undo` is about.
pub fn may_be_done(done: &Result<(), ReplyLine>) -> bool {
    done.as_ref().err().is_none_or(|why_not| why_not.icon() == Some("❓"))
}

/// Why a call did not make its change.
pub struct NotApplied {
    /// The line for it.
    pub line: ReplyLine,
    /// It was certainly not made.
    pub is_certain: bool,
}

/// The line for a call that failed. A temporary error is returned for a retry, unless this is the last
/// attempt.
pub fn handle_failure(context: &mut Context<'_>, error: ApiError) -> Result<NotApplied, CommandError> {
    if error.cause.is_temporary() {
        if !context.is_last_attempt {
            return Err(error.into());
        }
        context.is_final_failure = true;
    }
    Ok(not_applied(context, &error))
}

/// The line for a call that failed and is not retried.
fn not_applied(context: &Context<'_>, error: &ApiError) -> NotApplied {
    if !error.cause.is_surely_not_applied() {
        return NotApplied { line: unknown_outcome(context, error), is_certain: false };
    }
    let reason = error.user_message(context.localizer.locale, quote);
    NotApplied { line: ReplyLine::not_done("change-not").with_plain("reason", reason), is_certain: true }
}

fn unknown_outcome(context: &Context<'_>, error: &ApiError) -> ReplyLine {
    ReplyLine::unknown("change-unknown")
        .with_plain("reason", error.user_message(context.localizer.locale, quote))
}

/// The line for a change that was cancelled before its call.
pub fn cancelled_line() -> ReplyLine {
    ReplyLine::not_done("change-cancelled")
}

/// The state cannot be read: retried, or, on the last attempt, ❓.
fn unverified_outcome(
    context: &mut Context<'_>,
    change: &impl ApiChange,
    error: ApiError,
) -> Result<ReplyLine, CommandError> {
    if error.cause.is_temporary() && !context.is_last_attempt {
        return Err(error.into());
    }
    context.is_final_failure = context.is_last_attempt;
    Ok(with_status_command("change-not-read-back", change))
}

fn with_status_command(key: &'static str, change: &impl ApiChange) -> ReplyLine {
    let (command, words) = change.status_command();
    ReplyLine::unknown(key).with_command("command", command, &words)
}

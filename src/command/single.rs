//! What orders of one call have in common: planned, called, read back where that can be, and told truly.
//!
//! What such an order does may be done twice with the same end. What must not be done twice goes its
//! own way, by the plan's mark ([`super::create`], [`super::announce`], invitations in [`super::people`]).

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::patience::Patience;
use super::{Context, Failure};
use crate::failpoint::{self, Step};
use crate::reply::{Phrase, quoted};
use crate::zapi::{ApiError, Cause, TurnToChange, Zapi};

/// A change that one call makes.
pub(super) trait Change: Sync {
    /// The call, as an error names it.
    const CALL: &'static str;
    /// Made again it has another end: how it is now is waited for before.
    const ENDS_ANEW: bool = false;

    /// Its answer says whether it was made. If not, it is made again where it does not show.
    const IS_CONFIRMED: bool = true;

    /// Makes the call.
    fn call<'a>(&'a self, zapi: &'a Zapi, turn: TurnToChange) -> BoxFuture<'a, Result<(), ApiError>>;

    /// Whether it is so now; nothing where that cannot be read.
    fn is_so<'a>(&'a self, zapi: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>>;

    /// The order that shows how it is, as the command's English name and its words.
    fn look(&self) -> (&'static str, Vec<&str>);
}

/// The plan of an earlier try, if there was one. Where it cannot be read, nothing is begun anew.
pub(super) fn planned<T: DeserializeOwned>(context: &Context<'_>) -> Result<Option<T>, Failure> {
    let plan = context.claim.command.plan.as_deref().map(serde_json::from_str);
    plan.transpose().map_err(|_| Failure::NoPlan)
}

/// Writes a plan down, before the call.
pub(super) async fn write_down(context: &mut Context<'_>, plan: &impl Serialize) -> Result<(), Failure> {
    context.write_plan(serde_json::to_string(plan).unwrap_or_default()).await?;
    failpoint::reach(Step::Planned);
    Ok(())
}

/// Makes a change whose plan is written. Tells why not, where it was not made or nobody knows.
pub(super) async fn carry_out<C: Change>(
    context: &mut Context<'_>,
    change: &C,
    is_begun: bool,
) -> Result<Result<(), Phrase>, Failure> {
    let zapi = context.zapi;
    let can_be_read = change.is_so(zapi).is_some();
    let may_be_done = is_begun && !fields_of_plan(context).contains_key(UNMADE);
    if is_begun && can_be_read {
        // What is not called for again, or not without another end, may only show late.
        let is_waited_for = context.is_cancelled || C::ENDS_ANEW;
        let time = if is_waited_for { context.timing.read_back } else { Duration::ZERO };
        match look(zapi, change, time).await {
            Ok(true) => return Ok(Ok(())),
            Ok(false) => {}
            Err(error) => return unread(context, change, error).map(Err),
        }
    }
    if context.is_cancelled {
        // Where nothing can be read, an earlier try may have come through.
        let is_unsure = may_be_done && !can_be_read;
        return Ok(Err(if is_unsure { Phrase::unsure("change-cancelled-unsure") } else { cancelled() }));
    }
    let turn = zapi.turn_to_change(C::CALL).await?;
    mark_unmade(context, false).await?;
    failpoint::reach(Step::Calling);
    let answer = change.call(zapi, turn).await;
    failpoint::reach(Step::Called);
    let unmade = match answer {
        Ok(()) => None,
        Err(error) => {
            if error.cause.is_surely_unmade() && error.cause.is_temporary() && !may_be_done {
                mark_unmade(context, true).await?;
            }
            let (doubt, cause) = (in_doubt(context, &error), error.cause);
            match failed(context, error)? {
                // Nothing was done, unless an earlier try came through. A refusal is no proof of it where there is a
                // better one.
                Unmade { phrase, is_certain: true }
                    if !may_be_done && (!can_be_read || cause.concerns_all()) =>
                {
                    return Ok(Err(phrase));
                }
                Unmade { is_certain: true, .. } if !can_be_read => Some(doubt),
                Unmade { phrase, .. } => Some(phrase),
            }
        }
    };
    if !can_be_read {
        return Ok(unmade.map_or(Ok(()), Err));
    }
    match look(zapi, change, context.timing.read_back).await {
        Ok(true) => {
            context.gave_up = false;
            Ok(Ok(()))
        }
        Ok(false) if unmade.is_none() && !C::IS_CONFIRMED => {
            Ok(Err(failed(context, ApiError::new(C::CALL, Cause::Unreadable))?.phrase))
        }
        Ok(false) => Ok(Err(unmade.unwrap_or_else(|| with_look("change-not-shown", change)))),
        Err(error) => unread(context, change, error).map(Err),
    }
}

/// The field of a plan that says that no call of it did anything so far.
const UNMADE: &str = "unmade";

fn fields_of_plan(context: &Context<'_>) -> Map<String, Value> {
    let plan = context.claim.command.plan.as_deref();
    plan.and_then(|plan| serde_json::from_str(plan).ok()).unwrap_or_default()
}

/// Says in the plan whether no call did anything so far.
async fn mark_unmade(context: &mut Context<'_>, is_unmade: bool) -> Result<(), Failure> {
    let mut plan = fields_of_plan(context);
    let was_unmade = plan.remove(UNMADE).is_some();
    if is_unmade {
        plan.insert(UNMADE.to_owned(), Value::Bool(true));
    }
    if is_unmade != was_unmade {
        context.write_plan(Value::Object(plan).to_string()).await?;
    }
    Ok(())
}

/// Reads how it is until it is so, or the time is over.
async fn look(zapi: &Zapi, change: &impl Change, time: Duration) -> Result<bool, ApiError> {
    let mut patience = Patience::of(time);
    loop {
        let Some(read) = change.is_so(zapi) else { return Ok(false) };
        let read = read.await;
        if matches!(read, Ok(true)) || !patience.wait().await {
            return read;
        }
    }
}

/// It is done, or may be: it is the last change of its admin then.
pub(super) fn may_be_done(done: &Result<(), Phrase>) -> bool {
    done.as_ref().err().is_none_or(|why_not| why_not.marked() == Some("❓"))
}

/// Why a call did not do what it was to do.
pub(super) struct Unmade {
    /// How it is told.
    pub(super) phrase: Phrase,
    /// It was surely not done.
    pub(super) is_certain: bool,
}

/// What is told of a call that failed. One that may succeed later is a failure, for a later try, unless
/// this is the last.
pub(super) fn failed(context: &mut Context<'_>, error: ApiError) -> Result<Unmade, Failure> {
    if error.cause.is_temporary() {
        if !context.is_last_try {
            return Err(error.into());
        }
        context.gave_up = true;
    }
    Ok(unmade(context, &error))
}

/// What is told of a call that failed, and is not made again.
fn unmade(context: &Context<'_>, error: &ApiError) -> Unmade {
    if !error.cause.is_surely_unmade() {
        return Unmade { phrase: in_doubt(context, error), is_certain: false };
    }
    let reason = error.explain(context.speech.locale, quoted);
    Unmade { phrase: Phrase::not_done("change-not").plain("reason", reason), is_certain: true }
}

fn in_doubt(context: &Context<'_>, error: &ApiError) -> Phrase {
    Phrase::unsure("change-unsure").plain("reason", error.explain(context.speech.locale, quoted))
}

/// It was cancelled before its call.
pub(super) fn cancelled() -> Phrase {
    Phrase::not_done("change-cancelled")
}

/// How it is cannot be read: later, or, where there is no later, ❓.
fn unread(context: &mut Context<'_>, change: &impl Change, error: ApiError) -> Result<Phrase, Failure> {
    if error.cause.is_temporary() && !context.is_last_try {
        return Err(error.into());
    }
    context.gave_up = context.is_last_try;
    Ok(with_look("change-not-read", change))
}

fn with_look(key: &'static str, change: &impl Change) -> Phrase {
    let (command, words) = change.look();
    Phrase::unsure(key).order("order", command, &words)
}

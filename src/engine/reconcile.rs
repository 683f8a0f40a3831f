//! Changes several groups or people: calls, reads back, and attributes failures to each.
//!
//! The response of a call is only a hint; what a later read shows is the truth (Z-API's documentation). The plan is
//! stored before the first call, so after a crash it still says what was so before.

use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;

use crate::command::{CommandError, Context};
use crate::engine::outcome::{ItemOutcome, ItemOutcomes};
use crate::engine::read_back::{PollBackoff, accept_unread};
use crate::failpoint::{self, Step};
use crate::reply::quote;
use crate::zapi::{ApiError, ApiErrorKind, ChangePermit};

/// How long to read back after a temporary error: the call is repeated then, which does no harm.
const MAX_WAIT_BEFORE_REPEAT: Duration = Duration::from_secs(1);
/// How long to read back people who may have been invited instead: those never become visible.
const MAX_WAIT_FOR_INVITED: Duration = Duration::from_secs(4);

/// A change of several groups or people of a community: how it is made and read. Items are positions in the plan.
pub trait ItemChange: Send {
    /// The most items of a call, to keep each call short and show progress; `None`: all at once, without progress.
    const CHUNK: Option<usize>;

    /// Whether the calls for each item alone end at the first temporary error: the next attempt makes the others.
    const STOPS_AT_TEMPORARY_ERROR: bool;

    /// The name of the call in errors.
    fn call_name(&self) -> &'static str;

    /// Makes the call for these items.
    fn call(
        &mut self,
        context: &mut Context<'_>,
        items: &[usize],
        permit: ChangePermit,
    ) -> impl Future<Output = Result<Result<(), ApiError>, CommandError>> + Send;

    /// Reads the state, and returns the items that are not in the desired state.
    fn find_pending(
        &mut self,
        context: &Context<'_>,
        items: Vec<usize>,
    ) -> impl Future<Output = Result<Vec<usize>, ApiError>> + Send;

    /// Looks in another way for items that the last read does not show, and returns those that are not in the desired state.
    fn recheck_pending(
        &mut self,
        _: &Context<'_>,
        pending: Vec<usize>,
    ) -> impl Future<Output = Vec<usize>> + Send {
        async { pending }
    }

    /// The outcome of an item that is not in the desired state, and that no further call would change.
    fn find_known_outcome(
        &self,
        _: &Context<'_>,
        _: usize,
    ) -> impl Future<Output = Option<ItemOutcome>> + Send {
        async { None }
    }

    /// The outcome of an item that is not in the desired state, that takes precedence over the error of its last call.
    fn override_outcome(&self, _: usize, _: Option<&ApiError>) -> Option<ItemOutcome> {
        None
    }

    /// Whether a call may include an item.
    fn may_call(&self, _: usize) -> bool {
        true
    }

    /// Whether a call for one item alone may send an invitation, which cannot be read back: then a call whose response
    /// cannot be read is not repeated, since items may become visible late.
    fn may_invite(&self) -> bool {
        false
    }
}

/// Stores the plan of a change, and waits for the permit of its first call meanwhile: they may share a transaction.
/// `None` if none could be acquired: the call itself tries again, and reports why.
pub async fn store_plan_and_acquire(
    context: &mut Context<'_>,
    plan: &impl Serialize,
    call: &'static str,
) -> Result<Option<ChangePermit>, CommandError> {
    let zapi = context.zapi;
    let acquire = async { Ok(zapi.acquire_change_permit(call).await.ok()) };
    let ((), permit) = tokio::try_join!(context.store_plan(plan), acquire)?;
    failpoint::reach(Step::Planned);
    Ok(permit)
}

/// Makes the change of these items, and returns the outcome of each. `is_just_read`: the state was read just now, and no
/// item is in the desired state; else, as after a crash, it is read first. `permit` is the permit of the first call, if it was
/// acquired already.
///
/// # Errors
/// A temporary error, unless this is the last attempt: then the outcomes say what is not known.
pub async fn reconcile<C: ItemChange>(
    context: &mut Context<'_>,
    change: &mut C,
    items: &[usize],
    is_just_read: bool,
    permit: Option<ChangePermit>,
) -> Result<ItemOutcomes, CommandError> {
    if items.is_empty() {
        return Ok(ItemOutcomes::new());
    }
    let mut work = Reconciler { context, change, results: HashMap::new(), outcomes: ItemOutcomes::new() };
    let mut pending = items.to_vec();
    if !is_just_read {
        pending = match work.change.find_pending(work.context, pending.clone()).await {
            Ok(pending) => pending,
            Err(error) => {
                work.set_not_read_back(pending, error)?;
                return Ok(work.outcomes);
            }
        };
    }
    if !pending.is_empty() {
        match work.call_and_read_back(pending, permit).await? {
            (pending, None) => work.classify(pending).await?,
            (pending, Some(unread)) => work.set_not_read_back(pending, unread)?,
        }
    }
    for item in items {
        work.outcomes.entry(*item).or_insert(ItemOutcome::Done);
    }
    Ok(work.outcomes)
}

struct Reconciler<'r, 'c, C: ItemChange> {
    context: &'r mut Context<'c>,
    change: &'r mut C,
    /// The result of the last call for each item.
    results: HashMap<usize, CallResult>,
    outcomes: ItemOutcomes,
}

/// The result of a call. Not authoritative: the read-back decides.
#[derive(Clone)]
struct CallResult {
    result: Result<(), ApiError>,
    /// It is of the item's own call; else it is the error of an earlier call, after which no other was made.
    is_own: bool,
}

/// The items that are not in the desired state, and why the last read failed, if it did.
type ReadBack = (Vec<usize>, Option<ApiError>);

impl<C: ItemChange> Reconciler<'_, '_, C> {
    async fn call_and_read_back(
        &mut self,
        pending: Vec<usize>,
        permit: Option<ChangePermit>,
    ) -> Result<ReadBack, CommandError> {
        let open: Vec<usize> = pending.iter().copied().filter(|at| self.change.may_call(*at)).collect();
        if self.context.is_cancelled || open.is_empty() {
            // The call of an earlier attempt may become visible late.
            return Ok(self.read_back(pending).await);
        }
        let cause = self.call_in_chunks(&open, permit).await?;
        if cause.is_some_and(ApiErrorKind::affects_instance) {
            return Ok((self.read_back_earlier_calls(pending).await, None));
        }
        let (pending, unread) = self.read_back(pending).await;
        failpoint::reach(Step::ReadBack);
        let left: Vec<usize> = pending.iter().copied().filter(|at| open.contains(at)).collect();
        // An unreadable response may be about one item.
        let may_concern_one = cause.is_none_or(|cause| {
            !cause.is_temporary() || cause == ApiErrorKind::Unreadable && !self.change.may_invite()
        });
        if open.len() == 1 || left.is_empty() || unread.is_some() || !may_concern_one {
            return Ok((pending, unread));
        }
        // One bad item may have failed the whole call.
        self.call_each(&left).await?;
        Ok(self.read_back(pending).await)
    }

    /// Returns the error of the last call. Stops at an instance-wide or temporary error.
    async fn call_in_chunks(
        &mut self,
        items: &[usize],
        mut permit: Option<ChangePermit>,
    ) -> Result<Option<ApiErrorKind>, CommandError> {
        if C::CHUNK.is_some() {
            self.context.progress.start(items.len());
        }
        let mut cause = None;
        let size = C::CHUNK.unwrap_or(items.len());
        for (at, chunk) in items.chunks(size).enumerate() {
            failpoint::reach(Step::Calling);
            let error = self.call(chunk, permit.take()).await?;
            failpoint::reach(Step::Called);
            self.context.progress.advance(chunk.len());
            cause = error.as_ref().map(|error| error.cause);
            if let Some(error) =
                error.filter(|error| error.cause.affects_instance() || error.cause.is_temporary())
            {
                let unsent = items.get((at + 1) * size..).unwrap_or_default();
                self.record(unsent, &CallResult { result: Err(error), is_own: false });
                break;
            }
        }
        Ok(cause)
    }

    /// Calls for each item alone. Stops at an error that all further calls would have.
    async fn call_each(&mut self, items: &[usize]) -> Result<(), CommandError> {
        for (at, item) in items.iter().enumerate() {
            if self.change.find_known_outcome(self.context, *item).await.is_some() {
                continue;
            }
            let Some(error) = self.call(std::slice::from_ref(item), None).await? else { continue };
            if error.cause.affects_instance() || error.cause.is_temporary() && C::STOPS_AT_TEMPORARY_ERROR {
                let unsent = items.get(at + 1..).unwrap_or_default();
                self.record(unsent, &CallResult { result: Err(error), is_own: false });
                break;
            }
        }
        Ok(())
    }

    /// Makes one call, and returns its error. Waits for a permit if none is given.
    async fn call(
        &mut self,
        items: &[usize],
        permit: Option<ChangePermit>,
    ) -> Result<Option<ApiError>, CommandError> {
        let permit = match permit {
            Some(permit) => Ok(permit),
            None => self.context.zapi.acquire_change_permit(self.change.call_name()).await,
        };
        let result = match permit {
            Ok(permit) => self.change.call(self.context, items, permit).await?,
            Err(error) => Err(error),
        };
        self.record(items, &CallResult { result: result.clone(), is_own: true });
        Ok(result.err())
    }

    fn record(&mut self, items: &[usize], result: &CallResult) {
        self.results.extend(items.iter().map(|item| (*item, result.clone())));
    }

    /// After an error of the whole instance, only the items whose call succeeded are read back. Returns the items that
    /// are not in the desired state.
    async fn read_back_earlier_calls(&mut self, pending: Vec<usize>) -> Vec<usize> {
        let has_succeeded = |item: &usize| self.results.get(item).is_some_and(|call| call.result.is_ok());
        let (called, mut pending): (Vec<_>, Vec<_>) = pending.into_iter().partition(has_succeeded);
        if !called.is_empty() {
            match self.read_back(called).await {
                (left, None) => pending.extend(left),
                (left, Some(_)) => {
                    self.outcomes.extend(left.into_iter().map(|item| (item, ItemOutcome::NotReadBack)));
                }
            }
        }
        pending
    }

    /// Reads the state until all items are in the desired state, or the time is over.
    async fn read_back(&mut self, mut pending: Vec<usize>) -> ReadBack {
        let time = self.context.timing.read_back;
        let mut backoff = match self.find_retryable_error() {
            Some(_) => PollBackoff::new(time.min(MAX_WAIT_BEFORE_REPEAT)),
            // What was only invited never becomes visible: no need to wait as long as for a lagging read.
            None if self.change.may_invite() => PollBackoff::new(time.min(MAX_WAIT_FOR_INVITED)),
            None => PollBackoff::new(time),
        };
        loop {
            let unread = match self.change.find_pending(self.context, pending.clone()).await {
                Ok(left) => {
                    pending = left;
                    None
                }
                Err(error) => Some(error),
            };
            if pending.is_empty() || !backoff.wait().await {
                return (pending, unread);
            }
        }
    }

    /// A temporary error of any call, unless this is the last attempt.
    fn find_retryable_error(&self) -> Option<&ApiError> {
        let mut errors = self.results.values().filter_map(|call| call.result.as_ref().err());
        errors.find(|error| error.cause.is_temporary() && !self.context.is_last_attempt)
    }

    /// Finds the outcomes of the items that are not in the desired state. If a temporary error may be the reason, the command is
    /// retried, unless this is the last attempt.
    async fn classify(&mut self, pending: Vec<usize>) -> Result<(), CommandError> {
        let pending = self.change.recheck_pending(self.context, pending).await;
        for item in pending {
            let outcome = match self.change.find_known_outcome(self.context, item).await {
                Some(outcome) => outcome,
                None => match self.find_retryable_error() {
                    // The read-back was short because another attempt follows.
                    Some(error) => return Err(error.clone().into()),
                    None => self.final_outcome(item),
                },
            };
            self.outcomes.insert(item, outcome);
        }
        Ok(())
    }

    fn final_outcome(&mut self, item: usize) -> ItemOutcome {
        let call = self.results.get(&item);
        let is_own = call.is_some_and(|call| call.is_own);
        let error = call.and_then(|call| call.result.as_ref().err());
        let explain = |error: &ApiError| error.user_message(self.context.localizer.locale, quote);
        self.context.is_final_failure |= error.is_some_and(|error| error.cause.is_temporary());
        match (self.change.override_outcome(item, error), error) {
            (Some(outcome), _) => outcome,
            (None, _) if self.context.is_cancelled => ItemOutcome::Cancelled,
            // A call without a response may still take effect.
            (None, Some(error)) if is_own && !error.cause.is_surely_not_applied() => {
                ItemOutcome::NoResponse(explain(error))
            }
            (None, Some(error)) if error.cause == ApiErrorKind::Rejected => {
                ItemOutcome::Refused(error.message.clone())
            }
            (None, Some(error)) => ItemOutcome::ApiError(explain(error)),
            (None, None) => ItemOutcome::NotVisible,
        }
    }

    /// The state cannot be read. A temporary error is returned for a retry, unless this is the last attempt; else ❓.
    fn set_not_read_back(&mut self, items: Vec<usize>, error: ApiError) -> Result<(), CommandError> {
        accept_unread(self.context, error)?;
        self.outcomes.extend(items.into_iter().map(|item| (item, ItemOutcome::NotReadBack)));
        Ok(())
    }
}

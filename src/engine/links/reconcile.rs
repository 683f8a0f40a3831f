//! Calls, reads back, and attributes failures to groups.

use std::collections::HashMap;

use crate::command::context::{CommandError, Context};
use crate::command::progress::MIN_ITEMS_FOR_PROGRESS;
use crate::domain::{CommunityId, GroupId};
use crate::engine::links::action::LinkAction;
use crate::engine::links::plan::{LinkPlan, Outcomes, find_other_community};
use crate::engine::read_back::PollBackoff;
use crate::failpoint::{self, Step};
use crate::reply::{GroupOutcome, quote};
use crate::zapi::{ApiError, ApiErrorKind, ChangePermit, CommunityDetails};

/// The result of the call for each group. Not authoritative: the read-back decides.
type CallResults = HashMap<GroupId, CallResult>;

/// The result of a call, or the error that prevented it.
#[derive(Clone, Debug)]
struct CallResult {
    result: Result<(), ApiError>,
    was_sent: bool,
}

impl CallResult {
    /// Whether a call was made with an unknown result.
    fn is_unknown(&self, error: &ApiError) -> bool {
        self.was_sent && !error.cause.is_surely_not_applied()
    }
}

/// Makes the changes of the plan. `just_read` is the community as just read, with every planned change still pending;
/// after a crash or a retry there is none, and it is read again. `permit` is the permit of the call, if it was acquired
/// already.
pub async fn reconcile(
    context: &mut Context<'_>,
    action: LinkAction,
    plan: &LinkPlan,
    just_read: Option<CommunityDetails>,
    permit: Option<ChangePermit>,
) -> Result<Outcomes, CommandError> {
    let Some(community) = plan.community_id() else { return Ok(Outcomes::new()) };
    let todo = plan.pending();
    if todo.is_empty() {
        return Ok(Outcomes::new());
    }
    let work = Reconciler { context, action, community: &community, hidden: Vec::new() };
    let is_just_read = just_read.is_some();
    let details = match just_read {
        Some(details) => details,
        None => match work.context.zapi.community(&community).await {
            Ok(details) => details,
            Err(error) => return work.unverified_outcomes(&todo, error),
        },
    };
    let hidden = todo.iter().filter(|group| details.find(group).is_none()).cloned().collect();
    let work = Reconciler { hidden, ..work };
    let mut missing = match is_just_read {
        true => todo.clone(),
        false => work.find_missing(todo.clone(), &details).await,
    };
    let mut results = CallResults::new();
    let (mut unread, mut not_read_back) = (None, Vec::new());
    if !missing.is_empty() && work.context.is_cancelled {
        // The call of an earlier attempt may become visible late.
        (missing, unread) = work.read_back(missing, &results).await;
    } else if !missing.is_empty() {
        let (called, last) = work.call_all(&missing, permit).await;
        let cause = last.as_ref().err().map(|error| error.cause);
        // An unreadable response may be about one group.
        let may_concern_one_group =
            cause.is_none_or(|cause| !cause.is_temporary() || cause == ApiErrorKind::Unreadable);
        let affects_instance = cause.is_some_and(ApiErrorKind::affects_instance);
        results = called;
        if affects_instance {
            // Groups of earlier calls are read back all the same.
            let is_called = |group: &GroupId| results.get(group).is_some_and(|result| result.result.is_ok());
            let (called, others): (Vec<_>, Vec<_>) = missing.into_iter().partition(is_called);
            missing = others;
            if !called.is_empty() {
                let (still_missing, failed) = work.read_back(called, &results).await;
                if failed.is_some() { not_read_back = still_missing } else { missing.extend(still_missing) }
            }
        } else {
            let called = missing.len();
            (missing, unread) = work.read_back(missing, &results).await;
            failpoint::reach(Step::ReadBack);
            if called > 1 && !missing.is_empty() && unread.is_none() && may_concern_one_group {
                // One bad group may have failed the whole call: retry each group separately.
                results.extend(work.call_each(&missing).await);
                (missing, unread) = work.read_back(missing, &results).await;
            }
        }
    }
    let mut outcomes = work.classify_failures(&todo, missing, &results, unread).await?;
    outcomes.extend(not_read_back.into_iter().map(|group| (group, GroupOutcome::NotReadBack)));
    Ok(outcomes)
}

struct Reconciler<'w, 'c> {
    context: &'w mut Context<'c>,
    action: LinkAction,
    community: &'w CommunityId,
    /// The groups that the community did not show when it was first read.
    hidden: Vec<GroupId>,
}

impl Reconciler<'_, '_> {
    /// Returns the groups that are not yet in the wanted state. When unlinking, a group that was missing from the first
    /// read of the community is checked with its own read, because the list may lag. If the community lists no groups,
    /// each group is read.
    async fn find_missing(&self, groups: Vec<GroupId>, details: &CommunityDetails) -> Vec<GroupId> {
        let mut missing = Vec::new();
        for group in groups {
            let needs_group_read = self.action == LinkAction::Unlink && self.hidden.contains(&group);
            let is_satisfied = if details.lists_groups() {
                self.action.is_satisfied(details, &group)
                    && !(needs_group_read && self.is_still_linked(&group).await)
            } else {
                let is_in = self.context.zapi.group(&group).await;
                let is_in = is_in.map(|group| group.community.as_ref() == Some(self.community));
                is_in.is_ok_and(|is_in| is_in == (self.action == LinkAction::Link))
            };
            if !is_satisfied {
                missing.push(group);
            }
        }
        missing
    }

    async fn is_still_linked(&self, group: &GroupId) -> bool {
        let read = self.context.zapi.group(group).await;
        read.is_ok_and(|group| group.community.as_ref() == Some(self.community))
    }

    /// Calls in chunks, to keep each call short and show progress. Stops at an instance-wide or temporary error.
    async fn call_all(
        &self,
        groups: &[GroupId],
        mut permit: Option<ChangePermit>,
    ) -> (CallResults, Result<(), ApiError>) {
        let (mut results, mut last) = (CallResults::new(), Ok(()));
        let call_result =
            |result: &Result<(), ApiError>, was_sent| CallResult { result: result.clone(), was_sent };
        self.context.progress.start(groups.len());
        for (at, some) in groups.chunks(MIN_ITEMS_FOR_PROGRESS).enumerate() {
            failpoint::reach(Step::Calling);
            last = self.action.call(self.context.zapi, self.community, some, permit.take()).await;
            failpoint::reach(Step::Called);
            results.extend(some.iter().map(|group| (group.clone(), call_result(&last, true))));
            self.context.progress.advance(some.len());
            if matches!(&last, Err(error) if error.cause.affects_instance() || error.cause.is_temporary()) {
                // The remaining groups were not sent.
                let unsent = groups.iter().skip((at + 1) * MIN_ITEMS_FOR_PROGRESS);
                results.extend(unsent.map(|group| (group.clone(), call_result(&last, false))));
                break;
            }
        }
        (results, last)
    }

    async fn call_each(&self, groups: &[GroupId]) -> CallResults {
        let mut results = CallResults::new();
        for group in groups {
            if self.find_current_community(group).await.is_some() {
                continue;
            }
            let single_group = std::slice::from_ref(group);
            let result = self.action.call(self.context.zapi, self.community, single_group, None).await;
            let affects_instance = matches!(&result, Err(error) if error.cause.affects_instance());
            results.insert(group.clone(), CallResult { result, was_sent: true });
            if affects_instance {
                break;
            }
        }
        results
    }

    /// The first temporary error, unless this is the last attempt.
    fn find_retryable_error<'h>(&self, results: &'h CallResults) -> Option<&'h ApiError> {
        let mut errors = results.values().filter_map(|result| result.result.as_ref().err());
        errors.find(|error| error.cause.is_temporary() && !self.context.is_last_attempt)
    }

    /// Reads the community until all groups are as wanted, or the time is over. Returns the others, and why
    /// the last read failed, if it did.
    async fn read_back(
        &self,
        mut missing: Vec<GroupId>,
        results: &CallResults,
    ) -> (Vec<GroupId>, Option<ApiError>) {
        let time = self.context.timing.read_back;
        let mut backoff = match self.find_retryable_error(results) {
            Some(_) => PollBackoff::before_calling_again(time),
            None => PollBackoff::new(time),
        };
        loop {
            let unread = match self.context.zapi.community(self.community).await {
                Ok(details) => {
                    missing = self.find_missing(missing, &details).await;
                    None
                }
                Err(error) => Some(error),
            };
            if missing.is_empty() || !backoff.wait().await {
                return (missing, unread);
            }
        }
    }

    /// The outcome of each group. If a temporary error is the reason that a group is not yet as wanted, the command is
    /// retried, unless this is the last attempt.
    async fn classify_failures(
        self,
        todo: &[GroupId],
        missing: Vec<GroupId>,
        results: &CallResults,
        unread: Option<ApiError>,
    ) -> Result<Outcomes, CommandError> {
        if let Some(error) = unread {
            return self.unverified_outcomes(&missing, error).map(|open| fill_done(todo, open));
        }
        let again = self.find_retryable_error(results).cloned();
        let mut open = Outcomes::new();
        for group in missing {
            let result = results.get(&group);
            let other = self.find_current_community(&group).await;
            if let (None, Some(error)) = (&other, &again) {
                // Retry: the read-back was short because another attempt follows.
                return Err(error.clone().into());
            }
            let outcome = match (other, result.map(|result| &result.result)) {
                (Some(other), _) => GroupOutcome::InOtherCommunity(other),
                (None, _) if self.context.is_cancelled => GroupOutcome::Cancelled,
                (None, Some(Err(error))) if error.cause.is_temporary() => {
                    self.context.is_final_failure = true;
                    // A call without a response may still take effect.
                    match result.is_some_and(|result| result.is_unknown(error)) {
                        true => GroupOutcome::NoResponse(self.describe_error(error)),
                        false => self.api_error_outcome(error),
                    }
                }
                (None, Some(Err(error))) if error.cause == ApiErrorKind::Rejected => {
                    GroupOutcome::Refused(error.message.clone())
                }
                (None, Some(Err(error))) => self.api_error_outcome(error),
                (None, Some(Ok(())) | None) => GroupOutcome::NotVisible,
            };
            open.insert(group, outcome);
        }
        Ok(fill_done(todo, open))
    }

    fn api_error_outcome(&self, error: &ApiError) -> GroupOutcome {
        GroupOutcome::ApiError(self.describe_error(error))
    }

    fn describe_error(&self, error: &ApiError) -> String {
        error.user_message(self.context.localizer.locale, quote)
    }

    /// The other community that the group belongs to now, if any: its name, or `None` inside if the admin may not see it.
    async fn find_current_community(&self, group: &GroupId) -> Option<Option<String>> {
        if self.action == LinkAction::Unlink {
            return None;
        }
        let details = self.context.zapi.group(group).await.ok()?;
        Some(find_other_community(self.context, self.community, &details).await.ok()??.1)
    }

    /// The community cannot be read: retried, or, on the last attempt, ❓.
    fn unverified_outcomes(self, groups: &[GroupId], error: ApiError) -> Result<Outcomes, CommandError> {
        if error.cause.is_temporary() && !self.context.is_last_attempt {
            return Err(error.into());
        }
        self.context.is_final_failure = self.context.is_last_attempt;
        Ok(groups.iter().map(|group| (group.clone(), GroupOutcome::NotReadBack)).collect())
    }
}

/// Marks every group without an outcome as done.
fn fill_done(todo: &[GroupId], mut open: Outcomes) -> Outcomes {
    for group in todo {
        open.entry(group.clone()).or_insert(GroupOutcome::Done);
    }
    open
}

//! Calls, reads back, and attributes what failed to the group that it belongs to.

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

/// What was said of each group: a hint.
type CallResults = HashMap<GroupId, CallResult>;

/// What a call said, or what kept it from being made.
#[derive(Clone, Debug)]
struct CallResult {
    result: Result<(), ApiError>,
    was_sent: bool,
}

impl CallResult {
    /// A call was made, and whoever made it does not know what became of it.
    fn is_unknown(&self, error: &ApiError) -> bool {
        self.was_sent && !error.cause.is_surely_not_applied()
    }
}

/// Brings the groups of the plan where they shall be, as far as Z-API lets it. `known` is the
/// community as it was just read, so that all of the plan is missing; after a crash or an earlier try
/// it is read anew. `turn` is that of the call, where it was taken before.
pub async fn reconcile(
    context: &mut Context<'_>,
    direction: LinkAction,
    plan: &LinkPlan,
    known: Option<CommunityDetails>,
    turn: Option<ChangePermit>,
) -> Result<Outcomes, CommandError> {
    let Some(community) = plan.community() else { return Ok(Outcomes::new()) };
    let todo = plan.pending();
    if todo.is_empty() {
        return Ok(Outcomes::new());
    }
    let work = Reconciler { context, action: direction, community: &community, hidden: Vec::new() };
    let is_just_read = known.is_some();
    let details = match known {
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
    let mut hints = CallResults::new();
    let (mut unread, mut unsure) = (None, Vec::new());
    if !missing.is_empty() && work.context.is_cancelled {
        // An earlier try's call may only be on its way into what is read.
        (missing, unread) = work.read_back(missing, &hints).await;
    } else if !missing.is_empty() {
        let (called, last) = work.call_all(&missing, turn).await;
        let cause = last.as_ref().err().map(|error| error.cause);
        // What Z-API said that cannot be read may be of one group.
        let may_be_of_one =
            cause.is_none_or(|cause| !cause.is_temporary() || cause == ApiErrorKind::Unreadable);
        let concerns_all = cause.is_some_and(ApiErrorKind::affects_instance);
        hints = called;
        if concerns_all {
            // What an earlier call was for is looked at all the same.
            let is_called = |group: &GroupId| hints.get(group).is_some_and(|hint| hint.result.is_ok());
            let (called, others): (Vec<_>, Vec<_>) = missing.into_iter().partition(is_called);
            missing = others;
            if !called.is_empty() {
                let (left, failed) = work.read_back(called, &hints).await;
                if failed.is_some() { unsure = left } else { missing.extend(left) }
            }
        } else {
            let called = missing.len();
            (missing, unread) = work.read_back(missing, &hints).await;
            failpoint::reach(Step::ReadBack);
            if called > 1 && !missing.is_empty() && unread.is_none() && may_be_of_one {
                // One group may have ended the call for those behind it: each is asked for alone.
                hints.extend(work.call_each(&missing).await);
                (missing, unread) = work.read_back(missing, &hints).await;
            }
        }
    }
    let mut settled = work.classify_failures(&todo, missing, &hints, unread).await?;
    settled.extend(unsure.into_iter().map(|group| (group, GroupOutcome::NotReadBack)));
    Ok(settled)
}

struct Reconciler<'w, 'c> {
    context: &'w mut Context<'c>,
    action: LinkAction,
    community: &'w CommunityId,
    /// The groups that the community did not show when it was first read.
    hidden: Vec<GroupId>,
}

impl Reconciler<'_, '_> {
    /// Those that are not where they shall be. A group that is to go, and that the community never
    /// showed, is gone only when the group itself says so: one of the two reads lags. A community that
    /// lists no groups proves nothing: each group itself is asked.
    async fn find_missing(&self, groups: Vec<GroupId>, details: &CommunityDetails) -> Vec<GroupId> {
        let mut missing = Vec::new();
        for group in groups {
            let is_doubtful = self.action == LinkAction::Unlink && self.hidden.contains(&group);
            let is_reached = if details.lists_groups() {
                self.action.is_satisfied(details, &group)
                    && !(is_doubtful && self.is_still_linked(&group).await)
            } else {
                let is_in = self.context.zapi.group(&group).await;
                let is_in = is_in.map(|group| group.community.as_ref() == Some(self.community));
                is_in.is_ok_and(|is_in| is_in == (self.action == LinkAction::Link))
            };
            if !is_reached {
                missing.push(group);
            }
        }
        missing
    }

    async fn is_still_linked(&self, group: &GroupId) -> bool {
        let read = self.context.zapi.group(group).await;
        read.is_ok_and(|group| group.community.as_ref() == Some(self.community))
    }

    /// Calls for all groups, some at a time where they are many: so that an answer is worth waiting for, and
    /// somebody sees how far it is. What every call or a later one would fail alike at ends it.
    async fn call_all(
        &self,
        groups: &[GroupId],
        mut turn: Option<ChangePermit>,
    ) -> (CallResults, Result<(), ApiError>) {
        let (mut hints, mut last) = (CallResults::new(), Ok(()));
        let hint =
            |said: &Result<(), ApiError>, is_called| CallResult { result: said.clone(), was_sent: is_called };
        self.context.progress.start(groups.len());
        for (at, some) in groups.chunks(MIN_ITEMS_FOR_PROGRESS).enumerate() {
            failpoint::reach(Step::Calling);
            last = self.action.call(self.context.zapi, self.community, some, turn.take()).await;
            failpoint::reach(Step::Called);
            hints.extend(some.iter().map(|group| (group.clone(), hint(&last, true))));
            self.context.progress.advance(some.len());
            if matches!(&last, Err(error) if error.cause.affects_instance() || error.cause.is_temporary()) {
                // Nobody said that it was done for those behind.
                let behind = groups.iter().skip((at + 1) * MIN_ITEMS_FOR_PROGRESS);
                hints.extend(behind.map(|group| (group.clone(), hint(&last, false))));
                break;
            }
        }
        (hints, last)
    }

    async fn call_each(&self, groups: &[GroupId]) -> CallResults {
        let mut hints = CallResults::new();
        for group in groups {
            if self.find_current_community(group).await.is_some() {
                continue;
            }
            let alone = std::slice::from_ref(group);
            let answer = self.action.call(self.context.zapi, self.community, alone, None).await;
            let concerns_all = matches!(&answer, Err(error) if error.cause.affects_instance());
            hints.insert(group.clone(), CallResult { result: answer, was_sent: true });
            if concerns_all {
                break;
            }
        }
        hints
    }

    /// What makes a later try call again.
    fn called_again<'h>(&self, hints: &'h CallResults) -> Option<&'h ApiError> {
        let mut errors = hints.values().filter_map(|hint| hint.result.as_ref().err());
        errors.find(|error| error.cause.is_temporary() && !self.context.is_last_attempt)
    }

    /// Reads the community until all groups are where they shall be, or the time is over. Returns
    /// those that are not, and why the last read failed, if it did.
    async fn read_back(
        &self,
        mut missing: Vec<GroupId>,
        hints: &CallResults,
    ) -> (Vec<GroupId>, Option<ApiError>) {
        let time = self.context.timing.read_back;
        let mut patience = match self.called_again(hints) {
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
            if missing.is_empty() || !patience.wait().await {
                return (missing, unread);
            }
        }
    }

    /// What became of each group. What a temporary trouble left open is tried again later, unless
    /// this is the last try.
    async fn classify_failures(
        self,
        todo: &[GroupId],
        missing: Vec<GroupId>,
        hints: &CallResults,
        unread: Option<ApiError>,
    ) -> Result<Outcomes, CommandError> {
        if let Some(error) = unread {
            return self.unverified_outcomes(&missing, error).map(|open| fill_done(todo, open));
        }
        let again = self.called_again(hints).cloned();
        let mut open = Outcomes::new();
        for group in missing {
            let hint = hints.get(&group);
            let other = self.find_current_community(&group).await;
            if let (None, Some(error)) = (&other, &again) {
                // It was not looked after for long, whatever was said of it.
                return Err(error.clone().into());
            }
            let fate = match (other, hint.map(|hint| &hint.result)) {
                (Some(other), _) => GroupOutcome::InOtherCommunity(other),
                (None, _) if self.context.is_cancelled => GroupOutcome::Cancelled,
                (None, Some(Err(error))) if error.cause.is_temporary() => {
                    self.context.is_final_failure = true;
                    // What had no answer may still come to be so.
                    match hint.is_some_and(|hint| hint.is_unknown(error)) {
                        true => GroupOutcome::NoResponse(self.describe_error(error)),
                        false => self.api_error_outcome(error),
                    }
                }
                (None, Some(Err(error))) if error.cause == ApiErrorKind::Rejected => {
                    GroupOutcome::Refused(error.said.clone())
                }
                (None, Some(Err(error))) => self.api_error_outcome(error),
                (None, Some(Ok(())) | None) => GroupOutcome::NotVisible,
            };
            open.insert(group, fate);
        }
        Ok(fill_done(todo, open))
    }

    fn api_error_outcome(&self, error: &ApiError) -> GroupOutcome {
        GroupOutcome::ApiError(self.describe_error(error))
    }

    fn describe_error(&self, error: &ApiError) -> String {
        error.user_message(self.context.localizer.locale, quote)
    }

    /// The community that took the group, if another one has it now.
    async fn find_current_community(&self, group: &GroupId) -> Option<Option<String>> {
        if self.action == LinkAction::Unlink {
            return None;
        }
        let details = self.context.zapi.group(group).await.ok()?;
        Some(find_other_community(self.context, self.community, &details).await.ok()??.1)
    }

    /// The community cannot be read: later, or, where there is no later, ❓.
    fn unverified_outcomes(self, groups: &[GroupId], error: ApiError) -> Result<Outcomes, CommandError> {
        if error.cause.is_temporary() && !self.context.is_last_attempt {
            return Err(error.into());
        }
        self.context.is_final_failure = self.context.is_last_attempt;
        Ok(groups.iter().map(|group| (group.clone(), GroupOutcome::NotReadBack)).collect())
    }
}

/// What is not open is done.
fn fill_done(todo: &[GroupId], mut open: Outcomes) -> Outcomes {
    for group in todo {
        open.entry(group.clone()).or_insert(GroupOutcome::Done);
    }
    open
}

//! Calls for all at once, reads back, then calls one by one for the rest, so that one rejection does not stop
//! the others.
//!
//! Only a call for one person may send a private invitation, which cannot be read back anywhere. Nobody may
//! get two: the plan records such a call before it is made and when it has a response. If its result is not
//! known, later calls invite nobody.

use std::collections::HashMap;
use std::time::Duration;

use crate::command::context::{CommandError, Context};
use crate::directory::{CommunityAdmins, NamedEntry, ReadMembers};
use crate::domain::{CommunityId, GroupId, Phone};
use crate::engine::members::action::{CallTarget, MemberAction};
use crate::engine::members::outcome::{MemberOutcome, MemberOutcomes};
use crate::engine::members::plan::MemberPlan;
use crate::engine::read_back::PollBackoff;
use crate::failpoint::{self, Step};
use crate::reply::quote;
use crate::storage::StateKind;
use crate::zapi::{ApiError, ApiErrorKind, ChangePermit, Participant};

/// The most admins of a community (Z-API's documentation).
const MAX_ADMINS: usize = 20;

/// How long to wait until an added person becomes visible.
const INVITE_TIMEOUT: Duration = Duration::from_secs(4);

/// The result of the call for each person: a hint.
type MemberCallResults = HashMap<usize, Result<(), ApiError>>;

/// Makes the changes of the plan. `is_just_read`: the plan is the current state; after a crash or an earlier
/// attempt it is read again. `permit` is the permit of the call, if it was acquired before.
pub async fn reconcile(
    context: &mut Context<'_>,
    act: MemberAction,
    plan: &mut MemberPlan,
    is_just_read: bool,
    permit: Option<ChangePermit>,
) -> Result<MemberOutcomes, CommandError> {
    let todo = plan.pending();
    let (Some(community), Some(group)) = (plan.community(), plan.group()) else {
        return Ok(MemberOutcomes::new());
    };
    if todo.is_empty() {
        return Ok(MemberOutcomes::new());
    }
    let mut work =
        MemberReconciler { context, action: act, plan, community, group, present: Vec::new(), reading: None };
    let outcomes = work.run(&todo, is_just_read, permit).await;
    work.update_admin_list(&outcomes);
    let after = plan.to_json();
    if outcomes.is_err() && context.claim.command.plan.as_deref() != Some(after.as_str()) {
        // The next attempt must not repeat these calls.
        context.store_plan(after).await?;
    }
    outcomes
}

struct MemberReconciler<'w, 'c> {
    context: &'w mut Context<'c>,
    action: MemberAction,
    plan: &'w mut MemberPlan,
    community: CommunityId,
    group: GroupId,
    /// The participants when they were last read.
    present: Vec<Participant>,
    /// The number of that read, if no call was made since.
    reading: Option<u64>,
}

impl MemberReconciler<'_, '_> {
    async fn run(
        &mut self,
        todo: &[usize],
        is_just_read: bool,
        permit: Option<ChangePermit>,
    ) -> Result<MemberOutcomes, CommandError> {
        let mut missing = todo.to_vec();
        if !is_just_read {
            missing = match self.find_missing(&missing).await {
                Ok(missing) => missing,
                Err(error) => return self.unverified_outcomes(todo, todo, error),
            };
        }
        let mut results = MemberCallResults::new();
        let mut unread = None;
        let is_open = |at: &usize| !self.is_invited(*at) && self.plan.refused(*at).is_none();
        let open: Vec<usize> = missing.iter().copied().filter(is_open).collect();
        if !missing.is_empty() && (self.context.is_cancelled || open.is_empty()) {
            // The call of an earlier attempt may become visible late.
            (missing, unread) = self.read_back(missing, &results).await;
        } else if !open.is_empty() {
            failpoint::reach(Step::Calling);
            let response = self.call(&open, permit).await?;
            failpoint::reach(Step::Called);
            results.extend(open.iter().map(|at| (*at, response.clone())));
            let cause = response.err().map(|error| error.cause);
            if !cause.is_some_and(ApiErrorKind::affects_instance) {
                (missing, unread) = self.read_back(missing, &results).await;
                failpoint::reach(Step::ReadBack);
                let left: Vec<usize> = missing.iter().copied().filter(|at| open.contains(at)).collect();
                // An unreadable response may be about one person. But a person that is in by now, and becomes
                // visible late, must not be invited.
                let may_be_of_one = cause.is_none_or(|cause| {
                    !cause.is_temporary()
                        || (cause == ApiErrorKind::Unreadable && self.action != MemberAction::Add)
                });
                if open.len() > 1 && !left.is_empty() && unread.is_none() && may_be_of_one {
                    results.extend(self.call_each(&left).await?);
                    (missing, unread) = self.read_back(missing, &results).await;
                }
            }
        }
        if unread.is_none() {
            missing = self.match_new_lids(missing).await;
        }
        self.classify_failures(todo, missing, &results, unread)
    }

    /// Calls for these people; one alone may get an invitation. Waits for a permit if none is given.
    async fn call(
        &mut self,
        people: &[usize],
        permit: Option<ChangePermit>,
    ) -> Result<Result<(), ApiError>, CommandError> {
        let addresses: Vec<String> = people.iter().map(|at| self.plan.call_id(*at)).collect();
        let invited = match people {
            [alone] if self.action == MemberAction::Add && !self.plan.is_requesting(*alone) => Some(*alone),
            _ => None,
        };
        if let Some(at) = invited {
            self.plan.mark_requesting(at, true);
            self.context.store_plan(self.plan.to_json()).await?;
        }
        let zapi = self.context.zapi;
        self.reading = None;
        let target =
            CallTarget { community: &self.community, people: &addresses, invites: invited.is_some() };
        let permit = match permit {
            Some(permit) => Ok(permit),
            None => self.action.acquire_permit(zapi).await,
        };
        let response = match permit {
            Ok(permit) => self.action.call(zapi, &target, permit).await,
            Err(error) => Err(error),
        };
        match (invited, &response) {
            (Some(at), Ok(())) => self.plan.mark_requested(at),
            (Some(at), Err(error)) if error.cause == ApiErrorKind::Rejected => {
                self.plan.note_refused(at, error.message.as_deref());
            }
            (Some(at), Err(error)) if error.cause.is_surely_not_applied() => {
                self.plan.mark_requesting(at, false)
            }
            _ => {}
        }
        Ok(response)
    }

    /// Calls for each of them. Stops at an error that all further calls would have.
    async fn call_each(&mut self, people: &[usize]) -> Result<MemberCallResults, CommandError> {
        let mut results = MemberCallResults::new();
        for (nth, at) in people.iter().enumerate() {
            let response = self.call(&[*at], None).await?;
            let is_over = response
                .as_ref()
                .is_err_and(|error| error.cause.is_temporary() || error.cause.affects_instance());
            if is_over {
                results.extend(people[nth..].iter().map(|at| (*at, response.clone())));
                break;
            }
            results.insert(*at, response);
        }
        Ok(results)
    }

    /// Updates the cached admin list of the community, since its admins may have changed. Other processes read from
    /// the chat state, which is stored with the reply, that theirs is outdated.
    fn update_admin_list(&mut self, outcomes: &Result<MemberOutcomes, CommandError>) {
        let Some(community_admins) = self.context.community_admins else { return };
        let command = self.context.claim.command.id.clone();
        // A call that may still take effect makes what was read outdated.
        let may_take_effect = |end: &MemberOutcome| {
            use MemberOutcome::*;
            matches!(end, NoResponse(_) | NotVisible | NotReadBack | ApiError(_) | Cancelled)
        };
        let is_over = outcomes.as_ref().is_ok_and(|outcomes| !outcomes.values().any(may_take_effect));
        match self.reading.filter(|_| is_over) {
            Some(number) => {
                let community = NamedEntry { id: self.community.clone(), name: self.plan.name.clone() };
                let read = ReadMembers {
                    community: &community,
                    announcement: &self.group,
                    people: &self.present,
                    number,
                };
                community_admins.store_read(&read, &command);
            }
            None => community_admins.expire(&self.community, &command),
        }
        self.context.set_state(StateKind::People, self.community.to_string(), Some(command));
    }

    /// They were invited, as far as anybody can tell.
    fn is_invited(&self, at: usize) -> bool {
        self.action == MemberAction::Add && self.plan.is_requested(at)
    }

    /// The people whose change is not visible.
    async fn find_missing(&mut self, people: &[usize]) -> Result<Vec<usize>, ApiError> {
        self.reading = None;
        let reading = self.context.community_admins.map(CommunityAdmins::begin_reading);
        self.present = self.context.zapi.participants(&self.group).await?;
        self.reading = reading;
        let is_reached = |at: &&usize| {
            let participant =
                self.present.iter().find(|participant| self.plan.is_participant(**at, participant));
            self.action.is_satisfied(participant)
        };
        Ok(people.iter().filter(|at| !is_reached(at)).copied().collect())
    }

    /// What makes a later attempt call again.
    fn called_again<'h>(&self, results: &'h MemberCallResults) -> Option<&'h ApiError> {
        let mut errors = results.values().filter_map(|response| response.as_ref().err());
        errors.find(|error| error.cause.is_temporary() && !self.context.is_last_attempt)
    }

    /// Reads the members of the community until all changes are visible, or the time is over. Returns the people whose
    /// change is not visible, and the error of the last read, if it failed.
    async fn read_back(
        &mut self,
        mut missing: Vec<usize>,
        results: &MemberCallResults,
    ) -> (Vec<usize>, Option<ApiError>) {
        let time = self.context.timing.read_back;
        let mut backoff = match self.called_again(results) {
            Some(_) => PollBackoff::before_calling_again(time),
            // A person that can only be invited never becomes visible: no need to wait as long as for a
            // lagging read.
            None if self.action == MemberAction::Add => PollBackoff::new(time.min(INVITE_TIMEOUT)),
            None => PollBackoff::new(time),
        };
        loop {
            let unread = match self.find_missing(&missing).await {
                Ok(left) => {
                    missing = left;
                    None
                }
                Err(error) => Some(error),
            };
            if missing.is_empty() || !backoff.wait().await {
                return (missing, unread);
            }
        }
    }

    /// Looks again for added people with unknown lids: groups may show only the lid.
    async fn match_new_lids(&mut self, missing: Vec<usize>) -> Vec<usize> {
        let unknown = missing.iter().filter_map(|at| self.plan.phone_without_lid(*at));
        let unknown: Vec<Phone> = unknown.collect();
        if self.action != MemberAction::Add || unknown.is_empty() {
            return missing;
        }
        let known = self.context.zapi.look_up_phones(&unknown).await.unwrap_or_default();
        if !known.iter().any(|known| known.lid.is_some()) {
            return missing;
        }
        self.plan.add_phone_info(&known);
        self.find_missing(&missing).await.unwrap_or(missing)
    }

    /// What became of each. What a temporary error left open is retried, unless this is the
    /// last attempt.
    fn classify_failures(
        &mut self,
        todo: &[usize],
        missing: Vec<usize>,
        results: &MemberCallResults,
        unread: Option<ApiError>,
    ) -> Result<MemberOutcomes, CommandError> {
        if let Some(error) = unread {
            return self.unverified_outcomes(todo, &missing, error);
        }
        if let (false, Some(error)) = (missing.is_empty(), self.called_again(results)) {
            // They were read only for a short time, so the response does not decide.
            return Err(error.clone().into());
        }
        let mut open = MemberOutcomes::new();
        for at in missing {
            let end = match results.get(&at) {
                _ if self.is_invited(at) && self.plan.may_be_hidden(at, &self.present) => {
                    MemberOutcome::AddedOrInvited
                }
                _ if self.is_invited(at) => MemberOutcome::Invited,
                result if self.plan.is_requesting(at) => {
                    self.context.is_final_failure |= result
                        .is_some_and(|result| result.as_ref().is_err_and(|error| error.cause.is_temporary()));
                    MemberOutcome::MaybeInvited
                }
                _ if let Some(lines) = self.plan.refused(at) => {
                    MemberOutcome::Refused(Some(lines.to_owned()).filter(|lines| !lines.is_empty()))
                }
                _ if self.context.is_cancelled => MemberOutcome::Cancelled,
                Some(Err(error)) if error.cause.is_temporary() => {
                    self.context.is_final_failure = true;
                    // A call without a response may still take effect.
                    match error.cause.is_surely_not_applied() {
                        true => self.api_error_outcome(error),
                        false => MemberOutcome::NoResponse(self.describe_error(error)),
                    }
                }
                Some(Err(error)) if error.cause == ApiErrorKind::Rejected => match self.action {
                    MemberAction::Promote if self.count_admins() >= MAX_ADMINS => MemberOutcome::Full,
                    _ => MemberOutcome::Refused(error.message.clone()),
                },
                Some(Err(error)) => self.api_error_outcome(error),
                Some(Ok(())) | None => MemberOutcome::NotVisible,
            };
            open.insert(at, end);
        }
        Ok(fill_done(todo, open))
    }

    fn count_admins(&self) -> usize {
        self.present.iter().filter(|participant| participant.is_admin).count()
    }

    fn api_error_outcome(&self, error: &ApiError) -> MemberOutcome {
        MemberOutcome::ApiError(self.describe_error(error))
    }

    fn describe_error(&self, error: &ApiError) -> String {
        error.user_message(self.context.localizer.locale, quote)
    }

    /// The community cannot be read: retried, or, on the last attempt, ❓.
    fn unverified_outcomes(
        &mut self,
        todo: &[usize],
        people: &[usize],
        error: ApiError,
    ) -> Result<MemberOutcomes, CommandError> {
        if error.cause.is_temporary() && !self.context.is_last_attempt {
            return Err(error.into());
        }
        self.context.is_final_failure = self.context.is_last_attempt;
        Ok(fill_done(todo, people.iter().map(|at| (*at, MemberOutcome::NotReadBack)).collect()))
    }
}

/// All others are done.
fn fill_done(todo: &[usize], mut open: MemberOutcomes) -> MemberOutcomes {
    for at in todo {
        open.entry(*at).or_insert(MemberOutcome::Done);
    }
    open
}

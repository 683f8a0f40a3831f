//! Calls, reads back, and attributes what failed to the group that it belongs to.

use std::collections::HashMap;

use super::super::patience::Patience;
use super::super::progress::MANY;
use super::super::{Context, Failure};
use super::Direction;
use super::plan::{Plan, elsewhere};
use crate::domain::{CommunityId, GroupId};
use crate::failpoint::{self, Step};
use crate::reply::{Fate, quoted};
use crate::zapi::{ApiError, Cause, CommunityDetails, TurnToChange};

/// What became of each group that had to be changed.
pub(super) type Settled = HashMap<GroupId, Fate>;

/// What was said of each group: a hint.
type Hints = HashMap<GroupId, Hint>;

/// What a call said, or what kept it from being made.
#[derive(Clone, Debug)]
struct Hint {
    said: Result<(), ApiError>,
    is_called: bool,
}

impl Hint {
    /// A call was made, and whoever made it does not know what became of it.
    fn is_open(&self, error: &ApiError) -> bool {
        self.is_called && !error.cause.is_surely_unmade()
    }
}

/// Brings the groups of the plan where they shall be, as far as Z-API lets it. `known` is the
/// community as it was just read, so that all of the plan is missing; after a crash or an earlier try
/// it is read anew. `turn` is that of the call, where it was taken before.
pub(super) async fn settle(
    context: &mut Context<'_>,
    direction: Direction,
    plan: &Plan,
    known: Option<CommunityDetails>,
    turn: Option<TurnToChange>,
) -> Result<Settled, Failure> {
    let Some(community) = plan.community() else { return Ok(Settled::new()) };
    let todo = plan.todo();
    if todo.is_empty() {
        return Ok(Settled::new());
    }
    let work = Work { context, direction, community: &community, hidden: Vec::new() };
    let is_just_read = known.is_some();
    let details = match known {
        Some(details) => details,
        None => match work.context.zapi.community(&community).await {
            Ok(details) => details,
            Err(error) => return work.without_reading(&todo, error),
        },
    };
    let hidden = todo.iter().filter(|group| details.find(group).is_none()).cloned().collect();
    let work = Work { hidden, ..work };
    let mut missing = match is_just_read {
        true => todo.clone(),
        false => work.missing(todo.clone(), &details).await,
    };
    let mut hints = Hints::new();
    let (mut unread, mut unsure) = (None, Vec::new());
    if !missing.is_empty() && work.context.is_cancelled {
        // An earlier try's call may only be on its way into what is read.
        (missing, unread) = work.read_back(missing, &hints).await;
    } else if !missing.is_empty() {
        let (called, last) = work.call_all(&missing, turn).await;
        let cause = last.as_ref().err().map(|error| error.cause);
        // What Z-API said that cannot be read may be of one group.
        let may_be_of_one = cause.is_none_or(|cause| !cause.is_temporary() || cause == Cause::Unreadable);
        let concerns_all = cause.is_some_and(Cause::concerns_all);
        hints = called;
        if concerns_all {
            // What an earlier call was for is looked at all the same.
            let is_called = |group: &GroupId| hints.get(group).is_some_and(|hint| hint.said.is_ok());
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
    let mut settled = work.attribute(&todo, missing, &hints, unread).await?;
    settled.extend(unsure.into_iter().map(|group| (group, Fate::NotRead)));
    Ok(settled)
}

struct Work<'w, 'c> {
    context: &'w mut Context<'c>,
    direction: Direction,
    community: &'w CommunityId,
    /// The groups that the community did not show when it was first read.
    hidden: Vec<GroupId>,
}

impl Work<'_, '_> {
    /// Those that are not where they shall be. A group that is to go, and that the community never
    /// showed, is gone only when the group itself says so: one of the two reads lags. A community that
    /// lists no groups proves nothing: each group itself is asked.
    async fn missing(&self, groups: Vec<GroupId>, details: &CommunityDetails) -> Vec<GroupId> {
        let mut missing = Vec::new();
        for group in groups {
            let is_doubtful = self.direction == Direction::Unlink && self.hidden.contains(&group);
            let is_reached = if details.lists_groups() {
                self.direction.is_reached(details, &group) && !(is_doubtful && self.is_still_in(&group).await)
            } else {
                let is_in = self.context.zapi.group(&group).await;
                let is_in = is_in.map(|group| group.community.as_ref() == Some(self.community));
                is_in.is_ok_and(|is_in| is_in == (self.direction == Direction::Link))
            };
            if !is_reached {
                missing.push(group);
            }
        }
        missing
    }

    async fn is_still_in(&self, group: &GroupId) -> bool {
        let read = self.context.zapi.group(group).await;
        read.is_ok_and(|group| group.community.as_ref() == Some(self.community))
    }

    /// Calls for all groups, some at a time where they are many: so that an answer is worth waiting for, and
    /// somebody sees how far it is. What every call or a later one would fail alike at ends it.
    async fn call_all(
        &self,
        groups: &[GroupId],
        mut turn: Option<TurnToChange>,
    ) -> (Hints, Result<(), ApiError>) {
        let (mut hints, mut last) = (Hints::new(), Ok(()));
        let hint = |said: &Result<(), ApiError>, is_called| Hint { said: said.clone(), is_called };
        self.context.progress.begin(groups.len());
        for (at, some) in groups.chunks(MANY).enumerate() {
            failpoint::reach(Step::Calling);
            last = self.direction.call(self.context.zapi, self.community, some, turn.take()).await;
            failpoint::reach(Step::Called);
            hints.extend(some.iter().map(|group| (group.clone(), hint(&last, true))));
            self.context.progress.advance(some.len());
            if matches!(&last, Err(error) if error.cause.concerns_all() || error.cause.is_temporary()) {
                // Nobody said that it was done for those behind.
                let behind = groups.iter().skip((at + 1) * MANY);
                hints.extend(behind.map(|group| (group.clone(), hint(&last, false))));
                break;
            }
        }
        (hints, last)
    }

    async fn call_each(&self, groups: &[GroupId]) -> Hints {
        let mut hints = Hints::new();
        for group in groups {
            if self.belongs_elsewhere(group).await.is_some() {
                continue;
            }
            let alone = std::slice::from_ref(group);
            let answer = self.direction.call(self.context.zapi, self.community, alone, None).await;
            let concerns_all = matches!(&answer, Err(error) if error.cause.concerns_all());
            hints.insert(group.clone(), Hint { said: answer, is_called: true });
            if concerns_all {
                break;
            }
        }
        hints
    }

    /// What makes a later try call again.
    fn called_again<'h>(&self, hints: &'h Hints) -> Option<&'h ApiError> {
        let mut errors = hints.values().filter_map(|hint| hint.said.as_ref().err());
        errors.find(|error| error.cause.is_temporary() && !self.context.is_last_try)
    }

    /// Reads the community until all groups are where they shall be, or the time is over. Returns
    /// those that are not, and why the last read failed, if it did.
    async fn read_back(&self, mut missing: Vec<GroupId>, hints: &Hints) -> (Vec<GroupId>, Option<ApiError>) {
        let time = self.context.timing.read_back;
        let mut patience = match self.called_again(hints) {
            Some(_) => Patience::before_calling_again(time),
            None => Patience::of(time),
        };
        loop {
            let unread = match self.context.zapi.community(self.community).await {
                Ok(details) => {
                    missing = self.missing(missing, &details).await;
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
    async fn attribute(
        self,
        todo: &[GroupId],
        missing: Vec<GroupId>,
        hints: &Hints,
        unread: Option<ApiError>,
    ) -> Result<Settled, Failure> {
        if let Some(error) = unread {
            return self.without_reading(&missing, error).map(|open| with_done(todo, open));
        }
        let again = self.called_again(hints).cloned();
        let mut open = Settled::new();
        for group in missing {
            let hint = hints.get(&group);
            let other = self.belongs_elsewhere(&group).await;
            if let (None, Some(error)) = (&other, &again) {
                // It was not looked after for long, whatever was said of it.
                return Err(error.clone().into());
            }
            let fate = match (other, hint.map(|hint| &hint.said)) {
                (Some(other), _) => Fate::Elsewhere(other),
                (None, _) if self.context.is_cancelled => Fate::Cancelled,
                (None, Some(Err(error))) if error.cause.is_temporary() => {
                    self.context.gave_up = true;
                    // What had no answer may still come to be so.
                    match hint.is_some_and(|hint| hint.is_open(error)) {
                        true => Fate::NoAnswer(self.explained(error)),
                        false => self.trouble(error),
                    }
                }
                (None, Some(Err(error))) if error.cause == Cause::Refused => {
                    Fate::Refused(error.said.clone())
                }
                (None, Some(Err(error))) => self.trouble(error),
                (None, Some(Ok(())) | None) => Fate::NotShown,
            };
            open.insert(group, fate);
        }
        Ok(with_done(todo, open))
    }

    fn trouble(&self, error: &ApiError) -> Fate {
        Fate::Trouble(self.explained(error))
    }

    fn explained(&self, error: &ApiError) -> String {
        error.explain(self.context.speech.locale, quoted)
    }

    /// The community that took the group, if another one has it now.
    async fn belongs_elsewhere(&self, group: &GroupId) -> Option<Option<String>> {
        if self.direction == Direction::Unlink {
            return None;
        }
        let details = self.context.zapi.group(group).await.ok()?;
        Some(elsewhere(self.context, self.community, &details).await.ok()??.1)
    }

    /// The community cannot be read: later, or, where there is no later, ❓.
    fn without_reading(self, groups: &[GroupId], error: ApiError) -> Result<Settled, Failure> {
        if error.cause.is_temporary() && !self.context.is_last_try {
            return Err(error.into());
        }
        self.context.gave_up = self.context.is_last_try;
        Ok(groups.iter().map(|group| (group.clone(), Fate::NotRead)).collect())
    }
}

/// What is not open is done.
fn with_done(todo: &[GroupId], mut open: Settled) -> Settled {
    for group in todo {
        open.entry(group.clone()).or_insert(Fate::Done);
    }
    open
}

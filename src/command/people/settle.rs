//! Calls for all at once, reads back, then calls one by one for those who are left, so that one refusal
//! does not stop the rest.
//!
//! Only a call for one person may invite in private: who got an invitation cannot be read anywhere, so
//! it is told by that call's answer. Nobody shall get two: the plan notes such a call before it is made
//! and when it is answered, and where its answer is not known, later calls for them invite nobody.

use std::collections::HashMap;
use std::time::Duration;

use super::super::patience::Patience;
use super::super::{Context, Failure};
use super::Act;
use super::plan::Plan;
use crate::directory::{Entry, Roster};
use crate::domain::{CommunityId, GroupId, Phone};
use crate::failpoint::{self, Step};
use crate::reply::quoted;
use crate::storage::MemoryKind;
use crate::zapi::{ApiError, Cause, Participant, TurnToChange};

/// The most admins of a community (ZAPI.md, Linking).
const MOST_ADMINS: usize = 20;

/// How long is waited until somebody who was added shows.
const INVITED: Duration = Duration::from_secs(4);

/// What became of those who had to be changed, by their place in the plan.
pub(super) type Ends = HashMap<usize, End>;

/// What became of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Done now.
    Done,
    /// They cannot be added, and got a private invitation.
    Invited,
    /// They are in it, or got a private invitation: the community hides which.
    InOrInvited,
    /// They may have got a private invitation: the call that sends one had no answer.
    PerhapsInvited,
    /// There are as many admins as there can be.
    Full,
    /// Z-API refused, with what it said.
    Refused(Option<String>),
    /// Z-API cannot be used, explained in the person's language.
    Trouble(String),
    /// The order was cancelled before.
    Cancelled,
    /// The call had no answer, explained in the person's language, and the community does not show it.
    NoAnswer(String),
    /// Z-API said yes, the community does not show it.
    NotShown,
    /// It could not be read back.
    NotRead,
}

impl End {
    /// It is done, or may be: who takes the order back takes this back, where it is so by then.
    pub(super) fn may_be_done(&self) -> bool {
        use End::*;
        matches!(self, Done | Invited | InOrInvited | PerhapsInvited | NoAnswer(_) | NotShown | NotRead)
    }
}

/// What a call said of somebody: a hint.
type Hints = HashMap<usize, Result<(), ApiError>>;

/// Brings the people of the plan where they shall be, as far as Z-API lets it. `is_just_read` says that
/// the plan is how they stand; after a crash or an earlier try it is read anew. `turn` is that of the
/// call, where it was taken before.
pub(super) async fn settle(
    context: &mut Context<'_>,
    act: Act,
    plan: &mut Plan,
    is_just_read: bool,
    turn: Option<TurnToChange>,
) -> Result<Ends, Failure> {
    let todo = plan.todo();
    let (Some(community), Some(group)) = (plan.community(), plan.group()) else { return Ok(Ends::new()) };
    if todo.is_empty() {
        return Ok(Ends::new());
    }
    let mut work = Work { context, act, plan, community, group, present: Vec::new(), reading: None };
    let ends = work.settle(&todo, is_just_read, turn).await;
    work.tell_roster(&ends);
    let after = plan.json();
    if ends.is_err() && context.claim.command.plan.as_deref() != Some(after.as_str()) {
        // The next try asks for nobody who was asked for, and knows of whom Z-API took no call.
        context.write_plan(after).await?;
    }
    ends
}

struct Work<'w, 'c> {
    context: &'w mut Context<'c>,
    act: Act,
    plan: &'w mut Plan,
    community: CommunityId,
    group: GroupId,
    /// Who was in the community when it was last read.
    present: Vec<Participant>,
    /// The roster's number of that reading, where no call was made since.
    reading: Option<u64>,
}

impl Work<'_, '_> {
    async fn settle(
        &mut self,
        todo: &[usize],
        is_just_read: bool,
        turn: Option<TurnToChange>,
    ) -> Result<Ends, Failure> {
        let mut missing = todo.to_vec();
        if !is_just_read {
            missing = match self.look(&missing).await {
                Ok(missing) => missing,
                Err(error) => return self.without_reading(todo, todo, error),
            };
        }
        let mut hints = Hints::new();
        let mut unread = None;
        let is_open = |at: &usize| !self.is_invited(*at) && self.plan.refused(*at).is_none();
        let open: Vec<usize> = missing.iter().copied().filter(is_open).collect();
        if !missing.is_empty() && (self.context.is_cancelled || open.is_empty()) {
            // An earlier try's call may only be on its way into what is read.
            (missing, unread) = self.read_back(missing, &hints).await;
        } else if !open.is_empty() {
            failpoint::reach(Step::Calling);
            let answer = self.call(&open, turn).await?;
            failpoint::reach(Step::Called);
            hints.extend(open.iter().map(|at| (*at, answer.clone())));
            let cause = answer.err().map(|error| error.cause);
            if !cause.is_some_and(Cause::concerns_all) {
                (missing, unread) = self.read_back(missing, &hints).await;
                failpoint::reach(Step::ReadBack);
                let left: Vec<usize> = missing.iter().copied().filter(|at| open.contains(at)).collect();
                // What Z-API said that cannot be read may be of one person. But whoever is in by now, and shows late,
                // must not be invited.
                let may_be_of_one = cause.is_none_or(|cause| {
                    !cause.is_temporary() || (cause == Cause::Unreadable && self.act != Act::Add)
                });
                if open.len() > 1 && !left.is_empty() && unread.is_none() && may_be_of_one {
                    hints.extend(self.call_each(&left).await?);
                    (missing, unread) = self.read_back(missing, &hints).await;
                }
            }
        }
        if unread.is_none() {
            missing = self.by_new_lids(missing).await;
        }
        self.attribute(todo, missing, &hints, unread)
    }

    /// Asks for these people; alone, they may get an invitation.
    async fn call(
        &mut self,
        people: &[usize],
        turn: Option<TurnToChange>,
    ) -> Result<Result<(), ApiError>, Failure> {
        let addresses: Vec<String> = people.iter().map(|at| self.plan.address(*at)).collect();
        let invited = match people {
            [alone] if self.act == Act::Add && !self.plan.is_asking(*alone) => Some(*alone),
            _ => None,
        };
        if let Some(at) = invited {
            self.plan.note_asking(at, true);
            self.context.write_plan(self.plan.json()).await?;
        }
        let (zapi, invites) = (self.context.zapi, invited.is_some());
        self.reading = None;
        let answer = self.act.call(zapi, &self.community, &addresses, invites, turn).await;
        match (invited, &answer) {
            (Some(at), Ok(())) => self.plan.note_asked(at),
            (Some(at), Err(error)) if error.cause == Cause::Refused => {
                self.plan.note_refused(at, error.said.as_deref());
            }
            (Some(at), Err(error)) if error.cause.is_surely_unmade() => self.plan.note_asking(at, false),
            _ => {}
        }
        Ok(answer)
    }

    /// Asks for each of them. A trouble that is not of one person is that of all behind.
    async fn call_each(&mut self, people: &[usize]) -> Result<Hints, Failure> {
        let mut hints = Hints::new();
        for (nth, at) in people.iter().enumerate() {
            let answer = self.call(&[*at], None).await?;
            let is_over =
                answer.as_ref().is_err_and(|error| error.cause.is_temporary() || error.cause.concerns_all());
            if is_over {
                hints.extend(people[nth..].iter().map(|at| (*at, answer.clone())));
                break;
            }
            hints.insert(*at, answer);
        }
        Ok(hints)
    }

    /// Who is an admin may have changed, and is known at once where it was read back: here by the roster, in
    /// other processes by what is kept with the answer.
    fn tell_roster(&mut self, ends: &Result<Ends, Failure>) {
        let Some(roster) = self.context.roster else { return };
        let command = self.context.claim.command.id.clone();
        // Where a call may still come through, what was read may be so no more.
        let may_come = |end: &End| {
            use End::*;
            matches!(end, NoAnswer(_) | NotShown | NotRead | Trouble(_) | Cancelled)
        };
        let is_over = ends.as_ref().is_ok_and(|ends| !ends.values().any(may_come));
        match self.reading.filter(|_| is_over) {
            Some(number) => {
                let community = Entry { id: self.community.clone(), name: self.plan.name.clone() };
                roster.take_over(&community, &self.group, &self.present, number, &command);
            }
            None => roster.expire(&self.community, &command),
        }
        self.context.remember(MemoryKind::People, self.community.to_string(), Some(command));
    }

    /// They were invited, as far as anybody can tell.
    fn is_invited(&self, at: usize) -> bool {
        self.act == Act::Add && self.plan.is_asked(at)
    }

    /// Those who are not where they shall be.
    async fn look(&mut self, people: &[usize]) -> Result<Vec<usize>, ApiError> {
        self.reading = None;
        let reading = self.context.roster.map(Roster::begin_reading);
        self.present = self.context.zapi.participants(&self.group).await?;
        self.reading = reading;
        let is_reached = |at: &&usize| {
            let participant = self.present.iter().find(|participant| self.plan.is(**at, participant));
            self.act.is_reached(participant)
        };
        Ok(people.iter().filter(|at| !is_reached(at)).copied().collect())
    }

    /// What makes a later try call again.
    fn called_again<'h>(&self, hints: &'h Hints) -> Option<&'h ApiError> {
        let mut errors = hints.values().filter_map(|answer| answer.as_ref().err());
        errors.find(|error| error.cause.is_temporary() && !self.context.is_last_try)
    }

    /// Reads who is in the community until all are where they shall be, or the time is over. Returns
    /// those who are not, and why the last read failed, if it did.
    async fn read_back(&mut self, mut missing: Vec<usize>, hints: &Hints) -> (Vec<usize>, Option<ApiError>) {
        let time = self.context.timing.read_back;
        let mut patience = match self.called_again(hints) {
            Some(_) => Patience::before_calling_again(time),
            // Whoever can only be invited never shows: nobody waits as long for them as for a lagging read.
            None if self.act == Act::Add => Patience::of(time.min(INVITED)),
            None => Patience::of(time),
        };
        loop {
            let unread = match self.look(&missing).await {
                Ok(left) => {
                    missing = left;
                    None
                }
                Err(error) => Some(error),
            };
            if missing.is_empty() || !patience.wait().await {
                return (missing, unread);
            }
        }
    }

    /// Looks once more for those added whose lid nobody knew: groups may show them by that alone.
    async fn by_new_lids(&mut self, missing: Vec<usize>) -> Vec<usize> {
        let unknown = missing.iter().filter_map(|at| self.plan.phone_without_lid(*at));
        let unknown: Vec<Phone> = unknown.collect();
        if self.act != Act::Add || unknown.is_empty() {
            return missing;
        }
        let known = self.context.zapi.phone_exists(&unknown).await.unwrap_or_default();
        if !known.iter().any(|known| known.lid.is_some()) {
            return missing;
        }
        self.plan.learn(&known);
        self.look(&missing).await.unwrap_or(missing)
    }

    /// What became of each. What a temporary trouble left open is tried again later, unless this is the
    /// last try.
    fn attribute(
        &mut self,
        todo: &[usize],
        missing: Vec<usize>,
        hints: &Hints,
        unread: Option<ApiError>,
    ) -> Result<Ends, Failure> {
        if let Some(error) = unread {
            return self.without_reading(todo, &missing, error);
        }
        if let (false, Some(error)) = (missing.is_empty(), self.called_again(hints)) {
            // They were not looked after for long, whatever was said of them.
            return Err(error.clone().into());
        }
        let mut open = Ends::new();
        for at in missing {
            let end = match hints.get(&at) {
                _ if self.is_invited(at) && self.plan.may_be_hidden(at, &self.present) => End::InOrInvited,
                _ if self.is_invited(at) => End::Invited,
                hint if self.plan.is_asking(at) => {
                    self.context.gave_up |=
                        hint.is_some_and(|hint| hint.as_ref().is_err_and(|error| error.cause.is_temporary()));
                    End::PerhapsInvited
                }
                _ if let Some(said) = self.plan.refused(at) => {
                    End::Refused(Some(said.to_owned()).filter(|said| !said.is_empty()))
                }
                _ if self.context.is_cancelled => End::Cancelled,
                Some(Err(error)) if error.cause.is_temporary() => {
                    self.context.gave_up = true;
                    // What had no answer may still come to be so.
                    match error.cause.is_surely_unmade() {
                        true => self.trouble(error),
                        false => End::NoAnswer(self.explained(error)),
                    }
                }
                Some(Err(error)) if error.cause == Cause::Refused => match self.act {
                    Act::Promote if self.admins() >= MOST_ADMINS => End::Full,
                    _ => End::Refused(error.said.clone()),
                },
                Some(Err(error)) => self.trouble(error),
                Some(Ok(())) | None => End::NotShown,
            };
            open.insert(at, end);
        }
        Ok(with_done(todo, open))
    }

    fn admins(&self) -> usize {
        self.present.iter().filter(|participant| participant.is_admin).count()
    }

    fn trouble(&self, error: &ApiError) -> End {
        End::Trouble(self.explained(error))
    }

    fn explained(&self, error: &ApiError) -> String {
        error.explain(self.context.speech.locale, quoted)
    }

    /// The community cannot be read: later, or, where there is no later, ❓.
    fn without_reading(
        &mut self,
        todo: &[usize],
        people: &[usize],
        error: ApiError,
    ) -> Result<Ends, Failure> {
        if error.cause.is_temporary() && !self.context.is_last_try {
            return Err(error.into());
        }
        self.context.gave_up = self.context.is_last_try;
        Ok(with_done(todo, people.iter().map(|at| (*at, End::NotRead)).collect()))
    }
}

/// What is not open is done.
fn with_done(todo: &[usize], mut open: Ends) -> Ends {
    for at in todo {
        open.entry(*at).or_insert(End::Done);
    }
    open
}

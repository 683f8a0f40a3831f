//! How people are added, removed, promoted and demoted, and who is in the community afterwards.
//!
//! Only a call for one person may send a private invitation, which cannot be read back anywhere. Nobody may
//! get two: the plan records such a call before it is made and when it has a response. If its result is not
//! known, later calls invite nobody.

use crate::command::{CommandError, Context};
use crate::directory::{CommunityAdmins, NamedEntry, ReadMembers};
use crate::domain::Phone;
use crate::engine::members::plan::{Invitation, MemberAction, MemberPlan};
use crate::engine::outcome::{ItemOutcome, ItemOutcomes};
use crate::engine::reconcile::{ItemChange, reconcile};
use crate::storage::StateKind;
use crate::zapi::{ApiError, ApiErrorKind, ChangePermit, Participant};

/// The most admins of a community (Z-API's documentation).
const MAX_ADMINS: usize = 20;

/// Makes the changes of the plan, as [`reconcile`] does.
pub async fn reconcile_members(
    context: &mut Context<'_>,
    plan: &mut MemberPlan,
    is_just_read: bool,
    permit: Option<ChangePermit>,
) -> Result<ItemOutcomes, CommandError> {
    let todo = plan.pending();
    if todo.is_empty() {
        return Ok(ItemOutcomes::new());
    }
    let mut people = PeopleChange { plan, present: Vec::new(), reading: None };
    let outcomes = reconcile(context, &mut people, &todo, is_just_read, permit).await;
    people.update_admin_list(context, outcomes.as_ref().ok());
    let json = serde_json::to_string(plan).unwrap_or_default();
    if outcomes.is_err() && context.claim.command.plan.as_deref() != Some(json.as_str()) {
        // The next attempt must not repeat these calls.
        context.store_plan(plan).await?;
    }
    outcomes
}

/// Adds people to a community, removes them, or changes whether they are admins.
struct PeopleChange<'a> {
    plan: &'a mut MemberPlan,
    /// The participants when they were last read.
    present: Vec<Participant>,
    /// The number of that read, if no call was made since.
    reading: Option<u64>,
}

impl PeopleChange<'_> {
    /// Updates the cached admin list of the community, since its admins may have changed. Other processes read from
    /// the chat state, which is stored with the reply, that theirs is outdated.
    fn update_admin_list(&self, context: &mut Context<'_>, outcomes: Option<&ItemOutcomes>) {
        let Some(community_admins) = context.community_admins else { return };
        let command = context.claim.command.id.clone();
        let community = &self.plan.community;
        // A call that may still take effect makes what was read outdated.
        let is_over = outcomes.is_some_and(|outcomes| !outcomes.values().any(ItemOutcome::may_take_effect));
        match self.reading.filter(|_| is_over) {
            Some(number) => {
                let community = NamedEntry { id: community.clone(), name: self.plan.name.clone() };
                let read = ReadMembers {
                    community: &community,
                    announcement: &self.plan.group,
                    people: &self.present,
                    number,
                };
                community_admins.store_read(&read, &command);
            }
            None => community_admins.expire(community, &command),
        }
        context.set_state(StateKind::People, community.to_string(), Some(command));
    }

    fn is_pending(&self, at: usize) -> bool {
        let item = &self.plan.items[at];
        let participant = self.present.iter().find(|participant| item.is_participant(participant));
        !self.plan.action.is_satisfied(participant)
    }

    fn count_admins(&self) -> usize {
        self.present.iter().filter(|participant| participant.is_admin).count()
    }
}

impl ItemChange for PeopleChange<'_> {
    const CHUNK: Option<usize> = None;

    // Each call that may have invited a person can never be made again.
    const STOPS_AT_TEMPORARY_ERROR: bool = true;

    fn call_name(&self) -> &'static str {
        self.plan.action.call_name()
    }

    /// Calls for these people; one alone may get an invitation.
    async fn call(
        &mut self,
        context: &mut Context<'_>,
        people: &[usize],
        permit: ChangePermit,
    ) -> Result<Result<(), ApiError>, CommandError> {
        let invited = match people {
            [alone] if self.plan.action == MemberAction::Add => Some(*alone),
            _ => None,
        };
        let invited = invited.filter(|at| self.plan.items[*at].invitation == Invitation::NotSent);
        if let Some(at) = invited {
            self.plan.items[at].invitation = Invitation::Requesting;
            context.store_plan(self.plan).await?;
        }
        self.reading = None;
        let ids: Vec<String> = people.iter().map(|at| self.plan.items[*at].call_id.clone()).collect();
        let (zapi, community) = (context.zapi, &self.plan.community);
        let response = match self.plan.action {
            MemberAction::Add => zapi.add_people(community, &ids, invited.is_some(), permit).await,
            MemberAction::Remove => zapi.remove_people(community, &ids, permit).await,
            MemberAction::Promote => zapi.promote(community, &ids, permit).await,
            MemberAction::Demote => zapi.demote(community, &ids, permit).await,
        };
        if let Some(at) = invited {
            let invitation = &mut self.plan.items[at].invitation;
            match &response {
                Ok(()) => *invitation = Invitation::Requested,
                Err(error) if error.cause == ApiErrorKind::Rejected => {
                    let reason = error.message.clone().filter(|reason| !reason.is_empty());
                    *invitation = Invitation::Refused(reason);
                }
                Err(error) if error.cause.is_surely_not_applied() => *invitation = Invitation::NotSent,
                Err(_) => {}
            }
        }
        Ok(response)
    }

    async fn find_pending(
        &mut self,
        context: &Context<'_>,
        people: Vec<usize>,
    ) -> Result<Vec<usize>, ApiError> {
        self.reading = None;
        let reading = context.community_admins.map(CommunityAdmins::begin_reading);
        self.present = context.zapi.participants(&self.plan.group).await?;
        self.reading = reading;
        Ok(people.into_iter().filter(|at| self.is_pending(*at)).collect())
    }

    /// Looks again for added people with unknown lids: groups may show only the lid.
    async fn recheck_pending(&mut self, context: &Context<'_>, pending: Vec<usize>) -> Vec<usize> {
        let items = pending.iter().map(|at| &self.plan.items[*at]);
        let unknown: Vec<Phone> =
            items.filter(|item| item.lid.is_none()).filter_map(|item| item.phone).collect();
        if self.plan.action != MemberAction::Add || unknown.is_empty() {
            return pending;
        }
        let known = context.zapi.look_up_phones(&unknown).await.unwrap_or_default();
        if !known.iter().any(|known| known.lid.is_some()) {
            return pending;
        }
        self.plan.add_phone_info(&known);
        self.find_pending(context, pending.clone()).await.unwrap_or(pending)
    }

    fn override_outcome(&self, at: usize, error: Option<&ApiError>) -> Option<ItemOutcome> {
        let item = &self.plan.items[at];
        let is_rejected = error.is_some_and(|error| error.cause == ApiErrorKind::Rejected);
        match &item.invitation {
            Invitation::Requested if item.may_be_hidden(&self.present) => Some(ItemOutcome::AddedOrInvited),
            Invitation::Requested => Some(ItemOutcome::Invited),
            Invitation::Requesting => Some(ItemOutcome::MaybeInvited),
            Invitation::Refused(reason) => Some(ItemOutcome::Refused(reason.clone())),
            Invitation::NotSent => {
                let is_full = self.plan.action == MemberAction::Promote && self.count_admins() >= MAX_ADMINS;
                (is_rejected && is_full).then_some(ItemOutcome::TooManyAdmins)
            }
        }
    }

    /// A person who was invited, or whose call was rejected, is not called for again.
    fn may_call(&self, at: usize) -> bool {
        matches!(self.plan.items[at].invitation, Invitation::NotSent | Invitation::Requesting)
    }

    fn may_invite(&self) -> bool {
        self.plan.action == MemberAction::Add
    }
}

//! The people of a community, changed and told truly: read who is meant, survey, plan, call, read back.
//!
//! Truth is who stands in the announcement group afterwards (ZAPI.md §3). The plan is in the journal
//! before the first call, so after a crash it still tells how everybody stood before; all calls but an
//! invitation may be repeated.

mod dialing_code;
mod parser;
mod plan;
mod report;
mod reconcile;

use self::dialing_code::DialingCode;
use self::parser::{ParsedPerson, PersonParseError, PersonRef};
use self::plan::MemberPlan;
use self::reconcile::MemberOutcome;
use super::args::{Flags, is_comma};
use super::listing::is_exclusion;
use super::{Arguments, CommandError, Context};
use crate::authorization::may_use;
use crate::directory::CommunityEntry;
use crate::domain::{CommunityId, Locale, Person};
use crate::failpoint::{self, Step};
use crate::reply::{Reply, ReplyLine, UsageError, typed};
use crate::zapi::{ApiError, ChangePermit, Participant, Zapi};

/// The most people of an order.
const MAX_PEOPLE: usize = 200;

/// What is done to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemberAction {
    /// They are let into the community, or invited.
    Add,
    /// They are taken out of it, and of its groups.
    Remove,
    /// They are made its admins.
    Promote,
    /// They are its admins no longer.
    Demote,
}

impl MemberAction {
    /// The English name of the command.
    fn command_name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Promote => "promote",
            Self::Demote => "demote",
        }
    }

    /// The command that takes it back.
    fn opposite(self) -> Option<&'static str> {
        match self {
            // Who is let in again is not in the groups again; and who came may have been greeted.
            Self::Add | Self::Remove => None,
            Self::Promote => Some("demote"),
            Self::Demote => Some("promote"),
        }
    }

    /// The first line of what was done.
    fn done_key(self) -> &'static str {
        match self {
            Self::Add => "people-added",
            Self::Remove => "people-removed",
            Self::Promote => "people-promoted",
            Self::Demote => "people-demoted",
        }
    }

    /// The first line of what would be done.
    fn preview_key(self) -> &'static str {
        match self {
            Self::Add => "people-would-add",
            Self::Remove => "people-would-remove",
            Self::Promote => "people-would-promote",
            Self::Demote => "people-would-demote",
        }
    }

    /// The line of somebody with whom it was so already.
    fn already_done_key(self) -> &'static str {
        match self {
            Self::Add => "person-was-in",
            Self::Remove => "person-was-out",
            Self::Promote => "person-was-admin",
            Self::Demote => "person-was-no-admin",
        }
    }

    /// Whether somebody is as they shall be, by how the announcement group shows them, if it does.
    fn is_satisfied(self, participant: Option<&Participant>) -> bool {
        match self {
            Self::Add => participant.is_some(),
            Self::Remove => participant.is_none(),
            Self::Promote => participant.is_some_and(|participant| participant.is_admin),
            // Who has left meanwhile is no admin either.
            Self::Demote => participant.is_none_or(|participant| !participant.is_admin),
        }
    }

    async fn acquire_permit(self, zapi: &Zapi) -> Result<ChangePermit, ApiError> {
        let call = match self {
            Self::Add => "add-participant",
            Self::Remove => "remove-participant",
            Self::Promote => "add-admin",
            Self::Demote => "remove-admin",
        };
        zapi.acquire_change_permit(call).await
    }

    /// Makes the call; where its turn was not taken before, it waits for it. Whoever cannot be added is
    /// invited where `invites` says so.
    async fn call(
        self,
        zapi: &Zapi,
        community: &CommunityId,
        people: &[String],
        invites: bool,
        turn: Option<ChangePermit>,
    ) -> Result<(), ApiError> {
        let turn = match turn {
            Some(turn) => turn,
            None => self.acquire_permit(zapi).await?,
        };
        match self {
            Self::Add => zapi.add_people(community, people, invites, turn).await,
            Self::Remove => zapi.remove_people(community, people, turn).await,
            Self::Promote => zapi.promote(community, people, turn).await,
            Self::Demote => zapi.demote(community, people, turn).await,
        }
    }
}

/// Does this to the people that were typed, and tells what became of each.
pub(super) async fn change_members(
    context: &mut Context<'_>,
    act: MemberAction,
    arguments: &Arguments,
) -> Result<Reply, CommandError> {
    let community = context.require_community()?;
    let mut ahead = None;
    let (mut plan, is_just_read) = match plan::load_stored(context) {
        Some(plan) => (plan, false),
        None => {
            let named = parser::parse_people(&arguments.text, default_dialing_code(context));
            // To take just those who are to be left out would be the opposite.
            let mut words = arguments.text.split(|c: char| c.is_whitespace() || is_comma(c));
            let mistake = match words.find(|word| is_exclusion(word, context.localizer.locale)) {
                Some(word) => Some(UsageError::TooManyWords(word.to_owned())),
                None => named.is_empty().then_some(UsageError::MissingPeople),
            };
            if let (Some(spec), Some(mistake)) = (super::lookup(act.command_name()), mistake) {
                return Ok(spec.usage_error_reply(mistake, context.localizer));
            }
            if named.len() > MAX_PEOPLE {
                let limit = MAX_PEOPLE.to_string();
                return Ok(Reply::Lines(vec![
                    ReplyLine::not_done("people-too-many").with_plain("limit", limit),
                ]));
            }
            if let Some(meant) =
                suggest_group_command(context, act, &community, &named, arguments.flags).await?
            {
                return Ok(Reply::Lines(vec![meant]));
            }
            let plan = match plan::build_plan(context, act, community, &named).await? {
                Ok(plan) => plan,
                Err(why_not) => return Ok(Reply::Lines(vec![why_not])),
            };
            failpoint::reach(Step::Surveyed);
            if let Some(reply) = preview_or_confirm(context, act, &plan) {
                return Ok(reply);
            }
            // An order that changes nothing has nothing to remember.
            if !plan.pending().is_empty() {
                let (json, zapi) = (plan.to_json(), context.zapi);
                // The call waits for both, and they may share a transaction.
                let turn = async { Ok(act.acquire_permit(zapi).await.ok()) };
                ((), ahead) = tokio::try_join!(context.store_plan(json), turn)?;
                failpoint::reach(Step::Planned);
            }
            (plan, true)
        }
    };
    let ends = reconcile::reconcile(context, act, &mut plan, is_just_read, ahead).await?;
    let may_be_done = |at: &usize| ends.get(at).is_some_and(MemberOutcome::may_be_done);
    let changed: Vec<usize> = plan.pending().into_iter().filter(may_be_done).collect();
    if !changed.is_empty() {
        context.set_undo(act.command_name(), act.opposite().map(|by| (by, plan.command_arguments(&changed))));
    }
    Ok(plan.build_reply(act, ends))
}

/// The order on groups that was likely meant by one on people, where nothing but whole names of groups
/// stands for these: `/remove sales "Sales South"`.
async fn suggest_group_command(
    context: &mut Context<'_>,
    act: MemberAction,
    community: &CommunityEntry,
    named: &[ParsedPerson],
    flags: Flags,
) -> Result<Option<ReplyLine>, CommandError> {
    let command = match act {
        MemberAction::Add => "link",
        MemberAction::Remove => "unlink",
        MemberAction::Promote | MemberAction::Demote => return Ok(None),
    };
    let is_no_number = |named: &ParsedPerson| named.person == Err(PersonParseError::NoNumber);
    if !may_use(context.admin, command) || !named.iter().all(is_no_number) {
        return Ok(None);
    }
    let snapshot = context.directory.snapshot(context.zapi).await?;
    if !named.iter().all(|named| snapshot.groups.has_name(&named.typed)) {
        return Ok(None);
    }
    let names = named.iter().map(|named| named.typed.as_str());
    let shown: Vec<&str> = std::iter::once(community.name.as_str()).chain(names.clone()).collect();
    // A trial stays one.
    let before = [flags.typed(), community.id.as_str()].map(str::to_owned);
    let rest = before.into_iter().chain(names.map(typed)).collect::<Vec<_>>().join(" ");
    Ok(Some(context.suggest(command, rest, &shown)))
}

/// The answer that shows what would be done, where that is wanted, or must be said yes to.
fn preview_or_confirm(context: &mut Context<'_>, act: MemberAction, plan: &MemberPlan) -> Option<Reply> {
    let todo = plan.pending();
    let is_grave = act == MemberAction::Remove && !todo.is_empty();
    context.preview_or_confirm(act.command_name(), plan.command_arguments(&todo), plan.preview(act), is_grave)
}

/// The one person that a text names, by number or lid as people type them.
pub(super) fn parse_one(context: &Context<'_>, text: &str) -> Option<Person> {
    let named = parser::parse_people(text, default_dialing_code(context));
    let [ParsedPerson { person: Ok(who), .. }] = named.as_slice() else { return None };
    Some(match *who {
        PersonRef::Phone(phone) => Person { phone: Some(phone), lid: None },
        PersonRef::Lid(lid) => Person { phone: None, lid: Some(lid) },
    })
}

/// Whose numbers are meant where the country is not typed: the admin's own; where their number is not
/// known, Brazil's, if the bot speaks its language.
fn default_dialing_code(context: &Context<'_>) -> Option<DialingCode> {
    match context.admin.phone.or(context.sender.phone) {
        Some(phone) => DialingCode::from_phone(phone),
        None => (context.instance.locale == Locale::PtBr).then_some(DialingCode::BRAZIL),
    }
}

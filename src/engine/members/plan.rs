//! The plan: the people that were typed, their ids, and their state in the community before the first change.

use futures_util::FutureExt;
use serde::{Deserialize, Serialize};

use crate::authorization::may_everywhere;
use crate::command::context::{CommandError, Context};
use crate::config::Admin;
use crate::directory::{CommunityEntry, fold};
use crate::domain::{CommunityId, GroupId, Lid, Phone};
use crate::engine::members::action::MemberAction;
use crate::parse::people::{ParsedPerson, PersonParseError, PersonRef};
use crate::reply::ReplyLine;
use crate::zapi::{ApiError, Participant, PhoneInfo};

/// What is stored before the first call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MemberPlan {
    community: String,
    pub name: String,
    /// The announcement group, which has all people of the community.
    group: String,
    pub items: Vec<MemberItem>,
}

/// A person that was typed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MemberItem {
    /// What was typed.
    pub typed: String,
    /// Their name, where that is known.
    pub name: Option<String>,
    phone: Option<String>,
    pub lid: Option<String>,
    /// Their id in API calls: the number as WhatsApp writes it, or the lid that was typed.
    call_id: String,
    pub prior: MemberPriorState,
    /// A call for this person alone was accepted: if they are not in the community after it they were
    /// invited, and are not invited again.
    #[serde(default)]
    is_requested: bool,
    /// A call that may invite them was about to be made; its result is not known.
    #[serde(default)]
    is_requesting: bool,
    /// Z-API rejected the call for this person alone, with this text. They may have been invited all the
    /// same, so it is not repeated.
    #[serde(default)]
    refused: Option<String>,
}

/// The state of a person before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberPriorState {
    /// They must be changed.
    Pending,
    AlreadyDone,
    NoWhatsApp,
    NotAMember,
    /// They are not visible in the community, which hides some numbers or lids.
    Hidden,
    Owner,
    Bot,
    NoNumber,
    NoCountry,
    Ambiguous,
}

/// The plan of an earlier attempt, if there was one.
pub fn load_stored(context: &Context<'_>) -> Option<MemberPlan> {
    serde_json::from_str(context.claim.command.plan.as_deref()?).ok()
}

impl MemberPlan {
    /// The community.
    pub fn community(&self) -> Option<CommunityId> {
        CommunityId::parse(&self.community)
    }

    /// Its announcement group.
    pub fn group(&self) -> Option<GroupId> {
        GroupId::parse(&self.group)
    }

    /// The positions of the people that must be changed.
    pub fn pending(&self) -> Vec<usize> {
        let todo = self.items.iter().enumerate().filter(|(_, item)| item.prior == MemberPriorState::Pending);
        todo.map(|(at, _)| at).collect()
    }

    /// The id of a person in API calls.
    pub fn call_id(&self, at: usize) -> String {
        self.items.get(at).map(|item| item.call_id.clone()).unwrap_or_default()
    }

    /// Whether a person is this participant.
    pub fn is_participant(&self, at: usize, participant: &Participant) -> bool {
        self.items.get(at).is_some_and(|item| item.is_participant(participant))
    }

    /// The number of a person whose lid is not known: groups may show only the lid.
    pub fn phone_without_lid(&self, at: usize) -> Option<Phone> {
        self.items.get(at).filter(|item| item.lid.is_none())?.phone()
    }

    /// Whether a person that is not visible may be a participant all the same.
    pub fn may_be_hidden(&self, at: usize, present: &[Participant]) -> bool {
        self.items.get(at).is_some_and(|item| item.may_be_hidden(present))
    }

    /// Adds lids that were not known before.
    pub fn add_phone_info(&mut self, known: &[PhoneInfo]) {
        for item in self.items.iter_mut().filter(|item| item.lid.is_none()) {
            let Some(phone) = item.phone() else { continue };
            let known = known.iter().find(|known| known.requested == phone || known.phone == Some(phone));
            item.lid = known.and_then(|known| known.lid).map(|lid| lid.to_string());
        }
    }

    /// Records that Z-API accepted the call for a person alone.
    pub fn mark_requested(&mut self, at: usize) {
        if let Some(item) = self.items.get_mut(at) {
            (item.is_requested, item.is_requesting) = (true, false);
        }
    }

    /// Records whether a call that may invite a person is about to be made, or was made with an unknown
    /// result.
    pub fn mark_requesting(&mut self, at: usize, is_requesting: bool) {
        if let Some(item) = self.items.get_mut(at) {
            item.is_requesting = is_requesting;
        }
    }

    /// Records that Z-API rejected the call for a person alone, with this text.
    pub fn note_refused(&mut self, at: usize, lines: Option<&str>) {
        if let Some(item) = self.items.get_mut(at) {
            (item.refused, item.is_requesting) = (Some(lines.unwrap_or_default().to_owned()), false);
        }
    }

    /// The text of that rejection, empty if there was none.
    pub fn refused(&self, at: usize) -> Option<&str> {
        self.items.get(at)?.refused.as_deref()
    }

    /// Whether they may have been invited; it is not known.
    pub fn is_requesting(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|item| item.is_requesting)
    }

    /// Whether the call for this person alone was accepted.
    pub fn is_requested(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|item| item.is_requested)
    }

    /// The plan as it is stored.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The arguments of a command for exactly these people.
    pub fn command_arguments(&self, people: &[usize]) -> String {
        let people = people.iter().filter_map(|at| self.items.get(*at)).filter_map(MemberItem::to_argument);
        std::iter::once(self.community.clone()).chain(people).collect::<Vec<_>>().join(" ")
    }
}

impl MemberItem {
    pub fn phone(&self) -> Option<Phone> {
        Phone::parse(self.phone.as_deref()?)
    }

    fn lid(&self) -> Option<Lid> {
        Lid::parse(self.lid.as_deref()?)
    }

    fn is_participant(&self, participant: &Participant) -> bool {
        let (phone, lid) = (self.phone(), self.lid());
        (phone.is_some() && participant.phone == phone) || (lid.is_some() && participant.lid == lid)
    }

    /// A person with only a known number cannot be told from participants that show only a lid, and the other
    /// way round. The bot is a participant, mostly without a lid.
    fn may_be_hidden(&self, present: &[Participant]) -> bool {
        match (&self.phone, &self.lid) {
            (Some(_), None) => present.iter().any(|participant| participant.phone.is_none()),
            (None, Some(_)) => present.iter().filter(|participant| participant.lid.is_none()).count() > 1,
            _ => false,
        }
    }

    /// Whether they are the same person.
    fn is_same_person(&self, other: &Self) -> bool {
        (self.phone.is_some() && self.phone == other.phone) || (self.lid.is_some() && self.lid == other.lid)
    }

    /// As an argument. A number of this length is parsed as it is.
    pub fn to_argument(&self) -> Option<String> {
        let phone = self.phone.as_ref();
        let phone = phone
            .map(|phone| if matches!(phone.len(), 12 | 13) { phone.clone() } else { format!("+{phone}") });
        phone.or_else(|| self.lid.clone())
    }
}

/// What was read about the community and the people.
struct Survey {
    participants: Vec<Participant>,
    phones: Vec<PhoneInfo>,
    own_phone: Option<Phone>,
}

/// Finds the people and reads their state, or says why that cannot be read; nothing is changed.
pub async fn build_plan(
    context: &Context<'_>,
    act: MemberAction,
    community: CommunityEntry,
    named: &[ParsedPerson],
) -> Result<Result<MemberPlan, ReplyLine>, CommandError> {
    let details = context.zapi.community(&community.id).await?;
    let name = details.name.clone().filter(|name| !name.is_empty()).unwrap_or(community.name);
    let Some(group) = details.announcement().map(|group| group.id.clone()) else {
        return Ok(Err(ReplyLine::not_done("no-announcement-group").name("community", name)));
    };
    let mut phones = Vec::new();
    for one in named {
        match one.person {
            Ok(PersonRef::Phone(phone)) if !phones.contains(&phone) => phones.push(phone),
            _ => {}
        }
    }
    let (participants, phones, own_phone) = tokio::join!(
        context.zapi.participants(&group),
        look_up_phones(context, &phones).boxed(),
        read_own_phone(context, act).boxed()
    );
    let mut survey = Survey { participants: participants?, phones: phones?, own_phone: own_phone? };
    look_up_participant_lids(context, named, &mut survey.participants).await?;
    let mut items: Vec<MemberItem> = Vec::new();
    for (nth, one) in named.iter().enumerate() {
        // The rest of a community's name that was typed without quotes is no person.
        let is_of_name = |words: &str| nth == 0 && fold(&name).ends_with(&fold(words));
        if one.person == Err(PersonParseError::NoNumber) && is_of_name(&one.typed) {
            continue;
        }
        let mut item = classify(context, act, one, &survey);
        item.name = item.name.filter(|words| !is_of_name(words));
        // A person that is named twice is one person.
        if !items.iter().any(|other| other.is_same_person(&item)) {
            items.push(item);
        }
    }
    Ok(Ok(MemberPlan { community: community.id.to_string(), name, group: group.to_string(), items }))
}

/// Adds lids to participants that are listed by number only, if a person is named by a lid that no
/// participant has: Z-API documents no lids in lists. In very large communities such a person is not
/// found.
async fn look_up_participant_lids(
    context: &Context<'_>,
    named: &[ParsedPerson],
    present: &mut [Participant],
) -> Result<(), ApiError> {
    const MAX_LOOKED_UP: usize = 1_000;
    const BATCH_SIZE: usize = 200;
    let is_unseen = |named: &ParsedPerson| match named.person {
        Ok(PersonRef::Lid(lid)) => !present.iter().any(|participant| participant.lid == Some(lid)),
        _ => false,
    };
    let alone = present.iter().filter(|participant| participant.lid.is_none());
    let phones: Vec<Phone> = alone.filter_map(|participant| participant.phone).collect();
    if phones.len() > MAX_LOOKED_UP || !named.iter().any(is_unseen) {
        return Ok(());
    }
    for phones in phones.chunks(BATCH_SIZE) {
        for known in ignore_permanent_error(context.zapi.look_up_phones(phones).await)? {
            let same = present.iter_mut().filter(|participant| participant.phone == Some(known.requested));
            same.for_each(|participant| participant.lid = participant.lid.or(known.lid));
        }
    }
    Ok(())
}

/// Identifies a person and their state.
fn classify(context: &Context<'_>, act: MemberAction, named: &ParsedPerson, survey: &Survey) -> MemberItem {
    let Survey { participants, phones, own_phone } = survey;
    let mut item = MemberItem {
        typed: named.typed.clone(),
        name: named.name.clone(),
        phone: None,
        lid: None,
        call_id: String::new(),
        prior: MemberPriorState::Pending,
        is_requested: false,
        is_requesting: false,
        refused: None,
    };
    let mut exists = true;
    match named.person {
        Ok(PersonRef::Phone(phone)) => {
            let known = phones.iter().find(|known| known.requested == phone);
            exists = known.is_none_or(|known| known.exists);
            item.phone = Some(known.and_then(|known| known.phone).unwrap_or(phone).to_string());
            item.lid = known.and_then(|known| known.lid).map(|lid| lid.to_string());
            let digits = known.and_then(|known| known.digits);
            item.call_id = digits.map_or_else(|| phone.to_string(), |digits| digits.to_string());
        }
        Ok(PersonRef::Lid(lid)) => {
            item.lid = Some(lid.to_string());
            item.call_id = lid.to_string();
        }
        Err(typo) => {
            item.prior = match typo {
                PersonParseError::NoNumber => MemberPriorState::NoNumber,
                PersonParseError::NoCountry => MemberPriorState::NoCountry,
                PersonParseError::Ambiguous => MemberPriorState::Ambiguous,
            };
            return item;
        }
    }
    // The configuration may have number, lid and name of a person; only admins with rights everywhere see
    // that.
    let (phone, lid) = (item.phone(), item.lid());
    let is_them = |admin: &&Admin| {
        let is_known = may_everywhere(context.admin) || admin.key == context.admin.key;
        is_known && ((phone.is_some() && admin.phone == phone) || (lid.is_some() && admin.lid == lid))
    };
    if let Some(admin) = context.instance.admins.iter().find(is_them) {
        item.name.get_or_insert_with(|| admin.name.clone());
        item.phone = item.phone.or_else(|| admin.phone.map(|phone| phone.to_string()));
        item.lid = item.lid.or_else(|| admin.lid.map(|lid| lid.to_string()));
    }
    let participant = participants.iter().find(|participant| item.is_participant(participant));
    if let Some(participant) = participant {
        item.phone = item.phone.or_else(|| participant.phone.map(|phone| phone.to_string()));
        item.lid = item.lid.or_else(|| participant.lid.map(|lid| lid.to_string()));
    }
    item.prior = match participant {
        Some(participant) if act.is_satisfied(Some(participant)) => MemberPriorState::AlreadyDone,
        Some(_) if own_phone.is_some() && item.phone() == *own_phone => MemberPriorState::Bot,
        Some(participant) if participant.is_super_admin => MemberPriorState::Owner,
        Some(_) => MemberPriorState::Pending,
        None if !exists => MemberPriorState::NoWhatsApp,
        None if act == MemberAction::Add => MemberPriorState::Pending,
        None if item.may_be_hidden(participants) => MemberPriorState::Hidden,
        None if act == MemberAction::Remove => MemberPriorState::AlreadyDone,
        None => MemberPriorState::NotAMember,
    };
    item
}

/// What WhatsApp knows about the numbers: whether they exist, how it writes them, and their lids.
async fn look_up_phones(context: &Context<'_>, phones: &[Phone]) -> Result<Vec<PhoneInfo>, ApiError> {
    if phones.is_empty() {
        return Ok(Vec::new());
    }
    ignore_permanent_error(context.zapi.look_up_phones(phones).await)
}

/// The bot's own number, where the command could remove the bot itself.
async fn read_own_phone(context: &Context<'_>, act: MemberAction) -> Result<Option<Phone>, ApiError> {
    match act {
        MemberAction::Add | MemberAction::Promote => Ok(None),
        MemberAction::Remove | MemberAction::Demote => ignore_permanent_error(context.zapi.own_phone().await),
    }
}

/// Ignores permanent errors of reads that are not essential.
fn ignore_permanent_error<T: Default>(read: Result<T, ApiError>) -> Result<T, ApiError> {
    match read {
        Err(error) if !error.cause.is_temporary() && !error.cause.affects_instance() => Ok(T::default()),
        read => read,
    }
}

//! Finds the people that were typed, and reads their state in the community before the first change.

use futures_util::FutureExt;

use crate::authorization::may_everywhere;
use crate::command::{CommandError, Context};
use crate::config::Admin;
use crate::directory::{CommunityEntry, fold};
use crate::domain::Phone;
use crate::engine::audience::announcement_group;
use crate::engine::members::plan::{MemberAction, MemberItem, MemberPlan};
use crate::engine::outcome::PriorState;
use crate::parse::people::{ParsedPerson, PersonParseError, PersonRef};
use crate::zapi::{ApiError, Participant, PhoneInfo};

/// What was read about the community and the people.
struct Survey {
    participants: Vec<Participant>,
    phones: Vec<PhoneInfo>,
    own_phone: Option<Phone>,
}

/// Finds the people and reads their state; nothing is changed.
pub async fn build_plan(
    context: &Context<'_>,
    action: MemberAction,
    community: CommunityEntry,
    named: &[ParsedPerson],
) -> Result<MemberPlan, CommandError> {
    let details = context.zapi.community(&community.id).await?;
    let name = details.name_or(community.name);
    let group = announcement_group(&details, &name)?;
    let mut phones: Vec<Phone> = Vec::new();
    for one in named {
        if let Ok(PersonRef::Phone(phone)) = one.person
            && !phones.contains(&phone)
        {
            phones.push(phone);
        }
    }
    let (participants, phones, own_phone) = tokio::join!(
        context.zapi.participants(&group),
        look_up_phones(context, &phones).boxed(),
        read_own_phone(context, action).boxed()
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
        let mut item = classify(context, action, one, &survey);
        item.name = item.name.filter(|words| !is_of_name(words));
        // A person that is named twice is one person.
        if !items.iter().any(|other| other.is_person(item.phone, item.lid)) {
            items.push(item);
        }
    }
    Ok(MemberPlan { action, community: community.id, name, group, items })
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
fn classify(
    context: &Context<'_>,
    action: MemberAction,
    named: &ParsedPerson,
    survey: &Survey,
) -> MemberItem {
    let Survey { participants, phones, own_phone } = survey;
    let mut item =
        MemberItem { typed: named.typed.clone(), name: named.name.clone(), ..MemberItem::default() };
    let mut exists = true;
    match named.person {
        Ok(PersonRef::Phone(phone)) => {
            let known = phones.iter().find(|known| known.requested == phone);
            exists = known.is_none_or(|known| known.exists);
            item.phone = Some(known.and_then(|known| known.phone).unwrap_or(phone));
            item.lid = known.and_then(|known| known.lid);
            let digits = known.and_then(|known| known.digits);
            item.call_id = digits.map_or_else(|| phone.to_string(), |digits| digits.to_string());
        }
        Ok(PersonRef::Lid(lid)) => {
            item.lid = Some(lid);
            item.call_id = lid.to_string();
        }
        Err(typo) => {
            item.prior = PriorState::impossible(match typo {
                PersonParseError::NoNumber => "person-no-number",
                PersonParseError::NoCountry => "person-no-country",
                PersonParseError::Ambiguous => "person-ambiguous",
            });
            return item;
        }
    }
    // The configuration may have number, lid and name of a person; only admins with rights everywhere see
    // that.
    let is_them = |admin: &&Admin| {
        let is_known = may_everywhere(context.admin) || admin.key == context.admin.key;
        is_known && item.is_person(admin.phone, admin.lid)
    };
    if let Some(admin) = context.instance.admins.iter().find(is_them) {
        item.name.get_or_insert_with(|| admin.name.clone());
        item.phone = item.phone.or(admin.phone);
        item.lid = item.lid.or(admin.lid);
    }
    let participant = participants.iter().find(|participant| item.is_participant(participant));
    if let Some(participant) = participant {
        item.phone = item.phone.or(participant.phone);
        item.lid = item.lid.or(participant.lid);
    }
    let is_promotion = action == MemberAction::Promote;
    item.prior = match participant {
        Some(participant) if action.is_satisfied(Some(participant)) => PriorState::AlreadyDone,
        Some(_) if own_phone.is_some() && item.phone == *own_phone => PriorState::impossible("person-bot"),
        Some(participant) if participant.is_super_admin => PriorState::impossible("person-owner"),
        Some(_) => PriorState::Pending,
        None if !exists => PriorState::impossible("person-no-whatsapp"),
        None if action == MemberAction::Add => PriorState::Pending,
        None if item.may_be_hidden(participants) => PriorState::Unknown(match item.phone {
            None => "person-hidden-lid".into(),
            Some(_) if is_promotion => "person-hidden-add".into(),
            Some(_) => "person-hidden".into(),
        }),
        // Who was invited instead of added stays invited.
        None if action == MemberAction::Remove && context.is_undo() => {
            let invited = context.precondition.as_deref().unwrap_or_default().split(' ');
            let is_invited = item.to_argument().is_some_and(|own| invited.into_iter().any(|one| one == own));
            PriorState::impossible(if is_invited { "person-stays-invited" } else { "person-not-in-undo" })
        }
        None if action == MemberAction::Remove => PriorState::AlreadyDone,
        None if is_promotion => PriorState::impossible("person-not-in-add"),
        None => PriorState::impossible("person-not-in"),
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
async fn read_own_phone(context: &Context<'_>, action: MemberAction) -> Result<Option<Phone>, ApiError> {
    match action {
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

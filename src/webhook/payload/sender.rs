//! Who wrote a message, and where: chats and people as Z-API's fields name them (ZAPI.md §4).
//!
//! A number and a lid are never mixed up (THREATS.md, T11): a stranger's lid may have the digits of
//! an admin's number. In a group the author is the participant, never `phone`, which is the group
//! (T10). What contradicts itself is nobody, or no chat.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::ChatRef;
use super::fields::{EventFields, RawField, Tristate};
use crate::domain::{GroupId, Lid, Person, Phone};
use crate::webhook::IgnoreReason;

/// So many bare digits are no number that WhatsApp shows of a participant (12 or 13), but a lid (13 to 15).
const LID_DIGITS: RangeInclusive<usize> = 14..=15;

/// The chat of an event that is neither a status, nor a channel, nor a broadcast.
pub(super) fn parse_chat<'a>(fields: &EventFields<'a>) -> Result<ChatRef<'a>, IgnoreReason> {
    let phone = fields.phone.as_text().unwrap_or_default();
    let says_group = fields.is_group.as_bool();
    // Every spelling of a group but bare digits has one of these, and no person's address has.
    let looks_like_group = phone.contains('-') || phone.ends_with("@g.us");
    if says_group == Tristate::Yes || looks_like_group {
        return GroupId::parse(&phone).map(ChatRef::Group).ok_or(IgnoreReason::UnclearChat);
    }
    if says_group == Tristate::Unclear {
        return Err(IgnoreReason::UnclearChat);
    }
    let partner = parse_partner(fields, &phone).ok_or(IgnoreReason::NoSender)?;
    let address = match partner.lid {
        Some(lid) if partner.phone.is_none() && !phone.ends_with("@lid") => Cow::Owned(lid.to_string()),
        _ => phone,
    };
    Ok(ChatRef::Direct(address))
}

/// Who wrote the event, which the bot's own phone did not.
pub(super) fn parse_author(fields: &EventFields<'_>, chat: &ChatRef<'_>) -> Option<Person> {
    let participant = parse_person(fields.participant_phone, fields.participant_lid);
    if let ChatRef::Group(_) = chat {
        return participant;
    }
    let partner = parse_partner(fields, &fields.phone.as_text()?)?;
    // A direct chat has no participant; one that is somebody else says that it is no direct chat.
    let is_other = participant.is_some_and(|other| differ(other, partner));
    (!is_other).then_some(partner)
}

/// The owner, by the number that is connected. `phone` is the partner's.
pub(super) fn parse_owner(fields: &EventFields<'_>) -> Person {
    let phone = fields.connected_phone.as_text().and_then(|phone| Phone::parse(&phone));
    Person { phone, lid: None }
}

/// The other side of a direct chat: `phone`, and the lid that Z-API gives beside it.
fn parse_partner(fields: &EventFields<'_>, phone: &str) -> Option<Person> {
    let beside = if is_yes(fields.from_me) { None } else { parse_lid(fields.sender_lid) };
    let beside = parse_lid(fields.chat_lid).or(beside);
    if is_lid(phone, beside) {
        return Some(Person { phone: None, lid: Lid::parse(phone) }).filter(|person| !person.is_unknown());
    }
    Phone::parse(phone).map(|phone| Person { phone: Some(phone), lid: beside })
}

/// A group's participant: a number, a lid, or a lid in the number's place, even without `@lid`.
///
/// Bare digits are a lid where `participantLid` has the same, and where they are too many for a
/// number and nothing stands beside them. Else they are the number that Z-API says they are.
fn parse_person(number: RawField<'_>, beside: RawField<'_>) -> Option<Person> {
    let beside = parse_lid(beside);
    let only_lid = beside.map(|lid| Person { phone: None, lid: Some(lid) });
    let Some(number) = number.as_text() else { return only_lid };
    if is_lid(&number, beside) || (beside.is_none() && LID_DIGITS.contains(&number.len())) {
        let shown = Lid::parse(&number);
        let is_contradiction = shown.zip(beside).is_some_and(|(shown, beside)| shown != beside);
        let lid = shown.or(beside).filter(|_| !is_contradiction);
        return lid.map(|lid| Person { phone: None, lid: Some(lid) });
    }
    match Phone::parse(&number) {
        Some(phone) => Some(Person { phone: Some(phone), lid: beside }),
        None => only_lid,
    }
}

fn parse_lid(field: RawField<'_>) -> Option<Lid> {
    Lid::parse(&field.as_text()?)
}

/// Whether what stands in a number's place is a lid.
fn is_lid(number: &str, beside: Option<Lid>) -> bool {
    number.ends_with("@lid") || (beside.is_some() && Lid::parse(number) == beside)
}

/// Whether they are two people as far as one can tell: the same kind of identity, and not the same.
fn differ(one: Person, other: Person) -> bool {
    one.phone.zip(other.phone).is_some_and(|(one, other)| one != other)
        || one.lid.zip(other.lid).is_some_and(|(one, other)| one != other)
}

fn is_yes(field: RawField<'_>) -> bool {
    field.as_bool() == Tristate::Yes
}

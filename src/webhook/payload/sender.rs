//! Reads the chat and the author of a message, as Z-API's fields name them (Z-API's documentation).
//!
//! A phone number and a lid are never mixed up (THREATS.md, T11): a stranger's lid may have the digits of an admin's
//! number. In a group the author is the participant, never `phone`, which is the group (T10). Contradictory fields
//! give no author, or no chat.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::fields::{EventFields, RawField, Tristate};
use super::message::ChatRef;
use crate::domain::{GroupId, Lid, Person, Phone};
use crate::webhook::ignore_reason::IgnoreReason;

/// Lengths at which bare digits are a lid (13 to 15): numbers of participants have 12 or 13.
const LID_DIGITS: RangeInclusive<usize> = 14..=15;

/// Parses the chat of an event that is no status, channel or broadcast.
pub(super) fn parse_chat<'a>(fields: &EventFields<'a>) -> Result<ChatRef<'a>, IgnoreReason> {
    let phone = fields.phone.as_text().unwrap_or_default();
    let says_group = fields.is_group.as_bool();
    // Every spelling of a group except bare digits contains one of these; no id of a person does.
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

/// Parses the author of a message that was not written on the bot's own phone.
pub(super) fn parse_author(fields: &EventFields<'_>, chat: &ChatRef<'_>) -> Option<Person> {
    let participant = parse_person(fields.participant_phone, fields.participant_lid);
    if let ChatRef::Group(_) = chat {
        return participant;
    }
    let partner = parse_partner(fields, &fields.phone.as_text()?)?;
    // A direct chat has no participant; if there is another one, it is no direct chat.
    let is_other = participant.is_some_and(|other| differ(other, partner));
    (!is_other).then_some(partner)
}

/// Parses the owner: the connected number. `phone` is the partner's.
pub(super) fn parse_owner(fields: &EventFields<'_>) -> Person {
    let phone = fields.connected_phone.as_text().and_then(|phone| Phone::parse(&phone));
    Person { phone, lid: None }
}

/// Parses the partner of a direct chat: `phone`, and the lid that Z-API sends with it.
fn parse_partner(fields: &EventFields<'_>, phone: &str) -> Option<Person> {
    let beside = if is_yes(fields.from_me) { None } else { parse_lid_field(fields.sender_lid) };
    let beside = parse_lid_field(fields.chat_lid).or(beside);
    if is_lid(phone, beside) {
        return Some(Person { phone: None, lid: Lid::parse(phone) }).filter(|person| !person.is_unknown());
    }
    Phone::parse(phone).map(|phone| Person { phone: Some(phone), lid: beside })
}

/// Parses a participant of a group: a number, a lid, or a lid in the field of the number, even without `@lid`.
///
/// Bare digits are a lid if `participantLid` has the same ones, or if they are too many for a number and there is no
/// other lid. Otherwise they are a number.
fn parse_person(number: RawField<'_>, beside: RawField<'_>) -> Option<Person> {
    let beside = parse_lid_field(beside);
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

fn parse_lid_field(field: RawField<'_>) -> Option<Lid> {
    Lid::parse(&field.as_text()?)
}

/// Whether the field of a number holds a lid.
fn is_lid(number: &str, beside: Option<Lid>) -> bool {
    number.ends_with("@lid") || (beside.is_some() && Lid::parse(number) == beside)
}

/// Whether they are certainly two people: the same kind of identity with different values.
fn differ(one: Person, other: Person) -> bool {
    one.phone.zip(other.phone).is_some_and(|(one, other)| one != other)
        || one.lid.zip(other.lid).is_some_and(|(one, other)| one != other)
}

fn is_yes(field: RawField<'_>) -> bool {
    field.as_bool() == Tristate::Yes
}

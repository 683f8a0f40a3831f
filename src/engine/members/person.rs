//! The person that a text names.

use crate::command::Context;
use crate::domain::Person;
use crate::parse::dialing_code::DialingCode;
use crate::parse::people::{ParsedPerson, PersonRef, parse_people};

/// The only person in a text, by number or lid.
pub fn parse_one(context: &Context<'_>, text: &str) -> Option<Person> {
    let named = parse_people(text, default_dialing_code(context));
    let [ParsedPerson { person: Ok(who), .. }] = named.as_slice() else { return None };
    Some(match *who {
        PersonRef::Phone(phone) => Person { phone: Some(phone), lid: None },
        PersonRef::Lid(lid) => Person { phone: None, lid: Some(lid) },
    })
}

/// The dialling code for numbers without one.
pub fn default_dialing_code(context: &Context<'_>) -> Option<DialingCode> {
    DialingCode::of_admin(context.admin.phone.or(context.sender.phone), context.instance.locale)
}

//! The identity of a person: a phone number, a lid (WhatsApp's hidden user id), or both. The two types never compare equal.
//!
//! WhatsApp shows one account under two numbers in some countries (Z-API's documentation): Brazil
//! with or without the mobile 9, Mexico with or without a 1, Argentina with or without a 9. A
//! [`Phone`] is kept in one canonical form, so both numbers are one value.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A phone number in international form, in its canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Phone(u64);

/// WhatsApp's hidden id of a person (`<digits>@lid`), which no number can be computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lid(u64);

/// What is known of a person's identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Person {
    /// Their number, if it was shown.
    pub phone: Option<Phone>,
    /// Their lid, if it was shown.
    pub lid: Option<Lid>,
}

impl Phone {
    /// Parses a number of 8 to 15 ASCII digits, country code first, as in JSON: no other characters.
    pub fn parse(text: &str) -> Option<Self> {
        if !(8..=15).contains(&text.len()) {
            return None;
        }
        digits(text).map(|number| Self(canonical(number)))
    }

    /// Parses a number as people type it: a leading `+`, blanks, dots, hyphens and brackets are dropped.
    pub fn from_typed(text: &str) -> Option<Self> {
        let kept: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect();
        Self::parse(kept.strip_prefix('+').unwrap_or(&kept))
    }

    /// The number as people write it: `+55 44 99999-0001`, `+351912345678`.
    pub fn display(self) -> String {
        let digits = self.to_string();
        let brazilian = digits.strip_prefix("55").filter(|rest| matches!(rest.len(), 10 | 11));
        match brazilian.map(|rest| (rest.split_at(2), rest.split_at(rest.len() - 4))) {
            Some(((area, _), (head, last))) => format!("+55 {area} {}-{last}", &head[2..]),
            None => format!("+{digits}"),
        }
    }

    /// The number's digits as one integer: the key of a look-up.
    pub fn as_u64(self) -> u64 {
        self.0
    }
}

impl Lid {
    /// Parses a lid of 10 to 19 ASCII digits, with or without `@lid`.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_suffix("@lid").unwrap_or(text);
        if !(10..=19).contains(&bare.len()) {
            return None;
        }
        digits(bare).map(Self)
    }

    /// The lid's digits as one integer: the key of a look-up.
    pub fn as_u64(self) -> u64 {
        self.0
    }
}

impl Person {
    /// Whether neither is known.
    pub fn is_unknown(self) -> bool {
        self.phone.is_none() && self.lid.is_none()
    }

    /// The number as people write it, else the lid, if either is known.
    pub fn display(self) -> String {
        let lid = || self.lid.map(|lid| lid.to_string());
        self.phone.map(Phone::display).or_else(lid).unwrap_or_default()
    }
}

fn digits(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if is_number { text.parse().ok() } else { None }
}

const TEN: u64 = 10_000_000_000;
const NINE: u64 = 1_000_000_000;
const EIGHT: u64 = 100_000_000;

/// The canonical form of a number.
fn canonical(number: u64) -> u64 {
    // Brazil: 55, two digits of area, then eight digits; mobile ones (6 to 9) may have a 9 before.
    if number / TEN == 55 && (6..=9).contains(&(number % EIGHT / (EIGHT / 10))) {
        let area = number / EIGHT;
        return area * NINE + 9 * EIGHT + number % EIGHT;
    }
    // Mexico: 52, perhaps a 1, ten digits. Argentina: 54, perhaps a 9, ten digits.
    match number / TEN {
        521 => 52 * TEN + number % TEN,
        549 => 54 * TEN + number % TEN,
        _ => number,
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Lid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@lid", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let (one, other) = (Phone::parse(one), Phone::parse(other));
        assert!(one.is_some() && other.is_some());
        one == other
    }

    #[test]
    fn a_number_is_shown_as_people_write_it() {
        let rows = [
            ("5544999990001", "+55 44 99999-0001"),
            ("554433330001", "+55 44 3333-0001"),
            ("351912345678", "+351912345678"),
            ("55443333", "+55443333"),
        ];
        for (number, shown) in rows {
            assert_eq!(Phone::parse(number).map(Phone::display).as_deref(), Some(shown));
        }
        let person = Person { phone: None, lid: Lid::parse("81896604192873") };
        assert_eq!(person.display(), "81896604192873@lid");
    }

    #[test]
    fn number_twins_are_one_person() {
        assert!(same("5544999999999", "554499999999"));
        assert!(same("551161234567", "5511961234567"));
        assert!(same("5215512345678", "525512345678"));
        assert!(same("5491112345678", "541112345678"));
    }

    #[test]
    fn t11_what_only_looks_like_a_twin_is_somebody_else() {
        // Eight digits that begin with 2 to 5 are a landline: it has no mobile twin.
        assert!(!same("551131234567", "5511931234567"));
        assert!(!same("5544999999999", "5544999999998"));
        assert!(!same("4499999999", "554499999999"));
        assert!(!same("12125551234", "112125551234"));
    }

    #[test]
    fn t11_a_lid_and_a_phone_with_the_same_digits_have_different_types_and_spellings() {
        let (phone, lid) = (Phone::parse("5544999999999"), Lid::parse("5544999999999@lid"));
        assert_eq!(phone.map(|p| p.to_string()).as_deref(), Some("5544999999999"));
        assert_eq!(lid.map(|l| l.to_string()).as_deref(), Some("5544999999999@lid"));
        assert_eq!(Phone::parse("5544999999999@lid"), None);
    }

    #[test]
    fn numbers_are_ascii_digits_on_the_wire_and_looser_when_typed() {
        for text in
            ["", "+5544999999999", "55 44", "５５４４９９９９９９９９９", "0544999999999", "5544999999999999"]
        {
            assert_eq!(Phone::parse(text), None, "{text}");
        }
        assert_eq!(Phone::from_typed("+55 (44) 99999-9999"), Phone::parse("5544999999999"));
        assert_eq!(Phone::from_typed("five"), None);
    }
}

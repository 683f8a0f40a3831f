//! Dialling codes for phone numbers that are typed without one: that of the admin's own number.
//!
//! Only countries whose numbers have one fixed length are listed, so that a number without a dialling code is
//! never taken for one of another country: Brazil, Mexico, Argentina, Colombia, the United States and Canada.
//! Admins of other countries must type the code, and the reply says so.

use crate::domain::{Locale, Phone};

/// The dialling code of a country with a fixed length of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DialingCode(&'static str);

impl DialingCode {
    /// Brazil: an area code of two digits, and eight digits or, with the mobile 9, nine.
    pub const BRAZIL: Self = Self("55");
    const OTHERS: [Self; 4] = [Self("52"), Self("54"), Self("57"), Self("1")];

    /// The country of a number, if its numbers are known.
    pub fn from_phone(phone: Phone) -> Option<Self> {
        let digits = phone.to_string();
        [Self::BRAZIL].into_iter().chain(Self::OTHERS).find(|country| country.is_full_number(&digits))
    }

    /// The dialling code for numbers that an admin types without one: their own; if their number is not known,
    /// Brazil's if the bot speaks Portuguese.
    pub fn of_admin(phone: Option<Phone>, instance: Locale) -> Option<Self> {
        match phone {
            Some(phone) => Self::from_phone(phone),
            None => (instance == Locale::PtBr).then_some(Self::BRAZIL),
        }
    }

    /// Whether digits are a number of this country with its code.
    pub fn is_full_number(self, digits: &str) -> bool {
        digits.strip_prefix(self.0).is_some_and(|national| self.is_national(national))
    }

    /// The number, where digits are one of this country, with its code or without it.
    pub fn complete(self, digits: &str) -> Option<Phone> {
        // Some countries dial a zero before the area code.
        let national = digits.trim_start_matches('0');
        if self.is_national(national) {
            return Phone::parse(&format!("{}{national}", self.0));
        }
        self.is_full_number(digits).then(|| Phone::parse(digits))?
    }

    fn is_national(self, digits: &str) -> bool {
        match self {
            Self::BRAZIL => is_brazilian(digits),
            // No area begins with 0 or 1.
            Self("1") => digits.len() == 10 && !digits.starts_with(['0', '1']),
            Self(_) => digits.len() == 10,
        }
    }
}

/// An area code of two digits, none of them zero; then eight digits, or a 9 and eight.
fn is_brazilian(digits: &str) -> bool {
    let Some((area, line)) = digits.split_at_checked(2) else { return false };
    let has_area = !area.contains('0');
    has_area && (line.len() == 9 && line.starts_with('9') || line.len() == 8 && !line.starts_with(['0', '1']))
}

/// Parses a number with its dialling code. A Brazilian one must be complete.
pub fn parse_international(digits: &str) -> Option<Phone> {
    // +55 (044): the zero is only dialled within the country.
    let without_zero = digits.strip_prefix("550").map(|national| format!("55{national}"));
    let digits = without_zero.as_deref().unwrap_or(digits);
    let is_sound = !digits.starts_with("55") || DialingCode::BRAZIL.is_full_number(digits);
    is_sound.then(|| Phone::parse(digits))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_known_by_a_whole_number_of_it() {
        for (phone, code) in
            [("5544999990001", Some("55")), ("525512345678", Some("52")), ("5491112345678", Some("54"))]
        {
            assert_eq!(
                DialingCode::from_phone(Phone::parse(phone).unwrap()).map(|country| country.0),
                code,
                "{phone}"
            );
        }
        for phone in ["351912345678", "5511112345678", "4912345678"] {
            assert_eq!(DialingCode::from_phone(Phone::parse(phone).unwrap()), None, "{phone}");
        }
    }
}

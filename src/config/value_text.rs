//! The text of a value, after a check of its type. Values of the file have types; a variable is a text for any type.

use toml::de::DeValue;

use super::diagnostic::{KeyProblem, format_choices, problem};
use super::key::ValueType::{self, Bool, List, NoneOrTable, Number, Secret, SecretList, Size, Text, Word};

/// The texts of a value of the file: one, or the entries of a list.
pub(super) fn read_value(value: &DeValue<'_>, expected: ValueType) -> Result<Vec<String>, KeyProblem> {
    match value {
        DeValue::Array(entries) if expected.is_list() => {
            let texts = entries.iter().map(|entry| to_text(entry.get_ref(), Text("")));
            texts.enumerate().map(|(index, text)| text.map_err(|problem| problem.for_entry(index))).collect()
        }
        _ => Ok(vec![check_text(to_text(value, expected)?, expected)?]),
    }
}

/// The texts of a variable, or of a default, which is spelled in the same way.
pub(super) fn read_variable(text: &str, expected: ValueType) -> Result<Vec<String>, KeyProblem> {
    if expected.is_list() { parse_list(text) } else { Ok(vec![check_text(text.to_owned(), expected)?]) }
}

/// The text that quotes would make of a value without quotes: the first such entry of a list, or the value of another key
/// of texts.
pub(super) fn find_unquoted(value: &DeValue<'_>, expected: ValueType) -> Option<String> {
    let is_text = |value: &&DeValue<'_>| matches!(value, DeValue::String(_));
    let is_scalar = |value: &&DeValue<'_>| !matches!(value, DeValue::Array(_) | DeValue::Table(_));
    let value = match (value, expected) {
        (DeValue::Array(entries), List(_) | SecretList(_)) => {
            entries.iter().map(|entry| entry.get_ref()).find(|entry| !is_text(entry))
        }
        (_, Text(_) | Secret(_) | Word(_)) => Some(value).filter(|value| !is_text(value)),
        _ => None,
    };
    value.filter(is_scalar).map(|value| inspect(value).1)
}

/// The remedy for a value without quotes that is right in quotes.
const ADD_QUOTES: &str = "Put it in quotes";

/// The remedy for a value without quotes, given the problem that its text would have in quotes.
pub(super) fn describe_unquoted(quoted: Result<(), KeyProblem>) -> String {
    match quoted.map_err(|problem| problem.remedy) {
        Ok(()) => ADD_QUOTES.to_owned(),
        Err(remedy) if remedy.contains('"') => remedy,
        Err(remedy) if remedy.ends_with('?') => format!("{remedy} {ADD_QUOTES}"),
        Err(remedy) => format!("{remedy}; put it in quotes"),
    }
}

/// The text for a key of this type. The problem with a value of another type does not show the value.
fn to_text(value: &DeValue<'_>, expected: ValueType) -> Result<String, KeyProblem> {
    let (kinds, remedy): (&[&str], _) = match expected {
        Text(_) | Secret(_) | Word(_) => (&["text"], ADD_QUOTES),
        Number(..) => (&["a number"], "Write a whole number, in digits alone"),
        Bool => (&["true or false"], "Write true or false"),
        Size => (&["a number", "text"], "Write bytes, or text such as \"256KiB\""),
        List(_) | SecretList(_) => (&["a list"], "Put it in brackets: [\"…\"]"),
        NoneOrTable => (&["text", "a table"], "Write a table, or \"none\""),
    };
    let (kind, text) = inspect(value);
    let without_quotes;
    let remedy = match (kind, expected) {
        _ if kinds.contains(&kind) => return Ok(text),
        ("text", Number(..)) if check_text(text.clone(), expected).is_ok() => "Take the quotes away",
        ("text", Number(min, max)) => {
            without_quotes = format!("Write a whole number from {min} to {max}, without quotes");
            &without_quotes
        }
        ("text", Bool) => "Write true or false, without quotes",
        ("a list" | "a table", Text(_) | Secret(_) | Word(_)) => "Write one text in quotes",
        _ => remedy,
    };
    Err(describe_type_error(value, &kinds.join(" or "), remedy))
}

/// What a value is, and the text of a scalar.
fn inspect(value: &DeValue<'_>) -> (&'static str, String) {
    match value {
        DeValue::String(text) => ("text", text.to_string()),
        DeValue::Integer(number) => {
            let decimal = i128::from_str_radix(number.as_str(), number.radix());
            ("a number", decimal.map_or_else(|_| number.to_string(), |decimal| decimal.to_string()))
        }
        DeValue::Boolean(value) => ("true or false", value.to_string()),
        DeValue::Float(number) => ("a fraction", number.to_string()),
        DeValue::Datetime(date) => ("a date", date.to_string()),
        DeValue::Array(_) => ("a list", String::new()),
        DeValue::Table(_) => ("a table", String::new()),
    }
}

/// The problem with a value of another type than is due.
pub(super) fn describe_type_error(value: &DeValue<'_>, due: &str, remedy: &str) -> KeyProblem {
    let (kind, _) = inspect(value);
    problem!("is {kind}, but {due} is due"; "{remedy}")
}

/// The text of a number, a word or a truth value, as it is spelled in the rows; another text unchanged.
fn check_text(text: String, expected: ValueType) -> Result<String, KeyProblem> {
    let trimmed = text.trim();
    let (word, remedy) = match expected {
        Number(min, max) => {
            let number =
                trimmed.parse().ok().filter(|number| (i64::from(min)..=i64::from(max)).contains(number));
            (number.map(|number| number.to_string()), format!("Write a whole number from {min} to {max}"))
        }
        Word(words) => (find_word(trimmed, words), format_choices(trimmed, words)),
        // Not shown: it may be the secret that the key is about.
        Bool => {
            let word = find_word(trimmed, &["true", "false"]);
            return word.ok_or_else(|| problem!("is neither true nor false"; "Write true or false"));
        }
        _ => return Ok(text),
    };
    word.ok_or_else(|| KeyProblem::with_value(&text, "", remedy))
}

fn find_word(text: &str, words: &[&str]) -> Option<String> {
    words.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|word| (*word).to_owned())
}

/// The entries of a list in one line: a TOML array of texts, or words between commas.
fn parse_list(text: &str) -> Result<Vec<String>, KeyProblem> {
    let text = text.trim();
    if !text.starts_with('[') {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        return Ok(words.map(str::to_owned).collect());
    }
    let entries = text.parse::<toml::Value>().ok().and_then(|list| list.try_into().ok());
    entries.ok_or_else(|| problem!("is no list"; "Write [\"one\", \"two\"], or one,two"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_the_environment_is_an_array_or_words_between_commas() {
        let rows: &[(&str, &[&str])] = &[
            ("", &[]),
            ("*", &["*"]),
            ("link, unlink", &["link", "unlink"]),
            (r#"["a,b", 'c']"#, &["a,b", "c"]),
            ("[]", &[]),
        ];
        for (text, entries) in rows {
            assert_eq!(parse_list(text).unwrap(), *entries, "{text}");
        }
        for text in ["[", "[1]", "[\"a\"]\nother = 1", "[\"a\"", "[[\"a\"]]"] {
            assert!(parse_list(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_count_keeps_within_its_bounds() {
        for (text, number) in
            [("1", Some("1")), ("100", Some("100")), ("0", None), ("101", None), ("-1", None), ("1e1", None)]
        {
            assert_eq!(check_text(text.into(), ValueType::Number(1, 100)).ok().as_deref(), number, "{text}");
        }
    }

    #[test]
    fn a_word_is_one_of_three() {
        let check = |text: &str| check_text(text.into(), ValueType::Word(&["en", "pt-BR", "es"]));
        assert_eq!(check("pt-br").unwrap(), "pt-BR");
        for (text, near) in [
            ("pt", "`pt-BR`"),
            ("en_US", "`en`"),
            ("ess", "`es`"),
            ("pt_BR.UTF-8", "`pt-BR`"),
            ("klingon", "Known are"),
        ] {
            let flaw = check(text).unwrap_err();
            assert!(flaw.remedy.contains(near), "{text}");
        }
    }
}

//! The text of a value, after a check of its type. Values of the file have types; a variable is a text for any type.

use toml::de::DeValue;

use super::diagnostic::{KeyProblem, format_choices, problem};
use super::key::ValueType;

/// The texts of a value of the file: one, or the entries of a list.
pub(super) fn read_value(value: &DeValue<'_>, expected: ValueType) -> Result<Vec<String>, KeyProblem> {
    match value {
        DeValue::Array(entries) if expected.is_list() => {
            let texts = entries.iter().map(|entry| to_text(entry.get_ref(), ValueType::Text("")));
            texts.enumerate().map(|(index, text)| text.map_err(|problem| problem.for_entry(index))).collect()
        }
        _ => Ok(vec![check_text(to_text(value, expected)?, expected)?]),
    }
}

/// The texts of a variable, or of a default, which is spelled in the same way.
pub(super) fn read_variable(text: &str, expected: ValueType) -> Result<Vec<String>, KeyProblem> {
    if expected.is_list() { parse_list(text) } else { Ok(vec![check_text(text.to_owned(), expected)?]) }
}

/// The text for a key of this type. The problem with a value of another type does not show the value.
fn to_text(value: &DeValue<'_>, expected: ValueType) -> Result<String, KeyProblem> {
    use DeValue::{Array, Boolean, Integer, String, Table};
    use ValueType::{Bool, List, NoneOrTable, Number, Secret, SecretFile, SecretList, Size, Text, Word};
    let (due, remedy) = match (expected, value) {
        (Text(_) | Secret(_) | Word(_) | SecretFile | Size | NoneOrTable, String(text)) => {
            return Ok(text.to_string());
        }
        (Bool, Boolean(value)) => return Ok(value.to_string()),
        (Number(..) | Size, Integer(number)) => {
            let decimal = i128::from_str_radix(number.as_str(), number.radix());
            return Ok(decimal.map_or_else(|_| number.to_string(), |decimal| decimal.to_string()));
        }
        (Number(..), String(_)) => ("a whole number", "Take the quotes away"),
        (Number(..), _) => ("a whole number", "Write digits alone"),
        (Bool, String(_)) => ("true or false", "Take the quotes away"),
        (Bool, _) => ("true or false", "Write true or false"),
        (Size, _) => ("a size", "Write bytes, or text such as \"256KiB\""),
        (List(_) | SecretList(_), _) => ("a list of texts", "Put it in brackets: [\"…\"]"),
        (NoneOrTable, _) => ("\"none\" or a table", "Write a table, or \"none\""),
        (_, Array(_) | Table(_)) => ("text", "Write one text in quotes"),
        _ => ("text", "Put it in quotes"),
    };
    Err(describe_type_error(value, due, remedy))
}

/// The problem with a value of another type than is due.
pub(super) fn describe_type_error(value: &DeValue<'_>, due: &str, remedy: &str) -> KeyProblem {
    let kind = match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    problem!("is {kind}, but {due} is due"; "{remedy}")
}

/// The text of a number, a word or a truth value, as it is spelled in the rows; another text unchanged.
fn check_text(text: String, expected: ValueType) -> Result<String, KeyProblem> {
    let trimmed = text.trim();
    match expected {
        ValueType::Number(min, max) => {
            let reason = match trimmed.parse::<i128>() {
                Ok(number) if number < min.into() => ", which is too small",
                Ok(number) if number > max.into() => ", which is too large",
                Ok(number) => return Ok(number.to_string()),
                Err(_) => ", which is no whole number",
            };
            Err(KeyProblem::with_value(&text, reason, format!("Write a whole number from {min} to {max}")))
        }
        ValueType::Word(words) => {
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(trimmed));
            let problem = || KeyProblem::with_value(&text, "", format_choices(trimmed, words));
            word.map(|word| (*word).to_owned()).ok_or_else(problem)
        }
        ValueType::Bool => match trimmed.to_ascii_lowercase() {
            word if ["true", "false"].contains(&word.as_str()) => Ok(word),
            _ => Err(KeyProblem::with_value(&text, "", "Write true or false")),
        },
        _ => Ok(text),
    }
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

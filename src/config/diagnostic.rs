//! Errors and warnings about a configuration, with their place, key and remedy.
//!
//! They never hold the value of a secret: parsers of secrets describe it without quoting it.

use std::fmt;

/// One error or warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file with its line, the environment variable, or where a missing thing was looked for.
    pub source: String,
    /// The full key, such as `instances.main.token`; empty where it is about no key.
    pub key: String,
    /// What is wrong, without a full stop.
    pub problem: String,
    /// What to do about it, without a full stop at its end.
    pub remedy: Option<String>,
}

impl fmt::Display for Diagnostic {
    /// One line: `source: key: problem. Remedy.`, without control characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, key, problem, remedy } = self;
        let key = if key.is_empty() { String::new() } else { format!(": {key}") };
        let remedy = remedy.as_deref().unwrap_or_default();
        let end = if remedy.is_empty() || remedy.ends_with('?') { "" } else { "." };
        let line = format!("{source}{key}: {problem}. {remedy}{end}");
        f.write_str(&line.trim_end().replace(char::is_control, "\u{fffd}"))
    }
}

/// What is wrong with a value; the caller adds where it is.
#[derive(Debug)]
pub(super) struct KeyProblem {
    pub(super) message: String,
    pub(super) remedy: String,
}

impl KeyProblem {
    /// The problem with a value that is no secret: it is quoted before the reason.
    pub(super) fn with_value(text: &str, reason: &str, remedy: impl Into<String>) -> Self {
        Self { message: format!("is {}{reason}", quote_value(text)), remedy: remedy.into() }
    }

    /// The value, or the problem that the text is none of these.
    pub(super) fn unless<T>(value: Option<T>, text: &str, noun: &str, remedy: &str) -> Result<T, Self> {
        value.ok_or_else(|| Self::with_value(text, &format!(", which is no {noun}"), remedy))
    }

    /// The diagnostic about a key at this place.
    pub(super) fn at(self, source: impl Into<String>, key: impl Into<String>) -> Diagnostic {
        let (source, key) = (source.into(), key.into());
        Diagnostic { source, key, problem: self.message, remedy: Some(self.remedy) }
    }

    /// The same about one entry of a list; entries are counted from one.
    pub(super) fn for_entry(self, index: usize) -> Self {
        Self { message: format!("entry {} {}", index + 1, self.message), ..self }
    }
}

/// A [`KeyProblem`] from two format strings: what is wrong; what to do about it.
macro_rules! problem {
    ($message:literal; $remedy:literal) => {
        $crate::config::diagnostic::KeyProblem { message: format!($message), remedy: format!($remedy) }
    };
}

/// Returns a [`KeyProblem`] where the condition holds.
macro_rules! refuse_if {
    ($condition:expr, $message:literal; $remedy:literal) => {
        if $condition {
            return Err($crate::config::diagnostic::problem!($message; $remedy));
        }
    };
}
pub(super) use {problem, refuse_if};

/// A full key, with quotes around the names that need them in TOML.
pub(super) fn format_path(path: &[String]) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-<>".contains(c);
    let quote = |name: &String| match !name.is_empty() && name.chars().all(is_plain) {
        true => name.clone(),
        false => format!("\"{}\"", name.escape_debug()),
    };
    path.iter().map(quote).collect::<Vec<_>>().join(".")
}

/// The prefix of the variables that set keys.
pub(super) const ENV_PREFIX: &str = "VINCULA__";

/// The variable of a key.
pub(super) fn variable_name(path: &[String]) -> String {
    format!("{ENV_PREFIX}{}", path.join("__").to_uppercase())
}

/// Quotes a value that is no secret, shortened to 40 characters.
pub(super) fn quote_value(text: &str) -> String {
    let shown = format!("{text:.40}");
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("`{}{more}`", shown.escape_debug())
}

/// The name of `known` that is nearest to `name`, if any is near; letters at the beginning count more.
pub(super) fn nearest_name<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    const MIN_SIMILARITY: f64 = 0.8;
    let plain = |name: &str| name.to_lowercase().replace('_', "-");
    let rated = known.into_iter().map(|known| (strsim::jaro_winkler(&plain(name), &plain(known)), known));
    let near = rated.filter(|(similarity, _)| *similarity >= MIN_SIMILARITY);
    near.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, known)| known)
}

/// The remedy for an unknown word: the nearest of the known ones, and all of them.
pub(super) fn format_choices(word: &str, known: &[&str]) -> String {
    let meant = nearest_name(word, known.iter().copied()).map(|near| format!("Did you mean `{near}`? "));
    format!("{}Known are {}", meant.unwrap_or_default(), known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_plain_line() {
        let finding = Diagnostic {
            source: "vincula.toml:3".into(),
            key: "server.\u{1b}[31m".into(),
            problem: "is no key".into(),
            remedy: Some("Did you mean\n`listen`?".into()),
        };
        assert_eq!(
            finding.to_string(),
            "vincula.toml:3: server.\u{fffd}[31m: is no key. Did you mean\u{fffd}`listen`?"
        );
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        let known = ["listen", "admin_listen", "public_url", "max_connections"];
        for (typed, meant) in [
            ("listn", Some("listen")),
            ("Listen", Some("listen")),
            ("public-url", Some("public_url")),
            ("max_conn", Some("max_connections")),
            ("banana", None),
        ] {
            assert_eq!(nearest_name(typed, known), meant, "{typed}");
        }
    }

    #[test]
    fn a_long_value_is_not_shown_whole() {
        assert_eq!(quote_value("a\nb"), r"`a\nb`");
        assert!(quote_value(&"x".repeat(500)).len() < 60);
    }
}

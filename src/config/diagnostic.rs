//! What is wrong with a configuration, said to the person who wrote it.
//!
//! A finding names the place, the key, the trouble and the way out. It never holds the value of
//! a secret: parsers that see one describe it without quoting it.

use std::fmt::{self, Write as _};

/// One mistake, or one thing worth a second look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file with its line, the environment variable, or where a missing thing was looked for.
    pub source: String,
    /// The full key, such as `instances.main.token`; empty where the finding is about no key.
    pub key: String,
    /// What is wrong, without a full stop.
    pub problem: String,
    /// What to do about it, without a full stop at its end.
    pub remedy: Option<String>,
}

impl fmt::Display for Diagnostic {
    /// One line: `origin: key: problem. Remedy.`, without control characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = self.source.clone();
        if !self.key.is_empty() {
            write!(line, ": {}", self.key)?;
        }
        write!(line, ": {}.", self.problem)?;
        if let Some(remedy) = &self.remedy {
            write!(line, " {remedy}{}", if remedy.ends_with('?') { "" } else { "." })?;
        }
        line.chars().try_for_each(|c| f.write_char(if c.is_control() { '\u{fffd}' } else { c }))
    }
}

/// What a parser has against a value; where the value stands is known to its caller.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) remedy: String,
}

impl Problem {
    pub(super) fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { message: problem.into(), remedy: remedy.into() }
    }

    /// The same, said of one entry of a list, counted from one as people do.
    pub(super) fn for_entry(self, index: usize) -> Self {
        Self { message: format!("entry {} {}", index + 1, self.message), ..self }
    }
}

/// A value that is no secret, short enough to be shown in a finding.
pub(super) fn quote_value(text: &str) -> String {
    const MAX_LEN: usize = 40;
    let shown: String = text.chars().take(MAX_LEN).collect();
    let more = if text.chars().nth(MAX_LEN).is_some() { "…" } else { "" };
    format!("`{}{more}`", shown.escape_debug())
}

/// The one of `known` that was probably meant by `name`.
pub(super) fn nearest_name<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    const MIN_SIMILARITY: f64 = 0.5;
    let name = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            (strsim::normalized_damerau_levenshtein(&name, &candidate.to_lowercase()), candidate)
        })
        .filter(|(likeness, _)| *likeness >= MIN_SIMILARITY)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// The remedy for a word that is none of a few: the nearest of them, or all.
pub(super) fn format_choices(word: &str, known: &[&str]) -> String {
    match nearest_name(word, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`? Known are {}", known.join(", ")),
        None => format!("Known are {}", known.join(", ")),
    }
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

//! A line of the chat: what a person's phone does, as it is typed.

/// A line, and who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// `[as Bruno]`: somebody else than the person at the terminal, by name or number.
    pub(super) who: Option<&'a str>,
    /// What they do.
    pub(super) deed: Deed<'a>,
    /// How it was typed, but for who does it.
    pub(super) typed: &'a str,
}

/// What a phone does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed<'a> {
    /// Sends a text.
    Text(&'a str),
    /// `^text`: gives the last message another text.
    Edit(&'a str),
    /// `[photo] text`: sends a picture with this caption.
    Picture(&'a str),
    /// `[owner] text`: is typed on the bot's own phone.
    Owner(&'a str),
    /// `[👍]`: puts a sign on the bot's last message.
    Reaction(&'a str),
}

impl<'a> Line<'a> {
    pub(super) fn of(line: &'a str) -> Self {
        let somebody =
            bracketed(line).and_then(|(inside, rest)| Some((inside.strip_prefix("as ")?.trim(), rest)));
        match somebody {
            Some((who, typed)) if !who.is_empty() => Self { who: Some(who), deed: Deed::of(typed), typed },
            _ => Self { who: None, deed: Deed::of(line), typed: line },
        }
    }
}

impl<'a> Deed<'a> {
    fn of(line: &'a str) -> Self {
        if let Some(text) = line.strip_prefix('^') {
            return Self::Edit(text.trim());
        }
        match bracketed(line) {
            Some(("photo", caption)) => Self::Picture(caption),
            Some(("owner", text)) => Self::Owner(text),
            Some((sign, "")) if !sign.chars().any(char::is_alphanumeric) => Self::Reaction(sign),
            _ => Self::Text(line),
        }
    }
}

/// What stands in brackets at the beginning, and what follows.
fn bracketed(line: &str) -> Option<(&str, &str)> {
    let (inside, rest) = line.strip_prefix('[')?.split_once(']')?;
    Some((inside, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_who_does_what() {
        for (line, who, deed) in [
            ("/link a b", None, Deed::Text("/link a b")),
            ("^ /link a b", None, Deed::Edit("/link a b")),
            ("[photo] /photo a", None, Deed::Picture("/photo a")),
            ("[owner] /help", None, Deed::Owner("/help")),
            ("[👍]", None, Deed::Reaction("👍")),
            ("[as Bruno] /help", Some("Bruno"), Deed::Text("/help")),
            ("[as +55 44 99999-0002] ^/help", Some("+55 44 99999-0002"), Deed::Edit("/help")),
            ("[as Bruno][👍]", Some("Bruno"), Deed::Reaction("👍")),
            ("[as ] hello", None, Deed::Text("[as ] hello")),
            ("[sic] hello", None, Deed::Text("[sic] hello")),
        ] {
            let found = Line::of(line);
            assert_eq!((found.who, found.deed), (who, deed), "{line}");
        }
    }
}

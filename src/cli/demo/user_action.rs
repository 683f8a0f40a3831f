//! The notation of the demo: a line is an action of a person's phone.

/// A line: sender and action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ScriptLine<'a> {
    /// `[as Bruno]`: another person than the one at the terminal, by name or number.
    pub(super) sender: Option<&'a str>,
    /// The action.
    pub(super) action: UserAction<'a>,
    /// The typed text without the sender.
    pub(super) text: &'a str,
}

/// An action of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UserAction<'a> {
    /// Sends a text.
    Text(&'a str),
    /// `^text`: edits the last message.
    Edit(&'a str),
    /// `[photo] text`: sends a picture with this caption.
    Picture(&'a str),
    /// `[owner] text`: types on the bot's own phone.
    Owner(&'a str),
    /// `[👍]`: reacts to the bot's last message.
    Reaction(&'a str),
}

impl<'a> ScriptLine<'a> {
    pub(super) fn parse(line: &'a str) -> Self {
        let with_sender =
            split_brackets(line).and_then(|(inside, rest)| Some((inside.strip_prefix("as ")?.trim(), rest)));
        match with_sender {
            Some((sender, typed)) if !sender.is_empty() => {
                Self { sender: Some(sender), action: UserAction::parse(typed), text: typed }
            }
            _ => Self { sender: None, action: UserAction::parse(line), text: line },
        }
    }
}

impl<'a> UserAction<'a> {
    fn parse(line: &'a str) -> Self {
        if let Some(text) = line.strip_prefix('^') {
            return Self::Edit(text.trim());
        }
        match split_brackets(line) {
            Some(("photo", caption)) => Self::Picture(caption),
            Some(("owner", text)) => Self::Owner(text),
            Some((sign, "")) if !sign.chars().any(char::is_alphanumeric) => Self::Reaction(sign),
            _ => Self::Text(line),
        }
    }
}

/// Splits brackets at the beginning from the rest.
fn split_brackets(line: &str) -> Option<(&str, &str)> {
    let (inside, rest) = line.strip_prefix('[')?.split_once(']')?;
    Some((inside, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_who_does_what() {
        for (line, sender, action) in [
            ("/link a b", None, UserAction::Text("/link a b")),
            ("^ /link a b", None, UserAction::Edit("/link a b")),
            ("[photo] /photo a", None, UserAction::Picture("/photo a")),
            ("[owner] /help", None, UserAction::Owner("/help")),
            ("[👍]", None, UserAction::Reaction("👍")),
            ("[as Bruno] /help", Some("Bruno"), UserAction::Text("/help")),
            ("[as +55 44 99999-0002] ^/help", Some("+55 44 99999-0002"), UserAction::Edit("/help")),
            ("[as Bruno][👍]", Some("Bruno"), UserAction::Reaction("👍")),
            ("[as ] hello", None, UserAction::Text("[as ] hello")),
            ("[sic] hello", None, UserAction::Text("[sic] hello")),
        ] {
            let found = ScriptLine::parse(line);
            assert_eq!((found.sender, found.action), (sender, action), "{line}");
        }
    }
}

//! Z-API's credentials: their shapes are a hint (Z-API's documentation), never a reason to refuse.

use super::diagnostic::Problem;
use super::urls::{is_panel_url, panel_url_problem};

/// Which of Z-API's credentials a text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CredentialKind {
    /// 32 digits in upper-case hex.
    Id,
    /// 24 digits in upper-case hex.
    Token,
    /// `F`, 32 digits in upper-case hex, `S`.
    ClientToken,
}

impl CredentialKind {
    /// What the text looks like, if like any.
    pub(super) fn detect(text: &str) -> Option<Self> {
        let is_hex = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
        };
        let inner = text.strip_prefix('F').and_then(|text| text.strip_suffix('S'));
        match text {
            _ if is_hex(text, 32) => Some(Self::Id),
            _ if is_hex(text, 24) => Some(Self::Token),
            _ if inner.is_some_and(|inner| is_hex(inner, 32)) => Some(Self::ClientToken),
            _ => None,
        }
    }

    /// What Z-API's panel calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Id => "instance id",
            Self::Token => "instance token",
            Self::ClientToken => "Client-Token (the account security token)",
        }
    }

    /// The key where it belongs.
    fn key(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Token => "token",
            Self::ClientToken => "client_token",
        }
    }

    /// What looks odd about a text in this one's place; unlike shapes count only at Z-API itself,
    /// since compatible servers have their own.
    pub(super) fn find_mismatch(self, text: &str, is_z_api: bool) -> Option<Problem> {
        match Self::detect(text) {
            Some(kind) if kind == self => None,
            Some(other) => Some(Problem::new(
                format!("looks like the {}", other.name()),
                format!("That belongs into `{}`; look for the {} in Z-API's panel", other.key(), self.name()),
            )),
            None if is_z_api => Some(Problem::new(
                format!("does not look like the {} of Z-API", self.name()),
                "Compare it with Z-API's panel",
            )),
            None => None,
        }
    }
}

/// A credential: something without blanks that is no pasted URL. It is never shown.
pub(super) fn parse_credential(text: &str) -> Result<String, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(
            "is empty",
            "Copy it from Z-API's panel, or remove the key where it may be absent",
        ));
    }
    if is_panel_url(text) {
        return Err(panel_url_problem());
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return Err(Problem::new(
            "is a URL",
            "Write the credential alone; the URL's host belongs into `base_url`",
        ));
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Problem::new(
            "holds a blank, a line break or a character that no credential has",
            "Copy it from Z-API's panel again",
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789ABCDEF0123456789ABCDEF";
    const TOKEN: &str = "0123456789ABCDEF01234567";
    const CLIENT_TOKEN: &str = "F0123456789ABCDEF0123456789ABCDEFS";

    #[test]
    fn a_credential_in_anothers_place_is_noticed() {
        for (place, text, hint) in [
            (CredentialKind::Id, ID, None),
            (CredentialKind::Token, TOKEN, None),
            (CredentialKind::ClientToken, CLIENT_TOKEN, None),
            (CredentialKind::Token, CLIENT_TOKEN, Some("looks like the Client-Token")),
            (CredentialKind::Token, ID, Some("looks like the instance id")),
            (CredentialKind::Id, TOKEN, Some("looks like the instance token")),
            (CredentialKind::ClientToken, TOKEN, Some("looks like the instance token")),
            (CredentialKind::Token, "something-else", Some("does not look like the instance token")),
        ] {
            let doubt = place.find_mismatch(text, true).map(|flaw| flaw.message);
            assert_eq!(doubt.is_some(), hint.is_some(), "{text}");
            assert!(doubt.unwrap_or_default().contains(hint.unwrap_or_default()), "{text}");
        }
        assert!(CredentialKind::Token.find_mismatch("something-else", false).is_none());
    }

    #[test]
    fn what_cannot_be_a_credential_is_refused_without_showing_it() {
        for text in [
            "",
            " ",
            "…",
            "hunter2 hunter2",
            "hunter2\n",
            "\u{feff}hunter2",
            "https://api.z-api.io/instances/X/token/hunter2/send-text",
            "/instances/X/token/hunter2",
            "https://hunter2.example.com",
        ] {
            let flaw = parse_credential(text).unwrap_err();
            assert!(!format!("{flaw:?}").contains("hunter2"), "{text}");
        }
        assert_eq!(parse_credential("0123").unwrap(), "0123");
    }
}

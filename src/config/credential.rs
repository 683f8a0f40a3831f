//! Z-API's credentials: their shapes are a hint (Z-API's documentation), never a reason to refuse.

use super::diagnostic::{KeyProblem, problem, refuse_if};
use super::urls::check_panel_url;

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
    /// Its key, what Z-API's panel calls it, and its shape: upper-case hex digits between these two.
    fn describe(self) -> (&'static str, &'static str, usize, [&'static str; 2]) {
        match self {
            Self::Id => ("id", "instance id", 32, ["", ""]),
            Self::Token => ("token", "instance token", 24, ["", ""]),
            Self::ClientToken => {
                ("client_token", "Client-Token (the account security token)", 32, ["F", "S"])
            }
        }
    }

    /// The key where it belongs.
    pub(super) fn key(self) -> &'static str {
        self.describe().0
    }

    /// Whether the text has its shape.
    fn fits(self, text: &str) -> bool {
        let (_, _, length, [first, last]) = self.describe();
        let is_hex = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
        let digits = text.strip_prefix(first).and_then(|text| text.strip_suffix(last));
        digits.is_some_and(|digits| digits.len() == length && digits.bytes().all(is_hex))
    }

    /// What looks odd about a text in this one's place; unlike shapes count only at Z-API itself,
    /// since compatible servers have their own.
    pub(super) fn find_mismatch(self, text: &str, is_z_api: bool) -> Option<KeyProblem> {
        let (_, due, ..) = self.describe();
        let kinds = [Self::Id, Self::Token, Self::ClientToken];
        let Some(kind) = kinds.into_iter().find(|kind| kind.fits(text)) else {
            let unlike = problem!("does not look like the {due} of Z-API"; "Compare it with Z-API's panel");
            return is_z_api.then_some(unlike);
        };
        let (key, name, ..) = kind.describe();
        let problem = problem!("looks like the {name}";
            "That belongs into `{key}`; look for the {due} in Z-API's panel");
        (kind != self).then_some(problem)
    }
}

/// A credential: something without blanks that is no pasted URL. It is never shown.
pub(super) fn parse_credential(text: &str) -> Result<String, KeyProblem> {
    refuse_if!(text.trim().is_empty(), "is empty";
        "Copy it from Z-API's panel, or remove the key where it may be absent");
    check_panel_url(text)?;
    refuse_if!(text.starts_with("http://") || text.starts_with("https://"), "is a URL";
        "Write the credential alone; the URL's host belongs into `base_url`");
    refuse_if!(!text.bytes().all(|b| b.is_ascii_graphic()),
        "holds a blank, a line break or a character that no credential has"; "Copy it from Z-API's panel again");
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
    fn an_invalid_credential_is_rejected_without_showing_it() {
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

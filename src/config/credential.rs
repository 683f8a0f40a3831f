//! Z-API's credentials: their shapes are a hint (Z-API's documentation), never a reason to refuse.

use super::diagnostic::{KeyProblem, problem, refuse_if};
use super::urls::check_panel_url;

/// One of Z-API's credentials.
pub(super) struct Credential {
    /// The key where it belongs.
    pub(super) key: &'static str,
    /// What Z-API's panel calls it.
    name: &'static str,
    /// Its shape: so many digits in upper-case hex between the two texts.
    digits: usize,
    between: [&'static str; 2],
}

pub(super) const ID: Credential =
    Credential { key: "id", name: "instance id", digits: 32, between: ["", ""] };
pub(super) const TOKEN: Credential =
    Credential { key: "token", name: "instance token", digits: 24, between: ["", ""] };
pub(super) const CLIENT_TOKEN: Credential = Credential {
    key: "client_token",
    name: "Client-Token (the account security token)",
    digits: 32,
    between: ["F", "S"],
};

impl Credential {
    fn has_shape(&self, text: &str) -> bool {
        let [first, last] = self.between;
        let is_hex = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
        let digits = text.strip_prefix(first).and_then(|text| text.strip_suffix(last));
        digits.is_some_and(|digits| digits.len() == self.digits && digits.bytes().all(is_hex))
    }

    /// What looks odd about a text in its place; unlike shapes count only at Z-API itself, since compatible
    /// servers have their own.
    pub(super) fn find_mismatch(&self, text: &str, is_z_api: bool) -> Option<KeyProblem> {
        let due = self.name;
        match [ID, TOKEN, CLIENT_TOKEN].iter().find(|one| one.has_shape(text)) {
            Some(one) if one.key == self.key => None,
            Some(Self { key, name, .. }) => Some(problem!("looks like the {name}";
                "That belongs into `{key}`; look for the {due} in Z-API's panel")),
            None if is_z_api => Some(problem!("does not look like the {due} of Z-API";
                "Compare it with Z-API's panel")),
            None => None,
        }
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

    const ID_TEXT: &str = "0123456789ABCDEF0123456789ABCDEF";
    const TOKEN_TEXT: &str = "0123456789ABCDEF01234567";
    const CLIENT_TOKEN_TEXT: &str = "F0123456789ABCDEF0123456789ABCDEFS";

    #[test]
    fn a_credential_in_anothers_place_is_noticed() {
        for (place, text, hint) in [
            (ID, ID_TEXT, None),
            (TOKEN, TOKEN_TEXT, None),
            (CLIENT_TOKEN, CLIENT_TOKEN_TEXT, None),
            (TOKEN, CLIENT_TOKEN_TEXT, Some("looks like the Client-Token")),
            (TOKEN, ID_TEXT, Some("looks like the instance id")),
            (ID, TOKEN_TEXT, Some("looks like the instance token")),
            (CLIENT_TOKEN, TOKEN_TEXT, Some("looks like the instance token")),
            (TOKEN, "something-else", Some("does not look like the instance token")),
        ] {
            let doubt = place.find_mismatch(text, true).map(|flaw| flaw.message);
            assert_eq!(doubt.is_some(), hint.is_some(), "{text}");
            assert!(doubt.unwrap_or_default().contains(hint.unwrap_or_default()), "{text}");
        }
        assert!(TOKEN.find_mismatch("something-else", false).is_none());
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

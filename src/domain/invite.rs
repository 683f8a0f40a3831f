//! Invite links of groups: `https://chat.whatsapp.com/<code>`.

/// The host of invite links.
const INVITE_HOST: &str = "chat.whatsapp.com";
/// The length of a code is 22 today.
const CODE_LENGTHS: std::ops::RangeInclusive<usize> = 10..=64;

/// An invite link of a group, in the spelling that calls to Z-API use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteLink(String);

impl InviteLink {
    /// Parses a pasted link: with or without `https://`, with what apps add behind it.
    pub fn parse(text: &str) -> Option<Self> {
        let path = invite_path(text)?;
        let path = path.strip_prefix("invite/").unwrap_or(path);
        let end = path.find(|c: char| !is_code_char(c)).unwrap_or(path.len());
        let (code, rest) = path.split_at(end);
        // Behind the code is a query, or the end of the sentence that the link was copied from.
        let is_whole =
            rest.starts_with(['?', '#']) || rest.chars().all(|c| matches!(c, '/' | '.' | ')' | '!' | '>'));
        (CODE_LENGTHS.contains(&code.len()) && is_whole)
            .then(|| Self(format!("https://{INVITE_HOST}/{code}")))
    }

    /// Whether the text is meant as an invite link, well-formed or not.
    pub fn looks_like_invite(text: &str) -> bool {
        invite_path(text).is_some()
    }

    /// The link.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The path behind the host of invite links.
fn invite_path(text: &str) -> Option<&str> {
    let text = text.trim().trim_start_matches('<');
    let without = |text: &'_ str, prefix: &str| -> Option<usize> {
        let begins_so = text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        begins_so.then_some(prefix.len())
    };
    let scheme = ["https://", "http://"].iter().find_map(|scheme| without(text, scheme)).unwrap_or(0);
    let text = text.get(scheme..)?;
    let host = text.get(without(text, INVITE_HOST)?..)?;
    if host.is_empty() { Some(host) } else { host.strip_prefix('/') }
}

fn is_code_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_read_as_people_paste_it() {
        let canonical = "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv";
        let rows = [
            canonical,
            "chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv",
            "http://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv/",
            "HTTPS://Chat.WhatsApp.com/AbCdEfGhIjKlMnOpQrStUv?mode=ac_t",
            "https://chat.whatsapp.com/invite/AbCdEfGhIjKlMnOpQrStUv",
            "<https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv>",
            "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv#x/../y",
            "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv.",
        ];
        for text in rows {
            assert_eq!(InviteLink::parse(text).as_ref().map(InviteLink::as_str), Some(canonical), "{text}");
        }
    }

    #[test]
    fn t20_only_a_well_formed_code_becomes_a_link() {
        let rows = [
            ("https://chat.whatsapp.com/", true),
            ("chat.whatsapp.com", true),
            ("https://chat.whatsapp.com/short", true),
            ("https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv/../../me", true),
            ("https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv%2f..", true),
            ("https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv&url=x", true),
            ("https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStÚv", true),
            ("https://chat.whatsapp.com.example.com/AbCdEfGhIjKlMnOpQrStUv", false),
            ("https://example.com/chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv", false),
            ("https://wa.me/5544999990001", false),
            ("Vendas", false),
            ("ção", false),
            ("", false),
        ];
        for (text, is_meant) in rows {
            assert_eq!(InviteLink::parse(text), None, "{text}");
            assert_eq!(InviteLink::looks_like_invite(text), is_meant, "{text}");
        }
    }
}

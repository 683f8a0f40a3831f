//! `/photo <community>`: changes the photo of a community, to the picture of the message or to that of a URL.
//! Without a picture, the next one that its admin sends in this chat is taken. Z-API fetches it, and nothing shows it
//! afterwards: the response of Z-API is all that is known.

use http::Uri;
use serde::{Deserialize, Serialize};

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::directory::CommunityEntry;
use crate::domain::{CommunityId, Locale, Media};
use crate::engine::api_change::{self, ApiChange};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::text::own_words;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::storage::StateKind;
use crate::zapi::{ApiError, ChangePermit, Zapi};

/// What it is.
pub const SPEC: CommandSpec =
    CommandSpec::mutating("photo", Pt(&["foto"]), Es(&["foto"]), &[ArgKind::Community, ArgKind::Picture]);

/// The longest URL.
const MAX_URL_LEN: usize = 2_048;

/// A new photo.
#[derive(Serialize, Deserialize)]
struct Photo {
    community: CommunityId,
    name: String,
    url: String,
}

impl ApiChange for Photo {
    const COMMAND: &'static str = SPEC.name;
    const CALL: &'static str = "update-community-photo";

    async fn plan(context: &mut Context<'_>, arguments: &Arguments) -> Result<Self, CommandError> {
        let community = context.require_community()?;
        let media = context.media().await?;
        let picture = match (arguments.words().as_slice(), media) {
            ([], None) => Err(None),
            ([], Some(media)) if !media.is_picture() => Err(Some(ReplyLine::not_done("photo-no-picture"))),
            ([], Some(Media { url: None, .. })) => Err(Some(ReplyLine::not_done("photo-lost"))),
            ([], Some(Media { url: Some(url), .. })) => Ok((url, community.id.to_string())),
            ([url], None) if is_web_url(url) => Ok((url.clone(), format!("{} {url}", community.id))),
            ([text], None) => Err(Some(ReplyLine::not_done("photo-address").name("address", text))),
            ([more, ..], Some(_)) | ([_, more, ..], None) => {
                let error = UsageError::TooManyWords(more.clone());
                return Err(SPEC.usage_error_reply(error, context.localizer).into());
            }
        };
        let (url, rest) = picture.map_err(|wrong| ask_for_photo(context, &community, wrong))?;
        let preview = ReplyLine::preview("photo-would").name("community", community.name.as_str());
        context.preview_or_confirm(SPEC.name, rest, vec![preview], false)?;
        Ok(Self { community: community.id, name: community.name, url })
    }

    async fn call(&self, zapi: &Zapi, permit: ChangePermit) -> Result<(), ApiError> {
        zapi.set_photo(&self.community, &self.url, permit).await
    }

    fn done_lines(&self, _: &mut Context<'_>) -> Vec<ReplyLine> {
        vec![ReplyLine::done("photo-done").name("community", self.name.as_str())]
    }

    fn not_done_lines(&self, context: &mut Context<'_>, reason: ReplyLine) -> Vec<ReplyLine> {
        if reason.icon() != Some("❌") || context.is_cancelled || context.is_final_failure {
            return vec![reason];
        }
        request_photo(context, &self.community);
        vec![reason, ReplyLine::new("photo-refused")]
    }
}

/// Runs it.
pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    api_change::run::<Photo>(context, arguments).await
}

/// The reply without a usable picture: what is wrong, and how to send one.
fn ask_for_photo(context: &mut Context<'_>, community: &CommunityEntry, wrong: Option<ReplyLine>) -> Reply {
    request_photo(context, &community.id);
    let how = ReplyLine::new("photo-how").with_command("command", SPEC.name, &[&community.name]);
    Reply::Lines(match wrong {
        Some(wrong) => vec![wrong, how],
        None => vec![how.with_icon("📷")],
    })
}

/// Stores that the next picture of this admin in this chat is for this community: the command that becomes its caption.
fn request_photo(context: &mut Context<'_>, community: &CommunityId) {
    let caption = context.localizer.format_command(SPEC.name, &[community.as_str()]);
    context.set_state(StateKind::PhotoRequest, context.conversation_key.to_string(), Some(caption));
}

/// What the caption of a picture says that comes while `/photo` waits for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caption {
    /// Nothing against it: `pronto`.
    Consent,
    /// It has a no in it.
    Refusal,
    /// Something else: the picture may be for other people.
    Other,
}

impl Caption {
    /// Reads a caption. In Portuguese, `no marketing` is no refusal.
    pub fn read(text: &str, language: Locale) -> Self {
        let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let is_plain =
            |word: &str| in_word_list(word, "photo-caption-words") || in_word_list(word, "courtesy-words");
        match parse_reply(text, true, PromptFacts { language: Some(language), command: None }) {
            Some(ParsedReply::No) => Self::Refusal,
            Some(ParsedReply::Yes | ParsedReply::Acknowledgement { .. }) => Self::Consent,
            _ if !text.contains('?') && own_words(text) == text && words.all(is_plain) => Self::Consent,
            _ => Self::Other,
        }
    }
}

/// The id of the community in the command that waits for a picture.
pub fn waiting_community(command: &str) -> Option<&str> {
    command.split_whitespace().next_back()
}

/// A web URL with a host, without user and password.
fn is_web_url(text: &str) -> bool {
    let Ok(address) = text.parse::<Uri>() else { return false };
    let is_web = matches!(address.scheme_str(), Some("https" | "http"));
    let has_host = address.authority().is_some_and(|at| !at.host().is_empty() && !at.as_str().contains('@'));
    is_web && has_host && text.len() <= MAX_URL_LEN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_the_web() {
        for good in ["https://a.example/x,y.jpg?z=1&w=a%20b", "http://a.example:8080/", "HTTPS://A.EXAMPLE/x"]
        {
            assert!(is_web_url(good), "{good}");
        }
        let long = format!("https://a.example/{}", "x".repeat(MAX_URL_LEN));
        for bad in
            ["a.example/x.jpg", "ftp://a.example/x", "file:///etc/passwd", "https:///x", "data:x", &long]
        {
            assert!(!is_web_url(bad), "{bad}");
        }
        assert!(!is_web_url("https://me:secret@a.example/x"));
    }
}

//! `/photo <community>`: changes the photo of a community, to the picture of the message or to that of a URL.
//! Without a picture, the next one that its admin sends in this chat is taken. Z-API fetches it, and nothing shows it
//! afterwards: the response of Z-API is all that is known.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Uri;
use serde::{Deserialize, Serialize};

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::directory::CommunityEntry;
use crate::domain::CommunityId;
use crate::engine::api_change::{self, ApiChange};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::storage::StateKind;
use crate::zapi::{ApiError, ChangePermit, Zapi};

/// What it is.
pub const SPEC: CommandSpec = CommandSpec {
    name: "photo",
    pt: &["foto"],
    es: &["foto"],
    args: &[ArgKind::Community, ArgKind::Picture],
    is_mutating: true,
    section: HelpSection::Communities,
};

/// The longest URL.
const MAX_URL_LEN: usize = 2_048;

/// What is stored before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct PhotoPlan {
    community: String,
    name: String,
    address: String,
}

struct SetPhoto {
    community: CommunityId,
    url: String,
}

impl ApiChange for SetPhoto {
    const CALL: &'static str = "update-community-photo";

    fn call<'a>(&'a self, zapi: &'a Zapi, permit: ChangePermit) -> BoxFuture<'a, Result<(), ApiError>> {
        zapi.set_photo(&self.community, &self.url, permit).boxed()
    }

    fn is_applied<'a>(&'a self, _: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>> {
        None
    }

    fn status_command(&self) -> (&'static str, Vec<&str>) {
        ("community", vec![self.community.as_str()])
    }
}

/// Runs it.
pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let community = context.require_community()?;
    let stored: Option<PhotoPlan> = api_change::stored_plan(context)?;
    let is_started = stored.is_some();
    let plan = match stored {
        Some(plan) => plan,
        None => match build_plan(context, &community, arguments).await? {
            Ok(plan) => plan,
            Err(reply) => return Ok(reply),
        },
    };
    let change = SetPhoto { community: community.id.clone(), url: plan.address };
    let done = api_change::apply(context, &change, is_started).await?;
    if api_change::may_be_done(&done) {
        context.set_undo(SPEC.name, None);
    }
    Ok(Reply::Lines(match done {
        Ok(()) => vec![ReplyLine::done("photo-done").name("community", plan.name)],
        Err(why_not)
            if why_not.icon() == Some("❌") && !context.is_cancelled && !context.is_final_failure =>
        {
            request_photo(context, &community);
            vec![why_not, ReplyLine::new("photo-refused")]
        }
        Err(why_not) => vec![why_not],
    }))
}

/// Builds and stores the plan, or the reply to send instead.
async fn build_plan(
    context: &mut Context<'_>,
    community: &CommunityEntry,
    arguments: &Arguments,
) -> Result<Result<PhotoPlan, Reply>, CommandError> {
    let media = context.media().await?;
    let (address, rest) = match (arguments.words().as_slice(), media) {
        ([], None) => return Ok(Err(ask_for_photo(context, community, None))),
        ([], Some(media)) => {
            let wrong = match media.url {
                _ if !media.is_picture() => ReplyLine::not_done("photo-no-picture"),
                None => ReplyLine::not_done("photo-lost"),
                Some(url) => return confirm(context, community, (url, community.id.to_string())).await,
            };
            return Ok(Err(ask_for_photo(context, community, Some(wrong))));
        }
        ([address], None) => (address.clone(), format!("{} {address}", community.id)),
        ([more, ..], Some(_)) | ([_, more, ..], None) => {
            let error = UsageError::TooManyWords(more.clone());
            return Ok(Err(SPEC.usage_error_reply(error, context.localizer)));
        }
    };
    if !is_web_url(&address) {
        let wrong = ReplyLine::not_done("photo-address").name("address", address);
        return Ok(Err(ask_for_photo(context, community, Some(wrong))));
    }
    confirm(context, community, (address, rest)).await
}

/// Stores the plan for this picture, unless it is a dry run; `rest` are the arguments that stand for it.
async fn confirm(
    context: &mut Context<'_>,
    community: &CommunityEntry,
    (address, rest): (String, String),
) -> Result<Result<PhotoPlan, Reply>, CommandError> {
    let name = community.name.clone();
    let would = ReplyLine::new("photo-would").with_icon("➡️").name("community", name.as_str());
    if let Some(reply) = context.preview_or_confirm(SPEC.name, rest, Reply::Lines(vec![would]), false) {
        return Ok(Err(reply));
    }
    let plan = PhotoPlan { community: community.id.to_string(), name, address };
    api_change::store_plan(context, &plan).await?;
    Ok(Ok(plan))
}

/// The reply without a usable picture: what is wrong, and how to send one.
fn ask_for_photo(context: &mut Context<'_>, community: &CommunityEntry, wrong: Option<ReplyLine>) -> Reply {
    request_photo(context, community);
    let how = match wrong {
        Some(_) => ReplyLine::new("photo-how"),
        None => ReplyLine::new("photo-how").with_icon("📷"),
    };
    let how = how.with_command("command", SPEC.name, &[&community.name]);
    Reply::Lines(wrong.into_iter().chain([how]).collect())
}

/// Stores that the next picture of this admin in this chat is for this community: the command that becomes its caption.
fn request_photo(context: &mut Context<'_>, community: &CommunityEntry) {
    let caption = context.localizer.format_command(SPEC.name, &[community.id.as_str()]);
    context.set_state(StateKind::PhotoRequest, context.conversation_key.to_string(), Some(caption));
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

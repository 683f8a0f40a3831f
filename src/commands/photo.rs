//! `/photo <community>`: changes the photo of a community, to the picture of the message or to that of a URL.
//! Z-API fetches it, and nothing shows it afterwards: the response of Z-API is all that is known.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Uri;
use serde::{Deserialize, Serialize};

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::domain::CommunityId;
use crate::engine::api_change::{self, ApiChange};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::zapi::{ApiError, ChangePermit, Zapi};

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

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let community = context.require_community()?;
    let stored: Option<PhotoPlan> = api_change::stored_plan(context)?;
    let is_started = stored.is_some();
    let plan = match stored {
        Some(plan) => plan,
        None => {
            let address = match arguments.words.as_slice() {
                [] => {
                    let how = ReplyLine::not_done("photo-how").with_command(
                        "command",
                        SPEC.name,
                        &[&community.name],
                    );
                    return Ok(Reply::Lines(vec![how]));
                }
                [address] => address,
                [_, more, ..] => {
                    return Ok(
                        SPEC.usage_error_reply(UsageError::TooManyWords(more.clone()), context.localizer)
                    );
                }
            };
            if !is_web_url(address) {
                let wrong = ReplyLine::not_done("photo-address").name("address", address);
                let how = ReplyLine::new("photo-how").with_command("command", SPEC.name, &[&community.name]);
                return Ok(Reply::Lines(vec![wrong, how]));
            }
            let name = community.name.clone();
            let would = ReplyLine::new("photo-would").with_icon("➡️").name("community", name.as_str());
            let rest = format!("{} {address}", community.id);
            if let Some(reply) = context.preview_or_confirm(SPEC.name, rest, Reply::Lines(vec![would]), false)
            {
                return Ok(reply);
            }
            let plan = PhotoPlan { community: community.id.to_string(), name, address: address.clone() };
            api_change::store_plan(context, &plan).await?;
            plan
        }
    };
    let change = SetPhoto { community: community.id, url: plan.address };
    let done = api_change::apply(context, &change, is_started).await?;
    if api_change::may_be_done(&done) {
        context.set_undo(SPEC.name, None);
    }
    let lines = done.map(|()| ReplyLine::done("photo-done").name("community", plan.name));
    Ok(Reply::Lines(vec![lines.unwrap_or_else(|why_not| why_not)]))
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

//! `/photo <community>`: gives a community another photo, that of the picture whose caption the order is,
//! or that at an address. Z-API fetches it; nothing shows it afterwards, so its word is what is known.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Uri;
use serde::{Deserialize, Serialize};

use super::single::{self, Change};
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::domain::CommunityId;
use crate::reply::{Mistake, Phrase, Reply};
use crate::zapi::{ApiError, TurnToChange, Zapi};

/// The command.
pub const SPEC: Spec = Spec {
    name: "photo",
    pt: &["foto"],
    es: &["foto"],
    args: &[Arg::Community, Arg::Picture],
    is_mutating: true,
    chapter: Chapter::Communities,
    run: Run::This(run),
};

/// The longest address that is taken.
const LONGEST: usize = 2_048;

/// What is written to the journal before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    community: String,
    name: String,
    address: String,
}

struct SetPhoto {
    community: CommunityId,
    address: String,
}

impl Change for SetPhoto {
    const CALL: &'static str = "update-community-photo";

    fn call<'a>(&'a self, zapi: &'a Zapi, turn: TurnToChange) -> BoxFuture<'a, Result<(), ApiError>> {
        zapi.set_photo(&self.community, &self.address, turn).boxed()
    }

    fn is_so<'a>(&'a self, _: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>> {
        None
    }

    fn look(&self) -> (&'static str, Vec<&str>) {
        ("community", vec![self.community.as_str()])
    }
}

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let community = context.named_community()?;
        let begun: Option<Plan> = single::planned(context)?;
        let is_begun = begun.is_some();
        let plan = match begun {
            Some(plan) => plan,
            None => {
                let address = match arguments.words.as_slice() {
                    [] => {
                        let how = Phrase::not_done("photo-how").order("order", SPEC.name, &[&community.name]);
                        return Ok(Reply::Said(vec![how]));
                    }
                    [address] => address,
                    [_, more, ..] => {
                        return Ok(SPEC.mistake(Mistake::TooManyWords(more.clone()), context.speech));
                    }
                };
                if !is_web_address(address) {
                    let wrong = Phrase::not_done("photo-address").name("address", address);
                    let how = Phrase::new("photo-how").order("order", SPEC.name, &[&community.name]);
                    return Ok(Reply::Said(vec![wrong, how]));
                }
                let name = community.name.clone();
                let would = Phrase::new("photo-would").mark("➡️").name("community", name.as_str());
                let rest = format!("{} {address}", community.id);
                if let Some(reply) = context.shown_first(SPEC.name, rest, Reply::Said(vec![would]), false) {
                    return Ok(reply);
                }
                let plan = Plan { community: community.id.to_string(), name, address: address.clone() };
                single::write_down(context, &plan).await?;
                plan
            }
        };
        let change = SetPhoto { community: community.id, address: plan.address };
        let done = single::carry_out(context, &change, is_begun).await?;
        if single::may_be_done(&done) {
            context.can_be_undone(SPEC.name, None);
        }
        let told = done.map(|()| Phrase::done("photo-done").name("community", plan.name));
        Ok(Reply::Said(vec![told.unwrap_or_else(|why_not| why_not)]))
    })
}

/// An address of the web with a host, and without a name and password in it.
fn is_web_address(text: &str) -> bool {
    let Ok(address) = text.parse::<Uri>() else { return false };
    let is_web = matches!(address.scheme_str(), Some("https" | "http"));
    let has_host = address.authority().is_some_and(|at| !at.host().is_empty() && !at.as_str().contains('@'));
    is_web && has_host && text.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_the_web() {
        for good in ["https://a.example/x,y.jpg?z=1&w=a%20b", "http://a.example:8080/", "HTTPS://A.EXAMPLE/x"]
        {
            assert!(is_web_address(good), "{good}");
        }
        let long = format!("https://a.example/{}", "x".repeat(LONGEST));
        for bad in
            ["a.example/x.jpg", "ftp://a.example/x", "file:///etc/passwd", "https:///x", "data:x", &long]
        {
            assert!(!is_web_address(bad), "{bad}");
        }
        assert!(!is_web_address("https://me:secret@a.example/x"));
    }
}

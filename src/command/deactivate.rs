//! `/deactivate <community>`: ends a community; its groups stay, in no community.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::announce::people;
use super::single::{self, Change};
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::domain::CommunityId;
use crate::failpoint::{self, Step};
use crate::reply::{Phrase, Reply};
use crate::zapi::{ApiError, TurnToChange, Zapi};

/// The command.
pub const SPEC: Spec = Spec {
    name: "deactivate",
    pt: &["desativar"],
    es: &["desactivar"],
    args: &[Arg::Community],
    is_mutating: true,
    chapter: Chapter::Communities,
    run: Run::This(run),
};

/// What is written to the journal before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    community: String,
    name: String,
    /// How many ordinary groups it had, where that was shown.
    groups: Option<usize>,
}

struct Deactivate {
    community: CommunityId,
}

impl Change for Deactivate {
    const CALL: &'static str = "DELETE communities";
    const IS_CONFIRMED: bool = false;

    fn call<'a>(&'a self, zapi: &'a Zapi, turn: TurnToChange) -> BoxFuture<'a, Result<(), ApiError>> {
        zapi.deactivate(&self.community, turn).boxed()
    }

    fn is_so<'a>(&'a self, zapi: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>> {
        // A list that lacks it may be one that lacks everything: the community itself must be gone, too.
        let read = async {
            if zapi.communities().await?.iter().any(|each| each.id == self.community) {
                return Ok(false);
            }
            match zapi.community(&self.community).await {
                Ok(_) => Ok(false),
                Err(error) if error.proves_absence() => Ok(true),
                Err(error) => Err(error),
            }
        };
        Some(read.boxed())
    }

    fn look(&self) -> (&'static str, Vec<&str>) {
        ("communities", Vec::new())
    }
}

fn run<'a>(context: &'a mut Context<'_>, _: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let community = context.named_community()?;
        let begun: Option<Plan> = single::planned(context)?;
        let is_begun = begun.is_some();
        let plan = match begun {
            Some(plan) => plan,
            None => {
                let details = context.zapi.community(&community.id).await?;
                let name = details.name.clone().filter(|name| !name.is_empty()).unwrap_or(community.name);
                let groups = details.lists_groups().then(|| details.ordinary().count());
                let people = match details.announcement() {
                    Some(group) => people(context, &group.id).await?,
                    None => None,
                };
                failpoint::reach(Step::Surveyed);
                let mut would =
                    vec![Phrase::new("deactivate-would").mark("➡️").name("community", name.as_str())];
                would.extend(groups.map(|count| Phrase::new("deactivate-groups").count("count", count)));
                would.extend(people.map(|count| Phrase::new("deactivate-people").count("count", count)));
                let rest = community.id.to_string();
                if let Some(reply) = context.shown_first(SPEC.name, rest, Reply::Said(would), true) {
                    return Ok(reply);
                }
                let plan = Plan { community: community.id.to_string(), name, groups };
                single::write_down(context, &plan).await?;
                plan
            }
        };
        let change = Deactivate { community: community.id };
        let done = single::carry_out(context, &change, is_begun).await?;
        context.directory.forget().await;
        if single::may_be_done(&done) {
            context.can_be_undone(SPEC.name, None);
        }
        if let Err(why_not) = done {
            return Ok(Reply::Said(vec![why_not]));
        }
        let mut said = vec![Phrase::done("deactivate-done").name("community", plan.name)];
        said.extend(plan.groups.map(|count| Phrase::new("deactivate-left").count("count", count)));
        Ok(Reply::Said(said))
    })
}

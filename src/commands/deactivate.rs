//! `/deactivate <community>`: ends a community; its groups stay, in no community.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::domain::CommunityId;
use crate::engine::api_change::{self, ApiChange};
use crate::engine::audience::count_members;
use crate::failpoint::{self, Step};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::{Reply, ReplyLine};
use crate::zapi::{ApiError, ChangePermit, Zapi};

pub const SPEC: CommandSpec = CommandSpec {
    name: "deactivate",
    pt: &["desativar"],
    es: &["desactivar"],
    args: &[ArgKind::Community],
    is_mutating: true,
    section: HelpSection::Communities,
};

/// What is stored before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct DeactivatePlan {
    community: String,
    name: String,
    /// The number of its ordinary groups, if known.
    groups: Option<usize>,
}

struct Deactivate {
    community: CommunityId,
}

impl ApiChange for Deactivate {
    const CALL: &'static str = "DELETE communities";
    const IS_CONFIRMED: bool = false;

    fn call<'a>(&'a self, zapi: &'a Zapi, permit: ChangePermit) -> BoxFuture<'a, Result<(), ApiError>> {
        zapi.deactivate(&self.community, permit).boxed()
    }

    fn is_applied<'a>(&'a self, zapi: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>> {
        // A list without it may be incomplete: the community itself must be gone, too.
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

    fn status_command(&self) -> (&'static str, Vec<&str>) {
        ("communities", Vec::new())
    }
}

pub async fn run(context: &mut Context<'_>, _: &Arguments) -> Result<Reply, CommandError> {
    let community = context.require_community()?;
    let stored: Option<DeactivatePlan> = api_change::stored_plan(context)?;
    let is_started = stored.is_some();
    let plan = match stored {
        Some(plan) => plan,
        None => {
            let details = context.zapi.community(&community.id).await?;
            let name = details.name.clone().filter(|name| !name.is_empty()).unwrap_or(community.name);
            let groups = details.lists_groups().then(|| details.ordinary().count());
            let people = match details.announcement() {
                Some(group) => count_members(context, &group.id).await?,
                None => None,
            };
            failpoint::reach(Step::StateRead);
            let mut would =
                vec![ReplyLine::new("deactivate-would").with_icon("➡️").name("community", name.as_str())];
            would.extend(groups.map(|count| ReplyLine::new("deactivate-groups").with_count("count", count)));
            would.extend(people.map(|count| ReplyLine::new("deactivate-people").with_count("count", count)));
            let rest = community.id.to_string();
            if let Some(reply) = context.preview_or_confirm(SPEC.name, rest, Reply::Lines(would), true) {
                return Ok(reply);
            }
            let plan = DeactivatePlan { community: community.id.to_string(), name, groups };
            api_change::store_plan(context, &plan).await?;
            plan
        }
    };
    let change = Deactivate { community: community.id };
    let done = api_change::apply(context, &change, is_started).await?;
    context.directory.invalidate().await;
    if api_change::may_be_done(&done) {
        // Undone by nothing, and itself the undo of `/create`.
        let undone = context.is_undo.then(|| ("create", String::new()));
        context.set_undo(SPEC.name, undone);
    }
    if let Err(why_not) = done {
        return Ok(Reply::Lines(vec![why_not]));
    }
    let mut lines = vec![ReplyLine::done("deactivate-done").name("community", plan.name)];
    lines.extend(plan.groups.map(|count| ReplyLine::new("deactivate-left").with_count("count", count)));
    Ok(Reply::Lines(lines))
}

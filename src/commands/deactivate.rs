//! `/deactivate <community>`: ends a community; its groups stay, in no community.

use serde::{Deserialize, Serialize};

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::domain::CommunityId;
use crate::engine::api_change::{self, ApiChange};
use crate::engine::audience::count_members;
use crate::failpoint::{self, Step};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::{Reply, ReplyLine};
use crate::zapi::{ApiError, ChangePermit, Zapi};

pub const SPEC: CommandSpec =
    CommandSpec::mutating("deactivate", Pt(&["desativar"]), Es(&["desactivar"]), &[ArgKind::Community]);

/// The end of a community.
#[derive(Serialize, Deserialize)]
struct Deactivation {
    community: CommunityId,
    name: String,
    /// The number of its ordinary groups, if known.
    groups: Option<usize>,
}

impl ApiChange for Deactivation {
    const COMMAND: &'static str = SPEC.name;
    const CALL: &'static str = "DELETE communities";
    const RETRIES_INVISIBLE: bool = true;

    async fn plan(context: &mut Context<'_>, _: &Arguments) -> Result<Self, CommandError> {
        let community = context.require_community()?;
        let details = context.zapi.community(&community.id).await?;
        let name = details.name_or(community.name);
        let groups = details.lists_groups().then(|| details.ordinary().count());
        // A group may have been linked since the prompt.
        context.set_counted(groups);
        let people = match details.announcement() {
            Some(group) => count_members(context, &group.id).await?,
            None => None,
        };
        failpoint::reach(Step::StateRead);
        let mut preview = vec![ReplyLine::preview("deactivate-would").name("community", name.as_str())];
        preview.extend(groups.map(|count| ReplyLine::new("deactivate-groups").with_count("count", count)));
        preview.extend(people.map(|count| ReplyLine::new("deactivate-people").with_count("count", count)));
        context.preview_or_confirm(SPEC.name, community.id.to_string(), preview, true)?;
        Ok(Self { community: community.id, name, groups })
    }

    async fn call(&self, zapi: &Zapi, permit: ChangePermit) -> Result<(), ApiError> {
        zapi.deactivate(&self.community, permit).await
    }

    async fn is_applied(&self, zapi: &Zapi) -> Result<bool, ApiError> {
        // A list without it may be incomplete: the community itself must be gone, too.
        if zapi.communities().await?.iter().any(|each| each.id == self.community) {
            return Ok(false);
        }
        match zapi.community(&self.community).await {
            Ok(_) => Ok(false),
            Err(error) if error.proves_absence() => Ok(true),
            Err(error) => Err(error),
        }
    }

    fn status_command(&self) -> Option<(&'static str, Vec<&str>)> {
        Some(("communities", Vec::new()))
    }

    fn done_lines(&self, _: &mut Context<'_>) -> Vec<ReplyLine> {
        let left = self.groups.map(|count| ReplyLine::new("deactivate-left").with_count("count", count));
        let done = ReplyLine::done("deactivate-done").name("community", self.name.as_str());
        std::iter::once(done).chain(left).collect()
    }
}

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let reply = api_change::run::<Deactivation>(context, arguments).await?;
    context.directory.invalidate().await;
    Ok(reply)
}

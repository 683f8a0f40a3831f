//! Linking and unlinking, told truly: survey, plan, call, read back, attribute.
//!
//! The answer of a call is a hint; what `communities-metadata` shows afterwards is the truth
//! (Z-API docs, communities/link-groups). The plan is in the journal before the first call, so
//! after a crash it still tells what was so before.

mod plan;
mod settle;

use super::{Context, Failure};
use crate::directory::CommunityEntry;
use crate::domain::{CommunityId, GroupId};
use crate::failpoint::{self, Step};
use crate::reply::Reply;
use crate::zapi::{ApiError, CommunityDetails, TurnToChange, Zapi};

/// What is done to groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// They are put into the community.
    Link,
    /// They are taken out of it.
    Unlink,
}

impl Direction {
    /// Whether a group is as it shall be.
    fn is_reached(self, details: &CommunityDetails, group: &GroupId) -> bool {
        details.find(group).is_some() == (self == Self::Link)
    }

    async fn turn(self, zapi: &Zapi) -> Result<TurnToChange, ApiError> {
        let call = match self {
            Self::Link => "communities/link",
            Self::Unlink => "communities/unlink",
        };
        zapi.turn_to_change(call).await
    }

    /// Makes the call; where its turn was not taken before, it waits for it.
    async fn call(
        self,
        zapi: &Zapi,
        community: &CommunityId,
        groups: &[GroupId],
        turn: Option<TurnToChange>,
    ) -> Result<(), ApiError> {
        let turn = match turn {
            Some(turn) => turn,
            None => self.turn(zapi).await?,
        };
        match self {
            Self::Link => zapi.link(community, groups, turn).await,
            Self::Unlink => zapi.unlink(community, groups, turn).await,
        }
    }
}

/// The community of an order that was begun, from its plan in the journal.
pub fn planned_community(plan: &str) -> Option<CommunityEntry> {
    plan::community(plan)
}

/// Links or unlinks the groups that were typed, and tells what became of each.
pub async fn change(
    context: &mut Context<'_>,
    direction: Direction,
    typed: &[String],
) -> Result<Reply, Failure> {
    let community = context.named_community()?;
    let mut ahead = None;
    let (plan, known) = match plan::stored(context) {
        Some(plan) => (plan, None),
        None => {
            let (plan, details) = plan::survey(context, direction, community, typed).await?;
            failpoint::reach(Step::Surveyed);
            // An order that changes nothing has nothing to remember.
            if plan.has_work() {
                let json = serde_json::to_string(&plan).unwrap_or_default();
                // The call waits for both, and they may share a transaction.
                let zapi = context.zapi;
                let turn = async { Ok(direction.turn(zapi).await.ok()) };
                ((), ahead) = tokio::try_join!(context.write_plan(json), turn)?;
                failpoint::reach(Step::Planned);
            }
            (plan, Some(details))
        }
    };
    let outcome = settle::settle(context, direction, &plan, known, ahead).await?;
    Ok(Reply::Membership(plan.report(direction, outcome)))
}

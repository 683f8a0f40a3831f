//! Linking and unlinking, told truly: survey, plan, call, read back, attribute.
//!
//! The answer of a call is a hint; what `communities-metadata` shows afterwards is the truth
//! (Z-API docs, communities/link-groups). The plan is in the journal before the first call, so
//! after a crash it still tells what was so before.

mod plan;
pub mod relocate;
mod settle;

use self::plan::Plan;
pub use self::plan::words_for_here;
use super::args::Flags;
use super::question::Question;
use super::{Arguments, Context, Failure};
use crate::directory::CommunityEntry;
use crate::domain::{CommunityId, GroupId};
use crate::failpoint::{self, Step};
use crate::reply::{Fate, Reply};
use crate::zapi::{ApiError, CommunityDetails, TurnToChange, Zapi};

/// More groups that are unlinked are asked about first.
const MOST_UNLINKED: usize = 3;
/// More groups that a pattern takes are asked about first.
const MOST_BY_PATTERN: usize = 10;

/// What is done to groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// They are put into the community.
    Link,
    /// They are taken out of it.
    Unlink,
}

impl Direction {
    /// The English name of the command.
    fn command(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Unlink => "unlink",
        }
    }

    fn opposite(self) -> Self {
        match self {
            Self::Link => Self::Unlink,
            Self::Unlink => Self::Link,
        }
    }

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
    arguments: &Arguments,
) -> Result<Reply, Failure> {
    let community = context.named_community()?;
    let mut ahead = None;
    let (plan, known) = match plan::stored(context) {
        Some(plan) => (plan, None),
        None => {
            let typed = context.numbers_as_groups(&arguments.words).await?;
            let (plan, details) = plan::survey(context, direction, community, &typed).await?;
            failpoint::reach(Step::Surveyed);
            if let Some(reply) = shown_first(context, direction, &plan, &typed) {
                return Ok(reply);
            }
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
    let done = plan.todo().into_iter().filter(|group| outcome.get(group) == Some(&Fate::Done));
    let done: Vec<GroupId> = done.collect();
    if let (false, Some(id)) = (done.is_empty(), plan.community()) {
        let by = direction.opposite().command();
        context.can_be_undone(direction.command(), Some((by, with_ids(&id, &done))));
    }
    choose(context, direction, &plan, arguments.flags);
    Ok(Reply::Membership(plan.report(direction, outcome)))
}

/// The answer that shows what would be done, where that is wanted, or must be said yes to.
fn shown_first(
    context: &mut Context<'_>,
    direction: Direction,
    plan: &Plan,
    typed: &[String],
) -> Option<Reply> {
    let todo = plan.todo();
    let by_pattern = typed.iter().any(|word| word.contains('*')) && todo.len() > MOST_BY_PATTERN;
    let is_grave = by_pattern || (direction == Direction::Unlink && todo.len() > MOST_UNLINKED);
    let rest = plan.community().map(|id| with_ids(&id, &todo)).unwrap_or_default();
    let about = Reply::Membership(plan.preview(direction, false));
    context.shown_first(direction.command(), rest, about, is_grave)
}

/// Lets a number say which group was meant, where that is unclear.
fn choose(context: &mut Context<'_>, direction: Direction, plan: &Plan, flags: Flags) {
    let (options, Some(community)) = (plan.choices(), plan.community()) else { return };
    if !options.is_empty() {
        context.ask(Question {
            asked_by: context.claim.command.id.clone(),
            language: context.speech.locale.tag().to_owned(),
            command: direction.command().to_owned(),
            before: format!("{} {community}", flags.typed()).trim().to_owned(),
            options,
            after: String::new(),
            takes_several: true,
        });
    }
}

/// The words of an order, with ids in the place of names.
fn with_ids(community: &CommunityId, groups: &[GroupId]) -> String {
    let groups = groups.iter().map(GroupId::as_str);
    std::iter::once(community.as_str()).chain(groups).collect::<Vec<_>>().join(" ")
}

//! Linking and unlinking, told truly: survey, plan, call, read back, attribute.
//!
//! The answer of a call is a hint; what `communities-metadata` shows afterwards is the truth
//! (Z-API docs, communities/link-groups). The plan is in the journal before the first call, so
//! after a crash it still tells what was so before.

mod plan;
pub mod relocate;
mod settle;

use std::collections::HashSet;

use futures_util::FutureExt as _;

use self::plan::Plan;
pub use self::plan::words_for_here;
use super::args::means;
use super::context::Consent;
use super::listing::leaves_out;
use super::question::Question;
use super::{Arguments, Context, Failure};
use crate::directory::{CommunityEntry, side_by_side};
use crate::domain::{CommunityId, GroupId};
use crate::failpoint::{self, Step};
use crate::reply::{Fate, Mistake, Phrase, Reply};
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

    /// What a command that changes groups does to them in the end.
    fn of(command: &str) -> Self {
        if command == Self::Unlink.command() { Self::Unlink } else { Self::Link }
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

/// The communities that groups were to leave by an order that moved them, from its plan in the journal.
pub fn left_communities(plan: &str) -> Vec<CommunityId> {
    let plan: Option<plan::Plan> = serde_json::from_str(plan).ok();
    plan.map(|plan| plan.sources().into_iter().map(|(id, ..)| id).collect()).unwrap_or_default()
}

/// Where the groups of a move may be that was begun and goes on no more, from its plan in the journal: nothing of
/// a plan that moves none.
pub fn left_open(plan: &str) -> Vec<Phrase> {
    serde_json::from_str(plan).map(|plan: Plan| plan.left_open()).unwrap_or_default()
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
            let typed = match typed_groups(context, direction.command(), arguments).await? {
                Ok(typed) => typed,
                Err(reply) => return Ok(reply),
            };
            let (plan, details) =
                plan::survey(context, direction, community, &typed, arguments.is_back).await?;
            failpoint::reach(Step::Surveyed);
            let todo = plan.todo();
            let rest = plan.community().map(|id| with_ids(&id, &todo)).unwrap_or_default();
            let leaving = if direction == Direction::Unlink { todo.len() } else { 0 };
            let order = (direction.command(), rest);
            if let Some(reply) = shown_first(context, order, &plan, &typed, leaving).await {
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
    let done = plan.todo().into_iter().filter(|group| outcome.get(group).is_some_and(Fate::may_be_done));
    let done: Vec<GroupId> = done.collect();
    if let (false, Some(id)) = (done.is_empty(), plan.community()) {
        let by = direction.opposite().command();
        context.can_be_undone(direction.command(), Some((by, with_ids(&id, &done))));
    }
    let before = format!("{} {}", arguments.flags.typed(), plan.community_id()).trim().to_owned();
    choose(context, direction.command(), &plan, (before, String::new()));
    Ok(Reply::Membership(plan.report(direction, outcome)))
}

/// The groups that were typed for a command; else what is answered where nothing but small words was, or
/// where some of them are to be left out: to take just these would be the opposite.
async fn typed_groups(
    context: &Context<'_>,
    command: &str,
    arguments: &Arguments,
) -> Result<Result<Vec<String>, Reply>, Failure> {
    let typed = context.typed_groups(arguments).await?;
    let snapshot = context.directory.snapshot(context.zapi).await?;
    // The whole name of a group, and nothing else, is meant as one; the beginning of a name never.
    let is_name = |word: &str| snapshot.groups.has_name(word) || context.directory.is_alias(word);
    let is_alone = |word: &str| typed.len() == 1 && is_name(word);
    let is_of_no_name = |word: &str| means(word, "words-of-no-name") && !is_name(word);
    let is_no_group = |word: &&String| {
        let leaves_out = leaves_out(word, context.speech.locale) && !is_alone(word);
        (leaves_out || is_of_no_name(word)) && !arguments.quoted.contains(*word)
    };
    let mistake = match typed.iter().find(is_no_group) {
        Some(word) => Some(Mistake::TooManyWords(word.clone())),
        None => typed.is_empty().then_some(Mistake::MissingGroups),
    };
    Ok(match (super::named(command), mistake) {
        (Some(spec), Some(mistake)) => Err(spec.mistake(mistake, context.speech)),
        _ => Ok(typed),
    })
}

/// The answer that shows what would be done, where that is wanted, or must be said yes to: `command` with
/// the words `rest`, that changes the groups of `plan`, of which so many leave where they are.
async fn shown_first(
    context: &mut Context<'_>,
    (command, rest): (&str, String),
    plan: &Plan,
    typed: &[String],
    leaving: usize,
) -> Option<Reply> {
    let todo = plan.todo();
    let by_pattern = typed.iter().any(|word| word.contains('*')) && todo.len() > MOST_BY_PATTERN;
    let is_grave = by_pattern || leaving > MOST_UNLINKED;
    let mut about = plan.preview(Direction::of(command), false);
    if is_grave && context.consent != Consent::Given {
        about.people = people_of(context, &todo).await;
    }
    context.shown_first(command, rest, Reply::Membership(about), is_grave)
}

/// How many people are in these groups, besides the bot; nothing where that cannot be read.
async fn people_of(context: &Context<'_>, groups: &[GroupId]) -> Option<usize> {
    let reads = groups.iter().map(|group| context.zapi.participants(group).boxed());
    let mut people = HashSet::new();
    for read in side_by_side(reads.collect()).await {
        // By lid where there is one: the same person may hide the number in one group.
        people.extend(read.ok()?.into_iter().map(|person| match person.lid {
            Some(lid) => Err(lid.as_u64()),
            None => Ok(person.phone.map(|phone| phone.as_u64())),
        }));
    }
    Some(people.len().saturating_sub(1))
}

/// Lets a number say which group was meant, where that is unclear: `command` is given again with it,
/// between these words.
fn choose(context: &mut Context<'_>, command: &str, plan: &Plan, (before, after): (String, String)) {
    let options = plan.choices();
    if !options.is_empty() {
        context.ask(Question {
            asked_by: context.claim.command.id.clone(),
            language: context.speech.locale.tag().to_owned(),
            command: command.to_owned(),
            before,
            options,
            after,
            takes_several: true,
            askers: Vec::new(),
            is_undo: false,
            only_if: None,
        });
    }
}

/// The words of an order, with ids in the place of names.
fn with_ids(community: &CommunityId, groups: &[GroupId]) -> String {
    let groups = groups.iter().map(GroupId::as_str);
    std::iter::once(community.as_str()).chain(groups).collect::<Vec<_>>().join(" ")
}

//! `/announce <community> <text>`: sends a text to the announcement group of a community, as it is typed.
//!
//! It is sent once at most. The plan is written right before the call and says so; whatever ends the call
//! without an answer leaves ❓, unless nothing left this machine or Z-API said that it is too busy.

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::args::ends_in_yes;
use super::describe::{is_read_so, too_long, yes_in_text};
use super::single;
use super::{Arg, Arguments, Chapter, Consent, Context, Failure, Run, Spec};
use crate::domain::{Chat, CommunityId, GroupId};
use crate::failpoint::{self, Step};
use crate::reply::{Mistake, Phrase, Reply};
use crate::zapi::{Cause, Urgency};

/// The command.
pub const SPEC: Spec = Spec {
    name: "announce",
    pt: &["avisar", "anunciar"],
    es: &["anunciar", "avisar"],
    args: &[Arg::Community, Arg::Text],
    is_mutating: true,
    chapter: Chapter::Communities,
    run: Run::This(run),
};

/// The most characters of an announcement: longer messages are folded or cut on their way.
const MOST: usize = 4_000;

/// What is written to the journal before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    community: String,
    name: String,
    text: String,
    /// The announcement group.
    group: String,
    /// The call was about to be made: it may have been.
    is_calling: bool,
}

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let plan = match single::planned(context)? {
            Some(plan) => plan,
            None => match survey(context, arguments).await? {
                Ok(plan) => plan,
                Err(reply) => return Ok(reply),
            },
        };
        let phrase = send(context, plan).await?;
        Ok(Reply::Said(vec![phrase]))
    })
}

/// What is to be sent and where, or what is answered instead.
async fn survey(context: &mut Context<'_>, arguments: &Arguments) -> Result<Result<Plan, Reply>, Failure> {
    let community = context.named_community()?;
    let text = arguments.text.as_str();
    if let Some(long) = too_long(text, MOST) {
        return Ok(Err(Reply::Said(vec![long])));
    }
    let details = context.zapi.community(&community.id).await?;
    let name = details.name.clone().filter(|name| !name.is_empty()).unwrap_or(community.name);
    let Some(group) = details.announcement().map(|group| group.id.clone()) else {
        let none = Phrase::not_done("no-announcement-group").name("community", name);
        return Ok(Err(Reply::Said(vec![none])));
    };
    let mut would =
        vec![would(context, &name, &group).await?, Phrase::new("text-as-typed").lines("text", text)];
    would.extend(ends_in_yes(text).then(yes_in_text));
    failpoint::reach(Step::Surveyed);
    let rest = format!("{} {text}", community.id);
    if context.consent == Consent::Due && !is_read_so(&rest, text) {
        // A yes would do something else than what is shown.
        let word = text.split_whitespace().next().unwrap_or_default().to_owned();
        return Ok(Err(SPEC.mistake(Mistake::UnknownFlag(word), context.speech)));
    }
    if let Some(reply) = context.shown_first(SPEC.name, rest, Reply::Said(would), true) {
        return Ok(Err(reply));
    }
    Ok(Ok(Plan {
        community: community.id.to_string(),
        name,
        text: text.to_owned(),
        group: group.to_string(),
        is_calling: false,
    }))
}

/// Who would get it, counted where that can be read.
async fn would(context: &Context<'_>, name: &str, group: &GroupId) -> Result<Phrase, Failure> {
    let would = |key| Phrase::new(key).mark("➡️").name("community", name);
    Ok(match people(context, group).await? {
        Some(count) => would("announce-would").count("count", count),
        None => would("announce-would-all"),
    })
}

/// How many people are in a group, where that can be read; not asked for where nobody is shown it.
pub(super) async fn people(context: &Context<'_>, group: &GroupId) -> Result<Option<usize>, Failure> {
    if context.consent == Consent::Given {
        return Ok(None);
    }
    match context.zapi.participants(group).await {
        Ok(people) => Ok(Some(people.len())),
        Err(error) if matches!(error.cause, Cause::Refused | Cause::Unreadable) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn send(context: &mut Context<'_>, plan: Plan) -> Result<Phrase, Failure> {
    let look = |phrase: Phrase| phrase.name("community", plan.name.as_str());
    if plan.is_calling {
        context.can_be_undone(SPEC.name, None);
        return Ok(look(Phrase::unsure("announce-unsure")));
    }
    if context.is_cancelled {
        return Ok(single::cancelled());
    }
    let (Some(group), Some(_)) = (GroupId::parse(&plan.group), CommunityId::parse(&plan.community)) else {
        return Err(Failure::NoCommunity);
    };
    let turn = context.zapi.turn_to_send(Urgency::Answer).await?;
    single::write_down(context, &Plan { is_calling: true, ..plan.clone() }).await?;
    failpoint::reach(Step::Calling);
    let answer = context.zapi.send_text(&Chat::Group(group), &plan.text, None, turn).await;
    failpoint::reach(Step::Called);
    let error = match answer {
        Ok(_) => {
            context.can_be_undone(SPEC.name, None);
            return Ok(look(Phrase::done("announce-done")));
        }
        Err(error) => error,
    };
    if error.cause.is_surely_unmade() {
        if error.cause.is_temporary() {
            single::write_down(context, &plan).await?;
        }
        return Ok(single::failed(context, error)?.phrase);
    }
    context.can_be_undone(SPEC.name, None);
    Ok(look(Phrase::unsure("announce-unsure")))
}

//! `/describe <community> <text>`: changes the description of a community, kept as it is typed.
//!
//! A lone `-` removes the description, since a text is required.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::domain::CommunityId;
use crate::engine::api_change::{self, ApiChange};
use crate::engine::free_text::{is_same_text, parses_back_to, too_long_line, trailing_yes_line};
use crate::failpoint::{self, Step};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::flags::ends_in_yes;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine};
use crate::zapi::{ApiError, ChangePermit, CommunityDetails, Zapi};

pub const SPEC: CommandSpec = CommandSpec {
    name: "describe",
    pt: &["descrever", "descrição"],
    es: &["describir", "descripción"],
    args: &[ArgKind::Community, ArgKind::Text],
    is_mutating: true,
    section: HelpSection::Communities,
};

/// The most characters of a description (WhatsApp accepts no more).
const MAX_DESCRIPTION_LEN: usize = 2_048;
/// The text for no description.
const NO_DESCRIPTION: &str = "-";

/// What is stored before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct DescribePlan {
    community: String,
    name: String,
    text: String,
    /// The description before.
    before: String,
}

struct Describe {
    community: CommunityId,
    text: String,
}

impl ApiChange for Describe {
    const CALL: &'static str = "update-community-description";

    fn call<'a>(&'a self, zapi: &'a Zapi, permit: ChangePermit) -> BoxFuture<'a, Result<(), ApiError>> {
        zapi.describe(&self.community, &self.text, permit).boxed()
    }

    fn is_applied<'a>(&'a self, zapi: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>> {
        let read =
            async { Ok(is_same_text(&description(zapi.community(&self.community).await?), &self.text)) };
        Some(read.boxed())
    }

    fn status_command(&self) -> (&'static str, Vec<&str>) {
        ("community", vec![self.community.as_str()])
    }
}

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let community = context.require_community()?;
    let stored: Option<DescribePlan> = api_change::stored_plan(context)?;
    let is_started = stored.is_some();
    let plan = match stored {
        Some(plan) => plan,
        None => {
            let text = match arguments.text.as_str() {
                NO_DESCRIPTION => String::new(),
                text => text.to_owned(),
            };
            if let Some(long) = too_long_line(&text, MAX_DESCRIPTION_LEN) {
                return Ok(Reply::Lines(vec![long]));
            }
            let details = context.zapi.community(&community.id).await?;
            let name = details.name.clone().filter(|name| !name.is_empty()).unwrap_or(community.name);
            let before = description(details);
            failpoint::reach(Step::StateRead);
            let plan = DescribePlan { community: community.id.to_string(), name, text, before };
            if is_same_text(&plan.before, &plan.text) {
                let key = if plan.text.is_empty() { "describe-none-already" } else { "describe-already" };
                return Ok(Reply::Lines(vec![ReplyLine::already_done(key).name("community", plan.name)]));
            }
            let is_not_so = |text: &String| !is_same_text(&plan.before, text);
            let is_changed_since = context.precondition.as_ref().is_some_and(is_not_so);
            let mut about = preview_lines(&plan);
            let may_hold_a_flag = ends_in_yes(&plan.text);
            if may_hold_a_flag {
                about.push(trailing_yes_line());
            }
            if is_changed_since {
                // Undoing one's own text does not confirm removing the text of another person.
                context.require_confirmation();
                // A yes removes the text that was shown, no later one.
                context.precondition = Some(plan.before.clone());
                about.splice(..0, changed_since_lines(&plan));
            }
            let rest = command_for(&community.id, &plan.text).unwrap_or_default();
            // `/describe bairro Feliz and united`: the name may have taken words of the text.
            let is_cut = arguments.community.as_deref().is_some_and(|name| name.contains(' '))
                && plan
                    .text
                    .split_whitespace()
                    .next()
                    .is_some_and(|first| in_word_list(first, "stop-words-between-names"));
            let is_grave = is_changed_since || may_hold_a_flag || is_cut;
            let about = Reply::Lines(about);
            if let Some(reply) = context.preview_or_confirm(SPEC.name, rest, about, is_grave) {
                return Ok(reply);
            }
            api_change::store_plan(context, &plan).await?;
            plan
        }
    };
    let change = Describe { community: community.id.clone(), text: plan.text.clone() };
    let done = api_change::apply(context, &change, is_started).await?;
    if api_change::may_be_done(&done) {
        let by = command_for(&community.id, &plan.before).map(|rest| (SPEC.name, rest));
        context.set_undo_if(SPEC.name, by, Some(plan.text.clone()));
    }
    if let Err(why_not) = done {
        return Ok(Reply::Lines(vec![why_not]));
    }
    let key = match (plan.text.is_empty(), context.is_undo) {
        (true, _) => "describe-none-done",
        (false, true) => "describe-back",
        (false, false) => "describe-done",
    };
    Ok(Reply::Lines(vec![ReplyLine::done(key).name("community", plan.name)]))
}

fn preview_lines(plan: &DescribePlan) -> Vec<ReplyLine> {
    let of = |key| ReplyLine::new(key).with_icon("➡️").name("community", plan.name.as_str());
    match plan.text.as_str() {
        "" => vec![of("describe-none-would")],
        text => vec![of("describe-would"), ReplyLine::new("text-as-typed").with_quote("text", text)],
    }
}

/// The current description, if it is not the one that this admin had set.
fn changed_since_lines(plan: &DescribePlan) -> Vec<ReplyLine> {
    let of = |key| ReplyLine::not_done(key).name("community", plan.name.as_str());
    match plan.before.trim() {
        "" => vec![of("describe-none-changed-since")],
        now => vec![of("describe-changed-since"), ReplyLine::new("text-as-typed").with_quote("text", now)],
    }
}

/// The arguments that set this description; none if no arguments do.
fn command_for(community: &CommunityId, text: &str) -> Option<String> {
    let rest = format!("{community} {}", if text.is_empty() { NO_DESCRIPTION } else { text });
    (text.is_empty() || (parses_back_to(&SPEC, &rest, text) && text.trim() != NO_DESCRIPTION)).then_some(rest)
}

fn description(details: CommunityDetails) -> String {
    details.description.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gives_back_every_description_but_what_means_something_else() {
        let community = CommunityId::parse("120363186053925765").unwrap();
        let rows = [
            ("", Some("120363186053925765 -")),
            ("Regras:\n\n1. paz", Some("120363186053925765 Regras:\n\n1. paz")),
            ("“Aspas” -- e *tudo*", Some("120363186053925765 “Aspas” -- e *tudo*")),
            ("-", None),
            ("--yes", None),
            ("--try de novo", None),
            ("antes --try 🙏", None),
        ];
        for (text, expected) in rows {
            assert_eq!(command_for(&community, text).as_deref(), expected, "{text:?}");
        }
    }
}

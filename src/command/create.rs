//! `/create <name> [| description]`: makes a community.
//!
//! It is made once at most. The plan is written right before the call, with the communities of that name
//! that there were: after a call of which nobody knows the end, a new one is looked for, else it is ❓. A call
//! that surely did nothing takes its mark back, and is made again later where that may help.

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::args::{means, quoted_name};
use super::describe::too_long;
use super::patience::Patience;
use super::single;
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::authorise::may_everywhere;
use crate::directory::{fold, is_invisible};
use crate::domain::{CommunityId, GroupId};
use crate::failpoint::{self, Step};
use crate::reply::{Mistake, Phrase, Reply, tamed};
use crate::zapi::{ApiError, Cause, Created, SubGroup};

/// The command.
pub const SPEC: Spec = Spec {
    name: "create",
    pt: &["criar"],
    es: &["crear"],
    args: &[Arg::OwnText("arg-create")],
    is_mutating: true,
    chapter: Chapter::Communities,
    run: Run::This(run),
};

/// The most characters of a name.
const LONGEST_NAME: usize = 100;
/// The most characters of a description.
const LONGEST: usize = 2_048;
const CALL: &str = "POST communities";

/// What is written to the journal before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    name: String,
    description: Option<String>,
    /// The ids of the communities that had this name before.
    known: Vec<String>,
    /// The ids of the groups that had it, which their announcement groups are among: a list of communities that
    /// lacked some does not make these new.
    #[serde(default)]
    known_groups: Vec<String>,
    /// The call was about to be made: it may have been.
    is_calling: bool,
}

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let begun: Option<Plan> = single::planned(context)?;
        // Whose rights end at some communities cannot make others.
        if !may_everywhere(context.admin) {
            return Ok(match begun {
                Some(_) => Reply::NoLonger { is_begun: true },
                None => Reply::MayNot { command: SPEC.name, place: None },
            });
        }
        let plan = match begun {
            Some(plan) => plan,
            None => match survey(context, &arguments.text).await? {
                Ok(plan) => plan,
                Err(reply) => return Ok(reply),
            },
        };
        match create(context, &plan).await? {
            Ok(made) => told(context, &plan, made).await,
            Err(why_not) => Ok(Reply::Said(vec![why_not])),
        }
    })
}

/// What is to be made, or what is answered instead.
async fn survey(context: &mut Context<'_>, text: &str) -> Result<Result<Plan, Reply>, Failure> {
    let (name, description) = name_and_description(text);
    if name.is_empty() || (quoted_name(text).is_none() && behind_community(&name) == Some("")) {
        return Ok(Err(SPEC.mistake(Mistake::MissingName, context.speech)));
    }
    if let Some(quote) = open_quote(text) {
        return Ok(Err(SPEC.mistake(Mistake::UnclosedQuote(quote), context.speech)));
    }
    let long = too_long(&name, LONGEST_NAME)
        .or_else(|| description.as_deref().and_then(|description| too_long(description, LONGEST)));
    if let Some(long) = long {
        return Ok(Err(Reply::Said(vec![long])));
    }
    let (known, groups) = tokio::join!(of_name(context, &name), groups_of_name(context, &name));
    let (known, groups) = (known?, groups?);
    failpoint::reach(Step::Surveyed);
    let mut would = vec![Phrase::new("create-would").mark("➡️").name("community", name.as_str())];
    if let Some(description) = &description {
        would.push(Phrase::new("create-description"));
        would.push(Phrase::new("text-as-typed").lines("text", description.as_str()));
    }
    if !known.is_empty() {
        let exists = Phrase::new("create-exists").mark("⚠️").name("community", name.as_str());
        would.push(exists.count("count", known.len()));
    }
    // What can't be taken back is asked about where the name may hold more than a name.
    let slip = likely_meant(text);
    if let Some(meant) = &slip {
        let order = format!("{} {}", context.speech.order(SPEC.name, &[]), tamed(meant));
        would.push(Phrase::new("create-perhaps").plain("order", order));
    }
    let is_asked = !known.is_empty() || slip.is_some();
    let rest = words(&name, description.as_deref());
    if let Some(reply) = context.shown_first(SPEC.name, rest, Reply::Said(would), is_asked) {
        return Ok(Err(reply));
    }
    let known = known.iter().map(CommunityId::to_string).collect();
    let known_groups = groups.iter().map(GroupId::to_string).collect();
    Ok(Ok(Plan { name, description, known, known_groups, is_calling: false }))
}

async fn create(context: &mut Context<'_>, plan: &Plan) -> Result<Result<Created, Phrase>, Failure> {
    if plan.is_calling {
        return look_for(context, plan, None, None).await;
    }
    if context.is_cancelled {
        return Ok(Err(single::cancelled()));
    }
    let turn = context.zapi.turn_to_change(CALL).await?;
    single::write_down(context, &Plan { is_calling: true, ..plan.clone() }).await?;
    failpoint::reach(Step::Calling);
    let answer = context.zapi.create_community(&plan.name, plan.description.as_deref(), turn).await;
    failpoint::reach(Step::Called);
    match answer {
        Ok(made) => look_for(context, plan, Some(made.id), None).await,
        // A refusal is no proof that nothing was made.
        Err(error) if error.cause == Cause::Refused => {
            let refused = single::failed(context, error)?.phrase;
            look_for(context, plan, None, Some(refused)).await
        }
        Err(error) if error.cause.is_surely_unmade() => {
            if error.cause.is_temporary() {
                single::write_down(context, plan).await?;
            }
            if error.cause == Cause::Busy
                && let Ok(Some(made)) = new_community(context, plan, None).await
            {
                return Ok(Ok(made));
            }
            Ok(Err(single::failed(context, error)?.phrase))
        }
        Err(_) => look_for(context, plan, None, None).await,
    }
}

/// The new community, by the id that the call answered, or as the one that was not there before. Where there is none,
/// the refusal of the call holds, if it was refused.
async fn look_for(
    context: &mut Context<'_>,
    plan: &Plan,
    answered: Option<CommunityId>,
    refused: Option<Phrase>,
) -> Result<Result<Created, Phrase>, Failure> {
    let mut patience = Patience::of(context.timing.read_back);
    loop {
        match new_community(context, plan, answered.clone()).await {
            Ok(Some(made)) => return Ok(Ok(made)),
            Ok(None) if patience.wait().await => {}
            Ok(None) => match refused {
                Some(refused) => return Ok(Err(refused)),
                None => break,
            },
            Err(error) if error.cause.is_temporary() && !context.is_last_try => return Err(error.into()),
            Err(_) => {
                context.gave_up = context.is_last_try;
                break;
            }
        }
    }
    context.can_be_undone(SPEC.name, None);
    let unsure = Phrase::unsure("create-unsure").name("community", plan.name.as_str());
    Ok(Err(unsure.order("order", "communities", &[])))
}

/// The community of this id, else the one that the list shows and did not show before the call. Its metadata must tell
/// the same: it has the name (WhatsApp may write that of an answered id otherwise), no groups yet, and an announcement group that was not there before.
async fn new_community(
    context: &Context<'_>,
    plan: &Plan,
    answered: Option<CommunityId>,
) -> Result<Option<Created>, ApiError> {
    let is_answered = answered.is_some();
    let found = match answered {
        Some(id) => vec![id],
        None => of_name(context, &plan.name).await?,
    };
    let mut new = found.into_iter().filter(|id| plan.known.iter().all(|known| known != id.as_str()));
    let (Some(id), None) = (new.next(), new.next()) else { return Ok(None) };
    let details = match context.zapi.community(&id).await {
        Ok(details) => details,
        // It does not show yet, or never.
        Err(error) if error.cause == Cause::Refused => return Ok(None),
        Err(error) => return Err(error),
    };
    let is_named = is_answered || details.name.as_deref().is_some_and(|name| fold(name) == fold(&plan.name));
    let is_new = |group: &&SubGroup| plan.known_groups.iter().all(|known| known != group.id.as_str());
    let announcement = details.announcement().filter(is_new).map(|group| group.id.clone());
    let is_made = is_named && details.ordinary().next().is_none() && announcement.is_some();
    Ok(is_made.then_some(Created { id, announcement }))
}

async fn told(context: &mut Context<'_>, plan: &Plan, made: Created) -> Result<Reply, Failure> {
    context.directory.forget().await;
    let id = made.id.as_str();
    context.cannot_be_undone(SPEC.name, "deactivate", &[id]);
    let mut said = vec![Phrase::done("create-done").name("community", plan.name.as_str()).plain("id", id)];
    let announcement = made.announcement;
    said.extend(announcement.map(|group| Phrase::new("create-announcement").plain("id", group.as_str())));
    said.push(Phrase::new("create-next").order("order", "link", &[id]));
    Ok(Reply::Said(said))
}

/// The communities of a name, read now.
async fn of_name(context: &Context<'_>, name: &str) -> Result<Vec<CommunityId>, ApiError> {
    let name = fold(name);
    let all = context.zapi.communities().await?;
    Ok(all.into_iter().filter(|each| fold(&each.name) == name).map(|each| each.id).collect())
}

/// The groups of a name, read now.
async fn groups_of_name(context: &Context<'_>, name: &str) -> Result<Vec<GroupId>, ApiError> {
    let name = fold(name);
    let all = context.zapi.groups().await?;
    Ok(all.into_iter().filter(|each| fold(&each.name) == name).map(|each| each.id).collect())
}

/// The name, which may stand in quotes, and what follows it behind a bar or on lines of its own.
fn name_and_description(text: &str) -> (String, Option<String>) {
    let is_apart = |rest: &str| rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || is_bar(c));
    let (name, rest) = match quoted_name(text).filter(|(_, rest)| is_apart(rest)) {
        Some((name, rest)) => (name, rest),
        None => {
            let end = text.find(|c| is_bar(c) || c == '\n').unwrap_or(text.len());
            let (name, rest) = text.split_at(end);
            (name.split_whitespace().collect::<Vec<_>>().join(" "), rest)
        }
    };
    let description = rest.trim_start().trim_start_matches(is_bar).trim();
    let is_seen = |text: &str| text.chars().any(|c| !c.is_whitespace() && !is_invisible(c));
    let name = if is_seen(&name) { name } else { String::new() };
    (name, Some(description).filter(|text| is_seen(text)).map(str::to_owned))
}

/// The sign between a name and a description, of whatever width.
fn is_bar(c: char) -> bool {
    matches!(c, '|' | '｜' | '¦')
}

/// The quote that a name begins with and that nothing closes.
fn open_quote(text: &str) -> Option<char> {
    let first = text.chars().next().filter(|c| matches!(c, '"' | '“' | '”' | '„' | '«'))?;
    quoted_name(text).is_none().then_some(first)
}

/// What stands behind the word for a community, and the small words around it: `a new community called Sales`.
fn behind_community(text: &str) -> Option<&str> {
    let (mut rest, mut is_behind) = (text.trim_start(), false);
    loop {
        let (word, others) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let word = word.trim_end_matches(':');
        let around =
            if is_behind { "create-words-behind-community" } else { "create-words-before-community" };
        let is_community = means(word, "create-community-words");
        if !is_community && !means(word, around) {
            return is_behind.then_some(rest.trim_end());
        }
        (rest, is_behind) = (others.trim_start(), is_behind || is_community);
    }
}

/// What is likely meant by a name that holds more than a name: the word for a community before it, or a
/// description behind a sign that is no bar.
fn likely_meant(text: &str) -> Option<String> {
    if quoted_name(text).is_some() {
        return None;
    }
    if let Some(rest) = behind_community(text).filter(|rest| !rest.is_empty()) {
        return Some(rest.to_owned());
    }
    if text.contains(is_bar) || text.contains('\n') {
        return None;
    }
    let is_yes = |word: &str| {
        word.starts_with(['-', '–', '—']) && means(word.trim_start_matches(['-', '–', '—']), "flag-yes")
    };
    if let Some((name, _)) = text.rsplit_once(char::is_whitespace).filter(|(_, last)| is_yes(last)) {
        return Some(name.trim().to_owned());
    }
    let signs = [" - ", " – ", " — ", " / ", ": ", "; "];
    let (name, description) = signs.iter().find_map(|sign| text.split_once(sign))?;
    Some(format!("{} | {}", name.trim(), description.trim()))
}

/// The words that give this name and this description again.
fn words(name: &str, description: Option<&str>) -> String {
    let name = if name.contains('»') { name.to_owned() } else { format!("«{name}»") };
    match description {
        Some(description) => format!("{name} | {description}"),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_at_a_bar_a_line_or_its_quotes() {
        let rows = [
            ("Bairro Novo", "Bairro Novo", None),
            ("Bairro  Novo | Para quem chegou", "Bairro Novo", Some("Para quem chegou")),
            ("Bairro Novo|a | b", "Bairro Novo", Some("a | b")),
            ("“Bairro Novo”", "Bairro Novo", None),
            ("\"Bairro | Novo\" | Oi", "Bairro | Novo", Some("Oi")),
            ("\"Bairro Novo\" Oi", "Bairro Novo", Some("Oi")),
            ("Bairro Novo\nLinha 1\n\nLinha 2", "Bairro Novo", Some("Linha 1\n\nLinha 2")),
            ("\"Bairro\" do \"Zé\"", "Bairro", Some("do \"Zé\"")),
            ("Bar do 'Zé'", "Bar do 'Zé'", None),
            ("Família 👨\u{200d}👩\u{200d}👧 |", "Família 👨\u{200d}👩\u{200d}👧", None),
            ("| só", "", Some("só")),
            ("\u{200b} | x", "", Some("x")),
        ];
        for (text, name, description) in rows {
            let read = name_and_description(text);
            assert_eq!((read.0.as_str(), read.1.as_deref()), (name, description), "{text:?}");
            if !name.is_empty() {
                assert_eq!(name_and_description(&words(name, description)), read, "{text:?}");
            }
        }
    }

    #[test]
    fn a_name_that_may_hold_more_than_a_name_is_told() {
        let rows = [
            ("comunidade Bairro Novo", Some("Bairro Novo")),
            ("Comunidade \"Bairro Novo\"", Some("\"Bairro Novo\"")),
            ("Bairro Novo - para quem chegou", Some("Bairro Novo | para quem chegou")),
            ("Bairro Novo: para quem chegou", Some("Bairro Novo | para quem chegou")),
            ("Bairro Novo --sim", Some("Bairro Novo")),
            ("Bairro Novo | a - b", None),
            ("\"Bairro - Novo\"", None),
            ("Bairro-Novo", None),
            ("Comunidade", None),
            ("comunidade chamada Escola", Some("Escola")),
            ("uma comunidade Escola", Some("Escola")),
            ("nova comunidade Escola | Para pais", Some("Escola | Para pais")),
            ("a community called Foo", Some("Foo")),
            ("una nueva comunidad llamada: Foo", Some("Foo")),
            ("comunidade: Escola", Some("Escola")),
            ("\"uma comunidade Escola\"", None),
            ("Nova Escola", None),
            ("A Turma", None),
            ("Escola Comunidade", None),
        ];
        for (text, expected) in rows {
            assert_eq!(likely_meant(text).as_deref(), expected, "{text}");
        }
        for (text, expected) in [("\"Bairro", Some('"')), ("“Bairro”", None), ("Bar \"Zé", None)] {
            assert_eq!(open_quote(text), expected, "{text}");
        }
    }
}

//! `/create <name> [| description]`: creates a community.
//!
//! It is created at most once. The plan is stored right before the call, with the existing communities of
//! that name: after a call with an unknown result a new one is searched, else it is reported as ❓. A call
//! that certainly did nothing removes its mark, and may be retried.

use serde::{Deserialize, Serialize};

use crate::authorization::may_everywhere;
use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::directory::fold;
use crate::domain::{CommunityId, GroupId};
use crate::engine::api_change;
use crate::engine::free_text::check_length;
use crate::engine::read_back::{accept_unread, poll};
use crate::failpoint::{self, Step};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::further_command::has_verb_behind_conjunction;
use crate::parse::names::is_sign;
use crate::parse::plain_name::is_plain_name;
use crate::parse::remark::may_be_remark;
use crate::parse::text::{is_blank, is_signs};
use crate::parse::tokenizer::parse_quoted_name;
use crate::parse::word_lists::{here_words, in_word_list};
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::zapi::{ApiError, ApiErrorKind, SubGroup};

pub const SPEC: CommandSpec =
    CommandSpec::mutating("create", Pt(&["criar"]), Es(&["crear"]), &[ArgKind::FreeText("arg-create")]);

/// The most characters of a name.
const MAX_NAME_LEN: usize = 100;
/// The most characters of a description.
const MAX_DESCRIPTION_LEN: usize = 2_048;
const CREATE_CALL: &str = "POST communities";

/// What is stored before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct CreatePlan {
    name: String,
    description: Option<String>,
    /// The ids of the communities that had this name before.
    known: Vec<CommunityId>,
    /// The ids of the groups of that name, with announcement groups among them: communities that a list
    /// lacked are not taken for new.
    known_groups: Vec<GroupId>,
    /// The call was about to be made, and may have been.
    is_calling: bool,
}

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let stored: Option<CreatePlan> = api_change::stored_plan(context)?;
    // Admins of some communities cannot create others.
    if !may_everywhere(context.admin) {
        return Ok(match stored {
            Some(_) => Reply::rights_revoked(true),
            None => Reply::forbidden(SPEC.name, None),
        });
    }
    let plan = match stored {
        Some(plan) => plan,
        None => build_plan(context, &arguments.text).await?,
    };
    let made = create_community(context, &plan).await?;
    context.directory.invalidate().await;
    // To end a community always needs a confirmation.
    context.set_undo(SPEC.name, Some(("deactivate", made.to_string())));
    // Another community of this name can only be told apart by its id.
    let target = if plan.known.is_empty() { plan.name.as_str() } else { made.as_str() };
    let mut lines = vec![ReplyLine::done("create-done").name("community", plan.name.as_str())];
    lines.extend(description_lines(plan.description.as_deref()));
    lines.push(ReplyLine::new("create-next").with_command("command", "link", &[target]));
    Ok(Reply::Lines(lines))
}

/// Builds the plan, and previews it.
async fn build_plan(context: &mut Context<'_>, text: &str) -> Result<CreatePlan, CommandError> {
    // The word for a community is no part of its name, unless it stands in quotes.
    let stripped = strip_community_word(text).filter(|_| parse_quoted_name(text).is_none());
    let text = stripped.unwrap_or(text);
    let (name, description) = parse_name_and_description(text);
    let error = match unclosed_quote(text) {
        _ if name.is_empty() => Some(UsageError::MissingName),
        _ if parse_quoted_name(text).is_none() && asks_for_help(&name) => Some(UsageError::MissingName),
        quote => quote.map(UsageError::UnclosedQuote),
    };
    if let Some(error) = error {
        return Err(SPEC.usage_error_reply(error, context.localizer).into());
    }
    check_length(&name, MAX_NAME_LEN)?;
    check_length(description.as_deref().unwrap_or_default(), MAX_DESCRIPTION_LEN)?;
    let (known, groups) = tokio::join!(find_by_name(context, &name), context.zapi.groups());
    let known = known?;
    let known_groups = groups?.into_iter().filter(|group| fold(&group.name) == fold(&name));
    let known_groups: Vec<GroupId> = known_groups.map(|group| group.id).collect();
    failpoint::reach(Step::StateRead);
    let mut would = vec![ReplyLine::preview("create-would").name("community", name.as_str())];
    would.extend(description_lines(description.as_deref()));
    if !known.is_empty() {
        let exists = ReplyLine::new("create-exists").with_icon("⚠️").name("community", name.as_str());
        would.push(exists.with_count("count", known.len()));
    }
    let is_group = known.is_empty() && !known_groups.is_empty();
    if is_group {
        let exists = ReplyLine::new("create-group-exists").with_icon("⚠️");
        would.push(exists.name("community", name.as_str()));
    }
    let locale = context.localizer.locale;
    // Text below a name may be a list of groups, unless a bar stands between.
    let may_be_more = parse_quoted_name(text).is_none()
        && (!is_plain_name(&name, locale) || description.is_some() && !text.contains(is_bar));
    if may_be_more {
        would.push(ReplyLine::new("create-how").with_plain("usage", SPEC.usage(context.localizer)));
    }
    // It cannot be undone: needs a confirmation if the name may hold more than a name.
    let is_doubtful = !known.is_empty()
        || is_group
        || here_words().contains(&fold(&name))
        || description.as_deref().is_some_and(|description| may_be_remark(description, locale))
        || stripped.is_some()
        || has_verb_behind_conjunction(&name)
        || may_be_more
        || context.instance.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
    let rest = command_arguments(&name, description.as_deref());
    context.preview_or_confirm(SPEC.name, rest, would, is_doubtful)?;
    Ok(CreatePlan { name, description, known, known_groups, is_calling: false })
}

fn description_lines(description: Option<&str>) -> Vec<ReplyLine> {
    description
        .map_or_else(Vec::new, |text| vec![ReplyLine::new("create-description"), ReplyLine::from_quote(text)])
}

/// Creates the community, unless an earlier attempt may have done it; ends the command if it is not there then.
async fn create_community(context: &mut Context<'_>, plan: &CreatePlan) -> Result<CommunityId, CommandError> {
    if plan.is_calling {
        return find_created(context, plan, None, None).await;
    }
    if context.is_cancelled {
        return Err(api_change::cancelled_line().into());
    }
    let permit = context.zapi.acquire_change_permit(CREATE_CALL).await?;
    api_change::store_plan(context, &CreatePlan { is_calling: true, ..plan.clone() }).await?;
    failpoint::reach(Step::Calling);
    let response = context.zapi.create_community(&plan.name, plan.description.as_deref(), permit).await;
    failpoint::reach(Step::Called);
    let error = match response {
        Ok(made) => return find_created(context, plan, Some(&made.id), None).await,
        Err(error) => error,
    };
    match error.cause {
        // It may have been created all the same, and show late: retried only if it is certainly not there.
        ApiErrorKind::Rejected | ApiErrorKind::RateLimited => {
            find_created(context, plan, None, Some(error)).await
        }
        cause if cause.is_surely_not_applied() => Err(not_created(context, plan, error).await?),
        _ => find_created(context, plan, None, None).await,
    }
}

/// The end of a command that certainly created nothing.
async fn not_created(
    context: &mut Context<'_>,
    plan: &CreatePlan,
    error: ApiError,
) -> Result<CommandError, CommandError> {
    if error.cause.is_temporary() {
        api_change::store_plan(context, plan).await?;
    }
    Ok(api_change::handle_failure(context, error)?.into())
}

/// Finds the new community, by the id of the response, or as the one that was not there before; ends the command if
/// there is none, with the error of the call if there was one.
async fn find_created(
    context: &mut Context<'_>,
    plan: &CreatePlan,
    returned: Option<&CommunityId>,
    failure: Option<ApiError>,
) -> Result<CommunityId, CommandError> {
    match (poll(context.timing.read_back, || new_community(context, plan, returned)).await, failure) {
        (Ok(Some(made)), _) => return Ok(made),
        (Ok(None), Some(failure)) => return Err(not_created(context, plan, failure).await?),
        (Ok(None), None) => {}
        (Err(error), _) => accept_unread(context, error)?,
    }
    context.set_undo(SPEC.name, None);
    let unknown = ReplyLine::unknown("create-unknown").name("community", plan.name.as_str());
    Err(unknown.with_command("command", "communities", &[]).into())
}

/// The community of this id, or the one that the list did not show before the call. Its metadata must agree:
/// the same name (WhatsApp may change that of a returned id), no groups yet, and a new announcement group.
async fn new_community(
    context: &Context<'_>,
    plan: &CreatePlan,
    returned: Option<&CommunityId>,
) -> Result<Option<CommunityId>, ApiError> {
    let found = match returned {
        Some(id) => vec![id.clone()],
        None => find_by_name(context, &plan.name).await?,
    };
    let mut new = found.into_iter().filter(|id| !plan.known.contains(id));
    let (Some(id), None) = (new.next(), new.next()) else { return Ok(None) };
    let details = match context.zapi.community(&id).await {
        Ok(details) => details,
        // It is not visible yet, or never.
        Err(error) if error.cause == ApiErrorKind::Rejected => return Ok(None),
        Err(error) => return Err(error),
    };
    let has_name = || details.name.as_deref().is_some_and(|name| fold(name) == fold(&plan.name));
    let is_new = |group: &SubGroup| !plan.known_groups.contains(&group.id);
    let is_made = (returned.is_some() || has_name())
        && details.ordinary().next().is_none()
        && details.announcement().is_some_and(is_new);
    Ok(is_made.then_some(id))
}

/// Reads the communities of a name.
async fn find_by_name(context: &Context<'_>, name: &str) -> Result<Vec<CommunityId>, ApiError> {
    let all = context.zapi.communities().await?.into_iter();
    Ok(all.filter(|each| fold(&each.name) == fold(name)).map(|each| each.id).collect())
}

/// The name, which may stand in quotes, and the description after a bar or on later lines.
fn parse_name_and_description(text: &str) -> (String, Option<String>) {
    let is_apart = |rest: &str| rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || is_bar(c));
    let (name, rest) = match parse_quoted_name(text).filter(|(_, rest)| is_apart(rest)) {
        Some((name, rest)) => (name, rest),
        None => {
            let end = text.find(|c| is_bar(c) || c == '\n').unwrap_or(text.len());
            let (name, rest) = text.split_at(end);
            (name.split_whitespace().collect::<Vec<_>>().join(" "), rest)
        }
    };
    let description = rest.trim_start().trim_start_matches(is_bar).trim();
    let name = if is_blank(&name) { String::new() } else { name };
    (name, Some(description).filter(|text| !is_blank(text)).map(str::to_owned))
}

/// The separator of name and description, of any width.
fn is_bar(c: char) -> bool {
    matches!(c, '|' | '｜' | '¦')
}

/// The opening quote of a name that is not closed.
fn unclosed_quote(text: &str) -> Option<char> {
    let first = text.chars().next().filter(|c| matches!(c, '"' | '“' | '”' | '„' | '«'))?;
    parse_quoted_name(text).is_none().then_some(first)
}

/// What follows the word for a community and the small words around it: `a new community called Sales`, `called Sales`.
fn strip_community_word(text: &str) -> Option<&str> {
    let (mut rest, mut is_behind) = (text.trim_start(), false);
    loop {
        let (word, others) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let word = word.trim_end_matches(':');
        let around =
            if is_behind { "create-words-behind-community" } else { "create-words-before-community" };
        let is_community =
            in_word_list(word, "create-community-words") || in_word_list(word, "create-words-called");
        if !is_community && !in_word_list(word, around) {
            // `Comunidade do bairro` is a name.
            let is_name = in_word_list(word, "wish-prepositions");
            return (is_behind && !is_name).then_some(rest.trim_end());
        }
        (rest, is_behind) = (others.trim_start(), is_behind || is_community);
    }
}

/// Whether a name has no words, or is a word that asks for help: `?`, `ajuda`.
fn asks_for_help(name: &str) -> bool {
    is_signs(name) || in_word_list(name.trim_matches(is_sign), "create-words-for-help")
}

/// The arguments for this name and description.
fn command_arguments(name: &str, description: Option<&str>) -> String {
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
            let read = parse_name_and_description(text);
            assert_eq!((read.0.as_str(), read.1.as_deref()), (name, description), "{text:?}");
            if !name.is_empty() {
                assert_eq!(
                    parse_name_and_description(&command_arguments(name, description)),
                    read,
                    "{text:?}"
                );
            }
        }
    }

    #[test]
    fn the_word_for_a_community_is_no_part_of_its_name() {
        for (text, expected) in [
            ("comunidade Bairro Novo", Some("Bairro Novo")),
            ("Comunidade \"Bairro Novo\"", Some("\"Bairro Novo\"")),
            ("comunidade chamada Escola", Some("Escola")),
            ("uma comunidade Escola", Some("Escola")),
            ("nova comunidade Escola | Para pais", Some("Escola | Para pais")),
            ("a community called Foo", Some("Foo")),
            ("una nueva comunidad llamada: Foo", Some("Foo")),
            ("comunidade: Escola", Some("Escola")),
            ("chamada Escola", Some("Escola")),
            ("Chamada do bairro", None),
            ("comunidade", Some("")),
            ("Nova Escola", None),
            ("Comunidade do bairro", None),
            ("A Turma", None),
            ("Escola Comunidade", None),
        ] {
            assert_eq!(strip_community_word(text), expected, "{text}");
        }
        for (text, expected) in [("\"Bairro", Some('"')), ("“Bairro”", None), ("Bar \"Zé", None)] {
            assert_eq!(unclosed_quote(text), expected, "{text}");
        }
    }
}

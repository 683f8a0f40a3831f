//! The missing part of a command, in reply to the prompt for it: `/link bairro`, “which groups?”, `futebol, suporte`.
//!
//! Names must be known. Where a text or a name is missing, any text is it, also one that asks for a command or has a no
//! among other words; a mere reply or small talk is none. The command asks before it changes something, but where all
//! names are whole.

use super::argument_finder::{ArgumentFinder, is_preposition};
use super::command_outcome::{CommandOutcome, EarlyExit};
use super::community_names::CommunityNames;
use super::request::Request;
use crate::command::consent::is_reaction;
use crate::command::parsed_text::ParsedRequest;
use crate::command::resolution::MissingPart;
use crate::command::spec::CommandSpec;
use crate::commands::{CATALOG, alias, language, settings};
use crate::domain::Locale;
use crate::parse::greeting::is_greeting;
use crate::parse::names::{Fit, strip_courtesy};
use crate::parse::numbers::list_numbers;
use crate::parse::prompt_reply::{MAX_REPLY_LEN, ParsedReply, PromptFacts, is_question, parse_reply};
use crate::parse::small_talk::is_small_talk;
use crate::parse::tokenizer::{Tokenizer, join};
use crate::reply::{Reply, ReplyLine, UsageError};

/// The most words of a name that is not known, and of a question about the prompt: `qual?`, `which one is it?`
const MAX_WORDS_OF_NAME: usize = 4;

/// The text that `/describe` takes for none.
const NO_TEXT: &str = "-";

/// The text of a message as the missing part of the command of the open prompt, if that asks for one and it may be.
pub(super) async fn read_missing_part(request: &Request<'_>) -> Result<Option<MissingPart>, EarlyExit> {
    let Request { run, command, .. } = request;
    let is_text = request.is_direct() && command.media.is_none() && !is_reaction(command);
    if !is_text || command.deferred_command.is_some() {
        return Ok(None);
    }
    let asked = request.recent_prompt().await?.and_then(|prompt| {
        let language = Locale::parse(&prompt.language);
        Some((CATALOG.lookup(&prompt.command)?, language, prompt.missing?, prompt.is_in_passing))
    });
    let Some((spec, language, missing, is_in_passing)) = asked else { return Ok(None) };
    // `coloca o futebol` says the command once more.
    let repeated = CATALOG.parse_wish(&command.text).filter(|wish| {
        wish.spec.name == spec.name && missing != UsageError::MissingText && !wish.rest.is_empty()
    });
    let text = repeated.as_ref().map_or(command.text.trim(), |wish| wish.rest.as_str());
    if !may_be_part(text, &missing, language) {
        return Ok(None);
    }
    let mut as_typed = MissingPart { arguments: text.to_owned(), is_named: false, is_certain: false };
    if missing == UsageError::MissingWords {
        let is_value = match spec.name {
            "language" => language::parse_locale(text).is_some(),
            "alias" => alias::has_sign(text),
            "settings" => settings::parse_setting(text).is_some(),
            _ => text.contains(char::is_whitespace),
        };
        as_typed.is_certain = true;
        return Ok(is_value.then_some(as_typed));
    }
    if missing.is_verbatim() {
        // A question may also ask to look something up.
        as_typed.is_named = !is_question(text);
        return Ok(Some(as_typed));
    }
    let names = &CommunityNames::load(request, run.instance.directory.snapshot(run.zapi).await?).await?;
    let tokens = &Tokenizer::new(text, false).read_all(false).unwrap_or_default();
    // The community is known: `o futebol lá`.
    let small = tokens.iter().rev().take_while(|token| is_preposition(token)).count();
    let tokens = &tokens[..tokens.len() - small];
    let finder = ArgumentFinder { request, names, source: text, tokens, is_sentence: true };
    // A whole wish, for another community.
    if repeated.is_some() && finder.find(spec).is_some() {
        return Ok(None);
    }
    let is_answer = matches!(run.parsed.request, ParsedRequest::Nothing) || repeated.is_some();
    if is_answer && finder.names_several_communities(spec, &finder.read_sentence()) {
        let line = ReplyLine::not_done("one-community");
        return Err(CommandOutcome::talk(Reply::Lines(vec![line]), Vec::new()).into());
    }
    let found = find_names(&finder, spec, &missing);
    let found = found.map(|(arguments, is_certain)| MissingPart { arguments, is_named: true, is_certain });
    // The command says what is wrong with a name.
    let is_name =
        || !is_in_passing && missing != UsageError::MissingPeople && tokens.len() <= MAX_WORDS_OF_NAME;
    Ok(found.or_else(|| is_name().then_some(as_typed)))
}

/// The names of the missing part, and whether they are whole.
fn find_names(
    finder: &ArgumentFinder<'_>,
    spec: &CommandSpec,
    missing: &UsageError,
) -> Option<(String, bool)> {
    let ArgumentFinder { source, tokens, .. } = finder;
    let community = || {
        let is_whole = finder.community_fit(strip_courtesy(&join(tokens))) == Fit::Whole;
        finder.whole_community().map(|community| (community, is_whole))
    };
    let groups = || {
        let is_whole = list_numbers(tokens).is_some() || finder.whole_groups(tokens).is_some();
        finder.groups(tokens).map(|groups| (groups, is_whole))
    };
    let found = match missing {
        UsageError::MissingCommunity => community(),
        UsageError::MissingGroups => groups(),
        UsageError::MissingTarget => community().or_else(groups),
        UsageError::MissingPeople => finder.people(source).map(|people| (people, false)),
        _ => None,
    };
    // All that is missing.
    found.or_else(|| finder.find(spec).map(|arguments| (arguments, false)))
}

/// Whether a text may be a missing part: no reply to the prompt, no small talk, no question about it.
fn may_be_part(text: &str, missing: &UsageError, language: Option<Locale>) -> bool {
    if text.len() > MAX_REPLY_LEN {
        return *missing == UsageError::MissingText;
    }
    let is_long = *missing == UsageError::MissingText && text.split_whitespace().count() > MAX_WORDS_OF_NAME;
    let facts = PromptFacts { language, command: None };
    let is_no_reply = match parse_reply(text, true, facts) {
        None | Some(ParsedReply::Numbers(_)) => true,
        // `Não haverá aula amanhã` is a text, and `não, obrigada` a reply.
        Some(ParsedReply::No) => missing.is_verbatim() && parse_reply(text, false, facts).is_none(),
        Some(_) => false,
    };
    // `Bom dia` may be the text.
    let is_small = || is_small_talk(text) && !(*missing == UsageError::MissingText && is_greeting(text));
    is_no_reply && (is_long || !is_question(text)) && (text == NO_TEXT || !is_small())
}

//! Parts that a command lacks. A wish may leave one out, `bota o suporte aí`, `avisa que amanhã não tem aula`: what it
//! has is kept, and the bot asks for the first part that is missing. The reply to such a question is that part:
//! `/link bairro`, “which groups?”, `futebol, suporte`.
//!
//! Names must be known. Where a text or a name is missing, any text is it, also one that asks for a command or has a no
//! among other words; a mere reply or small talk is none. A text that comes before its community is kept. The command
//! asks before it changes something, but where all names are whole.

use tokio::time::Instant;

use super::argument_finder::{ArgumentFinder, is_preposition};
use super::command_outcome::{CommandOutcome, EarlyExit};
use super::community_names::{CommunityNames, NAMES_TIMEOUT};
use super::menu::places_of;
use super::request::Request;
use super::sentence::Kind;
use super::subjects::Subjects;
use super::undo_part::is_regret;
use super::wish::text_without_community;
use crate::command::consent::is_reaction;
use crate::command::parsed_text::ParsedRequest;
use crate::command::prompt::{Prompt, void_prompt};
use crate::command::resolution::MissingPart;
use crate::command::spec::CommandSpec;
use crate::commands::{CATALOG, alias, language, settings};
use crate::directory::{CommunityEntry, fold, is_misspelled};
use crate::domain::{GroupId, Locale};
use crate::parse::arguments::{ArgKind, parse};
use crate::parse::greeting::is_greeting;
use crate::parse::names::{Fit, strip_courtesy};
use crate::parse::numbers::list_numbers;
use crate::parse::phrases::phrases;
use crate::parse::prompt_reply::{
    MAX_REPLY_LEN, ParsedReply, PromptFacts, is_question, parse_reply, read_number,
};
use crate::parse::small_talk::is_small_talk;
use crate::parse::tokenizer::{Token, Tokenizer, join};
use crate::parse::word_lists::{in_word_list, is_nameless, plain_words};
use crate::reply::{Reply, ReplyLine, UsageError};

/// The most words of a name that is not known, and of a question about the prompt: `qual?`, `which one is it?`
const MAX_WORDS_OF_NAME: usize = 4;

/// The text that `/describe` takes for none.
const NO_TEXT: &str = "-";

/// Asks for the first part that a wish leaves out; none where it says something else.
pub(super) async fn ask_for_missing_part(
    request: &Request<'_>,
    spec: &CommandSpec,
) -> Option<CommandOutcome> {
    let wish = CATALOG.parse_wish(&request.command.text)?;
    let run = request.run;
    let snapshot = run.instance.directory.snapshot(run.zapi).await.ok()?;
    let names = &CommunityNames::load(request, snapshot).await.ok()?;
    let tokens = &Tokenizer::new(&wish.rest, false).read_all(false).unwrap_or_default();
    let finder = ArgumentFinder { request, names, source: &wish.rest, tokens, is_sentence: true };
    if spec.name == "unlink"
        && let Some(arguments) = add_their_community(&finder).await
    {
        return Some(finder.offer(spec, arguments));
    }
    let (missing, known) = find_missing(&finder, spec)?;
    Some(request.misused(spec, missing, known))
}

/// The first part that is missing, and the parts that a text has.
fn find_missing(finder: &ArgumentFinder<'_>, spec: &CommandSpec) -> Option<(UsageError, Prompt)> {
    let ArgumentFinder { request, names, source, .. } = *finder;
    let shown = request.run.localizer.format_command(spec.name, &[]);
    // Whatever follows it, the name is not clear.
    if spec.name == "create" || plain_words(source).all(is_nameless) {
        let missing =
            parse(spec.args, spec.is_mutating, "").err().filter(|error| error.question().is_some())?;
        return Some((missing, Prompt { shown, ..Prompt::default() }));
    }
    // Which of these people are meant is not asked.
    if spec.args.contains(&ArgKind::People) && source.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let sentence = finder.read_sentence();
    let subjects = Subjects::new(finder, &sentence);
    let names_all = plain_words(&sentence.text_beside_names).all(is_nameless);
    let groups = subjects.group_arguments();
    let keep_text = || {
        let after = text_without_community(spec, source)?;
        Some((UsageError::MissingCommunity, Prompt { after, shown: shown.clone(), ..Prompt::default() }))
    };
    let (missing, before, after): (_, String, String) =
        match (spec.args, subjects.communities.as_slice(), subjects.groups.is_empty()) {
            // Only the number says who is meant.
            ([ArgKind::Community, ArgKind::People, ..], [], true) => {
                (UsageError::MissingCommunity, String::new(), String::new())
            }
            ([ArgKind::Community, next, ..], [community], true) => {
                let missing = match next {
                    ArgKind::Groups if names_all => UsageError::MissingGroups,
                    ArgKind::People => UsageError::MissingPeople,
                    ArgKind::Text if names_all => UsageError::MissingText,
                    ArgKind::Text => return keep_text(),
                    _ => return None,
                };
                (missing, community.id.to_string(), String::new())
            }
            ([ArgKind::Community, ArgKind::Text], ..) => return keep_text(),
            ([ArgKind::Groups, ArgKind::Community], [.., community], true) if names_all => {
                (UsageError::MissingGroups, String::new(), community.id.to_string())
            }
            ([ArgKind::Community, ArgKind::Groups, ..], [], false) if names_all => {
                (UsageError::MissingCommunity, String::new(), groups)
            }
            ([ArgKind::Groups, ArgKind::Community], [], false) if names_all => {
                (UsageError::MissingCommunity, groups, String::new())
            }
            _ => return None,
        };
    let shown = format!("{shown} {}", names.show(&before)).trim_end().to_owned();
    Some((missing, Prompt { before, after, shown, ..Prompt::default() }))
}

/// The arguments of a command for groups and their community, where all words name groups of the same one.
pub(super) async fn add_their_community(finder: &ArgumentFinder<'_>) -> Option<String> {
    // As in a sentence, the name of a community means no group.
    let groups = ArgumentFinder { is_sentence: true, ..*finder }.groups(finder.tokens)?;
    let ids: Vec<GroupId> = groups.split(' ').map(GroupId::parse).collect::<Option<_>>()?;
    let ids: Vec<&GroupId> = ids.iter().collect();
    let places = places_of(finder.request, &ids, finder.names, Instant::now() + NAMES_TIMEOUT).await?;
    let community = places.first()?.as_ref()?;
    places.iter().all(|place| place.as_ref() == Some(community)).then(|| format!("{community} {groups}"))
}

/// The text of a message as the missing part of the command of the open prompt, if that asks for one and it may be.
pub(super) async fn read_missing_part(request: &Request<'_>) -> Result<Option<MissingPart>, EarlyExit> {
    let Request { run, command, .. } = request;
    let is_text = request.is_direct() && command.media.is_none() && !is_reaction(command);
    if !is_text || command.deferred_command.is_some() {
        return Ok(None);
    }
    let asked = request
        .recent_prompt()
        .await?
        .and_then(|prompt| Some((CATALOG.lookup(&prompt.command)?, prompt.missing.clone()?, prompt)));
    let Some((spec, missing, prompt)) = asked else { return Ok(None) };
    let comes_first = comes_before_community(spec, &prompt);
    let takes_text = missing.is_verbatim() || comes_first;
    // `coloca o futebol` says the command once more.
    let repeated = CATALOG.parse_wish(&command.text).filter(|wish| {
        wish.spec.name == spec.name && missing != UsageError::MissingText && !wish.rest.is_empty()
    });
    let text = repeated.as_ref().map_or(command.text.trim(), |wish| wish.rest.as_str());
    if !may_be_part(
        text,
        takes_text && missing != UsageError::MissingName,
        (takes_text, Locale::parse(&prompt.language)),
    ) {
        return Ok(None);
    }
    let mut as_typed = MissingPart { arguments: text.to_owned(), is_named: false, is_certain: false };
    if missing == UsageError::MissingWords {
        as_typed.is_certain = true;
        return Ok(is_value(spec, text).then_some(as_typed));
    }
    // The verb of another change: `tira o moradores`. A missing text may be any.
    let is_text = missing == UsageError::MissingText || comes_first;
    let is_other = CATALOG
        .parse_wish(text)
        .is_some_and(|wish| !is_text && wish.spec.name != spec.name && !wish.spec.is_read_only());
    if missing.is_verbatim() && !is_other {
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
    if missing.is_verbatim() {
        as_typed.is_named = !is_question(text);
        let rest = CATALOG.parse_wish(text).map(|wish| wish.rest).unwrap_or_default();
        let is_wish = !finder.read_sentence().mentions.is_empty() || plain_words(&rest).all(is_nameless);
        return Ok((!is_wish).then_some(as_typed));
    }
    let found = find_names(&finder, spec, &missing);
    // The name of a group may begin with a verb: `tirar dúvidas`.
    if is_other && found.is_none() {
        return Ok(None);
    }
    let has_text = spec.is_verbatim() && !prompt.after.is_empty();
    if has_text
        && found.is_none()
        && let Some(part) = read_only_community(&finder, spec, &prompt)?
    {
        return Ok(Some(part));
    }
    // A whole wish, for another community.
    if repeated.is_some() && !has_text && finder.find(spec).is_some() {
        return Ok(None);
    }
    let is_answer = matches!(run.parsed.request, ParsedRequest::Nothing) || repeated.is_some();
    if is_answer && finder.names_several_communities(spec, &finder.read_sentence()) {
        let line = ReplyLine::not_done("one-community");
        return Err(CommandOutcome::talk(Reply::Lines(vec![line]), Vec::new()).into());
    }
    if let Some((arguments, is_whole)) = found {
        // A text that was kept is shown first.
        return Ok(Some(MissingPart { arguments, is_named: true, is_certain: is_whole && !has_text }));
    }
    if is_answer && let Some(reply) = reply_to_unknown(&finder, spec, &prompt) {
        return Err(reply.into());
    }
    // The command says what is wrong with a name.
    let is_name =
        !prompt.is_in_passing && missing != UsageError::MissingPeople && tokens.len() <= MAX_WORDS_OF_NAME;
    Ok((comes_first || is_name).then_some(as_typed))
}

/// Whether a text is what a command of one value takes.
fn is_value(spec: &CommandSpec, text: &str) -> bool {
    match spec.name {
        "language" => language::parse_locale(text).is_some(),
        "alias" => alias::has_sign(text),
        "settings" => settings::parse_setting(text).is_some(),
        _ => text.contains(char::is_whitespace),
    }
}

/// The community for a text that is kept, in words that name nothing else: `manda pro bairro feliz`. Other words are no part
/// of the text: the question stays open. None where nothing is named.
fn read_only_community(
    finder: &ArgumentFinder<'_>,
    spec: &CommandSpec,
    prompt: &Prompt,
) -> Result<Option<MissingPart>, EarlyExit> {
    let sentence = finder.read_sentence();
    let mut names = sentence.mentions.iter().filter(|mention| mention.kind != Kind::Group);
    let first = names.next();
    let is_all =
        |token: &Token| in_word_list(&token.text, "wish-all-words") || read_number(&token.text).is_some();
    let is_several = first.is_none() && finder.tokens.iter().any(is_all);
    if names.next().is_some() || is_several {
        let line = ReplyLine::not_done("one-community");
        return Err(CommandOutcome::talk(Reply::Lines(vec![line]), Vec::new()).into());
    }
    let Some(first) = first else { return Ok(None) };
    let begins_phrase = |word: &str| {
        let mut first_words = phrases("wish-announce").map(|(_, phrase)| phrase);
        first_words.any(|phrase| phrase.split(' ').next().is_some_and(|first| fold(first) == fold(word)))
    };
    let is_small = |word: &str| is_nameless(word) || in_word_list(word, "only-words") || begins_phrase(word);
    if plain_words(&sentence.text_beside_names).all(is_small) && !first.is_excluded {
        let arguments = finder.community_id(&first.name.text);
        return Ok(Some(MissingPart { arguments, is_named: true, is_certain: false }));
    }
    let Prompt { before, after, shown, .. } = prompt.clone();
    let known = Prompt { before, after, shown, ..Prompt::default() };
    let question = finder.request.misused(spec, UsageError::MissingCommunity, known);
    Err(CommandOutcome { keeps_prompt: true, ..question }.into())
}

/// The reply to a text that names nothing known: it is kept where it may be the text of the command, and where it is no
/// community the question stays open with what is known.
fn reply_to_unknown(
    finder: &ArgumentFinder<'_>,
    spec: &CommandSpec,
    prompt: &Prompt,
) -> Option<CommandOutcome> {
    let ArgumentFinder { request, names, source, tokens, .. } = *finder;
    let first = tokens.iter().find(|token| !is_nameless(&token.text))?;
    let is_near = |entry: &CommunityEntry| is_misspelled(&first.text, &entry.name);
    if finder.community_fit(&first.text) > Fit::None || names.allowed.all().any(is_near) {
        return None;
    }
    if comes_before_community(spec, prompt) && tokens.len() > 1 {
        let Prompt { before, shown, .. } = prompt.clone();
        let known = Prompt { before, after: source.to_owned(), shown, ..Prompt::default() };
        let question = request.misused(spec, UsageError::MissingCommunity, known);
        return Some(CommandOutcome { keeps_prompt: true, ..question });
    }
    if prompt.is_in_passing || !finder.read_sentence().mentions.is_empty() {
        return None;
    }
    // It takes back the command, not a name: `oops, put it back`.
    if is_regret(source) {
        let line = ReplyLine::new("confirm-left");
        return Some(CommandOutcome::talk(
            Reply::Lines(vec![line]),
            vec![void_prompt(request.conversation_key)],
        ));
    }
    let is_name = tokens.len() <= MAX_WORDS_OF_NAME && !source.contains(|c: char| c.is_ascii_digit());
    (is_name && prompt.missing == Some(UsageError::MissingCommunity))
        .then(|| CommandOutcome::talk(names.unknown_community(source), Vec::new()))
}

/// Whether the text of a command may come before its community.
fn comes_before_community(spec: &CommandSpec, prompt: &Prompt) -> bool {
    spec.is_verbatim() && prompt.missing == Some(UsageError::MissingCommunity) && prompt.after.is_empty()
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
    // All that is missing; a community in a text is part of it: `reunião sobre bairro feliz`.
    let is_in_text = spec.is_verbatim() && *missing == UsageError::MissingCommunity;
    found.or_else(|| if is_in_text { None } else { finder.find(spec).map(|arguments| (arguments, false)) })
}

/// Whether a text may be a missing part: no reply to the prompt, no small talk, no question about it. `is_free`: any text is
/// meant, and `is_verbatim`: or a new name.
fn may_be_part(text: &str, is_free: bool, (is_verbatim, language): (bool, Option<Locale>)) -> bool {
    if text.len() > MAX_REPLY_LEN {
        return is_free;
    }
    let is_long = is_free && text.split_whitespace().count() > MAX_WORDS_OF_NAME;
    let facts = PromptFacts { language, command: None };
    let is_no_reply = match parse_reply(text, true, facts) {
        None | Some(ParsedReply::Numbers(_)) => true,
        // `Não haverá aula amanhã` is a text, and `não, obrigada` a reply.
        Some(ParsedReply::No) => is_verbatim && parse_reply(text, false, facts).is_none(),
        Some(_) => false,
    };
    // `Bom dia` may be the text.
    let is_small = || is_small_talk(text) && !(is_free && is_greeting(text));
    is_no_reply && (is_long || !is_question(text)) && (text == NO_TEXT || !is_small())
}

//! Suggestions for commands that cannot be parsed. The reply shows the whole suggested command; a yes runs it.
//!
//! Misspelled command names are suggested by `suggest_nearest_name` in resolve.rs. Nothing is run without a yes. Names
//! are looked up in the lists that are loaded already.

use super::context::{CommandOutcome, Request};
use crate::command::spec::CommandSpec;
use crate::commands::CATALOG;
use crate::directory::{CommunityEntry, fold};
use crate::domain::GroupId;
use crate::parse::arguments::{self, ArgKind, Arguments, parse_quoted_name};
use crate::parse::prefix::ParsedCommand;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Localizer, Reply, ReplyLine, UsageError, escape_markup};

/// The most words of a name.
const MAX_NAME_WORDS: usize = 6;
/// The translation key of the words that may be beside a name and belong to none.
const STOP_WORDS_KEY: &str = "stop-words-beside-name";
/// Similarity of two command names that are confused: singular and plural.
const MIN_SIMILARITY: f64 = 0.9;

/// A suggested command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Suggestion {
    command: &'static str,
    /// Its arguments, with the id of the community.
    arguments: String,
    /// The whole command, as people see it.
    display: String,
}

impl Suggestion {
    pub(super) fn new(spec: &CommandSpec, rest: &str, localizer: &Localizer) -> Self {
        let display = format!("{} {}", localizer.format_command(spec.name, &[]), escape_markup(rest));
        Self { command: spec.name, arguments: rest.to_owned(), display: display.trim_end().to_owned() }
    }

    /// The English name of its command.
    pub(super) fn command(&self) -> &'static str {
        self.command
    }

    /// The reply that offers the command; a yes runs it.
    pub(super) fn into_prompt(self, request: &Request<'_>) -> CommandOutcome {
        // As an option: a yes chooses this command, but does not confirm it yet.
        let locale = request.run.localizer.locale;
        let prompt = request.new_prompt(locale, self.command, vec![self.arguments]);
        let line = ReplyLine::new("suggestion").with_plain("command", self.display);
        CommandOutcome {
            state_changes: vec![prompt.to_state_change(request.conversation_key)],
            ..CommandOutcome::usage_error(Reply::Lines(vec![line]))
        }
    }
}

/// Whether the first word may be beside a name: `the`, `no`, `comunidade`.
pub(super) fn is_filler_word(word: &str) -> bool {
    word.split_whitespace().next().is_some_and(|word| in_word_list(word, STOP_WORDS_KEY))
}

/// The command with its community moved to where it belongs, from the wrong end or from behind filler words. `find`
/// returns the one community with a name.
pub(super) fn try_swapped_arguments(
    spec: &'static CommandSpec,
    rest: &str,
    localizer: &Localizer,
    find: impl Fn(&str) -> Option<CommunityEntry>,
) -> Option<Suggestion> {
    let rest = rest.trim();
    let (community, others) = match spec.args {
        [ArgKind::Community, ..] => find_after_stop_words(rest, &find).or_else(|| find_at_end(rest, &find)),
        [ArgKind::Groups, ArgKind::Community] => find_at_start(rest, &find),
        _ => None,
    }?;
    let is_alone = spec.args == [ArgKind::Community];
    let others = match spec.args.get(1) {
        None => dry_run_flag(spec, others),
        Some(ArgKind::Text | ArgKind::OptionalText) => others,
        Some(ArgKind::People) => trim_stop_words(others, &[STOP_WORDS_KEY, "stop-words-beside-people"]),
        Some(_) => trim_stop_words(others, &[STOP_WORDS_KEY]),
    };
    let people = spec.args.get(1) == Some(&ArgKind::People);
    if (others.is_empty() && !is_alone) || (people && !others.contains(|c: char| c.is_ascii_digit())) {
        return None;
    }
    // The quotes only keep the text together.
    let inside = match parse_quoted_name(others) {
        Some((inside, "")) if spec.is_verbatim() && !others.contains('\n') => Some(inside),
        _ => None,
    };
    let others = inside.as_deref().unwrap_or(others);
    let name = display_name(&community);
    let (arguments, display) = match spec.args.first() {
        Some(ArgKind::Groups) => {
            let command = format!("{} {}", localizer.format_command(spec.name, &[]), escape_markup(others));
            (format!("{others} {}", community.id), format!("{command} {}", crate::reply::typed(name)))
        }
        _ => {
            let command =
                format!("{} {}", localizer.format_command(spec.name, &[name]), escape_markup(others));
            (format!("{} {others}", community.id), command)
        }
    };
    arguments::parse(spec.args, spec.is_mutating, &arguments).ok()?;
    Some(Suggestion { command: spec.name, arguments, display: display.trim_end().to_owned() })
}

/// The dry-run flag, if the words have it: it must not get lost.
fn dry_run_flag(spec: &CommandSpec, words: &str) -> &'static str {
    match arguments::parse(&[ArgKind::Words], spec.is_mutating, words) {
        Ok(read) if read.flags.dry_run => read.flags.to_typed(),
        _ => "",
    }
}

/// The command for people instead of one for groups, if phone numbers are in the place of groups:
/// `/unlink sales 44 99999-0001`.
pub(super) fn suggest_member_command(
    spec: &CommandSpec,
    Arguments { words, flags, .. }: &Arguments,
    community: &CommunityEntry,
    localizer: &Localizer,
) -> Option<Suggestion> {
    let command = match spec.name {
        "link" => "add",
        "unlink" => "remove",
        _ => return None,
    };
    let is_of_a_number = |word: &String| {
        GroupId::parse(word).is_none()
            && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '-' | '.'))
    };
    let people = words.join(" ");
    // Numbers of a list have fewer digits.
    let digits = people.chars().filter(char::is_ascii_digit).count();
    let is_long = words.iter().any(|word| word.chars().filter(char::is_ascii_digit).count() > 6);
    if digits < 10 || !is_long || !words.iter().all(is_of_a_number) {
        return None;
    }
    let name = display_name(community);
    let display = format!("{} {}", localizer.format_command(command, &[name]), escape_markup(&people));
    // A dry run stays one.
    let rest = format!("{} {} {people}", flags.to_typed(), community.id).trim_start().to_owned();
    Some(Suggestion { command, arguments: rest, display })
}

/// The command whose name was typed in several words: `/who am i`.
pub(super) fn try_joined_name(parsed: &ParsedCommand, localizer: &Localizer) -> Option<Suggestion> {
    let mut name = parsed.typed.clone();
    for word in parsed.rest.split_whitespace().take(3) {
        name.push_str(word.trim_end_matches(is_end_punctuation));
        if let Some(spec) = CATALOG.lookup(&name).filter(|spec| spec.args.is_empty() && is_runnable(spec)) {
            return Some(Suggestion::new(spec, "", localizer));
        }
    }
    None
}

/// The command with a similar name that takes arguments, if the typed one takes none: `/communities sales`.
pub(super) fn try_similar_command(
    parsed: &ParsedCommand,
    error: &UsageError,
    localizer: &Localizer,
) -> Option<Suggestion> {
    let spec = CATALOG.lookup(&parsed.typed).filter(|spec| spec.args.is_empty())?;
    // The typed command shows all anyway.
    if !matches!(error, UsageError::TooManyWords(_)) || in_word_list(&parsed.rest, "all") {
        return None;
    }
    let typed = fold(&parsed.typed);
    let is_near = |other: &&&'static CommandSpec| {
        other.name != spec.name
            && is_runnable(other)
            && other.names().any(|name| strsim::jaro_winkler(&typed, &fold(name)) >= MIN_SIMILARITY)
            && arguments::parse(other.args, other.is_mutating, &parsed.rest).is_ok()
    };
    let other = CATALOG.specs().iter().find(is_near)?;
    Some(Suggestion::new(other, &parsed.rest, localizer))
}

/// `/deactivate` instead of a command that removes people, if no people are named: `/excluir vendas`.
pub(super) fn try_deactivate(
    parsed: &ParsedCommand,
    error: &UsageError,
    localizer: &Localizer,
) -> Option<Suggestion> {
    let is_match = *error == UsageError::MissingPeople && in_word_list(&parsed.typed, "deactivate-words");
    let spec = CATALOG.lookup("deactivate").filter(|_| is_match)?;
    Some(Suggestion::new(spec, &parsed.rest, localizer))
}

fn display_name(community: &CommunityEntry) -> &str {
    if community.name.is_empty() { community.id.as_str() } else { &community.name }
}

fn is_runnable(spec: &CommandSpec) -> bool {
    !spec.is_indirect()
}

fn is_end_punctuation(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ':' | ',' | ';' | '|' | '…')
}

/// The words of a line, and the offset at which each ends.
fn word_ends(line: &str) -> Vec<(&str, usize)> {
    let words = line.split_whitespace();
    words.map(|word| (word, word.as_ptr() as usize - line.as_ptr() as usize + word.len())).collect()
}

type FindCommunity<'f> = dyn Fn(&str) -> Option<CommunityEntry> + 'f;

/// The community whose name is at the end of the text, and the text before it.
fn find_at_end<'t>(text: &'t str, find: &FindCommunity<'_>) -> Option<(CommunityEntry, &'t str)> {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || is_end_punctuation(c));
    let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '\'' | '‘' | '’');
    if let Some(inside) = text.strip_suffix(is_quote) {
        let open = inside.rfind(is_quote)?;
        let name = inside[open..].trim_start_matches(is_quote);
        return Some((find(name)?, trim_end_punctuation(&text[..open])));
    }
    let line = text.rfind('\n').map_or(0, |end| end + 1);
    let words: Vec<usize> =
        word_ends(&text[line..]).into_iter().map(|(word, end)| line + end - word.len()).collect();
    let starts = &words[words.len().saturating_sub(MAX_NAME_WORDS)..];
    starts.iter().find_map(|start| Some((find(&text[*start..])?, trim_end_punctuation(&text[..*start]))))
}

fn trim_end_punctuation(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '|' | ',' | ';' | ':'))
}

/// The community whose name is at the beginning of the text, and the text after it.
fn find_at_start<'t>(text: &'t str, find: &FindCommunity<'_>) -> Option<(CommunityEntry, &'t str)> {
    if let Some((name, others)) = parse_quoted_name(text) {
        return Some((find(&name)?, trim_start_punctuation(others)));
    }
    let line = text.lines().next().unwrap_or_default();
    let ends: Vec<usize> = word_ends(line).into_iter().map(|(_, end)| end).take(MAX_NAME_WORDS).collect();
    ends.iter().rev().find_map(|end| {
        let name = text[..*end].trim_end_matches(is_end_punctuation);
        Some((find(name)?, trim_start_punctuation(&text[*end..])))
    })
}

fn trim_start_punctuation(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || is_end_punctuation(c))
}

/// The community whose name follows filler words, and the text after it.
fn find_after_stop_words<'t>(text: &'t str, find: &FindCommunity<'_>) -> Option<(CommunityEntry, &'t str)> {
    let mut rest = text;
    while is_filler_word(rest) {
        let end = rest.find(char::is_whitespace)?;
        rest = rest[end..].trim_start();
    }
    (rest.len() < text.len()).then(|| find_at_start(rest, find))?
}

/// Removes the words of these translation keys from both ends.
fn trim_stop_words<'t>(mut text: &'t str, keys: &[&'static str]) -> &'t str {
    let is_stop_word = |word: &str| keys.iter().any(|key| in_word_list(word, key));
    while let Some((others, _)) = text.rsplit_once(char::is_whitespace).filter(|(_, word)| is_stop_word(word))
    {
        text = others.trim_end();
    }
    while let Some((_, others)) = text.split_once(char::is_whitespace).filter(|(word, _)| is_stop_word(word))
    {
        text = others.trim_start();
    }
    text
}

//! What somebody likely meant by an order that cannot be read: offered whole, and carried out on a yes.
//!
//! Nothing here is done by itself. Names are looked for in the lists that are known already.

use crate::command::prompt::Prompt;
use crate::command::spec::CommandSpec;
use crate::commands::CATALOG;
use crate::directory::{CommunityEntry, fold};
use crate::domain::GroupId;
use crate::parse::arguments::{self, ArgKind, Arguments, parse_quoted_name};
use crate::parse::prefix::ParsedCommand;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Localizer, Reply, ReplyLine, UsageError, escape_markup};
use crate::storage::CommandRecord;

use super::execute::CommandOutcome;

/// The most words of a name that is looked for.
const MAX_NAME_WORDS: usize = 6;
/// The words that stand beside a name, and belong to none.
const STOP_WORDS_KEY: &str = "words-beside-name";
/// How alike the names of two commands are that are taken for one another: singular and plural.
const MIN_SIMILARITY: f64 = 0.9;

/// An order as it was likely meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Suggestion {
    command: &'static str,
    /// Its words, with the community's id.
    arguments: String,
    /// The same as people see it.
    display: String,
}

impl Suggestion {
    pub(super) fn new(spec: &CommandSpec, rest: &str, speech: &Localizer) -> Self {
        let shown = format!("{} {}", speech.order(spec.name, &[]), escape_markup(rest));
        Self { command: spec.name, arguments: rest.to_owned(), display: shown.trim_end().to_owned() }
    }

    /// The English name of its command.
    pub(super) fn command(&self) -> &'static str {
        self.command
    }

    /// The answer that offers it; a yes carries it out.
    pub(super) fn into_prompt(
        self,
        command: &CommandRecord,
        speech: &Localizer,
        place: &str,
    ) -> CommandOutcome {
        let question = Prompt {
            asked_by: command.id.clone(),
            language: speech.locale.tag().to_owned(),
            command: self.command.to_owned(),
            before: String::new(),
            // One option: a yes says that this is meant, not yet that it shall be done unasked.
            options: vec![self.arguments],
            after: String::new(),
            takes_several: false,
            askers: Vec::new(),
            is_undo: false,
            only_if: None,
        };
        let meant = ReplyLine::new("meant-order").with_plain("order", self.display);
        CommandOutcome {
            state_changes: vec![question.asked(place)],
            ..CommandOutcome::usage_error(Reply::Lines(vec![meant]))
        }
    }
}

/// Whether a word is one that stands beside a name: `the`, `no`, `comunidade`.
pub(super) fn is_filler_word(word: &str) -> bool {
    word.split_whitespace().next().is_some_and(|word| in_word_list(word, STOP_WORDS_KEY))
}

/// The order with its community where it belongs: it stands at the wrong end, or behind words that belong
/// to no name. `find` gives the one community that a name means.
pub(super) fn try_swapped_arguments(
    spec: &'static CommandSpec,
    rest: &str,
    speech: &Localizer,
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
        Some(ArgKind::People) => trim_stop_words(others, &[STOP_WORDS_KEY, "words-beside-people"]),
        Some(_) => trim_stop_words(others, &[STOP_WORDS_KEY]),
    };
    let people = spec.args.get(1) == Some(&ArgKind::People);
    if (others.is_empty() && !is_alone) || (people && !others.contains(|c: char| c.is_ascii_digit())) {
        return None;
    }
    // A text in quotes was put there to keep it together.
    let inside = match parse_quoted_name(others) {
        Some((inside, "")) if spec.is_verbatim() && !others.contains('\n') => Some(inside),
        _ => None,
    };
    let others = inside.as_deref().unwrap_or(others);
    let name = display_name(&community);
    let (again, shown) = match spec.args.first() {
        Some(ArgKind::Groups) => {
            let order = format!("{} {}", speech.order(spec.name, &[]), escape_markup(others));
            (format!("{others} {}", community.id), format!("{order} {}", crate::reply::typed(name)))
        }
        _ => {
            let order = format!("{} {}", speech.order(spec.name, &[name]), escape_markup(others));
            (format!("{} {others}", community.id), order)
        }
    };
    arguments::parse(spec.args, spec.is_mutating, &again).ok()?;
    Some(Suggestion { command: spec.name, arguments: again, display: shown.trim_end().to_owned() })
}

/// The word of words that say nothing else: whoever tries something does not want it done.
fn dry_run_flag(spec: &CommandSpec, words: &str) -> &'static str {
    match arguments::parse(&[ArgKind::Words], spec.is_mutating, words) {
        Ok(read) if read.flags.dry_run => read.flags.typed(),
        _ => "",
    }
}

/// The order on people that was likely meant by one on groups, where numbers of people stand for these:
/// `/unlink sales 44 99999-0001`.
pub(super) fn try_member_command(
    spec: &CommandSpec,
    Arguments { words, flags, .. }: &Arguments,
    community: &CommunityEntry,
    speech: &Localizer,
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
    // As many digits are no numbers of a list.
    let digits = people.chars().filter(char::is_ascii_digit).count();
    let is_long = words.iter().any(|word| word.chars().filter(char::is_ascii_digit).count() > 6);
    if digits < 10 || !is_long || !words.iter().all(is_of_a_number) {
        return None;
    }
    let name = display_name(community);
    let shown = format!("{} {}", speech.order(command, &[name]), escape_markup(&people));
    // A trial stays one.
    let rest = format!("{} {} {people}", flags.typed(), community.id).trim_start().to_owned();
    Some(Suggestion { command, arguments: rest, display: shown })
}

/// The command whose name was typed in pieces: `/who am i`.
pub(super) fn try_joined_name(order: &ParsedCommand, speech: &Localizer) -> Option<Suggestion> {
    let mut name = order.typed.clone();
    for word in order.rest.split_whitespace().take(3) {
        name.push_str(word.trim_end_matches(is_end_punctuation));
        if let Some(spec) = CATALOG.lookup(&name).filter(|spec| spec.args.is_empty() && is_runnable(spec)) {
            return Some(Suggestion::new(spec, "", speech));
        }
    }
    None
}

/// The command of nearly this name that takes words, where this one takes none: `/communities sales`.
pub(super) fn try_similar_command(
    order: &ParsedCommand,
    mistake: &UsageError,
    speech: &Localizer,
) -> Option<Suggestion> {
    let spec = CATALOG.lookup(&order.typed).filter(|spec| spec.args.is_empty())?;
    // All there is, is what this one shows.
    if !matches!(mistake, UsageError::TooManyWords(_)) || in_word_list(&order.rest, "all") {
        return None;
    }
    let typed = fold(&order.typed);
    let is_near = |other: &&&'static CommandSpec| {
        other.name != spec.name
            && is_runnable(other)
            && other.names().any(|name| strsim::jaro_winkler(&typed, &fold(name)) >= MIN_SIMILARITY)
            && arguments::parse(other.args, other.is_mutating, &order.rest).is_ok()
    };
    let other = CATALOG.specs().iter().find(is_near)?;
    Some(Suggestion::new(other, &order.rest, speech))
}

/// The end of a community that was likely meant by an order to delete it as if it were somebody in it:
/// `/excluir vendas`.
pub(super) fn try_deactivate(
    order: &ParsedCommand,
    mistake: &UsageError,
    speech: &Localizer,
) -> Option<Suggestion> {
    let is_it = *mistake == UsageError::MissingPeople && in_word_list(&order.typed, "words-for-ending");
    let spec = CATALOG.lookup("deactivate").filter(|_| is_it)?;
    Some(Suggestion::new(spec, &order.rest, speech))
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

/// The words of a line with where each ends.
fn word_ends(line: &str) -> Vec<(&str, usize)> {
    let words = line.split_whitespace();
    words.map(|word| (word, word.as_ptr() as usize - line.as_ptr() as usize + word.len())).collect()
}

type FindCommunity<'f> = dyn Fn(&str) -> Option<CommunityEntry> + 'f;

/// A community whose name the text ends with, and what is before it.
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

/// A community whose name the text begins with, and what follows it.
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

/// A community behind words that belong to no name, and what follows it.
fn find_after_stop_words<'t>(text: &'t str, find: &FindCommunity<'_>) -> Option<(CommunityEntry, &'t str)> {
    let mut rest = text;
    while is_filler_word(rest) {
        let end = rest.find(char::is_whitespace)?;
        rest = rest[end..].trim_start();
    }
    (rest.len() < text.len()).then(|| find_at_start(rest, find))?
}

/// What is between the words of these keys at both ends.
fn trim_stop_words<'t>(mut text: &'t str, keys: &[&'static str]) -> &'t str {
    let is_small = |word: &str| keys.iter().any(|key| in_word_list(word, key));
    while let Some((others, _)) = text.rsplit_once(char::is_whitespace).filter(|(_, word)| is_small(word)) {
        text = others.trim_end();
    }
    while let Some((_, others)) = text.split_once(char::is_whitespace).filter(|(word, _)| is_small(word)) {
        text = others.trim_start();
    }
    text
}

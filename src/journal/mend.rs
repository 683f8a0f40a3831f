//! What somebody likely meant by an order that cannot be read: offered whole, and carried out on a yes.
//!
//! Nothing here is done by itself. Names are looked for in the lists that are known already.

use crate::command::args::{self, means, quoted_name};
use crate::command::question::Question;
use crate::command::{Arg, Arguments, Order, Run, Spec, named, registry};
use crate::directory::{CommunityEntry, fold};
use crate::domain::GroupId;
use crate::reply::{Mistake, Phrase, Reply, Speech, tamed};
use crate::storage::Stored;

use super::run::Ended;

/// The most words of a name that is looked for.
const LONGEST_NAME: usize = 6;
/// The words that stand beside a name, and belong to none.
const BESIDE_NAME: &str = "words-beside-name";
/// How alike the names of two commands are that are taken for one another: singular and plural.
const ALIKE: f64 = 0.9;

/// An order as it was likely meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Likely {
    command: &'static str,
    /// Its words, with the community's id.
    rest: String,
    /// The same as people see it.
    shown: String,
}

impl Likely {
    pub(super) fn new(spec: &Spec, rest: &str, speech: &Speech) -> Self {
        let shown = format!("{} {}", speech.order(spec.name, &[]), tamed(rest));
        Self { command: spec.name, rest: rest.to_owned(), shown: shown.trim_end().to_owned() }
    }

    /// The English name of its command.
    pub(super) fn command(&self) -> &'static str {
        self.command
    }

    /// The answer that offers it; a yes carries it out.
    pub(super) fn offered(self, command: &Stored, speech: &Speech, place: &str) -> Ended {
        let question = Question {
            asked_by: command.id.clone(),
            language: speech.locale.tag().to_owned(),
            command: self.command.to_owned(),
            before: String::new(),
            // One option: a yes says that this is meant, not yet that it shall be done unasked.
            options: vec![self.rest],
            after: String::new(),
            takes_several: false,
            askers: Vec::new(),
            is_undo: false,
            only_if: None,
        };
        let meant = Phrase::new("meant-order").plain("order", self.shown);
        Ended { memories: vec![question.asked(place)], ..Ended::mistaken(Reply::Said(vec![meant])) }
    }
}

/// Whether a word is one that stands beside a name: `the`, `no`, `comunidade`.
pub(super) fn is_beside_a_name(word: &str) -> bool {
    word.split_whitespace().next().is_some_and(|word| means(word, BESIDE_NAME))
}

/// The order with its community where it belongs: it stands at the wrong end, or behind words that belong
/// to no name. `find` gives the one community that a name means.
pub(super) fn reordered(
    spec: &'static Spec,
    rest: &str,
    speech: &Speech,
    find: impl Fn(&str) -> Option<CommunityEntry>,
) -> Option<Likely> {
    let rest = rest.trim();
    let (community, others) = match spec.args {
        [Arg::Community, ..] => behind_small_words(rest, &find).or_else(|| at_the_end(rest, &find)),
        [Arg::Groups, Arg::Community] => at_the_beginning(rest, &find),
        _ => None,
    }?;
    let is_alone = spec.args == [Arg::Community];
    let others = match spec.args.get(1) {
        None => trial_in(spec, others),
        Some(Arg::Text | Arg::AnyText) => others,
        Some(Arg::People) => without_small_words(others, &[BESIDE_NAME, "words-beside-people"]),
        Some(_) => without_small_words(others, &[BESIDE_NAME]),
    };
    let people = spec.args.get(1) == Some(&Arg::People);
    if (others.is_empty() && !is_alone) || (people && !others.contains(|c: char| c.is_ascii_digit())) {
        return None;
    }
    // A text in quotes was put there to keep it together.
    let inside = match quoted_name(others) {
        Some((inside, "")) if spec.is_verbatim() && !others.contains('\n') => Some(inside),
        _ => None,
    };
    let others = inside.as_deref().unwrap_or(others);
    let name = shown_name(&community);
    let (again, shown) = match spec.args.first() {
        Some(Arg::Groups) => {
            let order = format!("{} {}", speech.order(spec.name, &[]), tamed(others));
            (format!("{others} {}", community.id), format!("{order} {}", crate::reply::typed(name)))
        }
        _ => {
            let order = format!("{} {}", speech.order(spec.name, &[name]), tamed(others));
            (format!("{} {others}", community.id), order)
        }
    };
    args::parse(spec.args, spec.is_mutating, &again).ok()?;
    Some(Likely { command: spec.name, rest: again, shown: shown.trim_end().to_owned() })
}

/// The word of words that say nothing else: whoever tries something does not want it done.
fn trial_in(spec: &Spec, words: &str) -> &'static str {
    match args::parse(&[Arg::Words], spec.is_mutating, words) {
        Ok(read) if read.flags.trial => read.flags.typed(),
        _ => "",
    }
}

/// The order on people that was likely meant by one on groups, where numbers of people stand for these:
/// `/unlink sales 44 99999-0001`.
pub(super) fn on_people(
    spec: &Spec,
    Arguments { words, flags, .. }: &Arguments,
    community: &CommunityEntry,
    speech: &Speech,
) -> Option<Likely> {
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
    let name = shown_name(community);
    let shown = format!("{} {}", speech.order(command, &[name]), tamed(&people));
    // A trial stays one.
    let rest = format!("{} {} {people}", flags.typed(), community.id).trim_start().to_owned();
    Some(Likely { command, rest, shown })
}

/// The command whose name was typed in pieces: `/who am i`.
pub(super) fn in_one(order: &Order, speech: &Speech) -> Option<Likely> {
    let mut name = order.typed.clone();
    for word in order.rest.split_whitespace().take(3) {
        name.push_str(word.trim_end_matches(is_end));
        if let Some(spec) = named(&name).filter(|spec| spec.args.is_empty() && is_run(spec)) {
            return Some(Likely::new(spec, "", speech));
        }
    }
    None
}

/// The command of nearly this name that takes words, where this one takes none: `/communities sales`.
pub(super) fn sibling(order: &Order, mistake: &Mistake, speech: &Speech) -> Option<Likely> {
    let spec = named(&order.typed).filter(|spec| spec.args.is_empty())?;
    // All there is, is what this one shows.
    if !matches!(mistake, Mistake::TooManyWords(_)) || means(&order.rest, "all") {
        return None;
    }
    let typed = fold(&order.typed);
    let is_near = |other: &&&'static Spec| {
        other.name != spec.name
            && is_run(other)
            && other.names().any(|name| strsim::jaro_winkler(&typed, &fold(name)) >= ALIKE)
            && args::parse(other.args, other.is_mutating, &order.rest).is_ok()
    };
    let other = registry::COMMANDS.iter().find(is_near)?;
    Some(Likely::new(other, &order.rest, speech))
}

/// The end of a community that was likely meant by an order to delete it as if it were somebody in it:
/// `/excluir vendas`.
pub(super) fn on_the_whole(order: &Order, mistake: &Mistake, speech: &Speech) -> Option<Likely> {
    let is_it = *mistake == Mistake::MissingPeople && means(&order.typed, "words-for-ending");
    let spec = named("deactivate").filter(|_| is_it)?;
    Some(Likely::new(spec, &order.rest, speech))
}

fn shown_name(community: &CommunityEntry) -> &str {
    if community.name.is_empty() { community.id.as_str() } else { &community.name }
}

fn is_run(spec: &Spec) -> bool {
    matches!(spec.run, Run::This(_))
}

fn is_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ':' | ',' | ';' | '|' | '…')
}

/// The words of a line with where each ends.
fn words(line: &str) -> Vec<(&str, usize)> {
    let words = line.split_whitespace();
    words.map(|word| (word, word.as_ptr() as usize - line.as_ptr() as usize + word.len())).collect()
}

type Find<'f> = dyn Fn(&str) -> Option<CommunityEntry> + 'f;

/// A community whose name the text ends with, and what is before it.
fn at_the_end<'t>(text: &'t str, find: &Find<'_>) -> Option<(CommunityEntry, &'t str)> {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || is_end(c));
    let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '\'' | '‘' | '’');
    if let Some(inside) = text.strip_suffix(is_quote) {
        let open = inside.rfind(is_quote)?;
        let name = inside[open..].trim_start_matches(is_quote);
        return Some((find(name)?, before(&text[..open])));
    }
    let line = text.rfind('\n').map_or(0, |end| end + 1);
    let words: Vec<usize> =
        words(&text[line..]).into_iter().map(|(word, end)| line + end - word.len()).collect();
    let starts = &words[words.len().saturating_sub(LONGEST_NAME)..];
    starts.iter().find_map(|start| Some((find(&text[*start..])?, before(&text[..*start]))))
}

fn before(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '|' | ',' | ';' | ':'))
}

/// A community whose name the text begins with, and what follows it.
fn at_the_beginning<'t>(text: &'t str, find: &Find<'_>) -> Option<(CommunityEntry, &'t str)> {
    if let Some((name, others)) = quoted_name(text) {
        return Some((find(&name)?, behind(others)));
    }
    let line = text.lines().next().unwrap_or_default();
    let ends: Vec<usize> = words(line).into_iter().map(|(_, end)| end).take(LONGEST_NAME).collect();
    ends.iter().rev().find_map(|end| {
        let name = text[..*end].trim_end_matches(is_end);
        Some((find(name)?, behind(&text[*end..])))
    })
}

fn behind(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || is_end(c))
}

/// A community behind words that belong to no name, and what follows it.
fn behind_small_words<'t>(text: &'t str, find: &Find<'_>) -> Option<(CommunityEntry, &'t str)> {
    let mut rest = text;
    while is_beside_a_name(rest) {
        let end = rest.find(char::is_whitespace)?;
        rest = rest[end..].trim_start();
    }
    (rest.len() < text.len()).then(|| at_the_beginning(rest, find))?
}

/// What is between the words of these keys at both ends.
fn without_small_words<'t>(mut text: &'t str, keys: &[&'static str]) -> &'t str {
    let is_small = |word: &str| keys.iter().any(|key| means(word, key));
    while let Some((others, _)) = text.rsplit_once(char::is_whitespace).filter(|(_, word)| is_small(word)) {
        text = others.trim_end();
    }
    while let Some((_, others)) = text.split_once(char::is_whitespace).filter(|(word, _)| is_small(word)) {
        text = others.trim_start();
    }
    text
}

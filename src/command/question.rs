//! What the bot asks back, and how a person answers without a command: `yes`, `2`, a 👍.
//!
//! A question is remembered with the answer that asks it, by admin and chat; whoever answers is the
//! same person in the same chat, within five minutes. What an answer sets in motion is kept with its
//! own order's plan, so that no later question can change it under way.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::OrderMeant;
use crate::clock::Timestamp;
use crate::directory::fold;
use crate::domain::{Chat, Locale};
use crate::i18n;
use crate::storage::{Memory, MemoryKind, Remembered, Store, Unavailable};

/// How long a question waits for its answer.
pub const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How much later than it went out a message may be noted.
const NOTING: Duration = Duration::from_secs(1);
/// For how long somebody who answers too late is told so.
const MEMORY: Duration = Duration::from_secs(60 * 60);
/// No answer without a command is longer, in bytes.
pub const LONGEST: usize = 40;
/// The most options of a question.
pub const MOST_OPTIONS: usize = 30;

/// A question that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The id of the order that asks.
    pub asked_by: String,
    /// The language in which it is asked.
    pub language: String,
    /// The English name of the command that an answer carries out.
    pub command: String,
    /// Its words before the chosen ones.
    pub before: String,
    /// What can be chosen by number; where nothing can be, a yes is asked for.
    pub options: Vec<String>,
    /// Its words behind the chosen ones.
    pub after: String,
    /// Several may be chosen.
    pub takes_several: bool,
    /// The ids of the orders whose questions led to this one.
    #[serde(default)]
    pub askers: Vec<String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// These numbers.
    Numbers(Vec<usize>),
    /// A 👍 on the message with this id.
    Thumb(String),
}

/// Whose question it is: an admin's in a chat.
pub fn place(admin: &str, chat: &Chat, by_owner: bool) -> String {
    format!("{admin} {}", chat.lane(admin, by_owner))
}

impl Question {
    /// A question from how it was kept; nothing of an earlier version.
    pub fn of(remembered: &Remembered) -> Option<Self> {
        serde_json::from_str(&remembered.value).ok()
    }

    /// The question as it is remembered, of an admin in a chat.
    pub fn asked(&self, place: &str) -> Memory {
        let value = serde_json::to_string(self).ok();
        Memory { kind: MemoryKind::Question, place: place.to_owned(), value }
    }

    /// What a choice of these options means.
    pub fn chosen(&self, options: &[&str]) -> OrderMeant {
        let words = [&[self.before.as_str()], options, &[self.after.as_str()]].concat();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        OrderMeant {
            command: self.command.clone(),
            rest: words.join(" "),
            is_confirmed: self.options.is_empty(),
            forget: Some(super::MemoryName::Question),
            only_if: None,
            askers: self.askers.iter().chain([&self.asked_by]).cloned().collect(),
        }
    }
}

/// The question of an order that answered others before.
pub fn behind(askers: Vec<String>, memory: &mut Memory) {
    let question = memory.value.as_deref().and_then(|value| serde_json::from_str::<Question>(value).ok());
    if let Some(question) = question.filter(|_| memory.kind == MemoryKind::Question) {
        memory.value = serde_json::to_string(&Question { askers, ..question }).ok();
    }
}

/// No question waits in this place any more.
pub fn dropped(place: String) -> Memory {
    Memory { kind: MemoryKind::Question, place, value: None }
}

/// The same where it was asked since the order came that drops it.
pub fn void(place: String) -> Memory {
    Memory { kind: MemoryKind::Question, place, value: Some(String::new()) }
}

/// Whether an answer that was accepted at this moment was given before anybody could see the question, which
/// may have waited for its turn to be sent. That it went out is noted a moment after it did.
pub fn is_early(asked: Timestamp, shown: Timestamp, accepted: Timestamp) -> bool {
    accepted < asked || accepted.plus(NOTING) < shown
}

/// Whether an answer that was given at this moment comes in time.
pub fn is_in_time(asked: Timestamp, answered: Timestamp) -> bool {
    answered.since(asked) <= PATIENCE
}

/// Whether a question waits here, or has waited until a short while ago.
pub async fn is_open(
    store: &Store,
    instance: &str,
    place: &str,
    now: Timestamp,
) -> Result<bool, Unavailable> {
    let asked = store.recall(instance, MemoryKind::Question, place).await?;
    Ok(asked.is_some_and(|asked| now.since(asked.at) <= MEMORY))
}

static YES: LazyLock<HashSet<String>> = LazyLock::new(|| listed("answer-yes"));
static NO: LazyLock<HashSet<String>> = LazyLock::new(|| listed("answer-no"));
/// What is a yes where nobody but the bot is spoken to.
static WIDER_YES: LazyLock<HashSet<String>> = LazyLock::new(|| listed("answer-yes-direct"));
/// What is a no there, with whatever follows.
static STOP: LazyLock<HashSet<String>> = LazyLock::new(|| listed("answer-stop"));
/// What is said beside a yes or a number and adds nothing.
static BESIDE: LazyLock<HashSet<String>> = LazyLock::new(|| listed("answer-beside-yes"));
/// What is said before a number.
static BEFORE_NUMBER: LazyLock<HashSet<String>> = LazyLock::new(|| listed("answer-before-number"));
/// Numbers in words.
static NUMBERS: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let texts = Locale::ALL.map(|locale| i18n::text(locale, "answer-numbers", &[]));
    let all = texts.iter().flat_map(|text| text.split(',').zip(1..));
    all.flat_map(|(ways, number)| ways.split('/').map(move |way| (fold(way), number))).collect()
});

/// The words that the catalogues list under a key, folded.
pub(super) fn listed(key: &str) -> HashSet<String> {
    let texts = Locale::ALL.map(|locale| i18n::text(locale, key, &[]));
    texts.iter().flat_map(|text| text.split(',')).map(fold).filter(|word| !word.is_empty()).collect()
}

/// The answer in a text that is no order, if it is one. In a group, where an `ok` is to somebody else, it is
/// the very word; in a direct chat people say it in more of them.
pub fn bare(text: &str, is_direct: bool) -> Option<Answer> {
    if text.len() > LONGEST {
        return None;
    }
    if is_thumb(text.trim()) {
        return Some(Answer::Yes);
    }
    let text = fold(text);
    let word = text.trim_end_matches(['.', '!', ',', ')']).trim_start_matches('(');
    match () {
        () if YES.contains(word) => Some(Answer::Yes),
        () if NO.contains(word) => Some(Answer::No),
        () => match numbers(word) {
            Some(numbers) => Some(Answer::Numbers(numbers)),
            None if is_direct => spoken(&text),
            None => None,
        },
    }
}

/// An answer in several words: `sim, pode`, `não, espera`, `o segundo`. A yes or a number with anything that
/// may take it back is none.
fn spoken(text: &str) -> Option<Answer> {
    let is_sign =
        |c: char| matches!(c, '.' | '!' | '¡' | ',' | ';' | ':' | '(' | ')' | '*' | '_' | '~' | '…');
    let words = text.split_whitespace().map(|word| word.trim_matches(is_sign));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let first = *words.first()?;
    if NO.contains(first) || STOP.contains(first) {
        return Some(Answer::No);
    }
    let is_beside = |word: &&str| BESIDE.contains(*word);
    let is_yes = |word: &&str| YES.contains(*word) || WIDER_YES.contains(*word);
    if words.iter().any(is_yes) {
        return words.iter().all(|word| is_yes(word) || is_beside(word)).then_some(Answer::Yes);
    }
    let number = words.into_iter().filter(|word| !is_beside(word)).collect::<Vec<_>>().join(" ");
    let behind = number.split_once(' ').filter(|(word, _)| BEFORE_NUMBER.contains(*word));
    let ways = [Some(number.as_str()), behind.map(|(_, number)| number)];
    ways.into_iter().flatten().find_map(|way| {
        let named = NUMBERS.get(way).map(|number| vec![*number]);
        named.or_else(|| numbers(way)).map(Answer::Numbers)
    })
}

/// A 👍 in any colour of skin.
pub fn is_thumb(text: &str) -> bool {
    let mut signs = text.chars().filter(|c| !matches!(c, '\u{1f3fb}'..='\u{1f3ff}' | '\u{fe0f}'));
    signs.next() == Some('👍') && signs.next().is_none()
}

/// Numbers and ranges of them: `2`, `1 3-5`, `1, 2 e 4`.
pub fn numbers(text: &str) -> Option<Vec<usize>> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.');
    let mut found = Vec::new();
    for word in text.split(is_between).filter(|word| !word.is_empty()) {
        // "and", as people say it between the last two.
        if matches!(word, "e" | "y" | "and" | "&" | "+") && !found.is_empty() {
            continue;
        }
        found.extend(range(word)?);
        if found.len() > MOST_OPTIONS {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The numbers that a word stands for: `4`, `3-5`.
pub fn range(word: &str) -> Option<std::ops::RangeInclusive<usize>> {
    let number = |word: &str| -> Option<usize> {
        let is_number = (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| word.parse().ok()).flatten().filter(|number| *number > 0)
    };
    match word.split_once(['-', '–', '—']) {
        Some((first, last)) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(first..=last)
        }
        None => number(word).map(|number| number..=number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_from_chatter() {
        let rows = [
            ("sim", Some(Answer::Yes)),
            ("Sim!", Some(Answer::Yes)),
            ("SÍ", Some(Answer::Yes)),
            ("yes", Some(Answer::Yes)),
            ("👍🏽", Some(Answer::Yes)),
            ("não", Some(Answer::No)),
            ("nao.", Some(Answer::No)),
            ("no", Some(Answer::No)),
            ("2", Some(Answer::Numbers(vec![2]))),
            ("2)", Some(Answer::Numbers(vec![2]))),
            ("1 3-5", Some(Answer::Numbers(vec![1, 3, 4, 5]))),
            ("1, 2 e 4", Some(Answer::Numbers(vec![1, 2, 4]))),
            ("sim, pode", None),
            ("ok", None),
            ("claro", None),
            ("dois", None),
            ("não, espera", None),
            ("0", None),
            ("5-3", None),
            ("e", None),
            ("1234", None),
            ("1-999", None),
            ("bom dia", None),
            ("👍👍", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(bare(text, false), expected, "{text:?}");
        }
    }

    #[test]
    fn in_a_direct_chat_an_answer_has_more_words() {
        let yes = ["sim", "ok", "Okay!", "pode", "claro", "dale", "Sim, pode", "Sim por favor"];
        for text in
            yes.into_iter().chain(["yes please", "sí, gracias", "sim 🙏", "*sim*", "claro, pode fazer"])
        {
            assert_eq!(bare(text, true), Some(Answer::Yes), "{text:?}");
        }
        for text in ["não", "no thanks", "não, espera", "cancela", "para", "deixa pra lá", "cancel", "no no"]
        {
            assert_eq!(bare(text, true), Some(Answer::No), "{text:?}");
        }
        let numbers: [(&str, &[usize]); 12] = [
            ("dois", &[2]),
            ("o primeiro", &[1]),
            ("a segunda", &[2]),
            ("the third one", &[3]),
            ("el décimo", &[10]),
            ("número 2", &[2]),
            ("opção dois", &[2]),
            ("o 2", &[2]),
            ("*2*", &[2]),
            ("2, por favor", &[2]),
            ("número 1, 2 e 4", &[1, 2, 4]),
            ("cinco, please", &[5]),
        ];
        for (text, expected) in numbers {
            assert_eq!(bare(text, true), Some(Answer::Numbers(expected.to_vec())), "{text:?}");
        }
        let chatter = [
            "sim, mas só amanhã",
            "por isso",
            "y",
            "thank you y",
            "sim?",
            "sim, não",
            "claro que não",
            "por favor",
            "obrigado",
            "segunda",
            "a gente vê",
            "os dois",
            "the two",
            "o número",
            "2 ou 3",
            "2 sim",
            "bom dia",
            "👍👍",
            "",
        ];
        for text in chatter {
            assert_eq!(bare(text, true), None, "{text:?}");
        }
    }
}

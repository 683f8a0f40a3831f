//! What the bot asks back, and how a person answers without a command: `yes`, `2`, a 👍.
//!
//! A question is remembered with the answer that asks it, by admin and chat; whoever answers is the
//! same person in the same chat, within five minutes, who gave no other command since and quotes nothing else. What an answer sets in motion is kept with its
//! own order's plan, so that no later question can change it under way.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

use super::DeferredCommand;
use crate::clock::Timestamp;
use crate::directory::{fold, is_invisible};
use crate::domain::{ConversationKey, InstanceName, Locale};
use crate::i18n;
use crate::storage::{StateChange, StateEntry, StateKind, Store, StoreUnavailable};

/// How long a question waits for its answer.
pub const PROMPT_TTL: Duration = Duration::from_secs(5 * 60);
/// How much later than it went out a message may be noted.
const MAX_RECORD_DELAY: Duration = Duration::from_secs(1);
/// For how long somebody who answers too late is told so.
const LATE_REPLY_TTL: Duration = Duration::from_secs(60 * 60);
/// No answer without a command is longer, in bytes: a sentence with a no in it.
pub const MAX_REPLY_LEN: usize = 1_000;
/// No other answer without a command is longer, in bytes.
pub const LONGEST_PLAIN: usize = 40;
/// The most options of a question.
pub const MAX_OPTIONS: usize = 30;

/// A question that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
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
    /// A yes takes a change back: `/undo` asked.
    #[serde(default)]
    pub is_undo: bool,
    /// What must be so still for that, as [`DeferredCommand::only_if`].
    #[serde(default)]
    pub only_if: Option<String>,
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
    /// Words that also end a talk: `ok`, `obrigado`.
    Acknowledgement {
        /// It is a yes all the same where what is asked about can be undone: `ok`.
        is_agreement: bool,
    },
}

/// The commands whose effect cannot be undone.
const IRREVERSIBLE: [&str; 5] = ["announce", "create", "deactivate", "remove", "invite"];

impl Prompt {
    /// A question from how it was kept; nothing of an earlier version.
    pub fn from_state(remembered: &StateEntry) -> Option<Self> {
        serde_json::from_str(&remembered.value).ok()
    }

    /// What a yes does cannot be undone.
    pub fn is_irreversible(&self) -> bool {
        IRREVERSIBLE.contains(&self.command.as_str())
    }

    /// The question as it is remembered, of an admin in a chat.
    pub fn asked(&self, key: &ConversationKey) -> StateChange {
        let value = serde_json::to_string(self).ok();
        StateChange { kind: StateKind::Prompt, key: key.to_string(), value }
    }

    /// What a choice of these options means.
    pub fn resolve_choice(&self, options: &[&str]) -> DeferredCommand {
        let words = [&[self.before.as_str()], options, &[self.after.as_str()]].concat();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        DeferredCommand {
            command: self.command.clone(),
            rest: words.join(" "),
            is_confirmed: self.options.is_empty(),
            forget: Some(if self.is_undo {
                super::ClearedState::Undo
            } else {
                super::ClearedState::Question
            }),
            only_if: self.only_if.clone(),
            askers: self.askers.iter().chain([&self.asked_by]).cloned().collect(),
        }
    }
}

/// The question of an order that answered others before.
pub fn with_askers(askers: Vec<String>, memory: &mut StateChange) {
    let question = memory.value.as_deref().and_then(|value| serde_json::from_str::<Prompt>(value).ok());
    if let Some(question) = question.filter(|_| memory.kind == StateKind::Prompt) {
        memory.value = serde_json::to_string(&Prompt { askers, ..question }).ok();
    }
}

/// No question waits in this place any more.
pub fn cleared(key: &ConversationKey) -> StateChange {
    StateChange { kind: StateKind::Prompt, key: key.to_string(), value: None }
}

/// The same where it was asked since the order came that drops it.
pub fn voided(key: &ConversationKey) -> StateChange {
    StateChange { kind: StateKind::Prompt, key: key.to_string(), value: Some(String::new()) }
}

/// Whether an answer that was accepted at this moment was given before anybody could see the question, which
/// may have waited for its turn to be sent. That it went out is noted a moment after it did.
pub fn predates_prompt(asked: Timestamp, shown: Timestamp, accepted: Timestamp) -> bool {
    accepted < asked || accepted.plus(MAX_RECORD_DELAY) < shown
}

/// Whether an answer that was given at this moment comes in time.
pub fn is_in_time(asked: Timestamp, answered: Timestamp) -> bool {
    answered.since(asked) <= PROMPT_TTL
}

/// Whether a question waits here, or has waited until a short while ago.
pub async fn is_prompt_pending(
    store: &Store,
    instance: &InstanceName,
    key: &ConversationKey,
    now: Timestamp,
) -> Result<bool, StoreUnavailable> {
    let asked = store.get_state(instance, StateKind::Prompt, key.as_str()).await?;
    Ok(asked.is_some_and(|asked| now.since(asked.at) <= LATE_REPLY_TTL))
}

static YES: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("answer-yes"));
/// What is a yes where nobody but the bot is spoken to.
static DIRECT_YES: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("answer-yes-direct"));
/// What is a yes there as well, where it can be undone: it also ends a talk.
static AGREEMENT: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("answer-agreement"));
/// What ends a talk, and is no yes.
static THANKS: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("answer-thanks"));
/// The word itself.
static NO: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("answer-no"));
/// What is a no wherever it stands.
static NO_WITHIN: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let all = word_list("answer-no").into_iter().chain(word_list("answer-no-within"));
    all.filter(|word| word != AMBIGUOUS_NO).collect()
});
/// The same of several words, by the first one.
static NO_PHRASES: LazyLock<HashMap<String, Vec<Vec<String>>>> = LazyLock::new(|| {
    let mut phrases: HashMap<String, Vec<Vec<String>>> = HashMap::new();
    for phrase in NO_WITHIN.iter() {
        let mut words = phrase.split(' ').map(str::to_owned);
        if let Some(first) = words.next() {
            let rest: Vec<String> = words.collect();
            phrases.entry(first).or_default().extend((!rest.is_empty()).then_some(rest));
        }
    }
    phrases.retain(|_, rests| !rests.is_empty());
    phrases
});
/// What is a no where nothing else is said, or, to the bot alone, whatever follows: elsewhere it means
/// something else, as `para` does.
static DIRECT_NO: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("answer-stop"));
/// The word that is a no in two languages, and says where something is in Portuguese.
const AMBIGUOUS_NO: &str = "no";
/// What is said beside a yes or a number and adds nothing.
static FILLER_WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("answer-beside-yes"));
/// What is said before a number.
static NUMBER_PREFIXES: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("answer-before-number"));
/// Numbers in words.
static NUMBER_WORDS: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let texts = Locale::ALL.map(|locale| i18n::text(locale, "answer-numbers", &[]));
    let all = texts.iter().flat_map(|text| text.split(',').zip(1..));
    all.flat_map(|(ways, number)| ways.split('/').map(move |way| (fold(way), number))).collect()
});

/// The words that the catalogues list under a key, folded.
pub(super) fn word_list(key: &str) -> HashSet<String> {
    let texts = Locale::ALL.map(|locale| i18n::text(locale, key, &[]));
    texts.iter().flat_map(|text| text.split(',')).map(fold).filter(|word| !word.is_empty()).collect()
}

/// The answer in a text that is no order, if it is one. In a group, where an `ok` is to somebody else, it is
/// the very word; in a direct chat people say it in more of them. A no counts wherever it stands, also beside a
/// yes. `language` is that of the prompt, where it is known.
pub fn parse_reply(text: &str, is_direct: bool, language: Option<Locale>) -> Option<Answer> {
    if text.len() > MAX_REPLY_LEN {
        return None;
    }
    if has_no(text, language) {
        return Some(Answer::No);
    }
    if text.len() > LONGEST_PLAIN {
        return None;
    }
    if is_thumbs_up(text.trim()) {
        return Some(Answer::Yes);
    }
    let text = fold(text);
    let word = text.trim_end_matches(['.', '!', ',', ')']).trim_start_matches('(');
    match () {
        () if YES.contains(word) => Some(Answer::Yes),
        () => match parse_numbers(word) {
            Some(numbers) => Some(Answer::Numbers(numbers)),
            None if is_direct => parse_spoken_reply(&text),
            None => None,
        },
    }
}

/// An answer in several words: `sim, pode`, `o segundo`, `ok obrigada`. A yes or a number with anything that
/// may take it back is none.
fn parse_spoken_reply(text: &str) -> Option<Answer> {
    let words = text.split_whitespace().map(|word| word.trim_matches(is_sign));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let first = *words.first()?;
    if DIRECT_NO.contains(first) || first == AMBIGUOUS_NO {
        return Some(Answer::No);
    }
    let is_beside = |word: &&str| FILLER_WORDS.contains(*word);
    let is_yes = |word: &&str| YES.contains(*word) || DIRECT_YES.contains(*word);
    if words.iter().any(is_yes) {
        let is_said_beside = |word: &&str| is_beside(word) || is_courtesy(word);
        return words.iter().all(|word| is_yes(word) || is_said_beside(word)).then_some(Answer::Yes);
    }
    if words.iter().any(is_courtesy) {
        let is_all = words.iter().all(|word| is_courtesy(word) || is_beside(word));
        let is_agreement = words.iter().any(|word| AGREEMENT.contains(*word));
        // A number with thanks is a number.
        if is_all {
            return Some(Answer::Acknowledgement { is_agreement });
        }
    }
    let is_beside = |word: &&str| is_beside(word) || THANKS.contains(*word);
    let number = words.into_iter().filter(|word| !is_beside(word)).collect::<Vec<_>>().join(" ");
    let behind = number.split_once(' ').filter(|(word, _)| NUMBER_PREFIXES.contains(*word));
    let ways = [Some(number.as_str()), behind.map(|(_, number)| number)];
    ways.into_iter().flatten().find_map(|way| {
        let named = NUMBER_WORDS.get(way).map(|number| vec![*number]);
        named.or_else(|| parse_numbers(way)).map(Answer::Numbers)
    })
}

fn is_courtesy(word: &&str) -> bool {
    AGREEMENT.contains(*word) || THANKS.contains(*word)
}

/// A sign around a word that says nothing.
fn is_sign(c: char) -> bool {
    matches!(c, '.' | '!' | '¡' | ',' | ';' | ':' | '(' | ')' | '*' | '_' | '~' | '…')
}

/// Whether a text holds a no, in any language, wherever it stands: `acho melhor não`, `sim, não`, `✋`.
fn has_no(text: &str, language: Option<Locale>) -> bool {
    let is_no_sign = |c| matches!(c, '👎' | '🛑' | '✋' | '🤚' | '❌' | '✖' | '🚫' | '⛔' | '🙅');
    if text.contains(is_no_sign) {
        return true;
    }
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c.is_whitespace() || is_kept(c)) || c == '\n');
    parts.map(fold).filter(|part| !part.is_empty()).any(|part| is_no(&part, language))
}

/// A sign inside a word: an apostrophe, or an accent that stands by itself.
fn is_kept(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '´') || is_combining_mark(c) || is_invisible(c)
}

/// Whether a part of a sentence, folded, holds a no.
fn is_no(part: &str, language: Option<Locale>) -> bool {
    let spelled: Vec<&str> = part.split(' ').collect();
    let words: Vec<&str> = spelled.iter().map(|word| word.trim_matches('\'')).collect();
    let is_strong = |word: &&str| {
        let is_listed = NO_WITHIN.contains(*word) || NO_WITHIN.contains(squeezed(word).as_ref());
        is_listed || word.ends_with("n't") || word.starts_with("cancel")
    };
    let is_ambiguous = |word: &str| squeezed(word) == AMBIGUOUS_NO;
    let is_plain_no = match language {
        // Behind it, Portuguese says where: `no grupo`.
        Some(Locale::PtBr) => words.last().is_some_and(|last| is_ambiguous(last)),
        _ => words.iter().any(|word| is_ambiguous(word)),
    };
    let is_phrase = |(index, first): (usize, &&str)| {
        let following = &spelled[index + 1..];
        NO_PHRASES.get(*first).is_some_and(|rests| {
            rests.iter().any(|rest| following.get(..rest.len()).is_some_and(|words| words == rest.as_slice()))
        })
    };
    is_plain_no
        || DIRECT_NO.contains(part)
        || words.iter().any(is_strong)
        || spelled.iter().enumerate().any(is_phrase)
}

/// A word that begins with `n` with letters in a row made one: `nãooo`, `nooo`.
fn squeezed(word: &str) -> Cow<'_, str> {
    if !word.starts_with('n') {
        return Cow::Borrowed(word);
    }
    let mut chars: Vec<char> = word.chars().collect();
    chars.dedup();
    Cow::Owned(chars.into_iter().collect())
}

/// Whether a word is a no, and nothing else: `/no` says what `no` says.
pub fn is_no_word(word: &str) -> bool {
    NO.contains(&fold(word))
}

/// A 👍 in any colour of skin.
pub(super) fn is_thumbs_up(text: &str) -> bool {
    let mut signs = text.chars().filter(|c| !matches!(c, '\u{1f3fb}'..='\u{1f3ff}' | '\u{fe0f}'));
    signs.next() == Some('👍') && signs.next().is_none()
}

/// Numbers and ranges of them: `2`, `1 3-5`, `1, 2 e 4`.
pub fn parse_numbers(text: &str) -> Option<Vec<usize>> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.');
    let mut found = Vec::new();
    for word in text.split(is_between).filter(|word| !word.is_empty()) {
        // "and", as people say it between the last two.
        if matches!(word, "e" | "y" | "and" | "&" | "+") && !found.is_empty() {
            continue;
        }
        found.extend(parse_range(word)?);
        if found.len() > MAX_OPTIONS {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The numbers that a word stands for: `4`, `3-5`.
pub fn parse_range(word: &str) -> Option<std::ops::RangeInclusive<usize>> {
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

    fn texts<'t>(list: &'t str) -> impl Iterator<Item = &'t str> + 't {
        list.split('|').map(str::trim).filter(|text| !text.is_empty())
    }

    const YES: &str = "sim|Sim!|SIM|*sim*|sim, pode|sim por favor|Sim, obrigado|sim 🙏|pode|pode fazer|confirmo|
        claro, pode fazer|sim sim|ok, sim|👍|👍🏽|sim claro|yes|yep|yes please|yes, thanks|Yes!|sí|SÍ|sí, gracias|
        dale|claro|sí, por favor";
    /// Also a no in a group.
    const NO: &str = "não|nao|nao.|NÃO!|n|nãooo|não, espera|nossa melhor não|acho que não|melhor não fazer isso agora|
        peraí|péra|espera|espera aí|esquece|esquece isso|deixa|deixa pra lá|agora não|para|para!|não, para|pare|
        cancela|cancela isso aí|pode cancelar|sim, não|claro que não|sim mas não agora|nunca|jamais|desisto|
        nem pensar|calma|per aí|ok, não|naum|👎|👎🏽|🛑|✋|❌ não era isso|🚫|sim 👎|
        e se a gente esperasse a reunião de quinta, porque eu acho que ainda não é a hora de fazer isso|
        no|no mejor no|no, gracias|todavía no|mejor no|déjalo|espérate|olvídalo|ni hablar|nunca|sí, pero no ahora|
        no no|nooo|wait|not now|don't|don’t do it|do not|no thanks|nope|yes, but not yet|never mind|hold on|
        i wouldn't|stop|cancel that|please stop";
    /// Neither, wherever it is said.
    const NEITHER: &str = "bom dia|boa reunião|vamos almoçar?|sim?|sim, mas só amanhã|por isso|quem vai levar o bolo|
        a gente vê|segunda|os dois|2 ou 3|2 sim|para amanhã cedo às nove horas fica bom pra gente|valeu a pena|
        tudo certo por aí?|por favor|vou mandar para vocês|é de noite|o número|👍👍|sei lá|good morning|
        note this|the two|later today|see you|mañana vemos|qué tal|un saludo";
    const ACKNOWLEDGEMENTS: &str =
        "ok|Okay!|OK obrigada|ok 🙏|certo|certinho|beleza|blz|tá|tá bom|obrigado|Obrigada!|
        valeu|vlw|entendi|🙏|thanks|thank you|ok thanks|vale|gracias|ok, por favor|listo";

    #[test]
    fn t46_a_no_is_a_no_wherever_it_stands_and_a_yes_has_none_beside_it() {
        for text in texts(NO) {
            for is_direct in [true, false] {
                assert_eq!(parse_reply(text, is_direct, None), Some(Answer::No), "{text:?}");
            }
        }
        for text in texts(YES) {
            assert_eq!(parse_reply(text, true, None), Some(Answer::Yes), "{text:?}");
        }
        for text in texts(NEITHER) {
            for is_direct in [true, false] {
                let answer = parse_reply(text, is_direct, None);
                // Whoever begins so talks to the bot alone.
                let is_stop = is_direct && text.starts_with("para");
                assert_eq!(answer, is_stop.then_some(Answer::No).filter(|_| text.len() <= 40), "{text:?}");
            }
        }
    }

    #[test]
    fn t46_what_also_ends_a_talk_is_told_from_a_yes() {
        for text in texts(ACKNOWLEDGEMENTS) {
            let is_agreement = fold(text).starts_with("ok");
            assert_eq!(
                parse_reply(text, true, None),
                Some(Answer::Acknowledgement { is_agreement }),
                "{text:?}"
            );
            assert_eq!(parse_reply(text, false, None), None, "{text:?}");
        }
    }

    #[test]
    fn in_portuguese_no_says_where() {
        let portuguese = Some(Locale::PtBr);
        for text in ["vou no mercado", "tem gente no grupo", "no grupo da escola"] {
            assert_eq!(parse_reply(text, false, portuguese), None, "{text:?}");
            assert_eq!(parse_reply(text, false, Some(Locale::Es)), Some(Answer::No), "{text:?}");
        }
        for text in ["no", "no, espera", "acho que no.", "no\nno"] {
            assert_eq!(parse_reply(text, false, portuguese), Some(Answer::No), "{text:?}");
        }
    }

    #[test]
    fn a_no_is_looked_for_in_a_thousand_bytes_and_no_further() {
        let long = |length: usize| format!("{} não", "a".repeat(length - 5));
        assert_eq!(parse_reply(&long(MAX_REPLY_LEN), false, None), Some(Answer::No));
        assert_eq!(parse_reply(&long(MAX_REPLY_LEN + 1), false, None), None);
    }

    #[test]
    fn in_a_group_an_answer_is_the_very_word() {
        let rows = [
            ("sim", Some(Answer::Yes)),
            ("Sim!", Some(Answer::Yes)),
            ("SÍ", Some(Answer::Yes)),
            ("yes", Some(Answer::Yes)),
            ("👍🏽", Some(Answer::Yes)),
            ("2", Some(Answer::Numbers(vec![2]))),
            ("2)", Some(Answer::Numbers(vec![2]))),
            ("1 3-5", Some(Answer::Numbers(vec![1, 3, 4, 5]))),
            ("1, 2 e 4", Some(Answer::Numbers(vec![1, 2, 4]))),
            ("sim, pode", None),
            ("ok", None),
            ("claro", None),
            ("dois", None),
            ("0", None),
            ("5-3", None),
            ("e", None),
            ("1234", None),
            ("1-999", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parse_reply(text, false, None), expected, "{text:?}");
        }
    }

    #[test]
    fn in_a_direct_chat_a_number_has_more_words() {
        let numbers: [(&str, &[usize]); 13] = [
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
            ("2, obrigado", &[2]),
            ("número 1, 2 e 4", &[1, 2, 4]),
            ("cinco, please", &[5]),
        ];
        for (text, expected) in numbers {
            assert_eq!(parse_reply(text, true, None), Some(Answer::Numbers(expected.to_vec())), "{text:?}");
        }
        for text in ["y", "thank you y", ""] {
            assert_eq!(parse_reply(text, true, None), None, "{text:?}");
        }
    }
}

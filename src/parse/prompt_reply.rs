//! How a person replies to a prompt without a command: `yes`, `2`, a 👍.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::directory::fold;
use crate::domain::Locale;
use crate::i18n;
use crate::parse::numbers::parse_numbers;
use crate::parse::word_lists::word_list;

/// The longest reply without a command, in bytes: a sentence with a no in it.
pub const MAX_REPLY_LEN: usize = 1_000;

/// The longest other reply without a command, in bytes.
pub const LONGEST_PLAIN: usize = 40;

/// A reply to a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsedReply {
    /// Yes.
    Yes,
    /// No.
    No,
    /// These numbers.
    Numbers(Vec<usize>),
    /// Words that also end a conversation: `ok`, `obrigado`.
    Acknowledgement {
        /// It counts as a yes where the change can be undone: `ok`.
        is_agreement: bool,
    },
}

static YES: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("reply-yes"));

/// A yes in a direct chat only.
static DIRECT_YES: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("reply-yes-direct"));

/// A yes in a direct chat where the change can be undone; it also ends a conversation.
static AGREEMENT: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("reply-agreement"));

/// Ends a conversation, and is no yes.
static THANKS: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("reply-thanks"));

/// The plain word.
static NO: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("reply-no"));

/// How a word is a no, or begins one.
#[derive(Default)]
struct NoWord {
    /// It is one anywhere in a text.
    is_anywhere: bool,
    /// It is one if it is a whole part of a sentence.
    is_alone: bool,
    /// It begins one if one of these follows.
    phrases: Vec<Vec<String>>,
}

/// The words with which a no begins. Chatter of admins is looked up here word by word.
static NO_WORDS: LazyLock<HashMap<String, NoWord>> = LazyLock::new(|| {
    let mut words: HashMap<String, NoWord> = HashMap::new();
    for phrase in NO.iter().cloned().chain(word_list("reply-no-within")).filter(|word| word != AMBIGUOUS_NO) {
        let mut following = phrase.split(' ').map(str::to_owned);
        let first = words.entry(following.next().unwrap_or_default()).or_default();
        match following.collect::<Vec<_>>() {
            rest if rest.is_empty() => first.is_anywhere = true,
            rest => first.phrases.push(rest),
        }
    }
    for word in DIRECT_NO.iter() {
        words.entry(word.clone()).or_default().is_alone = true;
    }
    words
});

/// A no if it is the whole text, or, in a direct chat, the first word: elsewhere it has another meaning, as
/// `para` does.
static DIRECT_NO: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("reply-stop"));

/// A no in two languages, and “in the” in Portuguese.
const AMBIGUOUS_NO: &str = "no";

/// Words beside a yes or a number that add nothing.
static FILLER_WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("reply-beside-yes"));

/// Words before a number.
static NUMBER_PREFIXES: LazyLock<HashSet<String>> = LazyLock::new(|| word_list("reply-before-number"));

/// Numbers in words.
static NUMBER_WORDS: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let texts = Locale::ALL.map(|locale| i18n::text(locale, "reply-numbers", &[]));
    let all = texts.iter().flat_map(|text| text.split(',').zip(1..));
    all.flat_map(|(ways, number)| ways.split('/').map(move |way| (fold(way), number))).collect()
});

/// The reply in a text that is no command, if it is one. In a group, where an `ok` may be for another person,
/// only the exact words count; in a direct chat more of them do. A no counts anywhere in the text, also
/// beside a yes. `language` is that of the prompt, where it is known.
pub fn parse_reply(text: &str, is_direct: bool, language: Option<Locale>) -> Option<ParsedReply> {
    if text.len() > MAX_REPLY_LEN {
        return None;
    }
    if has_no(text, language) {
        return Some(ParsedReply::No);
    }
    if text.len() > LONGEST_PLAIN {
        return None;
    }
    if is_thumbs_up(text.trim()) {
        return Some(ParsedReply::Yes);
    }
    let text = fold(text);
    let word = text.trim_end_matches(['.', '!', ',', ')']).trim_start_matches('(');
    match () {
        () if YES.contains(word) => Some(ParsedReply::Yes),
        () => match parse_numbers(word) {
            Some(numbers) => Some(ParsedReply::Numbers(numbers)),
            None if is_direct => parse_spoken_reply(&text),
            None => None,
        },
    }
}

/// A reply in several words: `sim, pode`, `o segundo`, `ok obrigada`. A yes or a number beside other words is
/// none.
fn parse_spoken_reply(text: &str) -> Option<ParsedReply> {
    let words = text.split_whitespace().map(|word| word.trim_matches(is_sign));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let first = *words.first()?;
    if DIRECT_NO.contains(first) || first == AMBIGUOUS_NO {
        return Some(ParsedReply::No);
    }
    let is_beside = |word: &&str| FILLER_WORDS.contains(*word);
    let is_yes = |word: &&str| YES.contains(*word) || DIRECT_YES.contains(*word);
    if words.iter().any(is_yes) {
        let is_said_beside = |word: &&str| is_beside(word) || is_courtesy(word);
        return words.iter().all(|word| is_yes(word) || is_said_beside(word)).then_some(ParsedReply::Yes);
    }
    if words.iter().any(is_courtesy) {
        let is_all = words.iter().all(|word| is_courtesy(word) || is_beside(word));
        let is_agreement = words.iter().any(|word| AGREEMENT.contains(*word));
        // A number with thanks is a number.
        if is_all {
            return Some(ParsedReply::Acknowledgement { is_agreement });
        }
    }
    let is_beside = |word: &&str| is_beside(word) || THANKS.contains(*word);
    let number = words.into_iter().filter(|word| !is_beside(word)).collect::<Vec<_>>().join(" ");
    let behind = number.split_once(' ').filter(|(word, _)| NUMBER_PREFIXES.contains(*word));
    let ways = [Some(number.as_str()), behind.map(|(_, number)| number)];
    ways.into_iter().flatten().find_map(|way| {
        let named = NUMBER_WORDS.get(way).map(|number| vec![*number]);
        named.or_else(|| parse_numbers(way)).map(ParsedReply::Numbers)
    })
}

fn is_courtesy(word: &&str) -> bool {
    AGREEMENT.contains(*word) || THANKS.contains(*word)
}

/// A sign around a word that adds nothing.
fn is_sign(c: char) -> bool {
    matches!(c, '.' | '!' | '¡' | ',' | ';' | ':' | '(' | ')' | '*' | '_' | '~' | '…')
}

/// Whether a text holds a no, in any language, wherever it stands: `acho melhor não`, `sim, não`, `✋`.
fn has_no(text: &str, language: Option<Locale>) -> bool {
    let is_no_sign = |c| matches!(c, '👎' | '🛑' | '✋' | '🤚' | '❌' | '✖' | '🚫' | '⛔' | '🙅');
    if text.contains(is_no_sign) {
        return true;
    }
    let is_boundary = |c: char| !(c.is_alphanumeric() || matches!(c, ' ' | '\''));
    text.lines().any(|line| fold(line).split(is_boundary).any(|part| is_no(part.trim(), language)))
}

/// Whether a part of a sentence, folded, holds a no.
fn is_no(part: &str, language: Option<Locale>) -> bool {
    let mut words = part.split(' ').map(|word| word.trim_matches('\''));
    let mut is_first = true;
    while let Some(word) = words.next() {
        let is_last = words.clone().next().is_none();
        let squeezed = squeeze(word);
        let is_known = |known: &NoWord| {
            known.is_anywhere
                || (known.is_alone && is_first && is_last)
                || known.phrases.iter().any(|phrase| words.clone().take(phrase.len()).eq(phrase))
        };
        // In Portuguese a place may follow: `no grupo`.
        let is_ambiguous = squeezed == AMBIGUOUS_NO && (is_last || language != Some(Locale::PtBr));
        if is_ambiguous
            || NO_WORDS.get(word).is_some_and(is_known)
            || matches!(&squeezed, Cow::Owned(word) if NO_WORDS.get(word).is_some_and(is_known))
            || word.ends_with("n't")
            || word.starts_with("cancel")
        {
            return true;
        }
        is_first = false;
    }
    false
}

/// Removes repeated letters of a word that begins with `n`: `nãooo`, `nooo`.
fn squeeze(word: &str) -> Cow<'_, str> {
    if !word.starts_with('n') || word.as_bytes().windows(2).all(|pair| pair[0] != pair[1]) {
        return Cow::Borrowed(word);
    }
    let mut chars: Vec<char> = word.chars().collect();
    chars.dedup();
    Cow::Owned(chars.into_iter().collect())
}

/// Whether a word is a plain no: `/no` means the same as `no`.
pub fn is_no_word(word: &str) -> bool {
    NO.contains(&fold(word))
}

/// A 👍 in any colour of skin.
pub fn is_thumbs_up(text: &str) -> bool {
    let mut signs = text.chars().filter(|c| !matches!(c, '\u{1f3fb}'..='\u{1f3ff}' | '\u{fe0f}'));
    signs.next() == Some('👍') && signs.next().is_none()
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
                assert_eq!(parse_reply(text, is_direct, None), Some(ParsedReply::No), "{text:?}");
            }
        }
        for text in texts(YES) {
            assert_eq!(parse_reply(text, true, None), Some(ParsedReply::Yes), "{text:?}");
        }
        for text in texts(NEITHER) {
            for is_direct in [true, false] {
                let answer = parse_reply(text, is_direct, None);
                // A text that begins so is for the bot.
                let is_stop = is_direct && text.starts_with("para");
                assert_eq!(
                    answer,
                    is_stop.then_some(ParsedReply::No).filter(|_| text.len() <= 40),
                    "{text:?}"
                );
            }
        }
    }

    #[test]
    fn t46_what_also_ends_a_talk_is_told_from_a_yes() {
        for text in texts(ACKNOWLEDGEMENTS) {
            let is_agreement = fold(text).starts_with("ok");
            assert_eq!(
                parse_reply(text, true, None),
                Some(ParsedReply::Acknowledgement { is_agreement }),
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
            assert_eq!(parse_reply(text, false, Some(Locale::Es)), Some(ParsedReply::No), "{text:?}");
        }
        for text in ["no", "no, espera", "acho que no.", "no\nno"] {
            assert_eq!(parse_reply(text, false, portuguese), Some(ParsedReply::No), "{text:?}");
        }
    }

    #[test]
    fn a_no_is_looked_for_in_a_thousand_bytes_and_no_further() {
        let long = |length: usize| format!("{} não", "a".repeat(length - 5));
        assert_eq!(parse_reply(&long(MAX_REPLY_LEN), false, None), Some(ParsedReply::No));
        assert_eq!(parse_reply(&long(MAX_REPLY_LEN + 1), false, None), None);
    }

    #[test]
    fn in_a_group_an_answer_is_the_very_word() {
        let rows = [
            ("sim", Some(ParsedReply::Yes)),
            ("Sim!", Some(ParsedReply::Yes)),
            ("SÍ", Some(ParsedReply::Yes)),
            ("yes", Some(ParsedReply::Yes)),
            ("👍🏽", Some(ParsedReply::Yes)),
            ("2", Some(ParsedReply::Numbers(vec![2]))),
            ("2)", Some(ParsedReply::Numbers(vec![2]))),
            ("1 3-5", Some(ParsedReply::Numbers(vec![1, 3, 4, 5]))),
            ("1, 2 e 4", Some(ParsedReply::Numbers(vec![1, 2, 4]))),
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
            assert_eq!(
                parse_reply(text, true, None),
                Some(ParsedReply::Numbers(expected.to_vec())),
                "{text:?}"
            );
        }
        for text in ["y", "thank you y", ""] {
            assert_eq!(parse_reply(text, true, None), None, "{text:?}");
        }
    }
}

//! How a person replies to a prompt without a command: `yes`, `2`, a 👍.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::directory::fold;
use crate::domain::Locale;
use crate::i18n;
use crate::parse::numbers::parse_numbers;
use crate::parse::word_lists::word_list;

/// The longest reply without a command, in bytes: a sentence with a no in it.
pub const MAX_REPLY_LEN: usize = 1_000;

/// The longest other reply without a command, in bytes.
pub const MAX_PLAIN_LEN: usize = 40;

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

/// What a word says in a reply. One word may say several of these.
#[derive(Clone, Copy, Default)]
struct WordMeaning {
    is_yes: bool,
    /// A yes in a direct chat only.
    is_direct_yes: bool,
    /// A yes in a direct chat where the change can be undone; it also ends a conversation.
    is_agreement: bool,
    /// It ends a conversation, and is no yes.
    is_thanks: bool,
    is_no: bool,
    /// A no if it is the whole text, or, in a direct chat, the first word: elsewhere it has another meaning, as
    /// `para` does.
    is_direct_no: bool,
    /// It adds nothing to a yes or a number.
    is_filler: bool,
    /// It stands before a number.
    is_number_prefix: bool,
}

/// Selects one meaning of a word.
type SelectMeaning = fn(&mut WordMeaning) -> &mut bool;

static WORDS: LazyLock<HashMap<String, WordMeaning>> = LazyLock::new(|| {
    let lists: [(&str, SelectMeaning); 8] = [
        ("reply-yes", |word| &mut word.is_yes),
        ("reply-yes-direct", |word| &mut word.is_direct_yes),
        ("reply-agreement", |word| &mut word.is_agreement),
        ("reply-thanks", |word| &mut word.is_thanks),
        ("reply-no", |word| &mut word.is_no),
        ("reply-stop", |word| &mut word.is_direct_no),
        ("reply-beside-yes", |word| &mut word.is_filler),
        ("reply-before-number", |word| &mut word.is_number_prefix),
    ];
    let mut words: HashMap<String, WordMeaning> = HashMap::new();
    for (key, meaning) in lists {
        for word in word_list(key) {
            *meaning(words.entry(word).or_default()) = true;
        }
    }
    words
});

fn meaning_of(word: &str) -> WordMeaning {
    WORDS.get(word).copied().unwrap_or_default()
}

/// A no in two languages, and “in the” in Portuguese.
const AMBIGUOUS_NO: &str = "no";

/// A no in a line of folded text.
static NO: LazyLock<Regex> = LazyLock::new(|| no_pattern(WORD_END));

/// The same where the text is Portuguese: after the ambiguous word a place may follow, as in `no grupo`.
static PORTUGUESE_NO: LazyLock<Regex> = LazyLock::new(|| no_pattern(PART_END));

/// Before and after a word. Its letters are in folded text; quotes around it are not its own.
const WORD_START: &str = r"(?:^|[^\p{L}\p{N}'])'*";
const WORD_END: &str = r"'*(?:$|[^\p{L}\p{N}'])";

/// Before and after a part of a sentence.
const PART_START: &str = r"(?:^|[^\p{L}\p{N}' ])[' ]*";
const PART_END: &str = r"[' ]*(?:$|[^\p{L}\p{N}' ])";

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
    if text.len() > MAX_PLAIN_LEN {
        return None;
    }
    if is_thumbs_up(text.trim()) {
        return Some(ParsedReply::Yes);
    }
    let text = fold(text);
    let word = text.trim_end_matches(['.', '!', ',', ')']).trim_start_matches('(');
    match () {
        () if meaning_of(word).is_yes => Some(ParsedReply::Yes),
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
    let meanings: Vec<WordMeaning> = words.iter().map(|word| meaning_of(word)).collect();
    let first = meanings.first()?;
    if first.is_direct_no || words[0] == AMBIGUOUS_NO {
        return Some(ParsedReply::No);
    }
    let is_yes = |word: &WordMeaning| word.is_yes || word.is_direct_yes;
    let is_courtesy = |word: &WordMeaning| word.is_agreement || word.is_thanks;
    if meanings.iter().any(is_yes) {
        let adds_nothing = |word: &WordMeaning| is_yes(word) || word.is_filler || is_courtesy(word);
        return meanings.iter().all(adds_nothing).then_some(ParsedReply::Yes);
    }
    // A number with thanks is a number.
    if meanings.iter().any(is_courtesy) && meanings.iter().all(|word| is_courtesy(word) || word.is_filler) {
        let is_agreement = meanings.iter().any(|word| word.is_agreement);
        return Some(ParsedReply::Acknowledgement { is_agreement });
    }
    let is_beside_number = |word: &WordMeaning| word.is_filler || word.is_thanks;
    let number = words.iter().zip(&meanings).filter(|(_, meaning)| !is_beside_number(meaning));
    let number = number.map(|(word, _)| *word).collect::<Vec<_>>().join(" ");
    let behind = number.split_once(' ').filter(|(word, _)| meaning_of(word).is_number_prefix);
    let ways = [Some(number.as_str()), behind.map(|(_, number)| number)];
    ways.into_iter().flatten().find_map(|way| {
        let named = NUMBER_WORDS.get(way).map(|number| vec![*number]);
        named.or_else(|| parse_numbers(way)).map(ParsedReply::Numbers)
    })
}

/// A sign around a word that adds nothing.
fn is_sign(c: char) -> bool {
    matches!(c, '.' | '!' | '¡' | ',' | ';' | ':' | '(' | ')' | '*' | '_' | '~' | '…')
}

/// Whether a text holds a no, in any language, wherever it stands: `acho melhor não`, `sim, não`, `✋`.
fn has_no(text: &str, language: Option<Locale>) -> bool {
    let pattern = if language == Some(Locale::PtBr) { &PORTUGUESE_NO } else { &NO };
    text.lines().any(|line| pattern.is_match(&fold(line)))
}

/// Matches a no in a line of folded text: a sign, a word or a phrase anywhere, a word that is a whole part of a
/// sentence, and the ambiguous one if this follows.
///
/// # Panics
/// The pattern is invalid. It is made of constants and escaped texts.
fn no_pattern(after_ambiguous: &str) -> Regex {
    let anywhere = word_list("reply-no").into_iter().chain(word_list("reply-no-within"));
    let anywhere: Vec<String> =
        anywhere.filter(|phrase| phrase != AMBIGUOUS_NO).map(|phrase| phrase_pattern(&phrase)).collect();
    let alone: Vec<String> = word_list("reply-stop").iter().map(|word| phrase_pattern(word)).collect();
    let alternatives = [
        "[👎🛑✋🤚❌✖🚫⛔🙅]".to_owned(),
        format!("{WORD_START}(?:{}){WORD_END}", anywhere.join("|")),
        format!("{WORD_START}{}{after_ambiguous}", phrase_pattern(AMBIGUOUS_NO)),
        format!("{WORD_START}cancel"),
        format!("n't{WORD_END}"),
        format!("{PART_START}(?:{}){PART_END}", alone.join("|")),
    ];
    Regex::new(&alternatives.join("|")).expect("constants and escaped texts are a valid pattern")
}

/// Matches a word or phrase. The letters of a word with `n` may be repeated: `nãooo`, `nooo`.
fn phrase_pattern(phrase: &str) -> String {
    let word_pattern = |word: &str| match word.starts_with('n') {
        true => word.chars().map(|c| format!("{}+", regex::escape(c.encode_utf8(&mut [0; 4])))).collect(),
        false => regex::escape(word),
    };
    phrase.split(' ').map(word_pattern).collect::<Vec<_>>().join("'* '*")
}

/// Whether a word is a plain no: `/no` means the same as `no`.
pub fn is_no_word(word: &str) -> bool {
    meaning_of(&fold(word)).is_no
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

//! How a person replies to a prompt without a command: `yes`, `2`, a 👍.

use std::collections::HashMap;
use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::directory::fold;
use crate::domain::Locale;
use crate::i18n;
use crate::parse::numbers::{AND, parse_numbers};
use crate::parse::phrases::{
    PhraseMatch, PhraseTable, Token, WordSet, decide_by_words, longest_match, phrases, tokenize,
};
use crate::parse::text::own_words;
use crate::parse::word_lists::{in_word_list, is_stop_word};

/// The longest text that may be a reply without a command, in bytes.
pub const MAX_REPLY_LEN: usize = 1_000;

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

/// What a word or phrase says in a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WordMeaning {
    Yes,
    /// A yes in a direct chat only.
    EverydayYes,
    /// A yes in a direct chat if nothing else is said: beside other words it is a remark.
    LoneYes,
    /// Such a yes, where the change can be undone.
    LoneAgreement,
    /// A yes in a direct chat where the change can be undone; it also ends a conversation.
    Agreement,
    /// It ends a conversation, and is no yes; behind a plain yes it is politeness: `sim, obrigado`.
    Thanks,
    /// It ends a conversation, and is no yes: `entendi`.
    Understood,
    /// It makes a yes beside it unsure, and alone says nothing: `😂`.
    Laughter,
    /// A yes in a direct chat to the prompt of `/announce`: `manda`. To others, whose verb it is not, it is an agreement.
    SendingYes,
    No,
    /// It adds nothing, not even to a lone yes.
    Courtesy,
    /// The verb of the command that is asked about. It adds nothing to a yes, and alone agrees.
    Verb,
    /// It adds nothing to a yes.
    Filler,
    /// It says something else than yes or no.
    Unknown,
}

/// What a phrase is beside others.
#[derive(Clone, Copy, Debug)]
enum PhraseRole {
    /// It says this.
    Meaning(WordMeaning),
    /// The verb of the command with this name, which may stand beside a yes: `sim, pode tirar`.
    Verb(&'static str),
    /// It may follow such a verb: `avisa todo mundo`.
    Object,
    /// It is a number, or stands beside one. Only [`may_be_reply`] needs it, which must know the words of all replies.
    Number,
}

impl PhraseRole {
    fn meaning(&self) -> Option<WordMeaning> {
        match self {
            Self::Meaning(meaning) => Some(*meaning),
            Self::Verb(_) | Self::Object | Self::Number => None,
        }
    }
}

/// The commands whose verbs may stand beside a yes.
const COMMANDS_WITH_VERBS: [&str; 10] =
    ["announce", "deactivate", "remove", "unlink", "link", "move", "create", "invite", "undo", "add"];

static PHRASES: LazyLock<PhraseTable<PhraseRole>> = LazyLock::new(|| {
    let meanings = [
        ("reply-neither", WordMeaning::Unknown),
        ("reply-no", WordMeaning::No),
        ("reply-no-within", WordMeaning::No),
        ("reply-yes", WordMeaning::Yes),
        ("reply-yes-direct", WordMeaning::EverydayYes),
        ("reply-yes-alone", WordMeaning::LoneYes),
        ("reply-agreement-alone", WordMeaning::LoneAgreement),
        ("reply-agreement", WordMeaning::Agreement),
        ("reply-yes-send", WordMeaning::SendingYes),
        ("reply-understood", WordMeaning::Understood),
        ("reply-laughter", WordMeaning::Laughter),
        ("reply-thanks", WordMeaning::Thanks),
        ("courtesy-phrases", WordMeaning::Courtesy),
        ("reply-beside-yes", WordMeaning::Filler),
    ];
    let meanings = meanings.map(|(key, meaning)| (key.to_owned(), PhraseRole::Meaning(meaning)));
    let verbs = COMMANDS_WITH_VERBS.map(|name| (format!("reply-verbs-{name}"), PhraseRole::Verb(name)));
    let object = [("reply-behind-verb".to_owned(), PhraseRole::Object)];
    let lists = meanings.into_iter().chain(verbs).chain(object);
    let texts = lists.flat_map(|(key, role)| phrases(&key).map(move |(_, phrase)| (phrase, role)));
    let before_number = phrases("reply-before-number").map(|(_, words)| words);
    let numbers = NUMBER_WORDS.keys().cloned().chain(before_number).chain(AND.map(str::to_owned));
    PhraseTable::new(texts.chain(numbers.map(|words| (words, PhraseRole::Number))))
});

/// A word of each phrase that says no: `não` of `agora não`. A text without any of these words has no such phrase.
static WORDS_OF_NO: LazyLock<WordSet> = LazyLock::new(|| {
    let mut all: Vec<_> = phrases("reply-no").chain(phrases("reply-no-within")).collect();
    all.sort_by_key(|(_, phrase)| phrase.split_whitespace().count());
    let mut chosen = FxHashSet::default();
    for (_, phrase) in all {
        let words = tokenize(&phrase);
        let words = || words.iter().map(Token::squeezed);
        if !words().any(|word| chosen.contains(word.as_bytes())) {
            chosen.extend(words().max_by_key(|word| word.len()).map(|word| word.as_bytes().into()));
        }
    }
    WordSet::new(chosen)
});

/// What is known about the prompt that a text may reply to.
#[derive(Clone, Copy, Debug, Default)]
pub struct PromptFacts<'a> {
    /// Its language.
    pub language: Option<Locale>,
    /// The English name of its command. Where it is not known, the verb of any command may stand beside a yes.
    pub command: Option<&'a str>,
}

/// More bytes than a number in words has, with the word before it: `número o primeiro`.
const MAX_NUMBER_IN_WORDS: usize = 100;

/// Numbers in words.
static NUMBER_WORDS: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let texts = Locale::ALL.map(|locale| i18n::text(locale, "reply-numbers", &[]));
    let all = texts.iter().flat_map(|text| text.split(',').zip(1..));
    all.flat_map(|(ways, number)| ways.split('/').map(move |way| (fold(way), number))).collect()
});

/// The reply in a text that is no command, if it is one.
///
/// In a direct chat, a text with a no in it is a no, also one too long to be looked through, and everyday words count. A
/// yes or a number beside words that say something else is none. In a group, where the text may be for another person,
/// only plain words count, and nothing may be beside them. What is quoted or struck out is no word of the reply.
pub fn parse_reply(text: &str, is_direct: bool, prompt: PromptFacts<'_>) -> Option<ParsedReply> {
    if text.len() > MAX_REPLY_LEN {
        return is_direct.then_some(ParsedReply::No);
    }
    let text = &*own_words(text);
    if may_be_reply(text) { parse_by_phrases(text, is_direct, prompt) } else { None }
}

fn parse_by_phrases(text: &str, is_direct: bool, prompt: PromptFacts<'_>) -> Option<ParsedReply> {
    let tokens = tokenize(text);
    let meanings = classify(text, &tokens, prompt);
    let is_any = |meaning: WordMeaning| meanings.iter().any(|(_, each)| *each == meaning);
    let others = find_others(text, &meanings);
    if is_any(WordMeaning::No) && (is_direct || others.is_none()) {
        return Some(ParsedReply::No);
    }
    if let Some(others) = others {
        let is_alone = is_direct || meanings.iter().all(|(_, meaning)| *meaning == WordMeaning::Unknown);
        let is_alone = is_alone && !is_question(text);
        return parse_number(others, is_direct).filter(|_| is_alone).map(ParsedReply::Numbers);
    }
    let is_plain = |(_, meaning): &(&Token<'_>, WordMeaning)| {
        matches!(meaning, WordMeaning::Yes | WordMeaning::Courtesy | WordMeaning::Verb | WordMeaning::Filler)
    };
    let is_clear = is_any(WordMeaning::Yes) || is_any(WordMeaning::EverydayYes);
    // `claro, obrigada` and `sim, entendi` also end a conversation.
    let begins_with_yes = meanings.first().is_some_and(|(token, meaning)| {
        *meaning == WordMeaning::Yes && token.text.chars().any(char::is_alphanumeric)
    });
    let is_unsure = is_any(WordMeaning::Understood)
        || is_any(WordMeaning::Laughter)
        || is_any(WordMeaning::Thanks) && !begins_with_yes;
    let is_closing = [WordMeaning::Agreement, WordMeaning::Thanks, WordMeaning::Understood].map(is_any);
    let is_closing = is_closing.contains(&true);
    let is_lone = is_any(WordMeaning::LoneYes) || is_any(WordMeaning::LoneAgreement);
    let acknowledgement = |is_agreement| Some(ParsedReply::Acknowledgement { is_agreement });
    match () {
        () if !is_direct => {
            (is_any(WordMeaning::Yes) && meanings.iter().all(is_plain)).then_some(ParsedReply::Yes)
        }
        () if is_clear && is_unsure => acknowledgement(true),
        () if is_clear => Some(ParsedReply::Yes),
        () if is_closing => {
            acknowledgement(is_any(WordMeaning::Agreement) || is_any(WordMeaning::Verb) || is_lone)
        }
        // `muda` to an offer to move.
        () if is_any(WordMeaning::Verb) && !is_question(text) => acknowledgement(true),
        () if !is_lone || is_any(WordMeaning::Filler) => None,
        () if is_any(WordMeaning::LoneYes) && !is_unsure => Some(ParsedReply::Yes),
        () => acknowledgement(true),
    }
}

/// What a text says that is neither yes nor no, from the first to the last word of it.
fn find_others<'t>(text: &'t str, meanings: &[(&Token<'_>, WordMeaning)]) -> Option<&'t str> {
    let mut unknown =
        meanings.iter().filter(|(_, meaning)| *meaning == WordMeaning::Unknown).map(|(token, _)| token);
    let first = unknown.next()?;
    Some(&text[first.start..unknown.next_back().unwrap_or(first).end])
}

/// Whether a text is a no, alone or beside a number: `1 não`. Among other words a no may be about something else.
pub fn is_plain_no(text: &str) -> bool {
    let facts = PromptFacts::default();
    let text = &*own_words(text);
    let is_about_number = || {
        let tokens = tokenize(text);
        find_others(text, &classify(text, &tokens, facts)).is_some_and(|it| parse_number(it, true).is_some())
    };
    parse_reply(text, false, facts) == Some(ParsedReply::No)
        || parse_reply(text, true, facts) == Some(ParsedReply::No) && is_about_number()
}

/// Whether the numbers of a reply are no more than that: neither `uma` nor `-1`.
pub fn has_plain_numbers(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let has_sign =
        |word: &str| word.strip_prefix(['+', '-', '−']).is_some_and(|word| word.starts_with(is_digit));
    !in_word_list(text.trim(), "number-articles") && !text.split_whitespace().any(has_sign)
}

/// Whether a text asks: `1?` is no choice.
pub fn is_question(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？'])
}

/// Whether a text may be a reply. Nearly no chatter is: it has words that no reply has, and none of [`WORDS_OF_NO`].
fn may_be_reply(text: &str) -> bool {
    let mut has_other_words = false;
    let decision = decide_by_words(text, |word| {
        let is_other = || !PHRASES.has_word(word) && !word.iter().any(u8::is_ascii_digit);
        has_other_words = has_other_words || is_other();
        WORDS_OF_NO.contains(word).then_some(true)
    });
    decision.unwrap_or(!has_other_words)
}

/// The meaning of each phrase, with its first token, and of each other token. An emoji of no meaning adds nothing.
fn classify<'a, 't>(
    text: &str,
    tokens: &'a [Token<'t>],
    prompt: PromptFacts<'_>,
) -> Vec<(&'a Token<'t>, WordMeaning)> {
    let is_word = |token: &Token<'_>| token.text.chars().any(char::is_alphanumeric);
    let is_of_prompt = |name: &str| prompt.command.is_none_or(|command| command == name);
    let mut found = Vec::with_capacity(tokens.len());
    let mut at = 0;
    let mut is_behind_verb = false;
    // The verb of any command is none of this one.
    let of_verb = if prompt.command.is_some() { WordMeaning::Verb } else { WordMeaning::Filler };
    while let Some(token) = tokens.get(at) {
        let rest = &tokens[at..];
        let matches = PHRASES.matches(rest);
        let object = count_tokens(&matches, |role| is_behind_verb && matches!(role, PhraseRole::Object));
        let verb = count_tokens(&matches, |role| matches!(role, PhraseRole::Verb(own) if is_of_prompt(own)));
        let (count, meaning) = match longest_match(&matches, PhraseRole::meaning) {
            Some((1, WordMeaning::No)) if is_preposition(rest, prompt.language) => (1, WordMeaning::Unknown),
            // `e isso` without its accent may be “and this”.
            Some((_, WordMeaning::LoneYes)) if text[token.start..token.end].eq_ignore_ascii_case("e") => {
                (1, WordMeaning::Unknown)
            }
            Some((1, WordMeaning::EverydayYes)) if token.is_letter() => {
                (1, classify_letter(token, tokens.len() == 1, prompt.language))
            }
            Some((count, WordMeaning::LoneYes)) if object >= count => (count, WordMeaning::Filler),
            Some((count, WordMeaning::SendingYes)) if is_of_prompt("announce") => {
                (count, WordMeaning::EverydayYes)
            }
            Some((count, WordMeaning::SendingYes)) => (count, WordMeaning::Agreement),
            // `apaga` to the prompt of `/deactivate` is its verb.
            Some((count, WordMeaning::No)) if verb >= count => (verb, of_verb),
            Some((count, meaning)) => (count, meaning),
            None if verb > 0 => (verb, of_verb),
            None if object > 0 => (object, WordMeaning::Filler),
            None if is_word(token) => (1, WordMeaning::Unknown),
            None => (1, WordMeaning::Courtesy),
        };
        is_behind_verb = verb > 0 && count == verb;
        found.push((token, meaning));
        at += count;
    }
    found
}

/// How many tokens the longest of these phrases has that has such a role.
fn count_tokens(matches: &[PhraseMatch<'_, PhraseRole>], is_wanted: impl Fn(&PhraseRole) -> bool) -> usize {
    longest_match(matches, |role| is_wanted(role).then_some(())).map_or(0, |(count, ())| count)
}

/// A yes of one letter counts alone, and only in its own language: `y` is an “and” in Spanish.
fn classify_letter(token: &Token<'_>, is_alone: bool, language: Option<Locale>) -> WordMeaning {
    let is_own =
        |locale| phrases("reply-yes-direct").any(|(of, phrase)| of == locale && token.is(&fold(&phrase)));
    match () {
        () if !language.is_none_or(is_own) => WordMeaning::Unknown,
        () if is_alone => WordMeaning::EverydayYes,
        () => WordMeaning::Filler,
    }
}

/// Whether a no is a preposition in this language, since a noun follows: `no grupo`, `para amanhã`.
fn is_preposition(tokens: &[Token<'_>], language: Option<Locale>) -> bool {
    let is_followed = |next: &Token<'_>| {
        let matches = PHRASES.matches(std::slice::from_ref(next));
        !tokens[0].ends_part && longest_match(&matches, PhraseRole::meaning).is_none()
    };
    let is_of = |locale: Locale| {
        let words = i18n::text(locale, "reply-prepositions", &[]);
        words.split(',').any(|word| word.trim() == tokens[0].text)
    };
    language.is_some_and(is_of) && tokens.get(1).is_some_and(is_followed)
}

/// The numbers that a text stands for; in a direct chat also in words: `o segundo`, `número 2`.
fn parse_number(text: &str, is_direct: bool) -> Option<Vec<usize>> {
    let numbers = || parse_numbers(text);
    if !is_direct {
        // `1 a 3` may be the score of a match.
        let is_plain =
            |word: &str| word.contains(char::is_numeric) || in_word_list(word, "stop-words-between-names");
        return numbers().filter(|_| text.split_whitespace().all(is_plain));
    }
    // Most texts are too long for a number in words.
    if text.len() > MAX_NUMBER_IN_WORDS && !text.contains(char::is_numeric) {
        return None;
    }
    let text = fold(text);
    let behind = text.split_once(' ').filter(|(word, _)| in_word_list(word, "reply-before-number"));
    let behind = behind.or_else(|| {
        // `the 2nd`: `the 2` is a count.
        text.rsplit_once(' ').filter(|(word, number)| is_stop_word(word) && strip_ordinal(number) != *number)
    });
    let ways = [Some(text.as_str()), behind.map(|(_, number)| number)];
    ways.into_iter().flatten().find_map(|way| match NUMBER_WORDS.get(way) {
        Some(number) => Some(vec![*number]),
        None => parse_numbers(strip_ordinal(way)),
    })
}

/// A number without the sign that makes it an ordinal: `1º`, `2nd`. Of a sign, folding leaves a letter.
fn strip_ordinal(text: &str) -> &str {
    let number = text.trim_end_matches(|c: char| c.is_alphabetic() || matches!(c, '.' | '°'));
    let is_ordinal = matches!(
        text[number.len()..].trim_start_matches('.'),
        "º" | "ª" | "o" | "a" | "°" | "st" | "nd" | "rd" | "th"
    );
    if is_ordinal && number.bytes().all(|byte| byte.is_ascii_digit()) { number } else { text }
}

/// A number, in figures or in words: `3`, `três`.
pub fn read_number(text: &str) -> Option<usize> {
    text.parse().ok().or_else(|| NUMBER_WORDS.get(&fold(text)).copied())
}

/// Whether a word is a plain yes or no: `/yes` and `/no` mean the same as `yes` and `no`.
pub fn is_yes_or_no(word: &str) -> bool {
    ["reply-yes", "reply-no"].into_iter().flat_map(phrases).any(|(_, reply)| fold(&reply) == fold(word))
}

/// Whether a text that is a yes to a prompt is courtesy where no prompt is open: `👍`, `isso aí`.
pub fn is_courtesy_without_prompt(text: &str) -> bool {
    let tokens = tokenize(text);
    let is_word = |token: &Token<'_>| token.text.chars().any(char::is_alphanumeric);
    let meanings = classify(text, &tokens, PromptFacts::default());
    !meanings.is_empty()
        && meanings.iter().all(|(token, meaning)| match meaning {
            WordMeaning::Yes => !is_word(token),
            WordMeaning::LoneYes | WordMeaning::Courtesy => true,
            _ => false,
        })
}

/// A 👍 in any colour of skin.
pub fn is_thumbs_up(text: &str) -> bool {
    matches!(tokenize(text).as_slice(), [token] if token.text == "👍")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_language(locale: Locale) -> PromptFacts<'static> {
        PromptFacts { language: Some(locale), command: None }
    }

    fn texts(list: &str) -> impl Iterator<Item = &str> {
        list.split('|').map(str::trim).filter(|text| !text.is_empty())
    }

    const YES: &str = "sim|Sim!|SIM|*sim*|siiim|simm|s|ss|sim, pode|sim por favor|Sim, obrigado|sim 🙏|sim 😊|sim sim|
        sim claro|claro que sim|pode|pode sim|pode fazer|pode mandar|sim pode mandar|confirmo|confirmado|isso|isso mesmo|
        isso aí|é isso|é isso aí|manda|manda ver|manda bala|bora|vai em frente|com certeza|certeza|
        claro|claro, pode fazer|lógico|positivo|faz|faça|aham|uhum|ok, sim|ok pode|beleza, pode mandar|quero|quero sim|
        por favor sim|👍|👍🏽|👍👍|✅|👌 sim|
        yes|Yes!|yep|yeah|yup|yes please|yes, thanks|sure|of course|go ahead|do it|go for it|absolutely|definitely|please do|yesss|
        sí|SÍ|si|síí|sí, gracias|sí, por favor|dale|claro|claro que sí|por supuesto|hazlo|adelante|de acuerdo|eso|eso es|confirmo";
    const NO: &str = "não|nao|nao.|NÃO!|n|nãooo|naum|não, espera|nossa melhor não|acho que não|melhor não fazer isso agora|
        melhor não|peraí|péra|per aí|pera|espera|espera aí|esquece|esquece isso|deixa|deixa pra lá|deixa quieto|agora não|
        hoje não|ainda não|para|para!|não, para|para tudo|pare|cancela|cancela isso aí|pode cancelar|sim, não|claro que não|
        sim mas não agora|nunca|jamais|desisto|nem|nem pensar|nem a pau|calma|calma aí|ok, não|não precisa|não quero|negativo|
        de jeito nenhum|mudei de ideia|foi engano|errei|aborta|um momento|um segundo|a second please|un segundo|👎|👎🏽|🛑|✋|❌ não era isso|❌|🚫|sim 👎|🙅‍♀️|
        e se a gente esperasse a reunião de quinta, porque eu acho que ainda não é a hora de fazer isso|
        no|no mejor no|no, gracias|todavía no|mejor no|déjalo|espérate|olvídalo|ni hablar|nunca|sí, pero no ahora|
        no no|nooo|no lo hagas|wait|not now|don't|don’t do it|do not|no thanks|nope|nah|yes, but not yet|never mind|hold on|
        i wouldn't|stop|cancel that|please stop|forget it|i changed my mind|
        skip it|typo, sorry|pode parar|pode esquecer|pode deixar pra lá|segura|mejor lo dejamos|me confundí";
    const NEITHER: &str = "bom dia|boa reunião|vamos almoçar?|sim?|pode?|sim, mas só amanhã|sim, mas amanhã|
        sim a reunião foi boa|por isso|quem vai levar o bolo|a gente vê|segunda|os dois|2 ou 3|qual?|como assim?|
        para amanhã cedo|o que acontece depois|quantas pessoas são|valeu a pena|tudo certo por aí?|por favor|
        vou mandar para vocês|é de noite|o número|sei lá|talvez|depois|depois eu vejo|amanhã|vou ver|hmm|🤔|😊|❤️|
        isso aqui é o quê|manda foto|vai chover|faz quanto tempo|vou no mercado|tem gente no grupo|
        good morning|the two|later today|see you|maybe|what happens then|yes or what|sure about that?|yeah right|yeah, right|
        mañana vemos|qué tal|un saludo|tal vez|luego|dime más";
    const AGREEMENTS: &str = "ok|Okay!|OK obrigada|ok 🙏|okk|okey|certo|certinho|beleza|blz|tá|tá bom|combinado|perfeito|show|joia|
        ótimo|👌|pode ser|vamos|vai|vai lá|fechado|fechou|correto|demorou|demorou, fechou|right|correct|that’s right|venga|correcto|sure, thanks|sim entendi|ah sim, entendi|claro, entendi|claro obrigada|😂👍|dale gracias|ah sí entiendo|👍 valeu|great|fine|alright|ok thanks|vale|bueno|listo|perfecto|ok, por favor";
    const THANKS: &str = "obrigado|Obrigada!|obg|brigada|valeu|vlw|🙏|muito obrigada|valeu demais!!|
        brigadão|muito obrigada viu, Deus te abençoe|pode crer|boa noite, fica com Deus|thanks|thank you|thx|many thanks!|gracias|
        muchas gracias|gracias, Dios te bendiga";

    proptest::proptest! {
        #[test]
        fn a_text_that_may_be_no_reply_is_none(
            words in proptest::collection::vec((0..10_000_usize, "( |, |! |\n|' |-|\\?|)"), 0..8),
            is_direct: bool,
        ) {
            let known = [YES, NO, NEITHER, AGREEMENTS, THANKS, "feira|três|2|o segundo|número|e|12h|d'água|àá×"];
            let known: Vec<_> = known.into_iter().flat_map(texts).flat_map(|text| [text].into_iter().chain(text.split(' '))).collect();
            let text: String = words.iter().flat_map(|(at, end)| [known[at % known.len()], end.as_str()]).collect();
            let parsed = parse_by_phrases(&text, is_direct, PromptFacts::default());
            proptest::prop_assert!(parsed.is_none() || may_be_reply(&text), "{:?}", text);
        }
    }

    #[test]
    fn t46_each_word_has_its_meaning_in_a_direct_chat() {
        let acknowledgement = |is_agreement| Some(ParsedReply::Acknowledgement { is_agreement });
        let tables = [
            (YES, Some(ParsedReply::Yes)),
            (NO, Some(ParsedReply::No)),
            (NEITHER, None),
            (AGREEMENTS, acknowledgement(true)),
            (THANKS, acknowledgement(false)),
        ];
        let mut wrong = Vec::new();
        for (table, expected) in tables {
            let parsed = texts(table).map(|text| (text, parse_reply(text, true, in_language(Locale::PtBr))));
            wrong.extend(parsed.filter(|(_, found)| *found != expected));
        }
        assert_eq!(wrong, []);
    }

    #[test]
    fn no_is_a_word_for_where_in_portuguese_only() {
        for text in ["vou no mercado", "tem gente no grupo", "no grupo da escola"] {
            assert_eq!(parse_reply(text, true, in_language(Locale::PtBr)), None, "{text:?}");
            assert_eq!(parse_reply(text, true, in_language(Locale::Es)), Some(ParsedReply::No), "{text:?}");
        }
        for text in ["no", "no, espera", "acho que no.", "no\nno"] {
            assert_eq!(parse_reply(text, true, in_language(Locale::PtBr)), Some(ParsedReply::No), "{text:?}");
        }
    }

    #[test]
    fn a_direct_text_of_over_a_thousand_bytes_is_a_no() {
        let long = |length: usize| format!("sim, {}", "a".repeat(length - 5));
        let parse = |length, is_direct| parse_reply(&long(length), is_direct, PromptFacts::default());
        assert_eq!(parse(MAX_REPLY_LEN, true), None);
        assert_eq!(parse(MAX_REPLY_LEN + 1, true), Some(ParsedReply::No));
        assert_eq!(parse(MAX_REPLY_LEN + 1, false), None);
    }

    #[test]
    fn a_lone_yes_beside_other_words_is_a_remark() {
        let agreement = Some(ParsedReply::Acknowledgement { is_agreement: true });
        let rows = [
            (Locale::PtBr, "olha isso gente|viu isso|e isso|pode isso|segue aí gente", None),
            (Locale::PtBr, "nossa, demorou|ah vai|já fechou|quero trocar", None),
            (
                Locale::PtBr,
                "tá certo isso|obrigada, é isso|valeu, é isso|legal isso aí|show, fechou",
                agreement.clone(),
            ),
            (Locale::PtBr, "valeu, fechou|obrigada, fechado|é isso 🙏🏽 sim", agreement.clone()),
            (Locale::PtBr, "isso por favor|isso, pode mandar|fechou, sim|s|s, pode", Some(ParsedReply::Yes)),
            (Locale::En, "right now|right then|y now", None),
            (Locale::En, "right, thanks|ok right|great, right", agreement.clone()),
            (Locale::En, "y|exactly|yes, thanks", Some(ParsedReply::Yes)),
            (Locale::Es, "y ahora|y entonces|y gracias|y bueno|y|venga ya|ya vamos", None),
            (Locale::Es, "gracias, eso es", agreement),
            (Locale::Es, "s|de una|eso es", Some(ParsedReply::Yes)),
        ];
        for (language, table, expected) in rows {
            for text in texts(table) {
                let prompt = PromptFacts { language: Some(language), command: Some("announce") };
                assert_eq!(parse_reply(text, true, prompt), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn the_verb_of_the_command_adds_nothing_to_a_yes_and_alone_agrees() {
        let agreement = Some(ParsedReply::Acknowledgement { is_agreement: true });
        let rows = [
            ("remove", "pode tirar|sim, tira|sim, pode expulsar|pode tirar ela", Some(ParsedReply::Yes)),
            (
                "deactivate",
                "pode excluir|sim, pode fechar|pode deletar|pode apagar isso",
                Some(ParsedReply::Yes),
            ),
            (
                "announce",
                "sim, publica|sim, pode postar|pode divulgar|sim, avisa todo mundo",
                Some(ParsedReply::Yes),
            ),
            ("announce", "sim, pode remover|pode tirar|quero trocar|borra|publica?", None),
            ("announce", "publica|vai avisar", agreement.clone()),
            ("remove", "sim, publica|sim, todo mundo", None),
            ("remove", "manda bala|tira|tira ela", agreement.clone()),
            ("deactivate", "manda|pode mandar|send it|envíalo|apaga", agreement),
            ("announce", "manda|pode mandar|send it|envíalo", Some(ParsedReply::Yes)),
            ("announce", "apaga", Some(ParsedReply::No)),
        ];
        for (command, table, expected) in rows {
            for text in texts(table) {
                let prompt = PromptFacts { language: Some(Locale::PtBr), command: Some(command) };
                assert_eq!(parse_reply(text, true, prompt), expected, "{command} {text:?}");
            }
        }
        assert_eq!(parse_reply("pode tirar", true, PromptFacts::default()), Some(ParsedReply::Yes));
    }

    #[test]
    fn in_a_group_only_a_clear_yes_no_or_number_counts() {
        let rows = [
            ("sim|Sim!|SÍ|yes|👍🏽|✅|sim 😊|sim por favor", Some(ParsedReply::Yes)),
            ("não|no|nope|melhor não|acho que não|👎|❌|peraí|sim, não|mudei de ideia|cancela", Some(ParsedReply::No)),
            ("2|2)", Some(ParsedReply::Numbers(vec![2]))),
            ("1 3-5", Some(ParsedReply::Numbers(vec![1, 3, 4, 5]))),
            ("1, 2 e 4", Some(ParsedReply::Numbers(vec![1, 2, 4]))),
            (
                "sim, pode|ok|claro|isso|manda|s|dois|0|5-3|e|1234|1-999|vou no mercado|obrigado|🙏|a gente não vai hoje?|
                 espera o João chegar|deixa o bolo na mesa|1 a 3|grupo 2|sim, a reunião foi boa|certo|2 pessoas",
                None,
            ),
        ];
        for (table, expected) in rows {
            for text in texts(table) {
                assert_eq!(parse_reply(text, false, in_language(Locale::PtBr)), expected, "{text:?}");
            }
        }
        assert_eq!(parse_reply("", false, PromptFacts::default()), None);
    }

    #[test]
    fn in_a_direct_chat_a_number_has_more_words() {
        let numbers: [(&str, &[usize]); 17] = [
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
            ("sim, o 2", &[2]),
            ("pode ser a segunda", &[2]),
            ("número 1, 2 e 4", &[1, 2, 4]),
            ("1 a 3", &[1, 2, 3]),
            ("os grupos 2 e 3", &[2, 3]),
            ("cinco, please", &[5]),
        ];
        for (text, expected) in numbers {
            let found = parse_reply(text, true, PromptFacts::default());
            assert_eq!(found, Some(ParsedReply::Numbers(expected.to_vec())), "{text:?}");
        }
    }
}

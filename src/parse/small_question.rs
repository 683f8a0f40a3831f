//! Questions of small words only: `quantos grupos eu tenho?`, and `onde tá o …` without the name in it.

use std::sync::LazyLock;

use crate::domain::Locale;
use crate::i18n;
use crate::parse::phrases::{PhraseTable, decide_by_words, phrases, tokenize};
use crate::parse::word_lists::in_word_list;

/// The most words of a question of small words.
const MAX_WORDS: usize = 16;

/// What a question is about that names nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionTopic {
    /// The groups.
    Groups,
    /// The communities.
    Communities,
}

/// A word of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum QuestionWord {
    /// It asks: `onde`, `how many`.
    Asking,
    /// It asks before a question mark: `tem`, `is`.
    Verb,
    /// It adds nothing.
    Small,
}

/// The words of questions, by language.
static WORDS: LazyLock<Vec<(Locale, PhraseTable<QuestionWord>)>> = LazyLock::new(|| {
    let table = |locale| {
        let lists = [
            ("question-words", QuestionWord::Asking),
            ("question-verbs", QuestionWord::Verb),
            ("question-small", QuestionWord::Small),
            ("wish-courtesy", QuestionWord::Small),
        ];
        let listed = lists.into_iter().flat_map(move |(key, word)| {
            let own = phrases(key).filter(move |(of, _)| *of == locale);
            own.map(move |(_, phrase)| (phrase, word))
        });
        let small = i18n::text(locale, "stop-words-beside-name", &[]);
        let small: Vec<_> = small.split(' ').map(|word| (word.to_owned(), QuestionWord::Small)).collect();
        (locale, PhraseTable::new(listed.chain(small)))
    };
    Locale::ALL.into_iter().map(table).collect()
});

/// The languages in which a text is a question of small words only.
pub fn question_locales(text: &str) -> Vec<Locale> {
    if may_be_question(text) { find_locales(text) } else { Vec::new() }
}

fn find_locales(text: &str) -> Vec<Locale> {
    let tokens = tokenize(text);
    if tokens.len() > MAX_WORDS {
        return Vec::new();
    }
    let has_mark = tokens.iter().any(|token| token.text == "?");
    // `y los grupos?`
    let has_topic = has_mark && question_topic(text).is_some();
    let asks = |word: &QuestionWord| match word {
        QuestionWord::Asking => true,
        QuestionWord::Verb => has_mark,
        QuestionWord::Small => false,
    };
    let is_question = |table: &PhraseTable<QuestionWord>| {
        table.values_of_all(&tokens).is_some_and(|words| has_topic || words.into_iter().any(asks))
    };
    WORDS.iter().filter(|(_, table)| is_question(table)).map(|(locale, _)| *locale).collect()
}

/// Whether a text may be a question of small words. Nearly every text has another word near its beginning.
fn may_be_question(text: &str) -> bool {
    let is_known = |word: &[u8]| WORDS.iter().any(|(_, table)| table.has_word(word));
    decide_by_words(text, |word| (!is_known(word)).then_some(false)).unwrap_or(true)
}

/// What a question of small words is about.
pub fn question_topic(text: &str) -> Option<QuestionTopic> {
    tokenize(text).iter().find_map(|token| match () {
        () if in_word_list(&token.text, "group-words") => Some(QuestionTopic::Groups),
        () if in_word_list(&token.text, "community-words") => Some(QuestionTopic::Communities),
        () => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_of_small_words_is_about_groups_or_communities() {
        for (text, locale, topic) in [
            ("quantos grupos eu tenho?", Locale::PtBr, Some(QuestionTopic::Groups)),
            ("oi, tenho quantas comunidades?", Locale::PtBr, Some(QuestionTopic::Communities)),
            ("quem é vc?", Locale::PtBr, None),
            ("tem o que no", Locale::PtBr, None),
            ("which communities do I have?", Locale::En, Some(QuestionTopic::Communities)),
            ("where is", Locale::En, None),
            ("¿cuántos grupos tengo?", Locale::Es, Some(QuestionTopic::Groups)),
            ("¿y los grupos?", Locale::Es, Some(QuestionTopic::Groups)),
        ] {
            assert!(question_locales(text).contains(&locale), "{text}");
            assert_eq!(question_topic(text), topic, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_text_that_may_be_no_question_is_none(
            words in proptest::collection::vec((0..10_000_usize, "( |, |\\? |! |\n|' |-|\\?|)"), 0..6),
        ) {
            let lists = ["question-words", "question-verbs", "question-small", "wish-courtesy"];
            let known: Vec<_> = lists.into_iter().flat_map(phrases).map(|(_, phrase)| phrase).collect();
            let text: String =
                words.iter().flat_map(|(at, end)| [known[at % known.len()].as_str(), end.as_str()]).collect();
            proptest::prop_assert!(find_locales(&text).is_empty() || may_be_question(&text), "{:?}", text);
        }
    }

    #[test]
    fn other_texts_are_no_questions_of_small_words() {
        for text in ["", "o grupo", "tem grupos", "quem fez os grupos de ontem?", "que coisa", "e o?", "sim"]
        {
            assert_eq!(question_locales(text), [], "{text}");
        }
    }
}

//! Detects the language of a reply by frequent words that only one of the three languages has.

use std::sync::LazyLock;

use regex::Regex;
use vincula::domain::Locale;

/// Words of one language alone, with their accents.
const WORDS: [(Locale, &str); 3] = [
    (
        Locale::En,
        "the it is are was were of not this you would be its and or people with what so on now name that nothing \
         again can first does answer out more if only has have could them there write send show changed already did \
         mean cannot without who your they how from which where yet must question command community waits to all",
    ),
    (
        Locale::PtBr,
        "não é em um uma das na nas ou ao você já mais com foi só então isso isto lá tem dá tudo sim nem fiz fazer \
         veja mande escreva mudou agora ainda nenhum nenhuma pessoas seu sua dela deste desta são há quem mensagem \
         novo comunidade pergunta aqui sou eu",
    ),
    (
        Locale::Es,
        "el la los las lo y un una del al en con ya más pero sí aquí hice hizo hacer qué cómo cambió todavía ahora \
         ninguna ninguno ningún comunidad hay eso esto escribe envía solo son mensaje tu tus fue ahí dónde hecho \
         nadie pregunta su sus puede puedes quién",
    ),
];

/// The language with the most words in the reply; none without evidence, or with as much for another one. Names,
/// quoted texts, commands and links say nothing.
pub fn detect_language(reply: &str, names: &[String]) -> Option<Locale> {
    static FOREIGN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"“[^”]*”|"[^"]*"|https?://\S+|/\S+"#).unwrap());
    let mut text = FOREIGN.replace_all(reply, " ").into_owned();
    for name in names {
        text = text.replace(name, " ");
    }
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .collect();
    let count = |list: &str| {
        let list: Vec<&str> = list.split_whitespace().collect();
        words.iter().filter(|word| list.contains(&word.as_str())).count()
    };
    let mut counts = WORDS.map(|(locale, list)| (count(list), locale));
    counts.sort_by_key(|(count, _)| *count);
    let [_, (second, _), (most, locale)] = counts;
    (most > second).then_some(locale)
}

#[test]
fn the_language_is_that_of_most_words() {
    let names = ["Mães do Bairro".to_owned()];
    for (reply, expected) in [
        ("1 of 2 groups is now in “Bairro Feliz”.", Some(Locale::En)),
        ("1 de 2 grupos não está em “Bairro Feliz”.", Some(Locale::PtBr)),
        ("1 de 2 grupos está ahora en “Bairro Feliz”.", Some(Locale::Es)),
        ("✅ “o que é isso” → /ajuda", None),
        ("1. Mães do Bairro", None),
    ] {
        assert_eq!(detect_language(reply, &names), expected, "{reply}");
    }
}

#[test]
fn no_word_stands_in_two_lists() {
    let lists = WORDS.map(|(_, list)| list.split_whitespace().collect::<Vec<_>>());
    for (at, list) in lists.iter().enumerate() {
        for other in &lists[at + 1..] {
            assert!(list.iter().all(|word| !other.contains(word)));
        }
    }
}

//! Names compared as people compare them: without case, accents, width and invisible characters.

use std::borrow::Cow;

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How many characters of a name are compared: five times the longest name in a list of Z-API.
const MAX_COMPARED: usize = 1_000;

/// Folds a name; two names are the same if their folded forms are: `Mães  do BAIRRO` and `maes do bairro`.
///
/// A message may be one word of 64 KiB, and is compared with many names. Only its beginning is folded, with a
/// mark behind it that no name has.
pub fn fold(name: &str) -> String {
    fold_latin(name).unwrap_or_else(|| fold_unicode(name))
}

/// The same without a copy where nothing is to fold, as in most words.
pub fn fold_word(word: &str) -> Cow<'_, str> {
    match word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && word.len() <= MAX_COMPARED
    {
        true => word.into(),
        false => fold(word).into(),
    }
}

/// Folds ASCII and the accented letters of Portuguese and Spanish, which is nearly every text, in one pass; `None` if
/// there is any other character.
fn fold_latin(name: &str) -> Option<String> {
    if name.len() > MAX_COMPARED {
        return None;
    }
    let mut folded = Vec::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, ' ' | '\0'..='\u{1f}' | '\u{7f}') {
            if !matches!(folded.last(), None | Some(b' ')) {
                folded.push(b' ');
            }
            continue;
        }
        folded.push(fold_latin_char(c)?);
    }
    if folded.last() == Some(&b' ') {
        folded.pop();
    }
    String::from_utf8(folded).ok()
}

/// Folds an ASCII character, or an accented letter of Portuguese and Spanish; `None` for any other character.
#[inline]
pub const fn fold_latin_char(c: char) -> Option<u8> {
    Some(match c {
        'a'..='z' | '0'..='9' => c as u8,
        '`' | '"' => b'\'',
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'Á' | 'À' | 'Â' | 'Ã' | 'Ä' => b'a',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => b'e',
        'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => b'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ö' => b'o',
        'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ù' | 'Û' | 'Ü' => b'u',
        'ç' | 'Ç' => b'c',
        'ñ' | 'Ñ' => b'n',
        c if c.is_ascii() => (c as u8).to_ascii_lowercase(),
        _ => return None,
    })
}

fn fold_unicode(name: &str) -> String {
    let visible = || name.chars().filter(|c| !is_invisible(*c));
    let beginning = visible().take(MAX_COMPARED);
    let plain: String = beginning.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).collect();
    let folded: String = default_case_fold_str(&plain).chars().map(to_plain_char).collect();
    let mut folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    if visible().nth(MAX_COMPARED).is_some() {
        folded.push('\u{fffd}');
    }
    folded
}

/// Whether a character is invisible: what phones paste (zero-width, direction marks, variation selectors),
/// all of Unicode's format characters, and blank fillers.
pub fn is_invisible(c: char) -> bool {
    // Nearly every character is a plain one.
    c >= '\u{ad}'
        && matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{0600}'..='\u{0605}' | '\u{061c}' | '\u{06dd}' | '\u{070f}'
        | '\u{0890}'..='\u{0891}' | '\u{08e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Converts typographic characters, and those that replies use in place of markup, to plain ones.
fn to_plain_char(c: char) -> char {
    match c {
        '∗' => '*',
        'ˍ' => '_',
        '∼' => '~',
        // Inside the quotes of a command, a name's own quotes can only be single ones.
        'ˋ' | '`' | '’' | '‘' | '"' | '“' | '”' | '„' | '‟' => '\'',
        '–' | '—' | '‑' | '‐' => '-',
        // A reply shows a blank in its place.
        control if control.is_control() => ' ',
        other => other,
    }
}

/// Removes control and invisible characters: typed text must neither control the terminal nor reverse
/// a line.
pub fn strip_control(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_quick_way_folds_like_the_general_one(text in "[\\x00-\\x7fÀ-ÿ]{0,40}") {
            if let Some(folded) = fold_latin(&text) {
                proptest::prop_assert_eq!(folded, fold_unicode(&text));
            }
        }
    }

    #[test]
    fn names_are_the_same_whatever_the_phone_made_of_them() {
        let rows = [
            ("Mães do Bairro", "maes  do BAIRRO"),
            ("São João", "Sa\u{0303}o Joa\u{0303}o"),
            ("Ｖendas", "vendas"),
            ("Fute\u{200b}bol\u{200e}", "futebol"),
            ("Straße", "STRASSE"),
            ("Joana d’Arc", "joana d'arc"),
            ("Os “Outros”", "os 'outros'"),
            ("Os \"Outros\"", "os 'outros'"),
            ("❤\u{fe0f} Família", "❤ familia"),
            ("a\u{a0}b", "a b"),
        ];
        for (one, other) in rows {
            assert_eq!(fold(one), fold(other));
        }
    }

    #[test]
    fn t18_a_word_that_is_longer_than_any_name_is_cut_and_no_name() {
        for unit in ["x", "ﷺ", "a\u{301}", "\u{301}", "👩\u{200d}👧 "] {
            let folded = fold(&format!("vendas{}", unit.repeat(64 * 1024 / unit.len())));
            assert!(folded.chars().count() <= 18 * MAX_COMPARED + 1, "{unit:?}");
            assert!(!"vendas".starts_with(&folded), "{unit:?}");
        }
        // What nobody sees counts for nothing.
        assert_eq!(fold(&format!("{}Vendas", "\u{200b}".repeat(20_000))), "vendas");
        let longest = "ã".repeat(200);
        assert_eq!(fold(&longest), "a".repeat(200));
    }

    #[test]
    fn t18_every_format_character_of_unicode_is_invisible() {
        let format = regex::Regex::new(r"\A[\p{Cf}\p{Default_Ignorable_Code_Point}]\z").unwrap();
        let seen: Vec<char> = ('\0'..=char::MAX)
            .filter(|c| format.is_match(c.encode_utf8(&mut [0; 4])) && !is_invisible(*c))
            .collect();
        assert!(seen.is_empty(), "{seen:x?}");
        assert!("aé/1ı👩🏽_-\n".chars().all(|c| !is_invisible(c)));
    }

    #[test]
    fn a_look_alike_of_another_script_is_another_name() {
        assert_ne!(fold("vendas"), fold("vеndas")); // the second has a Cyrillic е
    }
}

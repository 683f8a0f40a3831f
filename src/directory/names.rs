//! Names compared as people compare them: without case, accents, width and invisible characters.

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The form in which two names are the same: `Mães  do BAIRRO` and `maes do bairro`.
pub fn fold(name: &str) -> String {
    let plain: String = name.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).collect();
    let folded: String = default_case_fold_str(&plain).chars().map(plain_mark).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters that phones paste and nobody sees: zero-width, direction marks, variation selectors.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// The characters that replies put for markup, and typographic forms, back to what is typed.
fn plain_mark(c: char) -> char {
    match c {
        '∗' => '*',
        'ˍ' => '_',
        '∼' => '~',
        // Inside the quotes of an order, a name's own quotes can only be single ones.
        'ˋ' | '`' | '’' | '‘' | '"' | '“' | '”' | '„' | '‟' => '\'',
        '–' | '—' | '‑' | '‐' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_look_alike_of_another_script_is_another_name() {
        assert_ne!(fold("vendas"), fold("vеndas")); // the second has a Cyrillic е
    }
}

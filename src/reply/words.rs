//! Words on the page of a chat: quoted, tamed, listed, cut to size.

use crate::directory::is_invisible;

/// The most characters of a message (WhatsApp cuts longer ones).
const LONGEST: usize = 3_900;
/// The most characters of a name.
const LONGEST_NAME: usize = 100;
/// The most characters of a text that is shown for itself, such as a description.
const LONGEST_TEXT: usize = 800;
/// The most names in one list of candidates.
pub const MOST_CANDIDATES: usize = 5;

/// Names that can be chosen by number, the first one being `first`; 0 where they cannot.
pub(super) fn candidates(names: &[String], first: usize) -> String {
    let numbered = names.iter().take(MOST_CANDIDATES).enumerate();
    let number = |at: usize| if first > 0 { format!("{}. ", first + at) } else { String::new() };
    numbered.map(|(at, name)| number(at) + &quoted(name)).collect::<Vec<_>>().join(", ")
}

pub(super) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// Somebody's words in a slot of ours: one line, no markup, no invisible characters, in quotes.
pub fn quoted(words: &str) -> String {
    format!("“{}”", tamed(words))
}

/// The same of a longer text, such as a description.
pub fn quoted_text(words: &str) -> String {
    format!("“{}”", shortened(&tame(words), LONGEST_TEXT))
}

/// Somebody's words in a slot of ours where quotes would be in the way.
pub fn tamed(words: &str) -> String {
    shortened(&tame(words), LONGEST_NAME)
}

/// A line of at most so many characters.
pub fn shortened(line: &str, longest: usize) -> String {
    if line.chars().count() <= longest {
        return line.to_owned();
    }
    line.chars().take(longest - 1).chain(['…']).collect()
}

/// Words as they are typed in an order: in quotes unless they are nothing but letters and digits.
/// Quotes inside them become single ones, which name the same thing (`directory::fold`).
pub fn typed(words: &str) -> String {
    let words = tamed(words);
    // What begins with a dash is a flag, or marks an item; so does a number with a dot.
    let is_plain = words.starts_with(|c: char| c.is_alphanumeric() || c == '∗')
        && words.ends_with(|c: char| c.is_alphanumeric() || c == '∗')
        && words.chars().all(|c| c.is_alphanumeric() || "-.@∗ˍ".contains(c));
    if is_plain {
        words
    } else {
        format!("\"{}\"", words.replace(['"', '“', '”', '„', '‟', '＂'], "'"))
    }
}

/// One line without markup and invisible characters. What stands for a mark of markup is read
/// back as that mark when somebody copies the name into an order (`directory::fold`).
fn tame(words: &str) -> String {
    let visible = words.chars().filter(|c| !is_invisible(*c));
    let tamed = visible.map(|c| match c {
        '*' => '∗',
        '_' => 'ˍ',
        '~' => '∼',
        '`' => 'ˋ',
        c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => ' ',
        c => c,
    });
    tamed.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Parts below [`LONGEST`] characters, cut at line ends (a single longer line is cut inside).
pub(super) fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut length = 0;
    for line in text.split('\n') {
        let mut line: Vec<char> = line.chars().collect();
        while line.len() > LONGEST {
            let rest = line.split_off(LONGEST);
            parts.push(line.into_iter().collect());
            line = rest;
            length = LONGEST;
        }
        if length > 0 && length + 1 + line.len() > LONGEST {
            parts.push(String::new());
            length = 0;
        }
        if let Some(part) = parts.last_mut() {
            if length > 0 {
                part.push('\n');
                length += 1;
            }
            length += line.len();
            part.extend(line);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_a_reply() {
        let rows = [
            ("*Promo*_", "“∗Promo∗ˍ”"),
            ("a\n✅ done", "“a ✅ done”"),
            ("x\u{202e}y\u{200b}\u{7}", "“xy”"),
            ("~`~", "“∼ˋ∼”"),
        ];
        for (name, expected) in rows {
            assert_eq!(quoted(name), expected);
        }
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), LONGEST_NAME + 2);
    }

    #[test]
    fn long_replies_are_cut_at_line_ends() {
        let line = "x".repeat(90);
        let text = vec![line.as_str(); 200].join("\n");
        let parts = split(&text);
        assert!(parts.len() > 4 && parts.iter().all(|part| part.chars().count() <= LONGEST));
        assert_eq!(parts.join("\n"), text);
        assert!(split(&"y".repeat(9_000)).iter().all(|part| part.chars().count() <= LONGEST));
    }
}

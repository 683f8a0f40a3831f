//! Formats words of people for a chat: quoted, escaped, in columns, truncated.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::directory::is_invisible;

/// The most characters of a message (WhatsApp cuts longer ones).
const MAX_MESSAGE_LEN: usize = 3_900;
/// The most characters of a name.
const MAX_NAME_LEN: usize = 100;
/// The most characters of a text on lines of its own, such as a description.
const MAX_TEXT_LEN: usize = 800;
/// The characters of a line on a phone.
pub const PHONE_COLUMNS: usize = 40;
/// The most names in one list of candidates.
pub const MAX_CANDIDATES: usize = 5;

/// Short words in columns, in lines that a phone does not break.
pub fn format_columns(words: &[String]) -> Vec<String> {
    const SEPARATOR: &str = " · ";
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if length(line) + length(SEPARATOR) + length(word) <= PHONE_COLUMNS => {
                line.push_str(SEPARATOR);
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Candidates with numbers from `first` on; 0 for no numbers.
pub fn format_candidates(names: &[String], first: usize) -> String {
    let numbered = names.iter().take(MAX_CANDIDATES).enumerate();
    let number = |at: usize| if first > 0 { format!("{}. ", first + at) } else { String::new() };
    numbered.map(|(at, name)| number(at) + &quote(name)).collect::<Vec<_>>().join(", ")
}

/// Words of people inside a line: one line, no markup, no invisible characters, in quotes.
pub fn quote(words: &str) -> String {
    format!("“{}”", escape_markup(words))
}

/// The same for a longer text, such as a description.
pub fn quote_text(words: &str) -> String {
    format!("“{}”", truncate(&strip_markup(words), MAX_TEXT_LEN))
}

/// The same without quotes.
pub fn escape_markup(words: &str) -> String {
    truncate(&strip_markup(words), MAX_NAME_LEN)
}

/// Truncates a line to so many characters, between grapheme clusters: an emoji of several characters stays whole.
pub fn truncate(line: &str, longest: usize) -> String {
    if line.chars().count() <= longest {
        return line.to_owned();
    }
    let mut room = longest - 1;
    let fits = |cluster: &&str| {
        let is_fitting = cluster.chars().count() <= room;
        room = if is_fitting { room - cluster.chars().count() } else { 0 };
        is_fitting
    };
    line.graphemes(true).take_while(fits).chain(["…"]).collect()
}

/// A text as it is, each line behind a quote mark, so that none looks like a line of the bot.
pub(super) fn quote_block(text: &str) -> String {
    let is_end = |c: char| matches!(c, '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.split(is_end).map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

/// An argument as it is typed in a command: in quotes unless it has only letters and digits. Quotes inside
/// become single ones, which name the same thing (`directory::fold`).
pub fn typed(words: &str) -> String {
    let words = escape_markup(words);
    // A word that begins with a dash is a flag or a list item; so is a number with a dot.
    let is_plain = words.starts_with(|c: char| c.is_alphanumeric() || c == '∗')
        && words.ends_with(|c: char| c.is_alphanumeric() || c == '∗')
        && words.chars().all(|c| c.is_alphanumeric() || "-.@∗ˍ".contains(c));
    // The sign of `/alias bf = x` is an argument by itself.
    if is_plain || words == "=" {
        words
    } else {
        format!("\"{}\"", words.replace(['"', '“', '”', '„', '‟', '＂'], "'"))
    }
}

/// One line without markup and invisible characters. Markup signs are replaced by similar ones that
/// `directory::fold` turns back when a name is copied into a command.
fn strip_markup(words: &str) -> String {
    let chars: Vec<char> = words.chars().collect();
    let is_shown = |(at, c): (usize, &char)| (!is_invisible(*c) || is_within_emoji(&chars, at)).then_some(*c);
    let visible = chars.iter().enumerate().filter_map(is_shown);
    let escaped = visible.map(|c| match c {
        '*' => '∗',
        '_' => 'ˍ',
        '~' => '∼',
        '`' => 'ˋ',
        c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => ' ',
        c => c,
    });
    escaped.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether an invisible character is a part of an emoji: a joiner between two, or the mark of a coloured one.
fn is_within_emoji(chars: &[char], at: usize) -> bool {
    let is_emoji = |at: Option<usize>| {
        let c = at.and_then(|at| chars.get(at)).copied().unwrap_or_default();
        matches!(c, '\u{203c}'..='\u{27bf}' | '\u{2900}'..='\u{303d}' | '\u{1f000}'..='\u{1faff}')
            && !is_invisible(c)
    };
    let before = at.checked_sub(1);
    let is_marked = before.is_some_and(|at| chars[at] == '\u{fe0f}');
    match chars[at] {
        '\u{fe0f}' => is_emoji(before),
        '\u{200d}' => is_emoji(if is_marked { at.checked_sub(2) } else { before }) && is_emoji(Some(at + 1)),
        _ => false,
    }
}

/// Splits a text into messages below [`MAX_MESSAGE_LEN`] characters, cut at line ends (a single longer line is cut inside).
pub(super) fn split_messages(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in text.split('\n') {
        let line: Vec<char> = line.chars().collect();
        // An empty line is a piece, too.
        let empty = line.is_empty().then_some([].as_slice());
        for piece in line.chunks(MAX_MESSAGE_LEN).chain(empty) {
            match parts.last_mut().filter(|part| length(part) + 1 + piece.len() <= MAX_MESSAGE_LEN) {
                Some(part) if part.is_empty() => part.extend(piece),
                Some(part) => part.extend(['\n'].iter().chain(piece)),
                None => parts.push(piece.iter().collect()),
            }
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
            assert_eq!(quote(name), expected);
        }
        assert_eq!(quote(&"x".repeat(500)).chars().count(), MAX_NAME_LEN + 2);
    }

    #[test]
    fn an_emoji_of_several_characters_stays_whole() {
        let family = "👨\u{200d}👩\u{200d}👧";
        for name in [family, "❤\u{fe0f}\u{200d}🔥", "👍🏽", "🇧🇷"] {
            assert_eq!(quote(name), format!("“{name}”"));
            assert_eq!(truncate(&format!("{}{name}", "x".repeat(8)), 9), format!("{}…", "x".repeat(8)));
        }
        assert_eq!(quote("a\u{200d}b\u{fe0f} 👨\u{200d}\u{200d}a"), "“ab 👨a”");
        assert_eq!(truncate(&format!("{family}{family}"), 6), format!("{family}…"));
    }

    #[test]
    fn long_replies_are_cut_at_line_ends() {
        let line = "x".repeat(90);
        let text = vec![line.as_str(); 200].join("\n");
        let parts = split_messages(&text);
        assert!(parts.len() > 4 && parts.iter().all(|part| part.chars().count() <= MAX_MESSAGE_LEN));
        assert_eq!(parts.join("\n"), text);
        assert!(
            split_messages(&"y".repeat(9_000)).iter().all(|part| part.chars().count() <= MAX_MESSAGE_LEN)
        );
    }
}

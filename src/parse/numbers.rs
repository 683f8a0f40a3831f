//! Numbers of a list: `2`, `3-5`, `1, 2 and 4`.

/// The most options of a prompt.
pub const MAX_OPTIONS: usize = 30;

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

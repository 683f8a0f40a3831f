//! Names without quotes: `/link Bairro Feliz mães do bairro futebol`.
//!
//! Adjacent words without quotes are one name if together they are a whole name: the longest such name.
//! Nothing else is guessed.

/// The most words of a name without quotes.
const MAX_NAME_WORDS: usize = 8;

/// How many of the words after the first one belong to its name: those with which it is the longest whole
/// name.
pub fn words_after(first: &str, words: &[&str], is_name: impl Fn(&str) -> bool) -> usize {
    let most = words.len().min(MAX_NAME_WORDS - 1);
    let joined = |count: usize| [&[first], &words[..count]].concat().join(" ");
    (1..=most).rev().find(|count| is_name(&joined(*count))).unwrap_or(0)
}

/// The same where the name ends in a word, and the others stand before it.
pub fn words_before(last: &str, words: &[&str], is_name: impl Fn(&str) -> bool) -> usize {
    let most = words.len().min(MAX_NAME_WORDS - 1);
    let joined = |count: usize| [&words[words.len() - count..], &[last]].concat().join(" ");
    (1..=most).rev().find(|count| is_name(&joined(*count))).unwrap_or(0)
}

/// The words, with names of several words joined.
pub fn join_unquoted_names(words: &[String], loose: &[bool], is_name: impl Fn(&str) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(first) = words.get(at) {
        let run = loose.iter().skip(at + 1).take_while(|is_loose| **is_loose).count();
        let following: Vec<&str> = words.iter().skip(at + 1).take(run).map(String::as_str).collect();
        let count = words_after(first, &following, &is_name);
        names.push([&[first.as_str()], &following[..count]].concat().join(" "));
        at += 1 + count;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_quotes_are_one_name_where_together_they_are_one() {
        let is_name =
            |name: &str| ["maes do bairro", "vendas", "vendas sul", "futebol", "a b c"].contains(&name);
        let rows: [(&str, &str, &[&str]); 7] = [
            ("maes do bairro futebol", "0111", &["maes do bairro", "futebol"]),
            ("vendas sul", "01", &["vendas sul"]), // the first is a whole name as well, but a shorter one
            ("vendas futebol", "01", &["vendas", "futebol"]),
            ("maes do bairro", "001", &["maes", "do", "bairro"]), // a comma or quotes between
            ("x a b c y", "01111", &["x", "a b c", "y"]),
            ("a b d", "011", &["a", "b", "d"]),
            ("", "", &[]),
        ];
        for (words, loose, expected) in rows {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            let loose: Vec<bool> = loose.chars().map(|c| c == '1').collect();
            assert_eq!(join_unquoted_names(&words, &loose, is_name), expected, "{words:?}");
        }
        for (last, words, expected) in [
            ("sul", vec!["x", "vendas"], 1),
            ("c", vec!["a", "b"], 2),
            ("vendas", vec!["x"], 0),
            ("x", vec![], 0),
        ] {
            assert_eq!(words_before(last, &words, is_name), expected, "{words:?} {last}");
        }
    }
}

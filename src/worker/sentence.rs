//! One reading of a sentence: the communities and groups that it names, the verbs that ask for commands, and what a no
//! is about: `era o suporte, não o futebol`.

use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::domain::Locale;
use crate::parse::hesitation::count_instead;
use crate::parse::names::{Fit, Name, NameReader, is_exclusion};
use crate::parse::tokenizer::{Separator, Token};
use crate::parse::word_lists::in_word_list;

/// How a text fits the names of communities, and those of groups.
pub(super) struct KnownNames<'a> {
    pub(super) community: &'a dyn Fn(&str) -> Fit,
    pub(super) group: &'a dyn Fn(&str) -> Fit,
}

/// What a name may be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Community,
    Group,
    Either,
}

/// A name in a sentence.
#[derive(Debug)]
pub(super) struct Mention {
    pub(super) name: Name,
    pub(super) kind: Kind,
    /// A no stands before it, with only small words between: `não era o futebol`.
    pub(super) is_excluded: bool,
}

/// A word that begins a phrase for a command.
#[derive(Debug)]
pub(super) struct Verb {
    at: usize,
    /// The English name of the command.
    pub(super) command: &'static str,
    /// A no stands before it: `não era pra tirar`.
    pub(super) is_negated: bool,
}

/// What a sentence says.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    /// Its names, from left to right.
    pub(super) mentions: Vec<Mention>,
    pub(super) verbs: Vec<Verb>,
    /// It has a no about something else, as in `o suporte não`, or says that something stays as it is.
    pub(super) has_objection: bool,
}

impl Sentence {
    /// Reads the tokens of a text. `locale` is the language in which `no` excludes or does not.
    pub(super) fn read(source: &str, tokens: &[Token], names: &KnownNames<'_>, locale: Locale) -> Self {
        let fit = |text: &str| (names.group)(text).max((names.community)(text));
        let reader = NameReader { fit: &fit, locale };
        let mut sentence = Self::default();
        let mut others = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let verb = find_verb(source, &tokens[at]);
            // A name that begins with a verb: `tirar dúvidas`.
            let is_clear = |name: &Name| name.fit == Fit::Whole || name.tokens.len() > 1 || verb.is_none();
            if let Some(name) = reader.name_at(tokens, at, tokens.len()).filter(is_clear) {
                at = name.tokens.end;
                let kind = names.kind_of(&name);
                sentence.mentions.push(Mention { name, kind, is_excluded: false });
                continue;
            }
            match verb {
                Some(command) => sentence.verbs.push(Verb { at, command, is_negated: false }),
                None => others.push(at),
            }
            at += 1;
        }
        for at in others.into_iter().filter(|at| !tokens[*at].is_quoted) {
            if is_exclusion(&tokens[at].text, locale) {
                sentence.apply_no(tokens, at);
            }
            sentence.apply_instead(tokens, at);
            sentence.has_objection |= in_word_list(plain(&tokens[at]), "correction-stay-words");
        }
        sentence
    }

    /// Excludes the name behind `em vez de`.
    fn apply_instead(&mut self, tokens: &[Token], at: usize) {
        let words: Vec<&str> = tokens[at..].iter().map(|token| token.text.as_str()).collect();
        let Some(count) = count_instead(&words) else { return };
        let mention = self.mentions.iter_mut().find(|mention| mention.name.tokens.start >= at + count);
        if let Some(mention) = mention {
            mention.is_excluded |= tokens[at + count..mention.name.tokens.start].iter().all(is_small);
        }
    }

    /// Applies a no to the verb or name behind it. At the beginning of a part it is a reply: `não, era o suporte`.
    fn apply_no(&mut self, tokens: &[Token], at: usize) {
        let is_apart = |at: &usize| tokens[*at].separator != Separator::Blank;
        let end = (at + 1..tokens.len()).find(is_apart).unwrap_or(tokens.len());
        let is_behind = self.mentions.first().is_some_and(|first| first.name.tokens.start < at);
        let mention = self.mentions.iter_mut().find(|mention| (at..end).contains(&mention.name.tokens.start));
        let next = mention.as_ref().map_or(end, |mention| mention.name.tokens.start);
        let verb = self.verbs.iter_mut().find(|verb| (at..next).contains(&verb.at));
        match (verb, mention) {
            (Some(verb), _) => verb.is_negated = true,
            (None, Some(mention)) if tokens[at + 1..next].iter().all(|token| is_nothing(&token.text)) => {
                mention.is_excluded = true
            }
            _ => self.has_objection |= is_behind || at > 0 && !is_apart(&at),
        }
    }
}

impl KnownNames<'_> {
    fn kind_of(&self, name: &Name) -> Kind {
        match ((self.community)(&name.text), (self.group)(&name.text)) {
            (Fit::Whole, _) | (_, Fit::None) => Kind::Community,
            (Fit::None, _) | (_, Fit::Whole) => Kind::Group,
            _ if name.tokens.len() > 1 => Kind::Group,
            _ => Kind::Either,
        }
    }
}

/// The command that a phrase asks for which begins with this word. Everyday words ask for none: `mais`, `ajuda`.
fn find_verb(source: &str, token: &Token) -> Option<&'static str> {
    let start = token.span.start + source[token.span.clone()].find(char::is_alphanumeric)?;
    let is_everyday = |Wish { spec, phrase, .. }: &Wish| {
        let is_help = spec.name == "help" && CATALOG.lookup(phrase).is_some();
        is_help || spec.name == "more" || phrase.split_whitespace().all(is_nothing)
    };
    let wish = CATALOG.parse_wish(&source[start..]).filter(|_| !token.is_quoted)?;
    (source[start..].starts_with(&wish.phrase) && !is_everyday(&wish)).then_some(wish.spec.name)
}

/// A word without the signs around it.
fn plain(token: &Token) -> &str {
    token.text.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether a word only leads to a name: `out of`, `lá na comunidade`.
pub(super) fn is_small(token: &Token) -> bool {
    !token.is_quoted && is_small_word(&token.text)
}

fn is_small_word(word: &str) -> bool {
    ["stop-words-beside-name", "wish-prepositions"].iter().any(|list| in_word_list(word, list))
}

/// Whether a word says nothing about what is asked for: a small word, or one of a correction.
fn is_nothing(word: &str) -> bool {
    is_small_word(word) || in_word_list(word, "correction-words")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tokenizer::Tokenizer;

    /// The sentence with marks: `#` a community, `@` a group, `?` either, `!` a verb; `-` what a no is about.
    fn read(source: &str) -> String {
        let fit = |names: &[&str], text: &str| {
            let text = text.to_lowercase();
            let begun = names.iter().filter(|name| name.starts_with(&text)).count();
            match begun {
                _ if names.contains(&text.as_str()) => Fit::Whole,
                0 => Fit::None,
                1 => Fit::Beginning,
                _ => Fit::Ambiguous,
            }
        };
        let community = |text: &str| fit(&["bairro feliz", "marketing br"], text);
        let group = |text: &str| {
            fit(&["futebol", "suporte", "tirar dúvidas", "bairro alto", "bairro feliz fotos"], text)
        };
        let names = KnownNames { community: &community, group: &group };
        let tokens = Tokenizer::new(source, false).read_all(false).unwrap();
        let sentence = Sentence::read(source, &tokens, &names, Locale::PtBr);
        let sign = |is_denied| if is_denied { "-" } else { "" };
        let mentions = sentence.mentions.iter().map(|mention| {
            let mark = match mention.kind {
                Kind::Community => '#',
                Kind::Group => '@',
                Kind::Either => '?',
            };
            format!("{}{mark}{}", sign(mention.is_excluded), mention.name.text)
        });
        let verbs = sentence.verbs.iter().map(|verb| format!("{}!{}", sign(verb.is_negated), verb.command));
        let objection = sentence.has_objection.then(|| "objection".to_owned());
        mentions.chain(verbs).chain(objection).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_sentence_has_names_verbs_and_what_a_no_is_about() {
        let rows = [
            ("era o suporte, não o futebol", "@suporte -@futebol"),
            ("não, o futebol", "@futebol"),
            ("não era o futebol no marketing", "-@futebol #marketing"),
            ("nem o futebol nem o suporte", "-@futebol -@suporte"),
            ("ops, era no bairro", "?bairro"),
            ("era no bairro feliz", "#bairro feliz"),
            ("ops, era o bairro alto", "@bairro alto"),
            ("era pra tirar o suporte", "@suporte !unlink"),
            ("não era pra tirar o suporte", "@suporte -!unlink"),
            ("ops, era o tirar dúvidas", "@tirar dúvidas"),
            ("o suporte não", "@suporte objection"),
            ("oops, I didn’t mean suporte", "@suporte objection"),
            ("era pra deixar o suporte", "@suporte objection"),
            ("ops, era o futebol mais o suporte", "@futebol @suporte"),
            ("era o futebol em vez do suporte", "@futebol -@suporte"),
            ("em vez de suporte era o futebol", "-@suporte @futebol"),
            ("o café está bom", ""),
        ];
        for (source, expected) in rows {
            assert_eq!(read(source), expected, "{source:?}");
        }
    }
}

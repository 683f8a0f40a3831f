//! One reading of a sentence: the communities and groups that it names, the verbs that ask for commands, what a no is
//! about, and what else it says: `era o suporte, não o futebol`. Menus, corrections and wishes take all of it from here.

use std::ops::Range;

use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::domain::Locale;
use crate::parse::hesitation::{count_hesitation, count_instead};
use crate::parse::names::{Fit, Name, NameReader, is_courtesy_phrase, is_exclusion, run_end};
use crate::parse::prompt_reply::{PromptFacts, parse_reply};
use crate::parse::tokenizer::{Separator, Token};
use crate::parse::word_lists::{in_word_list, is_nameless, plain_word, plain_words};

/// The fewest letters of the beginning of a name: shorter words are everyday words.
const MIN_LETTERS: usize = 4;

/// The names that a sentence may have.
pub(super) struct KnownNames<'a> {
    /// How a text fits the names of communities.
    pub(super) community: &'a dyn Fn(&str) -> Fit,
    /// How a text fits the names of groups.
    pub(super) group: &'a dyn Fn(&str) -> Fit,
    /// The name that a misspelled word means.
    pub(super) misspelled: &'a dyn Fn(&str) -> Option<String>,
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
    /// Its names, from left to right. `bloco 1 a 3` is several, with the same tokens.
    pub(super) mentions: Vec<Mention>,
    pub(super) verbs: Vec<Verb>,
    /// It has a no, in any language.
    pub(super) has_no: bool,
    /// It has a no about something else, as in `o suporte não`, or says that something stays as it is.
    pub(super) has_objection: bool,
    /// The text without its names, but with the question marks behind them.
    pub(super) text_beside_names: String,
}

impl Sentence {
    /// Reads the tokens of a text. `locale` is the language in which `no` excludes or does not.
    pub(super) fn read(source: &str, tokens: &[Token], names: &KnownNames<'_>, locale: Locale) -> Self {
        let mut sentence = Self::default();
        let mut others = Vec::new();
        let (mut at, mut end_of_last) = (0, 0);
        while at < tokens.len() {
            let verb = find_verb(source, &tokens[at]);
            let found = names.names_at(tokens, at, verb.is_some(), locale);
            let Some(last) = found.last().map(|name| name.tokens.end - 1) else {
                match verb {
                    Some(command) => sentence.verbs.push(Verb { at, command, is_negated: false }),
                    None => others.push(at),
                }
                at += 1;
                continue;
            };
            sentence.text_beside_names.push_str(&source[end_of_last..tokens[at].span.start]);
            sentence.text_beside_names.push_str(if tokens[last].text.ends_with('?') { "? " } else { " " });
            (at, end_of_last) = (last + 1, tokens[last].span.end);
            let mention = |name| Mention { kind: names.kind_of(&name), name, is_excluded: false };
            sentence.mentions.extend(found.into_iter().map(mention));
        }
        sentence.text_beside_names.push_str(&source[end_of_last..]);
        for at in others.into_iter().filter(|at| !tokens[*at].is_quoted) {
            if sentence.is_no(tokens, at, locale) {
                sentence.has_no = true;
                sentence.apply_no(tokens, at);
            }
            sentence.apply_instead(tokens, at);
            sentence.has_objection |= in_word_list(plain_word(&tokens[at].text), "correction-stay-words");
        }
        sentence
    }

    /// Whether it says nothing beside its names and what corrects or adds to a command: `não, o suporte também`. A word
    /// such as `café` in another sentence may only look like a name.
    pub(super) fn is_about_names(&self) -> bool {
        let lists =
            ["correction-words", "only-words", "until-words", "also-words", "stop-words-between-names"];
        let is_reply = |word: &str| parse_reply(word, true, PromptFacts::default()).is_some();
        let is_small = |word: &str| {
            let is_courtesy = is_courtesy_phrase(word) || is_nameless(word);
            is_courtesy || is_reply(word) || lists.iter().any(|list| in_word_list(word, list))
        };
        let words: Vec<&str> = plain_words(&self.text_beside_names).filter(|word| !word.is_empty()).collect();
        let mut at = 0;
        while at < words.len() && self.verbs.is_empty() {
            at += match count_hesitation(&words[at..]) {
                Some(count) => count,
                None if is_small(words[at]) => 1,
                None => return false,
            };
        }
        true
    }

    /// Whether a word is a no. The Portuguese preposition is none: `no bairro`.
    fn is_no(&self, tokens: &[Token], at: usize, locale: Locale) -> bool {
        let leads_to_name = || {
            let small = tokens[at + 1..].iter().take_while(|token| is_small(token)).count();
            self.next_name(at + 1..at + 2 + small).is_some()
        };
        is_exclusion(&tokens[at].text, locale)
            || in_word_list(plain_word(&tokens[at].text), "reply-no") && !leads_to_name()
    }

    /// Excludes the name behind `em vez de`.
    fn apply_instead(&mut self, tokens: &[Token], at: usize) {
        let words: Vec<&str> = tokens[at..].iter().map(|token| token.text.as_str()).collect();
        let Some(count) = count_instead(&words) else { return };
        let next = self.next_name(at + count..tokens.len());
        if let Some(next) = next.filter(|next| tokens[at + count..*next].iter().all(is_small)) {
            self.exclude(next);
        }
    }

    /// Applies a no to the verb or name behind it. At the beginning of a part it is a reply: `não, era o suporte`.
    fn apply_no(&mut self, tokens: &[Token], at: usize) {
        let is_apart = |at: &usize| tokens[*at].separator != Separator::Blank;
        let end = (at + 1..tokens.len()).find(is_apart).unwrap_or(tokens.len());
        let is_behind = self.mentions.first().is_some_and(|first| first.name.tokens.start < at);
        let next = self.next_name(at..end);
        let verb = self.verbs.iter_mut().find(|verb| (at..next.unwrap_or(end)).contains(&verb.at));
        match (verb, next) {
            (Some(verb), _) => verb.is_negated = true,
            (None, Some(next)) if tokens[at + 1..next].iter().all(|token| is_nothing(&token.text)) => {
                self.exclude(next);
            }
            _ => self.has_objection |= is_behind || at > 0 && !is_apart(&at),
        }
    }

    /// Where the first name begins that begins at one of these tokens.
    fn next_name(&self, tokens: Range<usize>) -> Option<usize> {
        self.mentions.iter().map(|mention| mention.name.tokens.start).find(|start| tokens.contains(start))
    }

    /// Excludes the names that begin at this token.
    fn exclude(&mut self, at: usize) {
        for mention in self.mentions.iter_mut().filter(|mention| mention.name.tokens.start == at) {
            mention.is_excluded = true;
        }
    }
}

impl KnownNames<'_> {
    /// The name at a position, or those of a range of numbers; none where no known name begins.
    fn names_at(&self, tokens: &[Token], at: usize, is_verb: bool, locale: Locale) -> Vec<Name> {
        let fit = |text: &str| (self.group)(text).max((self.community)(text));
        // `os blocos` are the groups that begin with “Bloco”.
        let singular =
            |text: &str| text.strip_suffix('s').filter(|_| fit(text) == Fit::None).map(str::to_owned);
        let fit_of_any = |text: &str| singular(text).map_or_else(|| fit(text), |text| fit(&text));
        let reader = NameReader { fit: &fit_of_any, locale };
        let end = run_end(tokens, at);
        if let Some(names) = reader.numbered_names(tokens, at, end).filter(|names| names[0].fit == Fit::Whole)
        {
            return names;
        }
        // Of `vendas no bairro`, “Vendas Norte” begins with two words.
        let ends_small = |name: &Name| name.fit < Fit::Whole && is_small(&tokens[name.tokens.end - 1]);
        let name = match reader.name_at(tokens, at, end) {
            Some(name) if ends_small(&name) => reader.name_at(tokens, at, name.tokens.end - 1),
            name => name,
        };
        let is_reply = |text: &str| parse_reply(text, true, PromptFacts::default()).is_some();
        let is_name = |name: &Name| {
            let letters = name.text.chars().filter(|c| c.is_alphanumeric()).count();
            // A name that begins with a verb: `tirar dúvidas`.
            let is_other = is_verb && name.tokens.len() == 1 || letters < MIN_LETTERS;
            name.fit == Fit::Whole || tokens[at].is_quoted || !is_other && !is_reply(&name.text)
        };
        let misspelled = || {
            let word = plain_word(&tokens[at].text);
            let is_word = !is_verb && !is_nothing(word) && !is_reply(word);
            let text = (self.misspelled)(word).filter(|_| is_word)?;
            Some(Name { tokens: at..at + 1, text, fit: Fit::Whole })
        };
        let name = name.filter(is_name).or_else(misspelled);
        name.map(|name| Name { text: singular(&name.text).unwrap_or(name.text), ..name })
            .into_iter()
            .collect()
    }

    fn kind_of(&self, name: &Name) -> Kind {
        match ((self.community)(&name.text), (self.group)(&name.text)) {
            (Fit::Whole, _) | (_, Fit::None) => Kind::Community,
            (Fit::None, _) | (_, Fit::Whole) => Kind::Group,
            _ => Kind::Either,
        }
    }
}

/// The command that a phrase asks for which begins with this word. An everyday word asks for none: `ajuda`.
fn find_verb(source: &str, token: &Token) -> Option<&'static str> {
    let start = token.span.start + source[token.span.clone()].find(char::is_alphanumeric)?;
    let is_everyday = |Wish { spec, phrase, .. }: &Wish| {
        let is_help = spec.name == "help" && CATALOG.lookup(phrase).is_some();
        is_help || phrase.split_whitespace().all(is_nothing)
    };
    let wish = CATALOG.parse_wish(&source[start..]).filter(|_| !token.is_quoted)?;
    (source[start..].starts_with(&wish.phrase) && !is_everyday(&wish)).then_some(wish.spec.name)
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
            fit(
                &["futebol", "suporte", "tirar dúvidas", "bairro alto", "bairro feliz fotos", "vendas norte"],
                text,
            )
        };
        let misspelled = |word: &str| (word == "futebl").then(|| "futebol".to_owned());
        let names = KnownNames { community: &community, group: &group, misspelled: &misspelled };
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
            ("era o vendas no bairro feliz", "@vendas #bairro feliz"),
            ("era o futebl", "@futebol"),
            ("sup", ""),
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

//! Wishes: requests for a command in plain words, as in `coloca o futebol no bairro feliz` or `quais são os grupos?`.

use std::sync::LazyLock;

use crate::command::spec::CommandSpec;
use crate::directory::fold;
use crate::domain::Locale;
use crate::parse::phrases::{PhraseTable, Token, decide_by_words, longest_match, phrases, tokenize};
use crate::parse::prompt_reply::{MAX_REPLY_LEN, is_question};
use crate::parse::small_question::{QuestionTopic, question_locales, question_topic};
use crate::parse::text::strip_invisible;
use crate::parse::word_lists::{in_word_list, is_nameless};

/// A request for a command.
#[derive(Clone)]
pub struct Wish {
    /// The command.
    pub spec: &'static CommandSpec,
    /// The words behind the phrase that asks for the command, without courtesy.
    pub rest: String,
    /// The languages of the phrase.
    pub locales: Vec<Locale>,
    /// The phrase.
    pub phrase: String,
}

/// The phrases that ask for each command, by language: the command's names, and `wish-…` of the translation files.
pub struct WishTable {
    wishes: PhraseTable<(Locale, &'static CommandSpec)>,
    /// The verbs of questions how something is done: `coloco` of `como eu coloco`. The verbs of wishes count there, too.
    verbs: PhraseTable<(Locale, &'static CommandSpec)>,
    /// What answers such questions.
    help: Option<&'static CommandSpec>,
    /// What answers questions about all groups, and about all communities.
    lists: [Option<&'static CommandSpec>; 2],
}

/// A phrase that asks for a command: its command, its words, its languages.
type WishPhrase = (&'static CommandSpec, usize, Vec<Locale>);

/// How a question begins how something is done: `como eu`, `how do I`.
static HOW: LazyLock<PhraseTable<()>> =
    LazyLock::new(|| PhraseTable::new(phrases("how-to").map(|(_, phrase)| (phrase, ()))));

/// How a question begins whether something may be done: `posso`, `can I`. Only without names it asks for help.
static MAY: LazyLock<PhraseTable<()>> =
    LazyLock::new(|| PhraseTable::new(phrases("how-may").map(|(_, phrase)| (phrase, ()))));

/// Words before and behind a wish that add nothing.
static COURTESY: LazyLock<PhraseTable<()>> =
    LazyLock::new(|| PhraseTable::new(phrases("wish-courtesy").map(|(_, phrase)| (phrase, ()))));

impl WishTable {
    /// A table of these commands.
    pub fn new(specs: &[&'static CommandSpec]) -> Self {
        let wishable = || specs.iter().copied().filter(|spec| !spec.is_confirmation());
        let names = wishable().flat_map(|spec| {
            let names = |locale| spec.names_in(locale).iter().map(move |name| (locale, (*name).to_owned()));
            Locale::ALL.into_iter().flat_map(names).map(move |(locale, name)| (name, (locale, spec)))
        });
        let listed = |kind: &'static str| {
            wishable().flat_map(move |spec| {
                let own = phrases(&format!("{kind}-{}", spec.name));
                own.map(move |(locale, phrase)| (phrase, (locale, spec)))
            })
        };
        let (wishes, verbs) =
            (PhraseTable::new(names.chain(listed("wish"))), PhraseTable::new(listed("how")));
        let find = |name| specs.iter().copied().find(|spec| spec.name == name);
        Self { wishes, verbs, help: find("help"), lists: [find("groups"), find("communities")] }
    }

    /// The wish in a text; none where something else than courtesy stands before it, or the text is quoted or struck out.
    pub fn parse(&self, text: &str) -> Option<Wish> {
        let is_quoted = || trim_emphasis(text).starts_with(['>', '“', '«', '"', '~']);
        if text.len() > MAX_REPLY_LEN || is_quoted() {
            return None;
        }
        let wish = if self.may_have_wish(text) { self.parse_phrase(text) } else { None };
        // A phrase may begin a question: `quem é você?`
        match wish {
            Some(wish) if wish.rest.is_empty() => Some(wish),
            wish => self.parse_question(text).or(wish),
        }
    }

    /// A question of small words about the groups or the communities: `quantos grupos eu tenho?`
    fn parse_question(&self, text: &str) -> Option<Wish> {
        let [groups, communities] = self.lists;
        let locales = question_locales(text);
        if locales.is_empty() {
            return None;
        }
        let spec = match question_topic(text)? {
            QuestionTopic::Groups => groups?,
            QuestionTopic::Communities => communities?,
        };
        // `tem algum grupo sem comunidade?`
        let without = phrases("without-community").map(|(_, phrase)| phrase);
        let folded = fold(text);
        let is_said = |phrase: &String| spec.name == "groups" && folded.contains(&fold(phrase));
        let rest = without.into_iter().find(is_said).unwrap_or_default();
        Some(Wish { spec, rest, locales, phrase: text.trim().to_owned() })
    }

    /// The wish in a text with a phrase that asks for a command.
    fn parse_phrase(&self, text: &str) -> Option<Wish> {
        let text = strip_invisible(text);
        let text = trim_emphasis(&text);
        let tokens = tokenize(text);
        if let Some(wish) = self.find_how_to(text, skip_courtesy(&tokens)) {
            return Some(wish);
        }
        let (tokens, (spec, count, locales)) = self.find(&tokens)?;
        let rest = rest(text, tokens, count, spec.is_verbatim());
        // `más`, the Spanish name, is also a Portuguese “but”.
        if spec.name == "more" && count == 1 && !rest.is_empty() {
            return None;
        }
        let phrase = &text[tokens[0].start..tokens[count - 1].end];
        // `por que` also begins talk.
        if in_word_list(phrase, "why-words") && (rest.is_empty() || !is_question(text)) {
            return None;
        }
        let is_admin_word = |token: &Token<'_>| in_word_list(&token.text, "wish-admin-words");
        // `faz` and `deixa` mean other things without a word for admins.
        if in_word_list(phrase, "wish-make-words") && !tokens[count..].iter().any(is_admin_word) {
            return None;
        }
        Some(Wish { spec, rest, locales, phrase: phrase.to_owned() })
    }

    /// Whether a word that begins a phrase of a command stands behind words of courtesy. Nearly no text has a wish.
    fn may_have_wish(&self, text: &str) -> bool {
        let decision = decide_by_words(text, |word| match () {
            () if self.wishes.has_first_word(word) => Some(true),
            () if MAY.has_first_word(word) => Some(true),
            () if COURTESY.has_word(word) => None,
            () => Some(false),
        });
        decision.unwrap_or(false)
    }

    /// The tokens from the phrase on that stands behind courtesy, and what the phrase asks for.
    fn find<'a, 't>(&self, mut tokens: &'a [Token<'t>]) -> Option<(&'a [Token<'t>], WishPhrase)> {
        loop {
            let courtesy = COURTESY.longest(tokens).map_or(0, |(count, ())| count);
            match longest(&self.wishes, tokens) {
                Some(found) if found.1 >= courtesy => return Some((tokens, found)),
                _ if tokens.first().is_some_and(is_sign) => tokens = &tokens[1..],
                _ if courtesy == 0 => return None,
                _ => tokens = &tokens[courtesy..],
            }
        }
    }

    /// A question how something is done, as a wish for the help on that command: `como eu coloco um grupo?`
    fn find_how_to(&self, text: &str, tokens: &[Token<'_>]) -> Option<Wish> {
        let may = MAY.longest(tokens);
        let (count, ()) = HOW.longest(tokens).or(may)?;
        let verb = &tokens[count..];
        let (spec, length, locales) = longest(&self.verbs, verb).or_else(|| longest(&self.wishes, verb))?;
        if may.is_some() && !verb[length..].iter().all(|token| is_sign(token) || is_nameless(&token.text)) {
            return None;
        }
        let has = |key| verb[length..].iter().any(|token| in_word_list(&token.text, key));
        let name = match spec.name {
            "link" | "add" | "promote" if has("wish-admin-words") => "promote",
            "unlink" | "remove" | "demote" if has("wish-admin-words") => "demote",
            "link" if has("how-people-words") => "add",
            "unlink" if has("how-people-words") => "remove",
            "add" if has("group-words") => "link",
            "remove" if has("group-words") => "unlink",
            name => name,
        };
        let phrase = text[tokens[0].start..tokens[count - 1].end].to_owned();
        Some(Wish { spec: self.help?, rest: name.to_owned(), locales, phrase })
    }
}

/// The longest phrase of a table in any language.
fn longest(table: &PhraseTable<(Locale, &'static CommandSpec)>, tokens: &[Token<'_>]) -> Option<WishPhrase> {
    let matches = table.matches(tokens);
    let found = Locale::ALL
        .map(|locale| longest_match(&matches, |(of, spec)| (*of == locale).then_some((locale, *spec))));
    let count = found.iter().flatten().map(|(count, _)| *count).max()?;
    let mut longest = found.into_iter().flatten().filter(|(own, _)| *own == count).map(|(_, phrase)| phrase);
    let (locale, spec) = longest.next()?;
    let others = longest.filter(|(_, other)| other.name == spec.name).map(|(locale, _)| locale);
    Some((spec, count, std::iter::once(locale).chain(others).collect()))
}

/// The tokens behind words of courtesy.
fn skip_courtesy<'a, 't>(mut tokens: &'a [Token<'t>]) -> &'a [Token<'t>] {
    while let Some(first) = tokens.first() {
        match COURTESY.longest(tokens) {
            _ if HOW.longest(tokens).or_else(|| MAY.longest(tokens)).is_some() => break,
            Some((count, ())) => tokens = &tokens[count..],
            None if is_sign(first) => tokens = &tokens[1..],
            None => break,
        }
    }
    tokens
}

/// What follows the first tokens, without the courtesy at the end of what is no text for others.
fn rest(text: &str, tokens: &[Token<'_>], count: usize, is_verbatim: bool) -> String {
    let start = tokens[count - 1].end;
    let mut tokens = &tokens[count..];
    if is_verbatim {
        return text[start..].trim_start_matches(is_separator).trim_end().to_owned();
    }
    loop {
        tokens = &tokens[..tokens.iter().rposition(|token| !is_sign(token)).map_or(0, |last| last + 1)];
        match COURTESY.count_at_end(tokens) {
            0 => break,
            count => tokens = &tokens[..tokens.len() - count],
        }
    }
    let end = tokens.last().map_or(start, |last| last.end);
    // A quote or a pattern ends behind its last letter.
    let closing = text[end..].chars().take_while(|c| matches!(c, '"' | '”' | '’' | '\'' | '*' | '»'));
    let end = if tokens.is_empty() { start } else { end + closing.map(char::len_utf8).sum::<usize>() };
    text[start..end].trim_start_matches(is_separator).to_owned()
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ':' | ',' | '.' | '!' | ';')
}

fn is_sign(token: &Token<'_>) -> bool {
    !token.text.chars().any(char::is_alphanumeric)
}

/// A text without the markup around all of it.
fn trim_emphasis(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix(['*', '_', '`']).and_then(|inner| inner.strip_suffix(['*', '_', '`']));
    inner.map_or(text, trim_emphasis)
}

#[cfg(test)]
mod tests {
    use crate::commands::CATALOG;

    #[test]
    fn a_wish_begins_with_a_phrase_of_a_command_after_courtesy() {
        let rows = [
            ("vincular bairro futebol", "link", "bairro futebol"),
            ("/ vincular bairro futebol", "link", "bairro futebol"),
            ("*/vincular bairro futebol*", "link", "bairro futebol"),
            ("Por favor /vincular bairro futebol", "link", "bairro futebol"),
            ("coloca o futebol no bairro feliz", "link", "o futebol no bairro feliz"),
            ("Oi! Bom dia, você pode colocar o futebol no bairro por favor?", "link", "o futebol no bairro"),
            ("tira \"Mães do Bairro\" do bairro, obrigada 🙏", "unlink", "\"Mães do Bairro\" do bairro"),
            ("desvincular bairro \"vendas sul\"", "unlink", "bairro \"vendas sul\""),
            ("tira vendas* do bairro", "unlink", "vendas* do bairro"),
            ("desvincular bairro vendas*", "unlink", "bairro vendas*"),
            ("can you put soccer in happy please", "link", "soccer in happy"),
            ("puedes poner futbol en barrio", "link", "futbol en barrio"),
            ("comunidades", "communities", ""),
            ("Quais são as comunidades?", "communities", ""),
            ("quais são os grupos", "groups", ""),
            ("quem é admin do bairro?", "who", "do bairro"),
            ("¿quiénes son los admins de barrio?", "who", "de barrio"),
            ("who is admin of happy", "who", "of happy"),
            ("desfaz", "undo", ""),
            ("desfazer por favor", "undo", ""),
            ("ajuda", "help", ""),
            ("preciso de ajuda", "help", ""),
            ("oi\n/grupos", "groups", ""),
            ("avisa no bairro: Reunião hoje, por favor", "announce", "no bairro: Reunião hoje, por favor"),
            ("qual o link do bairro", "invite", "do bairro"),
            ("link do bairro", "invite", "bairro"),
            ("foto linda", "photo", "linda"),
        ];
        for (text, name, rest) in rows {
            let wish = CATALOG.parse_wish(text).unwrap_or_else(|| panic!("{text:?}"));
            assert_eq!((wish.spec.name, wish.rest.as_str()), (name, rest), "{text:?}");
        }
    }

    #[test]
    fn other_texts_are_no_wishes() {
        let texts = [
            "",
            "oi",
            "bom dia",
            "sim",
            "não coloca nada",
            "e/ou",
            "http://x/link",
            "> /grupos",
            "~grupos~",
            "*~grupos~*",
            "a foto",
            "1/2 mais",
        ];
        for text in texts {
            assert!(CATALOG.parse_wish(text).is_none(), "{text:?}");
        }
        assert!(CATALOG.parse_wish(&"grupos ".repeat(200)).is_none());
    }
}

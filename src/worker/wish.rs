//! What a wish in a direct chat asks for, with the names that are known: `coloca o futebol no bairro feliz`.
//!
//! What only shows something is run at once; a change is offered as the whole command, and run on a yes. Names are read
//! as in the command. Where words are left that are no names, nothing is offered.

use super::argument_finder::{ArgumentFinder, is_preposition};
use super::command_outcome::CommandOutcome;
use super::community_names::CommunityNames;
use super::request::Request;
use super::sentence::{Kind, Mention, Sentence, is_small};
use super::undo_part::{offer_part, offer_undo, undo_command};
use crate::command::context::CommandError;
use crate::command::parsed_text::ParsedWish;
use crate::command::spec::CommandSpec;
use crate::commands::settings::parse_setting;
use crate::commands::{CATALOG, photo, undo};
use crate::config::AdminsFrom;
use crate::directory::fold;
use crate::engine::whole_groups;
use crate::i18n;
use crate::parse::arguments::{self, ArgKind, TypedArguments};
use crate::parse::names::{is_courtesy_phrase, is_exclusion, next_in_list, strip_courtesy};
use crate::parse::phrases::phrases;
use crate::parse::text::is_comma;
use crate::parse::tokenizer::{Token, Tokenizer};
use crate::parse::word_lists::{in_word_list, is_nameless, is_stop_word, plain_words};
use crate::reply::{Reply, ReplyLine};
use crate::storage::StoreUnavailable;

/// Words that are no name of a new community.
const CREATE_WORDS: [&str; 3] =
    ["create-community-words", "create-words-before-community", "create-words-behind-community"];

/// The fewest digits of a phone number.
const MIN_PHONE_DIGITS: usize = 8;
/// The most digits of a phone number or lid; ids of communities and groups have more.
const MAX_PHONE_DIGITS: usize = 15;

/// The most words of an unknown group.
const MAX_WORDS_OF_UNKNOWN: usize = 3;

/// The most words before the word for a message.
const MAX_WORDS_BEFORE_MESSAGE: usize = 4;

/// What a wish for a command is resolved to.
pub(super) enum WishResolution {
    /// To be shown something: the command is run with these arguments.
    Read(String),
    /// A reply: it offers a change with names that are known, or says why no command does it.
    Reply(Box<CommandOutcome>),
    /// The names are missing or unknown.
    Incomplete,
}

impl From<CommandOutcome> for WishResolution {
    fn from(outcome: CommandOutcome) -> Self {
        Self::Reply(outcome.into())
    }
}

/// Resolves a wish; none if it is a reply to a prompt, or talk.
pub(super) async fn resolve_wish(
    request: &Request<'_>,
    wish: &ParsedWish,
) -> Result<Option<(&'static CommandSpec, WishResolution)>, CommandError> {
    let Request { run, .. } = request;
    let Some(asked) = CATALOG.lookup(&wish.command) else { return Ok(None) };
    let names = &CommunityNames::load(request, run.instance.directory.snapshot(run.zapi).await?).await?;
    let tokens = match asked.is_verbatim() {
        true => TypedArguments::parse(asked.args, asked.is_mutating, &wish.rest).map(|typed| typed.tokens),
        false => Tokenizer::new(&wish.rest, false).read_all(false),
    };
    // Quotes that are not closed name nothing.
    let tokens = &tokens.unwrap_or_default();
    let finder = ArgumentFinder { request, names, source: &wish.rest, tokens, is_sentence: true };
    let sentence = finder.read_sentence();
    let reader = WishReader { wish, finder, sentence };
    let spec = reader.choose_command(asked, has_phone_number(&wish.rest) || reader.asks_for_person());
    // `desvincula o que eu acabei de vincular`
    if reader.is_about_last_change()
        && undo_command(request).await?.is_some_and(|(command, _)| command == spec.name)
        && let Some(offer) = offer_undo(request, ReplyLine::new("wish-offer-undo")).await?
    {
        return Ok(Some((spec, offer.into())));
    }
    if let Some(line) = reader.find_obstacle(spec) {
        return Ok(Some((spec, CommandOutcome::usage_error(Reply::Lines(vec![line])).into())));
    }
    if let Some((spec, arguments)) = reader.alias_to_remove() {
        return Ok(Some((spec, reader.finder.offer(spec, arguments).into())));
    }
    if let Some(question) = reader.finder.ask_for_target(spec, "") {
        return Ok(Some((spec, question.into())));
    }
    if spec.name == undo::SPEC.name
        && let Some(resolution) = reader.resolve_undo().await?
    {
        return Ok(Some((spec, resolution)));
    }
    if let Some(arguments) = reader.find_arguments(spec) {
        return Ok(Some((
            spec,
            match spec.is_read_only() {
                true => WishResolution::Read(arguments),
                false => reader.finder.offer(spec, arguments).into(),
            },
        )));
    }
    if let Some(lines) = reader.explain_all(spec).or_else(|| reader.explain_unknown(spec)) {
        return Ok(Some((spec, CommandOutcome::talk(Reply::Lines(lines), Vec::new()).into())));
    }
    Ok(reader.reply_to_unclear(asked, spec))
}

/// The command that `/undo` would run, with names in place of ids; none if it would run none.
pub(super) async fn show_undo_command(
    request: &Request<'_>,
    names: &CommunityNames<'_>,
) -> Result<Option<String>, StoreUnavailable> {
    let command = undo_command(request).await?;
    Ok(command.and_then(|command| names.show_undo(&command, request.run.localizer)))
}

/// Reads the words of a wish.
struct WishReader<'a> {
    wish: &'a ParsedWish,
    /// Finds arguments behind the phrase that asks for the command.
    finder: ArgumentFinder<'a>,
    /// What stands behind the phrase.
    sentence: Sentence,
}

impl WishReader<'_> {
    /// The command for groups, people, admins, words or a community, whichever the words name.
    fn choose_command(&self, spec: &'static CommandSpec, has_people: bool) -> &'static CommandSpec {
        let is_about_community = || self.finder.whole_community().is_some();
        let name = match (spec.name, has_people) {
            ("link" | "add", true) if self.is_about_admins() => "promote",
            ("unlink" | "remove", true) if self.is_about_admins() => "demote",
            ("link" | "add" | "invite", true) => "add",
            ("link" | "add", false) => "link",
            ("unlink" | "remove", true) => "remove",
            ("remove", false) if is_about_community() && self.has_verb("wish-deletion-words") => "deactivate",
            ("unlink" | "remove", false) => "unlink",
            ("groups", false) if self.has_list_below() => "link",
            ("alias", true) => "add",
            ("groups", _) if is_about_community() => "community",
            ("communities", _) if !self.wish.rest.is_empty() => "community",
            (name, _) => name,
        };
        CATALOG.lookup(name).unwrap_or(spec)
    }

    /// Whether a list of groups stands below a community: `grupos do bairro:`.
    fn has_list_below(&self) -> bool {
        self.finder.list_below().is_some_and(|(_, list)| self.finder.groups(list).is_some())
    }

    /// Whether a person is meant whose number is missing: `quero remover uma pessoa`.
    fn asks_for_person(&self) -> bool {
        let mut words = plain_words(&self.wish.rest);
        let names_group = || self.sentence.mentions.iter().any(|mention| mention.kind == Kind::Group);
        words.any(|word| in_word_list(word, "how-people-words")) && !names_group()
    }

    /// The arguments of an alias: `bf = "Bairro Feliz"` of `põe apelido no bairro feliz de bf`.
    fn alias_and_name(&self) -> Option<String> {
        let rest = self.wish.rest.as_str();
        if rest.contains('=') {
            return Some(rest.to_owned());
        }
        let (alias, before) = self.finder.tokens.split_last()?;
        let is_link =
            |token: &&Token| is_small(token) || in_word_list(&token.text, "stop-words-beside-people");
        let count = before.iter().rev().take_while(is_link).count();
        let named = ArgumentFinder { tokens: &before[..before.len() - count], ..self.finder };
        let name = named.whole_community().or_else(|| named.whole_groups(named.tokens))?;
        let names_alias =
            || plain_words(&self.wish.phrase).any(|word| in_word_list(word, "alias-name-words"));
        names_alias().then(|| format!("{} = {name}", alias.text.trim_end_matches(is_comma)))
    }

    /// What no command does: a change in several communities, removing a picture.
    fn find_obstacle(&self, spec: &CommandSpec) -> Option<ReplyLine> {
        if self.finder.names_several_communities(spec, &self.sentence) {
            return Some(ReplyLine::not_done("one-community"));
        }
        let has_message = || plain_words(&self.wish.rest).any(|word| in_word_list(word, "message-words"));
        if spec.name == "settings" && has_message() {
            return Some(ReplyLine::not_done("messages-not-restricted"));
        }
        let removes_photo = spec.name == photo::SPEC.name && self.has_verb("wish-removal-words");
        let line = || ReplyLine::not_done("photo-not-removed").with_command("command", spec.name, &[]);
        removes_photo.then(line)
    }

    /// Undoes the last change, or a part of it.
    async fn resolve_undo(&self) -> Result<Option<WishResolution>, CommandError> {
        if !self.has_only("wish-last-words") {
            // `volta o marketing` names no part.
            let mut kinds = self.sentence.mentions.iter().map(|mention| mention.kind);
            if self.sentence.mentions.is_empty() || kinds.any(|kind| kind == Kind::Group) {
                return Ok(offer_part(&self.finder).await?.map(WishResolution::from));
            }
        }
        let offer = offer_undo(self.finder.request, ReplyLine::new("wish-offer-undo")).await?;
        // `/undo` says why there is nothing that it can undo.
        Ok(Some(offer.map_or(WishResolution::Read(String::new()), WishResolution::from)))
    }

    /// Whether something is to be deleted.
    fn is_deletion(&self) -> bool {
        matches!(self.wish.command.as_str(), "deactivate" | "remove" | "unlink")
    }

    /// The command that removes an alias, with its arguments: `o apelido fut`.
    fn alias_to_remove(&self) -> Option<(&'static CommandSpec, String)> {
        let mut words = plain_words(&self.wish.rest).skip_while(|word| is_stop_word(word));
        let is_alias =
            self.is_deletion() && words.next().is_some_and(|word| in_word_list(word, "alias-words"));
        let alias = words.next().filter(|_| is_alias && words.next().is_none())?;
        let remove = i18n::text(self.finder.request.run.localizer.locale, "alias-remove-words", &[]);
        Some((CATALOG.lookup("alias")?, format!("{} {alias}", remove.split(' ').next()?)))
    }

    /// Whether a word for admins is among the words.
    fn is_about_admins(&self) -> bool {
        plain_words(&self.wish.rest).any(|word| in_word_list(word, "wish-admin-words"))
    }

    /// The reply where no names stand beside the community, but `todos os grupos`, `todo mundo` or `aqui`.
    fn explain_all(&self, spec: &CommandSpec) -> Option<Vec<ReplyLine>> {
        let people = match spec.name {
            "link" | "add" => "add",
            "unlink" | "remove" => "remove",
            _ => return None,
        };
        let (community, others) = self.finder.community_at_end(self.finder.tokens, true)?;
        let has = |list| others.iter().any(|token| in_word_list(&token.text, list));
        let names_nothing = |token: &Token| {
            is_nameless(&token.text)
                || ["wish-all-words", "here"].iter().any(|list| in_word_list(&token.text, list))
        };
        let is_in_audience = |token: &Token| {
            in_word_list(&token.text, "wish-audience-words") && !in_word_list(&token.text, "wish-all-words")
        };
        let shown = |name| {
            let command = self.finder.request.run.localizer.format_command(name, &[]);
            format!("{command} {}", self.finder.names.show(&community))
        };
        let line = match () {
            () if !others.iter().all(names_nothing) => return None,
            () if has("here") => ReplyLine::not_done("no-here"),
            () if others.iter().any(is_in_audience) => {
                ReplyLine::not_done("no-everyone").with_plain("command", shown(people))
            }
            () if has("wish-all-words") => {
                ReplyLine::not_done("no-all-groups").with_plain("command", shown(spec.name))
            }
            () => return None,
        };
        Some(vec![line, ReplyLine::new("see-groups").with_command("command", "groups", &[])])
    }

    /// The reply where a message is to be deleted, `a última mensagem`, or where nothing is known that stands before a
    /// community.
    fn explain_unknown(&self, spec: &CommandSpec) -> Option<Vec<ReplyLine>> {
        let mut first = plain_words(&self.wish.rest).take(MAX_WORDS_BEFORE_MESSAGE);
        if self.is_deletion() && first.any(|word| in_word_list(word, "message-words")) {
            return Some(vec![ReplyLine::not_done("message-not-deleted")]);
        }
        let people = match spec.name {
            "link" => "add",
            "unlink" => "remove",
            _ => return None,
        };
        let finder = &self.finder;
        let (community, others) = finder.community_at_end(finder.tokens, true)?;
        let name = strip_courtesy(finder.source_of(others));
        let locale = finder.request.run.parsed.locale;
        let is_among_others = |mention: &Mention| mention.name.tokens.start < others.len();
        if name.is_empty()
            || finder.request.admin.from != AdminsFrom::Config
            || name.split_whitespace().count() > MAX_WORDS_OF_UNKNOWN
            || plain_words(name).all(is_nameless)
            || self.is_about_admins()
            || plain_words(name).any(|word| is_exclusion(word, locale))
            || self.sentence.mentions.iter().any(is_among_others)
        {
            return None;
        }
        let people = finder.request.run.localizer.format_command(people, &[]);
        let people = format!("{people} {}", finder.names.show(&community));
        Some(vec![
            ReplyLine::not_done("no-group").name("name", name),
            ReplyLine::new("see-groups").with_command("command", "groups", &[]),
            ReplyLine::new("see-people").with_plain("command", people),
        ])
    }

    /// What a wish means whose names are missing or unknown.
    fn reply_to_unclear(
        &self,
        asked: &'static CommandSpec,
        spec: &'static CommandSpec,
    ) -> Option<(&'static CommandSpec, WishResolution)> {
        let rest = self.wish.rest.as_str();
        let is_group = asked.name == "deactivate" && self.finder.groups(self.finder.tokens).is_some();
        let about = if is_group { format!("group {rest}") } else { rest.to_owned() };
        if let Some(reply) = whole_groups::reject_group_lifecycle(asked, &about) {
            return Some((asked, CommandOutcome::usage_error(reply).into()));
        }
        let names_person = || spec.args.contains(&ArgKind::People) && has_phone_number(rest);
        let names_known = || !self.sentence.mentions.is_empty() || names_person();
        // Whose number is missing: `coloca ele de admin`.
        let has_people = self.is_about_admins();
        let has_text = || spec.is_verbatim() && text_without_community(spec, rest).is_some();
        if !(plain_words(rest).all(is_nameless)
            || has_people
            || spec.name == "create"
            || names_known()
            || has_text())
        {
            return None;
        }
        let spec = if has_people { self.choose_command(spec, true) } else { spec };
        Some((spec, WishResolution::Incomplete))
    }

    /// The arguments of a command, if everything that the words name is known: communities and groups by id.
    fn find_arguments(&self, spec: &CommandSpec) -> Option<String> {
        let (rest, tokens) = (self.wish.rest.as_str(), self.finder.tokens);
        let arguments = match spec.args {
            [] => return plain_words(rest).all(is_nameless).then(String::new),
            [ArgKind::Community] => self.finder.whole_community()?,
            [ArgKind::Community, next] if next.is_verbatim() => self.community_and_text(spec)?,
            [ArgKind::Community, ArgKind::Keyword(_)] => {
                let is_setting = |(_, setting): (&str, &str)| parse_setting(setting).is_some();
                self.finder.find(spec).filter(|found| found.trim().split_once(' ').is_none_or(is_setting))?
            }
            [ArgKind::Groups, ArgKind::Community] | [ArgKind::Community, _, ..] => self.finder.find(spec)?,
            [ArgKind::FreeText(_)] => new_community_name(self.wish)?,
            [ArgKind::Keyword("arg-invite")] => {
                let target = self.finder.whole_community().or_else(|| self.finder.groups(tokens))?;
                format!("{target} {}", self.reset_word())
            }
            [ArgKind::Keyword("arg-language")] => {
                let language = strip_courtesy(rest);
                let is_language = phrases("language-names").any(|(_, name)| fold(&name) == fold(language));
                is_language.then(|| language.to_owned())?
            }
            [ArgKind::Keyword("arg-alias")] => self.alias_and_name()?,
            [ArgKind::Keyword(key)] => {
                let among_others =
                    || self.finder.named_community(&self.sentence).filter(|_| *key == "arg-history");
                let named = self.finder.whole_community().or_else(among_others);
                if self.has_verb("why-words") && !self.sentence.mentions.is_empty() {
                    return None;
                }
                // Who did something to a group, or why: the command lists all that was done.
                let is_small = || plain_words(rest).all(|word| in_word_list(word, "question-small"));
                let is_all = self.has_verb("wish-who-words") || *key == "arg-history" && is_small();
                named.unwrap_or_else(|| if is_all { String::new() } else { strip_courtesy(rest).to_owned() })
            }
            [ArgKind::Words] => self.names_words_of_groups().then(|| rest.to_owned())?,
            _ => (rest.split_whitespace().count() <= 1).then(|| rest.to_owned())?,
        };
        let arguments = arguments.trim();
        arguments::parse(spec.args, spec.is_mutating, arguments).ok().map(|_| arguments.to_owned())
    }

    /// The word that makes a new invitation link, if one is asked for.
    fn reset_word(&self) -> String {
        let words = i18n::text(self.finder.request.run.localizer.locale, "invite-reset", &[]);
        let reset = words.split(' ').next().filter(|_| self.has_verb("wish-reset-words"));
        reset.unwrap_or_default().to_owned()
    }

    /// Whether the phrase has one of these words.
    fn has_verb(&self, key: &'static str) -> bool {
        plain_words(&self.wish.phrase).any(|word| in_word_list(word, key))
    }

    /// Whether the words behind the phrase only say what was done last: `o que eu acabei de vincular`.
    fn is_about_last_change(&self) -> bool {
        let is_just = |word: &str| in_word_list(word, "just-done-words");
        let is_verb = |word: &str| CATALOG.parse_wish(word).is_some();
        let is_other =
            |word: &str| !is_just(word) && !in_word_list(word, "wish-last-words") && !is_verb(word);
        plain_words(&self.wish.rest).any(is_just) && !plain_words(&self.wish.rest).any(is_other)
    }

    /// Whether all words behind the phrase are in this list.
    fn has_only(&self, key: &'static str) -> bool {
        plain_words(&self.wish.rest).all(|word| in_word_list(word, key))
    }

    /// Whether a group has these words in its name.
    fn names_words_of_groups(&self) -> bool {
        let words: Vec<String> = self.wish.rest.split_whitespace().map(str::to_owned).collect();
        let is_without = words.first().is_some_and(|word| in_word_list(word, "exclusion-words"));
        is_without
            || in_word_list(&self.wish.rest, "without-community")
            // What groups there are that a community admin does not see, no reply tells.
            || self.finder.request.admin.from == AdminsFrom::Community
            || !self.finder.names.snapshot.groups.containing_all(&words).is_empty()
    }

    /// The community at the beginning, and the text for it. None where another community follows: `no bairro e no
    /// marketing`.
    fn community_and_text(&self, spec: &CommandSpec) -> Option<String> {
        let tokens = self.finder.tokens;
        let mut communities = self.sentence.mentions.iter().filter(|mention| mention.kind != Kind::Group);
        let Mention { name, .. } = communities.next()?;
        let leads = |token: &Token| {
            is_preposition(token)
                || is_stop_word(&token.text)
                || in_word_list(&token.text, "wish-audience-words")
        };
        let is_listed = |other: &Mention| {
            let at = next_in_list(tokens, name.tokens.end);
            let between = at.and_then(|at| tokens.get(at..other.name.tokens.start));
            between.is_some_and(|between| between.iter().all(leads))
        };
        if !tokens[..name.tokens.start].iter().all(leads) || communities.next().is_some_and(is_listed) {
            return None;
        }
        let typed = TypedArguments::parse(spec.args, spec.is_mutating, &self.wish.rest).ok()?;
        let found = typed.assign_community(spec.args, name.tokens.clone(), &name.text).ok()?;
        let text = match strip_words_before_text(spec, &found.text) {
            "" if self.has_verb("wish-removal-words") => "-",
            text => text,
        };
        Some(format!("{} {} {text}", found.flags.to_typed(), self.finder.community_id(&name.text)))
    }
}

/// Whether a phone number, a mention or a link to a person is among the words. The numbers of several groups, `bloco 1 2
/// 3 4`, are none, and neither are ids.
fn has_phone_number(rest: &str) -> bool {
    let is_in_number =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '-' | '(' | ')' | '.');
    let count_digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    rest.split(|c| !is_in_number(c)).any(|number| {
        let is_long =
            |word: &str| (4..=MAX_PHONE_DIGITS).contains(&count_digits(word)) || word.starts_with('+');
        count_digits(number) >= MIN_PHONE_DIGITS && number.split_whitespace().any(is_long)
    })
}

/// The name of a new community: what follows “create a community called”. After a mere “create” only a name that looks
/// like one counts. None where groups or another wish follow the name, or it is not clear: `a comunidade do futebol`.
fn new_community_name(ParsedWish { rest, phrase, .. }: &ParsedWish) -> Option<String> {
    let is_before = |word: &str| CREATE_WORDS.iter().any(|key| in_word_list(word, key));
    let start = word_starts(rest).find(|at| !rest[*at..].split_whitespace().next().is_some_and(is_before))?;
    let leads =
        |key| plain_words(&rest[..start]).chain(plain_words(phrase)).any(|word| in_word_list(word, key));
    // `chamada do Bem` has all of the name.
    let is_about = leads("create-community-words") && !leads("create-words-behind-community");
    let mut name = rest[start..].trim();
    if is_about && plain_words(name).next().is_some_and(|word| in_word_list(word, "wish-prepositions")) {
        return None;
    }
    while let Some(at) = word_starts(name).skip(1).find(|at| is_courtesy_phrase(&name[*at..])) {
        name = name[..at].trim_end_matches(|c: char| c.is_whitespace() || is_comma(c));
    }
    let names_more = word_starts(name).skip(1).any(|at| {
        let Some((word, others)) = name[at..].split_once(char::is_whitespace) else { return false };
        let is_in = |key| in_word_list(word, key);
        let mut small = plain_words(others).take_while(|word| is_stop_word(word));
        is_in("stop-words-between-names")
            && CATALOG.parse_wish(others).is_some_and(|wish| !wish.rest.is_empty())
            || is_in("create-words-of-condition") && word.starts_with(char::is_lowercase)
            || is_in("stop-words") && small.any(|word| in_word_list(word, "group-words"))
    });
    let looks_like_name = phrase.contains(' ') || name.starts_with(|c: char| !c.is_lowercase());
    (looks_like_name && !names_more).then(|| match split_description(name) {
        Some((name, description)) => format!("{name} | {description}"),
        None => name.to_owned(),
    })
}

/// A name and the description behind it: `Sol com a descrição Rua do Sol`.
fn split_description(text: &str) -> Option<(&str, &str)> {
    let mut starts = word_starts(text).skip(2);
    let at = starts.find(|at| {
        let word = plain_words(&text[*at..]).next().unwrap_or_default();
        in_word_list(word, "create-description-words")
    })?;
    let mut before = text[..at].trim_end();
    let (name, last) = before.rsplit_once(char::is_whitespace)?;
    before = if is_stop_word(last) { name.trim_end() } else { before };
    let (name, with) = before.rsplit_once(char::is_whitespace)?;
    let (_, description) = text[at..].split_once(char::is_whitespace)?;
    in_word_list(with, "create-words-before-groups").then(|| (name.trim_end(), description.trim()))
}

/// The text of a wish that names no community, behind words that lead to a text: `todo mundo que …`, `pessoal: …`.
pub(super) fn text_without_community(spec: &CommandSpec, source: &str) -> Option<String> {
    let mut text = source.trim();
    let mut is_led = spec.name == "describe";
    while let Some((word, behind)) = text.split_once(char::is_whitespace) {
        let plain = word.trim_end_matches(':');
        let lists = ["wish-audience-words", "wish-prepositions"];
        if !is_stop_word(plain) && !lists.iter().any(|list| in_word_list(plain, list)) {
            break;
        }
        is_led |= plain.len() < word.len();
        text = behind.trim_start();
    }
    let stripped = strip_words_before_text(spec, text);
    let is_text = (is_led || stripped.len() < text.len()) && stripped.contains(char::is_whitespace);
    is_text.then(|| stripped.to_owned())
}

/// A text without what leads to it: `dizendo que`, `para:`.
fn strip_words_before_text<'t>(spec: &CommandSpec, text: &'t str) -> &'t str {
    let mut text = text.trim();
    while let Some((word, behind)) = text.split_once(char::is_whitespace) {
        let plain = word.trim_end_matches(':');
        let is_describe = spec.name == "describe";
        let is_preposition = in_word_list(plain, "wish-prepositions") && (word.ends_with(':') || is_describe);
        // `cambia la descripción por …`
        let is_before = is_preposition
            || is_describe && in_word_list(plain, "change-prepositions")
            || in_word_list(plain, "wish-words-before-text");
        // A text that begins with a capital letter begins there.
        if !is_before || word.starts_with(char::is_uppercase) {
            break;
        }
        text = behind.trim_start();
    }
    text
}

/// Where each word begins.
fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    text.split_whitespace().map(|word| word.as_ptr() as usize - text.as_ptr() as usize)
}

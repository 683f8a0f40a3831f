//! What a wish in a direct chat asks for, with the names that are known: `coloca o futebol no bairro feliz`.
//!
//! What only shows something is run at once; a change is offered as the whole command, and run on a yes. Names are read
//! as in the command. Where words are left that are no names, nothing is offered.

use super::context::Request;
use super::resolve_community::CommunityNames;
use super::suggest::Suggestion;
use crate::command::context::CommandError;
use crate::command::parsed_text::ParsedWish;
use crate::command::spec::CommandSpec;
use crate::command::undo_record::UndoRecord;
use crate::commands::{CATALOG, photo, undo};
use crate::config::AdminsFrom;
use crate::directory::fold;
use crate::domain::GroupId;
use crate::engine::listing::{fit_of_group, load_list};
use crate::engine::target::Target;
use crate::engine::whole_groups;
use crate::i18n;
use crate::parse::arguments::{self, ArgKind, TypedArguments};
use crate::parse::dialing_code::DialingCode;
use crate::parse::names::{Fit, Name, NameReader, find_exclusion, is_courtesy_phrase, strip_courtesy};
use crate::parse::numbers::parse_range;
use crate::parse::people::{find_leftover, parse_people};
use crate::parse::phrases::phrases;
use crate::parse::text::is_comma;
use crate::parse::tokenizer::{Separator, Token, Tokenizer, join};
use crate::parse::word_lists::{in_word_list, is_stop_word};
use crate::reply::{Reply, ReplyLine, escape_markup, typed};
use crate::storage::StateKind;

/// The fewest digits of a phone number.
const MIN_PHONE_DIGITS: usize = 8;

/// What a wish is resolved to.
pub(super) enum WishResolution {
    /// To be shown something, with these arguments.
    Read(&'static CommandSpec, String),
    /// A change, with names that are known.
    Change(Suggestion),
    /// A command, but its names are missing or unknown.
    Incomplete(&'static CommandSpec),
    /// Something that no command does.
    Impossible(Reply),
    /// Nothing: it is a reply to a prompt, or talk.
    Talk,
}

/// Resolves a wish.
pub(super) async fn resolve_wish(
    request: &Request<'_>,
    wish: &ParsedWish,
) -> Result<WishResolution, CommandError> {
    let Request { run, admin, command, .. } = request;
    let Some(spec) = CATALOG.lookup(&wish.command) else { return Ok(WishResolution::Talk) };
    let directory = &run.instance.directory;
    let snapshot = directory.snapshot(run.zapi).await?;
    let list = load_list(run.store, command, &request.list_key()).await?;
    let communities = CommunityNames::new(snapshot, directory, admin, list);
    let reader = WishReader { request, communities, wish };
    let rest = wish.rest.as_str();
    let asked = spec;
    let spec = reader.choose_command(spec, has_number(rest));
    if spec.name == photo::SPEC.name && reader.has_verb("wish-removal-words") {
        let line = ReplyLine::not_done("photo-not-removed").with_command("command", spec.name, &[]);
        return Ok(WishResolution::Impossible(Reply::Lines(vec![line])));
    }
    let Some(parts) = reader.find_arguments(spec) else {
        if let Some(reply) = reader.reject_group_lifecycle(asked) {
            return Ok(WishResolution::Impossible(reply));
        }
        let is_about_known =
            words(rest).all(is_stop_word) || spec.name == "create" || reader.mentions_known(spec);
        // Whose number is missing: `coloca ele de admin`.
        let spec = if reader.is_about_admins() { reader.choose_command(spec, true) } else { spec };
        return Ok(if is_about_known { WishResolution::Incomplete(spec) } else { WishResolution::Talk });
    };
    let (arguments, mut shown): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let arguments = arguments.join(" ").trim().to_owned();
    if spec.is_read_only() {
        return Ok(WishResolution::Read(spec, arguments));
    }
    if spec.name == undo::SPEC.name {
        shown.push(reader.undo_details().await?);
    }
    Ok(WishResolution::Change(Suggestion { spec, arguments, shown: shown.join(" ") }))
}

/// An argument as it is run, and as people see it.
type Part = (String, String);

/// Reads names as the admin may use them.
struct WishReader<'a> {
    request: &'a Request<'a>,
    communities: CommunityNames<'a>,
    wish: &'a ParsedWish,
}

impl WishReader<'_> {
    /// The command for groups, people, admins, words or a community, whichever the words name.
    fn choose_command(&self, spec: &'static CommandSpec, has_people: bool) -> &'static CommandSpec {
        let rest = self.wish.rest.as_str();
        let name = match (spec.name, has_people) {
            ("link" | "add", true) if self.is_about_admins() => "promote",
            ("unlink" | "remove", true) if self.is_about_admins() => "demote",
            ("link" | "add", true) => "add",
            ("link" | "add", false) => "link",
            ("unlink" | "remove", true) => "remove",
            ("remove", false) if self.whole_community(rest).is_some() => "deactivate",
            ("unlink" | "remove", false) => "unlink",
            ("groups", _) if self.whole_community(rest).is_some() => "community",
            ("communities", _) if !rest.is_empty() => "community",
            (name, _) => name,
        };
        CATALOG.lookup(name).unwrap_or(spec)
    }

    /// Whether a word for admins is among the words.
    fn is_about_admins(&self) -> bool {
        words(&self.wish.rest).any(|word| in_word_list(word, "wish-admin-words"))
    }

    /// The arguments of a command in words, if everything that they name is known.
    fn find_arguments(&self, spec: &CommandSpec) -> Option<Vec<Part>> {
        let rest = self.wish.rest.as_str();
        let parts = match spec.args {
            [] => return words(rest).all(|word| in_word_list(word, "wish-last-words")).then(Vec::new),
            [ArgKind::Community] => vec![self.whole_community(rest)?],
            [ArgKind::Community, next] if next.is_verbatim() => self.community_and_text(spec)?,
            [ArgKind::Groups, ArgKind::Community] => {
                let tokens = tokens(rest)?;
                let (community, others) = self.community_at_end(&tokens, false)?;
                let without = || Some(self.community_at_end(others, true)?.1);
                vec![self.groups(others).or_else(|| self.groups(without()?))?, community]
            }
            [ArgKind::Community, next, ..] => {
                let tokens = tokens(rest)?;
                let read = |(community, others): (Part, &[Token])| {
                    let source = source_of(rest, others);
                    let other = match next {
                        ArgKind::Groups => self.groups(others)?,
                        ArgKind::People => as_typed(&self.people(source)?),
                        ArgKind::Picture if !source.is_empty() && !source.contains("://") => return None,
                        _ => as_typed(source),
                    };
                    Some(vec![community, other])
                };
                let at_end = self.community_at_end(&tokens, true).and_then(read);
                at_end.or_else(|| self.community_at_start(&tokens).and_then(read))?
            }
            [ArgKind::FreeText(_)] => vec![as_typed(new_community_name(self.wish)?)],
            [ArgKind::Keyword("arg-invite")] => match self.whole_community(rest) {
                Some(community) => vec![community],
                None => vec![self.groups(&tokens(rest)?)?],
            }
            .into_iter()
            .chain(self.reset_word())
            .collect(),
            [ArgKind::Keyword("arg-language")] => {
                let language = strip_courtesy(rest);
                let is_language = phrases("language-names").any(|(_, name)| fold(&name) == fold(language));
                vec![as_typed(Some(language).filter(|_| is_language)?)]
            }
            [ArgKind::Keyword("arg-alias")] => vec![as_typed(Some(rest).filter(|rest| rest.contains('='))?)],
            [ArgKind::Keyword(_)] => {
                vec![self.whole_community(rest).unwrap_or_else(|| as_typed(strip_courtesy(rest)))]
            }
            [ArgKind::Words] => vec![as_typed(self.words_of_groups(rest)?)],
            _ => vec![as_typed(Some(rest).filter(|rest| rest.split_whitespace().count() <= 1)?)],
        };
        let typed = parts.iter().map(|(argument, _)| argument.as_str()).collect::<Vec<_>>().join(" ");
        arguments::parse(spec.args, spec.is_mutating, typed.trim()).ok().map(|_| parts)
    }

    /// The word that makes a new invitation link, if one is asked for.
    fn reset_word(&self) -> Option<Part> {
        let words = i18n::text(self.request.run.localizer.locale, "invite-reset", &[]);
        words.split(' ').next().filter(|_| self.has_verb("wish-reset-words")).map(as_typed)
    }

    /// Whether the phrase has one of these words.
    fn has_verb(&self, key: &'static str) -> bool {
        words(&self.wish.phrase).any(|word| in_word_list(word, key))
    }

    /// The reply to a wish that would create or delete a group.
    fn reject_group_lifecycle(&self, asked: &CommandSpec) -> Option<Reply> {
        let rest = self.wish.rest.as_str();
        let is_group = asked.name == "deactivate" && self.groups(&tokens(rest)?).is_some();
        let words = if is_group { format!("group {rest}") } else { rest.to_owned() };
        whole_groups::reject_group_lifecycle(asked, &words)
    }

    /// The command that `/undo` would run, in parentheses, with names in place of ids.
    async fn undo_details(&self) -> Result<String, CommandError> {
        let Request { run, conversation_key, .. } = self.request;
        let instance = &run.instance.config.name;
        let record = run.store.get_state(instance, StateKind::Undo, conversation_key.as_str()).await?;
        let record: Option<UndoRecord> = record.and_then(|entry| serde_json::from_str(&entry.value).ok());
        let Some((command, rest)) = record.and_then(|record| record.undo_command) else {
            return Ok(String::new());
        };
        let snapshot = &self.communities.snapshot;
        let name = |word: &str| {
            Target::from_id(word, snapshot).map_or_else(|| escape_markup(word), |target| typed(target.name()))
        };
        let words: Vec<String> = rest.split(' ').map(name).collect();
        Ok(format!(" ({} {})", run.localizer.format_command(&command, &[]), words.join(" ")))
    }

    /// Words that a group has in its name.
    fn words_of_groups<'t>(&self, rest: &'t str) -> Option<&'t str> {
        let words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
        let is_without = words.first().is_some_and(|word| in_word_list(word, "exclusion-words"));
        let groups = &self.communities.snapshot.groups;
        (is_without || !groups.containing_all(&words).is_empty()).then_some(rest)
    }

    /// Whether the words name a community or group, or a person for a command that takes people.
    fn mentions_known(&self, spec: &CommandSpec) -> bool {
        let names_person = || spec.args.contains(&ArgKind::People) && has_number(&self.wish.rest);
        let Some(tokens) = tokens(&self.wish.rest) else { return false };
        let names = |fit: &dyn Fn(&str) -> Fit| {
            let reader = self.reader(fit);
            (0..tokens.len()).any(|at| reader.name_at(&tokens, at, tokens.len()).is_some())
        };
        names_person() || names(&|text| self.community_fit(text)) || names(&|text| self.group_fit(text))
    }

    fn reader<'f>(&self, fit: &'f dyn Fn(&str) -> Fit) -> NameReader<'f> {
        NameReader { fit, locale: self.request.run.localizer.locale }
    }

    fn community_fit(&self, text: &str) -> Fit {
        self.communities.find(text).1
    }

    fn group_fit(&self, text: &str) -> Fit {
        fit_of_group(&self.communities.snapshot, text)
    }

    /// One community by its id; an unclear name as it is typed: the command asks.
    fn community_part(&self, name: &Name) -> Part {
        match self.communities.find(&name.text).0.as_slice() {
            [entry] if entry.name.is_empty() => (entry.id.to_string(), entry.id.to_string()),
            [entry] => (entry.id.to_string(), typed(&entry.name)),
            _ => (typed(&name.text), typed(&name.text)),
        }
    }

    /// The community that all the words name, but small ones.
    fn whole_community(&self, rest: &str) -> Option<Part> {
        let tokens = tokens(rest)?;
        if !tokens.is_empty() && self.community_fit(&join(&tokens)) == Fit::Whole {
            let text = join(&tokens);
            return Some(self.community_part(&Name { tokens: 0..tokens.len(), text, fit: Fit::Whole }));
        }
        let fit = |text: &str| self.community_fit(text);
        let (community, others) = self.community_at_start(&tokens)?;
        self.reader(&fit).is_courtesy(others).then_some(community)
    }

    /// The community at the beginning, and what follows.
    fn community_at_start<'t>(&self, tokens: &'t [Token]) -> Option<(Part, &'t [Token])> {
        let fit = |text: &str| self.community_fit(text);
        let tokens = &tokens[tokens.iter().take_while(|token| is_preposition(token)).count()..];
        let name = Some(self.reader(&fit).read_first(tokens)).filter(|name| name.fit > Fit::None)?;
        Some((self.community_part(&name), &tokens[name.tokens.end..]))
    }

    /// The community at the end, behind a preposition if one is needed, and what stands before it.
    fn community_at_end<'t>(
        &self,
        tokens: &'t [Token],
        needs_preposition: bool,
    ) -> Option<(Part, &'t [Token])> {
        let fit = |text: &str| self.community_fit(text);
        let name = Some(self.reader(&fit).read_last(tokens)).filter(|name| name.fit > Fit::None)?;
        let before = &tokens[..name.tokens.start];
        // `out of`, `lá na comunidade`.
        let is_small = |token: &&Token| {
            is_preposition(token) || (!token.is_quoted && in_word_list(&token.text, "stop-words-beside-name"))
        };
        let (others, small) =
            before.split_at(before.len() - before.iter().rev().take_while(is_small).count());
        (!needs_preposition || small.iter().any(is_preposition)).then(|| (self.community_part(&name), others))
    }

    /// The community at the beginning, and the text for it.
    fn community_and_text(&self, spec: &CommandSpec) -> Option<Vec<Part>> {
        let typed = TypedArguments::parse(spec.args, spec.is_mutating, &self.wish.rest).ok()?;
        let tokens = &typed.tokens;
        let skipped = count_words_before_community(tokens);
        let fit = |text: &str| self.community_fit(text);
        let reader = self.reader(&fit);
        let mut name = Some(reader.read_first(&tokens[skipped..])).filter(|name| name.fit > Fit::None)?;
        name.tokens = name.tokens.start + skipped..name.tokens.end + skipped;
        // Another community behind it: `no bairro e no marketing`.
        let end = name.tokens.end;
        let is_list = tokens.get(end).is_some_and(|next| {
            next.separator == Separator::Comma || in_word_list(&next.text, "stop-words-between-names")
        });
        let other = (end..tokens.len()).find(|at| !is_stop_word(&tokens[*at].text));
        if is_list && other.is_some_and(|at| reader.name_at(tokens, at, tokens.len()).is_some()) {
            return None;
        }
        let found = typed.assign_community(spec.args, name.tokens.clone(), &name.text).ok()?;
        let text = match strip_words_before_text(spec, &found.text) {
            "" if self.has_verb("wish-removal-words") => "-",
            text => text,
        };
        let flags = found.flags.to_typed();
        Some(vec![(flags.to_owned(), flags.to_owned()), self.community_part(&name), as_typed(text)])
    }

    /// The groups that all the words name. One whose name is unclear is kept as typed: the command asks.
    fn groups(&self, tokens: &[Token]) -> Option<Part> {
        let is_number = |token: &Token| {
            parse_range(&token.text).is_some() || in_word_list(&token.text, "stop-words-between-names")
        };
        if tokens.iter().all(is_number) {
            let numbers = tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
            return (!tokens.is_empty()).then(|| (numbers.clone(), numbers));
        }
        let fit = |text: &str| self.group_fit(text);
        let names = self.reader(&fit).read_names(tokens).ok()?;
        let is_known = !names.is_empty() && names.iter().all(|name| name.fit > Fit::None);
        let parts = is_known.then(|| names.iter().map(|name| self.group_part(&name.text)));
        let (arguments, shown): (Vec<_>, Vec<_>) = parts?.unzip();
        Some((arguments.join(" "), shown.join(" ")))
    }

    /// A community admin sees no names of groups that they did not type.
    fn group_part(&self, name: &str) -> Part {
        let groups = &self.communities.snapshot.groups;
        let by_id = GroupId::parse(name).and_then(|id| groups.by_id(&id));
        let found = by_id.map_or_else(|| groups.matches(name).0, |group| vec![group]);
        match found.as_slice() {
            [group] if self.request.admin.from == AdminsFrom::Config => {
                (group.id.to_string(), typed(&group.name))
            }
            [] if !name.contains(char::is_whitespace) => (name.to_owned(), escape_markup(name)),
            _ => (typed(name), typed(name)),
        }
    }

    /// The people that all the words name, but small ones.
    fn people(&self, text: &str) -> Option<String> {
        let small = ["stop-words-beside-name", "stop-words-beside-people", "wish-admin-words"];
        let is_small = |word: &str| small.iter().any(|key| in_word_list(word.trim_matches(is_comma), key));
        let text = text.split_whitespace().filter(|word| !is_small(word)).collect::<Vec<_>>().join(" ");
        let Request { run, admin, .. } = self.request;
        let code = DialingCode::of_admin(admin.phone, run.instance.config.locale);
        let people = parse_people(&text, code);
        let is_clear = people.iter().all(|person| person.person.is_ok())
            && find_leftover(&people).is_none()
            && find_exclusion(&text, run.localizer.locale).is_none();
        (is_clear && !people.is_empty()).then_some(text)
    }
}

fn as_typed(text: &str) -> Part {
    (text.to_owned(), escape_markup(text))
}

/// Whether a phone number or a mention is among the words.
fn has_number(rest: &str) -> bool {
    let is_person = |word: &&str| word.starts_with('@') || word.contains(|c: char| c.is_ascii_digit());
    let digits = rest.split_whitespace().filter(is_person).flat_map(str::chars);
    digits.filter(char::is_ascii_digit).count() >= MIN_PHONE_DIGITS
}

/// The name of a new community: what follows “create a community called”. After a mere “create” only a name that looks
/// like one counts. None where groups or another wish follow the name.
fn new_community_name(ParsedWish { rest, phrase, .. }: &ParsedWish) -> Option<&str> {
    let is_before = |word: &str| {
        ["create-words-before-community", "create-community-words", "create-words-behind-community"]
            .iter()
            .any(|key| in_word_list(word, key))
    };
    let start = word_starts(rest).find(|at| !rest[*at..].split_whitespace().next().is_some_and(is_before))?;
    let mut name = rest[start..].trim();
    while let Some(at) = word_starts(name).skip(1).find(|at| is_courtesy_phrase(&name[*at..])) {
        name = name[..at].trim_end_matches(|c: char| c.is_whitespace() || is_comma(c));
    }
    let names_more = word_starts(name).skip(1).any(|at| {
        let behind = name[at..].split_once(char::is_whitespace);
        behind.is_some_and(|(word, others)| match in_word_list(word, "stop-words-between-names") {
            true => CATALOG.parse_wish(others).is_some_and(|wish| !wish.rest.is_empty()),
            false => {
                let mut small = words(others).take_while(|word| is_stop_word(word));
                in_word_list(word, "stop-words") && small.any(|word| in_word_list(word, "wish-group-words"))
            }
        })
    });
    let looks_like_name = phrase.contains(' ') || name.starts_with(|c: char| !c.is_lowercase());
    (looks_like_name && !names_more).then_some(name)
}

/// A text without what leads to it: `dizendo que`, `para:`.
fn strip_words_before_text<'t>(spec: &CommandSpec, text: &'t str) -> &'t str {
    let mut text = text.trim();
    while let Some((word, behind)) = text.split_once(char::is_whitespace) {
        let plain = word.trim_end_matches(':');
        let is_preposition =
            in_word_list(plain, "wish-prepositions") && (word.ends_with(':') || spec.name == "describe");
        let is_before = is_preposition || in_word_list(plain, "wish-words-before-text");
        // A text that begins with a capital letter begins there.
        if !is_before || word.starts_with(char::is_uppercase) {
            break;
        }
        text = behind.trim_start();
    }
    text
}

/// How many tokens lead to the community that gets a text: `lá`, `o pessoal`.
fn count_words_before_community(tokens: &[Token]) -> usize {
    let is_people = |token: &Token| in_word_list(&token.text, "wish-audience-words");
    let leading = tokens
        .iter()
        .take_while(|token| is_preposition(token) || is_people(token) || is_stop_word(&token.text));
    let prepositions = tokens.iter().take_while(|token| is_preposition(token)).count();
    leading
        .enumerate()
        .filter(|(_, token)| is_people(token))
        .map(|(at, _)| at + 1)
        .last()
        .unwrap_or(prepositions)
}

fn is_preposition(token: &Token) -> bool {
    !token.is_quoted && in_word_list(&token.text, "wish-prepositions")
}

fn tokens(rest: &str) -> Option<Vec<Token>> {
    Tokenizer::new(rest, false).read_all(false).ok()
}

/// What was typed for these tokens.
fn source_of<'t>(rest: &'t str, tokens: &[Token]) -> &'t str {
    let span = tokens.first().zip(tokens.last()).map(|(first, last)| first.span.start..last.span.end);
    span.map_or("", |span| &rest[span])
}

/// The words of a text, without the signs around them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// Where each word begins.
fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    text.split_whitespace().map(|word| word.as_ptr() as usize - text.as_ptr() as usize)
}

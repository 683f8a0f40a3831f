//! What a wish in a direct chat asks for, with the names that are known: `coloca o futebol no bairro feliz`.
//!
//! What only shows something is run at once; a change is offered as the whole command, and run on a yes.

use super::context::{CONFIRM_COMMAND, CommandOutcome, Request};
use crate::authorization::may_in;
use crate::command::context::CommandError;
use crate::command::spec::CommandSpec;
use crate::command::undo_record::UndoRecord;
use crate::command::wish::Wish;
use crate::commands::{CATALOG, undo};
use crate::config::AdminsFrom;
use crate::directory::{CommunityEntry, NameMatch, Snapshot, fold};
use crate::domain::{Chat, CommunityId, GroupId};
use crate::parse::arguments::{self, ArgKind};
use crate::parse::numbers::parse_range;
use crate::parse::phrases::phrases;
use crate::parse::prefix::ParsedCommand;
use crate::parse::text::is_comma;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, escape_markup, typed};
use crate::storage::{LeaseError, StateKind};

/// The most words of a name.
const MAX_NAME_WORDS: usize = 8;
/// The fewest digits of a phone number.
const MIN_PHONE_DIGITS: usize = 8;

/// What a text without a prefix asks for.
pub(super) enum WishResolution {
    /// To be shown something.
    Read(ParsedCommand),
    /// A change, with names that are known.
    Change(Offer),
    /// A command, but its names are missing or unknown.
    Incomplete(&'static CommandSpec, String),
    /// Nothing: it is a reply to a prompt, or talk.
    Talk,
}

/// A command that is offered.
pub(super) struct Offer {
    pub(super) spec: &'static CommandSpec,
    /// Its arguments, with ids.
    pub(super) arguments: String,
    /// The whole command, with names as people see them.
    display: String,
}

impl Offer {
    /// The reply that offers the command; a yes runs it.
    pub(super) fn into_prompt(self, request: &Request<'_>) -> CommandOutcome {
        // As an option: a yes chooses this command, but does not confirm it yet.
        let prompt = request.new_prompt(request.run.localizer.locale, self.spec.name, vec![self.arguments]);
        let line = ReplyLine::new("wish-offer").with_plain("command", self.display);
        CommandOutcome {
            state_changes: vec![prompt.to_state_change(request.conversation_key)],
            ..CommandOutcome::usage_error(Reply::Lines(vec![line]))
        }
    }
}

/// Resolves the wish in a text without a prefix.
pub(super) async fn resolve_wish(request: &Request<'_>) -> Result<WishResolution, CommandError> {
    let Request { command, chat, .. } = request;
    let is_direct = matches!(chat, Chat::Direct(_)) && !command.by_owner;
    let wish = CATALOG
        .parse_wish(&command.text)
        .filter(|_| is_direct && command.name != CONFIRM_COMMAND && !command.is_started());
    let Some(wish) = wish else { return Ok(WishResolution::Talk) };
    let snapshot = request.run.instance.directory.snapshot(request.run.zapi).await?;
    let names = NameLookup { request, snapshot: &snapshot };
    let spec = names.choose_command(&wish);
    let wish = Wish { spec, ..wish };
    let Some(found) = names.find_arguments(&wish) else {
        let is_about_known =
            wish.rest.is_empty() || spec.name == "create" || names.mentions_known(&wish.rest);
        return Ok(if is_about_known {
            WishResolution::Incomplete(spec, wish.rest)
        } else {
            WishResolution::Talk
        });
    };
    if wish.is_read() {
        return Ok(WishResolution::Read(ParsedCommand {
            typed: spec.name.to_owned(),
            rest: found.arguments,
        }));
    }
    let command = request.run.localizer.format_command(spec.name, &[]);
    let mut display = format!("{command} {}", found.display).trim_end().to_owned();
    if spec.name == undo::SPEC.name {
        display.push_str(&names.undo_details().await?);
    }
    Ok(WishResolution::Change(Offer { spec, arguments: found.arguments, display }))
}

/// Arguments as they are run, and as people see them.
#[derive(Default)]
struct FoundArguments {
    arguments: String,
    display: String,
}

impl FoundArguments {
    fn new(parts: &[(String, String)]) -> Self {
        let join = |parts: Vec<&str>| parts.join(" ").trim().to_owned();
        Self {
            arguments: join(parts.iter().map(|(argument, _)| argument.as_str()).collect()),
            display: join(parts.iter().map(|(_, display)| display.as_str()).collect()),
        }
    }
}

/// The names that an admin may use.
struct NameLookup<'a> {
    request: &'a Request<'a>,
    snapshot: &'a Snapshot,
}

impl NameLookup<'_> {
    /// The command for groups or people, for words or a community, whichever the words name.
    fn choose_command(&self, wish: &Wish) -> &'static CommandSpec {
        let has_people = !people(&wish.rest).is_empty();
        let name = match wish.spec.name {
            "link" if has_people => "add",
            "unlink" if has_people => "remove",
            "add" if !has_people => "link",
            "remove" if !has_people => "unlink",
            "groups" if self.whole_community(&wish.rest).is_some() => "community",
            "communities" if !wish.rest.is_empty() => "community",
            name => name,
        };
        CATALOG.lookup(name).unwrap_or(wish.spec)
    }

    /// The arguments of a command in words, if everything that they name is known.
    fn find_arguments(&self, wish: &Wish) -> Option<FoundArguments> {
        let Wish { spec, rest, .. } = wish;
        let as_typed = |text: &str| (text.to_owned(), escape_markup(text));
        let parts = match spec.args {
            [] => return rest.is_empty().then(FoundArguments::default),
            [ArgKind::Community] => vec![community_part(&self.whole_community(rest)?)],
            [ArgKind::Community, ArgKind::Groups] => {
                let (community, others) = self.split_community(rest)?;
                vec![community_part(&community), self.groups(&others)?]
            }
            [ArgKind::Groups, ArgKind::Community] => {
                let (community, others) = self.last_community(rest)?;
                let groups = self.groups(others).or_else(|| self.groups(self.community_at_end(others)?.1))?;
                vec![groups, community_part(&community)]
            }
            [ArgKind::Community, ArgKind::People] => {
                let (community, others) = self.split_community(rest)?;
                vec![
                    community_part(&community),
                    as_typed(Some(people(&others)).filter(|people| !people.is_empty())?.as_str()),
                ]
            }
            [ArgKind::Community, ..] => {
                let (community, others) = self.split_community(rest)?;
                vec![community_part(&community), as_typed(&others)]
            }
            [ArgKind::FreeText(_)] => vec![as_typed(new_community_name(wish)?)],
            [ArgKind::Keyword("arg-invite")] => match self.whole_community(rest) {
                Some(community) => vec![community_part(&community)],
                None => vec![self.groups(rest)?],
            },
            [ArgKind::Keyword("arg-language")] => {
                let is_language = phrases("language-names").any(|(_, name)| fold(&name) == fold(rest));
                vec![as_typed(Some(rest).filter(|_| is_language)?)]
            }
            [ArgKind::Keyword("arg-alias")] => vec![as_typed(Some(rest).filter(|rest| rest.contains('='))?)],
            [ArgKind::Keyword(_)] => match self.whole_community(rest) {
                Some(community) => vec![community_part(&community)],
                None => vec![as_typed(strip_small_words(rest))],
            },
            [ArgKind::Words] => vec![as_typed(self.words(rest)?)],
            _ => vec![as_typed(Some(rest).filter(|rest| rest.split_whitespace().count() <= 1)?)],
        };
        let found = FoundArguments::new(&parts);
        arguments::parse(spec.args, spec.is_mutating, &found.arguments).ok().map(|_| found)
    }

    /// The command that `/undo` would run, in parentheses, with names in place of ids.
    async fn undo_details(&self) -> Result<String, CommandError> {
        let Request { run, conversation_key, .. } = self.request;
        let instance = &run.instance.config.name;
        let stored = run.store.get_state(instance, StateKind::Undo, conversation_key.as_str()).await;
        let record = stored.map_err(LeaseError::Store)?;
        let record: Option<UndoRecord> = record.and_then(|entry| serde_json::from_str(&entry.value).ok());
        let Some((command, rest)) = record.and_then(|record| record.undo_command) else {
            return Ok(String::new());
        };
        let name = |word: &str| {
            let group =
                GroupId::parse(word).and_then(|id| self.snapshot.groups.by_id(&id).map(|entry| &entry.name));
            let community = CommunityId::parse(word).and_then(|id| self.snapshot.communities.by_id(&id));
            community
                .map(|entry| &entry.name)
                .or(group)
                .map_or_else(|| escape_markup(word), |name| typed(name))
        };
        let words: Vec<String> = rest.split(' ').map(name).collect();
        Ok(format!(" ({} {})", run.localizer.format_command(&command, &[]), words.join(" ")))
    }

    /// Words that a group has in its name.
    fn words<'t>(&self, rest: &'t str) -> Option<&'t str> {
        let words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
        let is_without = words.first().is_some_and(|word| in_word_list(word, "exclusion-words"));
        (is_without || !self.snapshot.groups.containing_all(&words).is_empty()).then_some(rest)
    }

    /// Whether the words name a community or group, at the beginning or the end.
    fn mentions_known(&self, rest: &str) -> bool {
        self.split_community(rest).is_some() || self.whole_community(rest).is_some() || {
            let words = word_spans(rest);
            words.iter().any(|(start, _)| self.group(&rest[*start..]).is_some())
                || words.iter().any(|(_, end)| self.group(strip_small_words(&rest[..*end])).is_some())
        }
    }

    fn community(&self, name: &str) -> Option<CommunityEntry> {
        let directory = &self.request.run.instance.directory;
        let id = directory.config_alias(name).unwrap_or(name);
        let mut found = match self.snapshot.communities.find(id, CommunityId::parse(id)) {
            NameMatch::Exact(entry) => vec![entry],
            NameMatch::Ambiguous(entries) => entries,
            NameMatch::Many(_) | NameMatch::NotFound { .. } => Vec::new(),
        };
        found.retain(|entry| may_in(self.request.admin, &entry.id, &entry.name, directory));
        found.pop().filter(|_| found.is_empty())
    }

    /// The community that all the words name, but small ones.
    fn whole_community(&self, rest: &str) -> Option<CommunityEntry> {
        self.community(unquote(rest)).or_else(|| self.community(unquote(strip_small_words(rest))))
    }

    /// The community at the end behind a preposition, or else at the beginning, and the other words.
    fn split_community(&self, rest: &str) -> Option<(CommunityEntry, String)> {
        let (community, others) = match self.community_at_end(rest) {
            Some(found) => found,
            None => self.community_at_start(rest)?,
        };
        Some((
            community,
            others.trim_start_matches(|c: char| c.is_whitespace() || is_comma(c) || c == ':').to_owned(),
        ))
    }

    fn community_at_end<'t>(&self, rest: &'t str) -> Option<(CommunityEntry, &'t str)> {
        let words = word_spans(rest);
        let is_preposition = |at: usize| in_phrases(&rest[words[at].0..words[at].1], "wish-prepositions");
        let starts = words.len().saturating_sub(MAX_NAME_WORDS + 2)..words.len();
        starts.into_iter().filter(|at| *at > 0 && is_preposition(*at)).find_map(|at| {
            let community = self.whole_community(rest[words[at].1..].trim())?;
            // `out of`, `lá no`.
            let first = (1..=at).rev().take_while(|at| is_preposition(*at)).last().unwrap_or(at);
            Some((community, rest[..words[first].0].trim_end()))
        })
    }

    /// The community at the end, with or without a preposition before it.
    fn last_community<'t>(&self, rest: &'t str) -> Option<(CommunityEntry, &'t str)> {
        let plain = || {
            let words = word_spans(rest);
            let starts = words.iter().skip(1).rev().take(MAX_NAME_WORDS).rev();
            starts.into_iter().find_map(|(start, _)| {
                Some((self.community(unquote(&rest[*start..]))?, rest[..*start].trim_end()))
            })
        };
        self.community_at_end(rest).or_else(plain)
    }

    fn community_at_start<'t>(&self, rest: &'t str) -> Option<(CommunityEntry, &'t str)> {
        let rest = strip_small_words(rest);
        let words = word_spans(rest);
        let ends = (1..=words.len().min(MAX_NAME_WORDS)).rev();
        ends.into_iter().find_map(|count| {
            let end = words[count - 1].1;
            let name = rest[..end].trim_end_matches([':', ',']);
            Some((self.community(unquote(name))?, &rest[end..]))
        })
    }

    /// The groups that all the words name.
    fn groups(&self, words: &str) -> Option<(String, String)> {
        let items = self.split_groups(words.trim());
        if items.iter().all(|item| parse_range(item).is_some()) {
            let numbers = items.join(" ");
            return (!items.is_empty()).then(|| (numbers.clone(), numbers));
        }
        let found: Option<Vec<(String, String)>> = items.into_iter().map(|item| self.group(item)).collect();
        let (ids, names): (Vec<_>, Vec<_>) = found?.into_iter().unzip();
        Some((ids.join(" "), names.join(" ")))
    }

    /// The names in a list of groups: a name may hold commas and words for “and”.
    fn split_groups<'t>(&self, words: &'t str) -> Vec<&'t str> {
        if self.group(words).is_some() {
            return vec![words];
        }
        let is_between = |c: char| is_comma(c) || matches!(c, '\n' | '&' | '+');
        let parts = words.split(is_between).map(str::trim).filter(|part| !part.is_empty());
        parts
            .flat_map(|part| {
                let spans = word_spans(part);
                let is_and = |(start, end): &&(usize, usize)| {
                    in_word_list(&part[*start..*end], "stop-words-between-names")
                };
                let mut items = Vec::new();
                let mut start = 0;
                for (and_start, and_end) in spans.iter().filter(is_and) {
                    items.push(part[start..*and_start].trim());
                    start = *and_end;
                }
                items.push(part[start..].trim());
                if self.group(part).is_some() { vec![part] } else { items }
            })
            .filter(|item| !item.is_empty())
            .collect()
    }

    /// A group, or the groups of a pattern: its argument and name. A community admin sees no names of groups that they
    /// did not type.
    fn group(&self, words: &str) -> Option<(String, String)> {
        let find = |name: &str| match self.snapshot.groups.find(name, GroupId::parse(name)) {
            NameMatch::Exact(entry) => Some((entry.id.to_string(), typed(&entry.name))),
            _ if name.contains('*') && !self.snapshot.groups.matching(name).is_empty() => {
                Some((name.to_owned(), escape_markup(name)))
            }
            _ => None,
        };
        let name = unquote(words);
        let found = find(name).or_else(|| find(unquote(strip_small_words(words))))?;
        Some(match self.request.admin.from {
            AdminsFrom::Config => found,
            AdminsFrom::Community => (typed(name), typed(name)),
        })
    }
}

fn community_part(community: &CommunityEntry) -> (String, String) {
    let name = if community.name.is_empty() { community.id.as_str() } else { &community.name };
    (community.id.to_string(), typed(name))
}

/// The numbers and mentions among the words.
fn people(rest: &str) -> String {
    let is_person = |word: &&str| word.starts_with('@') || word.contains(|c: char| c.is_ascii_digit());
    let words: Vec<&str> = rest.split_whitespace().filter(is_person).collect();
    let digits = words.iter().flat_map(|word| word.chars()).filter(char::is_ascii_digit).count();
    if digits >= MIN_PHONE_DIGITS { words.join(" ") } else { String::new() }
}

/// The name of a new community: what follows “create a community called”. After a mere “create” only a name that looks
/// like one counts.
fn new_community_name(Wish { rest, phrase_words, .. }: &Wish) -> Option<&str> {
    let is_before = |word: &str| {
        ["create-words-before-community", "create-community-words", "create-words-behind-community"]
            .iter()
            .any(|key| in_word_list(word, key))
    };
    let words = word_spans(rest);
    let start = words.iter().find(|(start, end)| !is_before(&rest[*start..*end]))?.0;
    let name = rest[start..].trim();
    (*phrase_words > 1 || name.starts_with(|c: char| !c.is_lowercase())).then_some(name)
}

/// The words behind articles, prepositions and words for groups and communities.
fn strip_small_words(rest: &str) -> &str {
    let is_small = |word: &str| {
        let word = word.trim_end_matches([':', ',']);
        in_word_list(word, "stop-words-beside-name") || in_phrases(word, "wish-prepositions")
    };
    let words = word_spans(rest);
    let first = words.iter().find(|(start, end)| !is_small(&rest[*start..*end]));
    first.map_or("", |(start, _)| &rest[*start..])
}

fn in_phrases(word: &str, key: &str) -> bool {
    phrases(key).any(|(_, phrase)| fold(&phrase) == fold(word))
}

fn unquote(words: &str) -> &str {
    let is_quote =
        |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '\'' | '‘' | '’' | '.' | '!' | '?');
    words.trim().trim_matches(is_quote).trim()
}

/// Where each word begins and ends.
fn word_spans(text: &str) -> Vec<(usize, usize)> {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace().map(|word| (start(word), start(word) + word.len())).collect()
}

//! Lists: shown page by page. Their numbers can be used as names: `/link sales 1 3-5`.
//!
//! A number refers to the list that its message quotes, else to the last list of the chat; a group or community with that very name comes first. The
//! remaining pages belong to the admin in the chat, for `/more`.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::authorization::may_use;
use crate::command::resolution::DeferredCommand;
use crate::command::{CommandError, CommandSpec, Context};
use crate::directory::{NamedEntry, Snapshot, fold, similarity_of};
use crate::domain::{CommunityId, GroupId, InviteLink};
use crate::parse::hesitation::{count_delay, find_hesitation};
use crate::parse::names::{Exclusion, Fit, Name, NameReader, find_leftover, is_exclusion, strip_courtesy};
use crate::parse::numbers::{MAX_OPTIONS, list_numbers, parse_range};
use crate::parse::tokenizer::Token;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, UsageError, quote};
use crate::storage::{CommandRecord, StateEntry, StateKind, Store, StoreUnavailable};

/// The most lines of a list on a page.
const PAGE_SIZE: usize = 40;
/// The most lines of a page, where they are long.
const LONG_LINES_PAGE_SIZE: usize = 20;

/// How many lists of a chat are remembered: a message may quote any of them.
const MAX_LISTS: usize = 5;
/// How many earlier lists are known by their messages only: a quote of those is recognized.
const MAX_FORGOTTEN: usize = 50;

/// The most names that a reply repeats as clear.
const MAX_CLEAR_NAMES: usize = 10;
/// The least bytes of a misspelled name: each letter stands in some name.
const MIN_MISSPELLED_BYTES: usize = 3;
/// The most bytes of a misspelled name.
const MAX_MISSPELLED_BYTES: usize = 200;
/// The least similarity of a misspelled name to a name.
const MIN_SIMILARITY: f64 = 0.8;

/// What a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListKind {
    /// Groups.
    Groups,
    /// Communities.
    Communities,
}

/// A stored list: the meaning of its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberedList {
    of: ListKind,
    ids: Vec<String>,
    /// The community of its groups, if they are all those of one.
    #[serde(default)]
    community: Option<String>,
    /// The message of the command that showed it.
    #[serde(default)]
    message_id: String,
    /// The id of that command.
    #[serde(default)]
    command: String,
}

/// The stored rest of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RemainingPages {
    /// The English name of the command that shows it.
    command: String,
    /// The communities in which its reader had rights.
    communities: Vec<String>,
    /// The lines of a page.
    page: usize,
    /// The lines that are not shown yet.
    lines: Vec<String>,
    /// The meaning of the numbers, with those of earlier pages.
    numbers: Option<NumberedList>,
}

impl NumberedList {
    /// The meaning of the numbers from 1.
    pub fn new<Id: ToString>(of: ListKind, entries: &[NamedEntry<Id>]) -> Self {
        let ids = entries.iter().map(|entry| entry.id.to_string()).collect();
        Self { of, ids, community: None, message_id: String::new(), command: String::new() }
    }

    /// The groups of this community.
    pub fn in_community(self, community: &CommunityId) -> Self {
        Self { community: Some(community.to_string()), ..self }
    }

    /// The community whose groups it shows, and the ids of these numbers, if all of them are in it.
    pub fn groups_of_community(&self, numbers: &[RangeInclusive<usize>]) -> Option<(&str, Vec<&str>)> {
        let id = |number: usize| self.ids.get(number.checked_sub(1)?).map(String::as_str);
        let ids = numbers.iter().cloned().flatten().map(id).collect::<Option<Vec<_>>>()?;
        Some((self.community.as_deref()?, ids))
    }

    /// The ids of all groups, if the list shows groups, and no more than one message may offer.
    pub fn all_groups(&self) -> Option<&[String]> {
        (self.of == ListKind::Groups && (1..=MAX_OPTIONS).contains(&self.ids.len())).then_some(&self.ids)
    }

    /// The id of a number.
    pub fn by_number(&self, typed: &str) -> Option<String> {
        let range = parse_range(typed).filter(|range| range.start() == range.end())?;
        self.ids.get(range.start() - 1).cloned()
    }

    /// The command that shows an entry.
    pub fn lookup_command(&self) -> &'static str {
        match self.of {
            ListKind::Groups => "invite",
            ListKind::Communities => "community",
        }
    }

    /// The group of a number, if the list shows groups.
    pub fn group_by_number(&self, typed: &str) -> Option<String> {
        self.by_number(typed).filter(|_| self.of == ListKind::Groups)
    }

    /// The community of a number, if the list shows communities.
    pub fn community_by_number(&self, typed: &str) -> Option<String> {
        self.by_number(typed).filter(|_| self.of == ListKind::Communities)
    }
}

impl Context<'_> {
    /// Shows the first page of a list, and stores the meaning of its numbers. Without numbers, its lines are long.
    pub async fn show_list(
        &mut self,
        command: &str,
        head: Vec<ReplyLine>,
        mut lines: Vec<String>,
        numbers: Option<NumberedList>,
    ) -> Result<Reply, CommandError> {
        if numbers.is_some() {
            lines = lines.into_iter().enumerate().map(|(at, line)| format!("{}. {line}", at + 1)).collect();
        }
        let page = if numbers.is_some() { PAGE_SIZE } else { LONG_LINES_PAGE_SIZE };
        let communities = self.admin.communities.clone();
        let rest = RemainingPages { command: command.to_owned(), communities, page, lines, numbers };
        self.render_page(head, rest).await
    }

    /// The next page of the last list of this admin in this chat, if there is one.
    pub async fn show_next_page(&mut self) -> Result<Option<Reply>, CommandError> {
        let rest = self.get_state(StateKind::Page, self.conversation_key.as_str()).await?;
        let rest = rest.and_then(|rest| serde_json::from_str::<RemainingPages>(&rest.value).ok());
        // Current rights count: what was looked up with others is not shown.
        let may_see = |rest: &RemainingPages| {
            may_use(self.admin, &rest.command) && rest.communities == self.admin.communities
        };
        match rest.filter(may_see) {
            Some(rest) => self.render_page(Vec::new(), rest).await.map(Some),
            None => Ok(None),
        }
    }

    async fn render_page(
        &mut self,
        head: Vec<ReplyLine>,
        mut rest: RemainingPages,
    ) -> Result<Reply, CommandError> {
        let left = rest.lines.split_off(rest.lines.len().min(rest.page));
        let lines = std::mem::replace(&mut rest.lines, left);
        if let Some(numbers) = &rest.numbers {
            let stored = self.get_state(StateKind::List, &self.list_key()).await?;
            let mut shown = stored.as_ref().map(shown_lists).unwrap_or_default();
            let (message_id, command) =
                (self.claim.command.message_id.clone(), self.claim.command.id.clone());
            shown.insert(0, NumberedList { message_id, command, ..numbers.clone() });
            shown.truncate(MAX_LISTS + MAX_FORGOTTEN);
            shown.iter_mut().skip(MAX_LISTS).for_each(|list| list.ids.clear());
            let value = serde_json::to_string(&shown).unwrap_or_default();
            self.set_state(StateKind::List, self.list_key(), Some(value));
        }
        let left = rest.lines.len();
        let value = (left > 0).then(|| serde_json::to_string(&rest).unwrap_or_default());
        self.set_state(StateKind::Page, self.conversation_key.to_string(), value);
        let more = ReplyLine::new("list-more").with_count("count", left).with_command("command", "more", &[]);
        let lines = lines.into_iter().map(ReplyLine::from_text);
        Ok(Reply::Report(head.into_iter().chain(lines).chain((left > 0).then_some(more)).collect()))
    }

    /// The names of groups in the tokens of a command. Where these are only numbers, the ids of the last list, if that
    /// showed groups. A usage error ends the command where there are none, where words are left over, and where some are
    /// excluded: to take just these would be the opposite.
    pub async fn resolve_group_words(
        &mut self,
        spec: &CommandSpec,
        tokens: &[Token],
    ) -> Result<Vec<String>, CommandError> {
        let localizer = self.localizer;
        let usage_error = |error| spec.usage_error_reply(error, localizer).into();
        let snapshot = self.directory.snapshot(self.zapi).await?;
        if let Some(numbers) = list_numbers(tokens) {
            let list = self.load_last_list().await?.filter(|list| list.of == ListKind::Groups);
            let ids = |word: &str, range: RangeInclusive<usize>| -> Option<Vec<String>> {
                let list = list.as_ref().filter(|_| !snapshot.groups.has_name(word))?;
                range.map(|number| list.ids.get(number - 1).cloned()).collect()
            };
            let words = numbers.into_iter().flat_map(|(word, range)| ids(&word, range).unwrap_or(vec![word]));
            return Ok(words.collect());
        }
        let fit = |text: &str| {
            let is_given = !text.contains(' ')
                && (text.contains('*') && (tokens.len() == 1 || !is_bullet(text))
                    || InviteLink::looks_like_invite(text)
                    || in_word_list(text, "here"));
            if is_given || self.directory.alias(text).is_some() {
                Fit::Whole
            } else {
                fit_of_group(&snapshot, text)
            }
        };
        let reader = NameReader { fit: &fit, locale: self.localizer.locale };
        let names = match reader.read_names(tokens) {
            Ok(names) if names.is_empty() => {
                return Err(self.ask_for(spec, UsageError::MissingGroups, "").into());
            }
            Ok(names) => names,
            Err(Exclusion(word)) if count_delay(&word.split(' ').collect::<Vec<_>>()).is_some() => {
                let line = ReplyLine::not_done("no-later").name("word", word);
                return Err(line.with_plain("usage", spec.usage(localizer)).into());
            }
            Err(Exclusion(word))
                if is_exclusion(&word, self.localizer.locale) || find_hesitation(&word).is_some() =>
            {
                return Err(usage_error(UsageError::Exclusion(word)));
            }
            Err(Exclusion(word)) => return Err(usage_error(UsageError::TooManyWords(word))),
        };
        // Another community may be meant for the groups beside it. Its announcement group has its name.
        let names_community = |name: &&Name| {
            let text = strip_courtesy(&name.text);
            let communities = snapshot.communities.matches(text).0;
            names.len() > 1
                && !tokens[name.tokens.start].is_quoted
                && (name.fit == Fit::None || snapshot.groups.matches(text).0.len() == 1)
                && (name.fit == Fit::None || snapshot.communities.has_name(text))
                && communities.iter().any(|community| self.sees(community))
        };
        let is_misspelled = |text: &str| {
            (MIN_MISSPELLED_BYTES..=MAX_MISSPELLED_BYTES).contains(&text.len())
                && snapshot.groups.all().any(|group| similarity_of(text, &group.name) >= MIN_SIMILARITY)
        };
        let leftover =
            find_leftover(tokens, &names, &is_misspelled).or_else(|| names.iter().find(names_community));
        let Some(leftover) = leftover else { return Ok(names.into_iter().map(|name| name.text).collect()) };
        let clear = names.iter().filter(|name| name.fit == Fit::Whole || name.fit == Fit::Beginning);
        let clear = clear.filter(|name| *name != leftover).map(|name| quote(&name.text));
        let clear: Vec<String> = clear.take(MAX_CLEAR_NAMES).collect();
        if clear.is_empty() {
            return Err(usage_error(UsageError::TooManyWords(leftover.text.clone())));
        }
        let line = ReplyLine::not_done("leftover-words").name("word", &leftover.text);
        let line = line.with_plain("names", clear.join(", "));
        Err(line.with_plain("usage", spec.usage(self.localizer)).into())
    }

    /// The id of a number of the last list, and its kind; none where a community or group has this name.
    pub async fn resolve_list_number(&self, word: &str) -> Result<Option<(ListKind, String)>, CommandError> {
        if parse_range(word).is_none() {
            return Ok(None);
        }
        let snapshot = self.directory.snapshot(self.zapi).await?;
        if snapshot.communities.has_name(word) || snapshot.groups.has_name(word) {
            return Ok(None);
        }
        let list = self.load_last_list().await?;
        Ok(list.and_then(|list| Some((list.of, list.by_number(word)?))))
    }

    /// The last list of the chat before this command: the numbers of a later one are not meant.
    async fn load_last_list(&self) -> Result<Option<NumberedList>, CommandError> {
        Ok(load_list(self.store, (&self.claim.command, self.deferred.as_ref()), &self.list_key()).await?)
    }

    /// The key of the chat's list.
    pub fn list_key(&self) -> String {
        self.chat.ordering_key(&self.admin.key, self.claim.command.by_owner).to_string()
    }
}

/// The lists that a chat was shown, the last one first: [`MAX_LISTS`] with their numbers, then those that are forgotten.
fn shown_lists(entry: &StateEntry) -> Vec<NumberedList> {
    serde_json::from_str(&entry.value).unwrap_or_default()
}

/// The list whose numbers a command means: the one that it quotes, else the last one that the chat was shown when the
/// command was accepted, or by a command above it in the same message. None if a list is quoted that is forgotten.
///
/// A reply to a prompt means the list of the command that prompted.
pub async fn load_list(
    store: &Store,
    (command, deferred): (&CommandRecord, Option<&DeferredCommand>),
    key: &str,
) -> Result<Option<NumberedList>, StoreUnavailable> {
    let Some(stored) = store.get_state(&command.instance, StateKind::List, key).await? else {
        return Ok(None);
    };
    let lists = shown_lists(&stored);
    let quoted = match deferred.and_then(|deferred| deferred.prompting_commands.first()) {
        Some(prompting) => store.quoted_by(prompting).await?,
        None => command.quoted.clone(),
    };
    if let Some(quoted) = quoted {
        for (at, list) in lists.iter().enumerate() {
            if list.message_id == quoted || store.reply_messages(&list.command).await?.contains(&quoted) {
                return Ok((at < MAX_LISTS).then(|| list.clone()));
            }
        }
    }
    let is_before = stored.at <= command.accepted_at;
    let last = lists.into_iter().next();
    Ok(last.filter(|list| is_before || list.message_id == command.message_id))
}

/// Whether a text is a star alone, which stands before the items of a list.
fn is_bullet(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'*')
}

/// How a text fits the names of groups.
pub fn fit_of_group(snapshot: &Snapshot, text: &str) -> Fit {
    if is_bullet(text) {
        return Fit::None;
    }
    let (groups, is_whole) = snapshot.groups.matches(text);
    let is_pattern = || text.contains('*') && !snapshot.groups.matching(text).is_empty();
    if is_whole || GroupId::parse(text).is_some() || is_pattern() {
        return Fit::Whole;
    }
    // An announcement group has the name of its community, and is found by no beginning.
    match groups.iter().filter(|group| !snapshot.communities.has_name(&group.name)).take(2).count() {
        0 => Fit::None,
        1 => Fit::Beginning,
        _ => Fit::Ambiguous,
    }
}

/// Names as lines of a list, with ids where two are alike.
pub fn format_names<Id: ToString>(entries: &[NamedEntry<Id>]) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        *counts.entry(fold(&entry.name)).or_default() += 1;
    }
    let line = |entry: &NamedEntry<Id>| {
        let folded = fold(&entry.name);
        match counts.get(&folded) {
            _ if folded.is_empty() => entry.id.to_string(),
            Some(1) => quote(&entry.name),
            _ => format!("{} {}", quote(&entry.name), entry.id.to_string()),
        }
    };
    entries.iter().map(line).collect()
}

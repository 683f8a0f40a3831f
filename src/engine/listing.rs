//! Lists: shown page by page. Their numbers can be used as names: `/link sales 1 3-5`.
//!
//! A number refers to the list that its message quotes, else to the last list of the chat; a group or community with that very name comes first. The
//! remaining pages belong to the admin in the chat, for `/more`.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::authorization::may_use;
use crate::command::resolution::DeferredCommand;
use crate::command::{CommandError, Context};
use crate::directory::{NamedEntry, fold};
use crate::domain::CommunityId;
use crate::parse::numbers::{MAX_OPTIONS, parse_range};
use crate::reply::{Reply, ReplyLine, quote};
use crate::storage::{CommandRecord, StateEntry, StateKind, Store, StoreUnavailable};

/// The most lines of a list on a page.
const PAGE_SIZE: usize = 40;
/// The most lines of a page, where they are long.
const LONG_LINES_PAGE_SIZE: usize = 20;

/// How many lists of a chat are remembered: a message may quote any of them.
const MAX_LISTS: usize = 5;
/// How many earlier lists are known by their messages only: a quote of those is recognized.
const MAX_FORGOTTEN: usize = 50;

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

    /// The groups of these numbers, if the list shows groups and has all of them.
    pub fn group_ids(&self, numbers: RangeInclusive<usize>) -> Option<Vec<String>> {
        let ids = self.ids.get(numbers.start() - 1..*numbers.end())?;
        (self.of == ListKind::Groups).then(|| ids.to_vec())
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
    pub async fn load_last_list(&self) -> Result<Option<NumberedList>, CommandError> {
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

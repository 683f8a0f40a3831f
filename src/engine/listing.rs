//! Lists: shown page by page. Their numbers can be used as names: `/link sales 1 3-5`.
//!
//! A number refers to the last list of the chat; a group or community with that very name comes first. The
//! remaining pages belong to the admin in the chat, for `/more`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::authorization::may_use;
use crate::command::context::{CommandError, Context};
use crate::directory::{NamedEntry, fold};
use crate::domain::Locale;
use crate::i18n;
use crate::parse::arguments::Arguments;
use crate::parse::numbers::parse_range;
use crate::parse::unquoted::join_unquoted_names;
use crate::parse::word_lists::{in_word_list, is_stop_word};
use crate::reply::{ListPage, Reply, ReplyLine, quote};
use crate::storage::StateKind;

/// The most lines of a list on a page.
pub const PAGE_SIZE: usize = 40;

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
    pub fn new(of: ListKind, ids: Vec<String>) -> Self {
        Self { of, ids }
    }

    /// Parses a stored list; none of an earlier version.
    fn from_stored(remembered: &str) -> Option<Self> {
        serde_json::from_str(remembered).ok()
    }
}

impl Context<'_> {
    /// Shows the first page of a list, and stores the meaning of its numbers.
    pub fn show_numbered_list(
        &mut self,
        command: &str,
        head: Vec<ReplyLine>,
        lines: Vec<String>,
        numbers: NumberedList,
    ) -> Reply {
        let lines = lines.into_iter().enumerate().map(|(at, line)| format!("{}. {line}", at + 1)).collect();
        self.render_page(head, self.remaining_pages(command, PAGE_SIZE, lines, Some(numbers)))
    }

    /// Shows the first page of a list without numbers.
    pub fn show_unnumbered_list(
        &mut self,
        command: &str,
        head: Vec<ReplyLine>,
        lines: Vec<String>,
        page: usize,
    ) -> Reply {
        self.render_page(head, self.remaining_pages(command, page, lines, None))
    }

    /// The next page of the last list of this admin in this chat, if there is one.
    pub async fn show_next_page(&mut self) -> Result<Option<Reply>, CommandError> {
        let rest = self.get_state(StateKind::Page, self.conversation_key.as_str()).await?;
        let rest = rest.and_then(|rest| serde_json::from_str::<RemainingPages>(&rest.value).ok());
        // Current rights count: what was looked up with others is not shown.
        let may_see = |rest: &RemainingPages| {
            may_use(self.admin, &rest.command) && rest.communities == self.admin.communities
        };
        Ok(rest.filter(may_see).map(|rest| self.render_page(Vec::new(), rest)))
    }

    fn remaining_pages(
        &self,
        command: &str,
        page: usize,
        lines: Vec<String>,
        numbers: Option<NumberedList>,
    ) -> RemainingPages {
        let communities = self.admin.communities.clone();
        RemainingPages { command: command.to_owned(), communities, page, lines, numbers }
    }

    fn render_page(&mut self, head: Vec<ReplyLine>, mut rest: RemainingPages) -> Reply {
        let left = rest.lines.split_off(rest.lines.len().min(rest.page));
        let lines = std::mem::replace(&mut rest.lines, left);
        if let Some(NumberedList { of, ids }) = &rest.numbers {
            // Another list may have been shown in between.
            self.store_list(*of, ids.clone());
        }
        let left = rest.lines.len();
        let value = (left > 0).then(|| serde_json::to_string(&rest).unwrap_or_default());
        self.set_state(StateKind::Page, self.conversation_key.to_string(), value);
        Reply::ListPage(ListPage { head, lines, remaining: left })
    }

    /// Stores the meaning of the numbers of a list, by chat.
    pub fn store_list(&mut self, of: ListKind, ids: Vec<String>) {
        let value = serde_json::to_string(&NumberedList { of, ids }).unwrap_or_default();
        let ordering_key = self.list_key();
        self.set_state(StateKind::List, ordering_key, Some(value));
    }

    /// The groups that were typed: names without quotes joined, and ids in place of numbers of the last list,
    /// if that showed groups and only numbers were typed (in `bloco 1` the number belongs to the name). Small
    /// words beside and between names are dropped, unless they are the whole name of a group.
    pub async fn resolve_group_words(&self, arguments: &Arguments) -> Result<Vec<String>, CommandError> {
        let is_plain = |word: &String| parse_range(word).is_none();
        let is_sure = |word: &String| is_plain(word) && !is_stop_word(word);
        if arguments.words.iter().all(is_sure) && !arguments.unquoted.contains(&true) {
            return Ok(arguments.words.clone());
        }
        let snapshot = self.directory.snapshot(self.zapi).await?;
        let is_name = |name: &str| snapshot.groups.has_name(name) || self.directory.is_alias(name);
        let is_number = |word: &str| parse_range(word).is_some();
        let is_numbered = |name: &str| {
            let parts = name.rsplit_once(' ').filter(|(first, last)| !first.contains(' ') && is_number(last));
            parts.is_some_and(|(first, _)| !is_number(first) && !is_stop_word(first))
        };
        let mut words = join_unquoted_names(&arguments.words, &arguments.unquoted, |name| {
            is_name(name) || is_numbered(name)
        });
        let locale = self.localizer.locale;
        // A word that excludes what follows is no small word: “no” has two meanings in two languages.
        let is_kept = |word: &str| !is_stop_word(word) || is_name(word) || is_exclusion(word, locale);
        words.retain(|word| arguments.quoted.contains(word) || is_kept(word));
        if words.iter().any(|word| !is_number(word) || arguments.quoted.contains(word)) {
            return Ok(words);
        }
        let list = self.load_last_list().await?.and_then(|list| NumberedList::from_stored(&list));
        let Some(list) = list.filter(|list| list.of == ListKind::Groups) else { return Ok(words) };
        let ids = |word: &String| -> Option<Vec<String>> {
            let range = parse_range(word).filter(|_| !snapshot.groups.has_name(word))?;
            range.map(|number| list.ids.get(number - 1).cloned()).collect()
        };
        Ok(words.iter().flat_map(|word| ids(word).unwrap_or_else(|| vec![word.clone()])).collect())
    }

    /// The community of a number of the last list, if that showed communities and none has this name.
    pub async fn resolve_community_number(&self, typed: &str) -> Result<Option<String>, CommandError> {
        if parse_range(typed).is_none() {
            return Ok(None);
        }
        let is_name = self.directory.snapshot(self.zapi).await?.communities.has_name(typed);
        let list = self.load_last_list().await?;
        Ok(list.filter(|_| !is_name).and_then(|list| community_by_number(&list, typed)))
    }

    /// The id of a number of the last list, of either kind.
    pub async fn resolve_list_number(&self, word: &str) -> Result<Option<String>, CommandError> {
        let Some(range) = parse_range(word).filter(|range| range.start() == range.end()) else {
            return Ok(None);
        };
        let snapshot = self.directory.snapshot(self.zapi).await?;
        if snapshot.communities.has_name(word) || snapshot.groups.has_name(word) {
            return Ok(None);
        }
        let list = self.load_last_list().await?.and_then(|list| NumberedList::from_stored(&list));
        Ok(list.and_then(|list| list.ids.get(range.start() - 1).cloned()))
    }

    /// The last list of the chat before this command: the numbers of a later one are not meant.
    async fn load_last_list(&self) -> Result<Option<String>, CommandError> {
        let list = self.get_state(StateKind::List, &self.list_key()).await?;
        let list = list.filter(|list| list.at <= self.claim.command.accepted_at);
        Ok(list.map(|list| list.value))
    }

    /// The key of the chat's list.
    pub fn list_key(&self) -> String {
        self.chat.ordering_key(&self.admin.key, self.claim.command.by_owner).to_string()
    }
}

/// Names as lines of a list, with ids where two are alike, and where there is only one.
pub fn format_names<Id: ToString>(entries: &[NamedEntry<Id>]) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        *counts.entry(fold(&entry.name)).or_default() += 1;
    }
    let line = |entry: &NamedEntry<Id>| {
        let folded = fold(&entry.name);
        match counts.get(&folded) {
            _ if folded.is_empty() => entry.id.to_string(),
            Some(1) if entries.len() > 1 => quote(&entry.name),
            _ => format!("{} {}", quote(&entry.name), entry.id.to_string()),
        }
    };
    entries.iter().map(line).collect()
}

/// Whether a word excludes something in this language, whatever signs stand around it: `(não)`, `Exceto:`, a
/// cross. A small word of the language is none: “no” in Portuguese.
pub fn is_exclusion(word: &str, locale: Locale) -> bool {
    let is_sign = |c: char| !c.is_alphanumeric();
    let beside = i18n::text(locale, "stop-words-beside-name", &[]);
    let is_except = |part: &str| {
        let part = part.trim_matches(is_sign);
        in_word_list(part, "exclusion-words") && !beside.split(' ').any(|small| fold(small) == fold(part))
    };
    // Several words are a name in quotes, or a joined one.
    !word.contains(char::is_whitespace)
        && (word.contains(is_cross_mark) || word.split([':', '(', ')', '[', ']', '/']).any(is_except))
}

/// The marks of what is not included, or not yet.
fn is_cross_mark(c: char) -> bool {
    matches!(c, '❌' | '❎' | '✖' | '✗' | '✘' | '✕' | '☒' | '🚫' | '⛔' | '☐' | '⬜' | '🔲' | '👎')
}

/// The community of a number of the last list, from the stored list.
pub fn community_by_number(list: &str, typed: &str) -> Option<String> {
    let list = NumberedList::from_stored(list)?;
    let range = parse_range(typed).filter(|range| range.start() == range.end())?;
    (list.of == ListKind::Communities).then(|| list.ids.get(range.start() - 1).cloned())?
}

//! The numbers of the last list that a chat was shown, as names: `/link sales 1 3-5`.
//!
//! A group or community whose whole name is the number is meant first.

use serde::{Deserialize, Serialize};

use super::loose::joined;
use super::question::range;
use super::{Arguments, Context, Failure};
use crate::storage::MemoryKind;

/// What a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Listed {
    /// Groups.
    Groups,
    /// Communities.
    Communities,
}

/// A list as it is remembered: what number 1 means, and so on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct List {
    of: Listed,
    ids: Vec<String>,
}

impl Context<'_> {
    /// Remembers what the numbers of a list mean, by chat.
    pub fn show_list(&mut self, of: Listed, ids: Vec<String>) {
        let value = serde_json::to_string(&List { of, ids }).unwrap_or_default();
        let lane = self.lane();
        self.remember(MemoryKind::List, lane, Some(value));
    }

    /// The groups that were typed: names without quotes made one word each, and ids in the place of
    /// numbers of the last list, where that showed groups.
    pub async fn typed_groups(&self, arguments: &Arguments) -> Result<Vec<String>, Failure> {
        let is_plain = |word: &String| range(word).is_none();
        if arguments.words.iter().all(is_plain) && !arguments.loose.contains(&true) {
            return Ok(arguments.words.clone());
        }
        let snapshot = self.directory.snapshot(self.zapi).await?;
        let words = joined(&arguments.words, &arguments.loose, |name| snapshot.groups.has_name(name));
        if !words.iter().any(|word| range(word).is_some()) {
            return Ok(words);
        }
        let list = self.recall(MemoryKind::List, &self.lane()).await?;
        // What was shown since is not what the numbers are of.
        let list = list.filter(|list| list.at <= self.claim.command.accepted_at);
        let list = list.and_then(|list| serde_json::from_str::<List>(&list.value).ok());
        let Some(list) = list.filter(|list| list.of == Listed::Groups) else { return Ok(words) };
        let ids = |word: &String| -> Option<Vec<String>> {
            let range = range(word).filter(|_| !snapshot.groups.has_name(word))?;
            range.map(|number| list.ids.get(number - 1).cloned()).collect()
        };
        Ok(words.iter().flat_map(|word| ids(word).unwrap_or_else(|| vec![word.clone()])).collect())
    }

    fn lane(&self) -> String {
        self.chat.lane(&self.admin.key, self.claim.command.by_owner)
    }
}

/// The community behind a number of the last list, as it is remembered.
pub fn numbered_community(list: &str, typed: &str) -> Option<String> {
    let list: List = serde_json::from_str(list).ok()?;
    let range = range(typed).filter(|range| range.start() == range.end())?;
    (list.of == Listed::Communities).then(|| list.ids.get(range.start() - 1).cloned())?
}

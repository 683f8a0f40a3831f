//! Which kind of talk a text is. Told from memory: talk in the pause costs no disk access and no call.

use crate::authorization::may_in;
use crate::command::talk_pause::{MAX_REQUEST_WORDS, TalkKind};
use crate::commands::CATALOG;
use crate::config::{Admin, AdminsFrom};
use crate::instance::InstanceRuntime;
use crate::parse::word_lists::{in_word_list, is_stop_word};

/// The fewest letters of a word that names something: shorter ones are everyday words.
const MIN_NAME_LETTERS: usize = 4;

/// The kind of a text that is neither a command nor a reply to a prompt. None if it corrects something and names a
/// community or group: as a wish, it waits for no pause.
pub(super) fn read_talk_kind(text: &str, instance: &InstanceRuntime, admin: &Admin) -> Option<TalkKind> {
    let words = words(text);
    if words.len() > MAX_REQUEST_WORDS {
        return Some(TalkKind::Other);
    }
    let is_long = |word: &&str| word.chars().nth(MIN_NAME_LETTERS - 1).is_some();
    // `mais` is an everyday word.
    let is_command = |word: &str| CATALOG.lookup(word).is_some_and(|spec| spec.takes_names());
    let long = || words.iter().copied().filter(is_long).filter(|word| !is_stop_word(word));
    let corrects = has_correction_word(&words);
    let has_name = long().any(|word| is_name(word, instance, admin));
    match (corrects, has_name) {
        (true, true) => None,
        (false, true) => Some(TalkKind::Named),
        (false, false) if !long().any(is_command) => Some(TalkKind::Other),
        _ => Some(TalkKind::Request),
    }
}

/// Whether a text may correct something: it is no story, and has a word such as `ops`.
pub(super) fn may_correct(text: &str) -> bool {
    let words = words(text);
    words.len() <= MAX_REQUEST_WORDS && has_correction_word(&words)
}

fn has_correction_word(words: &[&str]) -> bool {
    words.iter().any(|word| in_word_list(word, "correction-words"))
}

/// The words of a text, or one more than a request has.
fn words(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(MAX_REQUEST_WORDS + 1).collect()
}

/// Whether a community or group has this name, or one that begins with it. A community admin sees no names that they
/// may not use.
fn is_name(word: &str, instance: &InstanceRuntime, admin: &Admin) -> bool {
    let Some((_, lists)) = instance.directory.last_snapshot() else { return false };
    let mut communities = lists.communities.matches(word).0.into_iter();
    match admin.from {
        AdminsFrom::Config => communities.next().is_some() || !lists.groups.matches(word).0.is_empty(),
        AdminsFrom::Community => {
            communities.any(|entry| may_in(admin, &entry.id, &entry.name, &instance.directory))
        }
    }
}

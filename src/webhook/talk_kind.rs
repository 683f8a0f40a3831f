//! Which kind of talk a text is. Told from memory: talk in the pause costs no disk access and no call.

use std::sync::LazyLock;

use crate::authorization::may_in;
use crate::command::talk_pause::{MAX_REQUEST_WORDS, TalkKind};
use crate::commands::CATALOG;
use crate::config::{Admin, AdminsFrom};
use crate::directory::{Snapshot, fold};
use crate::instance::InstanceRuntime;
use crate::parse::small_question::question_locales;
use crate::parse::word_lists::{WordList, is_stop_word, word_list};

/// The most words of a short question.
const MAX_QUESTION_WORDS: usize = 8;
/// The fewest letters of a word that names something: shorter ones are everyday words.
const MIN_NAME_LETTERS: usize = 4;

static CORRECTION_WORDS: LazyLock<WordList> = LazyLock::new(|| word_list("correction-words"));
static QUESTION_WORDS: LazyLock<WordList> = LazyLock::new(|| word_list("question-words"));

/// The kind of a text that is neither a command nor a reply to a prompt. None if it asks something of small
/// words, `você é um robô?`, or corrects something and names a community or group: as a wish, it waits for no pause.
pub(super) fn read_talk_kind(text: &str, instance: &InstanceRuntime, admin: &Admin) -> Option<TalkKind> {
    if !may_be_request(text) {
        return Some(TalkKind::Other);
    }
    if !question_locales(text).is_empty() {
        return None;
    }
    let folded = fold(text);
    let is_long = |word: &&str| word.chars().nth(MIN_NAME_LETTERS - 1).is_some();
    let long: Vec<_> = words(&folded).filter(is_long).filter(|word| !is_stop_word(word)).collect();
    // `mais` is an everyday word.
    let is_command = |word: &str| CATALOG.lookup(word).is_some_and(|spec| spec.takes_names());
    let lists = instance.directory.last_snapshot();
    let has_name =
        lists.is_some_and(|(_, lists)| long.iter().any(|word| is_name(word, &lists, instance, admin)));
    // Which groups a community admin may name is not known here: each short question may be about one.
    let may_name = || admin.from == AdminsFrom::Community && !long.is_empty() && is_short_question(&folded);
    match (has_correction_word(&folded), has_name || may_name()) {
        (true, true) => None,
        (false, true) => Some(TalkKind::Named),
        (false, false) if !long.iter().copied().any(is_command) => Some(TalkKind::Other),
        _ => Some(TalkKind::Request),
    }
}

/// Whether a text may correct something: it is no story, and has a word such as `ops`.
pub(super) fn may_correct(text: &str) -> bool {
    may_be_request(text) && has_correction_word(&fold(text))
}

fn is_short_question(folded: &str) -> bool {
    words(folded).nth(MAX_QUESTION_WORDS).is_none()
        && (folded.contains('?') || words(folded).any(|word| QUESTION_WORDS.contains(word)))
}

/// Whether a text is short enough to ask for something.
fn may_be_request(text: &str) -> bool {
    words(text).nth(MAX_REQUEST_WORDS).is_none()
}

fn has_correction_word(folded: &str) -> bool {
    words(folded).any(|word| CORRECTION_WORDS.contains(word))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether a community or group has this name, or one that begins with it. A community admin sees no names that they
/// may not use.
fn is_name(word: &str, lists: &Snapshot, instance: &InstanceRuntime, admin: &Admin) -> bool {
    let mut communities = lists.communities.matches(word).0.into_iter();
    match admin.from {
        AdminsFrom::Config => communities.next().is_some() || !lists.groups.matches(word).0.is_empty(),
        AdminsFrom::Community => {
            communities.any(|entry| may_in(admin, &entry.id, &entry.name, &instance.directory))
        }
    }
}

//! Plays the conversations of `tests/conversations.txt`; the format stands at its beginning.
//!
//! `tests/conversations_open.txt` lists those that do not hold yet, with the gravest class of their failures: ACT,
//! REPLY or LANGUAGE. The list only shrinks: the test fails if another conversation fails, if a listed one fails more
//! gravely, and if a listed one holds.
//!
//! - `VINCULA_BLESS=1 cargo test --test it -- conversations` removes those that hold from the list, and never adds one.
//! - `VINCULA_BLESS=fill` writes the list anew: only after conversations were added to the table.
//! - `VINCULA_CONVERSATION=pt-consent cargo test --test it -- conversations --nocapture` plays those whose id begins
//!   like this, and prints every message.

mod acts;
mod judge;
mod language;
mod parse;
mod person;
mod play;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;

use self::judge::{Class, Failure, judge, show};
use self::parse::{Conversation, parse};
use self::play::{Exchange, play};

/// How many are played at the same time: most of the time they wait.
const CONCURRENT: usize = 16;

/// The first lines of the list.
const OPEN_HEADER: &str = "# Conversations of conversations.txt that do not hold yet, with the gravest class of failure: ACT, REPLY or\n\
    # LANGUAGE. This list only shrinks: see tests/it/conversations/mod.rs.\n";

/// A conversation after it was played.
struct Outcome {
    id: String,
    failures: Vec<Failure>,
    dialogue: String,
}

impl Outcome {
    fn class(&self) -> Option<Class> {
        self.failures.iter().map(|failure| failure.class).max()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conversations_hold() {
    let table = read("conversations.txt");
    let conversations = parse(&table).unwrap_or_else(|errors| panic!("{}", errors.join("\n")));
    let prefix = std::env::var("VINCULA_CONVERSATION").unwrap_or_default();
    let chosen: Vec<_> = conversations.into_iter().filter(|one| one.id.starts_with(&prefix)).collect();
    assert!(!chosen.is_empty(), "no id begins with {prefix}");

    let outcomes = play_all(chosen).await;
    if !prefix.is_empty() {
        outcomes.iter().for_each(|outcome| println!("{}", outcome.dialogue));
    }
    let open = read_open();
    let listed =
        open.iter().filter(|(id, _)| id.starts_with(&prefix)).map(|(id, class)| (id.clone(), *class));
    let listed: BTreeMap<String, Class> = listed.collect();
    match std::env::var("VINCULA_BLESS").unwrap_or_default().as_str() {
        "" => {}
        "fill" if prefix.is_empty() => {
            write_open(outcomes.iter().filter_map(|outcome| Some((outcome.id.as_str(), outcome.class()?))));
            return;
        }
        _ if prefix.is_empty() => write_open(outcomes.iter().filter_map(|outcome| {
            let (listed, found) = (*listed.get(&outcome.id)?, outcome.class()?);
            Some((outcome.id.as_str(), listed.min(found)))
        })),
        _ => panic!("VINCULA_BLESS needs all conversations"),
    }
    report(&outcomes, &listed);
}

/// Plays conversations, and returns their outcomes in the order of the table.
async fn play_all(conversations: Vec<Conversation>) -> Vec<Outcome> {
    let tasks = conversations.into_iter().map(|conversation| async move {
        let conversation = Arc::new(conversation);
        let playing = conversation.clone();
        // A task: a panic in one conversation is a failure of that one.
        let played = tokio::spawn(async move { play(&playing).await }).await;
        let played = played.unwrap_or_else(|error| panic!("{}: {error}", conversation.id));
        let failures = judge(&conversation, &played);
        let dialogue = describe(&conversation, &played.exchanges, &failures);
        Outcome { id: conversation.id.clone(), failures, dialogue }
    });
    stream::iter(tasks).buffered(CONCURRENT).collect().await
}

/// Fails if the outcomes differ from the list.
fn report(outcomes: &[Outcome], listed: &BTreeMap<String, Class>) {
    let mut errors = String::new();
    for outcome in outcomes {
        match (listed.get(&outcome.id), outcome.class()) {
            (None, Some(_)) => errors.push_str(&format!("{}\n", outcome.dialogue)),
            (Some(listed), Some(found)) if found > *listed => {
                errors.push_str(&format!("This one was {listed} and is {found}:\n{}\n", outcome.dialogue));
            }
            (Some(_), None) if std::env::var_os("VINCULA_BLESS").is_none() => {
                errors
                    .push_str(&format!("{} holds: VINCULA_BLESS=1 removes it from the list.\n", outcome.id));
            }
            _ => {}
        }
    }
    for id in listed.keys().filter(|id| outcomes.iter().all(|outcome| outcome.id != **id)) {
        errors.push_str(&format!("{id} is in the list of open conversations, but not in the table.\n"));
    }
    let holding = outcomes.iter().filter(|outcome| outcome.failures.is_empty()).count();
    assert!(errors.is_empty(), "{errors}\n{holding} of {} conversations hold.", outcomes.len());
}

/// The whole dialogue with acts and replies, and what is wrong.
fn describe(conversation: &Conversation, exchanges: &[Exchange], failures: &[Failure]) -> String {
    let Conversation { id, title, line, locale, .. } = conversation;
    let mut text = format!("== {id} : {title} (line {line}, {locale})\n");
    for (at, (message, exchange)) in conversation.messages.iter().zip(exchanges).enumerate() {
        let state = if exchange.is_prompt_open { "a prompt is open" } else { "no prompt is open" };
        let group = message.group.as_ref().map(|group| format!("@{group}")).unwrap_or_default();
        let name = message.sender.name.to_lowercase();
        text.push_str(&format!("{name}{group}: {}\n", message.source));
        text.push_str(&format!("  acts: {} ({state}; {})\n", show(&exchange.acts), exchange.response));
        for reply in &exchange.replies {
            text.push_str(&format!("  bot: {}\n", reply.replace('\n', "\n       ")));
        }
        for failure in failures.iter().filter(|failure| failure.at == at) {
            text.push_str(&format!("  !! {} line {}: {}\n", failure.class, message.line, failure.reason));
        }
    }
    text
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The conversations that do not hold yet.
fn read_open() -> BTreeMap<String, Class> {
    let list = read("conversations_open.txt");
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parse_line = |line: &str| {
        let (id, class) = line.split_once(' ')?;
        Some((id.to_owned(), Class::parse(class)?))
    };
    lines
        .map(|line| parse_line(line).unwrap_or_else(|| panic!("conversations_open.txt: unknown line {line}")))
        .collect()
}

fn write_open<'a>(open: impl Iterator<Item = (&'a str, Class)>) {
    let lines = open.map(|(id, class)| format!("{id} {class}\n"));
    std::fs::write(path("conversations_open.txt"), OPEN_HEADER.to_owned() + &lines.collect::<String>())
        .unwrap();
}

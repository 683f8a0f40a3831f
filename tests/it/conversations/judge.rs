//! Judges what a message caused: its acts, its reply, and the language of that.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use vincula::directory::fold;

use super::language::detect_language;
use super::parse::{Conversation, Message, ReplyKind};
use super::play::{Exchange, Played};

/// What is wrong, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The reply is in another language.
    Language,
    /// There is no reply, one too many, or another one.
    Reply,
    /// Something else was done than expected.
    Act,
}

impl Class {
    /// The class with this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Language, Self::Reply, Self::Act].into_iter().find(|class| class.to_string() == word)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Language => "LANGUAGE",
            Self::Reply => "REPLY",
            Self::Act => "ACT",
        })
    }
}

/// A message that does not hold.
pub struct Failure {
    /// The index of the message.
    pub at: usize,
    pub class: Class,
    pub reason: String,
}

/// Judges all messages of a conversation.
pub fn judge(conversation: &Conversation, played: &Played) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (at, (message, exchange)) in conversation.messages.iter().zip(&played.exchanges).enumerate() {
        let mut fail = |class, reason| failures.push(Failure { at, class, reason });
        if sorted(&message.acts) != sorted(&exchange.acts) {
            fail(Class::Act, format!("the acts should be {}", show(&message.acts)));
        }
        if let Some(reason) = judge_reply(message, exchange) {
            fail(Class::Reply, reason);
        }
        let expected = message.language.unwrap_or(conversation.locale);
        let wrong = |reply: &String| detect_language(reply, &played.names).filter(|found| *found != expected);
        if let Some(found) = exchange.replies.iter().find_map(wrong) {
            fail(Class::Language, format!("the language should be {expected}, and seems to be {found}"));
        }
    }
    failures
}

fn sorted(acts: &[String]) -> Vec<String> {
    // Blanks do not matter, but lines do.
    let lines = |act: &String| act.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n");
    let mut acts: Vec<String> = acts.iter().map(lines).map(|act| act.trim().to_owned()).collect();
    acts.sort();
    acts
}

/// Shows acts like the table.
pub fn show(acts: &[String]) -> String {
    if acts.is_empty() { "none".to_owned() } else { acts.join(" ; ").replace('\n', "\\n") }
}

impl ReplyKind {
    /// Whether a reply may come.
    pub fn allows_reply(self) -> bool {
        self != Self::None
    }
}

/// Why the reply does not hold.
fn judge_reply(message: &Message, exchange: &Exchange) -> Option<String> {
    let rule = &message.reply;
    let reply = exchange.replies.join("\n");
    match (rule.kind, exchange.replies.is_empty()) {
        (ReplyKind::None | ReplyKind::Maybe, true) => return None,
        (ReplyKind::None, false) => return Some("there should be no reply".into()),
        (_, true) => return Some("there should be a reply".into()),
        (ReplyKind::Asks, _) if !exchange.is_prompt_open => {
            return Some("a prompt should be open".into());
        }
        (ReplyKind::Done, _) if exchange.is_prompt_open => {
            return Some("no prompt should be open".into());
        }
        (ReplyKind::Hint, _) if !is_hint(&reply) => {
            return Some("the reply should name a command or the words to reply with".into());
        }
        _ => {}
    }
    let folded = fold_text(&reply);
    let holds = |word: &&String| folded.contains(&fold_text(word));
    if let Some(missing) = rule.must_contain.iter().find(|word| !holds(word)) {
        return Some(format!("the reply should hold “{missing}”"));
    }
    rule.must_lack.iter().find(holds).map(|word| format!("the reply should not hold “{word}”"))
}

/// Whether a reply holds a command, a quoted word, or asks for a number.
fn is_hint(reply: &str) -> bool {
    static HINT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)(^|[\s(“*`])/\p{L}{2,}|“[^”]+”|\bn[uú]m(ber|ero)\b").unwrap());
    HINT.is_match(reply)
}

/// Folds each word of a text: case, accents and curly quotes do not matter.
fn fold_text(text: &str) -> String {
    let text = text.replace(['“', '”'], "\"");
    text.split_whitespace().map(fold).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_hint_names_a_command_or_what_to_reply() {
    for (reply, expected) in [
        ("Comece por /comunidades.", true),
        ("Responda “sim”.", true),
        ("Responda com o número.", true),
        ("Veja https://example.com/x", false),
        ("Oi!", false),
    ] {
        assert_eq!(is_hint(reply), expected, "{reply}");
    }
}

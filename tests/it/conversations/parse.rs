//! Reads `tests/conversations.txt`. Strict: an unknown word is an error with its line number.

use std::collections::HashSet;
use std::time::Duration;

use vincula::domain::Locale;

use super::person::{PEOPLE, Person};

/// Kinds of conversations, the second part of an id.
const KINDS: [&str; 13] = [
    "consent",
    "names",
    "numbers",
    "lines",
    "wish",
    "language",
    "undo",
    "media",
    "talk",
    "groupchat",
    "people",
    "errors",
    "edit",
];

/// A conversation of the table.
pub struct Conversation {
    pub id: String,
    pub title: String,
    pub line: usize,
    /// The language of the instance.
    pub locale: Locale,
    /// What is added to the world.
    pub extras: Vec<Extra>,
    pub messages: Vec<Message>,
}

/// An addition to the world.
pub enum Extra {
    Community(String),
    Group { name: String, community: Option<String> },
}

/// A message to the bot, and what is expected of it.
pub struct Message {
    pub line: usize,
    pub sender: &'static Person,
    /// The name of the group; none in the direct chat.
    pub group: Option<String>,
    /// The text with its brackets, as the table has it.
    pub source: String,
    pub text: String,
    pub content: Content,
    /// The number of the message that this one replaces.
    pub edits: Option<usize>,
    pub quote: Option<Quote>,
    pub mentions_bot: bool,
    /// How much time passes before it.
    pub after: Duration,
    /// The changes at WhatsApp, in the words of the table.
    pub acts: Vec<String>,
    pub reply: ReplyRule,
    /// The language of the reply; none for that of the instance.
    pub language: Option<Locale>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Content {
    #[default]
    Text,
    Image,
    Video,
    Document,
    /// An image that was sent as a document.
    ImageDocument,
    Audio,
    Sticker,
    /// A reaction to the bot's last message, or to another person's.
    Reaction {
        emoji: String,
        is_to_bot: bool,
    },
    /// This message of the conversation was deleted for everyone.
    Deletion(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    Prompt,
    Reply,
    /// The bot's last message after this message of the conversation.
    ReplyTo(usize),
    /// A message of another person.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyKind {
    None,
    Any,
    Asks,
    Done,
    Hint,
    Maybe,
}

/// What the reply must be.
#[derive(Debug, PartialEq, Eq)]
pub struct ReplyRule {
    pub kind: ReplyKind,
    pub must_contain: Vec<String>,
    pub must_lack: Vec<String>,
}

/// A message whose `acts` and `reply` may still be missing.
struct Draft {
    message: Message,
    has_acts: bool,
    has_reply: bool,
}

/// What the brackets in front of a text say.
#[derive(Default)]
struct Brackets {
    content: Option<Content>,
    edits: Option<usize>,
    quote: Option<Quote>,
    mentions_bot: bool,
    after: Duration,
}

/// Parses the table.
///
/// # Errors
/// All lines that contradict the format.
pub fn parse(table: &str) -> Result<Vec<Conversation>, Vec<String>> {
    let mut parser = Parser::default();
    for (at, line) in table.lines().enumerate() {
        let number = at + 1;
        if let Err(error) = parser.read_line(number, line) {
            parser.errors.push(format!("line {number}: {error}: {line}"));
        }
    }
    parser.finish_message();
    let empty = parser.conversations.iter().filter(|conversation| conversation.messages.is_empty());
    let empty: Vec<_> = empty.map(|c| format!("line {}: {} has no message", c.line, c.id)).collect();
    parser.errors.extend(empty);
    if parser.errors.is_empty() { Ok(parser.conversations) } else { Err(parser.errors) }
}

#[derive(Default)]
struct Parser {
    conversations: Vec<Conversation>,
    ids: HashSet<String>,
    draft: Option<Draft>,
    errors: Vec<String>,
}

impl Parser {
    fn read_line(&mut self, number: usize, line: &str) -> Result<(), String> {
        let line = line.trim_end();
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let Some(header) = line.strip_prefix("== ") {
            self.finish_message();
            return self.start_conversation(number, header);
        }
        let (key, value) = line.trim_start().split_once(':').ok_or("neither a header nor `word: value`")?;
        let value = value.trim();
        match (key, &mut self.draft) {
            ("acts", Some(draft)) if !draft.has_acts => {
                draft.message.acts = parse_acts(value)?;
                draft.has_acts = true;
            }
            ("reply", Some(draft)) if !draft.has_reply => {
                draft.message.reply = parse_reply(value)?;
                draft.has_reply = true;
            }
            ("lang", Some(draft)) => draft.message.language = Some(parse_locale(value)?),
            ("acts" | "reply" | "lang", _) => return Err(format!("`{key}` belongs below a message, once")),
            ("world" | "locale", None) => return self.read_setting(key, value),
            ("world" | "locale", Some(_)) => {
                return Err(format!("`{key}` belongs above the first message"));
            }
            _ => {
                self.finish_message();
                let conversation = self.conversations.last().ok_or("a message before the first header")?;
                let message = parse_message(number, key, value, conversation)?;
                self.draft = Some(Draft { message, has_acts: false, has_reply: false });
            }
        }
        Ok(())
    }

    fn start_conversation(&mut self, line: usize, header: &str) -> Result<(), String> {
        let (id, title) = header.split_once(" : ").ok_or("a header is `== id : title`")?;
        let parts: Vec<&str> = id.split('-').collect();
        let [language, kind, number] = parts[..] else { return Err("an id is language-kind-number".into()) };
        if !["pt", "en", "es"].contains(&language) || !KINDS.contains(&kind) || number.parse::<u32>().is_err()
        {
            return Err("unknown language, kind or number in the id".into());
        }
        if !self.ids.insert(id.to_owned()) {
            return Err("the id stands twice".into());
        }
        self.conversations.push(Conversation {
            id: id.to_owned(),
            title: title.to_owned(),
            line,
            locale: Locale::PtBr,
            extras: Vec::new(),
            messages: Vec::new(),
        });
        Ok(())
    }

    fn read_setting(&mut self, key: &str, value: &str) -> Result<(), String> {
        let conversation = self.conversations.last_mut().ok_or("a setting before the first header")?;
        if key == "locale" {
            conversation.locale = parse_locale(value)?;
            return Ok(());
        }
        let extra = match value.split_once(' ') {
            Some(("community", name)) => Extra::Community(name.to_owned()),
            Some(("group", rest)) => match rest.rsplit_once(" in ") {
                Some((name, community)) => {
                    Extra::Group { name: name.to_owned(), community: Some(community.to_owned()) }
                }
                None => Extra::Group { name: rest.to_owned(), community: None },
            },
            _ => return Err("the world takes `community NAME` or `group NAME [in COMMUNITY]`".into()),
        };
        conversation.extras.push(extra);
        Ok(())
    }

    fn finish_message(&mut self) {
        let Some(Draft { message, has_acts, has_reply }) = self.draft.take() else { return };
        for (is_there, name) in [(has_acts, "acts"), (has_reply, "reply")] {
            if !is_there {
                self.errors.push(format!("line {}: the message has no `{name}`", message.line));
            }
        }
        if let Some(conversation) = self.conversations.last_mut() {
            conversation.messages.push(message);
        }
    }
}

fn parse_locale(tag: &str) -> Result<Locale, String> {
    Locale::ALL
        .into_iter()
        .find(|locale| locale.tag() == tag || locale.tag().split('-').next() == Some(tag))
        .ok_or_else(|| "the languages are pt-BR, en and es".to_owned())
}

fn parse_message(
    line: usize,
    sender: &str,
    value: &str,
    conversation: &Conversation,
) -> Result<Message, String> {
    let (name, group) = match sender.split_once('@') {
        Some((name, group)) => (name, Some(group.to_owned())),
        None => (sender, None),
    };
    let sender = PEOPLE.iter().find(|person| person.name.to_lowercase() == name);
    let sender = sender.ok_or_else(|| format!("unknown sender {name}"))?;
    let (brackets, text) = parse_brackets(value, conversation.messages.len())?;
    let content = brackets.content.unwrap_or_default();
    let has_text = !matches!(
        content,
        Content::Reaction { .. } | Content::Deletion(_) | Content::Audio | Content::Sticker
    );
    if !has_text && !text.is_empty() {
        return Err("such a message has no text".into());
    }
    if content == Content::Text && text.is_empty() {
        return Err("the text is empty".into());
    }
    Ok(Message {
        line,
        sender,
        group,
        source: value.to_owned(),
        text: text.replace("\\n", "\n"),
        content,
        edits: brackets.edits,
        quote: brackets.quote,
        mentions_bot: brackets.mentions_bot,
        after: brackets.after,
        acts: Vec::new(),
        reply: ReplyRule { kind: ReplyKind::None, must_contain: Vec::new(), must_lack: Vec::new() },
        language: None,
    })
}

/// Reads the brackets in front of a text. Several kinds stand in several brackets, or are split by commas.
fn parse_brackets(value: &str, messages: usize) -> Result<(Brackets, &str), String> {
    let (mut brackets, mut rest) = (Brackets::default(), value);
    while let Some((inside, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        for word in inside.split(',') {
            brackets.read(word.trim(), messages)?;
        }
        rest = behind.trim_start();
    }
    Ok((brackets, rest))
}

impl Brackets {
    fn read(&mut self, word: &str, messages: usize) -> Result<(), String> {
        let number = |text: &str| {
            let number = text.parse().ok().filter(|number| (1..=messages).contains(number));
            number.ok_or_else(|| format!("there is no message {text} before"))
        };
        match word.split_once(' ').unwrap_or((word, "")) {
            ("quotes", "prompt") => self.quote = Some(Quote::Prompt),
            ("quotes", "reply") => self.quote = Some(Quote::Reply),
            ("quotes", "other") => self.quote = Some(Quote::Other),
            ("quotes", word) if word.starts_with("reply ") => {
                self.quote = Some(Quote::ReplyTo(number(&word["reply ".len()..])?));
            }
            ("mention", "") => self.mentions_bot = true,
            ("edits", of) => self.edits = Some(number(of)?),
            ("after", time) => self.after = parse_time(time)?,
            ("deletes", of) => self.set_content(Content::Deletion(number(of)?))?,
            ("reacts", sign) if !sign.is_empty() => {
                let (emoji, is_to_bot) = match sign.strip_suffix(" other") {
                    Some(emoji) => (emoji, false),
                    None => (sign, true),
                };
                self.set_content(Content::Reaction { emoji: emoji.to_owned(), is_to_bot })?;
            }
            _ => self.set_content(match word {
                "image" => Content::Image,
                "video" => Content::Video,
                "document" => Content::Document,
                "image document" => Content::ImageDocument,
                "audio" => Content::Audio,
                "sticker" => Content::Sticker,
                _ => return Err(format!("unknown word [{word}]")),
            })?,
        }
        Ok(())
    }

    fn set_content(&mut self, content: Content) -> Result<(), String> {
        match self.content.replace(content) {
            Some(_) => Err("a message has one content".into()),
            None => Ok(()),
        }
    }
}

/// Parses `90s`, `6m`, `25h` or `8d`.
fn parse_time(text: &str) -> Result<Duration, String> {
    let unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err(format!("unknown time {text}")),
    };
    let number = text[..text.len() - 1].parse::<u64>().map_err(|_| format!("unknown time {text}"))?;
    Ok(Duration::from_secs(number * unit))
}

/// Parses a list of acts split by ` ; `.
fn parse_acts(value: &str) -> Result<Vec<String>, String> {
    if value == "none" {
        return Ok(Vec::new());
    }
    value.split(" ; ").map(|act| parse_act(act.trim())).collect()
}

fn parse_act(act: &str) -> Result<String, String> {
    let (verb, rest) = act.split_once(' ').ok_or_else(|| format!("unknown act {act}"))?;
    let pair = || rest.split_once(" / ").ok_or_else(|| format!("{verb} takes two names split by ` / `"));
    match verb {
        "create" | "deactivate" | "describe" | "photo" | "settings" | "reset-invite" => {}
        "link" | "unlink" => drop(pair()?),
        "add" | "remove" | "promote" | "demote" => {
            let (_, phone) = pair()?;
            if !phone.bytes().all(|b| b.is_ascii_digit()) {
                return Err(format!("{phone} is no phone number"));
            }
        }
        "announce" => {
            let (community, text) = rest.split_once(" : ").ok_or("announce takes `COMMUNITY : TEXT`")?;
            return Ok(format!("announce {community} : {}", text.replace("\\n", "\n")));
        }
        _ => return Err(format!("unknown act {verb}")),
    }
    Ok(act.to_owned())
}

/// Parses `done ~ word | word !~ word`.
fn parse_reply(value: &str) -> Result<ReplyRule, String> {
    let (kind, rest) = value.split_once(' ').unwrap_or((value, ""));
    let kind = match kind {
        "none" => ReplyKind::None,
        "any" => ReplyKind::Any,
        "asks" => ReplyKind::Asks,
        "done" => ReplyKind::Done,
        "hint" => ReplyKind::Hint,
        "maybe" => ReplyKind::Maybe,
        _ => return Err(format!("unknown reply {kind}")),
    };
    let mut rule = ReplyRule { kind, must_contain: Vec::new(), must_lack: Vec::new() };
    let mut rest = rest.trim();
    while !rest.is_empty() {
        let (list, behind) = if let Some(behind) = rest.strip_prefix("!~ ") {
            (&mut rule.must_lack, behind)
        } else if let Some(behind) = rest.strip_prefix("~ ") {
            (&mut rule.must_contain, behind)
        } else {
            return Err("behind the reply stand `~ words` and `!~ words`".into());
        };
        let end = [" ~ ", " !~ "].iter().filter_map(|mark| behind.find(mark)).min().unwrap_or(behind.len());
        list.extend(behind[..end].split('|').map(|word| word.trim().to_owned()));
        rest = behind[end..].trim_start();
    }
    if kind == ReplyKind::None && !(rule.must_contain.is_empty() && rule.must_lack.is_empty()) {
        return Err("no reply holds no words".into());
    }
    Ok(rule)
}

#[test]
fn the_table_is_read_strictly() {
    let good = "== pt-talk-1 : a\nworld: group Xadrez in Marketing BR\nana@Moradores: [image, quotes prompt] [after 6m] oi\\nvocê\n  acts: link A / B ; announce C : d\\ne\n  reply: done ~ a | b !~ c\n  lang: en\n";
    let table = parse(good).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let message = &table[0].messages[0];
    assert_eq!((message.text.as_str(), message.after.as_secs()), ("oi\nvocê", 360));
    assert_eq!((&message.content, message.quote), (&Content::Image, Some(Quote::Prompt)));
    assert_eq!(message.acts, ["link A / B", "announce C : d\ne"]);
    assert_eq!(
        (&message.reply.must_contain[..], message.reply.must_lack.len()),
        (&["a".into(), "b".into()][..], 1)
    );

    for (from, to, error) in [
        ("pt-talk-1", "pt-chat-1", "line 1: unknown language, kind or number"),
        ("group Xadrez", "grupo Xadrez", "line 2: the world takes"),
        ("ana@", "rita@", "line 3: unknown sender rita"),
        ("[image,", "[picture,", "line 3: unknown word [picture]"),
        ("[after 6m]", "[edits 1]", "line 3: there is no message 1 before"),
        ("link A / B", "join A / B", "line 4: unknown act join"),
        ("link A / B", "link A", "line 4: link takes two names"),
        ("done ~", "ok ~", "line 5: unknown reply ok"),
        ("  reply: done ~ a | b !~ c\n", "", "line 3: the message has no `reply`"),
        ("lang: en", "lang: fr", "line 6: the languages are"),
        ("lang: en", "note: en", "line 6: unknown sender note"),
    ] {
        let errors = parse(&good.replace(from, to)).err().unwrap_or_default();
        assert!(errors.iter().any(|found| found.starts_with(error)), "{to}: {errors:#?}");
    }
}

//! What we say: one variant an answer; no text stands anywhere but in the catalogues.
//!
//! Names of groups, communities and people are other people's words: they are quoted, their
//! markup is put out of action, and no line of theirs can pose as a line of ours.

use crate::directory::is_invisible;
use crate::domain::Locale;
use crate::i18n::{self, Value};

/// The most characters of a message (WhatsApp cuts longer ones).
const LONGEST: usize = 3_900;
/// The most characters of a name.
const LONGEST_NAME: usize = 100;
/// The most names in one list of candidates.
const MOST_CANDIDATES: usize = 5;

/// How the bot speaks in an instance: language, prefix, and the names of its commands.
#[derive(Clone, Debug)]
pub struct Speech {
    /// The language.
    pub locale: Locale,
    /// What the orders in a reply begin with.
    pub prefix: String,
    /// All that an order may begin with.
    pub prefixes: Vec<String>,
    /// The name of a command in a language.
    pub name_of: fn(&str, Locale) -> &'static str,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// What became of each group of a link or unlink.
    Membership(Report),
    /// All communities, as name and id.
    Communities(Vec<(String, String)>),
    /// The groups of a community.
    Community {
        /// Its name.
        name: String,
        /// The names and ids of its ordinary groups.
        groups: Vec<(String, String)>,
        /// How many it can hold.
        limit: usize,
    },
    /// Groups, as name and id, and the words that were looked for.
    Groups {
        /// Names and ids.
        groups: Vec<(String, String)>,
        /// What was looked for.
        words: String,
    },
    /// How the bot knows somebody.
    WhoAmI {
        /// What they are called.
        name: String,
        /// Their number.
        phone: Option<String>,
        /// Their lid.
        lid: Option<String>,
        /// This chat.
        chat: String,
        /// Their commands; empty is all.
        commands: Vec<String>,
        /// Their communities; empty is all.
        communities: Vec<String>,
    },
    /// Whether it works, and what waits.
    Status {
        /// Connected or not, or why that could not be asked.
        connected: Result<bool, String>,
        /// Orders that wait, without this one.
        waiting: usize,
        /// Orders given up.
        dead: usize,
    },
    /// All commands, as usage and what they do.
    Help(Vec<(String, String)>),
    /// One command.
    HelpOn {
        /// What it does.
        about: String,
        /// How it is written.
        usage: String,
        /// More about it.
        more: String,
        /// A real example.
        example: String,
        /// Its other names.
        also: Vec<String>,
        /// Its replies bear marks.
        has_marks: bool,
    },
    /// No command has this name.
    UnknownCommand {
        /// What was typed.
        typed: String,
        /// The nearest one's name.
        nearest: Option<&'static str>,
    },
    /// An order that is not written as it should be.
    Mistake {
        /// What is wrong.
        mistake: Mistake,
        /// How it is written.
        usage: String,
        /// A real example.
        example: String,
    },
    /// No community has this name.
    NoCommunity {
        /// What was typed.
        typed: String,
        /// The nearest names.
        nearest: Vec<String>,
    },
    /// Several communities have this name or begin so.
    ManyCommunities {
        /// What was typed.
        typed: String,
        /// Their names.
        candidates: Vec<String>,
    },
    /// They are an admin, but not for that.
    MayNot {
        /// The command's English name.
        command: &'static str,
        /// The community in which they may not.
        community: Option<String>,
    },
    /// They might when they gave the order, and may no longer.
    NoLonger {
        /// The order was begun before.
        is_begun: bool,
    },
    /// They are no admin.
    Stranger,
    /// The order was old when it came.
    TooOld {
        /// How long it was on its way.
        minutes: u64,
    },
    /// More orders than one admin may give.
    TooManyOrders {
        /// The most a minute.
        limit: u32,
    },
    /// Z-API says no, explained in their language.
    Api(String),
    /// The order could not be finished in time.
    GaveUp {
        /// Why, explained in their language; none is our own fault.
        reason: Option<String>,
    },
}

/// What is wrong with an order's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// A quote is open at the end.
    UnclosedQuote(char),
    /// No community is named.
    MissingCommunity,
    /// No group is named.
    MissingGroups,
    /// A word too many.
    TooManyWords(String),
}

/// What became of each group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// They were linked; else unlinked.
    pub is_link: bool,
    /// The community's name.
    pub community: String,
    /// One line a group.
    pub lines: Vec<Line>,
    /// How many groups the community would hold, and can hold, where that is too many.
    pub over_limit: Option<(usize, usize)>,
}

/// A group and its fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The group's name, else what was typed.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// ✅ Done now.
    Done,
    /// ☑️ Was so already.
    WasSo,
    /// ⚠️ It belongs to another community, named where that is known.
    Elsewhere(Option<String>),
    /// ❌ It is an announcement group.
    Announcement,
    /// ❌ A community keeps at least one group.
    MustStay,
    /// ❌ No such group, or the bot is not in it.
    Gone,
    /// ❌ Z-API refused, with what it said.
    Refused(Option<String>),
    /// ❌ No group has this name.
    Unknown {
        /// The nearest names.
        nearest: Vec<String>,
    },
    /// ❌ No group matches the pattern.
    NoMatch,
    /// ❌ Several groups have this name or begin so.
    Unclear {
        /// Their names, with ids where the names are the same.
        candidates: Vec<String>,
    },
    /// ❌ `here` outside a group.
    NotHere,
    /// ❌ Z-API cannot be used, explained in the person's language.
    Trouble(String),
    /// ❓ Z-API said yes, the community does not show it.
    NotShown,
    /// ❓ It could not be read back.
    NotRead,
}

impl Fate {
    /// The mark of its line, whatever the language.
    pub fn mark(&self) -> &'static str {
        match self {
            Self::Done => "✅",
            Self::WasSo => "☑️",
            Self::Elsewhere(_) => "⚠️",
            Self::NotShown | Self::NotRead => "❓",
            _ => "❌",
        }
    }
}

impl Speech {
    fn text(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        i18n::text(self.locale, key, values)
    }

    /// A ready-made order: `/community "Bairro Feliz"`.
    pub fn order(&self, command: &str, arguments: &[&str]) -> String {
        let mut order = format!("{}{}", self.prefix, (self.name_of)(command, self.locale));
        for argument in arguments {
            order.push(' ');
            order.push_str(&typed(argument));
        }
        order
    }
}

impl Reply {
    /// The messages that say it, each short enough for WhatsApp.
    pub fn messages(&self, speech: &Speech) -> Vec<String> {
        // A message that begins with a prefix would be an order to another bot in the chat.
        let is_order = |text: &String| speech.prefixes.iter().any(|prefix| text.starts_with(prefix));
        let messages = split(&self.text(speech)).into_iter();
        messages.map(|text| if is_order(&text) { format!("› {text}") } else { text }).collect()
    }

    fn text(&self, speech: &Speech) -> String {
        let say = |key, values: &[(&str, Value<'_>)]| speech.text(key, values);
        match self {
            Self::Membership(report) => report.text(speech),
            Self::Communities(communities) if communities.is_empty() => say("no-communities", &[]),
            Self::Communities(communities) => {
                listed(say("communities", &[("count", communities.len().into())]), communities)
            }
            Self::Community { name, groups, limit } => {
                let count = say(
                    "community",
                    &[("community", (&quoted(name)).into()), ("count", groups.len().into())],
                );
                let limit = say("community-of-limit", &[("limit", (&limit.to_string()).into())]);
                let head = format!("{count} {limit}");
                if groups.is_empty() {
                    format!("{head}\n{}", say("community-empty", &[]))
                } else {
                    listed(head, groups)
                }
            }
            Self::Groups { groups, words } if groups.is_empty() && words.is_empty() => {
                say("groups-none", &[])
            }
            Self::Groups { groups, words } if groups.is_empty() => {
                say("groups-none-of", &[("name", (&quoted(words)).into())])
            }
            Self::Groups { groups, .. } => listed(say("groups", &[("count", groups.len().into())]), groups),
            Self::WhoAmI { name, phone, lid, chat, commands, communities } => {
                let mut lines = vec![say("whoami", &[("name", (&quoted(name)).into())])];
                lines.extend(phone.iter().map(|phone| say("whoami-phone", &[("phone", phone.into())])));
                lines.extend(lid.iter().map(|lid| say("whoami-lid", &[("lid", lid.into())])));
                lines.push(say("whoami-chat", &[("chat", chat.into())]));
                let all =
                    |names: &[String], all| if names.is_empty() { say(all, &[]) } else { names.join(", ") };
                lines.push(say("whoami-may", &[("commands", (&all(commands, "all-commands")).into())]));
                lines.push(say(
                    "whoami-where",
                    &[("communities", (&all(communities, "all-communities")).into())],
                ));
                lines.join("\n")
            }
            Self::Status { connected, waiting, dead } => {
                let first = match connected {
                    Ok(true) => format!("✅ {}", say("status-connected", &[])),
                    Ok(false) => format!("❌ {}", say("status-disconnected", &[])),
                    Err(reason) => format!("❓ {}", say("status-unread", &[("reason", reason.into())])),
                };
                let waiting = say("status-waiting", &[("count", (*waiting).into())]);
                let dead = say("status-dead", &[("count", (*dead).into())]);
                format!("{first}\n{waiting}\n{dead}")
            }
            Self::Help(commands) => {
                let mut lines = vec![say("help-title", &[])];
                lines.extend(commands.iter().map(|(usage, about)| format!("{usage}\n    {about}")));
                let example = speech.order("help", &[(speech.name_of)("link", speech.locale)]);
                lines.push(say("help-more", &[("example", (&example).into())]));
                lines.join("\n")
            }
            Self::HelpOn { about, usage, more, example, also, has_marks } => {
                let mut lines = vec![capitalised(about) + ".", say("help-usage", &[("usage", usage.into())])];
                lines.push(say("example", &[("example", example.into())]));
                lines.push(more.clone());
                if !also.is_empty() {
                    lines.push(say("help-also", &[("names", (&also.join(", ")).into())]));
                }
                if *has_marks {
                    lines.push(say("help-marks", &[]));
                }
                lines.join("\n")
            }
            Self::UnknownCommand { typed, nearest } => {
                let name = ("name", quoted(typed));
                match nearest {
                    Some(nearest) => say(
                        "unknown-command-nearest",
                        &[
                            (name.0, (&name.1).into()),
                            ("nearest", (&format!("{}{nearest}", speech.prefix)).into()),
                        ],
                    ),
                    None => say(
                        "unknown-command",
                        &[(name.0, (&name.1).into()), ("help", (&speech.order("help", &[])).into())],
                    ),
                }
            }
            Self::Mistake { mistake, usage, example } => {
                let usage = ("usage", Value::from(usage));
                let first = match mistake {
                    Mistake::UnclosedQuote(quote) => {
                        say("unclosed-quote", &[("quote", (&quote.to_string()).into()), usage])
                    }
                    Mistake::MissingCommunity => say("missing-community", &[usage]),
                    Mistake::MissingGroups => say("missing-groups", &[usage]),
                    Mistake::TooManyWords(word) => {
                        say("too-many-words", &[("word", (&quoted(word)).into()), usage])
                    }
                };
                format!("{first}\n{}", say("example", &[("example", example.into())]))
            }
            Self::NoCommunity { typed, nearest } if nearest.is_empty() => say(
                "no-community",
                &[("name", (&quoted(typed)).into()), ("order", (&speech.order("communities", &[])).into())],
            ),
            Self::NoCommunity { typed, nearest } => say(
                "no-community-nearest",
                &[("name", (&quoted(typed)).into()), ("candidates", (&candidates(nearest)).into())],
            ),
            Self::ManyCommunities { typed, candidates: names } => say(
                "many-communities",
                &[("name", (&quoted(typed)).into()), ("candidates", (&candidates(names)).into())],
            ),
            Self::MayNot { command, community } => {
                let order = speech.order(command, &[]);
                match community {
                    Some(name) => say(
                        "may-not-there",
                        &[("order", (&order).into()), ("community", (&quoted(name)).into())],
                    ),
                    None => say("may-not", &[("order", (&order).into())]),
                }
            }
            Self::NoLonger { is_begun: false } => say("no-longer", &[]),
            Self::NoLonger { is_begun: true } => say("no-longer-begun", &[]),
            Self::Stranger => say("stranger", &[]),
            Self::TooOld { minutes } => say("too-old", &[("minutes", (&minutes.to_string()).into())]),
            Self::TooManyOrders { limit } => {
                say("too-many-orders", &[("limit", usize::try_from(*limit).unwrap_or(usize::MAX).into())])
            }
            Self::Api(explained) => format!("❌ {explained}"),
            Self::GaveUp { reason } => {
                let reason = reason.clone().unwrap_or_else(|| say("internal", &[]));
                let status = speech.order("status", &[]);
                format!(
                    "❌ {}",
                    say("gave-up", &[("reason", (&reason).into()), ("status", (&status).into())])
                )
            }
        }
    }
}

impl Report {
    fn text(&self, speech: &Speech) -> String {
        let is_so = |line: &&Line| matches!(line.fate, Fate::Done | Fate::WasSo);
        let community = quoted(&self.community);
        let mut lines = vec![speech.text(
            if self.is_link { "linked" } else { "unlinked" },
            &[
                ("done", self.lines.iter().filter(is_so).count().into()),
                ("all", self.lines.len().into()),
                ("community", (&community).into()),
            ],
        )];
        lines.extend(self.lines.iter().map(|line| self.line(line, speech)));
        if let Some((count, limit)) = self.over_limit {
            let (count, limit) = (count.to_string(), limit.to_string());
            lines.push(speech.text(
                "limit-near",
                &[("community", (&community).into()), ("count", (&count).into()), ("limit", (&limit).into())],
            ));
        }
        lines.join("\n")
    }

    fn line(&self, line: &Line, speech: &Speech) -> String {
        let name = quoted(&line.name);
        let mark = line.fate.mark();
        let say = |key, values: &[(&str, Value<'_>)]| speech.text(key, values);
        let look = || speech.order("community", &[&self.community]);
        let why = match &line.fate {
            Fate::Done => return format!("{mark} {name}"),
            Fate::WasSo => say(if self.is_link { "was-linked" } else { "was-unlinked" }, &[]),
            Fate::Elsewhere(None) => say("elsewhere-unnamed", &[]),
            Fate::Elsewhere(Some(community)) => {
                let order = speech.order("unlink", &[community, &line.name]);
                let community = quoted(community);
                let values = [("community", Value::from(&community)), ("order", Value::from(&order))];
                if self.is_link { say("elsewhere", &values) } else { say("elsewhere-unlink", &values[..1]) }
            }
            Fate::Announcement => say("announcement", &[]),
            Fate::MustStay => say("must-stay", &[]),
            Fate::Gone => say("group-gone", &[]),
            Fate::Refused(Some(reason)) => say("refused", &[("reason", (&quoted(reason)).into())]),
            Fate::Refused(None) => say("refused-plain", &[]),
            Fate::Unknown { nearest } if nearest.is_empty() => {
                return format!("{mark} {}", say("no-group", &[("name", (&name).into())]));
            }
            Fate::Unknown { nearest } => {
                let nearest = candidates(nearest);
                let values = [("name", Value::from(&name)), ("candidates", Value::from(&nearest))];
                return format!("{mark} {}", say("no-group-nearest", &values));
            }
            Fate::NoMatch => return format!("{mark} {}", say("no-pattern", &[("name", (&name).into())])),
            Fate::Unclear { candidates: names } => {
                let more = names.len().saturating_sub(MOST_CANDIDATES);
                let shown = candidates(&names[..names.len() - more]);
                let values = [
                    ("name", Value::from(&name)),
                    ("candidates", Value::from(&shown)),
                    ("count", more.into()),
                ];
                let text = if more == 0 {
                    say("many-groups", &values[..2])
                } else {
                    say("many-groups-more", &values)
                };
                return format!("{mark} {text}");
            }
            Fate::NotHere => return format!("{mark} {}", say("no-here", &[])),
            Fate::Trouble(explained) => explained.clone(),
            Fate::NotShown => say("not-shown", &[("order", (&look()).into())]),
            Fate::NotRead => say("not-read", &[("order", (&look()).into())]),
        };
        format!("{mark} {name}: {why}")
    }
}

fn listed(head: String, named: &[(String, String)]) -> String {
    let lines = named.iter().map(|(name, id)| format!("• {} {id}", quoted(name)));
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}

fn candidates(names: &[String]) -> String {
    names.iter().take(MOST_CANDIDATES).map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// Somebody's words in a slot of ours: one line, no markup, no invisible characters, in quotes.
pub fn quoted(words: &str) -> String {
    format!("“{}”", tame(words))
}

/// Words as they are typed in an order: in quotes unless they are nothing but letters and digits.
/// Quotes inside them become single ones, which name the same thing (`directory::fold`).
fn typed(words: &str) -> String {
    let words = tame(words);
    let is_plain = !words.is_empty() && words.chars().all(|c| c.is_alphanumeric() || "-.@∗ˍ".contains(c));
    if is_plain {
        words
    } else {
        format!("\"{}\"", words.replace(['"', '“', '”', '„', '‟', '＂'], "'"))
    }
}

/// One line without markup and invisible characters. What stands for a mark of markup is read
/// back as that mark when somebody copies the name into an order (`directory::fold`).
fn tame(words: &str) -> String {
    let visible = words.chars().filter(|c| !is_invisible(*c));
    let tamed = visible.map(|c| match c {
        '*' => '∗',
        '_' => 'ˍ',
        '~' => '∼',
        '`' => 'ˋ',
        c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => ' ',
        c => c,
    });
    let line = tamed.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_NAME {
        return line;
    }
    line.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
}

/// Parts below [`LONGEST`] characters, cut at line ends (a single longer line is cut inside).
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut length = 0;
    for line in text.split('\n') {
        let mut line: Vec<char> = line.chars().collect();
        while line.len() > LONGEST {
            let rest = line.split_off(LONGEST);
            parts.push(line.into_iter().collect());
            line = rest;
            length = LONGEST;
        }
        if length > 0 && length + 1 + line.len() > LONGEST {
            parts.push(String::new());
            length = 0;
        }
        if let Some(part) = parts.last_mut() {
            if length > 0 {
                part.push('\n');
                length += 1;
            }
            length += line.len();
            part.extend(line);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_a_reply() {
        let rows = [
            ("*Promo*_", "“∗Promo∗ˍ”"),
            ("a\n✅ done", "“a ✅ done”"),
            ("x\u{202e}y\u{200b}\u{7}", "“xy”"),
            ("~`~", "“∼ˋ∼”"),
        ];
        for (name, expected) in rows {
            assert_eq!(quoted(name), expected);
        }
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), LONGEST_NAME + 2);
    }

    #[test]
    fn long_replies_are_cut_at_line_ends() {
        let line = "x".repeat(90);
        let text = vec![line.as_str(); 200].join("\n");
        let parts = split(&text);
        assert!(parts.len() > 4 && parts.iter().all(|part| part.chars().count() <= LONGEST));
        assert_eq!(parts.join("\n"), text);
        assert!(split(&"y".repeat(9_000)).iter().all(|part| part.chars().count() <= LONGEST));
    }
}

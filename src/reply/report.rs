//! What became of each group of a link or unlink: a line a group, whatever the language.

use super::Speech;
use super::words::{MOST_CANDIDATES, candidates, quoted};
use crate::i18n::Value;

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
    /// How many people are in the groups, where that was looked up.
    pub people: Option<usize>,
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
    /// ➡️ It would be done.
    Would,
    /// ➡️ It would leave this community, and be linked to the other.
    WouldMove(String),
    /// ❌ It did not leave this community, for this reason.
    Stays(String, String),
    /// ❓ It may have left this community; the reason why that is not known.
    PerhapsStays(String, String),
    /// ❌ It could not be linked, and is back in the community that it had left, for this reason.
    Back(String, String),
    /// ❌ It left this community and could not be linked, for this reason; it is in none now.
    Stray(String, String),
    /// ❓ It left this community and could not be linked, for this reason; whether it is back could not be seen.
    PerhapsBack(String, String),
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
        /// The number by which the first one is chosen; 0 where none is.
        first: usize,
    },
    /// ❌ No group matches the pattern.
    NoMatch,
    /// ❌ Several groups have this name or begin so.
    Unclear {
        /// Their names, with ids where the names are the same.
        candidates: Vec<String>,
        /// The number by which the first one is chosen; 0 where none is.
        first: usize,
    },
    /// ❌ `here` outside a group.
    NotHere,
    /// ❌ An invitation to a group that the bot's number is not in.
    Outside,
    /// ❌ An invitation that leads nowhere.
    Nowhere,
    /// ❌ The admin of a community is no admin of this group.
    NotTheirs,
    /// ❌ Z-API cannot be used, explained in the person's language.
    Trouble(String),
    /// ❌ The order was cancelled before.
    Cancelled,
    /// ❓ The call had no answer, explained in the person's language, and the community does not show it.
    NoAnswer(String),
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
            Self::Would | Self::WouldMove(_) => "➡️",
            Self::WasSo => "☑️",
            Self::Elsewhere(_) => "⚠️",
            Self::NoAnswer(_) | Self::NotShown | Self::NotRead => "❓",
            Self::PerhapsStays(..) | Self::PerhapsBack(..) => "❓",
            _ => "❌",
        }
    }
}

impl Fate {
    /// It is done, or may be: who takes the order back takes this back.
    pub fn may_be_done(&self) -> bool {
        matches!(
            self,
            Self::Done
                | Self::NoAnswer(_)
                | Self::NotShown
                | Self::NotRead
                | Self::PerhapsStays(..)
                | Self::PerhapsBack(..)
                | Self::Stray(..)
        )
    }

    /// Why it was not done, or is not known, as a part of a sentence.
    pub fn reason(&self, speech: &Speech) -> String {
        let reason = match self {
            Self::Refused(Some(reason)) => speech.text("refused", &[("reason", (&quoted(reason)).into())]),
            Self::Refused(None) => speech.text("refused-plain", &[]),
            Self::Trouble(explained) | Self::NoAnswer(explained) => explained.clone(),
            Self::Cancelled => speech.text("cancelled-before", &[]),
            Self::NotShown => speech.text("moved-not-shown", &[]),
            _ => speech.text("moved-not-read", &[]),
        };
        reason.trim_end_matches('.').to_owned()
    }

    /// What was meant is chosen by number.
    fn is_choice(&self) -> bool {
        match self {
            Self::Unknown { nearest, first } => *first > 0 && !nearest.is_empty(),
            Self::Unclear { first, .. } => *first > 0,
            _ => false,
        }
    }
}

impl Report {
    /// Some group was not understood, and nothing was done to the others: they were so before.
    pub(super) fn is_mistake(&self) -> bool {
        let is_unclear = |line: &Line| {
            matches!(
                line.fate,
                Fate::Unknown { .. }
                    | Fate::NoMatch
                    | Fate::Unclear { .. }
                    | Fate::NotHere
                    | Fate::Outside
                    | Fate::Nowhere
            )
        };
        let was_so = |line: &Line| line.fate == Fate::WasSo;
        self.lines.iter().all(|line| is_unclear(line) || was_so(line)) && !self.lines.iter().all(was_so)
    }

    pub(super) fn text(&self, speech: &Speech) -> String {
        let is_so =
            |line: &&Line| matches!(line.fate, Fate::Done | Fate::WasSo | Fate::Would | Fate::WouldMove(_));
        let community = quoted(&self.community);
        let is_shown_first =
            self.lines.iter().any(|line| matches!(line.fate, Fate::Would | Fate::WouldMove(_)));
        let head = match (self.is_link, is_shown_first) {
            (true, false) => "linked",
            (false, false) => "unlinked",
            (true, true) => "would-link",
            (false, true) => "would-unlink",
        };
        let mut lines = vec![speech.text(
            head,
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
        if let Some(count) = self.people {
            lines.push(speech.text("people-concerned", &[("count", count.into())]));
        }
        let is_unknown =
            |line: &Line| matches!(&line.fate, Fate::Unknown { nearest, .. } if nearest.is_empty());
        if self.lines.iter().any(|line| line.fate.is_choice()) {
            lines.push(speech.text("choose", &[]));
        } else if self.is_mistake() && self.lines.iter().any(is_unknown) {
            lines.push(speech.text("see-groups", &[("order", (&speech.order("groups", &[])).into())]));
        }
        lines.join("\n")
    }

    fn line(&self, line: &Line, speech: &Speech) -> String {
        let name = quoted(&line.name);
        let mark = line.fate.mark();
        let say = |key, values: &[(&str, Value<'_>)]| speech.text(key, values);
        let named = |key, values: &[(&str, Value<'_>)]| {
            let values = [&[("name", Value::from(&name))], values].concat();
            format!("{mark} {}", say(key, &values))
        };
        match &line.fate {
            Fate::Done | Fate::Would => format!("{mark} {name}"),
            Fate::Unknown { nearest, .. } if nearest.is_empty() => named("no-group", &[]),
            Fate::Unknown { nearest, first } => {
                named("no-group-nearest", &[("candidates", (&candidates(nearest, *first)).into())])
            }
            Fate::NoMatch if line.name.chars().all(|c| c == '*') => named("bare-pattern", &[]),
            Fate::NoMatch => named("no-pattern", &[]),
            Fate::Unclear { candidates: names, first } => {
                let more = names.len().saturating_sub(MOST_CANDIDATES);
                let shown = candidates(&names[..names.len() - more], *first);
                match more {
                    0 => named("many-groups", &[("candidates", (&shown).into())]),
                    more => {
                        named("many-groups-more", &[("candidates", (&shown).into()), ("count", more.into())])
                    }
                }
            }
            Fate::NotHere => named("no-here", &[]),
            fate => format!("{mark} {name}: {}", self.why(fate, &line.name, speech)),
        }
    }

    /// Why a group is where it is.
    fn why(&self, fate: &Fate, name: &str, speech: &Speech) -> String {
        let say = |key, values: &[(&str, Value<'_>)]| speech.text(key, values);
        let look = || speech.order("community", &[&self.community]);
        let moved = |key, from: &str, reason: &str, order: &str| {
            let from = quoted(from);
            say(key, &[("reason", reason.into()), ("community", (&from).into()), ("order", order.into())])
        };
        match fate {
            Fate::WasSo => say(if self.is_link { "was-linked" } else { "was-unlinked" }, &[]),
            Fate::Elsewhere(None) => say("elsewhere-unnamed", &[]),
            Fate::Elsewhere(Some(community)) => {
                let order = speech.order("move", &[name, &self.community]);
                let community = quoted(community);
                let values = [("community", Value::from(&community)), ("order", Value::from(&order))];
                if self.is_link { say("elsewhere", &values) } else { say("elsewhere-unlink", &values[..1]) }
            }
            Fate::WouldMove(from) => say("would-move", &[("community", (&quoted(from)).into())]),
            Fate::Stays(from, reason) => moved("moved-not", from, reason, ""),
            Fate::PerhapsStays(from, reason) => {
                moved("moved-perhaps-not", from, reason, &speech.order("community", &[from]))
            }
            Fate::Back(from, reason) => moved("moved-back", from, reason, ""),
            Fate::Stray(from, reason) => {
                moved("moved-astray", from, reason, &speech.order("link", &[from, name]))
            }
            Fate::PerhapsBack(from, reason) => {
                moved("moved-perhaps-back", from, reason, &speech.order("link", &[from, name]))
            }
            Fate::Announcement => say("announcement", &[]),
            Fate::MustStay => say("must-stay", &[]),
            Fate::Gone => say("group-gone", &[]),
            Fate::Refused(Some(reason)) => say("refused", &[("reason", (&quoted(reason)).into())]),
            Fate::Refused(None) => say("refused-plain", &[]),
            Fate::Outside => say("outside-invitation", &[]),
            Fate::Nowhere => say("dead-invitation", &[]),
            Fate::NotTheirs => say("group-not-theirs", &[]),
            Fate::Trouble(explained) => explained.clone(),
            Fate::Cancelled => say("cancelled-before", &[]),
            Fate::NoAnswer(reason) => {
                say("not-shown-after", &[("reason", reason.into()), ("order", (&look()).into())])
            }
            Fate::NotShown => say("not-shown", &[("order", (&look()).into())]),
            Fate::NotRead
            | Fate::Done
            | Fate::Would
            | Fate::Unknown { .. }
            | Fate::NoMatch
            | Fate::Unclear { .. }
            | Fate::NotHere => say("not-read", &[("order", (&look()).into())]),
        }
    }
}

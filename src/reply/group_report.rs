//! The report on the groups of a link or unlink: a line for each, in any language.

use super::Localizer;
use super::format::{MAX_CANDIDATES, format_candidates, quote};
use crate::i18n::Value;

/// The report on each group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupReport {
    /// Whether they were linked or unlinked.
    pub is_link: bool,
    /// The community's name.
    pub community: String,
    /// A line for each group.
    pub lines: Vec<GroupLine>,
    /// The people in the groups, where they were counted.
    pub people: Option<usize>,
}

/// A group and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupLine {
    /// The group's name, else what was typed.
    pub name: String,
    /// The outcome.
    pub outcome: GroupOutcome,
}

/// The outcome of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupOutcome {
    /// ✅ Done now.
    Done,
    /// ➡️ It would be done.
    WouldChange,
    /// ➡️ It would leave this community, and be linked to the other.
    WouldMove(String),
    /// ❌ It did not leave this community, for this reason.
    Stays(String, String),
    /// ❓ It may have left this community; why that is not known.
    PerhapsStays(String, String),
    /// ❌ It could not be linked, and is back in the community that it had left, for this reason.
    MovedBack(String, String),
    /// ❌ It left this community and could not be linked, for this reason; it is in none now.
    InNoCommunity(String, String),
    /// ❓ It left this community and could not be linked, for this reason; whether it is back is not known.
    MaybeMovedBack(String, String),
    /// ☑️ Already done.
    AlreadyDone,
    /// ⚠️ It belongs to another community, with its name if known.
    InOtherCommunity(Option<String>),
    /// ❌ It is an announcement group.
    Announcement,
    /// ❌ It is a community.
    IsCommunity,
    /// ❌ A community keeps at least one group.
    LastGroup,
    /// ❌ The community holds as many groups as it can, which is this many.
    CommunityFull(usize),
    /// ❌ No such group, or the bot is not in it.
    Gone,
    /// ❌ Z-API rejected it, with this text.
    Refused(Option<String>),
    /// ❌ No group has this name.
    NameNotFound {
        /// The nearest names.
        suggestions: Vec<String>,
        /// The number of the first one; 0 for none.
        first_number: usize,
    },
    /// ❌ No group matches the pattern.
    PatternNotFound,
    /// ❌ Several groups have this name or begin with it.
    Ambiguous {
        /// Their names, with ids where the names are the same.
        candidates: Vec<String>,
        /// The number by which the first one is chosen; 0 where none is.
        first_number: usize,
    },
    /// ❌ `here` outside a group.
    NotInChat,
    /// ❌ An invitation to a group that the bot's number is not in.
    BotNotMember,
    /// ❌ An invitation that is no longer valid.
    ExpiredInvite,
    /// ❌ The admin of a community is no admin of this group.
    NotAdmin,
    /// ❌ Z-API failed, explained in the admin's language.
    ApiError(String),
    /// ❌ The command was cancelled before.
    Cancelled,
    /// ❓ The call had no response, explained in the admin's language, and the community does not show it.
    NoResponse(String),
    /// ❓ Z-API accepted it, the community does not show it.
    NotVisible,
    /// ❓ It could not be read back.
    NotReadBack,
}

impl GroupOutcome {
    /// The status icon of its line.
    pub fn icon(&self) -> &'static str {
        match self {
            Self::Done => "✅",
            Self::WouldChange | Self::WouldMove(_) => "➡️",
            Self::AlreadyDone => "☑️",
            Self::InOtherCommunity(_) => "⚠️",
            Self::NoResponse(_) | Self::NotVisible | Self::NotReadBack => "❓",
            Self::PerhapsStays(..) | Self::MaybeMovedBack(..) => "❓",
            _ => "❌",
        }
    }
}

impl GroupOutcome {
    /// Whether it is done, or may be: then undo includes it.
    pub fn may_be_done(&self) -> bool {
        matches!(
            self,
            Self::Done
                | Self::NoResponse(_)
                | Self::NotVisible
                | Self::NotReadBack
                | Self::PerhapsStays(..)
                | Self::MaybeMovedBack(..)
                | Self::InNoCommunity(..)
        )
    }

    /// Why it was not done, or is not known, as a part of a sentence.
    pub fn reason(&self, localizer: &Localizer) -> String {
        let reason = match self {
            Self::Refused(Some(reason)) => localizer.text("rejected", &[("reason", (&quote(reason)).into())]),
            Self::Refused(None) => localizer.text("rejected-plain", &[]),
            Self::ApiError(explained) | Self::NoResponse(explained) => explained.clone(),
            Self::Cancelled => localizer.text("cancelled-before-start", &[]),
            Self::NotVisible => localizer.text("moved-not-shown", &[]),
            _ => localizer.text("moved-not-read-back", &[]),
        };
        reason.trim_end_matches('.').to_owned()
    }

    /// The number of candidates that can be chosen.
    fn count_choices(&self) -> usize {
        match self {
            Self::NameNotFound { suggestions: names, first_number }
            | Self::Ambiguous { candidates: names, first_number }
                if *first_number > 0 =>
            {
                names.len().min(MAX_CANDIDATES)
            }
            _ => 0,
        }
    }
}

impl GroupReport {
    /// Whether some group was not understood, and nothing was done to the others.
    pub(super) fn is_usage_error(&self) -> bool {
        let is_unclear = |line: &GroupLine| {
            matches!(
                line.outcome,
                GroupOutcome::NameNotFound { .. }
                    | GroupOutcome::PatternNotFound
                    | GroupOutcome::Ambiguous { .. }
                    | GroupOutcome::NotInChat
                    | GroupOutcome::IsCommunity
                    | GroupOutcome::BotNotMember
                    | GroupOutcome::ExpiredInvite
            )
        };
        let was_so = |line: &GroupLine| line.outcome == GroupOutcome::AlreadyDone;
        self.lines.iter().all(|line| is_unclear(line) || was_so(line)) && !self.lines.iter().all(was_so)
    }

    pub(super) fn render(&self, localizer: &Localizer) -> String {
        let was_so = |line: &GroupLine| line.outcome == GroupOutcome::AlreadyDone;
        // A group that was not in the community has not left it.
        let is_so = |line: &&GroupLine| match line.outcome {
            GroupOutcome::Done | GroupOutcome::WouldChange | GroupOutcome::WouldMove(_) => true,
            GroupOutcome::AlreadyDone => self.is_link,
            _ => false,
        };
        let community = quote(&self.community);
        let is_shown_first = self
            .lines
            .iter()
            .any(|line| matches!(line.outcome, GroupOutcome::WouldChange | GroupOutcome::WouldMove(_)));
        let is_none_certain = self.lines.len() > 1
            && !self.lines.iter().any(|line| is_so(&line))
            && self.lines.iter().any(|line| line.outcome.icon() == "❓");
        let head = match (self.is_link, is_shown_first) {
            _ if self.lines.iter().all(was_so) => "nothing-changed",
            _ if is_none_certain => "none-certain",
            (true, false) => "linked",
            (false, false) => "unlinked",
            (true, true) => "would-link",
            (false, true) => "would-unlink",
        };
        let mut lines: Vec<String> =
            self.lines.iter().map(|line| self.render_line(line, localizer)).collect();
        // The report on one group is one line.
        if let [line] = self.lines.as_slice() {
            lines = vec![self.render_only_line(line, head, localizer)];
        } else {
            let values = [
                ("done", self.lines.iter().filter(is_so).count().into()),
                ("all", self.lines.len().into()),
                ("community", (&community).into()),
            ];
            lines.insert(0, localizer.text(head, &values));
        }
        if let Some(count) = self.people {
            lines.push(localizer.text("people-concerned", &[("count", count.into())]));
        }
        let is_unknown = |line: &GroupLine| matches!(&line.outcome, GroupOutcome::NameNotFound { suggestions, .. } if suggestions.is_empty());
        let choices = self.count_choices();
        if choices > 0 {
            lines.push(localizer.text("choose", &[("count", choices.into())]));
        } else if self.is_usage_error() && self.lines.iter().any(is_unknown) {
            lines.push(
                localizer
                    .text("see-groups", &[("command", (&localizer.format_command("groups", &[])).into())]),
            );
        }
        lines.join("\n")
    }

    /// The number of candidates that can be chosen.
    fn count_choices(&self) -> usize {
        self.lines.iter().map(|line| line.outcome.count_choices()).sum()
    }

    /// The report on one group: its change as a sentence, or its line.
    fn render_only_line(&self, line: &GroupLine, head: &str, localizer: &Localizer) -> String {
        let (name, community) = (quote(&line.name), quote(&self.community));
        let mut from = String::new();
        let key = match &line.outcome {
            GroupOutcome::Done | GroupOutcome::WouldChange => format!("{head}-one"),
            GroupOutcome::AlreadyDone if self.is_link => "already-linked-one".to_owned(),
            GroupOutcome::AlreadyDone => "already-unlinked-one".to_owned(),
            GroupOutcome::WouldMove(source) => {
                from = quote(source);
                "would-move-one".to_owned()
            }
            _ => return self.render_line(line, localizer),
        };
        let values = [("name", (&name).into()), ("community", (&community).into()), ("from", (&from).into())];
        format!("{} {}", line.outcome.icon(), localizer.text(&key, &values))
    }

    fn render_line(&self, line: &GroupLine, localizer: &Localizer) -> String {
        let name = quote(&line.name);
        let icon = line.outcome.icon();
        let say = |key, values: &[(&str, Value<'_>)]| localizer.text(key, values);
        let named = |key, values: &[(&str, Value<'_>)]| {
            let values = [&[("name", Value::from(&name))], values].concat();
            format!("{icon} {}", say(key, &values))
        };
        match &line.outcome {
            GroupOutcome::Done | GroupOutcome::WouldChange => format!("{icon} {name}"),
            GroupOutcome::NameNotFound { suggestions: nearest, .. } if nearest.is_empty() => {
                named("no-group", &[])
            }
            GroupOutcome::NameNotFound { suggestions: nearest, first_number: first } => {
                let first = if self.count_choices() == 1 { 0 } else { *first };
                named("no-group-nearest", &[("candidates", (&format_candidates(nearest, first)).into())])
            }
            GroupOutcome::PatternNotFound if line.name.chars().all(|c| c == '*') => {
                named("bare-pattern", &[])
            }
            GroupOutcome::PatternNotFound => named("no-pattern", &[]),
            GroupOutcome::Ambiguous { candidates: names, first_number: first } => {
                let more = names.len().saturating_sub(MAX_CANDIDATES);
                let shown = format_candidates(&names[..names.len() - more], *first);
                match more {
                    0 => named("many-groups", &[("candidates", (&shown).into())]),
                    more => {
                        named("many-groups-more", &[("candidates", (&shown).into()), ("count", more.into())])
                    }
                }
            }
            GroupOutcome::NotInChat => named("no-here", &[]),
            outcome => format!("{icon} {name}: {}", self.render_reason(outcome, &line.name, localizer)),
        }
    }

    /// Why a group is where it is.
    fn render_reason(&self, outcome: &GroupOutcome, name: &str, localizer: &Localizer) -> String {
        let say = |key, values: &[(&str, Value<'_>)]| localizer.text(key, values);
        let look = || localizer.format_command("community", &[&self.community]);
        let moved = |key, from: &str, reason: &str, command: &str| {
            let from = quote(from);
            say(key, &[("reason", reason.into()), ("community", (&from).into()), ("command", command.into())])
        };
        match outcome {
            GroupOutcome::AlreadyDone => {
                say(if self.is_link { "already-linked" } else { "already-unlinked" }, &[])
            }
            GroupOutcome::InOtherCommunity(None) => say("elsewhere-unnamed", &[]),
            GroupOutcome::InOtherCommunity(Some(community)) => {
                let command = localizer.format_command("move", &[name, &self.community]);
                let community = quote(community);
                let values = [("community", Value::from(&community)), ("command", Value::from(&command))];
                if self.is_link { say("elsewhere", &values) } else { say("elsewhere-unlink", &values[..1]) }
            }
            GroupOutcome::WouldMove(from) => say("would-move", &[("community", (&quote(from)).into())]),
            GroupOutcome::Stays(from, reason) => moved("moved-not", from, reason, ""),
            GroupOutcome::PerhapsStays(from, reason) => {
                moved("moved-maybe-not", from, reason, &localizer.format_command("link", &[from, name]))
            }
            GroupOutcome::MovedBack(from, reason) => moved("moved-back", from, reason, ""),
            GroupOutcome::InNoCommunity(from, reason) => {
                moved("moved-unlinked", from, reason, &localizer.format_command("link", &[from, name]))
            }
            GroupOutcome::MaybeMovedBack(from, reason) => {
                moved("moved-maybe-back", from, reason, &localizer.format_command("link", &[from, name]))
            }
            GroupOutcome::Announcement => say("announcement", &[]),
            GroupOutcome::IsCommunity => say("is-community", &[]),
            GroupOutcome::LastGroup => say("last-group", &[]),
            GroupOutcome::CommunityFull(limit) => {
                let community = quote(&self.community);
                say("community-full", &[("community", (&community).into()), ("limit", (*limit).into())])
            }
            GroupOutcome::Gone => say("group-gone", &[]),
            GroupOutcome::Refused(Some(reason)) => say("rejected", &[("reason", (&quote(reason)).into())]),
            GroupOutcome::Refused(None) => say("rejected-plain", &[]),
            GroupOutcome::BotNotMember => say("invitation-not-a-member", &[]),
            GroupOutcome::ExpiredInvite => say("invitation-expired", &[]),
            GroupOutcome::NotAdmin => say("group-not-admin", &[]),
            GroupOutcome::ApiError(explained) => explained.clone(),
            GroupOutcome::Cancelled => say("cancelled-before-start", &[]),
            GroupOutcome::NoResponse(reason) => {
                say("not-shown-after", &[("reason", reason.into()), ("command", (&look()).into())])
            }
            GroupOutcome::NotVisible => say("not-shown", &[("command", (&look()).into())]),
            GroupOutcome::NotReadBack
            | GroupOutcome::Done
            | GroupOutcome::WouldChange
            | GroupOutcome::NameNotFound { .. }
            | GroupOutcome::PatternNotFound
            | GroupOutcome::Ambiguous { .. }
            | GroupOutcome::NotInChat => say("not-read-back", &[("command", (&look()).into())]),
        }
    }
}

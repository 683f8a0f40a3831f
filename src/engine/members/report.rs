//! The report: a first line with counts, then a line for each person with a status icon; one line for one person
//! (CONTRACT §5).

use crate::domain::Phone;
use crate::engine::members::action::{MemberAction, MemberChange};
use crate::engine::members::outcome::{MemberOutcome, MemberOutcomes};
use crate::engine::members::plan::{MemberItem, MemberPlan, MemberPriorState};
use crate::reply::{Reply, ReplyLine, quote};

impl MemberPlan {
    /// The report on each person.
    pub fn build_reply(&self, change: &MemberChange, mut ends: MemberOutcomes) -> Reply {
        let lines = self.items.iter().enumerate().map(|(at, item)| match item.prior {
            MemberPriorState::Pending => {
                self.outcome_line(change, item, ends.remove(&at).unwrap_or(MemberOutcome::NotReadBack))
            }
            _ => self.prior_state_line(change, item),
        });
        self.assemble_reply(change, change.done_key, lines.collect())
    }

    /// The preview.
    pub fn preview(&self, change: &MemberChange) -> Reply {
        let lines = self.items.iter().map(|item| match item.prior {
            MemberPriorState::Pending => item.person_line(self.line(change.preview_key).with_icon("➡️")),
            _ => self.prior_state_line(change, item),
        });
        self.assemble_reply(change, change.preview_key, lines.collect())
    }

    /// The line for a person as wanted: a sentence about the only one, else their name below the first line.
    fn line(&self, key: &'static str) -> ReplyLine {
        match self.items.len() {
            1 => ReplyLine::new(format!("{key}-one")).name("community", self.name.as_str()),
            _ => ReplyLine::new("person"),
        }
    }

    fn assemble_reply(&self, change: &MemberChange, head: &'static str, lines: Vec<ReplyLine>) -> Reply {
        if lines.len() == 1 {
            return Reply::Lines(lines);
        }
        let was_so = |line: &ReplyLine| line.icon() == Some("☑️");
        // A person who was not in the community has not left it.
        let is_taken_away = matches!(change.action, MemberAction::Remove | MemberAction::Demote);
        let is_so = |line: &&ReplyLine| match line.icon() {
            Some("☑️") => !is_taken_away,
            icon => matches!(icon, Some("✅" | "➡️")),
        };
        let is_unclear = |line: &ReplyLine| line.icon() == Some("❓");
        let head = match () {
            () if lines.iter().all(was_so) => "nothing-changed",
            () if !lines.iter().any(|line| is_so(&line)) && lines.iter().any(is_unclear) => "none-certain",
            () => head,
        };
        let head = ReplyLine::new(head)
            .with_count("done", lines.iter().filter(is_so).count())
            .with_count("all", lines.len())
            .name("community", self.name.as_str());
        Reply::Lines(std::iter::once(head).chain(lines).collect())
    }

    /// The line for a person that needs no call.
    fn prior_state_line(&self, change: &MemberChange, item: &MemberItem) -> ReplyLine {
        let typo = |key| ReplyLine::not_done(key).name("typed", item.typed.as_str());
        match item.prior {
            MemberPriorState::NoNumber => typo("person-no-number"),
            MemberPriorState::NoCountry => typo("person-no-country"),
            MemberPriorState::Ambiguous => typo("person-ambiguous"),
            MemberPriorState::AlreadyDone | MemberPriorState::Pending => {
                let line = match self.items.len() {
                    1 => self.line(change.already_done_key),
                    _ => ReplyLine::new(change.already_done_key),
                };
                item.person_line(line.with_icon("☑️"))
            }
            MemberPriorState::NoWhatsApp => item.person_line(ReplyLine::not_done("person-no-whatsapp")),
            MemberPriorState::Owner => item.person_line(ReplyLine::not_done("person-owner")),
            MemberPriorState::Bot => item.person_line(ReplyLine::not_done("person-bot")),
            MemberPriorState::NotAMember if change.action == MemberAction::Promote => {
                self.with_command("add", item, ReplyLine::not_done("person-not-in-add"))
            }
            MemberPriorState::NotAMember => item.person_line(ReplyLine::not_done("person-not-in")),
            MemberPriorState::Hidden if item.phone().is_none() => {
                item.person_line(ReplyLine::unknown("person-hidden-lid"))
            }
            MemberPriorState::Hidden if change.action == MemberAction::Promote => {
                self.with_command("add", item, ReplyLine::unknown("person-hidden-add"))
            }
            MemberPriorState::Hidden => item.person_line(ReplyLine::unknown("person-hidden")),
        }
    }

    fn outcome_line(&self, change: &MemberChange, item: &MemberItem, end: MemberOutcome) -> ReplyLine {
        match end {
            MemberOutcome::Done => item.person_line(self.line(change.done_key).with_icon("✅")),
            MemberOutcome::Invited => item.person_line(ReplyLine::new("person-invited").with_icon("⚠️")),
            MemberOutcome::AddedOrInvited => item.person_line(ReplyLine::unknown("person-in-or-invited")),
            MemberOutcome::MaybeInvited => {
                self.with_command("add", item, ReplyLine::unknown("person-maybe-invited"))
            }
            MemberOutcome::Full => item
                .person_line(ReplyLine::not_done("person-too-many-admins"))
                .with_command("command", "demote", &[self.name.as_str()]),
            MemberOutcome::Refused(Some(lines)) => {
                item.person_line(ReplyLine::not_done("person-rejected")).name("reason", lines)
            }
            MemberOutcome::Refused(None) => item.person_line(ReplyLine::not_done("person-rejected-plain")),
            MemberOutcome::ApiError(explained) => {
                item.person_line(ReplyLine::not_done("person-failed")).with_plain("reason", explained)
            }
            MemberOutcome::Cancelled => item.person_line(ReplyLine::not_done("person-cancelled")),
            MemberOutcome::NoResponse(reason) => {
                let line = ReplyLine::unknown("person-not-shown-after").with_plain("reason", reason);
                self.with_command(change.command, item, line)
            }
            MemberOutcome::NotVisible => {
                self.with_command(change.command, item, ReplyLine::unknown("person-not-shown"))
            }
            MemberOutcome::NotReadBack => {
                self.with_command(change.command, item, ReplyLine::unknown("person-not-read-back"))
            }
        }
    }

    /// A line for a person, with a ready-made command for them alone.
    fn with_command(&self, command: &'static str, item: &MemberItem, line: ReplyLine) -> ReplyLine {
        let words = [self.name.as_str(), &item.to_argument().unwrap_or_default()];
        item.person_line(line).with_command("command", command, &words)
    }
}

impl MemberItem {
    /// A line for a person: number or lid, and name.
    fn person_line(&self, line: ReplyLine) -> ReplyLine {
        let number = self.phone().map(Phone::display).or_else(|| self.lid.clone()).unwrap_or_default();
        let name = self.name.as_ref().map(|name| format!(" {}", quote(name))).unwrap_or_default();
        line.with_plain("who", number + &name)
    }
}

//! The report on people, and the preview.

use crate::domain::Person;
use crate::engine::members::plan::{MemberAction, MemberItem, MemberPlan};
use crate::engine::outcome::{ItemOutcome, ItemOutcomes, PriorState};
use crate::engine::report::{wanted_line, with_first_line};
use crate::reply::{ReplyLine, quote};

impl MemberPlan {
    /// The report on each person.
    pub fn report_lines(&self, outcomes: &ItemOutcomes) -> Vec<ReplyLine> {
        self.build_lines("done", |at, item| {
            self.outcome_line(item, outcomes.get(&at).unwrap_or(&ItemOutcome::NotReadBack))
        })
    }

    /// The preview.
    pub fn preview_lines(&self) -> Vec<ReplyLine> {
        self.build_lines("would", |_, item| self.wanted_line(item, "would", "person").with_icon("➡️"))
    }

    fn build_lines(
        &self,
        suffix: &str,
        pending_line: impl Fn(usize, &MemberItem) -> ReplyLine,
    ) -> Vec<ReplyLine> {
        let lines = self.items.iter().enumerate().map(|(at, item)| match item.prior {
            PriorState::Pending => pending_line(at, item),
            _ => self.prior_line(item),
        });
        let takes_away = matches!(self.action, MemberAction::Remove | MemberAction::Demote);
        with_first_line(self.key(suffix), &self.name, takes_away, lines.collect())
    }

    /// The key of a text of its command.
    fn key(&self, suffix: &str) -> String {
        format!("{}-{suffix}", self.action.command())
    }

    fn wanted_line(&self, item: &MemberItem, suffix: &str, below: &str) -> ReplyLine {
        item.fill_name(wanted_line(self.items.len(), &self.key(suffix), below)).name("community", &self.name)
    }

    /// The line for a person that needs no call.
    fn prior_line(&self, item: &MemberItem) -> ReplyLine {
        let line = match &item.prior {
            PriorState::Impossible(key) => ReplyLine::not_done(key.clone()),
            PriorState::Unknown(key) => ReplyLine::unknown(key.clone()),
            _ => return self.wanted_line(item, "already", &self.key("already")).with_icon("☑️"),
        };
        self.with_command("add", item, line.name("typed", &item.typed))
    }

    fn outcome_line(&self, item: &MemberItem, outcome: &ItemOutcome) -> ReplyLine {
        let line = outcome.line("person");
        match outcome {
            ItemOutcome::Done => self.wanted_line(item, "done", "person").with_icon("✅"),
            ItemOutcome::MaybeInvited => self.with_command("add", item, line),
            ItemOutcome::TooManyAdmins => {
                item.fill_name(line).with_command("command", "demote", &[&self.name])
            }
            _ => self.with_command(self.action.command(), item, line),
        }
    }

    /// A line for a person, with a ready-made command for them alone.
    fn with_command(&self, command: &'static str, item: &MemberItem, line: ReplyLine) -> ReplyLine {
        let words = [self.name.as_str(), &item.to_argument().unwrap_or_default()];
        item.fill_name(line).with_command("command", command, &words)
    }
}

impl MemberItem {
    /// Fills in number or lid, and name.
    fn fill_name(&self, line: ReplyLine) -> ReplyLine {
        let number = Person { phone: self.phone, lid: self.lid }.display();
        let name = self.name.as_ref().map(|name| format!(" {}", quote(name))).unwrap_or_default();
        line.with_plain("who", number + &name)
    }
}

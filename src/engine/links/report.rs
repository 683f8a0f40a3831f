//! The report on groups, and the preview.

use crate::engine::links::plan::{LinkAction, LinkPlan, PlanItem};
use crate::engine::outcome::{ItemOutcome, ItemOutcomes, PriorState};
use crate::engine::report::{wanted_line, with_first_line};
use crate::parse::numbers::{MAX_OPTIONS, parse_numbers};
use crate::reply::{MAX_CANDIDATES, ReplyLine};

impl LinkPlan {
    /// The report, from the state before and the outcome of each group.
    pub fn report_lines(&self, outcomes: &ItemOutcomes) -> Vec<ReplyLine> {
        self.build_lines("done", &self.first_numbers(), |at, item| {
            self.outcome_line(item, outcomes.get(&at).unwrap_or(&ItemOutcome::NotReadBack))
        })
    }

    /// The preview, with the number of people in the groups, where they were counted.
    pub fn preview_lines(&self, people: Option<usize>) -> Vec<ReplyLine> {
        let suffix = if self.items.iter().any(PlanItem::is_pending) { "would" } else { "done" };
        let no_numbers = vec![0; self.items.len()];
        let mut lines = self.build_lines(suffix, &no_numbers, |_, item| self.preview_line(item));
        lines.extend(people.map(|count| ReplyLine::new("people-concerned").with_count("count", count)));
        lines
    }

    /// All lines. `first_numbers` has the number of the first candidate of each item, 0 for none.
    fn build_lines(
        &self,
        suffix: &str,
        first_numbers: &[usize],
        pending_line: impl Fn(usize, &PlanItem) -> ReplyLine,
    ) -> Vec<ReplyLine> {
        let numbered = self.items.iter().zip(first_numbers).filter(|(_, first)| **first > 0);
        let choices: usize = numbered.map(|(item, _)| item.choices.len()).sum();
        let lines = self.items.iter().zip(first_numbers).enumerate();
        let lines = lines.map(|(at, (item, first))| match item.is_pending() {
            true => pending_line(at, item),
            false => self.prior_line(item, *first, choices == 1),
        });
        let key = format!("{}-{suffix}", self.text_key());
        let mut lines = with_first_line(key, &self.name, !self.action.links(), lines.collect());
        let is_unknown = |item: &PlanItem| item.prior == PriorState::NameNotFound && item.choices.is_empty();
        if choices > 0 {
            lines.push(ReplyLine::new("choose").with_count("count", choices));
        } else if self.is_usage_error() && self.items.iter().any(is_unknown) {
            lines.push(ReplyLine::new("see-groups").with_command("command", "groups", &[]));
            let may_be_person = |item: &PlanItem| is_unknown(item) && parse_numbers(&item.name).is_none();
            let people = if self.action.links() { "add" } else { "remove" };
            let see_people = ReplyLine::new("see-people").with_command("command", people, &[&self.name]);
            lines.extend(self.items.iter().any(may_be_person).then_some(see_people));
        }
        lines
    }

    /// The beginning of the keys of its texts.
    fn text_key(&self) -> &'static str {
        if self.action.links() { "link" } else { "unlink" }
    }

    /// The number of the first candidate of each item; 0 where none can be chosen.
    fn first_numbers(&self) -> Vec<usize> {
        let mut next = 1;
        let number = |item: &PlanItem| {
            let first = next;
            next += item.choices.len();
            let is_numbered = !item.choices.is_empty() && next <= MAX_OPTIONS + 1;
            if is_numbered { first } else { 0 }
        };
        self.items.iter().map(number).collect()
    }

    fn preview_line(&self, item: &PlanItem) -> ReplyLine {
        let line = match &item.source {
            Some(source) => {
                let line = wanted_line(self.items.len(), "move-would", "move-would");
                line.name("from", source.display_name())
            }
            None => wanted_line(self.items.len(), &format!("{}-would", self.text_key()), "group"),
        };
        self.fill_names(item, line).with_icon("➡️")
    }

    fn outcome_line(&self, item: &PlanItem, outcome: &ItemOutcome) -> ReplyLine {
        let (name, community) = (item.name.as_str(), self.name.as_str());
        let command = match outcome {
            ItemOutcome::Done => {
                let key = format!("{}-done", self.text_key());
                let line = wanted_line(self.items.len(), &key, "group").with_icon("✅");
                return self.fill_names(item, line);
            }
            ItemOutcome::InOtherCommunity(_) => ("move", vec![name, community]),
            ItemOutcome::NotMoved { from, .. } => ("link", vec![from.as_str(), name]),
            _ => ("community", vec![community]),
        };
        outcome.line("group").name("name", name).with_command("command", command.0, &command.1)
    }

    /// The line of a group that needs no call. `first` is the number of its first candidate, 0 for none; `is_only`:
    /// there is no other candidate, so a yes chooses it.
    fn prior_line(&self, item: &PlanItem, first: usize, is_only: bool) -> ReplyLine {
        let with_candidates = |line: ReplyLine, first| {
            let names = item.choices.iter().map(|(_, name)| name.clone()).collect();
            line.with_candidates("candidates", names, first)
        };
        let line = match &item.prior {
            PriorState::Pending | PriorState::AlreadyDone => {
                let key = format!("{}-already", self.text_key());
                wanted_line(self.items.len(), &key, &key).with_icon("☑️")
            }
            PriorState::InOtherCommunity => return self.elsewhere_line(item),
            PriorState::NameNotFound if item.choices.is_empty() => {
                let is_number = |item: &PlanItem| parse_numbers(&item.name).is_some();
                // A number of a list was meant, but it has none, or names stand beside it.
                let is_beside_names = is_number(item) && !self.items.iter().all(is_number);
                ReplyLine::not_done(if is_beside_names { "no-group-number" } else { "no-group" })
            }
            PriorState::NameNotFound => {
                with_candidates(ReplyLine::not_done("no-group-nearest"), if is_only { 0 } else { first })
            }
            PriorState::Ambiguous(count) => match count.saturating_sub(MAX_CANDIDATES) {
                0 => with_candidates(ReplyLine::not_done("many-groups"), first),
                more => {
                    with_candidates(ReplyLine::not_done("many-groups-more"), first).with_count("count", more)
                }
            },
            PriorState::CommunityFull(limit) => {
                ReplyLine::not_done("group-community-full").with_count("limit", *limit)
            }
            PriorState::Unclear(key) | PriorState::Impossible(key) => ReplyLine::not_done(key.clone()),
            PriorState::Unknown(key) => ReplyLine::unknown(key.clone()),
        };
        self.fill_names(item, line)
    }

    /// The line of a group that belongs to another community.
    fn elsewhere_line(&self, item: &PlanItem) -> ReplyLine {
        let other = item.source.as_ref().and_then(|source| source.name.clone());
        let line = match (self.action, other) {
            (LinkAction::Unlink, Some(other)) => {
                ReplyLine::new("group-elsewhere-unlink").with_icon("⚠️").name("community", other)
            }
            (_, other) => ItemOutcome::InOtherCommunity(other).line("group"),
        };
        line.name("name", &item.name).with_command("command", "move", &[&item.name, &self.name])
    }

    fn fill_names(&self, item: &PlanItem, line: ReplyLine) -> ReplyLine {
        line.name("name", &item.name).name("community", &self.name)
    }
}

//! The table at the end of a run, and whether it passed.

use std::fmt::Display;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Outcome;
use crate::judge::Findings;
use crate::load::Counts;
use crate::service::Binary;

/// Violations that are told one by one.
const MOST_TOLD: usize = 20;

/// The rows of a table, and what the run was.
pub(crate) struct Summary {
    is_control: bool,
    seed: u64,
}

impl Summary {
    pub(crate) fn new(run: &str, binary: &Binary, seed: u64) -> Self {
        let summary = Self { is_control: binary.sabotage.is_some(), seed };
        summary.row("run", run);
        summary.row("binary", binary.describe());
        summary.row("seed", seed);
        summary
    }

    /// A control by other means than a sabotaged binary.
    pub(crate) fn control(mut self, is_control: bool) -> Self {
        self.is_control |= is_control;
        self
    }

    pub(crate) fn row(&self, what: &str, value: impl Display) {
        crate::print(&format!("{what:<58} {value}"));
    }

    pub(crate) fn load(&self, counts: &Counts) {
        let count = |what, counter: &AtomicUsize| self.row(what, counter.load(Ordering::Relaxed));
        count("posts", &counts.posts);
        count("  events sent twice", &counts.sent_twice);
        count("  answered accepted", &counts.accepted);
        count("  answered duplicate", &counts.duplicates);
        count("  not answered, and sent again", &counts.unanswered);
        count("  answered 503, and sent again", &counts.unavailable);
    }

    pub(crate) fn findings(&self, findings: &Findings, deaths: usize) {
        self.row("processes killed", deaths);
        self.row("orders, each of them answered to its sender", findings.orders);
        self.row("changing calls", findings.changes);
        self.row("  made again, after a kill in the middle", findings.repeated_calls);
        self.row("replies", findings.replies);
        self.row("  sent again, after a kill between the call and its note", findings.repeated_replies);
    }

    /// The last row. A control passes where it found something.
    pub(crate) fn end(self, violations: Vec<String>) -> Outcome {
        self.row("violations", violations.len());
        for violation in violations.iter().take(MOST_TOLD) {
            crate::progress(&format!("violation (seed {}): {violation}", self.seed));
        }
        match (self.is_control, violations.is_empty()) {
            (false, true) => Outcome::Passed,
            (false, false) => Outcome::Failed,
            (true, false) => {
                crate::progress("the control was noticed, as it must be");
                Outcome::Passed
            }
            (true, true) => {
                crate::progress("the control was NOT noticed: the run is blind");
                Outcome::Failed
            }
        }
    }
}

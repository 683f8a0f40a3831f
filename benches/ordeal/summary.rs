//! The table at the end of a run, and whether it passed.

use std::fmt::Display;
use std::sync::atomic::{AtomicUsize, Ordering};

use vincula::failpoint::InjectedBug;

use crate::Outcome;
use crate::judge::Findings;
use crate::load::Counts;
use crate::service::ServiceBinary;

/// Violations that are told one by one.
const MAX_PRINTED: usize = 20;

/// The rows of a table, and what the run was.
pub(crate) struct Summary {
    /// In a control: what must be noticed, by words of a violation each. Empty: no control.
    wanted: &'static [&'static str],
    seed: u64,
}

impl Summary {
    pub(crate) fn new(run: &str, binary: &ServiceBinary, seed: u64) -> Self {
        // Not any violation will do: the one that the promise is about must be among them.
        let wanted: &[&str] = match binary.injected_bug {
            None => &[],
            Some(InjectedBug::BlindRetry) => &["a reply that is not true", "was noted as replied 2 times"],
            Some(InjectedBug::RespondBeforeCommit) => &["is 0 times in the journal", "has no reply"],
        };
        let summary = Self { wanted, seed };
        summary.row("run", run);
        summary.row("binary", binary.describe());
        summary.row("seed", seed);
        summary
    }

    /// A control in which these words must be among the violations.
    pub(crate) fn expect_violations(mut self, wanted: &'static [&'static str]) -> Self {
        self.wanted = wanted;
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
        for violation in violations.iter().take(MAX_PRINTED) {
            crate::progress(&format!("violation (seed {}): {violation}", self.seed));
        }
        if self.wanted.is_empty() {
            return if violations.is_empty() { Outcome::Passed } else { Outcome::Failed };
        }
        let is_noticed = |words: &&str| violations.iter().any(|violation| violation.contains(words));
        let unnoticed: Vec<&str> = self.wanted.iter().copied().filter(|words| !is_noticed(words)).collect();
        if unnoticed.is_empty() {
            self.row("control", format!("noticed: {}", self.wanted.join("; ")));
            return Outcome::Passed;
        }
        self.row("control", format!("NOT noticed, the run is blind: {}", unnoticed.join("; ")));
        Outcome::Failed
    }
}

//! Summary table of a run, and its result.

use std::fmt::Display;
use std::sync::atomic::{AtomicUsize, Ordering};

use vincula::failpoint::InjectedBug;

use crate::sender::Counts;
use crate::service::ServiceBinary;
use crate::verifier::Findings;

/// Maximum number of violations to print.
const MAX_PRINTED: usize = 20;

/// Result of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed,
}

/// Prints the table of a run.
pub(crate) struct Summary {
    /// Texts of violations that a control must detect. Empty: no control.
    wanted: &'static [&'static str],
    seed: u64,
}

impl Summary {
    pub(crate) fn new(run: &str, binary: &ServiceBinary, seed: u64) -> Self {
        // Any violation is not enough: the one that the bug causes must be among them.
        let wanted: &[&str] = match binary.injected_bug {
            None => &[],
            Some(InjectedBug::BlindRetry) => &["a wrong reply", "has 2 audit events replied"],
            Some(InjectedBug::RespondBeforeCommit) => &["is 0 times in the journal", "has no reply"],
        };
        let summary = Self { wanted, seed };
        summary.row("run", run);
        summary.row("binary", binary.describe());
        summary.row("seed", seed);
        summary
    }

    /// Makes the run a control that must detect these violations.
    pub(crate) fn expect_violations(mut self, wanted: &'static [&'static str]) -> Self {
        self.wanted = wanted;
        self
    }

    pub(crate) fn row(&self, what: &str, value: impl Display) {
        crate::print(&format!("{what:<58} {value}"));
    }

    pub(crate) fn load(&self, counts: &Counts) {
        let count = |what, counter: &AtomicUsize| self.row(what, counter.load(Ordering::Relaxed));
        count("requests", &counts.posts);
        count("  events sent twice", &counts.sent_twice);
        count("  response: accepted", &counts.accepted);
        count("  response: duplicate", &counts.duplicates);
        count("  no response, sent again", &counts.without_response);
        count("  response 503, sent again", &counts.unavailable);
    }

    pub(crate) fn findings(&self, findings: &Findings, deaths: usize) {
        self.row("processes killed", deaths);
        self.row("commands, each with a response to its sender", findings.commands);
        self.row("changing calls", findings.changes);
        self.row("  repeated after a kill", findings.repeated_calls);
        self.row("replies", findings.replies);
        self.row("  sent again after a kill between call and audit event", findings.repeated_replies);
    }

    /// Prints the last row. A control passes if it detected the injected bug.
    pub(crate) fn end(self, violations: Vec<String>) -> Outcome {
        self.row("violations", violations.len());
        for violation in violations.iter().take(MAX_PRINTED) {
            crate::progress(&format!("violation (seed {}): {violation}", self.seed));
        }
        if self.wanted.is_empty() {
            return if violations.is_empty() { Outcome::Passed } else { Outcome::Failed };
        }
        let is_detected = |words: &&str| violations.iter().any(|violation| violation.contains(words));
        let undetected: Vec<&str> = self.wanted.iter().copied().filter(|words| !is_detected(words)).collect();
        if undetected.is_empty() {
            self.row("control", format!("detected: {}", self.wanted.join("; ")));
            return Outcome::Passed;
        }
        self.row("control", format!("NOT detected: {}", undetected.join("; ")));
        Outcome::Failed
    }
}

//! What was looked up: some lines of ours, then a list, of which a page is shown at a time.

use super::{Phrase, Speech};

/// What was looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What is said of it.
    pub head: Vec<Phrase>,
    /// The lines of the list, ready to be read.
    pub lines: Vec<String>,
    /// How many lines follow on further pages.
    pub left: usize,
}

impl Shown {
    /// Nothing but these lines.
    pub fn told(head: Vec<Phrase>) -> Self {
        Self { head, ..Self::default() }
    }

    pub(super) fn text(&self, speech: &Speech) -> String {
        let mut lines: Vec<String> = self.head.iter().map(|phrase| phrase.say(speech)).collect();
        lines.extend(self.lines.iter().cloned());
        if self.left > 0 {
            let more = Phrase::new("list-more").count("count", self.left).order("order", "more", &[]);
            lines.push(more.say(speech));
        }
        lines.join("\n")
    }
}

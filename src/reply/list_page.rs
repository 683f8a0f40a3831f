//! What was looked up: some lines of ours, then a list, of which a page is shown at a time.

use super::{Localizer, ReplyLine};

/// What was looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListPage {
    /// What is said of it.
    pub head: Vec<ReplyLine>,
    /// The lines of the list, ready to be read.
    pub lines: Vec<String>,
    /// How many lines follow on further pages.
    pub remaining: usize,
}

impl ListPage {
    /// Nothing but these lines.
    pub fn from_lines(head: Vec<ReplyLine>) -> Self {
        Self { head, ..Self::default() }
    }

    pub(super) fn render(&self, speech: &Localizer) -> String {
        let mut lines: Vec<String> = self.head.iter().map(|phrase| phrase.render(speech)).collect();
        lines.extend(self.lines.iter().cloned());
        if self.remaining > 0 {
            let more =
                ReplyLine::new("list-more").with_count("count", self.remaining).order("order", "more", &[]);
            lines.push(more.render(speech));
        }
        lines.join("\n")
    }
}

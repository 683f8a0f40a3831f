//! A page of a list, with lines before it.

use super::{Localizer, ReplyLine};

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListPage {
    /// The lines before the list.
    pub head: Vec<ReplyLine>,
    /// The lines of the list.
    pub lines: Vec<String>,
    /// The number of lines on further pages.
    pub remaining: usize,
}

impl ListPage {
    /// Only these lines.
    pub fn from_lines(head: Vec<ReplyLine>) -> Self {
        Self { head, ..Self::default() }
    }

    pub(super) fn render(&self, localizer: &Localizer) -> String {
        let mut lines: Vec<String> = self.head.iter().map(|line| line.render(localizer)).collect();
        lines.extend(self.lines.iter().cloned());
        if self.remaining > 0 {
            let more = ReplyLine::new("list-more").with_count("count", self.remaining).with_command(
                "command",
                "more",
                &[],
            );
            lines.push(more.render(localizer));
        }
        lines.join("\n")
    }
}

//! Moments as the people of an instance write them.

use super::Context;
use crate::clock::Timestamp;
use crate::reply::ReplyLine;

impl Context<'_> {
    /// A moment by the instance's clock on the wall, with the year where that is another one.
    pub fn format_moment(&self, at: Timestamp) -> String {
        let year = |at: Timestamp| at.format_in(&self.instance.time_zone, "%Y");
        self.format_with(at, if year(at) == year(self.clock.now()) { "moment" } else { "moment-year" })
    }

    /// The day of a moment, with its year.
    pub fn format_day(&self, at: Timestamp) -> String {
        self.format_with(at, "moment-day")
    }

    fn format_with(&self, at: Timestamp, form: &'static str) -> String {
        at.format_in(&self.instance.time_zone, &ReplyLine::new(form).render(self.localizer))
    }
}

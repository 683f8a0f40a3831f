//! Moments as the people of an instance write them.

use super::Context;
use crate::clock::Timestamp;
use crate::reply::Phrase;

impl Context<'_> {
    /// A moment by the instance's clock on the wall, with the year where that is another one.
    pub fn moment(&self, at: Timestamp) -> String {
        let year = |at: Timestamp| at.written_in(&self.instance.time_zone, "%Y");
        self.written(at, if year(at) == year(self.clock.now()) { "moment" } else { "moment-year" })
    }

    /// The day of a moment, with its year.
    pub fn day(&self, at: Timestamp) -> String {
        self.written(at, "moment-day")
    }

    fn written(&self, at: Timestamp, form: &'static str) -> String {
        at.written_in(&self.instance.time_zone, &Phrase::new(form).say(self.speech))
    }
}

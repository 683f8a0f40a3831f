//! Ids of commands: UUIDs v7 by the journal's clock. They sort by the time of accepting, as far as clocks allow, so
//! no index on that time is needed.

use std::sync::{Mutex, PoisonError};

use uuid::{ContextV7, Timestamp as UuidTimestamp, Uuid};

use crate::clock::Timestamp;

/// Generator of ids. They stay in order when the clock is set back.
#[derive(Debug, Default)]
pub(super) struct Ids(Mutex<ContextV7>);

impl Ids {
    pub(super) fn next(&self, now: Timestamp) -> String {
        let millis = u64::try_from(now.0).unwrap_or(0);
        let nanos = u32::try_from(millis % 1_000).unwrap_or(0) * 1_000_000;
        let context = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Uuid::new_v7(UuidTimestamp::from_unix(&*context, millis / 1_000, nanos)).to_string()
    }
}

/// What sorts before every id of this time and later.
pub(super) fn first_id_at(at: Timestamp) -> String {
    let millis = u64::try_from(at.0).unwrap_or(0);
    format!("{:08x}-{:04x}", millis >> 16, millis & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[test]
    fn ids_sort_by_the_time_of_accepting_also_within_a_millisecond() {
        let ids = Ids::default();
        let times = (0..300).map(|number| Timestamp(NOW.0 + number / 100));

        let ids: Vec<String> = times.map(|now| ids.next(now)).collect();

        assert!(ids.is_sorted());
    }

    #[test]
    fn ids_of_a_time_and_later_sort_behind_its_first() {
        let ids = Ids::default();
        let (before, at) = (ids.next(Timestamp(NOW.0 - 1)), ids.next(NOW));

        assert!(before < first_id_at(NOW) && first_id_at(NOW) < at);
    }

    #[test]
    fn ids_stay_in_order_when_the_clock_is_set_back() {
        let ids = Ids::default();

        let ids: Vec<String> =
            [0, 0, -3_600_000, -3_599_999, 1].map(|ms| ids.next(Timestamp(NOW.0 + ms))).into();

        assert!(ids.is_sorted(), "{ids:?}");
    }
}

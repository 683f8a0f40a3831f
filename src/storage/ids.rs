//! Ids of orders: UUID v7 by the journal's own clock. They sort by the time of accepting, as well as clocks tell
//! it, so no index of that time is kept, and each order costs one less.

use std::sync::{Mutex, PoisonError};

use uuid::{ContextV7, Timestamp as Moment, Uuid};

use super::Store;
use crate::clock::Timestamp;

/// Where the ids of a process come from: a clock that is set back does not disturb their order.
#[derive(Debug, Default)]
pub(super) struct Ids(Mutex<ContextV7>);

impl Store {
    /// The id of an order that is accepted now.
    pub fn new_id(&self, now: Timestamp) -> String {
        let millis = u64::try_from(now.0).unwrap_or(0);
        let nanos = u32::try_from(millis % 1_000).unwrap_or(0) * 1_000_000;
        let context = self.ids.0.lock().unwrap_or_else(PoisonError::into_inner);
        Uuid::new_v7(Moment::from_unix(&*context, millis / 1_000, nanos)).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[tokio::test]
    async fn ids_sort_by_the_moment_of_accepting_also_within_a_millisecond() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;
        let moments = (0..300).map(|number| Timestamp(NOW.0 + number / 100));

        let ids: Vec<String> = moments.map(|now| store.new_id(now)).collect();

        assert!(ids.is_sorted());
    }

    #[tokio::test]
    async fn ids_go_on_where_they_were_when_the_clock_is_set_back() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(NOW)).await;

        let ids: Vec<String> =
            [0, 0, -3_600_000, -3_599_999, 1].map(|ms| store.new_id(Timestamp(NOW.0 + ms))).into();

        assert!(ids.is_sorted(), "{ids:?}");
    }
}

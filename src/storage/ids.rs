//! Ids of orders: UUID v7 by the journal's own clock. They sort by the time of accepting, so no index of
//! that time is kept, and each order costs one less.

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

/// Behind all ids that were made before this moment, and before all others. After a clock was set back, ids are
/// of a later moment than their orders until it has caught up.
pub(super) fn first_at(moment: Timestamp) -> String {
    match u64::try_from(moment.0) {
        Err(_) => String::new(),
        // 48 bits of milliseconds, which is some 9,000 years (RFC 9562, section 5.7).
        Ok(millis) if millis >> 48 > 0 => "z".to_owned(),
        Ok(millis) => format!("{:08x}-{:04x}", millis >> 16, millis & 0xffff),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[tokio::test]
    async fn ids_sort_by_the_moment_of_accepting_also_within_a_millisecond() {
        let (store, _writer, _folder) = Store::throw_away(&Clock::manual(NOW)).await;
        let moments = (0..300).map(|number| Timestamp(NOW.0 + number / 100));

        let ids: Vec<String> = moments.map(|now| store.new_id(now)).collect();

        assert!(ids.is_sorted());
        for (moment, at) in [(NOW, 0), (Timestamp(NOW.0 + 1), 100), (Timestamp(NOW.0 + 2), 200)] {
            assert_eq!(ids.partition_point(|id| *id < first_at(moment)), at);
        }
    }

    #[test]
    fn all_ids_lie_between_the_first_and_the_last_moment() {
        let id = Uuid::max().to_string();
        assert!(first_at(Timestamp(i64::MIN)) < first_at(Timestamp(0)));
        assert!(first_at(Timestamp(0)) < id && id < first_at(Timestamp(i64::MAX)));
    }
}

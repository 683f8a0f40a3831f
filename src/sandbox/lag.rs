//! Reads that lag behind: for a while after a change, Z-API shows the world as it was before. That they lag is seen;
//! invented: how long, and that all metadata lags alike while the lists do not.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::world::World;

/// How long `communities-metadata` and the group metadata show the state before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lag {
    /// For this many further reads of either kind.
    Reads(usize),
    /// For this long.
    For(Duration),
}

/// The worlds that laggards still see, oldest first.
#[derive(Debug, Default)]
pub(super) struct Past(VecDeque<(Until, World)>);

#[derive(Debug)]
enum Until {
    Reads(usize),
    Moment(Instant),
}

impl Past {
    /// Keeps the world as it is before a change.
    pub(super) fn keep(&mut self, lag: Lag, world: &World, now: Instant) {
        let until = match lag {
            Lag::Reads(reads) => Until::Reads(reads),
            Lag::For(time) => Until::Moment(now + time),
        };
        self.0.push_back((until, world.clone()));
    }

    /// The world that this read sees, where it is not the present one.
    pub(super) fn seen(&mut self, now: Instant) -> Option<&World> {
        self.0.retain(|(until, _)| match until {
            Until::Reads(left) => *left > 0,
            Until::Moment(moment) => *moment > now,
        });
        for (until, _) in &mut self.0 {
            if let Until::Reads(left) = until {
                *left -= 1;
            }
        }
        self.0.front().map(|(_, world)| world)
    }
}

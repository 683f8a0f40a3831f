//! Read lag: for a while after a change, reads return the state before it. The lag was observed; invented: how long it
//! is, and that all metadata lags in the same way while the lists do not.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::world::World;

/// How long `communities-metadata` and the group metadata show the state before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadLag {
    /// For this many further reads of either kind.
    Reads(usize),
    /// For this long.
    For(Duration),
}

/// The old states that reads still return, oldest first.
#[derive(Debug, Default)]
pub(super) struct Snapshots(VecDeque<(Expiry, World)>);

#[derive(Debug)]
enum Expiry {
    Reads(usize),
    At(Instant),
}

impl Snapshots {
    /// Keeps the state before a change.
    pub(super) fn push(&mut self, lag: ReadLag, world: &World, now: Instant) {
        let until = match lag {
            ReadLag::Reads(reads) => Expiry::Reads(reads),
            ReadLag::For(time) => Expiry::At(now + time),
        };
        self.0.push_back((until, world.clone()));
    }

    /// The state for a read, if it is not the current one.
    pub(super) fn read(&mut self, now: Instant) -> Option<&World> {
        self.0.retain(|(until, _)| match until {
            Expiry::Reads(left) => *left > 0,
            Expiry::At(moment) => *moment > now,
        });
        for (until, _) in &mut self.0 {
            if let Expiry::Reads(left) = until {
                *left -= 1;
            }
        }
        self.0.front().map(|(_, world)| world)
    }
}

//! The progress of a command: the command reports it, the worker shows it in the chat.

use tokio::sync::watch;

/// Commands on more items than this show their progress at once.
pub const MIN_ITEMS_FOR_PROGRESS: usize = 10;

/// How many items are done, of how many; 0 of 0 where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProgressUpdate {
    /// Done.
    pub done: usize,
    /// In all.
    pub all: usize,
}

impl ProgressUpdate {
    /// Whether it takes so long that progress is shown at once.
    pub fn is_large(self) -> bool {
        self.all > MIN_ITEMS_FOR_PROGRESS
    }

    /// Whether only the read-back is left.
    pub fn is_done(self) -> bool {
        self.done >= self.all
    }
}

/// The progress of a command.
#[derive(Debug, Default)]
pub struct Progress(watch::Sender<ProgressUpdate>);

impl Progress {
    /// Starts with so many items.
    pub fn start(&self, all: usize) {
        self.0.send_replace(ProgressUpdate { done: 0, all });
    }

    /// Adds finished items.
    pub fn advance(&self, by: usize) {
        self.0.send_modify(|advance| advance.done = (advance.done + by).min(advance.all));
    }

    /// Receives updates.
    pub fn subscribe(&self) -> watch::Receiver<ProgressUpdate> {
        self.0.subscribe()
    }
}

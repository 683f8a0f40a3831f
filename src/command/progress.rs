//! How far an order is: the command tells, whoever carries it out shows it in the chat.

use tokio::sync::watch;

/// Orders on more things than this show how far they are at once.
pub const MIN_ITEMS_FOR_PROGRESS: usize = 10;

/// How much is done, of how much; of nothing where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProgressUpdate {
    /// Done.
    pub done: usize,
    /// In all.
    pub all: usize,
}

impl ProgressUpdate {
    /// It takes so long that nobody should wait without a word.
    pub fn is_large(self) -> bool {
        self.all > MIN_ITEMS_FOR_PROGRESS
    }

    /// Nothing is left but to look at what came of it.
    pub fn is_done(self) -> bool {
        self.done >= self.all
    }
}

/// How far an order is.
#[derive(Debug, Default)]
pub struct Progress(watch::Sender<ProgressUpdate>);

impl Progress {
    /// Work on so many things begins.
    pub fn start(&self, all: usize) {
        self.0.send_replace(ProgressUpdate { done: 0, all });
    }

    /// So many more are done.
    pub fn advance(&self, by: usize) {
        self.0.send_modify(|advance| advance.done = (advance.done + by).min(advance.all));
    }

    /// Hears of it.
    pub fn subscribe(&self) -> watch::Receiver<ProgressUpdate> {
        self.0.subscribe()
    }
}

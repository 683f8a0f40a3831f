//! How far an order is: the command tells, whoever carries it out shows it in the chat.

use tokio::sync::watch;

/// Orders on more things than this show how far they are at once.
pub const MANY: usize = 10;

/// How much is done, of how much; of nothing where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Advance {
    /// Done.
    pub done: usize,
    /// In all.
    pub all: usize,
}

impl Advance {
    /// It takes so long that nobody should wait without a word.
    pub fn is_of_many(self) -> bool {
        self.all > MANY
    }

    /// Nothing is left but to look at what came of it.
    pub fn is_done(self) -> bool {
        self.done >= self.all
    }
}

/// How far an order is.
#[derive(Debug, Default)]
pub struct Progress(watch::Sender<Advance>);

impl Progress {
    /// Work on so many things begins.
    pub fn begin(&self, all: usize) {
        self.0.send_replace(Advance { done: 0, all });
    }

    /// So many more are done.
    pub fn advance(&self, by: usize) {
        self.0.send_modify(|advance| advance.done = (advance.done + by).min(advance.all));
    }

    /// Hears of it.
    pub fn watch(&self) -> watch::Receiver<Advance> {
        self.0.subscribe()
    }
}

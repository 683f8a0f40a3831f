//! Signals that end the demo, so that it removes its folder first, and leaves the terminal as it was.

use std::io::{self, stdin};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for SIGTERM, SIGINT or SIGHUP, which end the process no more.
pub(super) struct EndSignals {
    term: Signal,
    int: Signal,
    hangup: Signal,
    /// How the terminal was before lines were edited; none without one.
    terminal: Option<Termios>,
}

impl EndSignals {
    /// Takes the signals over.
    ///
    /// # Errors
    /// The system does not let it.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            terminal: tcgetattr(stdin()).ok(),
        })
    }

    /// Returns after the next signal.
    pub(super) async fn wait(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }

    /// Undoes what editing a line did to the terminal: a signal leaves the line unfinished.
    pub(super) fn restore_terminal(&self) {
        if let Some(terminal) = &self.terminal {
            // Without a terminal there is nothing to undo.
            let _ = tcsetattr(stdin(), OptionalActions::Now, terminal);
        }
    }
}

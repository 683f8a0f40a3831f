//! How long a listener waits for its clients.

use std::time::Duration;

/// Timeouts of a connection; the defaults are what the service promises.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// From the first byte of a head to its end; also for the first byte of a connection.
    pub header_read: Duration,
    /// From the first byte of a request to its response.
    pub request: Duration,
    /// For the client to read a whole response.
    pub write: Duration,
    /// Idle timeout: for the next request of a connection.
    pub keep_alive: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let [header_read, request, write, keep_alive] = [5, 10, 10, 60].map(Duration::from_secs);
        Self { header_read, request, write, keep_alive }
    }
}

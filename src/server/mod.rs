//! HTTP listeners: accept, limit, time out, and route.
//!
//! HTTP/1.1 only; `Upgrade` is ignored. Timeouts: headers 5 s, whole request 10 s, response write 10 s, keep-alive 60 s.
//! When all slots are taken, a new connection evicts the longest idle one; if none is idle, accepting pauses and later
//! connections stay in the kernel's accept queue. Where proxies are trusted, other addresses share half of the slots, and
//! are closed beyond them. A panic in a handler is a 500.

mod coalescing_waker;
mod connection;
mod connection_limiter;
mod listener;
mod private;
mod rlimit;
mod routes;
mod timeout_stream;
mod timeouts;

pub use self::listener::{ListenerConfig, listen, listen_private, serve};
pub use self::private::PrivateState;
pub use self::rlimit::{MAX_PRIVATE_CONNECTIONS, clamp_to_open_file_limit};
pub use self::routes::{private_routes, public_routes};
pub use self::timeouts::Timeouts;

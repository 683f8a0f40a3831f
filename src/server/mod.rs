//! HTTP listeners: accept, limit, time out, and route.
//!
//! HTTP/1.1 only: an offered upgrade is ignored. Timeouts: headers 5 s, whole request 10 s, response
//! write 10 s, keep-alive 60 s. When all connection slots are taken, a new connection replaces the one that
//! has been idle longest; if none is idle, one new connection waits here and the others in the system's queue.
//! A panic ends its request and nothing else.

mod admin;
mod coalescing_waker;
mod connection;
mod connection_limiter;
mod listener;
mod rlimit;
mod routes;
mod timeout_stream;
mod timeouts;

pub use self::admin::AdminState;
pub use self::listener::{ListenerConfig, listen, serve};
pub use self::rlimit::{MAX_PRIVATE_CONNECTIONS, clamp_to_open_file_limit};
pub use self::routes::{private_routes, public_routes};
pub use self::timeouts::Timeouts;

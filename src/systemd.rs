//! What systemd is told about the service, and the socket that it may pass. Without systemd all of this does nothing.

use std::io;
use std::time::Duration;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval};

/// The listening socket that systemd opened (`deploy/vincula.socket`), if it passed one. Connections that arrive while
/// the service restarts wait in it.
///
/// # Errors
/// What was passed is no TCP socket.
pub fn take_public_listener() -> io::Result<Option<TcpListener>> {
    let Some(listener) = ListenFd::from_env().take_tcp_listener(0)? else { return Ok(None) };
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener).map(Some)
}

/// Tells that the service accepts webhooks.
pub fn notify_ready() {
    notify(&[NotifyState::Ready, NotifyState::Status("ready")]);
}

/// Tells that the configuration is read again. Until [`notify_reloaded`], systemd waits.
pub fn notify_reloading() {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        notify(&[NotifyState::Reloading, now]);
    }
}

/// Tells that the configuration was read again; `status` is shown by `systemctl status`.
pub fn notify_reloaded(status: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Tells that the service ends.
pub fn notify_stopping() {
    notify(&[NotifyState::Stopping]);
}

/// Tells forever that the runtime works, twice as often as the unit's `WatchdogSec` demands.
pub async fn feed_watchdog() {
    let Some(timeout) = sd_notify::watchdog_enabled() else { return std::future::pending().await };
    let mut ticks = interval((timeout / 2).max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        notify(&[NotifyState::Watchdog]);
    }
}

/// A manager that does not listen is no reason to stop.
fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "cannot notify systemd");
    }
}

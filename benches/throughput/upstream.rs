//! Z-API for the service: the sandbox, on the core of the load, responding at once.
//!
//! At the default rate (30 messages a minute) the service runs a burst of commands and then waits for the rate limit with
//! its leases held, as it does when more commands arrive than a bot may reply to. `RateLimitMode::Unlimited` lets it run
//! commands as fast as it can, beside accepting, on the same core.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vincula::lifecycle;
use vincula::sandbox::{InstanceCredentials, Options, Sandbox, World};

use crate::events::{CHATS, COMMUNITY, GROUPS, INSTANCE, group};

/// Rate limits of changes and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RateLimitMode {
    /// The defaults.
    Default,
    /// No limits.
    None,
}

/// A running sandbox; it ends when dropped.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    pub(crate) account: InstanceCredentials,
    pub(crate) rate_limits: RateLimitMode,
    shutdown: CancellationToken,
}

impl Upstream {
    /// Starts one on its own thread, on the core of the caller.
    ///
    /// # Errors
    /// No port can be opened.
    pub(crate) fn start(rate_limits: RateLimitMode) -> anyhow::Result<Self> {
        let mut world = World::empty();
        world.community(COMMUNITY);
        for name in GROUPS {
            world.group(name);
        }
        for number in 0..CHATS {
            world.group_with_id(&group(number), &format!("Turma {number}"));
        }
        let account = InstanceCredentials { id: INSTANCE.to_owned(), ..InstanceCredentials::generate() };
        let router = Sandbox::new(world, account.clone(), Options::default()).router();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).context("cannot open a port")?;
        let (address, shutdown) = (listener.local_addr()?, CancellationToken::new());
        let ending = shutdown.clone();
        std::thread::spawn(move || runtime.block_on(lifecycle::serve_router(listener, router, ending)));
        Ok(Self { address, account, rate_limits, shutdown })
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

//! What the service takes for Z-API: the sandbox, on the load's core, answering at once.
//!
//! At the default pace (30 messages a minute) the service works off a burst of commands and then waits for its
//! pace, with all the lanes that it works on side by side leased and kept: so it is when more commands come than
//! a bot may answer. `Pace::None` lets it work as fast as it can, beside accepting, on the same core.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vincula::lifecycle;
use vincula::sandbox::{Credentials, Options, Sandbox, World};

use crate::events::{CHATS, COMMUNITY, GROUPS, INSTANCE, group};

/// How fast the service may change and say things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RateLimitMode {
    /// As it is configured where nothing is.
    Default,
    /// As fast as it can.
    None,
}

/// A Z-API; it ends when it is forgotten.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    pub(crate) account: Credentials,
    pub(crate) pace: RateLimitMode,
    shutdown: CancellationToken,
}

impl Upstream {
    /// Opens one on a thread of its own, which stays on the core of the caller.
    ///
    /// # Errors
    /// Where no port can be opened.
    pub(crate) fn start(pace: RateLimitMode) -> anyhow::Result<Self> {
        let mut world = World::empty();
        world.community(COMMUNITY);
        for name in GROUPS {
            world.group(name);
        }
        for number in 0..CHATS {
            world.group_with_id(&group(number), &format!("Turma {number}"));
        }
        let account = Credentials { id: INSTANCE.to_owned(), ..Credentials::generate() };
        let router = Sandbox::new(world, account.clone(), Options::default()).router();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).context("cannot open a port")?;
        let (address, shutdown) = (listener.local_addr()?, CancellationToken::new());
        let ending = shutdown.clone();
        std::thread::spawn(move || runtime.block_on(lifecycle::serve_router(listener, router, ending)));
        Ok(Self { address, account, pace, shutdown })
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

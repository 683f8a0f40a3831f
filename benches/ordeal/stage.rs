//! What every run on one process needs, furnished from its seed: the world outside, the place of the
//! service, the chats, and who sends for them.

use std::sync::Arc;

use vincula::sandbox::World;

use crate::chats::Chats;
use crate::ledger::Outside;
use crate::load::Sender;
use crate::random::Random;
use crate::service::{Binary, Site};

/// A stage; nothing runs on it yet.
pub(crate) struct Stage {
    pub(crate) outside: Arc<Outside>,
    pub(crate) site: Arc<Site>,
    pub(crate) chats: Chats,
    pub(crate) sender: Arc<Sender>,
    /// Goes on where furnishing left it.
    pub(crate) random: Random,
}

impl Stage {
    pub(crate) async fn furnish(binary: Binary, seed: u64) -> anyhow::Result<Self> {
        let mut random = Random::new(seed);
        let mut world = World::empty();
        let chats = Chats::furnish(&mut world);
        let outside = Arc::new(Outside::open(world).await?);
        let site = Arc::new(Site::new(outside.clone(), binary, None, 1, &mut random, "")?);
        let account = outside.sandbox.account();
        let chats = Chats::with(chats, &account.id, &account.phone, seed);
        let sender = Arc::new(Sender::new(site.clone(), 1));
        Ok(Self { outside, site, chats, sender, random })
    }
}

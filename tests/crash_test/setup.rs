//! What every run on one process needs, furnished from its seed: the world outside, the place of the
//! service, the chats, and who sends for them.

use std::sync::Arc;

use vincula::sandbox::World;

use crate::model::ChatModel;
use crate::random::Random;
use crate::sender::WebhookSender;
use crate::service::{Deployment, ServiceBinary};
use crate::upstream_recorder::RecordingSandbox;

/// A stage; nothing runs on it yet.
pub(crate) struct TestSetup {
    pub(crate) outside: Arc<RecordingSandbox>,
    pub(crate) site: Arc<Deployment>,
    pub(crate) chats: ChatModel,
    pub(crate) sender: Arc<WebhookSender>,
    /// Goes on where furnishing left it.
    pub(crate) random: Random,
}

impl TestSetup {
    pub(crate) async fn prepare(binary: ServiceBinary, seed: u64) -> anyhow::Result<Self> {
        let mut random = Random::new(seed);
        let mut world = World::empty();
        let chats = ChatModel::create_chats(&mut world);
        let outside = Arc::new(RecordingSandbox::start(world).await?);
        let site = Arc::new(Deployment::new(outside.clone(), binary, None, 1, &mut random, "")?);
        let account = outside.sandbox.account();
        let chats = ChatModel::new(chats, &account.id, &account.phone, seed);
        let sender = Arc::new(WebhookSender::new(site.clone(), 1));
        Ok(Self { outside, site, chats, sender, random })
    }
}

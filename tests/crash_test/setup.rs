//! Setup of a run: sandbox, deployment, chat model and sender, all from one seed.

use std::sync::Arc;

use vincula::sandbox::World;

use crate::model::ChatModel;
use crate::random::Random;
use crate::sender::WebhookSender;
use crate::service::{Deployment, ServiceBinary};
use crate::upstream_recorder::RecordingSandbox;

/// Everything a run needs; no process is started yet.
pub(crate) struct TestSetup {
    pub(crate) upstream: Arc<RecordingSandbox>,
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) chats: ChatModel,
    pub(crate) sender: Arc<WebhookSender>,
    /// Continues the sequence used for the setup.
    pub(crate) random: Random,
}

impl TestSetup {
    /// One process on SQLite.
    pub(crate) async fn prepare(binary: ServiceBinary, seed: u64) -> anyhow::Result<Self> {
        Self::with_replicas(binary, None, 1, seed).await
    }

    /// Replicas on one store.
    pub(crate) async fn with_replicas(
        binary: ServiceBinary,
        store_url: Option<String>,
        replicas: usize,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let mut random = Random::new(seed);
        let mut world = World::empty();
        let chats = ChatModel::create_chats(&mut world);
        let upstream = Arc::new(RecordingSandbox::start(world).await?);
        let deployment =
            Arc::new(Deployment::new(upstream.clone(), binary, store_url, replicas, &mut random)?);
        let account = upstream.sandbox.account();
        let chats = ChatModel::new(chats, &account.id, &account.phone, seed);
        let sender = Arc::new(WebhookSender::new(deployment.clone(), replicas));
        Ok(Self { upstream, deployment, chats, sender, random })
    }
}

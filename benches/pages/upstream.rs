//! The Z-API sandbox, with many communities.

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use vincula::lifecycle;
use vincula::sandbox::{InstanceCredentials, Options, Sandbox, World};

/// Communities, and groups of each.
const COMMUNITIES: usize = 50;
const GROUPS: usize = 20;

/// A running sandbox.
pub(crate) struct Upstream {
    pub(crate) sandbox: Sandbox,
    pub(crate) url: String,
    /// The names and ids of its communities.
    pub(crate) communities: Vec<(String, String)>,
    /// The ids of its groups, by community.
    pub(crate) groups: Vec<Vec<String>>,
    _runtime: Runtime,
}

/// The name of a group.
pub(crate) fn group_name(community: usize, number: usize) -> String {
    format!("Turma {community:02}{number:02}")
}

impl Upstream {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let mut world = World::empty();
        let (mut communities, mut groups) = (Vec::new(), Vec::new());
        for community in 0..COMMUNITIES {
            let name = format!("Bairro {community:02}");
            let id = world.community(&name);
            let linked = (0..GROUPS).map(|number| world.linked_group(&id, &group_name(community, number)));
            groups.push(linked.collect());
            communities.push((name, id));
        }
        let sandbox = Sandbox::new(world, InstanceCredentials::generate(), Options::default());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let url = format!("http://{}", listener.local_addr()?);
        runtime.spawn(lifecycle::serve_router(listener, sandbox.router(), CancellationToken::new()));
        Ok(Self { sandbox, url, communities, groups, _runtime: runtime })
    }
}

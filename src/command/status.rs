//! `/status`: is WhatsApp connected, what waits, what was given up.

use futures_util::future::BoxFuture;

use super::{Arguments, Chapter, Context, Failure, Run, Spec};
use crate::reply::{Reply, quoted};
use crate::storage::Lost;

/// The command.
pub const SPEC: Spec = Spec {
    name: "status",
    pt: &["situação", "status"],
    es: &["estado"],
    args: &[],
    is_mutating: false,
    chapter: Chapter::Bot,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, _: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let connected = context.zapi.connection().await.map(|connection| connection.is_connected);
        let overview = context.store.overview(context.instance.name.as_str()).await.map_err(Lost::Store)?;
        Ok(Reply::Status {
            connected: connected.map_err(|error| error.explain(context.speech.locale, quoted)),
            // This order itself is open while it is answered.
            waiting: overview.open.saturating_sub(1),
            dead: overview.dead,
        })
    })
}

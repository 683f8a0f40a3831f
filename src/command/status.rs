//! `/status`: is WhatsApp connected, what waits, what was given up, and until when Z-API is paid for, where
//! that is near.
//!
//! Since when it is connected Z-API tells by a webhook alone, where that is sent here: the journal remembers it. Where
//! Z-API says something else now, it is not told.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Arguments, Chapter, Context, Failure, Run, Spec};
use crate::clock::Timestamp;
use crate::reply::{Phrase, Reply, Shown, quoted};
use crate::storage::{Lost, Told};
use crate::zapi::{ApiError, Connection};

/// How long before its end a subscription is spoken of.
const NEAR: Duration = Duration::from_secs(10 * 24 * 60 * 60);

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
        let instance = context.instance.name.as_str();
        let (connection, account, overview, told) = tokio::join!(
            context.zapi.connection(),
            context.zapi.account(),
            context.store.overview(instance),
            context.store.connection(instance, context.clock.now()),
        );
        let (overview, told) = (overview.map_err(Lost::Store)?, told.map_err(Lost::Store)?);
        let mut lines = connected(context, connection, told);
        // This order itself is open while it is answered.
        lines.push(Phrase::new("status-waiting").count("count", overview.open.saturating_sub(1)));
        lines.push(Phrase::new("status-dead").count("count", overview.dead));
        if overview.dead > 0 {
            lines.push(Phrase::new("status-dead-look").order("order", "history", &[]));
        }
        // A hint, which is no reason to fail.
        lines.extend(account.ok().and_then(|account| account.due).and_then(|due| paid(context, due)));
        Ok(Reply::Shown(Shown::told(lines)))
    })
}

fn connected(
    context: &Context<'_>,
    connection: Result<Connection, ApiError>,
    told: Option<Told>,
) -> Vec<Phrase> {
    let Connection { is_connected, is_phone_online } = match connection {
        Ok(connection) => connection,
        Err(error) => {
            let reason = error.explain(context.speech.locale, quoted);
            return vec![Phrase::unsure("status-unread").plain("reason", reason)];
        }
    };
    let mut lines = vec![match is_connected {
        true => Phrase::done("status-connected"),
        false => Phrase::not_done("status-disconnected"),
    }];
    let told = told.filter(|told| told.is_connected == is_connected);
    lines.extend(told.map(|told| Phrase::new("status-since").plain("when", context.moment(told.at))));
    if is_connected && is_phone_online == Some(false) {
        lines.push(Phrase::new("status-phone-offline").mark("⚠️"));
    }
    lines
}

/// When what is paid for ends, or ended, where that is near.
fn paid(context: &Context<'_>, due: Timestamp) -> Option<Phrase> {
    let now = context.clock.now();
    if due.since(now) > NEAR {
        return None;
    }
    let key = if due > now { "status-due" } else { "status-overdue" };
    Some(Phrase::new(key).mark("⚠️").plain("day", context.day(due)))
}

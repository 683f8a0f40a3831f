//! `/status`: the connection to WhatsApp, waiting commands, dead letters, and the end of the Z-API
//! subscription if it is near.
//!
//! The time since when it is connected is known only from Z-API's webhook; it is left out if Z-API now says
//! something else.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::parse::arguments::Arguments;
use crate::reply::{Reply, ReplyLine, quote};
use crate::storage::ConnectionReport;
use crate::zapi::{ApiError, ConnectionStatus};

/// How long before its end a subscription is mentioned.
const EXPIRY_WARNING: Duration = Duration::from_secs(10 * 24 * 60 * 60);

pub const SPEC: CommandSpec =
    CommandSpec::non_mutating("status", Pt(&["situação", "status"]), Es(&["estado"]), &[]);

pub async fn run(context: &mut Context<'_>, _: &Arguments) -> Result<Reply, CommandError> {
    let instance = &context.instance.name;
    let (connection, account, overview, told) = tokio::join!(
        context.zapi.connection_status(),
        context.zapi.account(),
        context.store.queue_stats(instance),
        context.store.connection_report(instance, context.clock.now()),
    );
    let (overview, told) = (overview?, told?);
    let mut lines = connection_lines(context, connection, told);
    // This command itself is open while it runs.
    lines.push(ReplyLine::new("status-waiting").with_count("count", overview.open.saturating_sub(1)));
    if overview.dead > 0 {
        lines.push(ReplyLine::new("status-dead").with_count("count", overview.dead));
        lines.push(ReplyLine::new("status-dead-hint").with_command("command", "history", &[]));
    }
    // A failed hint is no reason to fail.
    lines
        .extend(account.ok().and_then(|account| account.due).and_then(|due| subscription_line(context, due)));
    Ok(Reply::Report(lines))
}

fn connection_lines(
    context: &Context<'_>,
    connection: Result<ConnectionStatus, ApiError>,
    told: Option<ConnectionReport>,
) -> Vec<ReplyLine> {
    let ConnectionStatus { is_connected, is_phone_online } = match connection {
        Ok(connection) => connection,
        Err(error) => {
            let reason = error.user_message(context.localizer.locale, quote);
            return vec![ReplyLine::unknown("status-unread").with_plain("reason", reason)];
        }
    };
    let mut lines = vec![match is_connected {
        true => ReplyLine::done("status-connected"),
        false => ReplyLine::not_done("status-disconnected"),
    }];
    let told = told.filter(|told| told.is_connected == is_connected);
    lines.extend(
        told.map(|told| ReplyLine::new("status-since").with_plain("when", context.format_moment(told.at))),
    );
    if is_connected && is_phone_online == Some(false) {
        lines.push(ReplyLine::new("status-phone-offline").with_icon("⚠️"));
    }
    lines
}

/// The end of the subscription, if it is near or over.
fn subscription_line(context: &Context<'_>, due: Timestamp) -> Option<ReplyLine> {
    let now = context.clock.now();
    if due.since(now) > EXPIRY_WARNING {
        return None;
    }
    let key = if due > now { "status-due" } else { "status-overdue" };
    Some(ReplyLine::new(key).with_icon("⚠️").with_plain("day", context.format_day(due)))
}

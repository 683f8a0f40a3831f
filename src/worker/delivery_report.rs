//! Reports on the delivery of announcements. A report edits the reply to its announcement. WhatsApp allows that for a
//! while; after it, only a failure is told, with a new message.

use super::command_outcome::CommandOutcome;
use super::deliver::stored_messages;
use super::edits::is_editable;
use super::request::RunContext;
use crate::clock::Timestamp;
use crate::commands::announce::delivery_line;
use crate::domain::DeliveryReport;
use crate::reply::{Reply, ReplyLine};
use crate::storage::{Announcement, Claim, CommandRecord, LeaseError, Outcome};

/// Says in the reply to an announcement whether it was delivered. A report on another message says nothing.
pub(super) async fn report_delivery(
    claim: &mut Claim,
    run: &RunContext<'_>,
) -> Result<CommandOutcome, LeaseError> {
    let reply = choose_reply(claim, run).await?.unwrap_or(Reply::empty());
    // Not a new command of the admin: an open prompt stays open.
    Ok(CommandOutcome { keeps_prompt: true, ..CommandOutcome::new(reply, Outcome::Replied) })
}

async fn choose_reply(claim: &mut Claim, run: &RunContext<'_>) -> Result<Option<Reply>, LeaseError> {
    let Ok(report) = serde_json::from_str::<DeliveryReport>(&claim.command.text) else { return Ok(None) };
    let found = run.store.announcements(&claim.command.instance, &report).await?;
    let is_own = |announcement: &Announcement| {
        let command = &announcement.command;
        announcement.is_sent && command.chat == claim.command.chat && command.admin == claim.command.admin
    };
    let Some(Announcement { command, .. }) = found.into_iter().find(is_own) else { return Ok(None) };
    match editable_reply(&command, run.clock.now()) {
        Some(message) => claim.set_reply_message(message).await?,
        None if report.error.is_none() => return Ok(None),
        None => {}
    }
    Ok(render_delivery(&command, &report))
}

/// The only message of the reply, if it can still be edited.
fn editable_reply(announcement: &CommandRecord, now: Timestamp) -> Option<String> {
    let can_edit = announcement.sent_messages == 1 && is_editable(announcement.first_attempt_at, now);
    announcement.reply_message_id.clone().filter(|_| can_edit)
}

/// The reply to an announcement with another first line.
fn render_delivery(announcement: &CommandRecord, report: &DeliveryReport) -> Option<Reply> {
    let (locale, line) = delivery_line(announcement.plan.as_deref()?, report.error.as_deref())?;
    let messages = stored_messages(announcement);
    let rest = messages.first().and_then(|message| message.split_once('\n'));
    let rest = rest.map(|(_, rest)| ReplyLine::from_text(rest));
    let lines = std::iter::once(line).chain(rest).collect();
    Some(Reply::InLanguage(locale, lines))
}

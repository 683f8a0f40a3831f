//! `/announce <community> <text>`: sends a text to the announcement group of a community, as it is typed, with the file
//! of the message.
//!
//! Z-API's response means that the message is queued; the reply says so, and is edited when Z-API reports the delivery.
//!
//! It is sent at most once. The plan is stored right before the call and says so; a call with an unknown
//! result is reported as ❓, unless nothing was sent or Z-API was too busy.

use serde::{Deserialize, Serialize};

use crate::command::{CommandError, CommandSpec, Confirmation, Context, Es, Pt};
use crate::domain::{Chat, CommunityId, GroupId, Locale, Media, MediaKind};
use crate::engine::api_change;
use crate::engine::audience::{announcement_group, count_members};
use crate::engine::free_text::{check_length, command_line_warning, parses_back_to, trailing_yes_line};
use crate::failpoint::{self, Step};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::flags::ends_in_yes;
use crate::reply::{Reply, ReplyLine, UsageError, quote_text};
use crate::storage::{StateChange, StateKind};
use crate::zapi::Priority;

/// The command spec.
pub const SPEC: CommandSpec = CommandSpec::mutating(
    "announce",
    Pt(&["avisar", "anunciar"]),
    Es(&["anunciar", "avisar"]),
    &[ArgKind::Community, ArgKind::Text],
);

/// The most characters of an announcement: longer messages are folded or cut.
const MAX_LEN: usize = 4_000;

/// What is stored before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct AnnouncePlan {
    community: CommunityId,
    name: String,
    text: String,
    /// The file that is sent with it.
    media: Option<Media>,
    /// The announcement group.
    group: GroupId,
    /// The language of the reply.
    language: String,
    /// The call was about to be made, and may have been.
    is_calling: bool,
}

/// Sends an announcement.
pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let plan = match api_change::stored_plan(context)? {
        Some(plan) => plan,
        None => build_plan(context, arguments).await?,
    };
    let media = plan.media.clone();
    let line = send_announcement(context, plan).await?;
    // Where nothing was sent, the file does not matter.
    let lost =
        media_line(media.as_ref()).filter(|lost| lost.icon() == Some("⚠️") && line.icon() != Some("❌"));
    Ok(Reply::Lines(std::iter::once(line).chain(lost).collect()))
}

/// Builds the plan, and previews it.
async fn build_plan(context: &mut Context<'_>, arguments: &Arguments) -> Result<AnnouncePlan, CommandError> {
    let community = context.require_community()?;
    let text = arguments.text.as_str();
    check_length(text, MAX_LEN)?;
    let details = context.zapi.community(&community.id).await?;
    let name = details.name_or(community.name);
    let group = announcement_group(&details, &name)?;
    let media = context.media().await?;
    let first = match count_members(context, &group).await? {
        Some(count) => ReplyLine::preview("announce-would").with_count("count", count),
        None => ReplyLine::preview("announce-would-all"),
    };
    let mut would = vec![first.name("community", name.as_str()), ReplyLine::from_quote(text)];
    would.extend(media_line(media.as_ref()));
    would.extend(ends_in_yes(text).then(trailing_yes_line));
    would.extend(command_line_warning(context, arguments));
    failpoint::reach(Step::StateRead);
    let rest = format!("{} {text}", community.id);
    if context.confirmation == Confirmation::Required && !parses_back_to(&SPEC, &rest, text) {
        // A yes would do something else than what is shown.
        let word = text.split_whitespace().next().unwrap_or_default().to_owned();
        return Err(SPEC.usage_error_reply(UsageError::UnknownFlag(word), context.localizer).into());
    }
    context.preview_or_confirm(SPEC.name, rest, would, true)?;
    Ok(AnnouncePlan {
        community: community.id,
        name,
        text: text.to_owned(),
        media,
        group,
        language: context.localizer.locale.tag().to_owned(),
        is_calling: false,
    })
}

/// The line that says whether the file goes along.
fn media_line(media: Option<&Media>) -> Option<ReplyLine> {
    let media = media?;
    let kind = match media.kind {
        MediaKind::Picture => "media-picture",
        MediaKind::Video => "media-video",
        MediaKind::Document => "media-document",
    };
    let (icon, key) = if media.url.is_some() {
        ("📎", "announce-with-media")
    } else {
        ("⚠️", "announce-without-media")
    };
    Some(ReplyLine::new(key).with_icon(icon).text("media", kind))
}

async fn send_announcement(context: &mut Context<'_>, plan: AnnouncePlan) -> Result<ReplyLine, CommandError> {
    let look = |line: ReplyLine| line.name("community", plan.name.as_str());
    let command = context.claim.command.id.clone();
    let announcing = |value| StateChange { kind: StateKind::Announcing, key: command.clone(), value };
    context.state_changes.push(announcing(None));
    if plan.is_calling {
        context.set_undo(SPEC.name, None);
        return Ok(look(ReplyLine::unknown("announce-unknown")));
    }
    if context.is_cancelled {
        return Ok(api_change::cancelled_line());
    }
    let permit = context.zapi.acquire_send_permit(Priority::Reply).await?;
    context.claim.set_state(announcing(Some(command.clone()))).await?;
    api_change::store_plan(context, &AnnouncePlan { is_calling: true, ..plan.clone() }).await?;
    failpoint::reach(Step::Calling);
    let media = plan.media.as_ref().filter(|media| media.url.is_some());
    let response =
        context.zapi.send_announcement(&Chat::Group(plan.group.clone()), &plan.text, media, permit).await;
    failpoint::reach(Step::Called);
    let error = match response {
        Ok(ids) => {
            for id in ids {
                context.set_state(StateKind::Announcement, id, Some(command.clone()));
            }
            context.set_undo(SPEC.name, None);
            return Ok(look(ReplyLine::done("announce-queued")));
        }
        Err(error) => error,
    };
    if error.cause.is_surely_not_applied() {
        if error.cause.is_temporary() {
            api_change::store_plan(context, &plan).await?;
            context.claim.set_state(announcing(None)).await?;
        }
        return api_change::handle_failure(context, error);
    }
    context.set_undo(SPEC.name, None);
    Ok(look(ReplyLine::unknown("announce-unknown")))
}

/// The line about the delivery of an announcement with this stored plan, and its language.
pub fn delivery_line(plan: &str, error: Option<&str>) -> Option<(Locale, ReplyLine)> {
    let plan: AnnouncePlan = serde_json::from_str(plan).ok()?;
    let line = match error {
        None => ReplyLine::done("announce-delivered"),
        Some(reason) => ReplyLine::not_done("announce-undelivered").with_plain("reason", quote_text(reason)),
    };
    Some((Locale::parse(&plan.language)?, line.name("community", plan.name)))
}

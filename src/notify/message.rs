//! What a notification says: a line in the instance's language for both channels, and fields for machines in the POST.

use std::time::Duration;

use serde_json::{Value, json};

use super::incident::{Incident, IncidentKind};
use crate::clock::Timestamp;
use crate::instance::InstanceRuntime;
use crate::reply::ReplyLine;

/// The shortest duration that a message names.
const MIN_DURATION: Duration = Duration::from_secs(60);

/// The text about an incident, in the language of this instance.
pub(super) fn render_text(incident: &Incident, instance: &InstanceRuntime, now: Timestamp) -> String {
    let localizer = &instance.localizer;
    let (icon, suffix) = if incident.is_active() { ("⚠️", "") } else { ("✅", "-over") };
    let key = match incident.kind {
        IncidentKind::Disconnected => "notify-disconnected",
        IncidentKind::NoEvent => "notify-no-event",
        IncidentKind::DeadLetter => "notify-dead-letter",
        IncidentKind::Store => "notify-store",
        IncidentKind::Subscription => "notify-subscription",
    };
    let duration = incident.ended_at().unwrap_or(now).since(incident.since()).max(MIN_DURATION);
    let details = incident.details();
    let mut line = ReplyLine::new(format!("{key}{suffix}"))
        .with_icon(icon)
        .name("instance", incident.instance.as_str())
        .with_duration("duration", duration);
    if let Some(end) = details.paid_until {
        let form = ReplyLine::new("datetime-day").render(localizer);
        line = line.with_plain("day", end.format_in(&instance.config.time_zone, &form));
    }
    if incident.kind == IncidentKind::DeadLetter {
        let command = localizer.format_command(&details.command, &[]);
        line = line.with_count("count", details.count).with_plain("command", command);
        // The key of another admin may be a number.
        let admin = instance.config.admins.iter().find(|admin| admin.key == details.admin);
        line = match admin {
            Some(admin) => line.name("person", admin.name.as_str()),
            None => line.text("person", "notify-an-admin"),
        };
    }
    line.render(localizer)
}

/// The body of the POST about an incident.
pub(super) fn json_body(incident: &Incident, text: &str) -> Value {
    let state = if incident.is_active() { "started" } else { "resolved" };
    let mut body = json!({
        "text": escape_slack(text),
        "type": format!("incident.{state}"),
        "timestamp": incident.message_at().to_string(),
        "instance": Some(&incident.instance).filter(|name| !name.is_empty()),
        "kind": incident.kind.as_str(),
        "state": state,
        "since": incident.since().to_string(),
    });
    if let Some(ended_at) = incident.ended_at() {
        body["ended_at"] = ended_at.to_string().into();
    }
    body
}

/// The body of the POST of a test.
pub(super) fn test_body(text: &str, now: Timestamp) -> Value {
    json!({ "text": escape_slack(text), "type": "test", "timestamp": now.to_string() })
}

/// The text with the signs escaped that mention people or make links in Slack.
fn escape_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t25_a_name_mentions_nobody_in_slack() {
        assert_eq!(escape_slack("<!channel> & <http://a|b>"), "&lt;!channel&gt; &amp; &lt;http://a|b&gt;");
    }
}

//! How pages show times, people, chats and states.

use std::time::Duration;

use crate::authorization::display_admin_key;
use crate::clock::Timestamp;
use crate::commands::CATALOG;
use crate::config::{Instance, TimeZone};
use crate::directory::strip_control;
use crate::domain::{Chat, Locale, Person};
use crate::instance::InstanceRuntime;
use crate::storage::CommandRow;

/// A time for people and for programs.
#[derive(Clone, Debug)]
pub(super) struct When {
    /// For the `datetime` of `<time>`.
    pub(super) iso: String,
    /// In the zone of its instance.
    pub(super) shown: String,
}

/// A state of a command: the class of its badge and the key of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StateBadge {
    pub(super) class: &'static str,
    pub(super) key: &'static str,
}

/// Shows what belongs to one instance, in one language.
pub(super) struct Display<'a> {
    pub(super) runtimes: &'a [std::sync::Arc<InstanceRuntime>],
    pub(super) locale: Locale,
    pub(super) now: Timestamp,
}

impl Display<'_> {
    fn config(&self, instance: &str) -> Option<&Instance> {
        let found = self.runtimes.iter().find(|runtime| runtime.config.name.as_str() == instance);
        found.map(|runtime| &runtime.config)
    }

    fn zone(&self, instance: &str) -> TimeZone {
        let first = || self.runtimes.first().map(|runtime| &runtime.config);
        self.config(instance).or_else(first).map_or(TimeZone::UTC, |config| config.time_zone.clone())
    }

    /// A time, without the year if it is of this one.
    pub(super) fn when(&self, at: Timestamp, instance: &str) -> When {
        let zone = self.zone(instance);
        let is_this_year = at.format_in(&zone, "%Y") == self.now.format_in(&zone, "%Y");
        let form = match (self.locale, is_this_year) {
            (Locale::En, true) => "%d %b %H:%M",
            (Locale::En, false) => "%d %b %Y %H:%M",
            (_, true) => "%d/%m %H:%M",
            (_, false) => "%d/%m/%Y %H:%M",
        };
        When { iso: at.to_string(), shown: at.format_in(&zone, form) }
    }

    /// A time with its seconds.
    pub(super) fn exact(&self, at: Timestamp, instance: &str) -> When {
        let form = if self.locale == Locale::En { "%d %b %H:%M:%S%.3f" } else { "%d/%m %H:%M:%S%.3f" };
        When { iso: at.to_string(), shown: at.format_in(&self.zone(instance), form) }
    }

    /// The name of an admin by the key that the journal has.
    pub(super) fn admin(&self, key: &str, instance: &str) -> String {
        let admins = self.config(instance).map(|config| config.admins.as_slice()).unwrap_or_default();
        let configured = admins.iter().find(|admin| admin.key == key).map(|admin| admin.name.clone());
        strip_control(&configured.or_else(|| display_admin_key(key)).unwrap_or_else(|| key.to_owned()))
    }

    /// The name of a chat: of the group as last read, or of the person.
    pub(super) fn chat(&self, chat: &str, instance: &str) -> String {
        let runtime = self.runtimes.iter().find(|runtime| runtime.config.name.as_str() == instance);
        let shown = match Chat::from_id(chat) {
            Chat::Group(id) => runtime.and_then(|runtime| {
                let (_, snapshot) = runtime.directory.last_snapshot()?;
                snapshot.groups.by_id(&id).map(|group| group.name.clone())
            }),
            Chat::Direct(_) => {
                let phone = crate::domain::Phone::parse(chat);
                Some(Person { phone, lid: None }.display()).filter(|shown| !shown.is_empty())
            }
        };
        strip_control(&shown.unwrap_or_else(|| chat.to_owned()))
    }

    /// The name of a command in this language, else the word that the journal has.
    pub(super) fn command(&self, name: &str) -> String {
        match CATALOG.lookup(name) {
            Some(spec) => format!("/{}", CATALOG.name_in(spec.name, self.locale)),
            None => strip_control(name),
        }
    }
}

/// A duration in its two largest units at most: `350 ms`, `1.2 s`, `4 min`, `2 h 5 min`, `3 d`. Units are the same in all
/// languages.
pub(super) fn format_duration(duration: Duration) -> String {
    let (millis, seconds) = (duration.as_millis(), duration.as_secs());
    match seconds {
        0 => format!("{millis} ms"),
        1..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 if seconds % 3_600 < 60 => format!("{} h", seconds / 3_600),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The badge of a command.
pub(super) fn state_badge(row: &CommandRow) -> StateBadge {
    let (class, key) = match (row.state.as_str(), row.outcome.as_deref().unwrap_or_default()) {
        ("waiting", _) if row.attempts > 0 => ("warn", "console-state-retrying"),
        ("waiting", _) => ("info", "console-state-waiting"),
        ("answering", _) => ("info", "console-state-answering"),
        ("dead", "reply_failed") => ("bad", "console-state-reply-failed"),
        ("dead", _) => ("bad", "console-state-failed"),
        (_, "failed" | "reply_failed") => ("", "console-state-dropped"),
        (_, "denied") => ("warn", "console-state-denied"),
        (_, "usage_error") => ("warn", "console-state-usage-error"),
        (_, "previewed") => ("info", "console-state-previewed"),
        (_, "expired") => ("", "console-state-expired"),
        (_, "cancelled") => ("", "console-state-cancelled"),
        _ => ("ok", "console-state-replied"),
    };
    StateBadge { class, key }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_or_two_units() {
        for (millis, expected) in [
            (0, "0 ms"),
            (350, "350 ms"),
            (1_240, "1.2 s"),
            (59_999, "59 s"),
            (240_000, "4 min"),
            (3_600_000, "1 h"),
            (7_500_000, "2 h 5 min"),
            (300_000_000, "3 d"),
        ] {
            assert_eq!(format_duration(Duration::from_millis(millis)), expected);
        }
    }
}

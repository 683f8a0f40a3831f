//! The time zones in which times are read and shown: those of the instances.

use jiff::tz::TimeZone;

use super::error::FilterError;
use crate::clock::Timestamp;
use crate::config::Instance;

/// The time zones of these instances.
pub struct Zones<'a>(pub &'a [Instance]);

impl Zones<'_> {
    /// The zone of a time that was typed: that of the instance, or of all if they have the same.
    ///
    /// # Errors
    /// They have different ones.
    pub fn zone_of_times(&self, instance: Option<&str>) -> Result<TimeZone, FilterError> {
        let zone = instance.map_or_else(|| self.common_zone(), |instance| self.zone_of(instance));
        zone.cloned().ok_or_else(|| {
            let zones = self.0.iter().map(|instance| {
                format!("{} {}", instance.name, instance.time_zone.iana_name().unwrap_or("another zone"))
            });
            FilterError::Unknown(format!(
                "the instances have different time zones ({}): name an instance (--instance), or write the time with its zone, \
                 such as 2026-01-31T14:00:00-03:00",
                zones.collect::<Vec<_>>().join(", ")
            ))
        })
    }

    /// Formats a moment in the zone of an instance.
    pub fn format(&self, at: Timestamp, instance: &str, form: &str) -> String {
        at.format_in(&self.zone_to_show(instance), form)
    }

    /// The zone of an instance. One that is not in the configuration any more has that of the others if they have the
    /// same, else UTC.
    pub fn zone_to_show(&self, instance: &str) -> TimeZone {
        self.zone_of(instance).or_else(|| self.common_zone()).cloned().unwrap_or(TimeZone::UTC)
    }

    fn zone_of(&self, instance: &str) -> Option<&TimeZone> {
        let found = self.0.iter().find(|each| each.name.as_str() == instance);
        found.map(|instance| &instance.time_zone)
    }

    fn common_zone(&self) -> Option<&TimeZone> {
        let mut zones = self.0.iter().map(|instance| &instance.time_zone);
        let first = zones.next()?;
        zones.all(|zone| zone == first).then_some(first)
    }
}

//! `[notify]`: who is told of trouble.

use std::time::Duration;

use secrecy::{SecretSlice, SecretString};

use super::diagnostic::{KeyProblem, format_choices, problem};
use super::section::{Entry, check, section};
use super::{parse, secrets, urls};
use crate::domain::{InstanceName, Phone};

section! {
    /// `[notify]`: who is told of trouble.
    #[derive(Default)]
    NotifyConfig, NotifyValues, "notify" {
        /// Where the service reports trouble: by a POST of JSON that Slack's incoming webhooks accept. https, or http on
        /// loopback.
        url: Option<SecretString> = optional Secret("URL"), urls::parse_notify_url, Absent;
        /// The key in base64, with or without `whsec_`, that signs each POST with the headers of Standard Webhooks.
        secret: Option<SecretSlice<u8>> =
            optional Secret("base64 secret"), secrets::parse_standard_webhooks_secret, Absent;
        /// The number of the owner, who is told by WhatsApp too.
        phone: Option<Phone> = optional Text("phone"), parse::parse_phone, Absent;
        /// The instance that sends the messages to `phone`, the first by name without this key. While it is not
        /// connected, another one sends them.
        instance: Option<InstanceName> = optional Text("instance"), parse::parse_instance_name, Absent;
        /// An instance that gets no webhook for this time is reported; without this key, none is.
        no_event_after: Option<Duration> = optional Text("duration"), parse::parse_duration, Absent;
    }
}

/// Reads `[notify]`; `instances` are the tables of all instances.
pub(super) fn read_notify(notify: &Entry<'_>, instances: &Entry<'_>) -> Option<NotifyConfig> {
    let values = NotifyValues::read(notify);
    if let Some(Some(name)) = &values.instance
        && !instances.has(name.as_str())
    {
        let tables: Vec<Entry<'_>> = instances.children().collect();
        let choices = format_choices(name.as_str(), &tables.iter().map(Entry::name).collect::<Vec<_>>());
        let problem = KeyProblem::with_value(name.as_str(), ", which is no instance", choices);
        notify.child("instance").report(problem);
    }
    let (has_url, has_phone) = (notify.has("url"), notify.has("phone"));
    if notify.node().is_some() && !has_url && !has_phone && !notify.is_broken() {
        notify.warn(problem!("names neither url nor phone, so nobody is told of trouble";
            "Write one of them, or both"));
    }
    check!(warn notify.secret if notify.has("secret") && !has_url && has_phone;
        "is not used without `url`"; "Write `url` too, or remove it");
    check!(warn notify.instance if notify.has("instance") && !has_phone && has_url;
        "is not used without `phone`"; "Write `phone` too, or remove it");
    values.build()
}

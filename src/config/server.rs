//! `[server]` and `[store]`.

use std::net::SocketAddr;
use std::time::Duration;

use secrecy::SecretString;

use super::diagnostic::{Problem, quote_value};
use super::section::Section;
use super::{ServerConfig, StoreConfig, parse, urls};

/// The most connections that may be asked for.
const MAX_CONNECTIONS: u32 = 100_000;
/// A message is known again for so long at least, whatever else is forgotten.
const MIN_RETENTION: Duration = Duration::from_secs(48 * 60 * 60);

/// The public listener, known even where the rest is wrong; and the whole section.
pub(super) fn read_server(section: &Section<'_>) -> (Option<SocketAddr>, Option<ServerConfig>) {
    let listen = section.value("listen", urls::parse_listener);
    let admin_listen = section.value("admin_listen", urls::parse_listener);
    let public_url = section.value("public_url", urls::parse_public_url);
    let max_body = section.value("max_body", parse::parse_size);
    let max_connections =
        section.value("max_connections", |text| parse::parse_count(text, 1..=MAX_CONNECTIONS));
    let trusted_proxies = section.list("trusted_proxies", urls::parse_range);
    // Port 0 is whichever is free: two of them differ.
    if listen.is_some() && listen == admin_listen && listen.is_some_and(|address| address.port() != 0) {
        section.report(
            "admin_listen",
            Problem::new("is the same address as server.listen", "Give the private side a port of its own"),
        );
    }
    if !section.has("public_url") {
        section.warn(
            "public_url",
            Problem::new(
                "is not given, so `webhook register` cannot tell Z-API where we are",
                "Write the https URL that leads here",
            ),
        );
    }
    let whole = || {
        Some(ServerConfig {
            listen: listen?,
            admin_listen: admin_listen?,
            public_url,
            max_body: max_body?,
            max_connections: usize::try_from(max_connections?).ok()?,
            trusted_proxies: trusted_proxies?,
        })
    };
    (listen, whole())
}

/// Where the journal is, and how long it keeps things: a message that comes again within
/// `max_event_age` must be known.
pub(super) fn read_store(section: &Section<'_>, max_event_age: Duration) -> Option<StoreConfig> {
    let url = section.secret("url", |text| urls::parse_store_url(text).map(SecretString::from));
    let retention = section.value("retention", |text| {
        let retention = parse::parse_duration(text)?;
        let least = if max_event_age > MIN_RETENTION { "the longest max_event_age" } else { "48h" };
        if retention >= MIN_RETENTION.max(max_event_age) {
            return Ok(retention);
        }
        Err(Problem::new(
            format!(
                "is {}, which is shorter than {least}: a message that comes again would be new",
                quote_value(text)
            ),
            "Write a longer duration, such as \"90d\"",
        ))
    });
    let text_retention = section.value("text_retention", parse::parse_duration);
    let (url, retention, text_retention) = (url?, retention?, text_retention?);
    Some(StoreConfig { url, retention, text_retention: text_retention.min(retention) })
}

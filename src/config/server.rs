//! `[server]` and `[store]`.

use std::net::SocketAddr;
use std::time::Duration;

use secrecy::SecretString;

use super::key::{Format, Key, KeyDefault::*, ValueType::*, section};
use super::{diagnostic::problem, ip_range::AddressRange, parse, section::Section, urls};

/// The shortest retention: repeated messages are recognized for so long.
const MIN_RETENTION: Duration = Duration::from_secs(48 * 60 * 60);

const LISTENER: Format<SocketAddr> = Format::new(Text("address"), urls::parse_listener);

section! {
    /// `[server]`
    ServerConfig, ServerValues, "server" {
        /// The public listener: webhooks only.
        listen: SocketAddr = value LISTENER, Value("127.0.0.1:8080");
        /// The private listener: health and metrics; keep it from the internet.
        admin_listen: SocketAddr = value LISTENER, Value("127.0.0.1:9090");
        /// The https URL under which Z-API reaches the public listener; `webhook register` sends it.
        public_url: Option<String> = optional Format::new(Text("URL"), urls::parse_public_url), Absent;
        /// The largest body of a webhook: bytes, or a number with KiB or MiB.
        max_body: usize = value Format::new(Size, parse::parse_size), Value("256KiB");
        /// The most connections at a time, within the limit of open files. At the limit, a new connection
        /// replaces the one that is idle for the longest.
        max_connections: usize = value parse::count::<usize, 1, 100_000>(), Value("1024");
        /// Addresses or ranges (`10.0.0.0/8`) of reverse proxies. Their `X-Forwarded-For` names the client
        /// when failed verifications are counted; where some are listed, any other address gets at most half
        /// of `max_connections`.
        trusted_proxies: Vec<AddressRange> =
            list Format::new(List("address or range"), urls::parse_range), Value("[]");
    }
}

section! {
    /// `[store]`
    StoreConfig, StoreValues, "store" {
        /// Where the journal is: `sqlite:` and a path, relative to the working directory, or
        /// `postgres://user@host/database`.
        url: SecretString =
            value Format::new(Text("URL"), urls::parse_store_url).secret(), Value("sqlite:vincula.db");
        /// How long the journal keeps a command after its end: 48h or more, and at least the longest
        /// `max_event_age`, so that a repeated message is recognized.
        retention: Duration = value parse::DURATION, Value("90d");
        /// How long it keeps the texts of commands and replies, at most `retention`.
        text_retention: Duration = value parse::DURATION, Value("30d");
    }
}

/// Reads the section, and tells the public listener even where the rest is wrong.
pub(super) fn read_server(section: &Section<'_>) -> (Option<SocketAddr>, Option<ServerConfig>) {
    let values = ServerValues::read(section);
    let listen = values.listen;
    // Port 0 stands for any free port: two of them differ.
    if listen == values.admin_listen && listen.is_some_and(|address| address.port() != 0) {
        let problem = problem!("is the same address as server.listen";
            "Give the private listener a port of its own");
        section.report("admin_listen", problem);
    }
    if !section.has("public_url") {
        let problem = problem!("is not given, so `webhook register` has no URL to send to Z-API";
            "Write the https URL of the public listener");
        section.warn("public_url", problem);
    }
    (listen, values.build())
}

/// Reads the section; `max_event_age` is the longest of all instances.
pub(super) fn read_store(section: &Section<'_>, max_event_age: Duration) -> Option<StoreConfig> {
    let values = StoreValues::read(section);
    if values.retention.is_some_and(|retention| retention < MIN_RETENTION.max(max_event_age)) {
        let min = if max_event_age > MIN_RETENTION { "the longest max_event_age" } else { "48h" };
        let problem = problem!("is shorter than {min}: a repeated message would be taken for a new one";
            "Write a longer duration, such as \"90d\"");
        section.report("retention", problem);
    }
    let store = values.build()?;
    Some(StoreConfig { text_retention: store.text_retention.min(store.retention), ..store })
}

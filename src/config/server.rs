//! `[server]` and `[store]`.

use std::net::SocketAddr;
use std::time::Duration;

use secrecy::SecretString;

use super::section::{Entry, check, section};
use super::urls::{self, AddressRange};
use super::{log_filter, parse};

/// The shortest retention: repeated messages are recognized for so long.
const MIN_RETENTION: Duration = Duration::from_secs(48 * 60 * 60);

section! {
    /// `[server]`
    ServerConfig, ServerValues, "server" {
        /// The public listener: webhooks only.
        listen: SocketAddr = value Text("address"), urls::parse_listener, Value("127.0.0.1:8080");
        /// The private listener: health, metrics and the console; keep it from the internet. An address that other
        /// machines can reach needs a sign-in (`[console]`).
        admin_listen: SocketAddr = value Text("address"), urls::parse_listener, Value("127.0.0.1:9090");
        /// The https URL under which Z-API reaches the public listener; `webhook register` sends it.
        public_url: Option<String> = optional Text("URL"), urls::parse_public_url, Absent;
        /// The largest body of a webhook: bytes, or a number with KiB or MiB.
        max_body: usize = value Size, parse::parse_size, Value("256KiB");
        /// The most connections at a time, within the limit of open files. At the limit, a new connection
        /// replaces the one that is idle for the longest.
        max_connections: usize = value Number(1, 100_000), parse::parse_checked, Value("1024");
        /// Addresses or ranges (`10.0.0.0/8`) of reverse proxies. Their `X-Forwarded-For` names the client
        /// when failed verifications are counted; where some are listed, any other address gets at most half
        /// of `max_connections`.
        trusted_proxies: Vec<AddressRange> = list List("address or range"), urls::parse_range, Value("[]");
        /// What is logged: a level, or `target=level` parts separated by commas. `RUST_LOG` wins where it is set.
        log_filter: String = value Text("log filter"), log_filter::parse_log_filter, Value("info");
    }
}

section! {
    /// `[store]`
    StoreConfig, StoreValues, "store" {
        /// Where the journal is: `sqlite:` and a path, relative to the working directory, or
        /// `postgres://user@host/database`.
        url: SecretString = value Secret("URL"), urls::parse_store_url, Value("sqlite:vincula.db");
        /// How long the journal keeps a command after its end: 48h or more, and at least the longest
        /// `max_event_age`, so that a repeated message is recognized.
        retention: Duration = value Text("duration"), parse::parse_duration, Value("90d");
        /// How long it keeps the texts of commands and replies, at most `retention`.
        text_retention: Duration = value Text("duration"), parse::parse_duration, Value("30d");
    }
}

/// Reads `[server]`; `has_sign_in`: the console has one.
pub(super) fn read_server(server: &Entry<'_>, has_sign_in: bool) -> ServerValues {
    let values = ServerValues::read(server);
    let (listen, admin_listen) = (values.listen, values.admin_listen);
    check!(report server.admin_listen if !has_sign_in && admin_listen.is_some_and(urls::is_reachable);
        "can be reached from other machines, but the console has no sign-in: anybody could read and run commands";
        "Set console.password_hash to what `vincula password` prints (/metrics needs no password even then), \
         or let it be a loopback address such as 127.0.0.1:9090");
    // Port 0 stands for any free port: two of them differ.
    check!(report server.admin_listen if listen == admin_listen && listen.is_some_and(|it| it.port() != 0);
        "is the same address as server.listen"; "Give the private listener a port of its own");
    check!(warn server.public_url if !server.has("public_url");
        "is not given, so `webhook register` has no URL to send to Z-API";
        "Write the https URL of the public listener");
    values
}

/// Checks `[store]`; `max_age` is the longest `max_event_age` of all instances.
pub(super) fn check_store(store: &Entry<'_>, values: StoreValues, max_age: Duration) -> Option<StoreConfig> {
    let min = if max_age > MIN_RETENTION { "the longest max_event_age" } else { "48h" };
    check!(report store.retention if values.retention.is_some_and(|it| it < max_age.max(MIN_RETENTION));
        "is shorter than {min}: a repeated message would be taken for a new one";
        "Write a longer duration, such as \"90d\"");
    let store = values.build()?;
    Some(StoreConfig { text_retention: store.text_retention.min(store.retention), ..store })
}

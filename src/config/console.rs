//! `[console]`: who may use the console.

use std::time::Duration;

use http::HeaderName;
use secrecy::SecretString;

use super::section::{Entry, check, section};
use super::urls::{self, AddressRange};
use super::{parse, secrets};

section! {
    /// `[console]`: who may use the console on the private listener. Without a sign-in everybody on this machine may.
    ConsoleConfig, ConsoleValues, "console" {
        /// The hash of the operators' password, as `vincula password` prints it. Operators see everything and may
        /// retry, drop and cancel commands.
        password_hash: Option<SecretString> = optional Secret("hash"), secrets::parse_password_hash, Absent;
        /// The hash of the viewers' password. Viewers see everything but texts of messages, and change nothing.
        viewer_password_hash: Option<SecretString> = optional Secret("hash"), secrets::parse_password_hash, Absent;
        /// The header in which a proxy with a sign-in of its own names the person, such as `X-Forwarded-User`.
        user_header: Option<HeaderName> = optional Text("header name"), parse::parse_header, Absent;
        /// Addresses or ranges of the proxies in front of the private listener. Only their `user_header`,
        /// `X-Forwarded-Proto` and `X-Forwarded-For` are believed.
        trusted_proxies: Vec<AddressRange> = list List("address or range"), urls::parse_range, Value("[]");
        /// The people who are operators, as `user_header` names them; everybody else is a viewer.
        operators: Vec<String> = list List("name"), parse::parse_line, Value("[]");
        /// A session ends when it is not used for so long.
        idle_timeout: Duration = value Text("duration"), parse::parse_duration, Value("8h");
        /// A session ends so long after the sign-in.
        absolute_timeout: Duration = value Text("duration"), parse::parse_duration, Value("7d");
    }
}

/// Reads `[console]`.
pub(super) fn read_console(console: &Entry<'_>) -> Option<ConsoleConfig> {
    let values = ConsoleValues::read(console);
    let ConsoleValues { trusted_proxies, operators, idle_timeout, absolute_timeout, .. } = &values;
    let has_header = console.has("user_header");
    check!(report console.user_header if has_header && trusted_proxies.as_ref().is_some_and(Vec::is_empty);
        "is believed from nobody"; "Write the address of the proxy that sets it into console.trusted_proxies");
    check!(report console.operators if !has_header && operators.as_ref().is_some_and(|names| !names.is_empty());
        "has no effect without `user_header`";
        "Write the header in which the proxy names the person, or remove the list");
    check!(report console.trusted_proxies if trusted_proxies.iter().flatten().any(AddressRange::is_everything);
        "holds every address, so anybody could name themselves"; "Write the addresses of the proxies alone");
    check!(report console.absolute_timeout if absolute_timeout.is_some() && absolute_timeout < idle_timeout;
        "is shorter than `idle_timeout`";
        "Write a longer duration, such as \"7d\", or a shorter `idle_timeout`");
    values.build()
}

/// Whether `[console]` has a sign-in; one with a mistake, which is reported, counts.
pub(super) fn has_sign_in(console: &Entry<'_>) -> bool {
    ["password_hash", "viewer_password_hash", "user_header"].iter().any(|name| console.has(name))
}

impl ConsoleConfig {
    /// Whether people must sign in, or be named by a proxy.
    pub fn has_sign_in(&self) -> bool {
        self.password_hash.is_some() || self.viewer_password_hash.is_some() || self.user_header.is_some()
    }
}

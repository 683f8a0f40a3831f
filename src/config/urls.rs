//! Addresses of listeners and proxies, and URLs.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::Uri;
use ipnet::{AddrParseError, IpNet, Ipv4Net};
use secrecy::SecretString;

use super::diagnostic::{KeyProblem, problem, refuse_if};

/// An address or a range whose `X-Forwarded-For` is believed.
pub(super) fn parse_range(text: &str) -> Result<AddressRange, KeyProblem> {
    let remedy = "Write an IP address such as 10.0.0.1, or a range such as 10.0.0.0/8";
    KeyProblem::unless(text.trim().parse().ok(), text, "address and no range", remedy)
}

/// An address and a port to listen on.
pub(super) fn parse_listener(text: &str) -> Result<SocketAddr, KeyProblem> {
    let text = text.trim();
    text.parse().map_err(|_| {
        let port = text.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()).unwrap_or(8080);
        let remedy =
            format!("Write 127.0.0.1:{port} for this machine alone, 0.0.0.0:{port} for every network");
        KeyProblem::with_value(text, ", but an IP address and a port are due", remedy)
    })
}

/// Whether other machines can reach a listener.
pub(super) fn is_reachable(listener: SocketAddr) -> bool {
    !listener.ip().to_canonical().is_loopback()
}

/// Refuses a whole URL of the panel (`…/instances/X/token/Y/send-text`); it holds the token and is not shown.
pub(super) fn check_panel_url(text: &str) -> Result<(), KeyProblem> {
    refuse_if!(text.contains("/instances/") || text.contains("/token/"), "is a whole address of the panel";
        "Take it apart: what stands before `/instances/` is `base_url`, what stands between `/instances/` and \
         `/token/` is `id`, what follows `/token/` up to the next `/` is `token`");
    Ok(())
}

/// The URL of Z-API, without a trailing slash.
pub(super) fn parse_base_url(text: &str) -> Result<String, KeyProblem> {
    check_panel_url(text)?;
    parse_https_url(text, "https://api.z-api.io")
}

/// The URL of the public listener, without a trailing slash.
pub(super) fn parse_public_url(text: &str) -> Result<String, KeyProblem> {
    refuse_if!(text.contains("/webhooks"), "holds the path of a webhook";
        "Leave `/webhooks` and what follows away: it is appended for every instance");
    parse_https_url(text, "https://bot.example.com")
}

/// The URL of notifications. Never shown: whoever knows it can post there.
pub(super) fn parse_notify_url(text: &str) -> Result<SecretString, KeyProblem> {
    const EXAMPLE: &str = "https://hooks.example.com/services/…";
    let text = text.trim();
    let (url, query) = text.split_once('?').unwrap_or((text, ""));
    parse_https_url(url, EXAMPLE)?;
    refuse_if!(query.contains('#'), "holds a fragment"; "Write it like {EXAMPLE}");
    Ok(text.into())
}

/// An https URL of a host and perhaps a path. Its text is never shown: people paste secrets in URLs.
fn parse_https_url(text: &str, example: &str) -> Result<String, KeyProblem> {
    let text = text.trim();
    let uri: Uri = text.parse().map_err(|_| problem!("is no URL"; "Write it like {example}"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(problem!("is no URL with https:// and a host"; "Write it like {example}"));
    };
    let has_port = authority.as_str() != authority.host();
    let is_bad_port = has_port && authority.port_u16().is_none_or(|port| port == 0);
    let is_safe = scheme == "https" || scheme == "http" && is_loopback_host(authority.host());
    refuse_if!(authority.as_str().contains('@'), "holds a user or a password"; "Write it like {example}");
    refuse_if!(text.contains(['?', '#']), "holds a query or a fragment"; "Write it like {example}");
    refuse_if!(authority.host().is_empty() || is_bad_port, "has no proper host and port"; "Write it like {example}");
    refuse_if!(!is_safe, "is not https, so what is sent there could be read on the way";
        "Write https://…, like {example}; http is for loopback only");
    Ok(text.trim_end_matches('/').to_owned())
}

/// Whether the host of a URL is a name or an address of loopback.
pub fn is_loopback_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
    bare.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(is_loopback)
}

/// The URL of the journal. Never shown: it may hold a password.
pub(super) fn parse_store_url(text: &str) -> Result<SecretString, KeyProblem> {
    const FILE: &str = "Write sqlite: and a path, such as sqlite:vincula.db";
    const SERVER: &str = "Write postgres://user@host/database";
    let text = text.trim();
    let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if scheme == "sqlite" {
        refuse_if!(path.contains(":memory:") || query.contains("mode=memory"),
            "is a database in memory, and no command would survive a restart"; "{FILE}");
        refuse_if!(path.trim_matches('/').is_empty(), "names no file"; "{FILE}");
    } else {
        refuse_if!(!["postgres", "postgresql"].contains(&scheme), "begins with neither sqlite: nor postgres://"; "{FILE}");
        refuse_if!(has_unescaped_password(rest),
            "has a user or a password with a character that ends it, or an @ behind its host";
            "Write / as %2F, # as %23, ? as %3F and @ as %40 in it, or keep the password out of the URL");
        refuse_if!(!path.starts_with("//"), "has no // behind its scheme"; "{SERVER}");
        // After `//` and the host, one name.
        let is_database =
            path.splitn(4, '/').nth(3).is_some_and(|name| !name.is_empty() && !name.contains('/'));
        refuse_if!(!is_database, "names no database"; "{SERVER}");
    }
    Ok(text.into())
}

/// Whether a user or a password holds a sign that ends it: behind a slash, a number sign or a question mark there is an `@`.
/// Then a part of the password would be taken for the host, and be shown.
fn has_unescaped_password(rest: &str) -> bool {
    let (server, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = server.trim_start_matches('/').split_once('/').map_or("", |(_, path)| path);
    // `?user=ana@example.com` is an option.
    let is_option = query.split('@').next().unwrap_or_default().contains('=');
    path.contains('@') || rest.contains('#') || query.contains('@') && !is_option
}

/// One address or a range in CIDR notation, such as `10.0.0.0/8`.
///
/// IPv4 addresses that are written as IPv6 (`::ffff:10.0.0.1`) count as IPv4, in the range and in what is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressRange(IpNet);

impl AddressRange {
    /// Whether the address lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// Whether it is all of IPv4 or of IPv6.
    pub(super) fn is_everything(&self) -> bool {
        self.0.prefix_len() == 0
    }
}

impl FromStr for AddressRange {
    type Err = AddrParseError;

    /// `10.0.0.1`, `10.0.0.0/8`, `::1`, `fd00::/8`; bits below the prefix are ignored.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut range = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address),
            Err(_) => text.parse()?,
        };
        if let IpNet::V6(v6) = range
            && let Some((v4, prefix)) = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96))
        {
            range = Ipv4Net::new(v4, prefix).map_or(range, IpNet::from);
        }
        Ok(Self(range.trunc()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_an_address_and_a_port() {
        for text in ["127.0.0.1:8080", "0.0.0.0:0", "[::1]:80"] {
            assert!(parse_listener(text).is_ok(), "{text}");
        }
        for (text, remedy) in [
            ("8080", "127.0.0.1:8080"),
            (":9000", "0.0.0.0:9000"),
            ("localhost:8080", "127.0.0.1:8080"),
            ("127.0.0.1", "127.0.0.1:8080"),
            ("127.0.0.1:99999", "127.0.0.1:8080"),
        ] {
            let flaw = parse_listener(text).unwrap_err();
            assert!(flaw.remedy.contains(remedy), "{text}");
        }
    }

    #[test]
    fn t26_z_api_is_reached_over_https_or_on_loopback() {
        for (text, kept) in [
            ("https://api.z-api.io", Some("https://api.z-api.io")),
            ("https://api.z-api.io/", Some("https://api.z-api.io")),
            ("https://gate.example.com:8443/zapi//", Some("https://gate.example.com:8443/zapi")),
            ("http://127.0.0.1:9999", Some("http://127.0.0.1:9999")),
            ("http://localhost:9999/", Some("http://localhost:9999")),
            ("http://[::1]:9999", Some("http://[::1]:9999")),
            ("http://api.z-api.io", None),
            ("http://localhost.example.com", None),
            ("http://127.0.0.1.example.com", None),
            ("http://127.0.0.1@example.com", None),
            ("https://user:word@example.com", None),
            ("https://example.com:99999", None),
            ("https://example.com:", None),
            ("https://example.com/?a=b", None),
            ("https://example.com/#a", None),
            ("https://", None),
            ("https:///path", None),
            ("api.z-api.io", None),
            ("ftp://api.z-api.io", None),
            ("/path", None),
            ("", None),
            ("https://api.z-api.io/instances/X/token/Y/send-text", None),
        ] {
            assert_eq!(parse_base_url(text).ok().as_deref(), kept, "{text}");
        }
    }

    #[test]
    fn the_public_url_ends_before_the_webhooks_path() {
        assert_eq!(parse_public_url("https://bot.example.com/").unwrap(), "https://bot.example.com");
        assert!(parse_public_url("https://bot.example.com/webhooks/main/secret").is_err());
        assert!(parse_public_url("http://bot.example.com").is_err());
    }

    #[test]
    fn t26_notifications_go_over_https_or_to_loopback() {
        for (text, is_valid) in [
            ("https://hooks.slack.com/services/T0/B0/hunter2", true),
            (" https://hooks.example.com/?token=hunter2&x=1 ", true),
            ("http://127.0.0.1:9999/hunter2", true),
            ("http://hooks.example.com/hunter2", false),
            ("https://user:hunter2@hooks.example.com/", false),
            ("https://hooks.example.com/hunter2#x", false),
            ("https://hooks.example.com/?hunter2#x", false),
            ("hooks.example.com/hunter2", false),
            ("https://", false),
            ("", false),
        ] {
            let parsed = parse_notify_url(text);
            assert_eq!(parsed.is_ok(), is_valid, "{text}");
            assert!(!format!("{parsed:?}").contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn the_journal_is_a_file_or_a_database() {
        for text in [
            "sqlite:vincula.db",
            "sqlite:///var/lib/vincula/vincula.db",
            "sqlite:a.db?mode=rwc",
            "postgres://user:hunter2@host/db",
            "postgresql://[::1]:5433/db?sslmode=require",
            "postgres:///db?host=/run/postgresql",
            "postgres://user:hunter%2F2@host/db",
            "postgres://user:hunter@2@host/db",
            "postgres://host/db?user=ana@example.com",
        ] {
            assert!(parse_store_url(text).is_ok(), "{text}");
        }
        for (text, problem) in [
            ("postgres://user:hunter2@host", "no database"),
            ("postgres://user:hunter2@host/", "no database"),
            ("postgres:user:hunter2@host/db", "no //"),
            ("postgres://user:hunter2/x@host/db", "password"),
            ("postgres://user:hunter2/x@host", "password"),
            ("postgres://user:hunter2#x@host/db", "password"),
            ("postgres://user:hunter2?x@host/db", "password"),
            ("postgres://user:hunter2/x?x@host/db", "password"),
            ("postgres://user:a@hunter2/x@host/db", "password"),
            ("mysql://user:hunter2@host/db", "neither"),
            ("sqlite::memory:", "in memory"),
            ("sqlite://:memory:", "in memory"),
            ("sqlite:file?mode=memory", "in memory"),
            ("sqlite:", "no file"),
            ("sqlite://", "no file"),
            ("vincula.db", "sqlite:"),
            ("", "sqlite:"),
        ] {
            let flaw = parse_store_url(text).unwrap_err();
            assert!(flaw.message.contains(problem), "{text}: {}", flaw.message);
            assert!(!flaw.message.contains("hunter2"));
        }
    }

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        for (range, address, holds) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "203.0.113.9", false),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("::ffff:10.0.0.0/104", "10.2.3.4", true),
        ] {
            let parsed: AddressRange = range.parse().unwrap();
            assert_eq!(parsed.contains(address.parse().unwrap()), holds, "{range} {address}");
        }
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/+8", "10.0.0/8", "proxy", "/8"] {
            assert!(text.parse::<AddressRange>().is_err(), "{text}");
        }
    }
}

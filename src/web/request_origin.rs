//! Where a request comes from, as far as browsers tell: `Host`, `Origin` and `Sec-Fetch-*`. A page of another site can change
//! none of them.

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, Uri};

use crate::config::is_loopback_host;

const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The only value of a header; `None` if there is none, or more than one.
pub fn single_value<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { std::str::from_utf8(value.as_bytes()).ok() }
}

/// Whether a page of this server sent the request. Browsers say so in `Sec-Fetch-Site`, and in `Origin` where they send no
/// other; a page of another site can change neither.
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    if headers.contains_key(FETCH_SITE) {
        return matches!(single_value(headers, &FETCH_SITE), Some("same-origin" | "none"));
    }
    headers.contains_key(ORIGIN) && !has_other_origin(headers)
}

/// Whether a request names an origin that is not the server it was sent to.
pub fn has_other_origin(headers: &HeaderMap) -> bool {
    if !headers.contains_key(ORIGIN) {
        return false;
    }
    let origin = single_value(headers, &ORIGIN).and_then(|origin| origin.parse::<Uri>().ok());
    let origin = origin.as_ref().and_then(Uri::authority).map(host_and_port);
    let host = single_value(headers, &HOST).and_then(|host| host.parse::<Authority>().ok());
    origin.is_none() || origin != host.as_ref().map(host_and_port)
}

/// Whether the browser opens the page for its user to see.
pub fn is_navigation(headers: &HeaderMap) -> bool {
    single_value(headers, &FETCH_MODE) == Some("navigate")
}

/// Whether the browser followed a link of another site. It does not send the session cookie then.
pub fn is_cross_site(headers: &HeaderMap) -> bool {
    matches!(single_value(headers, &FETCH_SITE), Some("cross-site" | "same-site"))
}

/// Host and port in one spelling; the usual ports of http and https are the same as none.
fn host_and_port(authority: &Authority) -> (String, Option<u16>) {
    let port = authority.port_u16().filter(|port| !matches!(port, 80 | 443));
    (authority.host().to_ascii_lowercase(), port)
}

/// Whether the browser was told a name or an address of loopback. A hostile name server can let any other name point here.
pub fn has_loopback_host(headers: &HeaderMap) -> bool {
    let host = single_value(headers, &HOST).and_then(|host| host.parse::<Authority>().ok());
    host.is_some_and(|host| is_loopback_host(host.host()))
}

/// Whether a proxy passed the request on.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

/// Headers with these names and values, for tests.
#[cfg(test)]
pub fn header_map(rows: &[(&'static str, &str)]) -> HeaderMap {
    let row = |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().unwrap());
    let mut headers = HeaderMap::new();
    for (name, value) in rows.iter().map(row) {
        headers.append(name, value);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t38_a_request_of_another_origin_is_noticed() {
        let host = ("host", "console.example.com");
        for (rows, is_ours) in [
            (&[host, ("sec-fetch-site", "same-origin")][..], true),
            (&[host, ("sec-fetch-site", "none")], true),
            (&[host, ("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[host, ("sec-fetch-site", "same-site")], false),
            (&[host, ("sec-fetch-site", "cross-site"), ("origin", "https://console.example.com")], false),
            (&[host, ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
            (&[host, ("origin", "https://console.example.com")], true),
            (&[host, ("origin", "https://CONSOLE.example.com:443")], true),
            (&[host, ("origin", "http://console.example.com")], true),
            (&[("host", "127.0.0.1:9090"), ("origin", "http://127.0.0.1:9090")], true),
            (&[("host", "[::1]:9090"), ("origin", "http://[::1]:9090")], true),
            (&[("host", "127.0.0.1:9090"), ("origin", "http://127.0.0.1:8000")], false),
            (&[("host", "127.0.0.1:9090"), ("origin", "http://127.0.0.1")], false),
            (&[host, ("origin", "https://console.example.com.evil.example")], false),
            (&[host, ("origin", "https://evil.example")], false),
            (&[host, ("origin", "https://console.example.com"), ("origin", "https://evil.example")], false),
            (&[host, ("origin", "null")], false),
            (&[host, ("origin", "")], false),
            (&[host], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(is_same_origin(&header_map(rows)), is_ours, "{rows:?}");
        }
    }

    #[test]
    fn t38_only_names_and_addresses_of_loopback_are_loopback() {
        for host in
            ["localhost", "LOCALHOST:9090", "127.0.0.1:9090", "127.1.2.3", "[::1]:9090", "[::ffff:127.0.0.1]"]
        {
            assert!(has_loopback_host(&header_map(&[("host", host)])), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "192.0.2.7:9090",
            "[::2]",
            "",
        ] {
            assert!(!has_loopback_host(&header_map(&[("host", host)])), "{host}");
        }
        assert!(!has_loopback_host(&header_map(&[])));
        assert!(!has_loopback_host(&header_map(&[("host", "localhost"), ("host", "localhost")])));
    }
}

//! What a request says about its client, as far as it can be believed.

use std::net::IpAddr;

use http::header::ACCEPT;
use http::{HeaderMap, HeaderName};

use crate::config::AddressRange;
use crate::web::single_value;
use crate::webhook::client_addr::ClientAddr;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HTMX_REQUEST: HeaderName = HeaderName::from_static("hx-request");

/// What is known about the client of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestFacts {
    /// Its address.
    pub(super) client: ClientAddr,
    /// A trusted proxy sent the request.
    pub(super) is_from_proxy: bool,
    /// The browser uses https.
    pub(super) is_https: bool,
}

impl RequestFacts {
    pub(super) fn new(peer: IpAddr, headers: &HeaderMap, trusted: &[AddressRange]) -> Self {
        let is_from_proxy = trusted.iter().any(|range| range.contains(peer));
        let protocol = headers.get_all(FORWARDED_PROTO).iter().next_back();
        let protocol = protocol.and_then(|value| value.to_str().ok()?.rsplit(',').next());
        let is_https = protocol.is_some_and(|protocol| protocol.trim().eq_ignore_ascii_case("https"));
        Self {
            client: ClientAddr::from_request(peer, headers, trusted),
            is_from_proxy,
            is_https: is_from_proxy && is_https,
        }
    }
}

/// Whether a script of a page sent the request by itself: it keeps no session alive.
pub(super) fn is_by_script(headers: &HeaderMap) -> bool {
    headers.contains_key(HTMX_REQUEST) || single_value(headers, &ACCEPT) == Some("text/event-stream")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::header_map;

    #[test]
    fn t38_only_a_trusted_proxy_is_believed() {
        let trusted = ["10.0.0.1".parse().unwrap()];
        let rows = header_map(&[("x-forwarded-proto", "https"), ("x-forwarded-for", "198.51.100.7")]);
        let by_proxy = RequestFacts::new("10.0.0.1".parse().unwrap(), &rows, &trusted);
        assert!(by_proxy.is_https && by_proxy.is_from_proxy);
        assert_eq!(by_proxy.client.to_string(), "198.51.100.7");
        let other = RequestFacts::new("10.0.0.2".parse().unwrap(), &rows, &trusted);
        assert!(!other.is_https && !other.is_from_proxy);
        assert_eq!(other.client.to_string(), "10.0.0.2");
        for (protocol, is_https) in
            [("http", false), ("https, http", false), ("http,HTTPS", true), ("", false)]
        {
            let rows = header_map(&[("x-forwarded-proto", protocol)]);
            let facts = RequestFacts::new("10.0.0.1".parse().unwrap(), &rows, &trusted);
            assert_eq!(facts.is_https, is_https, "{protocol}");
        }
    }
}

//! Keeps other sites away from the page: only requests to a loopback name, and forms only from the page itself.
//!
//! A name that leads to loopback (DNS rebinding) shows in `Host`, a form of another site in `Origin`. A browser that
//! hides its origin, as our referrer policy makes it for plain forms, still tells the site of the request.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Method};

use crate::web::PageError;

/// Refuses requests of other sites.
pub(super) async fn refuse_other_sites(
    State(address): State<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    match is_from_page(request.headers(), address, is_read) {
        true => next.run(request).await,
        false => PageError::Forbidden.into_response(),
    }
}

fn is_from_page(headers: &HeaderMap, address: SocketAddr, is_read: bool) -> bool {
    let text = |name: &http::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    // A page of another site may lead here, and read nothing.
    let is_elsewhere =
        matches!(headers.get("sec-fetch-site"), Some(site) if site == "cross-site" || site == "same-site");
    let is_navigation = headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    if is_elsewhere && !(is_read && is_navigation) {
        return false;
    }
    let Some(host) = text(&HOST).filter(|host| is_own_host(host, address)) else { return false };
    let is_own_origin = match text(&ORIGIN) {
        None | Some("null") => headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin"),
        Some(origin) => origin.strip_prefix("http://").is_some_and(|origin| origin == host),
    };
    is_read || is_own_origin
}

/// Whether a `Host` is a name of loopback with the port of the page.
fn is_own_host(host: &str, address: SocketAddr) -> bool {
    let port = format!(":{}", address.port());
    let name = host.strip_suffix(&port).or(Some(host).filter(|_| address.port() == 80));
    name.is_some_and(|name| {
        name.eq_ignore_ascii_case("localhost")
            || name == "127.0.0.1"
            || name == "[::1]"
            || name == address.ip().to_string()
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    #[test]
    fn only_the_page_itself_may_change_anything() {
        let address: SocketAddr = "127.0.0.1:8088".parse().unwrap();
        for (headers, reads, writes) in [
            (&[("host", "127.0.0.1:8088")][..], true, false),
            (&[("host", "127.0.0.1:8088"), ("origin", "http://127.0.0.1:8088")], true, true),
            (&[("host", "localhost:8088"), ("origin", "http://localhost:8088")], true, true),
            (&[("host", "localhost:8088"), ("origin", "http://127.0.0.1:8088")], true, false),
            (&[("host", "127.0.0.1:8088"), ("origin", "https://127.0.0.1:8088")], true, false),
            (&[("host", "127.0.0.1:8088"), ("origin", "http://evil.example")], true, false),
            (&[("host", "127.0.0.1:8088"), ("origin", "null")], true, false),
            (
                &[("host", "127.0.0.1:8088"), ("origin", "null"), ("sec-fetch-site", "same-origin")],
                true,
                true,
            ),
            (&[("host", "127.0.0.1:8088"), ("sec-fetch-site", "cross-site")], false, false),
            (
                &[
                    ("host", "127.0.0.1:8088"),
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "navigate"),
                ],
                true,
                false,
            ),
            (&[("host", "127.0.0.1:8089"), ("origin", "http://127.0.0.1:8089")], false, false),
            (&[("host", "rebind.example:8088"), ("origin", "http://rebind.example:8088")], false, false),
            (&[("host", "127.0.0.1"), ("origin", "http://127.0.0.1")], false, false),
            (&[], false, false),
        ] {
            let map: HeaderMap = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
                .collect();
            assert_eq!(is_from_page(&map, address, true), reads, "read {headers:?}");
            assert_eq!(is_from_page(&map, address, false), writes, "write {headers:?}");
        }
    }
}

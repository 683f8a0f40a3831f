//! Keeps other sites and machines away from the page: only requests to a loopback name that no proxy passed on, and forms
//! only from the page itself.
//!
//! A name that leads to loopback (DNS rebinding) shows in `Host`, a form of another site in `Origin`. A browser that
//! hides its origin still tells the site of the request. Browsers do not use HTTP/1.0, but proxies do.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, Version};

use crate::web::{
    PageLanguage, has_loopback_host, is_cross_site, is_forwarded, is_navigation, is_same_origin, message_page,
};

/// Refuses requests of other sites and of proxies, and says what to do instead.
pub(super) async fn refuse_other_sites(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_proxied = is_forwarded(request.headers()) || request.version() == Version::HTTP_10;
    if !is_proxied && is_from_page(request.headers(), is_read) {
        return next.run(request).await;
    }
    let PageLanguage(locale) = PageLanguage::from_headers(request.headers());
    message_page(StatusCode::FORBIDDEN, locale, ("playground-other-site", "playground-other-site-help"))
}

fn is_from_page(headers: &HeaderMap, is_read: bool) -> bool {
    // A page of another site may lead here, and read nothing.
    let is_foreign = is_cross_site(headers) && !(is_read && is_navigation(headers));
    has_loopback_host(headers) && !is_foreign && (is_read || is_same_origin(headers))
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    #[test]
    fn only_the_page_itself_may_change_anything() {
        let host = ("host", "127.0.0.1:8088");
        let (cross_site, navigate) = (("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"));
        for (headers, reads, writes) in [
            (&[host][..], true, false),
            (&[host, ("origin", "http://127.0.0.1:8088")], true, true),
            (&[("host", "localhost:8088"), ("origin", "http://localhost:8088")], true, true),
            (&[("host", "localhost:8088"), ("origin", "http://127.0.0.1:8088")], true, false),
            (&[host, ("origin", "http://127.0.0.1:8089")], true, false),
            (&[host, ("origin", "http://evil.example")], true, false),
            (&[host, ("origin", "null")], true, false),
            (&[host, ("origin", "null"), ("sec-fetch-site", "same-origin")], true, true),
            (&[host, cross_site], false, false),
            (&[host, cross_site, navigate], true, false),
            (&[("host", "rebind.example:8088"), ("origin", "http://rebind.example:8088")], false, false),
            (&[], false, false),
        ] {
            let map: HeaderMap = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
                .collect();
            assert_eq!(is_from_page(&map, true), reads, "read {headers:?}");
            assert_eq!(is_from_page(&map, false), writes, "write {headers:?}");
        }
    }
}

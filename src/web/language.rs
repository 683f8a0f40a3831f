//! The language of a page: the best of those that the browser asks for.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::domain::Locale;

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLanguage(pub Locale);

impl PageLanguage {
    /// The language of `Accept-Language` with the highest weight that there are texts in; else English.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let values =
            headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value: &HeaderValue| value.to_str().ok());
        let mut best = (Locale::En, 0.0);
        for (locale, weight) in values.flat_map(|value| value.split(',')).filter_map(parse_range) {
            if weight > best.1 {
                best = (locale, weight);
            }
        }
        Self(best.0)
    }
}

/// `pt-BR;q=0.8`.
fn parse_range(range: &str) -> Option<(Locale, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let locale = Locale::parse(parts.next()?)?;
    let weight = match parts.find_map(|part| part.strip_prefix("q=")) {
        Some(weight) => weight.parse().ok().filter(|weight| (0.0..=1.0).contains(weight))?,
        None => 1.0,
    };
    Some((locale, weight))
}

impl<S: Sync> FromRequestParts<S> for PageLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::from_headers(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_highest_weight_wins() {
        for (accepted, expected) in [
            ("", Locale::En),
            ("pt-BR,pt;q=0.9,en-US;q=0.8", Locale::PtBr),
            ("pt-PT", Locale::PtBr),
            ("en;q=0.5, es-AR;q=0.7", Locale::Es),
            ("de, es;q=0.1", Locale::Es),
            ("*", Locale::En),
            ("es;q=0", Locale::En),
            ("es;q=NaN, pt;q=7", Locale::En),
            (";;;,,q=1", Locale::En),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, accepted.parse().unwrap())]);
            assert_eq!(PageLanguage::from_headers(&headers), PageLanguage(expected), "{accepted}");
        }
    }
}

//! The files that pages load: style sheet, scripts, icon. Compiled in, each under a name with a hash of its content.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderName, StatusCode};
use sha2::{Digest as _, Sha256};

/// Digits of the hash in a name.
const HASH_DIGITS: usize = 12;
/// A name with a hash never gets another content.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// A file, as it is compiled in.
struct AssetFile {
    /// The name that templates use.
    name: &'static str,
    content_type: &'static str,
    content: &'static [u8],
    /// The same content, compressed.
    gzip: Option<&'static [u8]>,
}

/// A page loads one style sheet: that of all pages begins those of the console and of the playground.
const FILES: [AssetFile; 7] = [
    AssetFile {
        name: "style.css",
        content_type: "text/css; charset=utf-8",
        content: include_bytes!("assets/style.css"),
        gzip: None,
    },
    AssetFile {
        name: "icon.svg",
        content_type: "image/svg+xml",
        content: include_bytes!("assets/icon.svg"),
        gzip: None,
    },
    AssetFile {
        name: "console.css",
        content_type: "text/css; charset=utf-8",
        content: concat!(include_str!("assets/style.css"), include_str!("assets/console.css")).as_bytes(),
        gzip: None,
    },
    AssetFile {
        name: "playground.css",
        content_type: "text/css; charset=utf-8",
        content: concat!(include_str!("assets/style.css"), include_str!("assets/playground.css")).as_bytes(),
        gzip: None,
    },
    AssetFile {
        name: "playground.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("assets/playground.js"),
        gzip: None,
    },
    AssetFile {
        name: "htmx.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("vendor/htmx.min.js"),
        gzip: Some(include_bytes!("vendor/htmx.min.js.gz")),
    },
    AssetFile {
        name: "htmx-sse.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("vendor/sse.min.js"),
        gzip: None,
    },
];

/// A file and its address.
struct Asset {
    file: AssetFile,
    /// `style.0123456789ab.css`.
    hashed_name: String,
    /// `/assets/` and that name.
    path: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| FILES.into_iter().map(Asset::new).collect());

impl Asset {
    fn new(file: AssetFile) -> Self {
        let hash = base16ct::lower::encode_string(&Sha256::digest(file.content));
        let (stem, extension) = file.name.rsplit_once('.').unwrap_or((file.name, "bin"));
        let hashed_name = format!("{stem}.{}.{extension}", &hash[..HASH_DIGITS]);
        Self { file, path: format!("/assets/{hashed_name}"), hashed_name }
    }
}

/// The address of a file; empty if there is none with this name.
pub(super) fn asset_path(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.file.name == name).map_or("", |asset| asset.path.as_str())
}

/// `GET /assets/…`.
pub fn asset_routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(serve_asset))
}

async fn serve_asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, StatusCode> {
    let asset = ASSETS.iter().find(|asset| asset.hashed_name == name).ok_or(StatusCode::NOT_FOUND)?;
    let accepts = |encoding: &str| {
        let mut values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| value.split([',', ' ', ';']).any(|part| part == encoding))
    };
    let gzip = asset.file.gzip.filter(|_| accepts("gzip"));
    let etag = format!("\"{}{}\"", asset.hashed_name, if gzip.is_some() { "-gzip" } else { "" });
    let mut response: Vec<(HeaderName, &str)> =
        vec![(CACHE_CONTROL, IMMUTABLE), (ETAG, &etag), (CONTENT_TYPE, asset.file.content_type)];
    if asset.file.gzip.is_some() {
        response.push((VARY, "Accept-Encoding"));
    }
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, to_header_map(&response)).into_response());
    }
    if gzip.is_some() {
        response.push((CONTENT_ENCODING, "gzip"));
    }
    Ok((to_header_map(&response), gzip.unwrap_or(asset.file.content)).into_response())
}

fn to_header_map(headers: &[(HeaderName, &str)]) -> HeaderMap {
    // The values are names of files and constants, which always parse.
    headers.iter().filter_map(|(name, value)| Some((name.clone(), value.parse().ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Web pages weigh 100 KiB at most, all in all.
    const MAX_BYTES: usize = 80 * 1024;

    #[test]
    fn the_vendored_scripts_are_those_that_their_table_names() {
        let table = include_str!("vendor/README.md");
        for script in [include_bytes!("vendor/htmx.min.js").as_slice(), include_bytes!("vendor/sse.min.js")] {
            assert!(table.contains(&base16ct::lower::encode_string(&Sha256::digest(script))));
        }
    }

    #[test]
    fn what_a_page_loads_is_small() {
        let sent = |file: &AssetFile| file.gzip.unwrap_or(file.content).len();
        let sum: usize = FILES.iter().map(sent).sum();
        assert!(sum < MAX_BYTES, "{sum} bytes");
    }

    #[test]
    fn every_file_has_an_address() {
        for file in FILES {
            assert!(asset_path(file.name).starts_with("/assets/"), "{}", file.name);
        }
        assert_eq!(asset_path("nothing.css"), "");
    }
}

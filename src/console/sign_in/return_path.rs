//! The page that a person asked for before they signed in: a path of the console, and nothing else.

use std::fmt::Write as _;

use http::Uri;

/// The longest path, in bytes.
const MAX_LEN: usize = 1_024;
/// The page after a sign-in without another wish.
const START: &str = "/";

/// The path to go to after the sign-in: this one, if a browser takes it for a path of this server; else the start page.
pub(super) fn safe_return_path(path: &str) -> &str {
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    // A browser takes `//host` and `/\host` for another server.
    let is_local = path.starts_with('/') && !path.starts_with("//");
    let is_page = !path.starts_with("/sign-");
    if is_plain && is_local && is_page && path.len() <= MAX_LEN { path } else { START }
}

/// The address of the sign-in page that returns to this one.
pub(super) fn sign_in_path(uri: &Uri) -> String {
    let wanted = safe_return_path(uri.path_and_query().map_or(START, |path| path.as_str()));
    let mut path = "/sign-in".to_owned();
    if wanted != START {
        path.push_str("?next=");
        for byte in wanted.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                    path.push(byte.into())
                }
                // Writing to a String does not fail.
                byte => _ = write!(path, "%{byte:02X}"),
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t38_only_a_path_of_this_server_is_returned_to() {
        for path in
            ["/", "/commands", "/commands?text=a%20b&state=dead", "/a//b", "/?next=https://example.com"]
        {
            assert_eq!(safe_return_path(path), path);
        }
        for path in [
            "",
            "commands",
            "//example.com",
            "///example.com",
            "/\\example.com",
            "\\\\example.com",
            "https://example.com",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=y",
            "/a\u{0}",
            "/\u{9}/example.com",
            " /commands",
            "/ção",
            "/sign-in",
            "/sign-out",
            &format!("/{}", "x".repeat(2_000)),
        ] {
            assert_eq!(safe_return_path(path), "/", "{path:?}");
        }
    }

    #[test]
    fn the_sign_in_page_knows_where_to_return() {
        let path = |uri: &str| sign_in_path(&uri.parse().unwrap());
        assert_eq!(path("/"), "/sign-in");
        assert_eq!(path("/commands?text=a+b&x=%20"), "/sign-in?next=/commands%3Ftext%3Da%2Bb%26x%3D%2520");
        assert_eq!(path("//example.com/"), "/sign-in");
    }
}

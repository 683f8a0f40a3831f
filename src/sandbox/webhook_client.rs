//! A POST as Z-API's servers send it, over a bare socket: HTTP/1.1, `http://` only.
//!
//! A client library would not offer the h2c upgrade that two thirds of Z-API's requests carry
//! (Z-API's documentation), nor let a test send odd headers. There is no timeout here.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::Uri;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// The most bytes of a response that are read.
const MAX_RESPONSE_BYTES: u64 = 1024 * 1024;

/// A SETTINGS frame's payload, as Java's client offers it (RFC 7540, 3.2.1).
const H2C_SETTINGS: &str = "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA";

const BROWSERS: [&str; 3] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
];

/// The response of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Posts a body as Z-API would, with `headers` added; they replace headers of Z-API with the same name. The caller
/// adds `z-api-token`.
///
/// # Errors
/// The URL or a header can't be sent, the server can't be reached, or it closes the connection
/// before the response is complete.
pub async fn post(url: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Response> {
    post_with_head(url, headers, body).await.map(|(_, response)| response)
}

/// The same, and returns the head of the request as it was sent.
///
/// # Errors
/// As [`post`].
pub async fn post_with_head(
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<(String, Response)> {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let target: Uri =
        url.parse().map_err(|_| invalid("The URL is none. Give one like http://host:port/path."))?;
    let address = match (target.scheme_str(), target.authority()) {
        (Some("http"), Some(authority)) => (authority.host(), authority.port_u16().unwrap_or(80)),
        _ => return Err(invalid("Only http:// URLs can be posted to, not https://.")),
    };
    let head = head(&target, headers, body.len(), TURN.fetch_add(1, Ordering::Relaxed))?;

    let host = address.0.trim_start_matches('[').trim_end_matches(']');
    let mut stream = TcpStream::connect((host, address.1)).await?;
    let written = write(&mut stream, &head, body).await;
    // A server that refuses early may close before it has read everything; its response counts.
    match read(BufReader::new(stream).take(MAX_RESPONSE_BYTES)).await {
        Ok(response) => Ok((head, response)),
        Err(unread) => Err(written.err().unwrap_or(unread)),
    }
}

async fn write(stream: &mut TcpStream, head: &str, body: &[u8]) -> io::Result<()> {
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.flush().await
}

/// The request's head: two of three requests offer h2c.
fn head(target: &Uri, added: &[(&str, &str)], length: usize, nth: usize) -> io::Result<String> {
    let path = target.path_and_query().map_or("/", |path| path.as_str());
    let authority = target.authority().map_or("", |authority| authority.as_str());
    let length = length.to_string();
    let mut headers = vec![
        ("host", authority),
        ("content-length", &length),
        ("content-type", "application/json"),
        ("origin", "https://api.z-api.io"),
        ("server", "Z-API"),
        ("user-agent", BROWSERS[nth % BROWSERS.len()]),
    ];
    if !nth.is_multiple_of(3) {
        headers.push(("connection", "Upgrade, HTTP2-Settings"));
        headers.push(("upgrade", "h2c"));
        headers.push(("http2-settings", H2C_SETTINGS));
    }
    headers.retain(|(name, _)| !added.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)));
    headers.extend_from_slice(added);

    let mut head = format!("POST {path} HTTP/1.1\r\n");
    for (name, value) in headers {
        if name.is_empty() || name.contains([':', '\r', '\n']) || value.contains(['\r', '\n']) {
            return Err(invalid("A header holds a line break or has no name."));
        }
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    Ok(head)
}

async fn read(mut from: impl AsyncBufRead + Unpin) -> io::Result<Response> {
    let (status, headers) = loop {
        let (status, headers) = read_head(&mut from).await?;
        // An interim response is followed by the final one.
        if !(100..200).contains(&status) || status == 101 {
            break (status, headers);
        }
    };
    let mut response = Response { status, headers, body: Vec::new() };
    let is_chunked = response.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked"));
    if matches!(status, 101 | 204 | 304) {
        return Ok(response);
    }
    if is_chunked {
        read_chunks(&mut from, &mut response.body).await?;
    } else if let Some(length) = response.header("content-length") {
        let length: u64 = length.parse().map_err(|_| malformed())?;
        read_exactly(&mut from, length, &mut response.body).await?;
    } else {
        from.read_to_end(&mut response.body).await?;
    }
    Ok(response)
}

async fn read_head(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<(u16, Vec<(String, String)>)> {
    let first = line(from).await?;
    let mut words = first.split(' ');
    let is_http = words.next().is_some_and(|version| version.starts_with("HTTP/1."));
    let status = words.next().filter(|_| is_http).and_then(|code| code.parse().ok()).ok_or_else(malformed)?;
    let mut headers = Vec::new();
    loop {
        let line = line(from).await?;
        if line.is_empty() {
            return Ok((status, headers));
        }
        let (name, value) = line.split_once(':').ok_or_else(malformed)?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

async fn read_chunks(from: &mut (impl AsyncBufRead + Unpin), body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let size = line(from).await?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| malformed())?;
        read_exactly(from, size, body).await?;
        // A line break ends a chunk; the last one is followed by trailers and an empty line.
        while !line(from).await?.is_empty() {}
        if size == 0 {
            return Ok(());
        }
    }
}

async fn read_exactly(
    from: &mut (impl AsyncBufRead + Unpin),
    length: u64,
    body: &mut Vec<u8>,
) -> io::Result<()> {
    let read = from.take(length).read_to_end(body).await?;
    if u64::try_from(read).is_ok_and(|read| read == length) { Ok(()) } else { Err(cut_off()) }
}

async fn line(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line).await?;
    match line.strip_suffix('\n') {
        Some(whole) => Ok(whole.strip_suffix('\r').unwrap_or(whole).to_owned()),
        None => Err(cut_off()),
    }
}

fn invalid(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text)
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "The response is no HTTP/1.1.")
}

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "The connection ended before the response did.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head_of(nth: usize, added: &[(&str, &str)]) -> io::Result<String> {
        head(&Uri::from_static("http://127.0.0.1:8080/webhooks/main?a=b"), added, 2, nth)
    }

    #[test]
    fn two_of_three_requests_offer_an_upgrade_to_h2c() {
        let offers: Vec<_> = (0..6).map(|nth| head_of(nth, &[]).unwrap().contains("upgrade: h2c")).collect();
        assert_eq!(offers, [false, true, true, false, true, true]);
        assert!(
            head_of(1, &[])
                .unwrap()
                .contains("connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: A")
        );
    }

    #[test]
    fn a_request_looks_like_one_of_z_api() {
        let head = head_of(0, &[("z-api-token", "A1")]).unwrap();
        assert!(head.starts_with("POST /webhooks/main?a=b HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n"), "{head}");
        for line in ["content-type: application/json", "origin: https://api.z-api.io", "server: Z-API"] {
            assert!(head.contains(&format!("\r\n{line}\r\n")), "{line}");
        }
        assert!(head.contains("\r\nuser-agent: Mozilla/5.0 ") && head.ends_with("z-api-token: A1\r\n\r\n"));
    }

    #[test]
    fn a_header_of_the_caller_takes_the_place_of_the_usual_one() {
        let head = head_of(0, &[("Content-Type", "text/plain")]).unwrap();
        assert_eq!(head.to_lowercase().matches("content-type").count(), 1);
    }

    #[test]
    fn a_header_can_not_smuggle_another() {
        assert!(head_of(0, &[("a", "b\r\nc: d")]).is_err());
    }

    #[tokio::test]
    async fn responses_are_read_whole_in_each_framing() {
        let rows = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokrest", 200, "ok"),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\nuntil close", 202, "until close"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1;x=y\r\n!\r\n0\r\n\r\n",
                200,
                "ok!",
            ),
            ("HTTP/1.1 204 No Content\r\n\r\nnever", 204, ""),
        ];
        for (wire, status, body) in rows {
            let response = read(wire.as_bytes()).await.unwrap();
            assert_eq!((response.status, response.text().as_str()), (status, body), "{wire}");
        }
    }

    #[tokio::test]
    async fn a_truncated_response_is_an_error() {
        for wire in [
            "",
            "HTTP/1.1 200 OK\r\nContent-",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
            "SSH-2.0\r\n\r\n",
        ] {
            assert!(read(wire.as_bytes()).await.is_err(), "{wire}");
        }
    }

    #[tokio::test]
    async fn only_plain_http_is_spoken() {
        for url in ["https://bot.example.com/x", "/x", "bot", "http://"] {
            assert!(post(url, &[], b"{}").await.is_err(), "{url}");
        }
    }
}

//! A browser for one person: one connection that stays open, and the cookie of a session.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// The header of a form.
const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

/// A signed-in browser.
pub(crate) struct Browser {
    host: String,
    stream: BufReader<TcpStream>,
    /// `NAME=VALUE`; empty without a session.
    pub(crate) cookie: String,
}

/// A response.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
    /// From the first byte sent to the last one received.
    pub(crate) took: Duration,
}

impl Browser {
    /// Opens a connection without a session.
    pub(crate) fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { host: address.to_string(), stream: BufReader::new(stream), cookie: String::new() })
    }

    /// Signs in as an operator.
    pub(crate) fn sign_in(address: SocketAddr, password: &str) -> anyhow::Result<Self> {
        let mut browser = Self::open(address)?;
        let form = format!("password={}", password.replace(' ', "+"));
        let response = browser.request("POST /sign-in", FORM, &form)?;
        anyhow::ensure!(response.status == 303, "sign-in: {}", response.head);
        let cookie = response.head.split("set-cookie: ").nth(1).and_then(|rest| rest.split(';').next());
        browser.cookie = cookie.context("no cookie")?.to_owned();
        Ok(browser)
    }

    /// Gets a page that must be there.
    pub(crate) fn get(&mut self, path: &str) -> anyhow::Result<Response> {
        let response = self.request(&format!("GET {path}"), "", "")?;
        anyhow::ensure!(response.status == 200, "{path}: {}\n{}", response.head, response.body);
        Ok(response)
    }

    /// Posts an empty form, which must lead to another page.
    pub(crate) fn post(&mut self, path: &str) -> anyhow::Result<Response> {
        let response = self.request(&format!("POST {path}"), FORM, "")?;
        anyhow::ensure!(response.status == 303, "{path}: {}\n{}", response.head, response.body);
        Ok(response)
    }

    /// Sends a request with these header lines beside those of a browser.
    pub(crate) fn request(&mut self, line: &str, headers: &str, body: &str) -> anyhow::Result<Response> {
        let request = format!(
            "{line} HTTP/1.1\r\nhost: {}\r\naccept: text/html\r\naccept-language: en\r\n\
             sec-fetch-site: same-origin\r\ncookie: {}\r\n{headers}content-length: {}\r\n\r\n{body}",
            self.host,
            self.cookie,
            body.len()
        );
        let started = Instant::now();
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut response = self.read()?;
        response.took = started.elapsed();
        Ok(response)
    }

    fn read(&mut self) -> anyhow::Result<Response> {
        let mut head = String::new();
        loop {
            let before = head.len();
            let count = self.stream.read_line(&mut head)?;
            anyhow::ensure!(count > 0, "the connection was closed: {head}");
            if head[before..].trim().is_empty() {
                break;
            }
        }
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let mut body = vec![0; length.map_or(Ok(0), |length| length.trim().parse())?];
        self.stream.read_exact(&mut body)?;
        Ok(Response { status, head, body: String::from_utf8(body)?, took: Duration::ZERO })
    }
}

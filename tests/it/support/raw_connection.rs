//! HTTP/1.1 over a raw socket, for requests that no client library would send.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use vincula::sandbox::webhook_event::Response;

/// An open connection.
pub struct RawConnection {
    stream: TcpStream,
    unread: Vec<u8>,
    is_closed: bool,
}

/// The `host:port` of a URL.
pub fn authority(url: &str) -> &str {
    url.trim_start_matches("http://").split('/').next().unwrap()
}

/// A request with a host and these headers, followed by the body unchanged.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: bot.example.com\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// Sends one request on its own connection.
pub async fn ask(url: &str, request: &[u8]) -> Response {
    let mut connection = RawConnection::to(url).await;
    connection.send(request).await;
    connection.response().await.expect("a response")
}

impl RawConnection {
    /// Connects to the host of a URL.
    pub async fn to(url: &str) -> Self {
        Self {
            stream: TcpStream::connect(authority(url)).await.unwrap(),
            unread: Vec::new(),
            is_closed: false,
        }
    }

    /// Connects from this local address.
    pub async fn from(address: &str, url: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
        let stream = socket.connect(authority(url).parse().unwrap()).await.unwrap();
        Self { stream, unread: Vec::new(), is_closed: false }
    }

    /// Connects with a small receive buffer, so that unread responses soon block the server.
    pub async fn with_little_room(url: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(2_048).unwrap();
        let stream = socket.connect(authority(url).parse().unwrap()).await.unwrap();
        Self { stream, unread: Vec::new(), is_closed: false }
    }

    /// Sends bytes. A closed connection shows only when the response is read.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// Sends bytes without reading; false if the server no longer accepts them.
    pub async fn push(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// Whether the server has closed the connection.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// The next response, or `None` if the connection was closed.
    pub async fn response(&mut self) -> Option<Response> {
        loop {
            if let Some(response) = self.take_response() {
                return Some(response);
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// The next response, if it arrives within this time.
    pub async fn response_within(&mut self, time: Duration) -> Option<Response> {
        tokio::time::timeout(time, self.response()).await.ok().flatten()
    }

    /// Waits until the server closes, and returns what it sent before.
    pub async fn closed(&mut self) -> String {
        while self.read().await {}
        String::from_utf8_lossy(&self.unread).into_owned()
    }

    /// Whether anything was read.
    async fn read(&mut self) -> bool {
        let mut chunk = [0; 16 * 1024];
        match self.stream.read(&mut chunk).await {
            // A reset counts as a close.
            Ok(0) | Err(_) => {
                self.is_closed = true;
                false
            }
            Ok(length) => {
                self.unread.extend_from_slice(&chunk[..length]);
                true
            }
        }
    }

    fn take_response(&mut self) -> Option<Response> {
        let end = self.unread.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&self.unread[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.map_or(0, |(_, length)| length.parse().unwrap());
        if self.unread.len() < end + length {
            return None;
        }
        let body = self.unread[end..end + length].to_vec();
        self.unread.drain(..end + length);
        Some(Response { status, headers, body })
    }
}

//! Load generator: one thread on its own core, cheap enough that the server is the bottleneck.
//!
//! Closed loop: each connection sends its next request when the last response is complete. Open loop: requests are due at
//! a fixed rate, and latency is measured from the due time.
//!
//! After a 503 with `Retry-After` a connection waits 100 ms (a real sender waits for the given seconds), so that a
//! measurement of a second sees the recovery. It then sends another request; the rejected one is not counted.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::events::Requests;

/// Timeout of a response.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Wait of a connection after a 503.
const PAUSE: Duration = Duration::from_millis(100);

/// Kind of load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoadShape {
    pub(crate) connections: usize,
    /// If false, each request has its own connection.
    pub(crate) keep_alive: bool,
    /// Requests a second; `None` for a closed loop.
    pub(crate) rate: Option<u32>,
    pub(crate) time: Duration,
}

/// Result of a load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Latency of each response in nanoseconds, sorted, without 503.
    pub(crate) took: Vec<u32>,
    pub(crate) elapsed: Duration,
    pub(crate) accepted: usize,
    pub(crate) ignored: usize,
    /// 401 and 429.
    pub(crate) refused: usize,
    /// 503, not part of `took`.
    pub(crate) shed: usize,
    /// Any other complete response.
    pub(crate) other: usize,
    /// Number of connections made.
    pub(crate) connected: usize,
    /// The load ran out of requests.
    pub(crate) ran_dry: bool,
}

impl Outcome {
    /// Responses a second, without 503.
    pub(crate) fn per_second(&self) -> f64 {
        self.took.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// Latency percentile in milliseconds, without 503.
    pub(crate) fn within(&self, part: f64) -> f64 {
        let index = (self.took.len() as f64 * part) as usize;
        let took = self.took.get(index.min(self.took.len().saturating_sub(1)));
        took.map_or(0.0, |nanoseconds| f64::from(*nanoseconds) / 1e6)
    }
}

/// A connection and its pending response.
struct ClientConnection {
    /// `None`: the next request reconnects.
    stream: Option<TcpStream>,
    started: Instant,
    is_waiting: bool,
    buffer: Box<[u8; 2_048]>,
    filled: usize,
}

/// A complete response.
struct ResponseHead {
    status: u16,
    is_accepted: bool,
    closes: bool,
    /// 503 with `Retry-After`.
    is_for_later: bool,
}

struct Generator<'r> {
    server: SocketAddr,
    poll: Poll,
    lines: Vec<ClientConnection>,
    requests: &'r Requests,
    next: usize,
    outcome: Outcome,
}

/// Runs a load against a server.
///
/// # Errors
/// A connection breaks before its response is complete, or a response times out.
pub(crate) fn put(server: SocketAddr, shape: LoadShape, requests: &Requests) -> anyhow::Result<Outcome> {
    let now = Instant::now();
    let line = || ClientConnection {
        stream: None,
        started: now,
        is_waiting: false,
        buffer: Box::new([0; 2_048]),
        filled: 0,
    };
    let lines = (0..shape.connections).map(|_| line()).collect();
    let mut generator =
        Generator { server, poll: Poll::new()?, lines, requests, next: 0, outcome: Outcome::default() };
    if shape.keep_alive {
        for index in 0..shape.connections {
            generator.connect(index)?;
        }
    }
    generator.run(shape)?;
    let mut outcome = generator.outcome;
    outcome.took.sort_unstable();
    Ok(outcome)
}

impl Generator<'_> {
    fn run(&mut self, shape: LoadShape) -> anyhow::Result<()> {
        let started = Instant::now();
        let end = started + shape.time;
        let mut events = Events::with_capacity(1_024);
        let mut idle: Vec<usize> = (0..shape.connections).rev().collect();
        // All pauses are equally long, so they end in order.
        let mut away: VecDeque<(Instant, usize)> = VecDeque::new();
        let (mut due, mut waiting, mut last_response) = (0_u32, 0_usize, started);
        loop {
            let now = Instant::now();
            let is_open = now < end && !self.is_dry();
            while let Some((_, index)) = away.pop_front_if(|(until, _)| *until <= now) {
                idle.push(index);
            }
            while is_open && !idle.is_empty() && !self.is_dry() {
                let when = match shape.rate {
                    Some(rate) => started + Duration::from_secs(1) * due / rate,
                    None => now,
                };
                let Some(index) = idle.pop_if(|_| when <= now) else { break };
                self.send(index, if shape.rate.is_some() { when } else { Instant::now() })?;
                due += 1;
                waiting += 1;
            }
            if !is_open && waiting == 0 {
                break;
            }
            // The poll timeout has millisecond resolution; spin for shorter waits.
            let pause = match (shape.rate, away.front()) {
                (Some(_), _) => Duration::ZERO,
                (None, Some((until, _))) => until.saturating_duration_since(now),
                (None, None) => PAUSE,
            };
            match self.poll.poll(&mut events, Some(pause)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                done => done?,
            }
            for event in &events {
                let Token(index) = event.token();
                let Some(response) = self.receive(index)? else { continue };
                waiting -= 1;
                last_response = Instant::now();
                self.count(index, &response, last_response);
                if response.closes || !shape.keep_alive {
                    self.lines[index].stream = None;
                }
                if response.is_for_later {
                    away.push_back((last_response + PAUSE, index));
                } else if shape.rate.is_none() && last_response < end && !self.is_dry() {
                    self.send(index, last_response)?;
                    waiting += 1;
                } else {
                    idle.push(index);
                }
            }
            if waiting > 0 && last_response.max(started).elapsed() > TIMEOUT {
                bail!("{waiting} requests have had no response for {TIMEOUT:?}");
            }
        }
        self.outcome.elapsed = last_response - started;
        self.outcome.ran_dry = self.is_dry();
        Ok(())
    }

    fn is_dry(&self) -> bool {
        !self.requests.can_repeat && self.next == self.requests.len()
    }

    fn connect(&mut self, index: usize) -> anyhow::Result<()> {
        // Connecting on loopback does not block; the server's accept queue waits.
        let stream = std::net::TcpStream::connect(self.server).context("the server takes no connection")?;
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let mut stream = TcpStream::from_std(stream);
        self.poll.registry().register(&mut stream, Token(index), Interest::READABLE)?;
        let line = &mut self.lines[index];
        (line.stream, line.filled) = (Some(stream), 0);
        self.outcome.connected += 1;
        Ok(())
    }

    fn send(&mut self, index: usize, started: Instant) -> anyhow::Result<()> {
        if self.lines[index].stream.is_none() {
            self.connect(index)?;
        }
        let mut request = self.requests.get(self.next % self.requests.len());
        self.next += 1;
        let line = &mut self.lines[index];
        (line.started, line.is_waiting) = (started, true);
        let stream = line.stream.as_mut().context("not connected")?;
        while !request.is_empty() {
            match stream.write(request) {
                Ok(written) => request = &request[written..],
                // Not expected with requests of a few KB, but a short write is not an error.
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(error) => return Err(error).context("a request could not be sent"),
            }
        }
        Ok(())
    }

    /// Reads from a connection; returns the response once it is complete.
    fn receive(&mut self, index: usize) -> anyhow::Result<Option<ResponseHead>> {
        let line = &mut self.lines[index];
        let Some(stream) = line.stream.as_mut() else { return Ok(None) };
        loop {
            match stream.read(&mut line.buffer[line.filled..]) {
                Ok(0) if line.is_waiting => bail!("the server hung up on a request"),
                Ok(0) => {
                    line.stream = None;
                    return Ok(None);
                }
                Ok(read) => line.filled += read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error).context("a connection broke"),
            }
            if let Some(response) = response(&line.buffer[..line.filled])? {
                (line.is_waiting, line.filled) = (false, 0);
                return Ok(Some(response));
            }
            if line.filled == line.buffer.len() {
                bail!("a response is longer than {} bytes", line.buffer.len());
            }
        }
    }

    fn count(&mut self, index: usize, response: &ResponseHead, now: Instant) {
        let took = (now - self.lines[index].started).as_nanos();
        let outcome = &mut self.outcome;
        if response.status != 503 {
            outcome.took.push(u32::try_from(took).unwrap_or(u32::MAX));
        }
        let place = match (response.status, response.is_accepted) {
            (200, true) => &mut outcome.accepted,
            (200, false) => &mut outcome.ignored,
            (401 | 429, _) => &mut outcome.refused,
            (503, _) => &mut outcome.shed,
            _ => &mut outcome.other,
        };
        *place += 1;
    }
}

/// Parses a complete response.
fn response(bytes: &[u8]) -> anyhow::Result<Option<ResponseHead>> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let (head, body) = (&bytes[..head + 2], &bytes[head + 4..]);
    let value = |name: &[u8]| {
        head.split(|byte| *byte == b'\n').find_map(|line| {
            let (key, value) = line.split_at_checked(name.len())?;
            key.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
        })
    };
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<usize>().ok();
    let length = value(b"content-length:").map_or(Some(0), number).context("an odd Content-Length")?;
    let status = head.get(9..12).and_then(number).context("an odd status line")?;
    if body.len() < length {
        return Ok(None);
    }
    Ok(Some(ResponseHead {
        status: u16::try_from(status)?,
        is_accepted: body.starts_with(br#"{"status":"accepted"#),
        closes: value(b"connection:").is_some_and(|value| value.eq_ignore_ascii_case(b"close")),
        is_for_later: status == 503 && value(b"retry-after:").is_some(),
    }))
}

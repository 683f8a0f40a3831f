//! Holds hundreds of connections with slow headers, slow bodies, slow readers or silence, and checks that
//! commands still get replies and memory stays small.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::sender::SentCommand;
use crate::service::{SETTLE_TIMEOUT, ServiceBinary};
use crate::setup::TestSetup;
use crate::summary::{Outcome, Summary};
use crate::verifier::verify;

/// Limit for both the webhook response and the reply.
const MAX_LATENCY: Duration = Duration::from_secs(1);
/// Delay between two commands.
const COMMAND_INTERVAL: Duration = Duration::from_millis(250);
/// Delay between two bytes of a slow connection.
const DRIP_INTERVAL: Duration = Duration::from_secs(1);

/// Requests whose responses, some 60 KB, are never read: tests waiting, not a flood.
const UNREAD_REQUESTS: usize = 200;

/// Limits and options of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlowlorisOptions {
    pub(crate) connections: usize,
    pub(crate) time: Duration,
    /// Memory limit in KiB.
    pub(crate) max_memory_kib: u64,
    /// Stop the service for two seconds, so that commands are late.
    pub(crate) is_paused: bool,
    /// Clients that never read send without pause.
    pub(crate) is_flood: bool,
}

/// Counts of the slow connections.
#[derive(Debug, Default)]
struct ConnectionCounts {
    open: AtomicI64,
    opened: AtomicUsize,
}

/// Measurements while the connections are held.
#[derive(Debug, Default)]
struct Measurements {
    sent: Vec<SentCommand>,
    slowest_response: Duration,
    slowest_reply: Duration,
    max_memory_kib: u64,
    /// Average number of open connections.
    mean_open: i64,
}

pub(crate) async fn run(
    binary: ServiceBinary,
    options: SlowlorisOptions,
    seed: u64,
) -> anyhow::Result<Outcome> {
    let summary = Summary::new("slowloris", &binary, seed).expect_violations(if options.is_paused {
        &["a webhook response took", "memory grew"]
    } else {
        &[]
    });
    let mut setup = TestSetup::prepare(binary, seed).await?;
    let mut process = setup.deployment.start_ready(0).await?;
    let journal = setup.deployment.journal().await?;
    let at_rest = memory_kib(process.id())?;

    let counts = Arc::new(ConnectionCounts::default());
    let mut holding = JoinSet::new();
    for number in 0..options.connections {
        let token = setup.upstream.sandbox.account().token.clone();
        holding.spawn(hold(setup.deployment.url(0), token, number, options.is_flood, counts.clone()));
    }
    let measured = measure(&mut setup, process.id(), options, &counts).await?;
    holding.shutdown().await;
    setup.deployment.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    let findings = verify(&setup.deployment, &setup.chats, &measured.sent, &journal).await?;
    setup.deployment.kill(&mut process)?;

    let Measurements { slowest_response, slowest_reply, max_memory_kib, mean_open, .. } = measured;
    summary.row("connections held", format!("{}, for {:?}", options.connections, options.time));
    summary.row("  open at a time, on average", mean_open);
    summary.row("  opened in total, including reopened", counts.opened.load(Ordering::Relaxed));
    summary.row("commands sent meanwhile", findings.commands);
    summary.row("  slowest webhook response", format!("{slowest_response:.0?}"));
    summary.row("  slowest reply in the chat", format!("{slowest_reply:.0?}"));
    summary.row("memory (VmRSS) at rest, maximum", format!("{at_rest} KiB, {max_memory_kib} KiB"));
    let mut violations = findings.violations;
    for (what, took) in [("a webhook response", slowest_response), ("a reply", slowest_reply)] {
        if took >= MAX_LATENCY {
            violations.push(format!("{what} took {took:.1?}"));
        }
    }
    if max_memory_kib >= options.max_memory_kib {
        violations.push(format!("memory grew to {max_memory_kib} KiB"));
    }
    if mean_open * 5 < i64::try_from(options.connections)? * 4 {
        violations.push(format!("only {mean_open} connections were open: the test was too weak"));
    }
    Ok(summary.end(violations))
}

/// Sends commands until the time is over.
async fn measure(
    setup: &mut TestSetup,
    service_id: u32,
    options: SlowlorisOptions,
    counts: &ConnectionCounts,
) -> anyhow::Result<Measurements> {
    let TestSetup { upstream, chats, sender, random, .. } = setup;
    let mut measured = Measurements { max_memory_kib: memory_kib(service_id)?, ..Measurements::default() };
    let (mut samples, mut open, mut was_paused) = (0, 0, false);
    let started = Instant::now();
    while started.elapsed() < options.time {
        if options.is_paused && !was_paused && started.elapsed() > options.time / 2 {
            was_paused = true;
            signal(service_id, "STOP")?;
            tokio::spawn(async move {
                tokio::time::sleep(2 * MAX_LATENCY).await;
                let _ = signal(service_id, "CONT");
            });
        }
        let sent_at = Instant::now();
        let sent = sender.send_commands(chats, 1, random).await?;
        measured.slowest_response = measured.slowest_response.max(sent_at.elapsed());
        for SentCommand { command, .. } in &sent {
            while upstream.replied_at(&command.message_id).is_none() && sent_at.elapsed() < 20 * MAX_LATENCY {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            measured.slowest_reply = measured.slowest_reply.max(sent_at.elapsed());
        }
        measured.sent.extend(sent);
        measured.max_memory_kib = measured.max_memory_kib.max(memory_kib(service_id)?);
        (samples, open) = (samples + 1, open + counts.open.load(Ordering::Relaxed));
        tokio::time::sleep(COMMAND_INTERVAL).await;
    }
    measured.mean_open = open / samples.max(1);
    Ok(measured)
}

/// Holds a connection, and reopens it whenever it is closed.
async fn hold(url: String, token: String, number: usize, is_flood: bool, counts: Arc<ConnectionCounts>) {
    let authority = url.trim_start_matches("http://").split('/').next().unwrap_or_default();
    loop {
        if let Ok(stream) = connect(authority).await {
            counts.opened.fetch_add(1, Ordering::Relaxed);
            counts.open.fetch_add(1, Ordering::Relaxed);
            let _ = match number % 4 {
                0 => drip(stream, "POST /webhooks/main HTTP/1.1\r\nhost: bot\r\nx-slow: ".to_owned()).await,
                1 => {
                    let head = "POST /webhooks/main HTTP/1.1\r\nhost: bot\r\ncontent-type: application/json";
                    drip(stream, format!("{head}\r\nz-api-token: {token}\r\ncontent-length: 9999\r\n\r\n"))
                        .await
                }
                2 => send_and_never_read(stream, is_flood).await,
                _ => stay_silent(stream).await,
            };
            counts.open.fetch_sub(1, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Connects with a small receive buffer, so that unread responses soon block.
async fn connect(authority: &str) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(2_048)?;
    let address = authority.parse().map_err(|_| std::io::ErrorKind::InvalidInput)?;
    socket.connect(address).await
}

/// Sends a prefix, then one byte a second, until the server closes.
async fn drip(mut stream: TcpStream, beginning: String) -> std::io::Result<()> {
    stream.write_all(beginning.as_bytes()).await?;
    loop {
        stream.write_all(b"a").await?;
        let mut response = [0; 1024];
        match timeout(DRIP_INTERVAL, stream.read(&mut response)).await {
            Ok(Ok(0)) => return Ok(()),
            Ok(read) => drop(read?),
            Err(_) => {}
        }
    }
}

/// Sends more requests than the buffers hold responses, reads none, then sends one a second, or without
/// pause.
async fn send_and_never_read(mut stream: TcpStream, is_flood: bool) -> std::io::Result<()> {
    let request = "GET /nothing HTTP/1.1\r\nhost: bot\r\n\r\n";
    // Large writes: the flood must cost the service more than this process, as both share the cores.
    let piece = request.repeat(UNREAD_REQUESTS);
    stream.write_all(piece.as_bytes()).await?;
    loop {
        match is_flood {
            true => stream.write_all(piece.as_bytes()).await?,
            false => {
                tokio::time::sleep(DRIP_INTERVAL).await;
                stream.write_all(request.as_bytes()).await?;
            }
        }
    }
}

/// Sends nothing until the server closes.
async fn stay_silent(mut stream: TcpStream) -> std::io::Result<()> {
    while stream.read(&mut [0; 1024]).await? > 0 {}
    Ok(())
}

/// Resident memory of a process in KiB.
fn memory_kib(id: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

fn signal(id: u32, name: &str) -> anyhow::Result<()> {
    Command::new("kill").args(["-s", name, &id.to_string()]).status()?;
    Ok(())
}

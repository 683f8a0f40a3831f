//! Hundreds of connections that only hold on: slow heads, slow bodies, slow readers, silence. Orders
//! are answered all the same, and the memory stays small.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use vincula::sandbox::World;

use crate::Outcome;
use crate::kill::SETTLE_TIMEOUT;
use crate::model::ChatModel;
use crate::random::Random;
use crate::sender::{SentCommand, WebhookSender};
use crate::service::{Deployment, ServiceBinary};
use crate::summary::Summary;
use crate::upstream_recorder::RecordingSandbox;
use crate::verifier::verify;

/// The longest an order may take, to `accepted` and to its reply.
const MAX_LATENCY: Duration = Duration::from_secs(1);
/// Between two orders.
const COMMAND_INTERVAL: Duration = Duration::from_millis(250);
/// Between two bytes of a slow connection.
const DRIP_INTERVAL: Duration = Duration::from_secs(1);

/// Requests whose answers, some 60 KB, nobody takes: it is the waiting that is tested, not a flood.
const UNREAD_REQUESTS: usize = 200;

/// What a run is measured by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlowlorisOptions {
    /// The most memory, in KiB.
    pub(crate) max_memory_kib: u64,
    /// The service is held still for two seconds, so that orders are late.
    pub(crate) is_paused: bool,
    /// Who never reads asks without end.
    pub(crate) is_flood: bool,
}

/// What the slow connections saw.
#[derive(Debug, Default)]
struct ConnectionCounts {
    open: AtomicI64,
    opened: AtomicUsize,
}

pub(crate) async fn run(
    binary: ServiceBinary,
    connections: usize,
    time: Duration,
    limits: SlowlorisOptions,
    seed: u64,
) -> anyhow::Result<Outcome> {
    let mut random = Random::new(seed);
    let mut world = World::empty();
    let chats = ChatModel::create_chats(&mut world);
    let outside = Arc::new(RecordingSandbox::start(world).await?);
    let summary = Summary::new("loris", &binary, seed).expect_violations(if limits.is_paused {
        &["a webhook was answered only after", "the memory grew"]
    } else {
        &[]
    });
    let site = Arc::new(Deployment::new(outside.clone(), binary, None, 1, &mut random, "")?);
    let account = outside.sandbox.account().clone();
    let mut chats = ChatModel::new(chats, &account.id, &account.phone, seed);
    let sender = Arc::new(WebhookSender::new(site.clone(), 1));
    let mut process = site.start_ready(0).await?;
    let journal = site.journal().await?;
    let at_rest = memory_kib(process.id())?;

    let held = Arc::new(ConnectionCounts::default());
    let mut holding = JoinSet::new();
    for number in 0..connections {
        holding.spawn(hold(site.url(0), account.token.clone(), number, limits.is_flood, held.clone()));
    }
    let begun = Instant::now();
    let (mut given, mut slowest, mut slowest_reply): (Vec<SentCommand>, _, _) =
        (Vec::new(), Duration::ZERO, Duration::ZERO);
    let (mut most_memory, mut samples, mut open) = (at_rest, 0_i64, 0_i64);
    let mut is_held = false;
    while begun.elapsed() < time {
        if limits.is_paused && !is_held && begun.elapsed() > time / 2 {
            is_held = true;
            signal(process.id(), "STOP")?;
            let id = process.id();
            tokio::spawn(async move {
                tokio::time::sleep(2 * MAX_LATENCY).await;
                let _ = signal(id, "CONT");
            });
        }
        let asked = Instant::now();
        let more = sender.send_commands(&mut chats, 1, &mut random).await?;
        slowest = slowest.max(asked.elapsed());
        for one in &more {
            while outside.replied_at(&one.order.message_id).is_none() && asked.elapsed() < 20 * MAX_LATENCY {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            slowest_reply = slowest_reply.max(asked.elapsed());
        }
        given.extend(more);
        most_memory = most_memory.max(memory_kib(process.id())?);
        (samples, open) = (samples + 1, open + held.open.load(Ordering::Relaxed));
        tokio::time::sleep(COMMAND_INTERVAL).await;
    }
    holding.shutdown().await;
    site.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    let findings = verify(&site, &chats, &given, &journal).await?;
    site.kill(&mut process)?;

    let mean_open = open / samples.max(1);
    summary.row("connections held", format!("{connections}, for {time:?}"));
    summary.row("  open at a time, on average", mean_open);
    summary.row("  opened in all, the closed ones again", held.opened.load(Ordering::Relaxed));
    summary.row("orders given meanwhile", findings.orders);
    summary.row("  slowest answer to the webhook", format!("{slowest:.0?}"));
    summary.row("  slowest reply in the chat", format!("{slowest_reply:.0?}"));
    summary.row("memory (VmRSS) at rest, most", format!("{at_rest} KiB, {most_memory} KiB"));
    let mut violations = findings.violations;
    for (what, took) in [("a webhook was answered", slowest), ("an order was replied to", slowest_reply)] {
        if took >= MAX_LATENCY {
            violations.push(format!("{what} only after {took:.1?}"));
        }
    }
    if most_memory >= limits.max_memory_kib {
        violations.push(format!("the memory grew to {most_memory} KiB"));
    }
    if mean_open * 5 < i64::try_from(connections)? * 4 {
        violations.push(format!("only {mean_open} connections were open: nothing was held"));
    }
    Ok(summary.end(violations))
}

/// Holds a connection, and opens it again whenever it is closed.
async fn hold(url: String, token: String, number: usize, is_flood: bool, held: Arc<ConnectionCounts>) {
    let authority = url.trim_start_matches("http://").split('/').next().unwrap_or_default();
    loop {
        if let Ok(stream) = connect(authority).await {
            held.opened.fetch_add(1, Ordering::Relaxed);
            held.open.fetch_add(1, Ordering::Relaxed);
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
            held.open.fetch_sub(1, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A connection that takes little at a time: who never reads shall soon be in the way, and not flood.
async fn connect(authority: &str) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(2_048)?;
    let address = authority.parse().map_err(|_| std::io::ErrorKind::InvalidInput)?;
    socket.connect(address).await
}

/// Sends a beginning, then a byte a second, until the other side closes.
async fn drip(mut stream: TcpStream, beginning: String) -> std::io::Result<()> {
    stream.write_all(beginning.as_bytes()).await?;
    loop {
        stream.write_all(b"a").await?;
        let mut answer = [0; 1024];
        match timeout(DRIP_INTERVAL, stream.read(&mut answer)).await {
            Ok(Ok(0)) => return Ok(()),
            Ok(read) => drop(read?),
            Err(_) => {}
        }
    }
}

/// Sends more requests than its answers find room for, takes no answer, and then asks once a second, or
/// without end.
async fn send_and_never_read(mut stream: TcpStream, is_flood: bool) -> std::io::Result<()> {
    let request = "GET /nothing HTTP/1.1\r\nhost: bot\r\n\r\n";
    // In large pieces: the flood is to cost its receiver more than its sender, whose cores are the same.
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

/// Sends nothing, until the other side closes.
async fn stay_silent(mut stream: TcpStream) -> std::io::Result<()> {
    while stream.read(&mut [0; 1024]).await? > 0 {}
    Ok(())
}

/// The memory of a process, in KiB.
fn memory_kib(id: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

fn signal(id: u32, name: &str) -> anyhow::Result<()> {
    Command::new("kill").args(["-s", name, &id.to_string()]).status()?;
    Ok(())
}

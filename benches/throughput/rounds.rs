//! Interleaved rounds: each round measures every server, one after the other, so that disturbances of the machine
//! affect all of them; the medians of the rounds are compared.

use anyhow::bail;

use crate::cores::{self, CpuTimes};
use crate::disk;
use crate::events::{EventKind, Requests};
use crate::load::{self, LoadShape, Outcome};
use crate::server::Server;

/// Commands prepared per second of a round; a server must not run out of them.
const COMMANDS_PER_SECOND: f64 = 40_000.0;

/// A server and the requests sent to it.
pub(crate) struct Entry<'s> {
    pub(crate) name: &'s str,
    pub(crate) server: &'s Server,
    pub(crate) kind: EventKind,
    pub(crate) shape: LoadShape,
}

impl<'s> Entry<'s> {
    /// Named after the server.
    pub(crate) fn new(server: &'s Server, kind: EventKind, shape: LoadShape) -> Self {
        Self { name: &server.name, server, kind, shape }
    }
}

/// Measurements of an entry, by round.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    pub(crate) name: String,
    /// Requests a second.
    pub(crate) per_second: Vec<f64>,
    /// CPU microseconds per request.
    pub(crate) cpu: Vec<f64>,
    /// Milliseconds.
    pub(crate) p50: Vec<f64>,
    /// Milliseconds.
    pub(crate) p99: Vec<f64>,
    /// Memory in KiB: at the end of the last round, and the peak.
    pub(crate) memory: (u64, u64),
}

impl Figures {
    /// Adds the rounds of another set of processes.
    fn extend(&mut self, later: Self) {
        self.per_second.extend(later.per_second);
        self.cpu.extend(later.cpu);
        self.p50.extend(later.p50);
        self.p99.extend(later.p99);
        self.memory = (later.memory.0, self.memory.1.max(later.memory.1));
    }
}

/// Runs the rounds with up to three sets of processes, because two processes of one program are not equally fast
/// (memory layout).
///
/// # Errors
/// See `sit`.
pub(crate) fn run_sittings(
    rounds: usize,
    sit: impl Fn(usize) -> anyhow::Result<Vec<Figures>>,
) -> anyhow::Result<Vec<Figures>> {
    let sittings = rounds.clamp(1, 3);
    let mut all: Vec<Figures> = Vec::new();
    for sitting in 0..sittings {
        let figures = sit(rounds / sittings + usize::from(sitting < rounds % sittings))?;
        if all.is_empty() {
            all = figures;
            continue;
        }
        for (one, later) in all.iter_mut().zip(figures) {
            one.extend(later);
        }
    }
    Ok(all)
}

/// Measures all entries in each round, in turn.
///
/// # Errors
/// A server responds unexpectedly.
pub(crate) fn run_interleaved(entries: &[Entry<'_>], rounds: usize) -> anyhow::Result<Vec<Figures>> {
    let mut all: Vec<Vec<Measurement>> = entries.iter().map(|_| Vec::new()).collect();
    let mut syncs = Vec::new();
    // The first round warms up caches and connections and is discarded.
    for round in 0..=rounds {
        if let Some(entry) = entries.iter().find(|entry| entry.kind.has_commands()) {
            disk::settle(entry.server.folder())?;
            syncs.push(disk::sync_time(entry.server.folder())?);
        }
        let mut prepared: Vec<(EventKind, Requests)> = Vec::new();
        for (entry, measured) in entries.iter().zip(&mut all) {
            let place = prepared.iter().position(|(kind, _)| *kind == entry.kind);
            let place = place.unwrap_or_else(|| {
                prepared.push((entry.kind, prepare(entry, round)));
                prepared.len() - 1
            });
            if entry.kind.has_commands() {
                disk::settle(entry.server.folder())?;
            }
            let one = measure(entry, &prepared[place].1)?;
            crate::progress(&format!(
                "  round {round}/{rounds} {:<15} {:>8.0}/s  {:>6.2} µs CPU  p50 {:.2} ms  p99 {:.2} ms",
                entry.name,
                one.outcome.per_second(),
                one.cpu,
                one.outcome.within(0.5),
                one.outcome.within(0.99)
            ));
            if round > 0 {
                measured.push(one);
            }
        }
    }
    if !syncs.is_empty() {
        let most = syncs.iter().copied().fold(0.0, f64::max);
        crate::print(&format!("one fsync took {:.2} ms, in the worst round {most:.2} ms", median(syncs)));
    }
    let figures = entries.iter().zip(all).map(|(entry, measured)| {
        let each = |figure: fn(&Measurement) -> f64| measured.iter().map(figure).collect();
        Ok(Figures {
            name: entry.name.to_owned(),
            per_second: each(|one| one.outcome.per_second()),
            cpu: each(|one| one.cpu),
            p50: each(|one| one.outcome.within(0.5)),
            p99: each(|one| one.outcome.within(0.99)),
            memory: cores::memory_kib(entry.server.process())?,
        })
    });
    figures.collect()
}

struct Measurement {
    outcome: Outcome,
    /// Microseconds a request.
    cpu: f64,
}

/// The requests of a round.
fn prepare(entry: &Entry<'_>, round: usize) -> Requests {
    let commands = (COMMANDS_PER_SECOND * entry.shape.time.as_secs_f64()) as usize;
    let count = if entry.kind.has_commands() { commands } else { 512 };
    Requests::prepare(entry.kind, count, round, entry.shape.keep_alive)
}

fn measure(entry: &Entry<'_>, requests: &Requests) -> anyhow::Result<Measurement> {
    let Entry { server, kind, shape, .. } = *entry;
    let before = CpuTimes::of_process(server.process())?;
    let outcome = load::put(server.address, shape, requests)?;
    let used = CpuTimes::of_process(server.process())?.since(&before);
    expect(server, kind, &outcome)?;
    let cpu = used as f64 / 1e3 / outcome.took.len() as f64;
    Ok(Measurement { outcome, cpu })
}

/// Rejects a run with unexpected responses.
fn expect(server: &Server, kind: EventKind, outcome: &Outcome) -> anyhow::Result<()> {
    let all = outcome.took.len();
    let right = match kind {
        _ if server.name == "bare" => outcome.ignored,
        EventKind::Chatter | EventKind::DirectChatter => outcome.ignored,
        EventKind::AdminTalk => outcome.ignored + outcome.accepted,
        EventKind::Forged | EventKind::Unsigned => outcome.refused,
        EventKind::Mix => outcome.ignored + outcome.accepted,
        EventKind::Commands => outcome.accepted,
    };
    if all == 0 || right != all || outcome.shed > 0 {
        let Outcome { accepted, ignored, refused, shed, other, .. } = outcome;
        bail!(
            "{} responded to {kind:?} with {accepted} accepted, {ignored} ignored, {refused} refused, {shed} shed, \
             {other} others",
            server.name
        );
    }
    Ok(())
}

/// The median.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The median of the ratios within each round.
pub(crate) fn ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect())
}

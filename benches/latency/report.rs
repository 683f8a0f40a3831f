//! The tables: medians and 99th percentiles, with what is aimed at beside them.

use std::time::Duration;

use crate::commands::{CommandKind, TimedCommand};

/// At zero delay upstream: from the answer to the first call, and from the webhook to the reply to a
/// link of one group. Medians.
const FIRST_CALL: f64 = 2.0;
const REPLY: f64 = 10.0;

/// The stages of orders of one kind.
pub(crate) fn print_stages(kind: CommandKind, timed: &[TimedCommand]) {
    let Some(some) = timed.first() else { return };
    println!("  {}: {} calls", kind.name(), some.calls.len());
    row("webhook → accepted", timed.iter().map(|one| one.accepted), None);
    let signed = timed.iter().map(|one| millis(one.first_call()) - millis(one.accepted));
    print("accepted → first call", signed.collect(), Some(FIRST_CALL));
    row(
        "webhook → reply",
        timed.iter().map(TimedCommand::reply),
        (kind == CommandKind::Link).then_some(REPLY),
    );
    let names = |one: &TimedCommand| one.calls.iter().map(|(call, _)| call.clone()).collect::<Vec<_>>();
    let usual = names(some);
    // Reads that go side by side come in any order, and the lists are read once a minute.
    let alike: Vec<&TimedCommand> =
        timed.iter().filter(|one| sorted(names(one)) == sorted(usual.clone())).collect();
    let mut before = 0;
    while before < usual.len() {
        // Calls of one name in a row are one line.
        let same = usual[before..].iter().take_while(|call| **call == usual[before]).count();
        let last = before + same - 1;
        let took = alike.iter().map(|one| {
            let from = if before == 0 { Duration::ZERO } else { one.calls[before - 1].1 };
            one.calls[last].1.saturating_sub(from)
        });
        let times = if same > 1 { format!(" × {same}") } else { String::new() };
        row(&format!("  … {}{times}", usual[before]), took, None);
        before += same;
    }
    let others = timed.len() - alike.len();
    if others > 0 {
        println!("    {others} made other calls: the lists were older than a minute");
    }
}

/// The writes of orders of one kind.
pub(crate) fn print_writes(kind: CommandKind, mut counts: Vec<u64>, notes: &[String]) {
    counts.sort_unstable();
    let median = counts.get(counts.len() / 2).map_or("?".to_owned(), u64::to_string);
    println!("  {:<22} {median:>3}   {}", kind.name(), notes.join(" "));
}

/// Replies one after the other.
pub(crate) fn print_rate_limited(replies: &[Duration]) {
    let seconds: Vec<String> = replies.iter().map(|took| format!("{:.2}", took.as_secs_f64())).collect();
    println!("  {} s", seconds.join(", "));
}

fn row(what: &str, took: impl Iterator<Item = Duration>, aim: Option<f64>) {
    print(what, took.map(millis).collect(), aim);
}

fn print(what: &str, mut took: Vec<f64>, aim: Option<f64>) {
    took.sort_unstable_by(f64::total_cmp);
    let at = |share: usize| took.get(took.len().saturating_sub(1) * share / 100).copied().unwrap_or_default();
    let aim =
        aim.map(|aim| format!("   p50 ≤ {aim:.0} ms: {}", if at(50) <= aim { "reached" } else { "missed" }));
    println!("    {what:<32} p50 {:>7.3} ms   p99 {:>7.3} ms{}", at(50), at(99), aim.unwrap_or_default());
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

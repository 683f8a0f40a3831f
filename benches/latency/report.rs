//! Tables of medians and 99th percentiles, with their targets.

use std::time::Duration;

use crate::commands::{CommandKind, TimedCommand};

/// Targets for medians in ms with an instant Z-API: from the webhook response to the first call, and from
/// the webhook to the reply to a link of one group.
const FIRST_CALL: f64 = 2.0;
const REPLY: f64 = 10.0;

/// Prints the stages of commands of one kind.
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
    // Parallel reads arrive in any order, and lists are read once a minute.
    let alike: Vec<&TimedCommand> =
        timed.iter().filter(|one| sorted(names(one)) == sorted(usual.clone())).collect();
    let mut before = 0;
    while before < usual.len() {
        // Consecutive calls of one name share a line.
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

/// Prints the writes of commands of one kind.
pub(crate) fn print_writes(kind: CommandKind, mut counts: Vec<u64>, events: &[String]) {
    counts.sort_unstable();
    let median = counts.get(counts.len() / 2).map_or("?".to_owned(), u64::to_string);
    println!("  {:<22} {median:>3}   {}", kind.name(), events.join(" "));
}

/// Prints the times of consecutive replies.
pub(crate) fn print_rate_limited(replies: &[Duration]) {
    let seconds: Vec<String> = replies.iter().map(|took| format!("{:.2}", took.as_secs_f64())).collect();
    println!("  {} s", seconds.join(", "));
}

fn row(what: &str, took: impl Iterator<Item = Duration>, target: Option<f64>) {
    print(what, took.map(millis).collect(), target);
}

fn print(what: &str, mut took: Vec<f64>, target: Option<f64>) {
    took.sort_unstable_by(f64::total_cmp);
    let at = |share: usize| took.get(took.len().saturating_sub(1) * share / 100).copied().unwrap_or_default();
    let target = target.map(|target| {
        format!("   p50 ≤ {target:.0} ms: {}", if at(50) <= target { "reached" } else { "missed" })
    });
    println!("    {what:<32} p50 {:>7.3} ms   p99 {:>7.3} ms{}", at(50), at(99), target.unwrap_or_default());
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

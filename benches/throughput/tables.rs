//! Prints the results of a scenario: values, ratios, and whether targets are met.

use crate::print;
use crate::rounds::{Figures, median, ratio};

/// Target of a value.
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

pub(crate) fn print_verdict(what: &str, value: f64, bound: Bound) {
    let (is_reached, bound) = match bound {
        Bound::AtLeast(least) => (value >= least, format!("at least {least:.2}")),
        Bound::AtMost(most) => (value <= most, format!("at most {most:.2}")),
    };
    print(&format!("{}  {what}: {value:.2} ({bound})", if is_reached { "PASS" } else { "FAIL" }));
}

pub(crate) fn title(text: &str) {
    print(&format!("\n{text}"));
}

/// All values, and their ratios to the baseline.
pub(crate) fn table(all: &[Figures], to: &Figures) {
    print(&format!(
        "{:<15} {:>9} {:>6} {:>9} {:>6} {:>8} {:>8} {:>9} {:>9}",
        "", "events/s", "ratio", "CPU, µs", "ratio", "p50, ms", "p99, ms", "RSS, MiB", "most, MiB"
    ));
    for figures in all {
        print(&format!(
            "{:<15} {:>9.0} {:>6.2} {:>9.2} {:>6.2} {:>8.3} {:>8.3} {:>9.1} {:>9.1}",
            figures.name,
            median(figures.per_second.clone()),
            ratio(&figures.per_second, &to.per_second),
            median(figures.cpu.clone()),
            ratio(&figures.cpu, &to.cpu),
            median(figures.p50.clone()),
            median(figures.p99.clone()),
            figures.memory.0 as f64 / 1_024.0,
            figures.memory.1 as f64 / 1_024.0
        ));
    }
}

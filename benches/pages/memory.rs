//! The memory of the service at rest on an empty journal, without and with the sign-in of the console, and after all pages
//! were read.

use std::time::Duration;

use crate::browser::Browser;
use crate::service::{ConsoleSection, PASSWORD, Service};
use crate::upstream::Upstream;

/// Starts of each kind.
const STARTS: usize = 5;
/// How long a service is idle before it is at rest.
const REST: Duration = Duration::from_secs(3);
/// Every page, with its style sheet and script.
const PAGES: [&str; 6] = ["/", "/commands", "/communities", "/people", "/health", "/configuration"];

/// Prints the medians.
pub(crate) fn compare(upstream: &Upstream) -> anyhow::Result<()> {
    let (mut without, mut with, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let (_, memory) = start_and_rest(upstream, ConsoleSection::Absent)?;
        without.push(memory);
        let (service, memory) = start_and_rest(upstream, ConsoleSection::WithPassword)?;
        with.push(memory);
        let mut browser = Browser::sign_in(service.0.private, PASSWORD)?;
        for page in PAGES {
            let page = browser.get(page)?;
            for asset in page.body.split('"').filter(|part| part.starts_with("/assets/")) {
                browser.get(asset)?;
            }
        }
        std::thread::sleep(REST);
        after.push(service.0.memory_mib()?.0);
    }
    println!("\nmemory at rest, empty journal, medians of {STARTS}, MiB");
    for (what, memory) in [
        ("without [console]", without),
        ("with [console], not opened", with),
        ("with [console], after a sign-in and every page", after),
    ] {
        println!("  {what:<48} {:>6.1}", median(memory));
    }
    Ok(())
}

fn start_and_rest(
    upstream: &Upstream,
    console: ConsoleSection,
) -> anyhow::Result<((Service, tempfile::TempDir), f64)> {
    let folder = tempfile::tempdir()?;
    let service = Service::start(folder.path(), upstream, console)?;
    std::thread::sleep(REST);
    let (memory, _) = service.memory_mib()?;
    Ok(((service, folder), memory))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

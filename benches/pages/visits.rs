//! The pages that are visited, how long each may take, and what clients that read nothing change.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use vincula::sandbox::webhook_event::EventBuilder;

use crate::browser::Browser;
use crate::service::Service;

/// Requests of a page in a round.
const REQUESTS: usize = 40;
/// Pages that are followed from one place.
const FOLLOWED: usize = 100;
/// Longest p99 of a page, and of the next one of a list, in milliseconds.
const PAGE_LIMIT: f64 = 20.0;
const PAGING_LIMIT: f64 = 50.0;
/// The longest p99 of a search without enough matches, in milliseconds: it stops after 400, between two windows.
const CUT_LIMIT: f64 = 500.0;

/// Pages that are made at once.
const PAGES: [&str; 26] = [
    "/",
    "/live",
    "/commands",
    "/commands?person=Pessoa+07",
    "/commands?community=Bairro+12",
    "/commands?command=move",
    "/commands?command=deactivate",
    "/commands?state=replied",
    "/commands?state=waiting",
    "/commands?state=dead",
    "/commands?state=failed",
    "/commands?state=reply_failed",
    "/commands?state=dropped",
    "/commands?state=denied",
    "/commands?state=usage_error",
    "/commands?state=previewed",
    "/commands?state=expired",
    "/commands?state=cancelled",
    "/commands?instance=annex",
    "/commands?since=1d",
    "/commands?until=40d",
    "/commands?text=bairro",
    "/communities",
    "/people",
    "/health",
    "/configuration",
];

/// Searches with few matches or none.
const RARE: [&str; 4] = [
    "/commands?person=Pessoa+39",
    "/commands?chat=Turma+4919",
    "/commands?community=nothing-of-this-name",
    "/commands?text=nothing-like-this",
];

/// Times of one kind of page, by rounds, in milliseconds.
#[derive(Default)]
struct Times(Vec<Vec<f64>>);

impl Times {
    /// The time that this share of all requests was within.
    fn within(&self, share: f64) -> f64 {
        quantile(self.0.concat(), share)
    }

    /// Prints a line; returns whether the median of the rounds' p99 is within the limit.
    fn report(&self, what: &str, limit: f64) -> bool {
        let typical = quantile(self.0.iter().map(|round| quantile(round.clone(), 0.99)).collect(), 0.5);
        let (half, most) = (self.within(0.5), self.within(0.99));
        let verdict = if typical <= limit { "" } else { "   TOO SLOW" };
        println!("{what:<48} {half:>8.2} {most:>8.2} {typical:>10.2} {limit:>6.0}{verdict}");
        typical <= limit
    }
}

fn quantile(mut times: Vec<f64>, share: f64) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    let index = (times.len() as f64 * share) as usize;
    times.get(index.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Visits all pages; returns whether each is as fast as it must be.
pub(crate) fn measure_all(browser: &mut Browser, rounds: usize) -> anyhow::Result<bool> {
    println!("{:<48} {:>8} {:>8} {:>10} {:>6}", "page", "p50, ms", "p99, ms", "round p99", "limit");
    let mut is_fast = true;
    for path in PAGES {
        is_fast &= repeat_times(browser, path, (rounds, REQUESTS))?.report(path, PAGE_LIMIT);
    }
    // A group has one command of 1,500: several windows are searched.
    let chat = "/commands?chat=Turma+0307";
    is_fast &= repeat_times(browser, chat, (rounds, REQUESTS))?.report(chat, PAGING_LIMIT);
    let middle = first_id(&browser.get("/commands?until=40d")?.body)?;
    for (what, start) in [
        ("newest", "/commands?live=off".to_owned()),
        ("middle", format!("/commands?before={middle}")),
        ("by person", "/commands?person=Pessoa+07".to_owned()),
        ("by text", "/commands?text=bairro+1".to_owned()),
    ] {
        let (pages, commands) = follow(browser, &start, rounds)?;
        is_fast &= pages.report(&format!("{FOLLOWED} pages of older commands, {what}"), PAGING_LIMIT);
        if what == "middle" {
            is_fast &= commands.report("one command, each another one", PAGE_LIMIT);
        }
    }
    for path in RARE {
        let times = repeat_times(browser, path, (rounds, 3))?;
        is_fast &= times.report(path, CUT_LIMIT);
        println!("    searched to the end: {}", search_to_the_end(browser, path)?);
    }
    Ok(is_fast)
}

fn repeat_times(
    browser: &mut Browser,
    path: &str,
    (rounds, requests): (usize, usize),
) -> anyhow::Result<Times> {
    // The first one of all reads what the others find in memory.
    browser.get(path)?;
    let mut times = Times::default();
    for _ in 0..rounds {
        let round = (0..requests).map(|_| Ok(millis(browser.get(path)?.took)));
        times.0.push(round.collect::<anyhow::Result<_>>()?);
    }
    Ok(times)
}

/// Follows the links to older commands; returns the times of the lists, and those of one command of each.
fn follow(browser: &mut Browser, start: &str, rounds: usize) -> anyhow::Result<(Times, Times)> {
    let (mut lists, mut commands) = (Times::default(), Times::default());
    for round in 0..rounds {
        let (mut list_times, mut command_times) = (Vec::new(), Vec::new());
        let mut page = browser.get(start)?;
        for _ in 0..FOLLOWED {
            let next = next_page(&page.body).ok_or_else(|| anyhow::anyhow!("{start} ends too early"))?;
            page = browser.get(&next)?;
            list_times.push(millis(page.took));
            // Each round another command of the list: that somebody reads its text is recorded once in a while.
            let id = page.body.split("id=\"c-").nth(1 + round).and_then(|rest| rest.split('"').next());
            if let Some(id) = id {
                command_times.push(millis(browser.get(&format!("/commands/{id}"))?.took));
            }
        }
        lists.0.push(list_times);
        commands.0.push(command_times);
    }
    Ok((lists, commands))
}

fn first_id(page: &str) -> anyhow::Result<String> {
    let id = page.split("id=\"c-").nth(1).and_then(|rest| rest.split('"').next());
    Ok(id.ok_or_else(|| anyhow::anyhow!("no command on the page"))?.to_owned())
}

/// The address of the next page of a list.
fn next_page(page: &str) -> Option<String> {
    let address = page.split("rel=\"next\" href=\"").nth(1)?.split('"').next()?;
    Some(address.replace("&amp;", "&").replace("&#38;", "&"))
}

/// Follows a search until it ends; says how many pages and how long that took.
fn search_to_the_end(browser: &mut Browser, start: &str) -> anyhow::Result<String> {
    let (mut count, mut sum, mut found) = (0, Duration::ZERO, 0);
    let mut path = Some(start.to_owned());
    while let Some(next) = path {
        let page = browser.get(&next)?;
        (count, sum) = (count + 1, sum + page.took);
        found += page.body.matches("id=\"c-").count();
        path = next_page(&page.body);
    }
    Ok(format!("{count} pages, {:.1} s, {found} commands", sum.as_secs_f64()))
}

/// Chatter while nobody looks, and while ten clients of the console ask for pages and read nothing.
pub(crate) fn measure_idle_clients(service: &Service, browser: &Browser) -> anyhow::Result<()> {
    const CLIENTS: usize = 10;
    const PIPELINED: usize = 20;
    println!();
    let alone = send_chatter(service)?;
    let request = format!(
        "GET /communities HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\naccept: text/html\r\n\r\n",
        service.private, browser.cookie
    );
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = TcpStream::connect(service.private)?;
        client.write_all(request.repeat(PIPELINED).as_bytes())?;
        clients.push(client);
    }
    let beside = send_chatter(service)?;
    for (what, times) in [("alone", alone), ("beside 10 clients that read nothing", beside)] {
        println!("chatter, {what}: p50 {:.3} ms, p99 {:.3} ms", times.within(0.5), times.within(0.99));
    }
    Ok(())
}

/// One webhook after the other.
fn send_chatter(service: &Service) -> anyhow::Result<Times> {
    const EVENTS: usize = 5_000;
    let mut connection = Browser::open(service.public)?;
    let headers = format!("content-type: application/json\r\nz-api-token: {}\r\n", service.token);
    let event =
        EventBuilder::text(&service.instance_id, "Bom dia, pessoal! A feira de domingo começa às oito.");
    let event = event.from("5544988880001").in_group("120363019500000001-group").body();
    let mut times = Vec::new();
    for _ in 0..EVENTS {
        let response = connection.request("POST /webhooks/main", &headers, &event)?;
        anyhow::ensure!(response.body.contains("ignored"), "{}{}", response.head, response.body);
        times.push(millis(response.took));
    }
    Ok(Times(vec![times]))
}

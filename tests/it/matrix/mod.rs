//! Every changing call × every kind of response × done or not × once or until the bot gives up: compares the
//! reply with the world, and the calls with what may be repeated.
//!
//! `changes` has the rows, `responses` the columns, `verdict` the rules. All cells that break a rule are
//! printed.

mod changes;
mod responses;
mod verdict;

use std::fmt;
use std::time::Duration;

use futures_util::future::join_all;
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{ApiCall, Fault, FaultResponse, World};

use self::changes::ChangeCase;
use self::responses::Response;
use crate::support::{ANA, Service};

/// Timeout of a cell.
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);

/// A cell of the matrix.
struct Cell<'a> {
    change: &'a ChangeCase,
    response: &'a Response,
    /// The change is made, whatever the response.
    is_done: bool,
    /// Only the first call gets this response; else every call until the bot gives up.
    is_once: bool,
    /// The response to the reads after the first call, the first few of them or, where the bot gives up,
    /// all; nothing: the truth.
    reads: Option<(&'static str, FaultResponse)>,
}

/// Reads after a change that fail, unless they fail for ever.
const FAILED_READS: usize = 3;

/// Result of a cell.
struct Observation {
    before: World,
    after: World,
    reply: String,
    /// The changing calls.
    calls: Vec<ApiCall>,
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = if self.is_done { "done" } else { "not done" };
        let often = if self.is_once { "once" } else { "always" };
        write!(f, "{} × {} × {done} × {often}", self.change.name, self.response.name)?;
        self.reads.iter().try_for_each(|(name, _)| write!(f, " × {name} from reads"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t27_replies_are_true_and_unrepeatable_calls_made_once_for_every_response() {
    run_all(&[None]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t47_where_the_reads_after_a_change_fail_the_reply_claims_nothing_that_was_not_read() {
    run_all(&responses::failed_reads().map(Some)).await;
}

async fn run_all(reads: &[Option<(&'static str, FaultResponse)>]) {
    let rows = changes::all();
    let runs = rows.iter().flat_map(|change| [true, false].map(|is_once| run_row(change, is_once, reads)));
    let failed: Vec<String> = join_all(runs).await.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{} cells failed:\n{}", failed.len(), failed.join("\n"));
}

/// Runs all cells of a change and returns the failures.
async fn run_row(
    change: &ChangeCase,
    is_once: bool,
    reads: &[Option<(&'static str, FaultResponse)>],
) -> Vec<String> {
    let bot = Service::with()
        .clock(if is_once { Clock::system() } else { Clock::manual(Timestamp(1_764_000_000_000)) })
        .timing(|timing| {
            timing.read_back = Duration::from_millis(60);
            timing.retry_notice_after = Duration::from_secs(3_600);
        })
        .limits("commands_per_minute = 100000")
        .instance(if is_once { "give_up_after = \"10m\"" } else { "give_up_after = \"60s\"" })
        .start()
        .await;
    let mut failed = Vec::new();
    let cells = reads.iter().flat_map(|reads| [false, true].map(|is_done| (reads.clone(), is_done)));
    for (reads, is_done) in cells {
        let mut world = World::small();
        (change.arrange)(&mut world);
        let all = responses::all(change, &world).into_iter();
        let is_wanted = |response: &Response| match &reads {
            Some(_) => responses::WITH_FAILING_READS.contains(&response.name),
            None => is_once || responses::SAMPLES.contains(&response.name),
        };
        for response in all.filter(is_wanted) {
            let reads = reads.clone();
            let cell = Cell { change, response: &response, is_done, is_once, reads };
            match cell.run(&bot, &world).await {
                Err(silent) => failed.push(format!("{cell}: {silent}")),
                Ok(seen) => {
                    let flaws = verdict::find(&cell, &seen);
                    let reply = seen.reply.replace('\n', " ⏎ ");
                    failed.extend(flaws.into_iter().map(|flaw| format!("{cell}: {flaw} ← {reply}")));
                }
            }
        }
    }
    failed
}

impl Cell<'_> {
    /// Sends the command in a fresh world, and waits for its reply.
    async fn run(&self, bot: &Service, world: &World) -> Result<Observation, String> {
        let faults = bot.sandbox.faults();
        faults.clear();
        bot.sandbox.world(|now| now.clone_from(world));
        if let Some(command) = self.change.first {
            ask(bot, command).await?;
        }
        let before = bot.world();
        let known = bot.sandbox.calls().len();
        let reply = self.response.reply.clone();
        let fault = if self.is_done { Fault::ReplaceResponse(reply) } else { Fault::Replace(reply) };
        let target = self.change.target(&before);
        match self.is_once {
            true => faults.fail_next(&target, 1, fault),
            false => faults.fail_always(&target, fault),
        }
        if let Some((_, reply)) = &self.reads {
            let times = if self.is_once { FAILED_READS } else { usize::MAX };
            faults.fail_after(&target, "GET ", times, Fault::Replace(reply.clone()));
        }

        let reply = ask(bot, self.change.command).await?;
        let calls = bot.sandbox.calls().split_off(known);
        let calls = calls.into_iter().filter(|call| self.change.is_call(call, &before)).collect();
        Ok(Observation { before, after: bot.world(), reply, calls })
    }
}

/// Sends a command and waits for its reply, or returns what went wrong.
async fn ask(bot: &Service, command: &str) -> Result<String, String> {
    let command = bot.message(ANA, command);
    let response = bot.post(&command).await.text();
    if !response.contains(r#""status":"accepted""#) {
        return Err(response);
    }
    tokio::select! {
        sent = bot.reply_to(command.message_id()) => Ok(sent.text),
        () = tokio::time::sleep(REPLY_TIMEOUT) => Err("no reply".to_owned()),
        // The clock runs fast, so that the bot gives up soon.
        () = hurry(&bot.clock) => Err("the clock ended".to_owned()),
    }
}

/// Makes a manual clock run fast; leaves others alone.
pub async fn hurry(clock: &Clock) {
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        clock.advance(Duration::from_secs(6));
    }
}

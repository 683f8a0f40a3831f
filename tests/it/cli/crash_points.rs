//! Stops the process exactly at each step of a command and starts it again: nothing is lost or done twice,
//! and the status icons are true.
//!
//! The steps are those of `src/failpoint.rs`; a debug build stops at `VINCULA_FAIL_AT`. As Z-API does, the
//! sender repeats a delivery only if it got no response.

use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use vincula::failpoint::{InjectedBug, Step};
use vincula::sandbox::{Fault, SentMessage};

use super::{Serving, TestFolder};
use crate::support::ANA;

const COMMAND: &str = "/link \"Bairro Feliz\" moradores, futebol, mães";
const DONE: &str = "3 of 3 groups are now in “Bairro Feliz”.\n☑️ “Moradores”: was already in it\n\
    ✅ “Futebol”\n✅ “Mães do Bairro”";
/// Longer than the delay of a progress reaction, so that the steps that remove it are reached.
const PROGRESS_REACTION: Duration = Duration::from_millis(2_100);
/// `abort`: no unwinding, no clean-up.
const ABORTED: i32 = 6;

macro_rules! stopped_at {
    ($($test:ident: $step:ident,)*) => {
        /// Steps with a test below.
        const TESTED: &[Step] = &[$(Step::$step),*];

        $(
            #[test]
            fn $test() {
                let story = CrashScenario::stopped_at(Step::$step, 1, None);
                assert_eq!(story.wrong(), Vec::<String>::new());
            }
        )*
    };
}

stopped_at! {
    stopped_after_the_request_arrived: Received,
    stopped_after_authentication: Verified,
    stopped_after_it_was_recognized_as_a_command: Recognized,
    stopped_while_the_command_was_written: Writing,
    stopped_between_commit_and_response: Committed,
    stopped_after_the_response: ConnectionClosed,
    stopped_after_the_claim: Claimed,
    stopped_after_the_groups_were_read: StateRead,
    stopped_after_the_plan_was_stored: Planned,
    stopped_before_the_call: Calling,
    stopped_after_the_call: Called,
    stopped_after_the_outcome_was_read_back: ReadBack,
    stopped_after_the_reply_was_built: ReplyBuilt,
    stopped_after_the_reply_was_stored: ReplyStored,
    stopped_before_the_reply_was_sent: Sending,
    stopped_between_the_reply_and_its_audit_event: Sent,
    stopped_after_the_send_was_recorded: SendRecorded,
    stopped_before_the_command_was_finished: Finishing,
    stopped_after_the_command_was_finished: Finished,
}

#[test]
fn every_step_has_its_test() {
    assert_eq!(TESTED, Step::ALL);
}

#[test]
fn the_documented_steps_are_these() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/RELIABILITY.md");
    let page = std::fs::read_to_string(path).unwrap();
    let rows: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let steps: Vec<&str> = Step::ALL.iter().map(|step| step.name()).collect();
    assert_eq!(rows, steps);
}

#[test]
fn stopped_three_times_at_the_same_step() {
    // The journal keeps the result of these, so an attempt reaches them only once.
    const ONCE: [Step; 7] = [
        Step::ConnectionClosed,
        Step::Planned,
        Step::Called,
        Step::ReadBack,
        Step::ReplyStored,
        Step::SendRecorded,
        Step::Finished,
    ];
    for step in Step::ALL.iter().filter(|step| !ONCE.contains(step)) {
        let story = CrashScenario::stopped_at(*step, 3, None);
        assert_eq!(story.wrong(), Vec::<String>::new(), "{step:?}");
    }
}

#[test]
fn a_crash_in_the_second_command_does_not_touch_the_first() {
    let mut place = TestFolder::new();
    place.variable("VINCULA_FAIL_AT", "planned:2");
    let mut serving = place.serve();
    place.command_event("A1", "/link \"Bairro Feliz\" futebol");
    assert!(place.reply_to("A1").starts_with("✅ “Futebol” is"));
    place.command_event("A2", "/unlink \"Bairro Feliz\" futebol");
    assert_stopped(&place, &mut serving);
    place.variables.clear();

    let serving = place.serve();

    assert_eq!(place.reply_to("A2"), "✅ “Futebol” is no longer in “Bairro Feliz”.");
    serving.stop(&place);
    assert_eq!((place.calls_to("communities/link"), place.calls_to("communities/unlink")), (1, 1));
}

#[test]
fn stopped_in_a_message_of_two_commands() {
    const TEXT: &str = "/link \"Bairro Feliz\" futebol\n/unlink \"Bairro Feliz\" futebol";
    // Steps of the request are reached once, and the others by each command.
    let of_request = [Step::Writing, Step::Committed, Step::ConnectionClosed].map(|step| (step, 1));
    let of_worker =
        [Step::Claimed, Step::StateRead, Step::Planned, Step::Called, Step::ReplyStored, Step::Finished];
    let of_worker = of_worker.into_iter().flat_map(|step| [(step, 1), (step, 2)]);
    for (step, time) in of_request.into_iter().chain(of_worker) {
        let mut folder = TestFolder::new();
        folder.variable("VINCULA_FAIL_AT", format!("{}:{time}", step.name()));
        let mut serving = folder.serve();
        let answered = post(&folder, TEXT);
        assert_stopped(&folder, &mut serving);
        folder.variables.clear();

        let serving = folder.serve();
        if answered.is_empty() {
            // A worker may begin before the response is sent.
            let is_stored = !matches!(step, Step::Writing | Step::ConnectionClosed);
            let expected = if is_stored { "duplicate" } else { "accepted" };
            assert_eq!(post(&folder, TEXT), expected, "{step:?}");
        }
        while replies_to_a1(&folder).len() < 2 {
            std::thread::sleep(Duration::from_millis(10));
        }
        serving.stop(&folder);

        let done = ["✅ “Futebol” is now in “Bairro Feliz”.", "✅ “Futebol” is no longer in “Bairro Feliz”."];
        assert_eq!(replies_to_a1(&folder), done, "{step:?}:{time}");
        assert_eq!((folder.calls_to("communities/link"), folder.calls_to("communities/unlink")), (1, 1));
        let ended = ("done".to_owned(), "replied".to_owned());
        assert_eq!(journal(&folder), [ended.clone(), ended], "{step:?}:{time}");
    }
}

#[test]
fn a_blind_retry_would_be_detected() {
    let blind = Some(InjectedBug::BlindRetry);
    let wrong_after = |step| CrashScenario::stopped_at(step, 1, blind).wrong().join("; ");
    assert!(wrong_after(Step::Called).contains("the reply is not true"), "{}", wrong_after(Step::Called));
    assert!(wrong_after(Step::SendRecorded).contains("2 replies"), "{}", wrong_after(Step::SendRecorded));
}

#[test]
fn a_response_before_the_commit_would_be_detected() {
    let early = Some(InjectedBug::RespondBeforeCommit);
    let wrong = CrashScenario::stopped_at(Step::ConnectionClosed, 1, early).wrong().join("; ");
    assert!(wrong.contains("0 commands in the journal"), "{wrong}");
}

/// A command whose service was stopped, and its result.
struct CrashScenario {
    step: Step,
    stops: usize,
    folder: TestFolder,
    /// The last webhook response.
    status: String,
    /// State and outcome of the commands in the journal.
    commands: Vec<(String, String)>,
}

impl CrashScenario {
    /// Sends a command, stops the process at the step this many times, and lets it finish.
    fn stopped_at(step: Step, stops: usize, injected_bug: Option<InjectedBug>) -> Self {
        let mut folder = TestFolder::new();
        folder.variable("VINCULA_FAIL_AT", step.name());
        if let Some(injected_bug) = injected_bug {
            folder.variable("VINCULA_INJECT_BUG", injected_bug.name());
        }
        if [Step::SendRecorded, Step::Finishing].contains(&step) {
            folder.sandbox.faults().fail_next("communities/link", 1, Fault::Delay(PROGRESS_REACTION));
        }
        let mut status = String::new();
        for _ in 0..stops {
            let mut serving = folder.serve();
            if status.is_empty() {
                status = post(&folder, COMMAND);
            }
            assert_stopped(&folder, &mut serving);
        }
        folder.variables.retain(|(name, _)| name != "VINCULA_FAIL_AT");

        let serving = folder.serve();
        if status.is_empty() {
            status = post(&folder, COMMAND);
        }
        // Open commands finish before the signal; a lost command never gets a reply.
        let is_lost = injected_bug == Some(InjectedBug::RespondBeforeCommit);
        if !is_lost {
            folder.reply_to("A1");
            // The chat continues, and no other message was waiting before this one.
            folder.command_event("A2", "/unlink \"Marketing BR\" futebol");
            folder.reply_to("A2");
        }
        serving.stop(&folder);
        let commands = journal(&folder);
        Self { step, stops, folder, status, commands }
    }

    /// Violated guarantees.
    fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut check = |holds: bool, what: String| {
            if !holds {
                wrong.push(what);
            }
        };
        let about_it = |sent: &&SentMessage| sent.quoted.as_deref() == Some("A1");
        let all = self.folder.sandbox.sent();
        let replies: Vec<&SentMessage> = all.iter().filter(about_it).collect();
        // Only a message that was sent and not recorded may come twice. The later deliveries of a committed command stop
        // the process while a worker runs the command, at any step.
        let expected = match self.step {
            Step::Sent => 1 + self.stops..=1 + self.stops,
            Step::Committed => 1..=self.stops,
            _ => 1..=1,
        };
        check(expected.contains(&replies.len()), format!("{} replies, not {expected:?}", replies.len()));
        for reply in &replies {
            check(reply.text == DONE, format!("the reply is not true: {}", reply.text));
        }
        // Stopped before or after the call, not within it: it need not be repeated.
        let calls = self.folder.calls_to("communities/link");
        let most_calls = if self.step == Step::Committed { self.stops } else { 1 };
        check((1..=most_calls).contains(&calls), format!("{calls} calls"));
        let count = self.commands.len();
        check(count == 1, format!("{count} commands in the journal"));
        check(
            self.commands
                .iter()
                .all(|(state, outcome)| (state.as_str(), outcome.as_str()) == ("done", "replied")),
            format!("the command ended as {:?}", self.commands),
        );
        // Before the commit the command does not exist; after it, it is known.
        let is_in_time =
            Step::ALL.iter().take_while(|step| **step != Step::Committed).any(|s| *s == self.step);
        check(
            !is_in_time || self.status == "accepted",
            format!("sent again after {:?} it was {:?}", self.step, self.status),
        );
        wrong
    }
}

/// Posts the command; returns `accepted`, `duplicate`, or `None` without a response.
fn post(place: &TestFolder, text: &str) -> String {
    let ran = place.run(&["event", "send", "--from", ANA, "--text", text, "--id", "A1"]);
    let response: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_default();
    assert!(ran.code == Some(0) || ran.err.contains("does not respond"), "{ran:#?}");
    response["status"].as_str().unwrap_or_default().to_owned()
}

#[track_caller]
fn assert_stopped(place: &TestFolder, serving: &mut Serving) {
    let (code, log) = serving.wait_for_exit(place);
    assert_eq!((code, serving.child.wait().unwrap().signal()), (None, Some(ABORTED)), "{log}");
}

/// The texts that quote message `A1`, in order.
fn replies_to_a1(place: &TestFolder) -> Vec<String> {
    let sent = place.sandbox.sent().into_iter();
    sent.filter(|sent| sent.quoted.as_deref() == Some("A1")).map(|sent| sent.text).collect()
}

/// State and outcome of each command with message id `A1`.
fn journal(place: &TestFolder) -> Vec<(String, String)> {
    let ran = place.run(&["journal", "list", "--format", "json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let ours = rows.iter().filter(|row| row["message_id"] == "A1");
    ours.map(|row| (text(row, "state"), text(row, "outcome"))).collect()
}

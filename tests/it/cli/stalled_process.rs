//! Two processes on one PostgreSQL: the command of a process that is killed, or stopped (SIGSTOP) for longer
//! than its lease, is taken over within 20 s; the late process does nothing more for it.
//!
//! The lease is the real one, 15 s, so the tests run in parallel.

use std::time::{Duration, Instant};

use vincula::sandbox::{ApiCall, CallBarrier};

use super::{Serving, TestFolder};
use crate::support::postgres::{self, Server};

/// From the failure of a process to the reply of the other one.
const TAKEOVER_TIMEOUT: Duration = Duration::from_secs(20);
const COMMAND: &str = "/link \"Bairro Feliz\" futebol";
const DONE: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

type Story = fn(&Server);

#[test]
fn a_command_is_taken_over_within_20_seconds_and_the_stalled_process_stops() {
    let Some(server) = postgres::shared() else { return postgres::skip_notice(module_path!()) };

    std::thread::scope(|scope| {
        let stories: [(&str, Story); 4] = [
            ("killed", killed),
            ("still_before_the_link", still_before_the_link),
            ("still_when_the_link_was_made", still_when_the_link_was_made),
            ("still_within_the_reply", still_within_the_reply),
        ];
        for (name, story) in stories {
            let run = move || story(server);
            std::thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, run).unwrap();
        }
    });
}

fn killed(server: &Server) {
    let mut pair =
        Pair::new(server, COMMAND, |place| place.sandbox.faults().hold_request("communities-metadata"));

    pair.first.child.kill().unwrap();

    pair.expect_taken_over();
    assert_eq!(pair.sent_texts(), [DONE]);
    assert_eq!(pair.folder.calls_to("communities/link"), 1);
}

fn still_before_the_link(server: &Server) {
    still_at_the_response_to("communities-metadata", server);
}

fn still_when_the_link_was_made(server: &Server) {
    still_at_the_response_to("communities/link", server);
}

fn still_at_the_response_to(call: &str, server: &Server) {
    let mut pair = Pair::new(server, COMMAND, |place| place.sandbox.faults().hold_response(call));

    pair.first.signal("STOP");
    pair.expect_taken_over();
    pair.wake_the_first();

    assert_eq!(pair.sent_texts(), [DONE]);
    assert_eq!(pair.folder.calls_to("communities/link"), 1);
}

fn still_within_the_reply(server: &Server) {
    let hold = |place: &TestFolder| {
        place.sandbox.world(|world| {
            for number in 1..=150 {
                // Names of maximum length: a page of them takes two messages.
                world.group(&format!("Turma {number:03} da Escola Municipal {}", "x".repeat(70)));
            }
        });
        place.sandbox.faults().hold_response("send-text")
    };
    let mut pair = Pair::new(server, "/groups turma", hold);

    pair.first.signal("STOP");
    pair.expect_taken_over();
    pair.wake_the_first();

    // The first message was sent and not recorded; the second process sends all.
    let said = pair.sent_texts();
    assert!(said.len() >= 3 && said[0] == said[1], "{said:#?}");
    let lines: Vec<&str> = said[1..].iter().flat_map(|text| text.lines()).collect();
    assert_eq!((lines.len(), lines[0]), (42, "150 groups:"));
}

/// Two processes, and a command that the first one holds halfway.
struct Pair {
    folder: TestFolder,
    first: Serving,
    second: Serving,
    barrier: CallBarrier,
}

impl Pair {
    /// Sends the command to the first process alone; returns when its call is held and the second process is
    /// ready.
    fn new(server: &Server, command: &str, hold: impl FnOnce(&TestFolder) -> CallBarrier) -> Self {
        let mut folder = TestFolder::new();
        folder.change("sqlite:vincula.db", &folder.outside.block_on(server.database()));
        let barrier = hold(&folder);
        let first = folder.serve();
        folder.command_event("A1", command);
        folder.within(barrier.wait_reached());
        folder.variable("VINCULA__SERVER__LISTEN", "127.0.0.1:0");
        folder.variable("VINCULA__SERVER__ADMIN_LISTEN", "127.0.0.1:0");
        let second = folder.serve();
        Self { folder, first, second, barrier }
    }

    /// The second process finishes the command in time.
    fn expect_taken_over(&mut self) {
        let fallen_at = Instant::now();
        while !log(&self.second).contains("command completed") {
            assert!(fallen_at.elapsed() < TAKEOVER_TIMEOUT, "not taken over: {}", log(&self.second));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Resumes the first process and its call. It must release the command without a further call.
    fn wake_the_first(&mut self) {
        let calls = self.calls_of_commands();
        self.barrier.release();
        self.first.signal("CONT");
        let started = Instant::now();
        while !log(&self.first).contains("lease lost, command released") {
            assert!(
                started.elapsed() < TAKEOVER_TIMEOUT,
                "it does not leave the command: {}",
                log(&self.first)
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        let more = self.calls_of_commands();
        assert_eq!(more[calls.len()..], [], "it woke up and went on");
        assert!(self.first.is_running());
    }

    /// All calls but those that ask about the instance now and then.
    fn calls_of_commands(&self) -> Vec<ApiCall> {
        self.folder.sandbox.calls().into_iter().filter(|call| call.path != "me").collect()
    }

    /// Messages of the bot.
    fn sent_texts(&self) -> Vec<String> {
        self.folder.sandbox.sent().into_iter().map(|sent| sent.text).collect()
    }
}

fn log(serving: &Serving) -> String {
    serving.log.lock().unwrap().clone()
}

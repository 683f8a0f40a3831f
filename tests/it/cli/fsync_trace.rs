//! System call trace: the command is on disk before the response.
//!
//! `cargo test --release --test crash_test -- trace` checks the same for the release binary.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use vincula::failpoint::InjectedBug;

use super::{TIMEOUT, TestFolder};

#[path = "../../crash_test/fsync_trace.rs"]
mod fsync;

#[test]
fn the_command_is_synced_before_the_response() {
    let Some(trace) = trace_command(None) else { return };
    let moments = fsync::read(&trace);
    assert!(moments.is_ok(), "{moments:?} in {trace}");
}

#[test]
fn a_response_before_the_sync_would_be_detected() {
    let Some(trace) = trace_command(Some(InjectedBug::RespondBeforeCommit)) else { return };
    let seen = fsync::read(&trace).unwrap_err();
    assert!(seen.starts_with("the service responded before the command was on disk"), "{seen}");
}

/// The system calls of a service that receives one command, or `None` without strace.
fn trace_command(injected_bug: Option<InjectedBug>) -> Option<String> {
    if Command::new("strace").arg("-V").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "strace must be there");
        // Print to the real stderr, which the test runner does not capture.
        let _ = std::io::stderr().write_all(b"NOT RUN, since strace is not installed: traces\n");
        return None;
    }
    let mut place = TestFolder::new();
    if let Some(injected_bug) = injected_bug {
        place.variable("VINCULA_INJECT_BUG", injected_bug.name());
    }
    let file = place.folder.path().join("trace.txt");
    let serve = place.program(&["serve"]);
    let mut traced = Command::new("strace");
    // `-D`: the child is the service itself, with strace beside it.
    traced.args(["-f", "-D", "-yy", "-s", "5000", "-e", fsync::TRACED_SYSCALLS, "-o"]).arg(&file);
    traced.arg(serve.get_program()).args(serve.get_args()).current_dir(&place.folder).env_clear();
    traced.envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    traced.stdin(Stdio::null());
    traced.stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(path) = std::env::var_os("PATH") {
        traced.env("PATH", path);
    }
    let serving = place.serve_as(traced);
    place.command_event("A1", "/whoami");
    place.reply_to("A1");
    serving.kill();
    let started = Instant::now();
    loop {
        let trace = std::fs::read_to_string(&file).unwrap();
        if trace.contains("+++ killed by SIGKILL +++") {
            return Some(trace);
        }
        assert!(started.elapsed() < TIMEOUT, "the trace has no end");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

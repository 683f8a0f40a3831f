//! Help, completions and the manual page.

use std::process::{Command, Stdio};

use super::TestFolder;

const CALLS: [&[&str]; 25] = [
    &[],
    &["serve"],
    &["demo"],
    &["check"],
    &["webhook"],
    &["webhook", "register"],
    &["event"],
    &["event", "send"],
    &["journal"],
    &["journal", "list"],
    &["journal", "show"],
    &["journal", "retry"],
    &["journal", "drop"],
    &["journal", "export"],
    &["journal", "backup"],
    &["journal", "refused"],
    &["who"],
    &["notify"],
    &["notify", "test"],
    &["health"],
    &["schema"],
    &["password"],
    &["completions"],
    &["man"],
    &["help"],
];

#[test]
fn the_help_of_every_subcommand_shows_an_example() {
    let place = TestFolder::new();
    for call in CALLS.iter().filter(|call| **call != ["help"]) {
        let ran = place.run(&[call, &["--help"][..]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{call:?}");
        let example = ran.out.split("Example").nth(1);
        assert!(example.is_some_and(|text| text.contains("vincula ")), "{call:?}: {}", ran.out);
        if let [group] = call {
            let listed = CALLS.iter().filter(|other| other.len() == 2 && other[0] == *group);
            for other in listed {
                assert!(ran.out.contains(other[1]), "{call:?}: {}", ran.out);
            }
        }
    }
    // The list above has all sub-commands.
    let help = place.run(&["--help"]).out;
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for line in commands.lines() {
        let name = line.split_whitespace().next().unwrap();
        let is_name = line.starts_with("  ") && !line.starts_with("   ");
        assert!(!is_name || CALLS.iter().any(|call| call.first() == Some(&name)), "{name}");
    }
}

#[test]
fn an_unknown_subcommand_exits_with_2() {
    let place = TestFolder::new();
    for call in [&["sevre"][..], &["serve", "--confg", "x"], &[], &["journal"], &["event", "send"]] {
        let ran = place.run(call);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{call:?}: {ran:#?}");
        assert!(!ran.err.is_empty());
    }
    assert!(place.run(&["sevre"]).err.contains("serve"));
    let version = place.run(&["--version"]);
    assert_eq!((version.code, version.out.trim()), (Some(0), concat!("vincula ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn shell_completions_have_every_subcommand() {
    let place = TestFolder::new();
    for shell in ["bash", "zsh", "fish"] {
        let ran = place.run(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{shell}");
        for call in CALLS.concat() {
            assert!(ran.out.contains(call), "{shell} does not know {call}");
        }
    }
    let script = place.run(&["completions", "bash"]).out;
    std::fs::write(place.folder.path().join("completions"), script).unwrap();
    let bash = Command::new("bash")
        .args(["-n", "completions"])
        .current_dir(&place.folder)
        .stderr(Stdio::null())
        .status();
    // Without bash its script cannot be tested.
    assert!(bash.is_err() || bash.is_ok_and(|status| status.success()));
}

#[test]
fn the_manual_page_has_every_subcommand() {
    let ran = TestFolder::new().run(&["man"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.contains(".TH vincula 1"), "{}", &ran.out[..200]);
    for call in [
        "SERVE",
        "DEMO",
        "CHECK",
        "WEBHOOK REGISTER",
        "EVENT SEND",
        "JOURNAL SHOW",
        "JOURNAL",
        "HEALTH",
        "SCHEMA",
    ] {
        assert!(ran.out.contains(call), "{call}");
    }
    for option in ["register", "\\-\\-text", "\\-\\-state"] {
        assert!(ran.out.contains(option), "{option}");
    }
}

#[test]
fn a_closed_pipe_causes_no_panic() {
    let place = TestFolder::new();
    for call in [&["man"][..], &["check", "--offline"], &["completions", "bash"], &["--help"]] {
        let mut child = place.program(call).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.code().is_some_and(|code| code < 3) && said.is_empty(), "{call:?}: {said}");
    }
}

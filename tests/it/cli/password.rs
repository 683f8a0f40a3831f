//! `vincula password`, and the start that a password of the console allows.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use argon2::{Argon2, PasswordHash, PasswordVerifier as _};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use super::{ProcessOutput, TestFolder, wait};

const PASSWORD: &str = "correct horse battery";

/// Whether the output is one line: a hash of this password.
fn is_hash_of(output: &str, password: &str) -> bool {
    let hash = output.strip_suffix('\n').unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && !hash.contains('\n'), "{output}");
    let hash = PasswordHash::new(hash).unwrap();
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

/// Runs the program in a terminal; after each text that it shows, this is typed.
fn run_in_terminal(place: &TestFolder, typed: &[(&str, &str)]) -> (ProcessOutput, bool) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let inside = OpenOptions::new().read(true).write(true).open(Path::new(name.to_str().unwrap())).unwrap();
    let mut program = place.program(&["password"]);
    program.stdin(inside.try_clone().unwrap()).stderr(inside.try_clone().unwrap()).stdout(Stdio::piped());
    let mut child = program.spawn().unwrap();
    // Only the process and `inside` keep the terminal open.
    drop(program);
    let shown = Arc::new(Mutex::new(String::new()));
    let (kept, mut outside) = (shown.clone(), File::from(terminal));
    let mut keyboard = outside.try_clone().unwrap();
    let reading = std::thread::spawn(move || {
        let mut bytes = [0; 1_024];
        while let Ok(length @ 1..) = outside.read(&mut bytes) {
            kept.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
    });
    for (question, line) in typed {
        let started = Instant::now();
        while !shown.lock().unwrap().contains(question) {
            assert!(started.elapsed() < Duration::from_secs(20), "no {question}: {}", shown.lock().unwrap());
            std::thread::sleep(Duration::from_millis(5));
        }
        keyboard.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
    let code = wait(&mut child, &["password"]);
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    let has_echo = tcgetattr(&inside).unwrap().local_modes.contains(LocalModes::ECHO);
    drop(inside);
    reading.join().unwrap();
    let err = shown.lock().unwrap().clone();
    (ProcessOutput { code, out, err }, has_echo)
}

#[test]
fn a_password_from_a_pipe_becomes_a_hash_and_nothing_else() {
    let place = TestFolder::new();
    for (input, password) in [
        (format!("{PASSWORD}\n"), PASSWORD),
        (format!("{PASSWORD}\r\nanother line\n"), PASSWORD),
        (PASSWORD.to_owned(), PASSWORD),
        (format!(" {PASSWORD} "), " correct horse battery "),
        ("ação e reação, não\n".to_owned(), "ação e reação, não"),
    ] {
        let ran = place.run_on(&input, &["password"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{input:?}: {ran:?}");
        assert!(is_hash_of(&ran.out, password), "{input:?}: {ran:?}");
    }
}

#[test]
fn a_short_or_endless_password_is_refused_without_showing_it() {
    let place = TestFolder::new();
    for (input, problem) in [
        ("", "12 characters"),
        ("\n", "12 characters"),
        ("hunter2 hun\n", "12 characters"),
        (&*"hunter2".repeat(1_000), "1024 bytes"),
        (&*format!("{}\n", "x".repeat(1_025)), "1024 bytes"),
    ] {
        let ran = place.run_on(input, &["password"]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.err.contains(problem) && !ran.err.contains("hunter2"), "{ran:?}");
    }
}

#[test]
fn in_a_terminal_it_asks_twice_and_shows_nothing() {
    let place = TestFolder::new();

    let (ran, has_echo) = run_in_terminal(&place, &[("Password: ", PASSWORD), ("again: ", PASSWORD)]);

    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(is_hash_of(&ran.out, PASSWORD) && !ran.err.contains("horse"), "{ran:?}");
    assert!(has_echo);

    let typed = [("Password: ", PASSWORD), ("again: ", "correct horse batterY")];
    let (ran, has_echo) = run_in_terminal(&place, &typed);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
    assert!(ran.err.contains("differ") && !ran.err.contains("horse") && has_echo, "{ran:?}");

    let (ran, has_echo) = run_in_terminal(&place, &[("Password: ", "hunter2")]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
    assert!(ran.err.contains("12 characters") && has_echo, "{ran:?}");
}

#[test]
fn t38_the_service_does_not_start_where_others_reach_a_console_without_a_sign_in() {
    let mut place = TestFolder::new();
    place.change("admin_listen = \"127.0.0.1:0\"", "admin_listen = \"0.0.0.0:0\"");

    let ran = place.run(&["serve"]);

    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.err.contains("server.admin_listen") && ran.err.contains("vincula password"), "{}", ran.err);
    assert!(!place.folder.path().join("vincula.db").exists());
    let hash = place.run_on(PASSWORD, &["password"]).out;
    std::fs::write(place.folder.path().join("hash"), &hash).unwrap();
    place.variable("VINCULA__CONSOLE__PASSWORD_HASH_FILE", "hash");
    let serving = place.serve();
    assert!(serving.private.starts_with("0.0.0.0:"), "{}", serving.private);
    assert!(!serving.stop(&place).contains(hash.trim()));
}

#[test]
fn a_password_in_the_place_of_its_hash_is_refused_without_showing_it() {
    let place = TestFolder::new();
    place.change("[store]", "[console]\npassword_hash = \"hunter2 hunter2\"\n[store]");

    for call in [&["serve"][..], &["check", "--offline"]] {
        let ran = place.run(call);
        let told = format!("{}{}", ran.out, ran.err);
        assert_eq!(ran.code, Some(2), "{told}");
        assert!(told.contains("console.password_hash") && told.contains("vincula password"), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

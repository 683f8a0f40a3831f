//! `vincula demo` from a pipe: one message per line, the replies in order, then the end.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use super::{TestFolder, wait};

/// The replies, one per line, without the indentation of continuation lines.
fn spoken(out: &str) -> Vec<(&str, String)> {
    let mut spoken: Vec<(&str, String)> = Vec::new();
    for line in out.lines() {
        let (who, text) = line.split_at_checked(5).unwrap_or((line, ""));
        match (who.trim(), spoken.last_mut()) {
            ("", Some((_, said))) if !text.starts_with('(') => said.push_str(&format!("\n{text}")),
            (who, _) => spoken.push((who, text.to_owned())),
        }
    }
    spoken
}

#[test]
fn every_line_of_a_script_gets_a_reply_in_order() {
    let place = TestFolder::new();
    let script = [
        ("/help", "/link"),
        ("/communities", "Bairro Feliz"),
        ("/groups vendas", "Vendas Norte"),
        ("/link \"Bairro Feliz\" futebol, mães", "2 of 2 groups"),
        ("/unlink bairro futebol", "“Futebol” is no longer"),
        ("que bom", "All right"),
        ("/lnik x", "/link"),
        ("/link bairro \"open", "quote"),
        ("/link", "/link"),
        ("/whoami", "Ana"),
        ("/status", "connected"),
    ];
    let input: String = script.iter().map(|(line, _)| format!("{line}\n")).collect();

    let ran = place.run_on(&input, &["demo"]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let spoken = spoken(&ran.out);
    assert_eq!(spoken.len(), 2 * script.len(), "{}", ran.out);
    for (pair, (line, reply)) in spoken.chunks(2).zip(script) {
        assert_eq!(pair[0], ("Ana", line.to_owned()));
        assert!(pair[1].1.to_lowercase().contains(&reply.to_lowercase()), "{line}: {}", pair[1].1);
    }
}

#[test]
fn the_second_reply_shows_the_groups_linked_by_the_first() {
    let place = TestFolder::new();
    let ran = place.run_on("/link \"Bairro Feliz\" futebol mães\n/community \"Bairro Feliz\"\n", &["demo"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let spoken = spoken(&ran.out);
    assert_eq!(spoken.len(), 4, "{}", ran.out);
    for group in ["Futebol", "Mães do Bairro", "Moradores"] {
        assert!(spoken[3].1.contains(group), "{group}: {}", spoken[3].1);
    }
}

#[test]
fn an_empty_script_prints_nothing() {
    let place = TestFolder::new();
    for input in ["", "\n", "\n  \n\n"] {
        let ran = place.run_on(input, &["demo"]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""), "{input:?}");
    }
}

#[test]
fn a_script_from_a_pipe_is_read_to_its_last_line() {
    let place = TestFolder::new();
    let ran = place.run_on("/comunidades\r\n/whoami", &["demo", "--locale", "pt-BR"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let spoken = spoken(&ran.out);
    assert_eq!(spoken.len(), 4, "{}", ran.out);
    assert_eq!((spoken[0].1.as_str(), spoken[2].1.as_str()), ("/comunidades", "/whoami"));
    assert!(spoken[1].1.contains("comunidades") || spoken[1].1.contains("Comunidades"), "{}", ran.out);
}

#[test]
fn progress_is_shown_before_the_reply_and_becomes_it() {
    let place = TestFolder::new();
    let ran = place.run_on("/link bairro bloco* --yes\n", &["demo"]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let spoken = spoken(&ran.out);
    let first: Vec<&str> = spoken.iter().map(|(_, said)| said.lines().next().unwrap()).collect();
    let (last, steps) = first[1..].split_last().unwrap();
    // The number of visible progress steps depends on timing; the tour shows each.
    assert!(steps[0].starts_with("⏳ ") && steps[0].ends_with(" of 21…"), "{}", ran.out);
    assert!(steps[1..].iter().all(|step| step.starts_with("(edited) ⏳ ")), "{}", ran.out);
    assert!(last.starts_with("(edited) 21 of 21 groups are now in"), "{}", ran.out);
}

#[test]
fn another_person_sends_commands_from_their_own_phone() {
    let place = TestFolder::new();
    let script = [
        ("[as bruno] /lnik a", "Bruno", "/lnik a", "There is no command"),
        ("/lnik b", "Ana", "/lnik b", "There is no command"),
        ("[as Bruno] ^/communities", "Bruno", "^/communities", "(edited) 1 community:"),
        ("^/communities", "Ana", "^/communities", "(edited) 2 communities:"),
        ("/unlink bairro \"segurança da rua\" —yes", "Ana", "/unlink", "is no longer in"),
        ("/remove bairro 44 99999-0003", "Ana", "/remove", "would leave"),
        ("[as +55 44 99999-0002] /help", "Bruno", "/help", "What I can do"),
        ("[👍]", "Ana", "[👍]", "is no longer in"),
        (
            "[as Bruno] /link \"Marketing BR\" suporte",
            "Bruno",
            "/link",
            "I don't know a community “Marketing BR”",
        ),
        ("[as Carla] /communities", "Carla", "/communities", "(ignored: not from an admin)"),
        ("[as +55 44 98888-0000] /communities", "+55 4", "98888", "(ignored: not from an admin)"),
    ];
    let input: String = script.iter().map(|(line, ..)| format!("{line}\n")).collect();

    let ran = place.run_on(&input, &["demo"]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let spoken = spoken(&ran.out);
    assert_eq!(spoken.len(), 2 * script.len(), "{}", ran.out);
    for (pair, (line, who, typed, reply)) in spoken.chunks(2).zip(script) {
        let (name, said) = &pair[0];
        assert!(name.trim() == who && said.contains(typed), "{line}: {pair:?}");
        assert!(pair[1].1.contains(reply), "{line}: {}", pair[1].1);
    }
}

#[test]
fn the_demo_speaks_its_locale_from_the_first_line_to_the_last() {
    let place = TestFolder::new();
    let ran = place.run_on("que bom\nque lindo\n/lnik b\n^/comunidades\n", &["demo", "--locale", "pt-BR"]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    assert!(ran.out.contains("\n     (ignorado: não é um comando)\n"), "{}", ran.out);
    assert!(ran.out.contains("\nbot  (editada) 2 comunidades:\n"), "{}", ran.out);
}

#[test]
fn the_demo_needs_and_reads_no_configuration() {
    let mut place = TestFolder::new();
    place.write("this is no configuration");
    place.variable("VINCULA__SERVER__LISTEN", "nowhere");
    place.variable("VINCULA_CONFIG", "/nowhere.toml");
    let ran = place.run_on("/whoami\n", &["demo"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    // It leaves no files behind.
    let left: Vec<_> = std::fs::read_dir(&place.folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["vincula.toml"]);
}

#[test]
fn the_demo_listens_only_on_this_machine() {
    for option in ["--listen", "--page"] {
        let ran = TestFolder::new().run(&["demo", option, "0.0.0.0:0"]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.err.contains("loopback"), "{}", ran.err);
    }
}

/// The page is for browsers on this machine. They do not use HTTP/1.0, but proxies do.
#[test]
fn the_page_refuses_what_a_proxy_passed_on() {
    let place = TestFolder::new();
    let mut child = place.program(&["demo", "--page", "127.0.0.1:0"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let host = line.split("http://").nth(1).unwrap().trim_end().trim_end_matches('/').to_owned();
    let get = |version: &str, header: &str| {
        let request = format!("GET / HTTP/{version}\r\nhost: {host}\r\n{header}connection: close\r\n\r\n");
        let mut stream = TcpStream::connect(&host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    };

    let direct = get("1.1", "");
    let passed_on = [
        ("1.0", ""),
        ("1.1", "x-forwarded-for: 192.0.2.7\r\n"),
        ("1.1", "forwarded: for=192.0.2.7\r\n"),
        ("1.1", "via: 1.1 proxy.example.com\r\n"),
    ]
    .map(|(version, header)| get(version, header));
    child.kill().unwrap();
    wait(&mut child, &["demo"]);

    assert!(direct.starts_with("HTTP/1.1 200"), "{direct}");
    for response in passed_on {
        assert!(response.split(' ').nth(1) == Some("403"), "{response}");
        assert!(response.contains("Open the address that vincula demo printed"), "{response}");
    }
}

/// The temporary folders of the demo.
fn demo_folders(place: &TestFolder) -> usize {
    let entries = std::fs::read_dir(&place.folder).unwrap();
    entries
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("vincula-demo-"))
        .count()
}

fn send_signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn a_signal_ends_the_demo_which_removes_its_folder() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let place = TestFolder::new();
        let mut program = place.program(&["demo", "--page", "127.0.0.1:0"]);
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        // The demo also ends at the end of its input.
        let _input = child.stdin.take();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.next().unwrap().unwrap().contains("http://"));
        assert_eq!(demo_folders(&place), 1);

        send_signal(&child, signal);

        assert_eq!(wait(&mut child, &["demo"]), Some(0), "{signal:?}");
        assert_eq!(demo_folders(&place), 0, "{signal:?}");
    }
}

#[test]
fn a_signal_that_ends_the_demo_leaves_the_terminal_as_it_was() {
    let place = TestFolder::new();
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let inside = OpenOptions::new().read(true).write(true).open(Path::new(name.to_str().unwrap())).unwrap();
    let mut program: Command = place.program(&["demo"]);
    program.env("TERM", "xterm");
    program.stdin(inside.try_clone().unwrap()).stdout(inside.try_clone().unwrap());
    let mut child = program.stderr(inside.try_clone().unwrap()).spawn().unwrap();
    let has_echo = || tcgetattr(&inside).unwrap().local_modes.contains(LocalModes::ECHO);
    let (mut outside, mut shown) = (File::from(terminal), String::new());
    let mut bytes = [0; 1_024];
    // The prompt of the line editor comes after the terminal is prepared for it.
    while has_echo() || !shown.contains("Ana") {
        let length = outside.read(&mut bytes).unwrap();
        shown.push_str(&String::from_utf8_lossy(&bytes[..length]));
    }

    send_signal(&child, Signal::TERM);

    assert_eq!(wait(&mut child, &["demo"]), Some(0), "{shown}");
    assert!(has_echo(), "{shown}");
    assert_eq!(demo_folders(&place), 0);
}

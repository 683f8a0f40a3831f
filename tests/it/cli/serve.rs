//! `vincula serve`: it starts or says why not, listens as configured, and stops on a signal.

use std::time::{Duration, Instant};

use vincula::sandbox::{Fault, FaultResponse};

use super::{PATH, TestFolder};
use crate::support::ANA;
use crate::support::raw_connection::{ask, request};

#[test]
fn an_invalid_configuration_ends_it_before_any_port_is_opened() {
    let place = TestFolder::new();
    // If it opened this port, it would fail with another error.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    place.change("\nlisten = \"127.0.0.1:0\"", &format!("\nlisten = \"{}\"", taken.local_addr().unwrap()));
    place.change("name = \"Ana\"", "nmae = \"Ana\"");

    let ran = place.run(&["serve"]);

    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:#?}");
    assert!(
        ran.err.contains("instances.main.admins.ana.nmae")
            && ran.err.contains("`instances.main.admins.ana.name`"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("vincula.toml") && !ran.err.contains("cannot listen"), "{}", ran.err);
    assert!(!place.folder.path().join("vincula.db").exists());

    let ran = place.run(&["serve", "--config", "nowhere.toml"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.err.contains("nowhere.toml"), "{}", ran.err);
}

/// `check` warns about it, and the service starts.
#[test]
fn another_credential_in_the_place_of_the_id_is_not_shown_by_the_console() {
    let place = TestFolder::new();
    let credential = "F0123456789ABCDEF0123456789ABCDEFS";
    place.change(&format!("id = \"{}\"", place.sandbox.account().id), &format!("id = \"{credential}\""));
    let ran = place.run(&["check", "--offline"]);
    assert!(ran.out.contains("looks like the Client-Token") && !ran.out.contains(credential), "{ran:#?}");

    let serving = place.serve();
    let get = format!("GET /configuration HTTP/1.1\r\nhost: {}\r\n\r\n", serving.private);
    let page = place.within(ask(&format!("http://{}", serving.private), get.as_bytes())).text();

    assert!(page.contains("[instances.main]") && page.contains("looks like the Client-Token"), "{page}");
    assert!(!page.contains(credential), "{page}");
    let log = serving.stop(&place);
    assert!(!log.contains(credential), "{log}");
}

#[test]
fn an_occupied_port_is_reported_by_its_key() {
    let place = TestFolder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _holder = std::net::TcpListener::bind(taken).unwrap();
    place.change("admin_listen = \"127.0.0.1:0\"", &format!("admin_listen = \"{taken}\""));
    let ran = place.run(&["serve"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("server.admin_listen") && ran.err.contains(&taken.to_string()), "{}", ran.err);
}

#[test]
fn t36_a_second_service_on_the_same_journal_refuses_to_start() {
    let place = TestFolder::new();
    let first = place.serve();
    place.change(&first.public, "127.0.0.1:0");
    place.change(&first.private, "127.0.0.1:0");
    for url in ["sqlite:vincula.db", "sqlite:./vincula.db"] {
        place.change("url = \"sqlite:vincula.db\"", &format!("url = \"{url}\""));
        let second = place.run(&["serve"]);
        assert_eq!(second.code, Some(1), "{second:#?}");
        assert!(
            second.err.contains("another vincula") && second.err.contains("vincula.db"),
            "{}",
            second.err
        );
        place.change(&format!("url = \"{url}\""), "url = \"sqlite:vincula.db\"");
    }
    first.stop(&place);
    place.serve().stop(&place);
}

/// T33: connections never use the last file descriptor.
#[test]
fn a_low_open_file_limit_reduces_connections_with_a_warning() {
    let place = TestFolder::new();
    let serving = place.serve_within(300);
    let crowd: Vec<_> = (0..400).map(|_| std::net::TcpStream::connect(&serving.public)).collect();
    assert!(crowd.iter().all(Result::is_ok), "the system's queue is full");

    place.command_event("A1", "/whoami");

    assert!(place.reply_to("A1").contains("Ana"));
    let log = serving.stop(&place);
    let warning = log.lines().find(|line| line.contains("open files")).unwrap_or_else(|| panic!("{log}"));
    for part in ["\"WARN\"", "\"max_connections\":1024", "\"open_files\":300", "\"connections\":108"] {
        assert!(warning.contains(part), "{part} is not in {warning}");
    }
    assert!(!log.contains("could not be accepted"), "{log}");
}

#[test]
fn the_health_command_follows_the_service() {
    let place = TestFolder::new();
    let serving = place.serve();
    let ran = place.run(&["health"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:#?}");
    serving.stop(&place);
    let ran = place.run(&["health"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("nothing responds"), "{}", ran.err);
}

#[test]
fn shutdown_is_immediate_when_idle() {
    for signal in ["TERM", "INT"] {
        let place = TestFolder::new();
        let mut serving = place.serve();
        let started = Instant::now();
        serving.signal(signal);
        assert_eq!(serving.wait_for_exit(&place).0, Some(0));
        assert!(started.elapsed() < Duration::from_secs(9), "{signal}: {:?}", started.elapsed());
    }
}

#[test]
fn shutdown_finishes_running_commands() {
    let place = TestFolder::new();
    let barrier = place.sandbox.faults().hold_request("communities/link");
    let mut serving = place.serve();
    place.command_event("A1", "/link Bairro futebol");
    place.within(barrier.wait_reached());

    serving.signal("TERM");
    // It announces the shutdown, accepts nothing more, and finishes what runs.
    let refused = || std::net::TcpStream::connect(&serving.public).is_err();
    let started = Instant::now();
    while !refused() && started.elapsed() < Duration::from_secs(9) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(refused(), "new connections are still taken");
    assert!(serving.is_running());
    barrier.release();

    assert!(place.reply_to("A1").contains("✅ “Futebol”"));
    let (code, log) = serving.wait_for_exit(&place);
    assert_eq!(code, Some(0), "{log}");
    assert!(started.elapsed() < Duration::from_secs(80));
    assert_eq!(place.calls_to("communities/link"), 1);
}

#[test]
fn a_second_signal_stops_at_once_and_loses_nothing() {
    let place = TestFolder::new();
    let barrier = place.sandbox.faults().hold_request("communities/link");
    let mut serving = place.serve();
    place.command_event("A1", "/link Bairro futebol");
    place.within(barrier.wait_reached());
    let started = Instant::now();
    serving.signal("TERM");
    let says_so = || serving.log.lock().unwrap().contains("second signal");
    while !says_so() && started.elapsed() < Duration::from_secs(9) {
        std::thread::sleep(Duration::from_millis(10));
    }
    serving.signal("TERM");
    let (code, log) = serving.wait_for_exit(&place);
    assert_eq!(code, Some(1), "{log}");
    assert!(started.elapsed() < Duration::from_secs(13), "{:?}", started.elapsed());
    barrier.release();

    let serving = place.serve();
    assert!(place.reply_to("A1").contains("✅ “Futebol”"));
    serving.stop(&place);
    assert_eq!(place.sandbox.sent().len(), 1);
}

#[test]
fn the_environment_alone_can_configure_it() {
    let mut place = TestFolder::new();
    let account = place.sandbox.account().clone();
    let toml = std::fs::read_to_string(place.file()).unwrap();
    let base_url =
        toml.lines().find_map(|line| line.strip_prefix("base_url = ")).unwrap().trim_matches('"').to_owned();
    std::fs::remove_file(place.file()).unwrap();
    std::fs::write(place.folder.path().join("token"), format!("{}\n", account.token)).unwrap();
    for (name, value) in [
        ("SERVER__LISTEN", "127.0.0.1:0"),
        ("SERVER__ADMIN_LISTEN", "127.0.0.1:0"),
        ("SERVER__PUBLIC_URL", "https://bot.example.com"),
        ("STORE__URL", "sqlite:orders.db"),
        ("INSTANCES__MAIN__ID", &account.id),
        ("INSTANCES__MAIN__TOKEN_FILE", "token"),
        ("INSTANCES__MAIN__CLIENT_TOKEN", account.client_token.as_deref().unwrap()),
        ("INSTANCES__MAIN__BASE_URL", &base_url),
        ("INSTANCES__MAIN__VERIFY__ZAPI_TOKEN", "true"),
        ("INSTANCES__MAIN__VERIFY__PATH_SECRET", PATH),
        ("INSTANCES__MAIN__ADMINS__ANA__PHONE", ANA),
    ] {
        place.variable(&format!("VINCULA__{name}"), value);
    }
    assert_eq!(place.run(&["check", "--offline"]).code, Some(0));
    let serving = place.serve();

    let url = format!("http://{}", serving.public);
    let ran = place.run(&["event", "send", "--from", ANA, "--text", "/whoami", "--id", "A1", "--url", &url]);

    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(place.reply_to("A1").contains("ana"));
    serving.stop(&place);
    assert!(place.folder.path().join("orders.db").exists());
}

#[test]
fn t24_t25_the_log_has_no_text_and_never_a_secret() {
    std::thread::scope(|scope| {
        let levels = ["", "debug", "trace"].map(|level| (level, scope.spawn(|| log_at(level))));
        for (level, log) in levels {
            let log = log.join().unwrap();
            assert!(log.contains("\"ready\"") && log.contains("command completed"), "{log}");
            assert!(log.contains("command retry scheduled"), "{log}");
            // By default no level logs the text of chats.
            let words = ["Bairro", "utebol", ANA];
            let seen = words.iter().find(|word| log.contains(**word));
            assert!(!level.is_empty() || seen.is_none(), "{seen:?} is in {log}");
        }
    });
}

/// The log of a service that received commands, chatter, and a Z-API that drops a call.
fn log_at(level: &str) -> String {
    let mut place = TestFolder::new();
    place.variable("RUST_BACKTRACE", "1");
    // Empty counts as unset.
    place.variable("RUST_LOG", level);
    let serving = place.serve();
    place.command_event("A1", "/link Bairro futebol");
    place.reply_to("A1");
    let url = format!("http://{}", serving.public);
    let headers = [("content-type", "application/json"), ("content-length", "2")];
    for target in [format!("/webhooks/main/{PATH}"), "/webhooks/main/x".to_owned()] {
        let request = request("POST", &target, &headers, b"{}");
        assert_eq!(place.within(ask(&url, &request)).status, 401);
    }
    place.sandbox.faults().fail_next("send-text", 1, Fault::Replace(FaultResponse::Dropped));
    place.command_event("A2", "/status");
    place.reply_to("A2");
    serving.stop(&place)
}

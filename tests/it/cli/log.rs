//! The log of the service: ids that tie its lines together, states that are logged once, formats.

use std::io::{BufRead as _, BufReader};

use serde_json::Value;
use vincula::clock::Clock;
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{Fault, FaultResponse};

use super::{KEY, PATH, STANDARD, Serving, TestFolder};
use crate::support::ANA;
use crate::support::raw_connection::{ask, request};

impl TestFolder {
    /// Verifies webhooks only by the token that Z-API sends.
    fn verify_only_the_token(&self) {
        self.change(&format!("path_secret = \"{PATH}\"\n"), "");
        self.change(&format!("hmac = {{ header = \"X-Hub-Signature-256\", secrets = [\"{KEY}\"] }}\n"), "");
        self.change(&format!("standard_webhooks = {{ secrets = [\"{STANDARD}\"] }}\n"), "");
    }

    /// A message of Ana, sent so many minutes from now.
    fn message(&self, text: &str, minutes: i64) -> EventBuilder {
        let account = self.sandbox.account();
        let mut sent_at = Clock::system().now();
        sent_at.0 += minutes * 60_000;
        EventBuilder::text(&account.id, text).from(ANA).connected_phone(&account.phone).sent_at(sent_at)
    }

    /// Posts an event; returns the id of the request.
    fn post(&self, serving: &Serving, event: &EventBuilder) -> String {
        let body = event.body();
        let length = body.len().to_string();
        let headers = [
            ("content-type", "application/json"),
            ("content-length", length.as_str()),
            ("z-api-token", &self.sandbox.account().token),
        ];
        let url = format!("http://{}", serving.public);
        let response = self.within(ask(&url, &request("POST", "/webhooks/main", &headers, body.as_bytes())));
        assert_eq!(response.status, 200, "{}", response.text());
        response.header("x-request-id").unwrap().to_owned()
    }
}

/// The lines of a log with a message that begins like this.
fn lines_of(log: &str, message: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["message"].as_str().is_some_and(|text| text.starts_with(message))).collect()
}

#[test]
fn ids_lead_from_a_webhook_to_its_command_its_calls_and_its_reply() {
    let mut place = TestFolder::new();
    place.verify_only_the_token();
    place.variable("RUST_LOG", "vincula=debug");
    let serving = place.serve();
    let message = place.message("/communities", 0);

    let request = place.post(&serving, &message);
    place.reply_to(message.message_id());
    let log = serving.stop(&place);

    let [accepted] = <[Value; 1]>::try_from(lines_of(&log, "command accepted")).unwrap();
    assert_eq!(
        (&accepted["span"]["request"], &accepted["span"]["instance"]),
        (&request.into(), &"main".into())
    );
    let [completed] = <[Value; 1]>::try_from(lines_of(&log, "command completed")).unwrap();
    assert_eq!(completed["outcome"], "replied");
    let calls = lines_of(&log, "Z-API call succeeded");
    let of_command = |line: &&Value| line["span"]["id"] == accepted["id"];
    let called: Vec<&Value> = calls.iter().filter(of_command).map(|line| &line["call"]).collect();
    assert!(
        called.contains(&&Value::from("communities")) && called.contains(&&Value::from("send-text")),
        "{log}"
    );
    assert!(of_command(&&completed) && completed["span"]["command"] == "communities", "{log}");
}

#[test]
fn a_state_is_logged_once_when_it_begins_and_once_when_it_ends() {
    let place = TestFolder::new();
    place.verify_only_the_token();
    let serving = place.serve();
    let connection = |kind: &str| place.message("", 0).with("type", kind);
    for _ in 0..3 {
        place.post(&serving, &connection("DisconnectedCallback").with("disconnected", true));
        place.post(&serving, &place.message("/whoami", 60));
    }
    for _ in 0..3 {
        place.post(&serving, &connection("ConnectedCallback").with("connected", true));
        let message = place.message("/whoami", 0);
        place.post(&serving, &message);
        place.reply_to(message.message_id());
    }
    let refused = FaultResponse::text(400, r#"{"error":"no such chat"}"#);
    place.sandbox.faults().fail_always("send-text", Fault::Replace(refused));
    place.post(&serving, &place.message("/whoami", 0));
    let is_dead = || !lines_of(&serving.log.lock().unwrap(), "dead letter").is_empty();
    let started = std::time::Instant::now();
    while !is_dead() && started.elapsed() < super::TIMEOUT {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let log = serving.stop(&place);

    for (message, level) in [
        ("WhatsApp disconnected", "WARN"),
        ("WhatsApp connected again", "INFO"),
        ("a message is from the future", "WARN"),
        ("messages are not from the future any more", "INFO"),
        ("dead letter", "ERROR"),
    ] {
        let lines = lines_of(&log, message);
        let [line] = lines.as_slice() else { panic!("{message}: {lines:#?}") };
        assert_eq!(line["level"], level, "{message}");
    }
    assert!(!log.contains(ANA) && !log.contains("no such chat"), "{log}");
}

#[test]
fn a_collector_gets_json_and_a_person_text() {
    let place = TestFolder::new();
    for (format, begins_with) in [("text", "20"), ("json", "{")] {
        let mut child = place.program(&["serve", "--log-format", format]).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.find(|line| line.contains("ready")).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(ready.starts_with(begins_with), "{ready}");
    }
    let refused = place.run(&["serve", "--log-format", "xml"]);
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.err.contains("text, json"), "{refused:#?}");
}

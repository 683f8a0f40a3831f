//! `vincula journal`: commands and their outcomes, for people and programs.

use std::time::{Duration, Instant};

use vincula::sandbox::{Fault, FaultResponse};

use super::{TestFolder, on_each_store};

fn with_commands() -> (TestFolder, Vec<String>) {
    let place = TestFolder::new();
    let serving = place.serve();
    let ids =
        [("A1", "/link Bairro futebol"), ("A2", "/whoami"), ("A3", "/help \"=1+1\"")].map(|(id, text)| {
            let command = place.command_event(id, text);
            place.reply_to(id);
            command
        });
    // The journal can be read while the service runs.
    assert_eq!(place.run(&["journal", "list"]).code, Some(0));
    serving.stop(&place);
    (place, ids.to_vec())
}

#[test]
fn commands_are_listed_newest_first_in_each_format() {
    let (place, ids) = with_commands();

    let table = place.run(&["journal", "list"]);
    assert_eq!((table.code, table.err.as_str()), (Some(0), ""), "{table:#?}");
    let at =
        |id: &String| table.out.find(&id[..13]).unwrap_or_else(|| panic!("{id} is not in {}", table.out));
    assert!(at(&ids[2]) < at(&ids[1]) && at(&ids[1]) < at(&ids[0]), "{}", table.out);
    assert!(table.out.contains("done") && table.out.contains("/link Bairro futebol"), "{}", table.out);

    let json = place.run(&["journal", "list", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 3);
    assert_eq!((rows[2]["id"].as_str(), rows[2]["command"].as_str()), (Some(ids[0].as_str()), Some("link")));
    assert_eq!((rows[2]["state"].as_str(), rows[2]["message_id"].as_str()), (Some("done"), Some("A1")));
    assert!(rows[2]["reply"][0].as_str().unwrap().contains("✅"));

    let csv = place.run(&["journal", "list", "--format", "csv", "--limit", "2"]);
    let rows: Vec<_> =
        csv::Reader::from_reader(csv.out.as_bytes()).into_records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), &rows[0][0], &rows[1][0]), (2, ids[2].as_str(), ids[1].as_str()));

    let none = place.run(&["journal", "list", "--state", "dead", "--format", "json"]);
    assert_eq!((none.code, none.out.trim()), (Some(0), "[]"));
}

#[test]
fn one_command_is_shown_with_its_audit_events() {
    let (place, ids) = with_commands();
    let short = &ids[0][..ids[0].len() - 1];

    let text = place.run(&["journal", "show", &ids[0]]);
    assert_eq!((text.code, text.err.as_str()), (Some(0), ""), "{text:#?}");
    for expected in ["/link Bairro futebol", "✅", "accepted", "claimed", "planned", "finished"] {
        assert!(text.out.contains(expected), "{expected}: {}", text.out);
    }
    let json = place.run(&["journal", "show", short, "--format", "json"]);
    let command: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(command["id"].as_str(), Some(ids[0].as_str()));
    assert_eq!(command["audit_events"][0]["event"], "accepted");
    let csv = place.run(&["journal", "show", &ids[0], "--format", "csv"]);
    assert_eq!(csv::Reader::from_reader(csv.out.as_bytes()).into_records().count(), 1);
}

#[test]
fn a_missing_command_is_reported() {
    let place = TestFolder::new();
    let ran = place.run(&["journal", "list"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("there is no journal at"), "{}", ran.err);

    let (place, ids) = with_commands();
    let ran = place.run(&["journal", "show", "ffffffff"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("ffffffff"), "{}", ran.err);
    let ran = place.run(&["journal", "show", &ids[0][..2]]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("write more of it"), "{}", ran.err);
    assert_eq!(place.run(&["journal", "list", "--format", "xml"]).code, Some(2));
}

const LINK: &str = r#"/link "Bairro Feliz" futebol"#;
const LINKED: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

/// A folder whose configuration gives up commands after a second.
fn impatient() -> TestFolder {
    let place = TestFolder::new();
    place.change("[instances.main.verify]", "give_up_after = \"1s\"\n[instances.main.verify]");
    place
}

/// Waits until a command is in this state.
#[track_caller]
fn is_in(place: &TestFolder, id: &str, state: &str) {
    let started = Instant::now();
    loop {
        let shown = place.run(&["journal", "show", id, "--format", "json"]);
        let command: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
        if command["state"] == state {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{command:#}");
    }
}

#[test]
fn dead_letters_are_retried_while_the_service_runs() {
    let place = impatient();
    let serving = place.serve();
    place.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::bad_gateway()));
    let given_up = place.command_event("D1", LINK);
    is_in(&place, &given_up, "dead");
    place.sandbox.faults().clear();
    let refused = FaultResponse::json(400, &serde_json::json!({ "error": "no such chat" }));
    place.sandbox.faults().fail_next("send-text", 2, Fault::Replace(refused));
    let unanswered = place.command_event("D2", "/whoami");
    is_in(&place, &unanswered, "dead");
    let done = place.command_event("D3", "/help");
    is_in(&place, &done, "done");

    let one = place.run(&["journal", "retry", &given_up]);
    let asked = place.run(&["journal", "retry", "--all-dead"]);
    let all = place.run(&["journal", "retry", "--all-dead", "--yes", "--format", "json"]);

    assert_eq!((one.code, one.err.as_str()), (Some(0), ""), "{one:#?}");
    assert_eq!(one.out, format!("{given_up}  is carried out again\n"));
    assert_eq!((asked.code, asked.out.as_str()), (Some(2), ""), "{asked:#?}");
    assert!(asked.err.contains(&unanswered[..13]) && asked.err.contains("add --yes"), "{}", asked.err);
    let taken: serde_json::Value = serde_json::from_str(&all.out).unwrap();
    assert_eq!(taken, serde_json::json!([{ "id": unanswered, "again": "reply" }]));
    is_in(&place, &given_up, "done");
    is_in(&place, &unanswered, "done");
    let said = |id: &str| -> Vec<String> {
        let quotes = |sent: &vincula::sandbox::SentMessage| sent.quoted.as_deref() == Some(id);
        place.sandbox.sent().into_iter().filter(quotes).map(|sent| sent.text).collect()
    };
    let seen = said("D1");
    assert_eq!((seen.len(), seen[1].as_str()), (2, LINKED), "the first one told that it was given up");
    assert!(said("D2").len() == 1 && said("D2")[0].starts_with("You are “Ana”."), "{:?}", said("D2"));
    let json = place.run(&["journal", "show", &unanswered, "--format", "json"]);
    let command: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((command["outcome"].as_str(), command["error"].as_str()), (Some("replied"), None));
    assert!(
        command["audit_events"].as_array().unwrap().iter().any(|note| note["event"] == "requeued"),
        "{command:#}"
    );
    serving.stop(&place);
}

#[test]
fn only_dead_letters_are_retried() {
    let (place, ids) = with_commands();

    let done = place.run(&["journal", "retry", &ids[0]]);
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""), "{done:#?}");
    assert!(done.err.contains("is no dead letter: its state is done"), "{}", done.err);
    let missing = place.run(&["journal", "retry", "ffffffff"]);
    assert_eq!((missing.code, missing.out.as_str()), (Some(1), ""), "{missing:#?}");
    let none = place.run(&["journal", "retry", "--all-dead"]);
    assert_eq!((none.code, none.err.as_str()), (Some(0), "No dead letter.\n"), "{none:#?}");
    for wrong in [vec!["journal", "retry"], vec!["journal", "retry", "--all-dead", &ids[0]]] {
        assert_eq!(place.run(&wrong).code, Some(2), "{wrong:?}");
    }
}

#[test]
fn a_dead_letter_is_dropped_and_its_admin_is_not_written_to() {
    on_each_store(|place| {
        place.change("[instances.main.verify]", "give_up_after = \"1s\"\n[instances.main.verify]");
        let serving = place.serve();
        place.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::bad_gateway()));
        let dead = place.command_event("D1", LINK);
        is_in(&place, &dead, "dead");
        place.sandbox.faults().clear();
        let done = place.command_event("D2", "/help");
        is_in(&place, &done, "done");
        let sent = place.sandbox.sent().len();

        let asked = place.run(&["journal", "drop", &dead]);
        assert_eq!((asked.code, asked.out.as_str()), (Some(2), ""), "{asked:#?}");
        assert!(asked.err.contains(&dead[..13]) && asked.err.contains("add --yes"), "{}", asked.err);
        let wrong = place.run(&["journal", "drop", &done, "--yes"]);
        assert_eq!(wrong.code, Some(1), "{wrong:#?}");
        assert!(wrong.err.contains("is no dead letter: its state is done"), "{}", wrong.err);
        let dropped = place.run(&["journal", "drop", &dead, "--yes"]);
        assert_eq!((dropped.code, dropped.out), (Some(0), format!("{dead}  is dropped\n")));

        let json = place.run(&["journal", "list", "--state", "dropped", "--format", "json"]).out;
        let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((rows[0]["id"].as_str(), rows[0]["state"].as_str()), (Some(dead.as_str()), Some("done")));
        assert!(place.run(&["journal", "list"]).out.contains("dropped: "));
        assert!(place.run(&["journal", "show", &dead]).out.trim_end().ends_with("dropped"));
        assert_eq!(place.run(&["journal", "list", "--failed"]).err, "No command.\n");
        assert_eq!(place.run(&["journal", "retry", &dead]).code, Some(1));
        assert_eq!(place.sandbox.sent().len(), sent);
        serving.stop(&place);
    });
}

#[test]
fn a_command_is_shown_with_each_call_that_was_made_for_it() {
    let (place, ids) = with_commands();

    let text = place.run(&["journal", "show", &ids[0]]).out;
    let json = place.run(&["journal", "show", &ids[0], "--format", "json"]).out;

    let call = text.lines().find(|line| line.contains("api_call communities/link: done (")).unwrap();
    assert!(call.starts_with("20") && call.ends_with(" ms)"), "{call}");
    let command: serde_json::Value = serde_json::from_str(&json).unwrap();
    let calls =
        command["audit_events"].as_array().unwrap().iter().filter(|note| note["event"] == "api_call").count();
    assert!(calls >= 5, "{command:#}");
}

#[test]
fn all_commands_are_exported_oldest_first_in_either_format() {
    let (place, ids) = with_commands();

    let csv = place.run(&["journal", "export"]);
    let rows: Vec<_> =
        csv::Reader::from_reader(csv.out.as_bytes()).into_records().map(Result::unwrap).collect();
    let exported: Vec<&str> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(
        (csv.code, csv.err.as_str(), exported),
        (Some(0), "", ids.iter().map(String::as_str).collect())
    );
    assert_eq!(&rows[2][10], "/help \"=1+1\"");

    let json = place.run(&["journal", "export", "--format", "json"]);
    let commands: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let exported: Vec<&str> =
        commands.as_array().unwrap().iter().map(|command| command["id"].as_str().unwrap()).collect();
    assert_eq!(exported, ids);
    assert_eq!(json.out.lines().count(), 5, "a line a command between the brackets");

    for (selection, count) in [
        (vec!["--state", "done"], 3),
        (vec!["--state", "dead"], 0),
        (vec!["--instance", "main"], 3),
        (vec!["--grep", "LINK"], 1),
        (vec!["--since", "2020-01-01", "--until", "2999-12-31T00:00:00Z"], 3),
        (vec!["--until", "2020-01-01"], 0),
        (vec!["--since", commands[1]["accepted_at"].as_str().unwrap()], 2),
        (vec!["--until", commands[1]["accepted_at"].as_str().unwrap()], 1),
    ] {
        let call = [&["journal", "export", "--format", "json"], &selection[..]].concat();
        let commands: serde_json::Value = serde_json::from_str(&place.run(&call).out).unwrap();
        assert_eq!(commands.as_array().map(Vec::len), Some(count), "{selection:?}");
    }
    assert_eq!(place.run(&["journal", "export", "--since", "yesterday"]).code, Some(2));
    assert_eq!(place.run(&["journal", "export", "--instance", "other"]).code, Some(2));
    assert_eq!(place.run(&["journal", "export", "--format", "table"]).code, Some(2));
}

/// Some programs split at `;`, at tabs or at line ends, without regard to quotes.
#[test]
fn t25_an_export_has_no_formula_wherever_a_spreadsheet_splits_it() {
    let place = TestFolder::new();
    let serving = place.serve();
    let texts = [
        ("A1", "/groups x;=HYPERLINK(1)"),
        ("A2", "/groups x;\"=1+1\""),
        ("A3", "/groups x\n@SUM(A1)\t+1"),
        ("A4", "/groups x\ny,-1;\u{a0}＝1"),
    ];
    for (id, text) in texts {
        place.command_event(id, text);
        place.reply_to(id);
    }
    serving.stop(&place);

    let csv = place.run(&["journal", "export"]);

    for part in csv.out.split([';', '\t', '\n', '\r', ',']) {
        let bare = part.trim_matches(|c: char| c == '"' || c.is_whitespace());
        assert!(!bare.starts_with(['=', '+', '-', '@', '＝']), "{part:?} in {}", csv.out);
    }
    let rows = csv::Reader::from_reader(csv.out.as_bytes()).into_records().map(Result::unwrap);
    let read: Vec<String> = rows.map(|row| row[10].to_owned()).collect();
    assert_eq!(read.len(), texts.len());
    assert_eq!(read[0], "/groups x;'=HYPERLINK(1)");
}

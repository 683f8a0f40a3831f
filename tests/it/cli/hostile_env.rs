//! Attacks on the process: weak secrets in its configuration, and text that tries to forge log lines.

use serde_json::json;
use vincula::sandbox::{Fault, FaultResponse};

use super::{KEY, PATH, STANDARD, TestFolder};
use crate::support::ANA;

#[test]
fn t03_a_weak_secret_prevents_the_start() {
    let rows = [
        (PATH, "path_secret", vec!["", "short", "fifteen-bytes-x"]),
        (KEY, "hmac", vec!["", "short", "fifteen bytes x"]),
        (STANDARD, "standard_webhooks", vec!["", "whsec_", "whsec_c2hvcnQ=", "whsec_ZmlmdGVlbiBieXRlcyB4"]),
    ];
    for (secret, key, weak) in rows {
        for weak in weak {
            let place = TestFolder::new();
            place.change(&format!("\"{secret}\""), &format!("\"{weak}\""));
            let ran = place.run(&["serve"]);
            assert_eq!(ran.code, Some(2), "{key} = {weak:?}: {ran:#?}");
            assert!(ran.err.contains(key), "{key} = {weak:?}: {}", ran.err);
            assert!(!place.folder.path().join("vincula.db").exists());
        }
    }
    // No authentication, or "none" on an address that other machines can reach.
    let place = TestFolder::new();
    let token = place.sandbox.account().token.clone();
    place.change(&format!("token = \"{token}\""), "token = \"\"");
    assert_eq!(place.run(&["serve"]).code, Some(2));
    let place = TestFolder::new();
    let toml = std::fs::read_to_string(place.file()).unwrap();
    let (head, rest) = toml.split_once("[instances.main.verify]").unwrap();
    let (_, tail) = rest.split_once("[instances.main.limits]").unwrap();
    for verify in ["[instances.main.verify]\n", "[instances.main.verify]\nzapi_token = false\n", ""] {
        place.write(&format!("{head}{verify}\n[instances.main.limits]{tail}"));
        let ran = place.run(&["serve"]);
        assert_eq!(ran.code, Some(2), "{verify}: {ran:#?}");
    }
    let open = head.replace("\nlisten = \"127.0.0.1:0\"", "\nlisten = \"0.0.0.0:0\"");
    place.write(&format!("{open}verify = \"none\"\n\n[instances.main.limits]{tail}"));
    assert_eq!(place.run(&["serve"]).code, Some(2));
}

/// A name, a command and an error that try to end the line, colour it, and add another one.
const FORGED: &str =
    "Feira\r\n{\"level\":\"INFO\",\"message\":\"forged\"}\u{1b}[31m\u{9b}31m\u{8}\",\"message\":\"forged";

#[test]
fn t25_text_of_chats_and_z_api_cannot_forge_log_lines() {
    for level in ["", "debug"] {
        let mut place = TestFolder::new();
        place.variable("RUST_LOG", level);
        let said = format!("cannot write “{FORGED}” to {ANA}");
        for path in ["send-text", "communities?"] {
            let fault = FaultResponse::json(500, &json!({ "error": said }));
            place.sandbox.faults().fail_next(path, 1, Fault::Replace(fault));
        }
        let refused = FaultResponse::json(400, &json!({ "error": format!("{said} x") }));
        place.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(refused));
        let serving = place.serve();
        place.command_event("A1", &format!("/link \"Bairro Feliz\" futebol, \"{FORGED}\""));
        place.reply_to("A1");
        place.command_event("A2", &format!("/x{FORGED}"));
        place.reply_to("A2");

        // `ended` checks that each line is one JSON object without colours and secrets.
        let log = serving.stop(&place);

        let forged = |line: &&str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
            line["message"] == "forged"
        };
        assert_eq!(log.lines().filter(forged).count(), 0, "{log}");
        assert!(log.contains("command retry scheduled"), "{log}");
        if level.is_empty() {
            for word in ["Feira", "cannot write", ANA] {
                assert!(!log.contains(word), "{word} is in {log}");
            }
        }
    }
}

#[test]
fn t25_text_in_the_journal_cannot_control_the_terminal() {
    let place = TestFolder::new();
    let serving = place.serve();
    let command = place.command_event("A1", &format!("/groups \"{FORGED}\u{202e}\u{2066}\""));
    place.reply_to("A1");
    serving.stop(&place);

    // `run` checks that neither prints an escape sequence.
    for arguments in [&["journal", "list"][..], &["journal", "show", &command]] {
        let ran = place.run(arguments);
        let odd =
            ran.out.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{2069}').contains(c));
        assert_eq!(odd, None, "{:?}", ran.out);
    }
}

//! `vincula event send`: signs with every configured scheme, and has exit codes for scripts.

use super::TestFolder;
use crate::support::{ANA, NON_ADMIN};

#[test]
fn an_event_signed_in_all_ways_is_accepted_once() {
    let place = TestFolder::new();
    let _serving = place.serve();
    let command = ["event", "send", "--text", "/link Bairro futebol", "--from", ANA, "--id", "3EB0C0FFEE"];

    let ran = place.run(&command);

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:#?}");
    assert!(ran.out.contains(r#""status":"accepted""#), "{}", ran.out);
    assert!(place.reply_to("3EB0C0FFEE").contains("✅"));
    let ran = place.run(&command);
    assert_eq!((ran.code, ran.out.trim()), (Some(0), r#"{"status":"duplicate"}"#), "{ran:#?}");
    assert_eq!(place.calls_to("communities/link"), 1);
}

#[test]
fn a_rejected_event_exits_with_1() {
    let mut place = TestFolder::new();
    let serving = place.serve();
    for (text, from, reason) in [("que bom", ANA, "not_a_command"), ("/whoami", NON_ADMIN, "not_an_admin")] {
        let ran = place.run(&["event", "send", "--text", text, "--from", from]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.out.contains(reason), "{}", ran.out);
    }
    let command = ["event", "send", "--text", "/whoami", "--from", ANA];
    for (variable, value) in [
        ("VINCULA__INSTANCES__MAIN__TOKEN", "0123456789ABCDEF01234567"),
        ("VINCULA__INSTANCES__MAIN__VERIFY__PATH_SECRET", "another-path-nobody-guesses"),
        ("VINCULA__INSTANCES__MAIN__VERIFY__HMAC__SECRETS", "another made-up key of somebody"),
        (
            "VINCULA__INSTANCES__MAIN__VERIFY__STANDARD_WEBHOOKS__SECRETS",
            "whsec_dGhlIG5leHQgc3RhbmRhcmQgd2ViaG9va3Mga2V5",
        ),
    ] {
        place.variable(variable, value);
        let ran = place.run(&command);
        assert_eq!(ran.code, Some(1), "{variable}: {ran:#?}");
        assert!(ran.out.contains("401"), "{variable}: {}", ran.out);
        assert!(!ran.out.contains(value) && !ran.err.contains(value), "{ran:#?}");
        place.variables.clear();
    }
    for wrong in [["--from", "ana"], ["--group", "the kitchen"], ["--instance", "nobody"]] {
        let ran = place.run(
            &[
                &["event", "send", "--text", "x"][..],
                &wrong,
                if wrong[0] == "--from" { &[] } else { &["--from", ANA] },
            ]
            .concat(),
        );
        assert!(
            matches!(ran.code, Some(1 | 2)) && ran.err.contains(wrong[1].trim_matches('-'))
                || ran.err.contains(wrong[0]),
            "{ran:#?}"
        );
    }
    serving.stop(&place);
    let ran = place.run(&command);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("does not respond"), "{}", ran.err);
}

#[test]
fn an_event_can_come_from_a_group() {
    let place = TestFolder::new();
    let _serving = place.serve();
    let group = place.sandbox.world(|world| world.group_named("Suporte")).unwrap();

    let ran = place.run(&[
        "event",
        "send",
        "--text",
        "/link Bairro here",
        "--from",
        ANA,
        "--group",
        &group,
        "--id",
        "A1",
    ]);

    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(place.reply_to("A1").contains("✅ “Suporte”"));
    assert_eq!(place.sandbox.sent()[0].chat, group);
}

//! `vincula check` and `vincula webhook register`: findings with their remedies.

use serde_json::json;
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{ConnectionLoss, Fault, FaultResponse, InstanceCredentials, Webhooks};

use super::{PATH, TestFolder};
use crate::support::ANA;

#[test]
fn five_errors_are_reported_at_once() {
    let place = TestFolder::new();
    let toml = r#"
[server]
listen = "8080"
max_boddy = "1MiB"

[instances.main]
id = "0123456789ABCDEF0123456789ABCDEF"
non_admins = "welcome"
verify = { path_secret = "short" }
"#;
    place.write(toml);
    for call in
        [&["check"][..], &["check", "--offline"], &["serve"], &["webhook", "register"], &["journal", "list"]]
    {
        let ran = place.run(call);
        assert_eq!(ran.code, Some(2), "{call:?}: {ran:#?}");
        let said = if call[0] == "check" { &ran.out } else { &ran.err };
        for mistake in [
            "server.listen",
            "max_boddy",
            "Did you mean `server.max_body`",
            "instances.main.token",
            "non_admins",
            "instances.main.verify.path_secret",
        ] {
            assert!(said.contains(mistake), "{call:?} does not say {mistake}: {said}");
        }
        assert!(said.contains("vincula.toml"), "{said}");
        assert!(!said.contains("\"short\"") && !said.contains("`short`"), "{said}");
    }
    let ran = place.run(&["check"]);
    assert_eq!(ran.out.matches("❌").count(), 5, "{}", ran.out);
    assert!(ran.out.contains("5 mistakes"), "{}", ran.out);
    assert!(!place.folder.path().join("vincula.db").exists(), "nothing was started");
}

#[test]
fn a_good_configuration_is_explained_without_its_secrets() {
    let place = TestFolder::new();
    let ran = place.run(&["check", "--offline", "--config", "vincula.toml"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:#?}");
    for expected in ["z-api-token", "path secret", "HMAC-SHA256", "Standard Webhooks", "Ana", "All good."] {
        assert!(ran.out.contains(expected), "{expected}: {}", ran.out);
    }
    assert_eq!(place.sandbox.calls().len(), 0, "offline asks nobody");
}

#[test]
fn suspicious_but_valid_settings_are_warnings() {
    let place = TestFolder::new();
    place.change("public_url = \"https://bot.example.com\"\n", "");
    let ran = place.run(&["check", "--offline"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.out.contains("public_url") && ran.out.contains("1 to look at."), "{}", ran.out);
}

#[test]
fn online_each_problem_is_reported_with_its_remedy() {
    let mut place = TestFolder::new();
    let expect = |place: &TestFolder, code: i32, words: &[&str]| {
        let ran = place.run(&["check"]);
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        for word in words {
            assert!(ran.out.contains(word), "{word}: {}", ran.out);
        }
    };
    expect(&place, 1, &["WhatsApp is connected", "no webhook is set", "vincula webhook register main"]);

    let ran = place.run(&["webhook", "register"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:#?}");
    let expected = "the connected and the disconnected webhook point here";
    expect(&place, 0, &["WhatsApp is connected", "the webhook points here", expected, "All good."]);

    place.sandbox.faults().disconnect(ConnectionLoss::Error);
    expect(&place, 1, &["WhatsApp is not connected", "QR code"]);
    place.sandbox.faults().reconnect();

    place.variable("VINCULA__SERVER__PUBLIC_URL", "https://other.example.com");
    expect(&place, 1, &["the webhook points elsewhere", "vincula webhook register main"]);
    place.variables.clear();

    let wrong = "F0123456789abcdef0123456789abcdefS";
    place.variable("VINCULA__INSTANCES__MAIN__CLIENT_TOKEN", wrong);
    expect(&place, 1, &["Client-Token", "instances.main.client_token"]);
    let ran = place.run(&["check"]);
    assert!(!ran.out.contains(wrong) && !ran.err.contains(wrong), "{ran:#?}");
    place.variables.clear();

    place.variable("VINCULA__INSTANCES__MAIN__TOKEN", "0123456789ABCDEF01234567");
    expect(&place, 1, &["instances.main.id and instances.main.token"]);
    place.variables.clear();

    // Nobody listens, or something that is not Z-API.
    place.sandbox.faults().fail_always("", Fault::Replace(FaultResponse::Dropped));
    expect(&place, 1, &["main: ", "instances.main.base_url"]);
    place.variable("VINCULA__INSTANCES__MAIN__BASE_URL", "http://127.0.0.1:1");
    expect(&place, 1, &["main: ", "instances.main.base_url"]);
}

#[test]
fn registering_the_webhook_prints_no_secret() {
    let place = TestFolder::new();
    let expected = format!("https://bot.example.com/webhooks/main/{PATH}");

    let ran = place.run(&["webhook", "register", "main"]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:#?}");
    let Webhooks { received, connected, disconnected, others, .. } = place.sandbox.webhooks();
    let all = [received, connected, disconnected];
    assert!(all.iter().all(|url| url.as_deref() == Some(expected.as_str())), "{all:?}");
    assert_eq!(others, None, "nothing else is told us");
    let place = "https://bot.example.com/webhooks/main\n";
    for set in ["main: webhook", "main: connected webhook", "main: disconnected webhook"] {
        assert!(ran.out.contains(&format!("{set} set to {place}")), "{set}: {}", ran.out);
    }
}

/// Webhooks registered when the owner may send commands from the bot's own phone.
#[test]
fn own_messages_and_the_second_receive_address_are_checked_and_registered() {
    let place = TestFolder::new();
    place.change("[instances.main.verify]", "owner_commands = true\n\n[instances.main.verify]");
    let expected = format!("https://bot.example.com/webhooks/main/{PATH}");
    let InstanceCredentials { id, phone, .. } = place.sandbox.account().clone();
    let typed = EventBuilder::text(&id, "/whoami").from(ANA).connected_phone(&phone).from_me();
    // A foreign address, and an old secret of ours.
    for second in ["https://crm.example.com/hook", "https://bot.example.com/webhooks/main/an-old-path"] {
        place.put("update-webhook-received", &json!({ "value": expected }));
        place.put("update-webhook-received-delivery", &json!({ "value": second }));
        place.put("update-notify-sent-by-me", &json!({ "notifySentByMe": false }));

        let before = place.run(&["check"]);
        assert_eq!(place.sandbox.callback(&typed), None);
        let ran = place.run(&["webhook", "register"]);
        let after = place.run(&["check"]);

        assert_eq!(before.code, Some(1), "{before:#?}");
        for wanted in [
            "main: owner_commands is on, but Z-API does not send what is typed on the bot's own phone: the owner's \
             commands never arrive. Run `vincula webhook register main`.",
            "main: the receive-and-delivery webhook points elsewhere: messages may go there and not to this bot. \
             Run `vincula webhook register main`.",
        ] {
            assert!(before.out.contains(wanted), "{wanted}: {}", before.out);
        }
        assert!(before.out.contains("2 to look at.") && !before.out.contains("All good"), "{}", before.out);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:#?}");
        assert!(
            ran.out.contains("main: receive-and-delivery webhook, which pointed elsewhere, set to"),
            "{}",
            ran.out
        );
        assert!(!ran.out.contains("crm.example.com"), "its address may hold a secret: {}", ran.out);
        assert_eq!((after.code, after.out.contains("All good.")), (Some(0), true), "{after:#?}");
        let webhooks = place.sandbox.webhooks();
        assert_eq!(webhooks.received_and_delivery.as_deref(), Some(expected.as_str()));
        assert!(webhooks.notifies_sent_by_me);
        assert_eq!(place.sandbox.callback(&typed).map(|callback| callback.url), Some(expected.clone()));
    }
}

#[test]
fn unneeded_webhooks_are_neither_checked_nor_registered() {
    let place = TestFolder::new();

    let ran = place.run(&["webhook", "register"]);
    let checked = place.run(&["check"]);

    assert_eq!((ran.code, checked.code), (Some(0), Some(0)), "{checked:#?}");
    let Webhooks { received_and_delivery, notifies_sent_by_me, .. } = place.sandbox.webhooks();
    assert_eq!((received_and_delivery, notifies_sent_by_me), (None, false));
    assert!(!checked.out.contains("own phone"), "{}", checked.out);
}

/// Z-API's description of the instance with these two addresses.
fn me(connected: &str, disconnected: &str) -> Fault {
    let ours = format!("https://bot.example.com/webhooks/main/{PATH}");
    Fault::Replace(FaultResponse::json(
        200,
        &json!({
            "receivedCallbackUrl": ours,
            "connectedCallbackUrl": connected,
            "disconnectedCallbackUrl": disconnected,
        }),
    ))
}

#[test]
fn a_foreign_connection_webhook_is_kept_and_reported() {
    let monitor = "https://monitor.example.com/hooks/main";
    // Another instance of ours, and another host.
    let (neighbour, host) =
        ("https://bot.example.com/webhooks/main_2/x", "https://bot.example.com.evil.example/webhooks/main");
    for (connected, disconnected, which) in [
        (monitor, "", "the connected webhook points elsewhere"),
        ("", monitor, "the disconnected webhook points elsewhere"),
        (neighbour, host, "the connected and the disconnected webhook point elsewhere"),
    ] {
        let place = TestFolder::new();
        place.sandbox.faults().fail_always("me", me(connected, disconnected));

        let ran = place.run(&["webhook", "register"]);
        let checked = place.run(&["check"]);

        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:#?}");
        assert!(ran.out.contains(which) && ran.out.contains("neither was changed"), "{}", ran.out);
        assert!(!ran.out.contains("monitor.example.com"), "its address may hold a secret: {}", ran.out);
        let Webhooks { received, connected, disconnected, .. } = place.sandbox.webhooks();
        assert!(received.is_some());
        assert_eq!((connected, disconnected), (None, None));
        assert_eq!(checked.code, Some(0), "a hint is no finding: {checked:#?}");
        assert!(checked.out.contains("ℹ️ main: /status may not say"), "{}", checked.out);
        assert!(checked.out.contains(which) && checked.out.contains("All good."), "{}", checked.out);
    }
}

#[test]
fn missing_or_outdated_connection_webhooks_are_set() {
    let root = "https://bot.example.com/webhooks/main";
    let old = format!("{root}/an-old-path-that-leaked");
    for (connected, disconnected) in [(old.as_str(), ""), ("", old.as_str()), (root, old.as_str()), (" ", "")]
    {
        let place = TestFolder::new();
        place.sandbox.faults().fail_always("me", me(connected, disconnected));

        let checked = place.run(&["check"]);
        let ran = place.run(&["webhook", "register"]);

        assert_eq!(checked.code, Some(0), "{checked:#?}");
        assert!(
            checked.out.contains("do not both point here. Run `vincula webhook register main`"),
            "{}",
            checked.out
        );
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:#?}");
        let expected = Some(format!("{root}/{PATH}"));
        let Webhooks { connected, disconnected, .. } = place.sandbox.webhooks();
        assert_eq!((&connected, &disconnected), (&expected, &expected));
    }
}

#[test]
fn a_failed_webhook_is_reported_and_the_others_stay_set() {
    for (call, set) in [
        ("me", &["webhook"][..]),
        ("update-webhook-connected", &["webhook"]),
        ("update-webhook-disconnected", &["webhook", "connected webhook"]),
    ] {
        let place = TestFolder::new();
        place.sandbox.faults().fail_next(call, 1, Fault::Replace(FaultResponse::bad_gateway()));

        let ran = place.run(&["webhook", "register", "main"]);

        assert_eq!(ran.code, Some(1), "{ran:#?}");
        let expected: Vec<String> = set
            .iter()
            .map(|which| format!("main: {which} set to https://bot.example.com/webhooks/main"))
            .collect();
        assert_eq!(ran.out.lines().collect::<Vec<_>>(), expected);
        assert!(ran.err.contains(&format!("main: Z-API {call}: has trouble (status 502)")), "{}", ran.err);
        let Webhooks { received, connected, disconnected, .. } = place.sandbox.webhooks();
        let count = [received, connected, disconnected].iter().flatten().count();
        assert_eq!(count, set.len());

        let again = place.run(&["webhook", "register", "main"]);
        assert_eq!((again.code, again.out.lines().count()), (Some(0), 3), "{again:#?}");
    }
}

#[test]
fn t47_a_webhook_counts_as_set_only_with_proof() {
    let responses = [
        ("nothing", FaultResponse::text(200, "")),
        ("{}", FaultResponse::text(200, "{}")),
        ("a page", FaultResponse::html(200, "<html>ok</html>")),
        ("a redirect", FaultResponse::html(302, "<html>ok</html>")),
        ("no", FaultResponse::text(200, r#"{"value":"false"}"#)),
    ];
    for call in ["update-webhook-received?", "update-webhook-connected", "update-notify-sent-by-me"] {
        let place = TestFolder::new();
        place.change("[instances.main.verify]", "owner_commands = true\n\n[instances.main.verify]");
        for (name, response) in &responses {
            place.sandbox.faults().fail_next(call, 1, Fault::Replace(response.clone()));
            let ran = place.run(&["webhook", "register"]);
            assert_eq!(ran.code, Some(1), "{call} {name}: {ran:#?}");
        }
        // The response was lost, and `/me` shows that it is set.
        place.sandbox.faults().fail_next(call, 1, Fault::ReplaceResponse(FaultResponse::text(200, "")));
        let ran = place.run(&["webhook", "register"]);
        assert_eq!(ran.code, Some(0), "{call}: {ran:#?}");
    }
}

#[test]
fn a_webhook_that_cannot_be_registered_is_reported() {
    let place = TestFolder::new();
    let ran = place.run(&["webhook", "register", "mian"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.err.contains("main"), "{}", ran.err);

    place.sandbox.faults().fail_next("update-webhook-received", 1, Fault::Replace(FaultResponse::Dropped));
    let ran = place.run(&["webhook", "register"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("main"), "{}", ran.err);

    place.change("public_url = \"https://bot.example.com\"\n", "");
    let ran = place.run(&["webhook", "register"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.err.contains("public_url"), "{}", ran.err);
    assert_eq!(place.sandbox.webhooks().received, None);
}

#[test]
fn numbers_are_shown_as_people_write_them_and_a_missing_country_code_is_a_hint() {
    let place = TestFolder::new();
    place.change(
        "[instances.main.admins.ana]",
        "[instances.main.admins.bia]\nphone = \"44999990002\"\n\n[instances.main.admins.ana]",
    );
    let ran = place.run(&["check", "--offline"]);
    assert_eq!(ran.code, Some(0), "hints are no finding: {ran:#?}");
    assert!(ran.out.contains("Ana (+55 44 99999-0001)"), "{}", ran.out);
    let hint = "instances.main.admins.bia.phone: is the country code of";
    assert!(ran.out.contains(hint) && ran.out.contains("+55 44 99999-0002"), "{}", ran.out);
    assert_eq!(ran.out.matches("country code").count(), 1, "{}", ran.out);
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_the_first_start() {
    let place = TestFolder::new();
    place.change("sqlite:vincula.db", "sqlite:missing/vincula.db");
    let ran = place.run(&["check", "--offline"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.out.contains("missing/vincula.db") && ran.out.contains("folder must exist"), "{}", ran.out);
    assert!(!place.folder.path().join("missing").exists());
}

#[test]
fn communities_and_aliases_that_z_api_does_not_have_are_named() {
    let place = TestFolder::new();
    place.change(
        "name = \"Ana\"",
        "name = \"Ana\"\ncommunities = [\"bairro feliz\", \"bairo infeliz\", \"vila\", \"gone\"]\n\n[instances.main.aliases]\nvila = \"120363000000000001\"\ngone = \"120363999999999999\"",
    );
    let known = place.sandbox.world(|world| world.communities()[0].id.to_string());
    place.change("120363000000000001", &known);

    let ran = place.run(&["check"]);

    assert_eq!(ran.code, Some(1), "{ran:#?}");
    for named in ["ana.communities: \"bairo infeliz\"", "ana.communities: \"gone\"", "aliases.gone:"] {
        assert!(ran.out.contains(named), "{named}: {}", ran.out);
    }
    for known in ["\"bairro feliz\"", "\"vila\"", "aliases.vila"] {
        assert!(!ran.out.contains(known), "{known}: {}", ran.out);
    }
}

#[test]
fn the_health_command_notices_a_foreign_server() {
    let place = TestFolder::new();
    let foreign = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = foreign.local_addr().unwrap();
    place.change("admin_listen = \"127.0.0.1:0\"", &format!("admin_listen = \"{address}\""));
    let answering = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = foreign.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello");
    });
    let ran = place.run(&["health"]);
    answering.join().unwrap();
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(
        ran.err.contains("something else than vincula") && ran.err.contains("admin_listen"),
        "{}",
        ran.err
    );
}

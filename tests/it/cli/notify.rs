//! `[notify]` in the program: the test of notifications, the reload, and what the log says.

use super::{TIMEOUT, TestFolder};
use crate::support::receiver::{Reaction, Receiver};

const OWNER: &str = "5544999990099";

/// A receiver, and a folder whose configuration names it.
fn folder() -> (TestFolder, Receiver) {
    let place = TestFolder::new();
    let receiver = place.outside.block_on(Receiver::start());
    place.change(
        "[instances.main.limits]",
        &format!("{}phone = \"{OWNER}\"\n[instances.main.limits]", receiver.toml()),
    );
    (place, receiver)
}

#[test]
fn a_test_goes_to_the_url_and_to_the_owner() {
    let (place, receiver) = folder();

    let ran = place.run(&["notify", "test"]);

    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(
        ran.out,
        "✅ notify.url accepts notifications.\n✅ The instance main sent the test to notify.phone.\n"
    );
    let received = receiver.received();
    assert_eq!(received.len(), 1, "{received:#?}");
    received[0].verify();
    assert_eq!(received[0].text("type"), "test");
    let sent = place.sandbox.sent();
    assert_eq!((sent.len(), sent[0].chat.as_str()), (1, OWNER));
    assert_eq!(sent[0].text, received[0].text("text"));

    // A check sends nothing.
    place.run(&["check"]);
    assert_eq!((receiver.received().len(), place.sandbox.sent().len()), (1, 1));
}

#[test]
fn a_test_that_fails_says_why_without_the_url() {
    let (place, receiver) = folder();
    receiver.react(Reaction::Status(404, None));
    place.sandbox.faults().disconnect(vincula::sandbox::ConnectionLoss::Error);
    let ran = place.run(&["notify", "test"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_eq!(
        ran.out,
        "❌ notify.url does not accept the test: it responds with status 404.\n\
         ❌ The test was not sent to notify.phone: no instance is connected.\n"
    );

    let nobody = TestFolder::new().run(&["notify", "test"]);
    assert_eq!(nobody.code, Some(2), "{nobody:#?}");
    assert!(nobody.err.contains("[notify]"), "{nobody:#?}");
}

#[test]
fn t24_the_url_is_reloaded_and_never_logged() {
    let (mut place, old) = folder();
    let new = place.outside.block_on(Receiver::start());
    for receiver in [&old, &new] {
        receiver.react(Reaction::Status(404, None));
    }
    place.variable("RUST_LOG", "trace");
    let serving = place.serve();
    place.change(&old.url, &new.url);

    let log = serving.reload("configuration reloaded");

    assert!(log.contains("notify.url") && !log.contains("notify.secret"), "{log}");
    place.sandbox.faults().fail_always(
        "send-text",
        vincula::sandbox::Fault::Replace(vincula::sandbox::FaultResponse::text(400, "no")),
    );
    place.command_event("A1", "/status");
    let started = std::time::Instant::now();
    while !serving.log.lock().unwrap().contains("notification refused by notify.url") {
        assert!(started.elapsed() < TIMEOUT * 2, "{}", serving.log.lock().unwrap());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!((old.received().len(), new.received().len()), (0, 1));
    assert_eq!(new.received()[0].summary(), "dead_letter started");
    serving.stop(&place);
}

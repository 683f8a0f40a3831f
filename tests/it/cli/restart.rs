//! `kill -9` between `accepted` and the reply: after the next start there is one true reply.

use vincula::sandbox::CallBarrier;

use super::TestFolder;

/// Kills the service while its call is held, and starts it again.
fn killed_at(hold_call: impl FnOnce(&TestFolder) -> CallBarrier) -> TestFolder {
    let place = TestFolder::new();
    let barrier = hold_call(&place);
    let serving = place.serve();
    let command = place.command_event("A1", "/link \"Bairro Feliz\" futebol, mães");
    place.within(barrier.wait_reached());
    serving.kill();
    barrier.release();

    let serving = place.serve();
    let reply = place.reply_to("A1");

    assert_eq!(reply, "2 of 2 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Mães do Bairro”");
    // One more command shows that the chat continues and nothing else was waiting.
    place.command_event("A2", "/community bairro");
    assert!(place.reply_to("A2").contains("Futebol"));
    serving.stop(&place);
    assert_eq!(place.sandbox.sent().len(), 2, "{:#?}", place.sandbox.sent());
    let shown = place.run(&["journal", "show", &command]);
    assert!(shown.out.contains("done (replied)"), "{}", shown.out);
    place
}

#[test]
fn t36_killed_before_the_link_was_made() {
    let place = killed_at(|place| place.sandbox.faults().hold_request("communities/link"));
    // The held call may still arrive after the kill, or be repeated: one more at most.
    assert!((1..=2).contains(&place.calls_to("communities/link")));
}

#[test]
fn t36_killed_after_the_link_and_before_its_response() {
    let place = killed_at(|place| place.sandbox.faults().hold_response("communities/link"));
    assert!(place.calls_to("communities/link") <= 2);
}

#[test]
fn t36_killed_before_the_first_read() {
    let place = killed_at(|place| place.sandbox.faults().hold_request("communities?"));
    assert_eq!(place.calls_to("communities/link"), 1);
}

#[test]
fn t36_killed_while_the_outcome_was_read_back() {
    // The second read of the community is the one after the link.
    let place = killed_at(|place| {
        let faults = place.sandbox.faults();
        faults.hold_request("communities-metadata").release();
        faults.hold_request("communities-metadata")
    });
    assert!(place.calls_to("communities/link") <= 2);
}

//! kill -9 between `accepted` and the reply: after the next start there is one reply, and it is true.

use vincula::sandbox::CallBarrier;

use super::TestFolder;

/// Kills the service while its call stands at the gate, and starts it again.
fn killed_at(gate_of: impl FnOnce(&TestFolder) -> CallBarrier) -> TestFolder {
    let place = TestFolder::new();
    let gate = gate_of(&place);
    let serving = place.serve();
    let order = place.command_event("A1", "/link \"Bairro Feliz\" futebol, mães");
    place.within(gate.wait_reached());
    serving.kill();
    gate.release();

    let serving = place.serve();
    let reply = place.reply_to("A1");

    assert_eq!(reply, "2 of 2 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Mães do Bairro”");
    // One more order shows that the chat goes on, and that nothing else was waiting to be said.
    place.command_event("A2", "/community bairro");
    assert!(place.reply_to("A2").contains("Futebol"));
    serving.stop(&place);
    assert_eq!(place.sandbox.sent().len(), 2, "{:#?}", place.sandbox.sent());
    let shown = place.run(&["journal", "show", &order]);
    assert!(shown.out.contains("done (replied)"), "{}", shown.out);
    place
}

#[test]
fn t36_killed_before_the_link_was_made() {
    let place = killed_at(|place| place.sandbox.faults().hold_request("communities/link"));
    // The held call may still get through after the kill, or be made again: one more at most.
    assert!((1..=2).contains(&place.calls_to("communities/link")));
}

#[test]
fn t36_killed_when_the_link_was_made_and_nobody_had_heard_of_it() {
    let place = killed_at(|place| place.sandbox.faults().hold_response("communities/link"));
    assert!(place.calls_to("communities/link") <= 2);
}

#[test]
fn t36_killed_before_anything_was_looked_at() {
    let place = killed_at(|place| place.sandbox.faults().hold_request("communities?"));
    assert_eq!(place.calls_to("communities/link"), 1);
}

#[test]
fn t36_killed_while_the_outcome_was_read_back() {
    // The second look at the community is the one after the link.
    let place = killed_at(|place| {
        let trouble = place.sandbox.faults();
        trouble.hold_request("communities-metadata").release();
        trouble.hold_request("communities-metadata")
    });
    assert!(place.calls_to("communities/link") <= 2);
}

//! `/move`: unlinks a group from its community and links it to another, in one command.

use std::time::Duration;

use vincula::sandbox::{Fault, FaultResponse, PartialFailure};

use crate::stories::fixtures::{ok, refusal};
use crate::support::{ANA, Service};

const MOVED: &str = "✅ “Vendas Sul” is now in “Bairro Feliz”.";
const MOVE: &str = r#"/move "vendas sul" "Bairro Feliz""#;

#[tokio::test]
async fn a_group_moves_to_another_community() {
    let bot = Service::start().await;

    assert_eq!(bot.ask(ANA, MOVE).await, MOVED);
    assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn the_command_that_link_offers_moves_it() {
    for (link, mark) in
        [("/link", "✅ “Vendas Sul”"), ("/vincular", "✅ “Vendas Sul”"), ("/enlazar", "✅ “Vendas Sul”")]
    {
        let bot = Service::start().await;
        let reply = bot.ask(ANA, &format!(r#"{link} "Bairro Feliz" "vendas sul""#)).await;

        let moved = bot.ask(ANA, reply.rsplit_once(": ").unwrap().1).await;

        assert!(moved.contains(mark), "{reply}\n{moved}");
        assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some("Bairro Feliz"));
    }
}

#[tokio::test]
async fn a_move_handles_moved_linked_present_and_last_groups() {
    let bot = Service::start().await;

    let reply =
        bot.ask(ANA, r#"/mover "vendas sul" lançamentos futebol moradores, xyzzy, "Bairro Feliz""#).await;

    assert_eq!(
        reply,
        "3 de 5 grupos agora estão em “Bairro Feliz”.\n✅ “Vendas Sul”\n\
         ❌ “Lançamentos”: a comunidade precisa ter pelo menos um grupo, então este fica\n\
         ✅ “Futebol”\n☑️ “Moradores”: já estava lá\n❌ Não conheço nenhum grupo “xyzzy”"
    );
}

#[tokio::test]
async fn a_group_that_cannot_be_linked_is_put_back() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(refusal("You must be an admin")));

    let reply = bot.ask(ANA, MOVE).await;

    assert_eq!(
        reply,
        "❌ “Vendas Sul”: Z-API refused: “You must be an admin”; it \
         is back in “Marketing BR”"
    );
    assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some("Marketing BR"));
    bot.settled().await;
    assert_eq!(bot.ask(ANA, "/undo").await, "❌ There is nothing of yours in this chat to take back.");
}

#[tokio::test]
async fn a_stranded_group_is_reported_with_a_remedy() {
    for way_out in ["the order", "/undo"] {
        let bot = Service::start().await;
        bot.sandbox.faults().fail_always("communities/link", Fault::Replace(refusal("You must be an admin")));

        let reply = bot.ask(ANA, MOVE).await;
        bot.sandbox.faults().clear();
        let command = if way_out == "/undo" { way_out } else { reply.rsplit_once(": ").unwrap().1 };
        let back = bot.ask(ANA, command).await;

        assert!(reply.contains("it left “Marketing BR” and is in no community now: /link"), "{reply}");
        assert_eq!(back, "✅ “Vendas Sul” is now in “Marketing BR”.");
    }
}

#[tokio::test]
async fn a_possibly_restored_group_is_not_reported_as_stranded() {
    let bot = Service::start().await;
    let faults = bot.sandbox.faults();
    faults.fail_next("communities/link", 1, Fault::Replace(refusal("You must be an admin")));
    // Reported as back, but not shown.
    faults.fail_next("communities/link", 2, Fault::Replace(ok(r#"{"success":true}"#)));

    let reply = bot.ask(ANA, MOVE).await;

    assert_eq!(
        reply,
        "❓ “Vendas Sul”: Z-API refused: “You must be an admin”; it left \
         “Marketing BR”, and I cannot tell whether it is back there. If it is not, this puts it back: \
         /link \"Marketing BR\" \"Vendas Sul\""
    );
    assert_eq!(bot.ask(ANA, "/undo").await, "✅ “Vendas Sul” is now in “Marketing BR”.");
}

#[tokio::test]
async fn a_crash_or_outage_between_unlink_and_link_loses_no_group() {
    let mut bot = Service::start().await;
    let bad = Fault::Replace(FaultResponse::bad_gateway());
    bot.sandbox.faults().fail_next("communities/link", 1, bad);
    let call = bot.sandbox.faults().hold_response("communities/unlink");
    let command = bot.message(ANA, MOVE);
    bot.post(&command).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    call.release();
    bot.restart().await;

    assert_eq!(bot.reply_to(command.message_id()).await.text, MOVED);
    assert_eq!(bot.calls_to("communities/unlink").len(), 1);
}

#[tokio::test]
async fn undo_moves_a_group_back() {
    let bot = Service::start().await;
    bot.ask(ANA, MOVE).await;

    assert_eq!(bot.ask(ANA, "/undo").await, "✅ “Vendas Sul” is now in “Marketing BR”.");
}

#[tokio::test]
async fn a_dry_run_shows_which_group_would_leave_which_community() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, &format!("{MOVE} --try")).await;

    assert_eq!(
        reply,
        "➡️ “Vendas Sul” would leave “Marketing BR” and go into “Bairro Feliz”.\n\n\
         This was a trial: nothing was changed. Without --try it is done."
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_move_needs_rights_in_the_source_community() {
    let bot = Service::with()
        .admins("[instances.main.admins.ana]\nphone = \"5544999990001\"\ncommunities = [\"Bairro Feliz\"]\n")
        .start()
        .await;

    let reply = bot.ask(ANA, MOVE).await;

    assert!(reply.starts_with("⚠️ “Vendas Sul”"), "{reply}");
    assert_eq!((bot.changes(), bot.community_of("Vendas Sul").as_deref()), (0, Some("Marketing BR")));
}

#[tokio::test]
async fn undo_does_not_move_a_group_that_was_moved_again() {
    let bot = Service::start().await;
    bot.ask(ANA, MOVE).await;
    bot.settled().await;
    bot.sandbox.world(|world| {
        let third = world.community("Terceira");
        let group = world.group_named("Vendas Sul").unwrap();
        let bairro = world.community_named("Bairro Feliz").unwrap();
        world.unlink(&bairro, &group).unwrap();
        world.link(&third, &group).unwrap();
    });

    let reply = bot.ask(ANA, "/undo").await;

    assert!(reply.contains("⚠️ “Vendas Sul”"), "{reply}");
    assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some("Terceira"));
}

#[tokio::test]
async fn undo_unlinks_a_moved_group_without_a_source_and_rejects_mixed_moves() {
    let bot = Service::start().await;

    bot.ask(ANA, r#"/move futebol "Bairro Feliz""#).await;
    let free = bot.ask(ANA, "/undo").await;
    bot.ask(ANA, r#"/move futebol "vendas sul" "Bairro Feliz""#).await;
    let mixed = bot.ask(ANA, "/undo").await;

    assert_eq!(free, "✅ “Futebol” is no longer in “Bairro Feliz”.");
    assert_eq!(mixed, "❌ The last change was /move, and that cannot be taken back.");
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
    assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn a_group_that_does_not_leave_is_not_linked() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_always("communities/unlink", Fault::Replace(refusal("You must be an admin")));

    let reply = bot.ask(ANA, MOVE).await;

    assert!(reply.starts_with("❌ “Vendas Sul”: "), "{reply}");
    assert!(reply.ends_with("refused: “You must be an admin”; it is still in “Marketing BR”"), "{reply}");
    assert!(bot.calls_to("communities/link").is_empty());
    assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some("Marketing BR"));
}

#[tokio::test]
async fn an_unconfirmed_link_is_repeated_before_the_group_is_put_back() {
    for (times, expected, home) in [
        (1, MOVED, "Bairro Feliz"),
        (
            2,
            "❌ “Vendas Sul”: Z-API said it was done, but the community does not show it; it is back in “Marketing BR”",
            "Marketing BR",
        ),
    ] {
        let bot = Service::start().await;
        let lie = Fault::Replace(ok(r#"{"success":true}"#));
        bot.sandbox.faults().fail_next("communities/link", times, lie);

        let reply = bot.ask(ANA, MOVE).await;

        assert_eq!(reply.as_str(), expected);
        assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some(home));
    }
}

#[tokio::test]
async fn a_late_link_is_reported_as_done() {
    let bot = Service::start().await;
    let bairro = bot.community("Bairro Feliz");
    bot.sandbox.faults().fail_next("communities/link", 2, Fault::Replace(ok(r#"{"success":true}"#)));
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, MOVE).await;
    bot.within(call.wait_reached()).await;
    // It is about to be put back.
    let group = bot.group("Vendas Sul");
    bot.sandbox.world(|world| world.link(&bairro, &group)).unwrap();
    call.release();

    assert_eq!(bot.replies_to(&command).await, [MOVED]);
}

#[tokio::test]
async fn a_move_into_a_full_community_unlinks_nothing() {
    let bot = Service::with().world(|world| world.set_limit(2)).start().await;
    bot.sandbox.faults().set_partial(PartialFailure::Error);

    let reply = bot.ask(ANA, MOVE).await;

    let full = "❌ “Vendas Sul”: Z-API refused: “The community is full”; it is back in “Marketing BR”";
    assert_eq!(reply.as_str(), full);
    assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some("Marketing BR"));
}

#[tokio::test]
async fn a_failed_move_is_put_back() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    let into_bairro = format!("communities/link?communityId={}", bot.community("Bairro Feliz"));
    bot.sandbox.faults().fail_always(&into_bairro, Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, MOVE).await;

    let expected = "❌ “Vendas Sul”: Z-API has trouble (status 502); it is back in “Marketing BR”";
    assert_eq!(reply.as_str(), expected);
    assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some("Marketing BR"));
    bot.settled().await;
    assert_eq!(bot.store.list(Some("dead"), 10).await.unwrap().len(), 1);
    assert_eq!(bot.ask(ANA, "/undo").await, "❌ There is nothing of yours in this chat to take back.");
}

#[tokio::test]
async fn a_move_that_cannot_link_replies_with_a_remedy() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, MOVE).await;
    bot.sandbox.faults().clear();
    let back = bot.ask(ANA, reply.rsplit_once(": ").unwrap().1).await;

    let expected =
        "❓ “Vendas Sul”: Z-API has trouble (status 502); it left “Marketing BR”, and I cannot tell whether";
    assert!(reply.contains(expected), "{reply}");
    assert_eq!(back, "✅ “Vendas Sul” is now in “Marketing BR”.");
}

#[tokio::test]
async fn a_cancelled_move_is_put_back() {
    let bot = super::cancel::with_long_retries().start().await;
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(ANA, MOVE).await;
    bot.wait_for_attempts(&command, 1).await;
    bot.sandbox.faults().clear();

    bot.ask(ANA, "/cancel").await;

    let expected = "❌ “Vendas Sul”: not done: the command was cancelled; it is back in “Marketing BR”";
    assert_eq!(bot.replies_to(&command).await, [expected]);
    assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some("Marketing BR"));
}

#[tokio::test]
async fn a_crash_while_putting_back_does_not_move_again() {
    let mut bot = Service::start().await;
    bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(refusal("You must be an admin")));
    let call = bot.sandbox.faults().hold_response("communities/link");
    let command = bot.send_to_completion(ANA, MOVE).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    call.release();
    bot.restart().await;

    let expected = "❌ “Vendas Sul”: Z-API refused: “You must be an admin”; it is back in “Marketing BR”";
    assert_eq!(bot.reply_to(&command).await.text, expected);
    assert_eq!((bot.calls_to("communities/unlink").len(), bot.calls_to("communities/link").len()), (1, 2));
}

#[tokio::test]
async fn an_unlinked_group_does_not_wait_for_another() {
    let bot = Service::with()
        .world(|world| {
            let third = world.community("Terceira");
            world.linked_group(&third, "Tênis");
            world.linked_group(&third, "Vôlei");
        })
        .start()
        .await;
    let out_of_marketing = format!("communities/unlink?communityId={}", bot.community("Marketing BR"));
    bot.sandbox.faults().fail_always(&out_of_marketing, Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(ANA, r#"/move "vendas sul" tênis "Bairro Feliz""#).await;

    bot.wait_for_attempts(&command, 1).await;
    let meanwhile = bot.community_of("Tênis");
    bot.sandbox.faults().clear();

    assert_eq!(meanwhile.as_deref(), Some("Bairro Feliz"));
    let done = "2 of 2 groups are now in “Bairro Feliz”.\n✅ “Vendas Sul”\n✅ “Tênis”";
    assert_eq!(bot.replies_to(&command).await, [done]);
}

#[tokio::test]
async fn a_panic_during_a_move_reports_where_the_group_may_be() {
    // Such a late time does not exist, so reading back panics.
    let bot = Service::with().timing(|timing| timing.read_back = Duration::MAX).start().await;
    bot.sandbox.faults().fail_always("communities/link", Fault::Replace(ok(r#"{"success":true}"#)));

    let command = bot.send_to_completion(ANA, MOVE).await;

    let replies = bot.replies_to(&command).await;
    bot.sandbox.faults().clear();
    let back = format!("/link {} {}", bot.community("Marketing BR"), bot.group("Vendas Sul"));
    let open = format!(
        "❓ “Vendas Sul” may have left “Marketing BR” and not be in “Bairro Feliz” yet. If it is in neither, this \
         puts it back: {back}"
    );
    assert_eq!(replies.len(), 1);
    assert!(replies[0].contains("gave up: Something went wrong inside the bot"), "{replies:?}");
    assert_eq!(replies[0].lines().last(), Some(open.as_str()));
    assert_eq!(bot.community_of("Vendas Sul"), None);
    assert_eq!(bot.ask(ANA, &back).await, "✅ “Vendas Sul” is now in “Marketing BR”.");
}

#[tokio::test]
async fn where_nothing_can_be_read_after_the_first_half_the_reply_has_the_way_out() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    let faults = bot.sandbox.faults();
    faults.fail_after("communities/unlink", "GET ", usize::MAX, Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, MOVE).await;
    faults.clear();
    let stray = bot.community_of("Vendas Sul");
    let back = bot.ask(ANA, reply.rsplit_once(": ").unwrap().1).await;

    assert!(reply.contains("❓ “Vendas Sul”: "), "{reply}");
    assert!(
        reply.contains("I cannot tell whether it left “Marketing BR”. If it is in no community"),
        "{reply}"
    );
    assert_eq!(stray, None);
    assert_eq!(back, "✅ “Vendas Sul” is now in “Marketing BR”.");
}

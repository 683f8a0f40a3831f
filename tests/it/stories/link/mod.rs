//! `/link`: adds groups to a community, with a true reply for each.

mod arguments;
mod names;

use vincula::sandbox::{BotRole, PartialFailure};

use crate::support::{ANA, Service};

#[tokio::test]
async fn an_admin_links_two_groups_by_name() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol, mães"#).await;

    assert_eq!(reply, "2 of 2 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Mães do Bairro”");
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}

#[tokio::test]
async fn a_group_already_in_the_community_is_reported_without_a_call() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" moradores futebol"#).await;

    assert_eq!(
        reply,
        "2 of 2 groups are now in “Bairro Feliz”.\n☑️ “Moradores”: was already in it\n✅ “Futebol”"
    );
    assert_eq!(bot.link_calls(), [["Futebol"]]);
}

#[tokio::test]
async fn a_command_with_nothing_to_do_changes_nothing() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" moradores"#).await;

    assert_eq!(reply, "☑️ “Moradores” was already in “Bairro Feliz”.");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_group_of_another_community_stays_there_and_the_reply_has_the_command_that_moves_it() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" lançamentos"#).await;
    let moved = bot.ask(ANA, reply.rsplit_once(": ").unwrap().1).await;
    let again = bot.ask(ANA, r#"/link "Bairro Feliz" lançamentos"#).await;

    assert_eq!(
        reply,
        "⚠️ “Lançamentos”: belongs to “Marketing BR”. \
         Move it: /move Lançamentos \"Bairro Feliz\""
    );
    assert_eq!(moved, "✅ “Lançamentos” is now in “Bairro Feliz”.");
    assert_eq!(again, "☑️ “Lançamentos” was already in “Bairro Feliz”.");
}

#[tokio::test]
async fn an_announcement_group_is_not_linked() {
    let bot = Service::start().await;
    let id = bot.world().communities()[1].announcement.clone();

    let reply = bot.ask(ANA, &format!(r#"/link "Bairro Feliz" {id}"#)).await;

    assert_eq!(
        reply,
        "❌ “Marketing BR”: is the announcement group of a \
         community: it stays where it is"
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn clear_groups_are_linked_and_ambiguous_ones_list_candidates() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol vendas, futebbol xyzzy"#).await;

    assert_eq!(
        reply,
        "1 of 3 groups is now in “Bairro Feliz”.\n✅ “Futebol”\n\
         ❌ “vendas” could be 1. “Vendas Atacado”, 2. “Vendas Norte”, 3. “Vendas Sul”\n\
         ❌ I don't know a group “futebbol xyzzy”. Did you mean 4. “Futebol”?\n\
         Answer with the number you mean (several: 1 3)."
    );
    assert_eq!(bot.link_calls(), [["Futebol"]]);
    assert_eq!(bot.world().groups_of(&bot.community("Marketing BR")).len(), 2);
}

#[tokio::test]
async fn an_ambiguous_community_stops_the_command() {
    let bot = Service::with()
        .world(|world| {
            world.community("Bairro Novo");
        })
        .start()
        .await;

    let reply = bot.ask(ANA, "/link bairro futebol").await;

    assert_eq!(
        reply,
        "“bairro” could be 1. “Bairro Feliz”, 2. “Bairro Novo”. Answer with the number; nothing was changed."
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn an_unknown_community_stops_the_command() {
    let bot = Service::start().await;

    let near = bot.ask(ANA, "/link bairo futebol").await;
    let far = bot.ask(ANA, "/link xyzzy futebol").await;

    assert_eq!(
        near,
        "I don't know a community “bairo”. Did you mean “Bairro Feliz”? Answer “yes”; nothing was changed."
    );
    assert_eq!(far, "I don't know a community “xyzzy”. The ones I know: “Bairro Feliz”, “Marketing BR”");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_group_that_is_named_three_times_is_one_group() {
    let bot = Service::start().await;
    let id = bot.group("Futebol");

    let reply = bot.ask(ANA, &format!(r#"/link "Bairro Feliz" futebol FUTEBOL {id} fute*"#)).await;

    assert_eq!(reply, "✅ “Futebol” is now in “Bairro Feliz”.");
    assert_eq!(bot.link_calls(), [["Futebol"]]);
}

#[tokio::test]
async fn a_full_community_takes_no_more_groups_and_says_so_before_any_call() {
    let bot = Service::with().instance("community_limit = 3").start().await;

    let within = bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    let above = bot.ask(ANA, r#"/link "Bairro Feliz" suporte"#).await;

    assert_eq!(within, "✅ “Futebol” is now in “Bairro Feliz”.");
    assert_eq!(above, "❌ “Suporte”: “Bairro Feliz” is full: it holds 3 groups at most");
    assert_eq!(bot.link_calls(), [["Futebol"]]);
    let moved = bot.ask(ANA, r#"/move "vendas sul" suporte "Bairro Feliz""#).await;
    assert_eq!(
        moved,
        "None of the 2 groups is now in “Bairro Feliz”.\n\
         ❌ “Vendas Sul”: “Bairro Feliz” is full: it holds 3 groups at most\n\
         ❌ “Suporte”: “Bairro Feliz” is full: it holds 3 groups at most"
    );
    assert_eq!(bot.changes(), 1);
}

#[tokio::test]
async fn a_full_community_takes_as_many_as_it_can_and_reports_the_rest() {
    let bot = Service::with().world(|world| world.set_limit(3)).start().await;
    bot.sandbox.faults().set_partial(PartialFailure::Error);
    let before = bot.world();

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol suporte"#).await;

    assert_eq!(
        reply,
        "1 of 2 groups is now in “Bairro Feliz”.\n✅ “Futebol”\n\
         ❌ “Suporte”: Z-API refused: “The community is full”"
    );
    bot.expect_true(&reply, &before);
}

#[tokio::test]
async fn an_id_outside_the_list_is_reported_as_no_group_of_the_bot() {
    let bot = Service::start().await;
    let absent = bot.group("Suporte");
    bot.sandbox.world(|world| world.set_bot_role(&absent, BotRole::Absent));

    let reply = bot.ask(ANA, &format!(r#"/link "Bairro Feliz" {absent} 120363999999999999, suporte"#)).await;

    assert_eq!(
        reply,
        format!(
            "None of the 3 groups is now in “Bairro Feliz”.\n\
             ❌ “{absent}”: no such group, or the bot's number is not in it\n\
             ❌ “120363999999999999-group”: no such group, or the bot's number is not in it\n\
             ❌ I don't know a group “suporte”"
        )
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_group_without_bot_rights_is_refused_with_a_remedy() {
    let bot = Service::start().await;
    let id = bot.group("Suporte");
    bot.sandbox.world(|world| world.set_bot_role(&id, BotRole::Member));
    bot.sandbox.faults().set_partial(PartialFailure::Failure);

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" suporte"#).await;

    assert_eq!(
        reply,
        "❌ “Suporte”: Z-API refused. \
         Is the bot's number an admin of the community and of the group?"
    );
}

#[tokio::test]
async fn a_group_linked_elsewhere_meanwhile_is_reported_there() {
    let bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let (marketing, group) = (bot.community("Marketing BR"), bot.group("Futebol"));

    let command = bot.send_to_completion(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.within(call.wait_reached()).await;
    bot.sandbox.world(|world| world.link(&marketing, &group)).unwrap();
    call.release();

    assert_eq!(
        bot.reply_to(&command).await.text,
        "⚠️ “Futebol”: belongs to “Marketing BR”. \
         Move it: /move Futebol \"Bairro Feliz\""
    );
}

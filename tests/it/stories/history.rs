//! `/history [community|person]`: the commands with their senders, times and outcomes.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{ConnectionLoss, Fault};

use super::fixtures::{ANA_AND_RUI, RUI, refusal};
use crate::support::{ANA, NON_ADMIN, Service, ServiceBuilder};

/// 2025-11-24, noon in UTC: nine in the morning in São Paulo.
const START: Timestamp = Timestamp(1_763_985_600_000);
const LINK: &str = r#"/link "Bairro Feliz" futebol"#;
const LINKED: &str = "“/link \"Bairro Feliz\" futebol” → ✅ “Futebol” is now in “Bairro Feliz”.";

fn bot() -> ServiceBuilder {
    Service::with().clock(Clock::manual(START)).admins(ANA_AND_RUI)
}

/// Rui may only use commands in “Bairro Feliz”.
fn with_a_limited_admin() -> ServiceBuilder {
    bot().admins(&format!("{ANA_AND_RUI}communities = [\"bairro feliz\"]\n"))
}

fn lines(reply: &str) -> Vec<&str> {
    reply.lines().collect()
}

#[tokio::test]
async fn the_history_is_newest_first_in_the_instances_time() {
    let bot = bot().start().await;
    bot.ask(ANA, LINK).await;
    bot.clock.advance(Duration::from_secs(5 * 3600 + 180));
    bot.ask(RUI, "/unlink marketing \"vendas sul\"").await;
    bot.ask(RUI, "/groups").await;

    let english = bot.ask(ANA, "/history").await;
    let portuguese = bot.ask(ANA, "/histórico").await;
    let spanish = bot.ask(ANA, "/historial").await;

    let unlinked = "“/unlink marketing \"vendas sul\"” → ✅ “Vendas Sul” is no longer in “Marketing BR”.";
    assert_eq!(english, format!("Last commands:\nNov 24 14:03 Rui: {unlinked}\nNov 24 09:00 Ana: {LINKED}"));
    assert_eq!(
        portuguese,
        format!("Últimos comandos:\n24/11 14:03 Rui: {unlinked}\n24/11 09:00 Ana: {LINKED}")
    );
    assert!(spanish.starts_with("Últimos comandos:\n24/11 14:03 Rui: "), "{spanish}");
}

#[tokio::test]
async fn the_history_uses_the_instances_time_zone_and_shows_other_years() {
    let bot = bot().instance("time_zone = \"Europe/Lisbon\"").start().await;
    bot.ask(ANA, LINK).await;
    bot.clock.advance(Duration::from_secs(60 * 24 * 3600));

    let reply = bot.ask(ANA, "/histórico").await;

    assert_eq!(reply, format!("Últimos comandos:\n24/11/2025 12:00 Ana: {LINKED}"));
}

#[tokio::test]
async fn the_history_shows_the_outcome_as_an_icon() {
    let bot = bot().instance("give_up_after = \"1s\"").start().await;
    bot.ask(ANA, "/link bairro xyzzy").await;
    bot.ask(ANA, "/link bairro moradores").await;
    bot.ask(ANA, "/link bairro futebol suporte --try").await;
    bot.sandbox.faults().fail_next("send-text", 2, Fault::Replace(refusal("no such chat")));
    bot.send_to_completion(ANA, "/link bairro síndicos").await;
    bot.settled().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    bot.send_to_completion(ANA, "/link bairro suporte").await;
    bot.within(call.wait_reached()).await;

    let reply = bot.ask(ANA, "/history").await;
    call.release();

    let results: Vec<&str> = reply.lines().skip(1).map(|line| line.split_once(" → ").unwrap().1).collect();
    assert_eq!(
        results,
        [
            "⏳",
            "⛔ “Síndicos” is now in “Bairro Feliz”.",
            "➡️ 2 of 2 groups would be in “Bairro Feliz”.",
            "☑️ “Moradores” was already in “Bairro Feliz”.",
            "❌ I don't know a group “xyzzy”",
        ]
    );
    bot.settled().await;
}

#[tokio::test]
async fn the_history_shows_what_a_yes_and_an_undo_did() {
    let bot = bot()
        .world(|world| {
            let bairro = world.community_named("Bairro Feliz").unwrap();
            for number in 1..=3 {
                world.linked_group(&bairro, &format!("Time {number}"));
            }
        })
        .start()
        .await;
    bot.ask(ANA, "/unlink bairro \"time*\" moradores").await;
    bot.ask(ANA, "yes").await;
    bot.ask(ANA, "/undo").await;
    bot.ask(ANA, "/confirm").await;

    let reply = bot.ask(ANA, "/history").await;

    let seen: Vec<&str> = reply.lines().skip(1).map(|line| line.split_once("Ana: ").unwrap().1).collect();
    assert_eq!(
        seen,
        [
            "“/confirm” → ✅ 4 of 4 groups are now in “Bairro Feliz”.",
            "“/undo” → ➡️ 4 of 4 groups would be in “Bairro Feliz”.",
            "“yes” → ✅ 4 of 4 groups are no longer in “Bairro Feliz”.",
            "“/unlink bairro \"time∗\" moradores” → ➡️ 4 of 4 groups would leave “Bairro Feliz”.",
        ]
    );
}

#[tokio::test]
async fn the_history_is_filtered_by_community_name_number_or_prefix() {
    let bot = bot().start().await;
    bot.ask(ANA, LINK).await;
    bot.ask(ANA, "/link marketing suporte").await;
    // Nothing was found, so there is no plan: the text decides the community.
    bot.ask(ANA, "/link marketing xyzzy").await;
    bot.ask(ANA, "/communities").await;

    let by_number = bot.ask(ANA, "/history 2").await;
    let by_name = bot.ask(ANA, "/history marketing br").await;
    let other = bot.ask(ANA, "/history \"Bairro Feliz\"").await;

    assert_eq!(lines(&by_number)[0], "Last commands in “Marketing BR”:");
    assert_eq!(lines(&by_number).len(), 3, "{by_number}");
    assert_eq!(by_name, by_number);
    assert_eq!(other, format!("Last commands in “Bairro Feliz”:\nNov 24 09:00 Ana: {LINKED}"));
}

#[tokio::test]
async fn a_move_appears_in_the_history_of_both_communities() {
    let bot = bot().start().await;
    bot.ask(ANA, "/move \"Vendas Sul\" \"Bairro Feliz\"").await;
    bot.ask(ANA, "/undo").await;

    let left = bot.ask(ANA, "/history marketing").await;
    let reached = bot.ask(ANA, "/history bairro").await;

    for expected in [&left, &reached] {
        assert_eq!(
            lines(expected)[1..],
            [
                "Nov 24 09:00 Ana: “/undo” → ✅ “Vendas Sul” is now in “Marketing BR”.",
                "Nov 24 09:00 Ana: “/move \"Vendas Sul\" \"Bairro Feliz\"” → ✅ “Vendas Sul” is now in “Bairro Feliz”.",
            ],
            "{expected}"
        );
    }
}

#[tokio::test]
async fn the_history_is_filtered_by_person() {
    let bot = bot().start().await;
    bot.ask(ANA, LINK).await;
    bot.ask(RUI, "/link bairro suporte").await;

    for words in ["/history Ana", "/history ANA", "/historial an"] {
        let reply = bot.ask(RUI, words).await;
        assert!(reply.ends_with(LINKED) && lines(&reply).len() == 2, "{words}: {reply}");
    }
    let own = bot.ask(RUI, "/histórico eu").await;

    assert!(own.starts_with("Últimos comandos de “Rui”:\n24/11 09:00 Rui: “/link bairro suporte”"), "{own}");
    assert_eq!(lines(&own).len(), 2);
}

#[tokio::test]
async fn an_unknown_or_ambiguous_filter_prompts_again() {
    let bot = bot().world(|world| drop(world.community("Bairro Novo"))).start().await;
    bot.ask(ANA, LINK).await;

    let nobody = bot.ask(ANA, "/history xyzzy").await;
    let unclear = bot.ask(ANA, "/history bairro").await;
    let chosen = bot.ask(ANA, "1").await;

    assert_eq!(
        nobody,
        "❌ I don't know a community or admin “xyzzy”. The communities: /communities. All commands: /history"
    );
    let options = "❌ “bairro” could be:\n1. “Bairro Feliz” (community)\n2. “Bairro Novo” (community)\n";
    assert!(unclear.starts_with(options), "{unclear}");
    assert!(chosen.starts_with("Last commands in “Bairro Feliz”:\n") && chosen.ends_with(LINKED), "{chosen}");
}

#[tokio::test]
async fn the_history_reveals_nothing_of_other_communities() {
    let bot = with_a_limited_admin().start().await;
    bot.ask(ANA, LINK).await;
    bot.ask(ANA, "/link marketing suporte").await;
    bot.ask(ANA, "/link \"Bairro Feliz\" segredo").await;
    bot.ask(RUI, "/link marketing síndicos").await;

    let all = bot.ask(RUI, "/history").await;
    let of_ana = bot.ask(RUI, "/history ana").await;
    let there = bot.ask(RUI, "/history marketing").await;
    let of_all = bot.ask(ANA, "/history").await;

    assert_eq!(lines(&all).len(), 3, "{all}");
    assert!(lines(&all)[1].contains("Rui: “/link marketing síndicos” → ❌ "), "{all}");
    assert!(lines(&all)[2].ends_with(LINKED), "{all}");
    assert_eq!(of_ana, format!("Last commands of “Ana”:\nNov 24 09:00 Ana: {LINKED}"));
    assert_eq!(
        there,
        "❌ I don't know a community or admin “marketing”. The communities: /communities. All commands: /history"
    );
    assert_eq!(lines(&of_all).len(), 5, "{of_all}");
}

#[tokio::test]
async fn a_reused_name_shows_no_history_of_its_former_community() {
    let bot = with_a_limited_admin().start().await;
    bot.ask(ANA, "/link marketing suporte").await;
    bot.ask(ANA, "/link marketing segredo").await;
    // The second community takes the name in Rui's rights.
    let (mut bot, marketing) = (bot, "communities = [\"marketing br\"]");
    let before = bot.ask(RUI, "/history").await;
    bot.stop().await;
    bot.restart_with("communities = [\"bairro feliz\"]", marketing).await;
    let after = bot.ask(RUI, "/history").await;

    assert_eq!(before, "Last commands:\nNone yet.");
    assert!(after.contains("suporte") && !after.contains("segredo"), "{after}");
}

#[tokio::test]
async fn untrusted_text_in_the_history_stays_on_one_quoted_line() {
    let bot = bot().start().await;
    let text = format!("/link bairro\n*x*\n➡️ “Tudo aqui” {}", "y".repeat(300));
    bot.ask(ANA, &text).await;

    let reply = bot.ask(ANA, "/history").await;

    assert_eq!(lines(&reply).len(), 2, "{reply}");
    assert!(lines(&reply)[1].contains("“/link bairro ∗x∗ ➡️ “Tudo aqui” yyy"), "{reply}");
    assert!(lines(&reply)[1].contains("y…” → ❌ None of "), "{reply}");
}

#[tokio::test]
async fn a_trimmed_text_is_shown_by_its_command_name() {
    let mut bot = bot().start().await;
    bot.ask(ANA, LINK).await;
    bot.settled().await;
    bot.stop().await;
    bot.clock.advance(Duration::from_secs(40 * 24 * 3600));
    bot.restart().await;
    bot.within(async {
        while bot.store.list(None, 10).await.unwrap().iter().any(|row| !row.text.is_empty()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;

    let reply = bot.ask(ANA, "/histórico").await;

    assert_eq!(reply, "Últimos comandos:\n24/11/2025 09:00 Ana: /vincular → respondido");
}

#[tokio::test]
async fn a_long_history_is_paged() {
    let bot = bot().limits("commands_per_minute = 1000").start().await;
    for number in 1..=45 {
        bot.send_to_completion(ANA, &format!("/link bairro \"nada {number}\"")).await;
    }
    bot.settled().await;

    let first = bot.ask(ANA, "/history").await;
    let second = bot.ask(ANA, "/more").await;
    let third = bot.ask(ANA, "/more").await;

    assert_eq!((lines(&first).len(), lines(&first)[21]), (22, "… 25 more: /more"));
    assert!(lines(&first)[1].contains("“/link bairro \"nada 45\"”"), "{first}");
    assert!(lines(&second)[0].contains("“/link bairro \"nada 25\"”"), "{second}");
    assert_eq!((lines(&second).len(), lines(&third).len()), (21, 5));
}

#[tokio::test]
async fn the_history_works_while_z_api_is_down() {
    let bot = bot().start().await;
    bot.ask(ANA, LINK).await;
    bot.settled().await;
    bot.sandbox.faults().disconnect(ConnectionLoss::Error);

    let command = bot.send_to_completion(ANA, "/history").await;
    let other = bot.send_to_completion(ANA, "/history ana").await;
    bot.settled().await;
    bot.sandbox.faults().reconnect();

    assert!(bot.reply_to(&command).await.text.ends_with(LINKED));
    assert!(bot.reply_to(&other).await.text.ends_with(LINKED));
}

#[tokio::test]
async fn an_empty_history_is_reported() {
    let bot = bot().start().await;

    let reply = bot.ask(ANA, "/historial").await;

    assert_eq!(reply, "Últimos comandos:\nNinguno todavía.");
}

#[tokio::test]
async fn a_started_yes_is_not_changed_by_later_prompts() {
    let mut bot = bot()
        .world(|world| {
            let bairro = world.community_named("Bairro Feliz").unwrap();
            for number in 1..=4 {
                world.linked_group(&bairro, &format!("Time {number}"));
            }
            world.community("Bairro Novo");
        })
        .start()
        .await;
    bot.ask(ANA, "/unlink \"Bairro Feliz\" \"time*\"").await;
    let call = bot.sandbox.faults().hold_request("communities/unlink");
    let yes = bot.send_to_completion(ANA, "yes").await;
    bot.within(call.wait_reached()).await;
    // A reading command prompts for the community and replaces the first prompt.
    bot.ask(ANA, "/history bairro").await;
    bot.crash().await;
    call.release();

    bot.restart().await;

    let replies = bot.replies_to(&yes).await;
    assert!(replies[0].starts_with("4 of 4 groups are no longer in “Bairro Feliz”."), "{replies:?}");
}

#[tokio::test]
async fn the_owner_and_an_admin_named_owner_are_distinct() {
    let bot = bot()
        .instance("owner_commands = true")
        .admins(&format!(
            "[instances.main.admins.owner]\nphone = \"{RUI}\"\nname = \"Rui\"\n\
             communities = [\"Marketing BR\"]\n"
        ))
        .start()
        .await;
    let typed = |text: &str| bot.message(NON_ADMIN, text).from_me();
    bot.ask_by(&typed(LINK)).await;
    bot.ask(RUI, "/link \"Marketing BR\" suporte").await;

    let his = bot.ask(RUI, "/history").await;
    let of_the_owner = bot.ask_by(&typed("/history me")).await;
    let all = bot.ask_by(&typed("/history")).await;

    assert_eq!(lines(&his).len(), 2, "{his}");
    assert!(his.contains(" Rui: “/link \"Marketing BR\" suporte”"), "{his}");
    assert_eq!(lines(&of_the_owner).len(), 2, "{of_the_owner}");
    assert!(of_the_owner.ends_with(&format!(" owner: {LINKED}")), "{of_the_owner}");
    assert_eq!(lines(&all).len(), 3, "{all}");
}

#[tokio::test]
async fn the_name_of_a_deleted_community_reveals_no_history() {
    let bot = with_a_limited_admin().start().await;
    bot.ask(ANA, LINK).await;
    let before = bot.ask(RUI, "/history").await;
    bot.ask(ANA, "/deactivate --yes \"Bairro Feliz\"").await;

    let after = bot.ask(RUI, "/history").await;

    assert!(before.ends_with(LINKED), "{before}");
    assert_eq!(after, "Last commands:\nNone yet.");
}

#[tokio::test]
async fn an_alias_shows_the_community_of_a_failed_command() {
    let bot = bot().start().await;
    bot.ask(ANA, "/alias bf = bairro").await;
    bot.ask(ANA, "/link bf xyzzy").await;

    let reply = bot.ask(ANA, "/history bairro").await;

    assert_eq!(lines(&reply).len(), 2, "{reply}");
    assert!(reply.contains("“/link bf xyzzy” → ❌ I don't know a group"), "{reply}");
}

#[tokio::test]
async fn a_truncated_history_says_how_far_it_goes_back() {
    let bot = bot().limits("commands_per_minute = 1000").start().await;
    bot.ask(ANA, "/alias remove first").await;
    bot.settled().await;
    bot.clock.advance(Duration::from_secs(3600));
    for number in 1..=199 {
        bot.send_to_completion(ANA, &format!("/alias remove nada{number}")).await;
    }
    bot.settled().await;

    let whole = bot.ask(ANA, "/history").await;
    bot.clock.advance(Duration::from_secs(3600));
    bot.ask(ANA, "/alias remove last").await;
    let cut = bot.ask(ANA, "/histórico").await;

    assert_eq!(lines(&whole)[0], "Last commands:");
    assert!(
        lines(&whole)[1].starts_with("Nov 24 10:00 Ana: ") && whole.ends_with("… 180 more: /more"),
        "{whole}"
    );
    assert_eq!(lines(&cut)[..2], ["Últimos comandos:", "Olhei até 24/11 10:00."]);
    assert!(lines(&cut)[2].starts_with("24/11 11:00 Ana: ") && cut.ends_with("mais 180: /mais"), "{cut}");
}

#[tokio::test]
async fn the_history_omits_denied_commands_and_shortens_errors() {
    let bot = with_a_limited_admin().start().await;

    let refused = bot.ask(RUI, "/invite futebol").await;
    bot.ask(RUI, "/convite bairro").await;
    bot.ask(RUI, "/link bairro xyzzy-that-is-not-there").await;
    bot.ask(RUI, "/add bairro somebody whose number nobody knows").await;
    bot.ask(RUI, "/photo bairro a-picture-that-has-no-address-at-all-of-the-web.jpg").await;
    let reply = bot.ask(RUI, "/history").await;

    assert_eq!(refused, "You may not use /invite in “futebol”. The person who runs this bot can allow it.");
    let results: Vec<&str> = reply.lines().skip(1).map(|line| line.split_once(" → ").unwrap().1).collect();
    assert_eq!(
        results,
        [
            "❌ “a-picture-that-has-no-address-at-all-of-the-web.jpg” is no…",
            "❌ “somebody whose number nobody knows” is not a phone number.…",
            "❌ I don't know a group “xyzzy-that-is-not-there”",
            "Link para entrar em “Bairro Feliz”:",
            "❌ You may not use /invite in “futebol”. The person who runs t…",
        ]
    );
}

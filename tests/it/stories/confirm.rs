//! Widely visible changes prompt first; a yes of the same person in the same chat runs them once.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{Fault, FaultResponse};

use crate::support::{ANA, NON_ADMIN, Service};
use crate::webhook::assert_status;

const NOON: Timestamp = Timestamp(1_764_000_000_000);
const RUI: &str = "5544999990007";
/// Four groups leave a community of six.
const GRAVE: &str = r#"/unlink "Bairro Feliz" rua*"#;
const PROMPT: &str = "4 of 4 groups would leave “Bairro Feliz”.\n➡️ “Rua 1”\n➡️ “Rua 2”\n➡️ “Rua 3”\n\
                     ➡️ “Rua 4”\nIt concerns 12 people.\n\nShall I? Answer “yes” or 👍 within 5 minutes; “no” cancels.";
const DONE: &str =
    "4 of 4 groups are no longer in “Bairro Feliz”.\n✅ “Rua 1”\n✅ “Rua 2”\n✅ “Rua 3”\n✅ “Rua 4”";

fn streets() -> crate::support::ServiceBuilder {
    Service::with()
        .world(|world| {
            let bairro = world.community_named("Bairro Feliz").unwrap();
            for street in 1..=4 {
                world.linked_group(&bairro, &format!("Rua {street}"));
            }
        })
        .admins(&format!(
            "[instances.main.admins.ana]\nphone = \"{ANA}\"\n[instances.main.admins.rui]\nphone = \"{RUI}\"\n"
        ))
}

#[tokio::test]
async fn t21_more_than_three_groups_are_unlinked_only_after_a_yes() {
    let bot = streets().start().await;

    assert_eq!(bot.ask(ANA, GRAVE).await, PROMPT);
    assert_eq!(bot.changes(), 0);
    assert_eq!(bot.ask(ANA, "Yes!").await, DONE);

    // The prompt is closed.
    bot.settled().await;
    assert_eq!(bot.ask(ANA, "yes").await, "❌ Nothing is waiting for an answer here.");
    assert_eq!(bot.ask(ANA, "/confirm").await, "❌ Nothing is waiting for an answer here.");
    assert_eq!(bot.calls_to("communities/unlink").len(), 1);
}

#[tokio::test]
async fn a_yes_is_recognized_in_many_forms() {
    for yes in ["sim", "SÍ", "/confirm", "/sim", "/confirmar", "👍🏽"] {
        let bot = streets().start().await;
        bot.ask(ANA, GRAVE).await;

        assert_eq!(bot.ask(ANA, yes).await.lines().count(), 5, "{yes}");
        assert_eq!(bot.calls_to("communities/unlink").len(), 1, "{yes}");
    }
}

#[tokio::test]
async fn in_a_group_an_ok_is_chatter() {
    let bot = streets().start().await;
    let group = bot.group("Futebol");
    let said = |text: &str| bot.message(ANA, text).in_group(&group);
    bot.ask_by(&said(GRAVE)).await;
    bot.settled().await;

    for text in ["ok", "okay", "y", "s", "isso", "pode", "claro", "dale", "sim, pode", "dois"] {
        assert_eq!(assert_status(&bot.post(&said(text)).await, "ignored"), "not_a_command", "{text}");
    }
    assert_eq!(bot.changes(), 0);
    assert_eq!(bot.ask_by(&said("Sí!")).await, DONE);
}

#[tokio::test]
async fn a_yes_with_thanks_and_a_no_with_reasons_are_answers_in_a_direct_chat() {
    for (text, is_yes) in
        [("Sim, pode", true), ("yes please", true), ("não, espera", false), ("cancela", false)]
    {
        let bot = streets().start().await;
        bot.ask(ANA, GRAVE).await;
        bot.settled().await;

        let reply = bot.ask(ANA, text).await;

        assert_eq!(reply == DONE, is_yes, "{text}: {reply}");
        assert_eq!(reply == "All right, I did nothing.", !is_yes, "{text}: {reply}");
    }
}

#[tokio::test]
async fn a_thumb_confirms_only_on_the_prompt() {
    let bot = streets().start().await;
    let asked = bot.message(ANA, GRAVE);
    bot.ask_by(&asked).await;
    let question = bot.reply_to(asked.message_id()).await.message_id;
    bot.settled().await;
    let react = |value: &str, to: &str| {
        let account = bot.sandbox.account();
        EventBuilder::reaction(&account.id, value, to)
            .from(ANA)
            .connected_phone(&account.phone)
            .sent_at(bot.clock.now())
    };

    for other in
        [react("👍", "3EB0FFFF"), react("👎", "3EB0FFFE"), react("😂", &question), react("", &question)]
    {
        bot.post(&other).await;
        bot.settled().await;
        assert_eq!(bot.changes(), 0, "{}", other.body());
    }
    assert_eq!(bot.ask_by(&react("👍", &question)).await, DONE);
}

#[tokio::test]
async fn t46_a_thumb_down_closes_the_prompt() {
    let bot = streets().start().await;
    let asked = bot.message(ANA, GRAVE);
    bot.ask_by(&asked).await;
    let question = bot.reply_to(asked.message_id()).await.message_id;
    bot.settled().await;
    let account = bot.sandbox.account();
    let down = EventBuilder::reaction(&account.id, "👎", &question).from(ANA);
    let down = down.connected_phone(&account.phone).sent_at(bot.clock.now());

    assert_eq!(bot.ask_by(&down).await, "All right, I did nothing.");
    assert_eq!(bot.ask(ANA, "yes").await, "❌ Nothing is waiting for an answer here.");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn t21_only_the_same_person_in_the_same_chat_confirms() {
    let bot = streets().start().await;
    bot.ask(ANA, GRAVE).await;
    bot.settled().await;

    let elsewhere = bot.message(ANA, "yes").in_group(&bot.group("Futebol"));
    for event in [bot.message(NON_ADMIN, "yes"), elsewhere] {
        assert_eq!(assert_status(&bot.post(&event).await, "ignored"), "not_a_command");
    }
    assert_eq!(bot.ask(RUI, "yes").await, "❌ Nothing is waiting for an answer here.");
    assert_eq!(bot.ask(RUI, "/confirm").await, "❌ Nothing is waiting for an answer here.");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn t21_another_admin_of_the_group_cannot_confirm() {
    let bot = streets().start().await;
    let group = bot.group("Futebol");
    bot.ask_by(&bot.message(ANA, GRAVE).in_group(&group)).await;
    bot.settled().await;

    let other = bot.message(RUI, "yes").in_group(&group);
    assert_eq!(assert_status(&bot.post(&other).await, "ignored"), "not_a_command");
    let explicit = bot.ask_by(&bot.message(RUI, "/confirm").in_group(&group)).await;
    assert_eq!(explicit, "❌ Nothing is waiting for an answer here.");
    assert_eq!(bot.changes(), 0);
    assert_eq!(bot.ask_by(&bot.message(ANA, "yes").in_group(&group)).await, DONE);
}

#[tokio::test]
async fn a_yes_after_five_minutes_comes_too_late() {
    let clock = Clock::manual(NOON);
    let bot = streets().clock(clock.clone()).start().await;
    bot.ask(ANA, GRAVE).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(301));

    let late = bot.ask(ANA, "yes").await;

    assert!(late.starts_with("❌ That came after more than 5 minutes, so I did nothing."), "{late}");
    bot.settled().await;
    assert_eq!(bot.ask(ANA, "/confirm").await, "❌ Nothing is waiting for an answer here.");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_no_closes_the_prompt() {
    let bot = streets().start().await;
    bot.ask(ANA, GRAVE).await;

    assert_eq!(bot.ask(ANA, "não").await, "All right, I did nothing.");
    bot.settled().await;
    assert_eq!(bot.ask(ANA, "/confirm").await, "❌ Nothing is waiting for an answer here.");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_prompt_survives_a_restart() {
    let mut bot = streets().start().await;
    bot.ask(ANA, GRAVE).await;
    bot.settled().await;
    bot.crash().await;
    bot.restart().await;

    assert_eq!(bot.ask(ANA, "yes").await, DONE);
}

#[tokio::test]
async fn a_yes_does_exactly_what_was_shown() {
    let bot = streets().start().await;
    bot.ask(ANA, GRAVE).await;
    bot.sandbox.world(|world| {
        let bairro = world.community_named("Bairro Feliz").unwrap();
        world.linked_group(&bairro, "Rua 5");
    });

    assert_eq!(bot.ask(ANA, "yes").await, DONE);
    assert_eq!(bot.community_of("Rua 5").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn an_interrupted_yes_continues_with_its_plan() {
    let mut bot = streets().start().await;
    bot.ask(ANA, GRAVE).await;
    bot.settled().await;
    let call = bot.sandbox.faults().hold_response("communities/unlink");
    let yes = bot.message(ANA, "yes");
    bot.post(&yes).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    call.release();
    bot.restart().await;

    assert_eq!(bot.reply_to(yes.message_id()).await.text, DONE);
}

#[tokio::test]
async fn a_prompt_that_comes_between_the_attempts_of_a_yes_changes_nothing_of_it() {
    let clock = Clock::manual(NOON);
    let bot = streets().clock(clock.clone()).start().await;
    bot.ask(ANA, GRAVE).await;
    bot.settled().await;
    bot.sandbox.faults().fail_next("communities/unlink", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let yes = bot.send_to_completion(ANA, "yes").await;
    bot.wait_for_attempts(&yes, 1).await;
    let other = bot.ask(ANA, "/community bairo").await;
    assert!(other.contains("Answer “yes”"), "{other}");

    clock.advance(Duration::from_secs(5));
    bot.ask(ANA, "/whoami").await;

    assert_eq!(bot.reply_to(&yes).await.text, DONE);
}

#[tokio::test]
async fn the_yes_flag_skips_the_prompt() {
    for flag in ["--yes", "—yes", "--sim", "–sí"] {
        let bot = streets().start().await;

        assert_eq!(bot.ask(ANA, &format!("{GRAVE} {flag}")).await, DONE, "{flag}");
    }
}

#[tokio::test]
async fn a_dry_run_does_nothing_even_after_a_yes() {
    let bot = streets().start().await;
    let trial = "1 of 2 groups would be in “Bairro Feliz”.\n➡️ “Futebol”\n❌ I don't know a group “xyzzy”\n\n\
                 This was a trial: nothing was changed. Without --try it is done.";

    assert_eq!(bot.ask(ANA, r#"/link "Bairro Feliz" futebol, xyzzy --try"#).await, trial);
    assert!(bot.ask(ANA, &format!("{GRAVE} —try")).await.contains("This was a trial"));
    bot.settled().await;
    assert_eq!(bot.ask(ANA, "/confirm").await, "❌ Nothing is waiting for an answer here.");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_pattern_matching_more_than_ten_groups_prompts() {
    let bot = Service::with()
        .world(|world| {
            for class in 1..=11 {
                world.group(&format!("Turma {class:02}"));
            }
        })
        .start()
        .await;

    let asked = bot.ask(ANA, r#"/vincular "Bairro Feliz" turma*"#).await;
    assert!(asked.starts_with("11 de 11 grupos ficariam em “Bairro Feliz”.\n➡️ “Turma 01”"), "{asked}");
    assert!(asked.ends_with("“não” cancela."), "{asked}");
    assert_eq!(bot.changes(), 0);

    bot.ask(ANA, "sim").await;
    bot.settled().await;
    let said = bot.said();
    assert!(said[1].starts_with("11 de 11 grupos agora estão em “Bairro Feliz”."), "{said:?}");
}

#[tokio::test]
async fn a_yes_needs_the_rights_of_its_moment() {
    let mut bot = streets().start().await;
    bot.ask(ANA, GRAVE).await;
    bot.settled().await;
    bot.stop().await;
    bot.restart_with(
        "[instances.main.admins.ana]\n",
        "[instances.main.admins.ana]\ncommunities = [\"Marketing BR\"]\n",
    )
    .await;

    let refused = bot.ask(ANA, "yes").await;

    assert_eq!(
        refused,
        "You may not use /unlink in “Bairro Feliz”. The person who runs this bot can allow it."
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn two_yeses_to_one_prompt_do_not_answer_the_next_one_unseen() {
    let bot = streets().start().await;
    bot.ask(ANA, &GRAVE.replace("/unlink", "/unlnik")).await;
    bot.settled().await;
    // A double tap confirms the command's name, without having seen its effect.
    let hold = bot.sandbox.faults().hold_request("communities-metadata");
    let (one, other) = (bot.send_to_completion(ANA, "yes").await, bot.send_to_completion(ANA, "yes").await);
    bot.within(hold.wait_reached()).await;
    hold.release();

    assert_eq!(bot.reply_to(&one).await.text, PROMPT);
    let early = bot.reply_to(&other).await.text;
    assert!(early.starts_with("❌ That came before my last question"), "{early}");
    assert_eq!(bot.changes(), 0);
    bot.settled().await;
    assert_eq!(bot.ask(ANA, "yes").await, DONE);
}

#[tokio::test]
async fn a_delayed_yes_belongs_to_the_prompt_open_when_it_was_sent() {
    let clock = Clock::manual(NOON);
    let bot = streets().clock(clock.clone()).start().await;
    bot.ask(ANA, GRAVE).await;
    bot.settled().await;
    bot.sandbox.faults().fail_next("communities-metadata", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let yes = bot.send_to_completion(ANA, "yes").await;
    bot.wait_for_attempts(&yes, 1).await;
    clock.advance(Duration::from_millis(1));
    bot.ask(ANA, "/community bairo").await;
    clock.advance(Duration::from_secs(5));
    bot.ask(RUI, "/whoami").await;

    assert_eq!(bot.reply_to(&yes).await.text, DONE);
    bot.settled().await;
    // The later prompt waits for its own reply.
    let shown = bot.ask(ANA, "1").await;
    assert!(shown.contains("Bairro Feliz") && !shown.contains('❌'), "{shown}");
}

#[tokio::test]
async fn confirming_needs_the_rights_of_the_command() {
    let bot = streets()
        .admins(&format!("[instances.main.admins.ana]\nphone = \"{ANA}\"\ncommands = [\"unlink\"]\n"))
        .start()
        .await;
    bot.ask(ANA, GRAVE).await;

    assert_eq!(bot.ask(ANA, "yes").await, DONE);
}

#[tokio::test]
async fn a_prompt_that_was_cancelled_takes_no_yes() {
    let bot = streets().start().await;
    bot.ask(ANA, GRAVE).await;
    bot.settled().await;

    assert_eq!(bot.ask(ANA, "/cancel").await, "All right, I did nothing.");
    bot.settled().await;

    assert_eq!(bot.ask(ANA, "ok").await, "All right! 👍");
    bot.settled().await;
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_later_change_closes_the_prompt() {
    let bot = streets().start().await;
    bot.ask(ANA, r#"/unlink "Bairro Feliz" futebbol"#).await;
    bot.settled().await;
    bot.ask(ANA, r#"/unlink "Bairro Feliz" "rua 1""#).await;
    bot.settled().await;

    // A reaction to what is done.
    assert_eq!(bot.ask(ANA, "ok").await, "All right! 👍");
    assert_eq!(bot.changes(), 1);
}

#[tokio::test]
async fn a_thumb_on_the_last_message_of_a_long_prompt_is_a_yes() {
    let bot = Service::with()
        .instance("community_limit = 100")
        .world(|world| {
            world.set_limit(100);
            for class in 1..=50 {
                world.group(&format!("Turma {class:02} {}", "x".repeat(80)));
            }
        })
        .start()
        .await;
    let asked = bot.message(ANA, r#"/link "Bairro Feliz" turma*"#);
    bot.ask_by(&asked).await;
    bot.settled().await;
    let sent = bot.sandbox.sent();
    let question = sent.last().unwrap();
    assert!(sent.len() > 1 && question.text.contains("👍"), "{sent:?}");
    let account = bot.sandbox.account();
    let thumb = EventBuilder::reaction(&account.id, "👍", &question.message_id)
        .from(ANA)
        .connected_phone(&account.phone)
        .sent_at(bot.clock.now());

    bot.post(&thumb).await;
    bot.settled().await;

    assert_eq!(bot.changes(), 5);
}

#[tokio::test]
async fn a_yes_sent_before_the_prompt_arrived_does_not_confirm() {
    let clock = Clock::manual(NOON);
    let bot = streets().clock(clock.clone()).start().await;
    bot.ask(ANA, &GRAVE.replace("/unlink", "/unlnik")).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(1));
    let sending = bot.sandbox.faults().hold_request("send-text");
    let one = bot.send_to_completion(ANA, "yes").await;
    bot.within(sending.wait_reached()).await;
    clock.advance(Duration::from_secs(3));
    let impatient = bot.send_to_completion(ANA, "yes").await;
    clock.advance(Duration::from_secs(3));
    sending.release();

    assert_eq!(bot.reply_to(&one).await.text, PROMPT);
    let early = bot.reply_to(&impatient).await.text;
    assert!(early.starts_with("❌ That came before my last question"), "{early}");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_yes_just_within_five_minutes_counts() {
    let clock = Clock::manual(NOON);
    let bot = streets().clock(clock.clone()).start().await;
    bot.ask(ANA, GRAVE).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(299));

    assert_eq!(bot.ask(ANA, "yes").await, DONE);
}

#[tokio::test]
async fn three_groups_leave_and_ten_come_by_a_pattern_without_a_prompt() {
    let bot = streets()
        .world(|world| {
            for class in 1..=10 {
                world.group(&format!("Turma {class:02}"));
            }
        })
        .start()
        .await;

    let left = bot.ask(ANA, r#"/unlink "Bairro Feliz" "rua 1" "rua 2" "rua 3""#).await;
    let came = bot.ask(ANA, r#"/link "Bairro Feliz" turma*"#).await;

    assert!(left.starts_with("3 of 3 groups are no longer in “Bairro Feliz”."), "{left}");
    assert!(came.starts_with("10 of 10 groups are now in “Bairro Feliz”."), "{came}");
}

#[tokio::test]
async fn a_no_with_a_slash_is_a_no() {
    for (no, left) in [("/não", "Tudo bem, não fiz nada."), ("/no", "All right, I did nothing.")] {
        let bot = Service::start().await;
        let command = if no == "/no" { "/deactivate \"Bairro Feliz\"" } else { "/desativar bairro" };
        bot.ask(ANA, command).await;

        let reply = bot.ask(ANA, no).await;
        bot.settled().await;
        bot.send(ANA, "sim").await;
        bot.settled().await;

        assert_eq!((reply.as_str(), bot.changes()), (left, 0));
    }
}

/// It may be of another version. What it would do is not guessed.
#[tokio::test]
async fn a_stored_command_of_a_yes_that_cannot_be_read_is_reported_as_failed() {
    let mut bot = Service::start().await;
    bot.ask(ANA, "/deactivate \"Marketing BR\"").await;
    let call = bot.sandbox.faults().hold_request("communities");
    let yes = bot.send_to_completion(ANA, "yes").await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    bot.execute_sql("UPDATE command SET deferred_command = '{}' WHERE deferred_command IS NOT NULL").await;
    bot.sandbox.faults().clear();

    bot.restart().await;

    let reply = bot.reply_to(&yes).await.text;
    assert!(reply.starts_with("❌ I could not finish this command"), "{reply}");
    assert_eq!((bot.changes(), bot.row(&yes).await.outcome.as_deref()), (0, Some("failed")));
}

#[tokio::test]
async fn a_rate_limited_yes_confirms_nothing_and_keeps_the_prompt() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).limits("commands_per_minute = 1").start().await;
    bot.ask(ANA, "/announce \"Bairro Feliz\" Oi").await;

    let limited = bot.ask(ANA, "yes").await;
    bot.settled().await;
    assert!(limited.starts_with("More than 1 command"), "{limited}");
    assert!(bot.announced("Bairro Feliz").is_empty());
    clock.advance(Duration::from_secs(61));
    bot.ask(ANA, "yes").await;

    assert_eq!(bot.announced("Bairro Feliz"), ["Oi"]);
}

//! attack
use std::time::Duration;
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::phony::Event;
use vincula::sandbox::{Fault, Offline, Reply};
use crate::support::{ANA, Service};
use crate::stories::appointed::{BRUNO, setting};

const NOON: Timestamp = Timestamp(1_764_000_000_000);

fn edited(bot: &Service, message: &Event, text: &str) -> Event {
    bot.message(ANA, text).with_id(message.message_id()).edited()
}

#[tokio::test]
async fn attack_a_thumb_on_a_replaced_question() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    let order = bot.message(ANA, r#"/unlnik "Bairro Feliz" futebol"#);
    println!("ASKED {}", bot.ask_by(&order).await);
    bot.settled().await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, r#"/community "Bairro Feliz""#)).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    let account = bot.sandbox.account();
    let last = bot.sandbox.sent().last().unwrap().clone();
    let before = bot.changes();
    let thumb = Event::reaction(&account.id, "👍", &last.message_id).from(ANA).connected_phone(&account.phone).at(bot.clock.now());
    println!("THUMB {}", bot.post(&thumb).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("THEN {} {:?}", sent.message_id, sent.text); }
    assert_eq!(bot.changes(), before, "a thumb on the community's page unlinked a group");
}

#[tokio::test]
async fn attack_b_too_early_replaces_a_true_answer() {
    let bot = Service::with().pace("changes_per_second = 1000\nmessages_per_minute = 30").start().await;
    let before = bot.sandbox.trouble().hold("communities/link");
    for _ in 0..5 { bot.ask(ANA, "/whoami").await; }
    let order = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    bot.give_by(&order).await;
    bot.within(before.reached()).await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, "/communities")).await.text());
    before.release();
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    assert_eq!(bot.changes(), 1);
    assert!(bot.said().iter().any(|said| said.contains("✅ “Futebol”")), "the answer to what was done is gone");
}

#[tokio::test]
async fn attack_c_history_tells_who_is_in_the_configuration() {
    let hidden = "[instances.main.admins.zoe]\nphone = \"5531966660003\"\nname = \"Zoe\"\ncommunities = [\"Marketing BR\"]\n\
       [instances.main.admins.ana]\nphone = \"5544999990001\"\nlid = \"81896604192873@lid\"\nname = \"Ana Secreta\"\n";
    let bot = setting().admins(hidden).start().await;
    bot.knows(BRUNO).await;
    println!("WHO {}", bot.ask(BRUNO, "/who").await);
    println!("WHO {}", bot.ask(BRUNO, "/who \"Bairro Feliz\"").await);
    for typed in ["+55 31 96666-0003", "+55 31 96666-0004", "+55 44 99999-0001", "81896604192873@lid", "81896604192999@lid"] {
        println!("{typed}: {}", bot.ask(BRUNO, &format!("/history {typed}")).await);
    }
    let a = bot.ask(BRUNO, "/history +55 31 96666-0003").await;
    let b = bot.ask(BRUNO, "/history +55 31 96666-0004").await;
    assert_eq!(a.replace("0003", "0004"), b);
}

#[tokio::test]
async fn attack_d_a_message_older_than_a_quarter_of_an_hour_is_edited() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let order = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&order).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(14 * 60));
    bot.give_by(&edited(&bot, &order, "/link xyzzy b")).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(59));
    let held = bot.sandbox.trouble().hold("communities/link");
    bot.give_by(&edited(&bot, &order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.within(held.reached()).await;
    clock.advance(Duration::from_secs(120));
    held.release();
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    assert_eq!(bot.said().len(), 2, "a message of 17 minutes was edited");
}

#[tokio::test]
async fn attack_e_said_yes_to_and_edited_is_done_twice() {
    let bot = Service::start().await;
    let order = bot.message(ANA, r#"/invit "Bairro Feliz" reset"#);
    println!("ASKED {}", bot.ask_by(&order).await);
    bot.settled().await;
    println!("YES {}", bot.ask(ANA, "yes").await);
    bot.settled().await;
    println!("CHANGES {}", bot.changes());
    println!("YES {}", bot.post(&bot.message(ANA, "yes")).await.text());
    bot.settled().await;
    println!("CHANGES {}", bot.changes());
    let once = bot.changes();
    println!("EDIT {}", bot.post(&edited(&bot, &order, r#"/invite "Bairro Feliz" reset"#)).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    println!("CHANGES {}", bot.changes());
    assert_eq!(bot.changes(), once);
}

#[tokio::test]
async fn attack_e2_photo_like_announce_yes_and_edited_is_done_twice() {
    let bot = Service::start().await;
    let order = bot.message(ANA, r#"/anounce "Bairro Feliz" oi --yes"#);
    println!("ASKED {}", bot.ask_by(&order).await);
    bot.settled().await;
    println!("YES {}", bot.ask(ANA, "yes").await);
    bot.settled().await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, r#"/announce --yes "Bairro Feliz" oi"#)).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?} {:?}", sent.message_id, sent.chat, sent.text); }
}

#[tokio::test]
async fn attack_f_a_mended_order_behind_one_that_gave_up_is_lost() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.sandbox.trouble().always("communities", Fault::Instead(Reply::bad_gateway()));
    let order = bot.message(ANA, r#"/link "Bairro Feliz" xyzzy"#);
    bot.give_by(&order).await;
    let mended = edited(&bot, &order, r#"/link "Bairro Feliz" futebol"#);
    println!("EDIT {}", bot.post(&mended).await.text());
    bot.reply_to(order.message_id()).await;
    bot.sandbox.trouble().clear();
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    println!("CHANGES {}", bot.changes());
    let row = bot.row(&format!("{}\n1", order.message_id())).await;
    println!("ROW {:?}", row);
    assert!(bot.changes() == 1 || bot.said().len() > 1, "accepted, not run, not answered, no dead letter");
}

#[tokio::test]
async fn attack_g_a_mended_order_behind_an_answer_that_was_refused_is_lost() {
    let bot = Service::start().await;
    let held = bot.sandbox.trouble().hold("send-text");
    let order = bot.message(ANA, r#"/link "Bairro Feliz" xyzzy"#);
    bot.give_by(&order).await;
    bot.within(held.reached()).await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, r#"/link "Bairro Feliz" futebol"#)).await.text());
    bot.sandbox.trouble().next("send-text", 2, Fault::Instead(Reply::json(400, &serde_json::json!({"error":"no"}))));
    held.release();
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    println!("CHANGES {}", bot.changes());
    assert_eq!(bot.changes(), 1);
}

#[tokio::test]
async fn attack_h_an_interruption_that_is_lost() {
    const START: Timestamp = Timestamp(1_763_985_600_000);
    let mut bot = Service::with().clock(Clock::manual(START)).start().await;
    let word = |bot: &Service, yes: bool, minutes_ago: i64| {
        let kind = if yes { "ConnectedCallback" } else { "DisconnectedCallback" };
        bot.message(ANA, "x").with("type", kind).with("momment", START.0 - minutes_ago * 60_000)
    };
    bot.post(&word(&bot, true, 90)).await;
    bot.post(&word(&bot, true, 30)).await;
    bot.stop().await;
    bot.restart().await;
    bot.post(&word(&bot, false, 60)).await;
    bot.post(&word(&bot, false, 5)).await;
    bot.sandbox.trouble().disconnect(Offline::Error);
    bot.give(ANA, "/status").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    bot.sandbox.trouble().reconnect();
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
}

#[tokio::test]
async fn attack_i_an_early_edit_drops_the_question_of_the_first_version() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link --yes "Bairro Feliz" futebol suporte vendas*"#).await;
    bot.settled().await;
    let before = bot.changes();
    let read = bot.sandbox.trouble().hold("communities-metadata");
    let order = bot.message(ANA, r#"/unlink "Bairro Feliz" *a* *e*"#);
    bot.give_by(&order).await;
    bot.within(read.reached()).await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, r#"/unlink "Bairro Feliz" futebol"#)).await.text());
    read.release();
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    println!("YES {}", bot.post(&bot.message(ANA, "yes")).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("THEN {} {:?}", sent.message_id, sent.text); }
    assert!(bot.changes() > before, "the yes to what is asked did nothing and got no answer");
}

#[tokio::test]
async fn attack_l_an_edit_over_the_limit_ends_mending() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).limits("orders_per_minute = 2").start().await;
    let order = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&order).await;
    bot.ask(ANA, "/whoami").await;
    bot.settled().await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, r#"/link "Bairro Feliz" futebol"#)).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    clock.advance(Duration::from_secs(70));
    println!("EDIT2 {}", bot.post(&edited(&bot, &order, r#"/link "Bairro Feliz" futebol"#)).await.text());
    bot.settled().await;
    assert_eq!(bot.changes(), 1);
}

#[tokio::test]
async fn attack_u_an_edit_of_an_answer_that_times_out_is_said_twice() {
    let bot = Service::start().await;
    let order = bot.message(ANA, "/link bairro");
    bot.ask_by(&order).await;
    bot.settled().await;
    bot.sandbox.trouble().next("send-text?edit", 1, Fault::Afterwards(Reply::json(408, &serde_json::json!({}))));
    bot.post(&edited(&bot, &order, r#"/link "Bairro Feliz" futebol"#)).await;
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    assert_eq!(bot.said().len(), 1);
}

#[tokio::test]
async fn attack_y_a_last_try_without_an_answer_is_told_as_not_done_and_undo_takes_another_order_back() {
    let bot = Service::with().instance("give_up_after = \"1s\"").start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    bot.sandbox.trouble().always("remove-participant", Fault::Afterwards(Reply::bad_gateway()));
    bot.sandbox.trouble().set_lag(Some(vincula::sandbox::Lag::For(Duration::from_secs(6))));
    println!("DONE {}", bot.ask(ANA, r#"/remove --yes "Bairro Feliz" 44 99999-0003"#).await);
    println!("DONE {}", bot.ask(ANA, r#"/remove --yes "Bairro Feliz" 44 99999-0002"#).await);
    bot.settled().await;
    println!("CALLS {}", bot.calls_to("remove-participant").len());
    bot.sandbox.trouble().clear();
    bot.sandbox.trouble().set_lag(None);
    tokio::time::sleep(Duration::from_secs(7)).await;
    println!("WHO {}", bot.ask(ANA, r#"/who "Bairro Feliz""#).await);
    println!("UNDO {}", bot.ask(ANA, "/undo").await);
}

#[tokio::test]
async fn attack_p_progress_tears_an_answer_of_several_messages_apart() {
    let bot = Service::with()
        .world(|world| { for class in 1..=60 { world.group(&format!("Turma {class:02} {}", "x".repeat(80))); } })
        .start().await;
    let order = bot.message(ANA, "/link bairro");
    bot.ask_by(&order).await;
    bot.settled().await;
    bot.ask(ANA, "/whoami").await;
    bot.settled().await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, r#"/link --yes "Bairro Feliz" turma*"#)).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text.chars().take(60).collect::<String>()); }
}

#[tokio::test]
async fn attack_a2_a_thumb_on_a_success_undoes_something_else() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    let held = bot.sandbox.trouble().hold("communities/link");
    bot.give(ANA, r#"/link "Bairro Feliz" "vendas norte""#).await;
    bot.within(held.reached()).await;
    let order = bot.message(ANA, r#"/unlnik "Bairro Feliz" futebol"#);
    bot.give_by(&order).await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, r#"/link "Bairro Feliz" suporte"#)).await.text());
    tokio::time::sleep(Duration::from_millis(1200)).await;
    held.release();
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let account = bot.sandbox.account();
    let last = bot.sandbox.sent().iter().find(|sent| sent.text.contains("Suporte")).unwrap().clone();
    println!("ON {:?}", last.text);
    let before = bot.changes();
    let thumb = Event::reaction(&account.id, "👍", &last.message_id).from(ANA).connected_phone(&account.phone).at(bot.clock.now());
    println!("THUMB {}", bot.post(&thumb).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("THEN {} {:?}", sent.message_id, sent.text); }
    assert_eq!(bot.changes(), before);
}

#[tokio::test]
async fn attack_a3_yes_to_a_question_that_is_shown_nowhere() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    let order = bot.message(ANA, r#"/unlnik "Bairro Feliz" futebol"#);
    bot.ask_by(&order).await;
    bot.settled().await;
    bot.give_by(&edited(&bot, &order, "/help")).await;
    bot.settled().await;
    let before = bot.changes();
    println!("OK {}", bot.post(&bot.message(ANA, "ok")).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text.chars().take(80).collect::<String>()); }
    assert_eq!(bot.changes(), before);
}

#[tokio::test]
async fn attack_b2_too_early_replaces_a_question() {
    let bot = Service::with().pace("changes_per_second = 1000\nmessages_per_minute = 30").start().await;
    for _ in 0..5 { bot.ask(ANA, "/whoami").await; }
    let order = bot.message(ANA, r#"/announce "Bairro Feliz" oi"#);
    let held = bot.sandbox.trouble().hold("communities-metadata");
    bot.give_by(&order).await;
    bot.within(held.reached()).await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, "/communities")).await.text());
    held.release();
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    let account = bot.sandbox.account();
    let last = bot.sandbox.sent().last().unwrap().clone();
    let thumb = Event::reaction(&account.id, "👍", &last.message_id).from(ANA).connected_phone(&account.phone).at(bot.clock.now());
    println!("THUMB {}", bot.post(&thumb).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("THEN {} {:?} {:?}", sent.message_id, sent.chat, sent.text); }
}

#[tokio::test]
async fn attack_n_an_edit_while_the_first_version_works_gets_no_word() {
    let bot = Service::start().await;
    let order = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    let held = bot.sandbox.trouble().hold("communities/link");
    bot.give_by(&order).await;
    bot.within(held.reached()).await;
    let edit = edited(&bot, &order, r#"/link "Bairro Feliz" suporte"#);
    println!("EDIT {}", bot.post(&edit).await.text());
    held.release();
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    let row = bot.row(&format!("{}\n1", order.message_id())).await;
    println!("ROW {:?}", row);
}

#[tokio::test]
async fn attack_q_word_of_the_connection_behind_a_journal_that_hangs() {
    let bot = Service::start().await;
    let hold = crate::webhook::hold(&bot.journal()).await;
    let started = std::time::Instant::now();
    let word = |n: i64| bot.message(ANA, "x").with("type", if n % 2 == 0 { "ConnectedCallback" } else { "DisconnectedCallback" }).with("momment", 1_700_000_000_000i64 + n * 1000);
    let posts: Vec<_> = (0..20).map(|n| { let post = bot.post(&word(n)); async move { let a = post.await; (a.text(), started.elapsed()) } }).collect();
    for (text, took) in futures_util::future::join_all(posts).await { println!("Q {took:?} {}", &text[..60.min(text.len())]); }
    drop(hold);
}

#[tokio::test]
async fn attack_e3_yes_and_then_edited_invites_twice() {
    let bot = Service::start().await;
    let order = bot.message(ANA, r#"/ad "Bairro Feliz" 44 99999-0004"#);
    println!("ASKED {}", bot.ask_by(&order).await);
    bot.settled().await;
    println!("YES {}", bot.ask(ANA, "yes").await);
    bot.settled().await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, r#"/add "Bairro Feliz" 44 99999-0004"#)).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    let invites = bot.calls_to("add-participant").into_iter().filter(|call| call.body.as_ref().unwrap()["autoInvite"] == true).count();
    assert_eq!(invites, 1, "invited twice");
}

#[tokio::test]
async fn attack_r_a_hello_whose_sender_hung_up_is_never_greeted() {
    let bot = Service::with().on_sqlite().start().await;
    let held = crate::webhook::hold(&bot.journal()).await;
    let hello = bot.message(ANA, "hello");
    // Z-API's patience is shorter than the journal's.
    let _ = tokio::time::timeout(Duration::from_secs(1), bot.post(&hello)).await;
    let _ = tokio::time::timeout(Duration::from_secs(11), bot.post(&bot.message(ANA, "/whoami"))).await;
    drop(held);
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!("ORDERS {}", bot.orders().await);
    println!("AGAIN {}", bot.post(&hello).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    assert!(bot.said().iter().any(|said| said.contains("Ana")), "nobody was greeted");
}

#[tokio::test]
async fn attack_b3_with_the_defaults_of_production() {
    // Timing as shipped but for nothing; pace as shipped.
    let bot = Service::with()
        .pace("")
        .timing(|timing| { *timing = vincula::command::Timing::default(); })
        .start().await;
    for _ in 0..5 { bot.give(ANA, "/whoami").await; }
    let order = bot.message(ANA, r#"/link "Bairro Feliz" futebol"#);
    let held = bot.sandbox.trouble().hold("communities/link");
    bot.give_by(&order).await;
    bot.within(held.reached()).await;
    println!("EDIT {}", bot.post(&edited(&bot, &order, "/communities")).await.text());
    held.release();
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    assert!(bot.said().iter().any(|said| said.contains("✅ “Futebol”")), "the answer to what was done is gone");
}

#[tokio::test]
async fn attack_s_an_older_edit_that_comes_late_is_run_behind_a_newer_one() {
    let clock = Clock::manual(NOON);
    let bot = Service::with().clock(clock.clone()).start().await;
    let order = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&order).await;
    bot.settled().await;
    clock.advance(Duration::from_secs(5));
    let older = edited(&bot, &order, r#"/link "Bairro Feliz" futebol"#);
    clock.advance(Duration::from_secs(5));
    let newer = edited(&bot, &order, r#"/link "Bairro Feliz" futeboll xyzzy"#);
    bot.give_by(&newer).await;
    bot.settled().await;
    println!("OLDER {}", bot.post(&older).await.text());
    bot.settled().await;
    for sent in bot.sandbox.sent() { println!("SAID {} {:?}", sent.message_id, sent.text); }
    assert_eq!(bot.changes(), 0);
}

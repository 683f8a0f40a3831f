//! T47: attempts have deadlines. Slow reads are cancelled, the admin gets a reply, and others do not wait.

use std::time::{Duration, Instant};

use vincula::sandbox::{Fault, Options};

use super::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, Service, ServiceBuilder};

/// At least ten times what these tests take.
const REPLY_TIMEOUT: Duration = Duration::from_secs(20);

/// A Z-API whose list of groups takes 100 s, page by page.
fn with_slow_pages() -> ServiceBuilder {
    let setting = Service::with().admins(ANA_AND_RUI).instance("give_up_after = \"1s\"");
    let world = |world: &mut vincula::sandbox::World| {
        (0..1_000).for_each(|nth| drop(world.group(&format!("Grupo {nth}"))));
    };
    setting.world(world).options(Options { page_cap: Some(1), ..Options::default() })
}

#[tokio::test]
async fn t47_a_reply_comes_even_if_a_list_never_ends() {
    let bot = with_slow_pages().timing(|timing| timing.attempt = Duration::from_millis(800)).start().await;
    bot.sandbox.faults().fail_always("groups?", Fault::Delay(Duration::from_millis(100)));
    let started = Instant::now();

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;

    assert!(
        reply.starts_with("❌ I could not finish this command and gave up: Z-API did not answer."),
        "{reply}"
    );
    assert!(started.elapsed() < REPLY_TIMEOUT, "{:?}", started.elapsed());
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn t47_a_started_change_is_reported_even_if_nothing_can_be_read() {
    let setting = Service::with().instance("give_up_after = \"2s\"");
    let bot = setting.timing(|timing| timing.attempt = Duration::from_secs(2)).start().await;
    let barrier = bot.sandbox.faults().hold_response("DELETE communities/");
    let command =
        bot.send_to_completion(ANA, &format!("/deactivate --yes {}", bot.community("Bairro Feliz"))).await;
    bot.within(barrier.wait_reached()).await;
    let started = Instant::now();
    bot.sandbox
        .faults()
        .fail_always("GET communities?", Fault::HoldRequest(vincula::sandbox::CallBarrier::closed()));
    barrier.release();

    let replies = bot.replies_to(&command).await;

    assert!(replies.len() == 1 && replies[0].starts_with('❓'), "{replies:?}");
    assert!(started.elapsed() < REPLY_TIMEOUT, "{:?}", started.elapsed());
}

#[tokio::test]
async fn t47_a_hanging_list_does_not_block_commands_with_a_cached_one() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;
    bot.ask(ANA, "/communities").await;
    let hanging = bot.sandbox.faults().hold_request("GET communities?");
    // No community has this name, so the lists are read once more.
    bot.send_to_completion(ANA, "/link xyzzy futebol").await;
    bot.within(hanging.wait_reached()).await;
    let started = Instant::now();

    let reply = bot.ask(RUI, r#"/link "Bairro Feliz" futebol"#).await;

    assert_eq!(reply, "✅ “Futebol” is now in “Bairro Feliz”.");
    assert!(started.elapsed() < REPLY_TIMEOUT, "{:?}", started.elapsed());
    hanging.release();
}

#[tokio::test]
async fn t47_waiting_for_a_newer_list_ends_with_the_attempt() {
    let setting = Service::with().admins(ANA_AND_RUI).instance("give_up_after = \"1s\"");
    let bot = setting.timing(|timing| timing.attempt = Duration::from_millis(800)).start().await;
    bot.sandbox.faults().fail_always("groups?", Fault::HoldRequest(vincula::sandbox::CallBarrier::closed()));
    let started = Instant::now();

    let commands = [
        bot.send_to_completion(ANA, "/communities").await,
        bot.send_to_completion(RUI, "/communities").await,
    ];

    for command in commands {
        assert!(bot.reply_to(&command).await.text.contains("gave up: Z-API did not answer."));
    }
    assert!(started.elapsed() < REPLY_TIMEOUT, "{:?}", started.elapsed());
}

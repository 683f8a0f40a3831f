//! Time and the journal: clock jumps, and commands that crash their worker every time.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::{Fault, FaultResponse};

use crate::stories::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, Service};

const NOON: Timestamp = Timestamp(1_764_000_000_000);
const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;

#[tokio::test]
async fn t37_a_clock_jump_runs_waiting_commands_once() {
    let bot = Service::with().clock(Clock::manual(NOON)).instance("give_up_after = \"30d\"").start().await;
    bot.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let held = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;
    bot.clock.advance(Duration::from_secs(1));
    bot.within(held.wait_reached()).await;

    // A day passes at once during the call: its lease, its delays, its age.
    bot.clock.advance(Duration::from_secs(86_400));
    held.release();

    let replies = bot.replies_to(&command).await;
    assert_eq!(replies, ["✅ “Futebol” is now in “Bairro Feliz”."]);
    assert_eq!(bot.calls_to("communities/link").len(), 2, "one that failed, and one");
}

#[tokio::test]
async fn t37_a_clock_set_back_over_a_restart_delays_nothing() {
    let mut bot = Service::with().clock(Clock::manual(NOON)).start().await;
    let held = bot.sandbox.faults().hold_request("communities?");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(held.wait_reached()).await;
    bot.crash().await;
    held.release();

    // A day back: the command was accepted in the future, and its lease ends there.
    bot.clock = Clock::manual(Timestamp(NOON.0 - 86_400_000));
    bot.restart().await;

    let replies = bot.replies_to(&command).await;
    assert_eq!(replies, ["✅ “Futebol” is now in “Bairro Feliz”."]);
    assert!(bot.ask(ANA, "/whoami").await.contains("Ana"), "and the next command is no event of the future");
}

#[tokio::test]
async fn t39_a_command_that_always_crashes_ends_as_a_dead_letter() {
    let mut bot = Service::with().admins(ANA_AND_RUI).start().await;
    let mut held = bot.sandbox.faults().hold_request("communities?");
    let poison = bot.send_to_completion(ANA, COMMAND).await;
    let mut crashes = 0;
    loop {
        let reached = async {
            tokio::select! {
                () = held.wait_reached() => true,
                () = bot.settled() => false,
            }
        };
        if !bot.within(reached).await {
            break;
        }
        bot.crash().await;
        crashes += 1;
        assert!(crashes < 50, "it goes on for ever");
        held = bot.sandbox.faults().hold_request("communities?");
        bot.restart().await;
    }

    let row = bot.row(&poison).await;
    assert_eq!((row.state.as_str(), row.outcome.as_deref()), ("dead", Some("failed")), "{row:#?}");
    assert!((3..=30).contains(&crashes), "{crashes}");
    assert_eq!((bot.replies_to(&poison).await.len(), bot.changes()), (1, 0));
    bot.sandbox.faults().clear();
    assert!(bot.ask(RUI, COMMAND).await.starts_with("✅ “Futebol” "));
    assert!(bot.ask(ANA, COMMAND).await.contains("☑️ “Futebol”"), "her own chat goes on, too");
}

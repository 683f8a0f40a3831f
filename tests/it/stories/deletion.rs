//! A deleted message: what has not begun is cancelled, a prompt is closed, what was done stays.

use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{Fault, FaultResponse};

use super::cancel::with_long_retries;
use super::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, NON_ADMIN, Service};
use crate::webhook::assert_status;

const DELETED: &str = "You deleted that message, so I did nothing.";

impl Service {
    /// A person deletes a message.
    fn deletion(&self, from: &str, message_id: &str) -> EventBuilder {
        let account = self.sandbox.account();
        let event = EventBuilder::revoked(&account.id, message_id).from(from);
        event.connected_phone(&account.phone).sent_at(self.clock.now())
    }

    /// Posts a deletion, and waits until it has been handled.
    async fn delete(&self, from: &str, message_id: &str) {
        self.deliver_to_completion(&self.deletion(from, message_id)).await;
        self.wait_for_version(message_id, 1_000, "finished").await;
    }

    /// Makes every later command wait; returns what ends that.
    async fn hold_queue(&self) -> vincula::sandbox::CallBarrier {
        let call = self.sandbox.faults().hold_request("communities/link");
        self.send_to_completion(ANA, "/link bairro síndicos").await;
        self.within(call.wait_reached()).await;
        call
    }
}

#[tokio::test]
async fn a_deleted_command_that_waits_is_not_run_and_says_so() {
    let mut bot = Service::start().await;
    let held = bot.hold_queue().await;
    let message = bot.send_to_completion(ANA, "/link bairro futebol").await;

    let deletion = bot.deletion(ANA, &message);
    assert_status(&bot.post(&deletion).await, "accepted");
    assert_status(&bot.post(&deletion).await, "duplicate");
    bot.wait_for_audit_event(&message, "cancelled").await;
    bot.crash().await;
    held.release();
    bot.restart().await;
    bot.settled().await;

    assert_eq!(bot.messages_quoting(&message), [DELETED]);
    assert_eq!(bot.row(&message).await.outcome.as_deref(), Some("cancelled"));
    assert_eq!(bot.community_of("Futebol"), None);
    assert_eq!(bot.community_of("Síndicos").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn of_a_deleted_message_only_the_commands_that_have_not_begun_are_cancelled() {
    let bot = Service::start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let message = bot.send_to_completion(ANA, "/link bairro futebol\n/link bairro suporte").await;
    bot.within(call.wait_reached()).await;

    bot.delete(ANA, &message).await;
    call.release();
    let replies = bot.replies_to(&message).await;

    assert_eq!(replies, ["✅ “Futebol” is now in “Bairro Feliz”.", DELETED]);
}

#[tokio::test]
async fn a_deleted_command_that_failed_before_its_first_change_is_not_retried() {
    let bot = with_long_retries().start().await;
    bot.sandbox.faults().fail_always("communities?", Fault::Replace(FaultResponse::bad_gateway()));
    let message = bot.send_to_completion(ANA, "/vincular bairro futebol").await;
    bot.wait_for_attempts(&message, 1).await;

    bot.deliver_to_completion(&bot.deletion(ANA, &message)).await;

    assert_eq!(bot.replies_to(&message).await, ["Você apagou a mensagem, então não fiz nada."]);
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn deleting_the_command_closes_its_prompt() {
    for locale in ["en", "pt-BR"] {
        let bot = Service::with().instance(&format!("locale = \"{locale}\"")).start().await;
        let message = bot.send_to_completion(ANA, "/announce bairro Hi").await;
        bot.settled().await;

        bot.deliver_to_completion(&bot.deletion(ANA, &message)).await;
        bot.settled().await;
        bot.send(ANA, if locale == "en" { "yes" } else { "sim" }).await;
        bot.settled().await;

        let expected =
            if locale == "en" { DELETED } else { "Você apagou a mensagem, então não fiz nada." };
        assert!(bot.said().contains(&expected.to_owned()), "{:?}", bot.said());
        assert!(bot.announced("Bairro Feliz").is_empty());
    }
}

#[tokio::test]
async fn deleting_a_command_that_has_run_changes_nothing() {
    let bot = Service::start().await;
    let message = bot.send_to_completion(ANA, "/link bairro futebol").await;
    bot.settled().await;

    let answer = bot.post(&bot.deletion(ANA, &message)).await;

    assert_eq!(assert_status(&answer, "ignored"), "notification");
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn t14_a_deletion_by_somebody_else_cancels_nothing() {
    let bot = Service::with().admins(ANA_AND_RUI).start().await;
    let held = bot.hold_queue().await;
    let group = bot.group("Suporte");
    let message = bot.send_to_completion(ANA, "/link bairro futebol").await;
    let in_group = bot.message(ANA, "/announce bairro Hi").in_group(&group);
    bot.deliver_to_completion(&in_group).await;
    bot.reply_to(in_group.message_id()).await;

    for (from, id) in [(RUI, message.as_str()), (NON_ADMIN, &message), (ANA, "3EB0UNKNOWN")] {
        assert_status(&bot.post(&bot.deletion(from, id)).await, "ignored");
    }
    let theirs = bot.deletion(RUI, in_group.message_id()).in_group(&group);
    assert_status(&bot.post(&theirs).await, "ignored");
    let by_bot = bot.deletion(ANA, &message).from_api();
    assert_status(&bot.post(&by_bot).await, "ignored");
    held.release();
    bot.settled().await;

    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
    bot.ask_by(&bot.message(ANA, "yes").in_group(&group)).await;
    bot.settled().await;
    assert_eq!(bot.announced("Bairro Feliz"), ["Hi"]);
}

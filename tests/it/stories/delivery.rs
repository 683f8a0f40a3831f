//! What Z-API reports about the delivery of an announcement is said in the reply to `/announce`.

use std::time::Duration;

use serde_json::Value;
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::{delivery, post};
use vincula::sandbox::{Fault, FaultResponse, SentMessage};

use crate::support::{ANA, Service};
use crate::webhook::assert_status;

const COMMAND: &str = "/announce --yes \"Bairro Feliz\" Oi";
const QUEUED: &str = "✅ On its way to the announcement group of “Bairro Feliz”.";
const DELIVERED: &str = "✅ Delivered to the announcement group of “Bairro Feliz”.";
const REASON: &str = "WhatsApp rejected the *send*";
const FAILED: &str = "❌ Not delivered to the announcement group of “Bairro Feliz”: Z-API says “WhatsApp rejected the ∗send∗”.";

impl Service {
    /// The last message in the announcement group of a community.
    pub fn last_announcement(&self, community: &str) -> SentMessage {
        let group = self.world().announcement_of(&self.community(community)).unwrap().id.clone();
        self.sandbox.sent().into_iter().rfind(|sent| sent.chat == group).expect("something was announced")
    }

    /// Posts an event to a URL as Z-API does; the response always says that it is ignored.
    pub async fn post_report(&self, url: &str, body: &str) {
        let response = post(url, &[self.token()], body.as_bytes()).await.unwrap();
        assert_eq!(assert_status(&response, "ignored"), "unsupported_event");
    }

    /// Reports that the last announcement was delivered, or why not, and waits for what follows.
    async fn report_delivery(&self, error: Option<&str>) {
        let (id, sent) = (&self.sandbox.account().id, self.last_announcement("Bairro Feliz"));
        self.post_report(&self.url, &delivery(id, &sent, error)).await;
        self.settled().await;
    }

    /// How often a message was edited.
    pub fn edits(&self) -> usize {
        let bodies = self.calls_to("send-text").into_iter().filter_map(|call| call.body);
        bodies.filter(|body| body["editMessageId"] != Value::Null).count()
    }
}

#[tokio::test]
async fn a_delivered_announcement_edits_its_reply_once() {
    let bot = Service::start().await;
    let command = bot.send_to_completion(ANA, COMMAND).await;
    assert_eq!(bot.replies_to(&command).await, [QUEUED]);
    let said = bot.said().len();

    bot.report_delivery(None).await;
    bot.report_delivery(None).await;

    assert_eq!(bot.replies_to(&command).await, [DELIVERED]);
    assert_eq!((bot.said().len(), bot.edits()), (said, 1));
    assert_eq!(bot.announced("Bairro Feliz"), ["Oi"]);
}

#[tokio::test]
async fn a_failed_announcement_edits_its_reply_with_the_reason() {
    let bot = Service::start().await;
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.settled().await;

    bot.report_delivery(Some(REASON)).await;
    bot.report_delivery(Some(REASON)).await;

    assert_eq!(bot.replies_to(&command).await, [FAILED]);
    assert_eq!(bot.edits(), 1);
    let undone = bot.ask(ANA, "/undo").await;
    assert!(
        undone.starts_with("❌ The last change was /announce, and that cannot be taken back."),
        "{undone}"
    );
}

#[tokio::test]
async fn the_edit_is_in_the_language_of_the_reply_and_keeps_its_other_lines() {
    let bot = Service::start().await;
    let id = bot.sandbox.account().id.clone();
    let picture = vincula::sandbox::webhook_event::EventBuilder::lost_picture(&id, "/avisar bairro Oi");
    bot.ask_by(&bot.sent_by(ANA, picture)).await;
    let yes = bot.send_to_completion(ANA, "sim").await;
    let [queued] = bot.replies_to(&yes).await.try_into().unwrap();
    let (first, rest) = queued.split_once('\n').unwrap();
    assert_eq!(first, "✅ A caminho do grupo de avisos de “Bairro Feliz”.");

    bot.report_delivery(None).await;

    let expected = format!("✅ Entregue no grupo de avisos de “Bairro Feliz”.\n{rest}");
    assert_eq!(bot.replies_to(&yes).await, [expected]);
}

#[tokio::test]
async fn a_late_report_is_a_new_message_only_if_it_failed() {
    for (error, expected) in [(None, vec![QUEUED]), (Some(REASON), vec![QUEUED, FAILED])] {
        let clock = Clock::manual(Timestamp(1_764_000_000_000));
        let bot = Service::with().clock(clock.clone()).start().await;
        let command = bot.send_to_completion(ANA, COMMAND).await;
        bot.settled().await;
        clock.advance(Duration::from_secs(16 * 60));

        bot.report_delivery(error).await;
        bot.report_delivery(error).await;

        assert_eq!(bot.replies_to(&command).await, expected);
        assert_eq!(bot.edits(), 0);
    }
}

#[tokio::test]
async fn a_report_before_the_response_to_the_call_is_not_lost() {
    let bot = Service::start().await;
    let call = bot.sandbox.faults().hold_response("send-text");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    let body = delivery(&bot.sandbox.account().id, &bot.last_announcement("Bairro Feliz"), None);
    bot.post_report(&bot.url, &body).await;
    assert!(bot.messages_quoting(&command).is_empty());

    call.release();

    assert_eq!(bot.replies_to(&command).await, [DELIVERED]);
    assert_eq!(bot.edits(), 1);
}

/// While nothing is being sent, a report on an unknown message is about none of ours.
#[tokio::test]
async fn after_a_rejected_call_an_unknown_report_is_not_stored() {
    let bot = Service::with().timing(|timing| timing.min_retry_delay = Duration::from_secs(60)).start().await;
    bot.sandbox.faults().fail_next("send-text", 1, Fault::Replace(FaultResponse::too_many_requests(None)));
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.wait_for_attempts(&command, 1).await;
    let stored = bot.command_count().await;

    let unknown = SentMessage { message_id: "A1".to_owned(), ..SentMessage::default() };
    bot.post_report(&bot.url, &delivery(&bot.sandbox.account().id, &unknown, None)).await;

    assert_eq!(bot.command_count().await, stored);
}

#[tokio::test]
async fn a_crash_between_report_and_edit_loses_nothing() {
    let mut bot = Service::start().await;
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.settled().await;
    let edit = bot.sandbox.faults().hold_request("send-text?edit");
    let body = delivery(&bot.sandbox.account().id, &bot.last_announcement("Bairro Feliz"), Some(REASON));
    bot.post_report(&bot.url, &body).await;
    bot.within(edit.wait_reached()).await;
    bot.crash().await;
    edit.release();
    bot.restart().await;

    assert_eq!(bot.replies_to(&command).await, [FAILED]);
}

#[tokio::test]
async fn each_announcement_of_a_message_gets_its_own_report() {
    let bot = Service::start().await;
    let two = format!("{COMMAND}\n/announce --yes \"Marketing BR\" Olá");
    let command = bot.send_to_completion(ANA, &two).await;
    bot.settled().await;
    let id = &bot.sandbox.account().id;

    let failed = delivery(id, &bot.last_announcement("Marketing BR"), Some(REASON));
    bot.post_report(&bot.url, &failed).await;
    bot.report_delivery(None).await;

    assert_eq!(bot.replies_to(&command).await, [DELIVERED, &FAILED.replace("Bairro Feliz", "Marketing BR")]);
}

#[tokio::test]
async fn an_open_prompt_stays_open() {
    let bot = Service::start().await;
    bot.ask(ANA, COMMAND).await;
    bot.ask(ANA, "/announce \"Bairro Feliz\" Tchau").await;

    let (id, sent) = (&bot.sandbox.account().id, bot.last_announcement("Bairro Feliz"));
    bot.post_report(&bot.url, &delivery(id, &sent, None)).await;
    bot.settled().await;

    assert_eq!(bot.ask(ANA, "sim").await, QUEUED);
    assert_eq!(bot.announced("Bairro Feliz"), ["Oi", "Tchau"]);
}

#[tokio::test]
async fn t08_reports_on_other_messages_and_of_other_instances_do_nothing() {
    let other = "[instances.main.admins.ana]\nphone = \"5544999990001\"\n\
        [instances.other]\nid = \"0123456789ABCDEF0123456789ABCDEF\"\ntoken = \"0123456789ABCDEF01234567\"\n\
        [instances.other.verify]\nzapi_token = true\n\
        [instances.other.admins.ana]\nphone = \"5544999990001\"\n";
    let bot = Service::with().admins(other).start().await;
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.settled().await;
    let (id, sent) = (bot.sandbox.account().id.clone(), bot.last_announcement("Bairro Feliz"));
    let reply = bot.reply_to(&command).await;
    let stored = bot.command_count().await;

    bot.post_report(&bot.url, &delivery(&id, &reply, None)).await;
    let unknown = SentMessage { message_id: "A1".to_owned(), zaap_id: "B2".to_owned(), ..sent.clone() };
    bot.post_report(&bot.url, &delivery(&id, &unknown, Some(REASON))).await;
    let misdirected = post(&bot.url, &[bot.token()], delivery("0123", &sent, None).as_bytes()).await.unwrap();
    assert_eq!(assert_status(&misdirected, "ignored"), "other_instance");
    let url = bot.url.replace("/main", "/other");
    let of_other = delivery("0123456789ABCDEF0123456789ABCDEF", &sent, None);
    let token = ("z-api-token", "0123456789ABCDEF01234567");
    let response = post(&url, &[token], of_other.as_bytes()).await.unwrap();
    assert_eq!(assert_status(&response, "ignored"), "unsupported_event");
    let forged = post(&bot.url, &[token], delivery(&id, &sent, None).as_bytes()).await.unwrap();
    assert_eq!(forged.status, 401);

    assert_eq!(bot.replies_to(&command).await, [QUEUED]);
    assert_eq!(bot.command_count().await, stored);
}

//! `[notify]`: the operator is told of trouble, and when it is over.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vincula::clock::{Clock, Timestamp};
use vincula::domain::InstanceName;
use vincula::lifecycle;
use vincula::sandbox::{ConnectionLoss, Fault, FaultResponse, InstanceCredentials, Options, Sandbox, World};

use crate::support::receiver::{Reaction, Received, Receiver};
use crate::support::{ANA, NON_ADMIN, Service, ServiceBuilder, postgres};

/// Monday, 24 November 2025, 16:00 in UTC.
const START: Timestamp = Timestamp(1_764_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const OWNER: &str = "5544999990099";

fn service(receiver: &Receiver) -> ServiceBuilder {
    Service::with().clock(Clock::manual(START)).tables(&receiver.toml())
}

impl Service {
    /// Z-API loses the phone and reports it.
    async fn disconnect(&self) {
        self.sandbox.faults().disconnect(ConnectionLoss::Error);
        self.report("DisconnectedCallback", "disconnected").await;
    }

    /// Z-API has the phone again and reports it.
    async fn reconnect(&self) {
        self.sandbox.faults().reconnect();
        self.report("ConnectedCallback", "connected").await;
    }

    async fn report(&self, kind: &str, field: &str) {
        let event = self.message(ANA, "").with("type", kind).with("momment", self.clock.now().0);
        self.post(&event.with(field, true)).await;
    }

    /// Waits until trouble was looked for twice from now on. The service must be configured with `no_event_after`:
    /// then it stores when an event came.
    async fn look_twice(&self) {
        let main = InstanceName::parse("main").unwrap();
        for _ in 0..2 {
            self.clock.advance(Duration::from_secs(8));
            self.send(NON_ADMIN, "bom dia").await;
            let sent_at = self.clock.now().as_seconds();
            self.within(async {
                while self.store.last_event(&main).await.ok().flatten().map(Timestamp::as_seconds)
                    != Some(sent_at)
                {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            })
            .await;
        }
    }

    /// A command that ends as a dead letter.
    async fn give_up(&self, command: &str) {
        self.sandbox.faults().fail_always("send-text", Fault::Replace(FaultResponse::text(400, "no")));
        self.send_to_completion(ANA, command).await;
        self.settled().await;
        self.sandbox.faults().clear();
    }

    async fn drop_dead_letters(&self) {
        for dead in self.store.list(Some("dead"), 10).await.unwrap() {
            assert!(self.store.drop_dead_letter(dead.id).await.unwrap());
        }
    }
}

fn summaries(posts: &[Received]) -> Vec<String> {
    posts.iter().map(Received::summary).collect()
}

/// Another WhatsApp number, at a Z-API of its own.
struct SecondInstance {
    sandbox: Sandbox,
    toml: String,
    shutdown: CancellationToken,
}

impl SecondInstance {
    async fn start(name: &str, locale: &str) -> Self {
        let sandbox = Sandbox::new(World::small(), InstanceCredentials::generate(), Options::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let shutdown = CancellationToken::new();
        tokio::spawn(lifecycle::serve_router(listener, sandbox.router(), shutdown.clone()));
        let InstanceCredentials { id, token, client_token, .. } = sandbox.account();
        let client_token = client_token.as_deref().unwrap();
        let toml = format!(
            "[instances.{name}]\nid = \"{id}\"\ntoken = \"{token}\"\nclient_token = \"{client_token}\"\n\
             base_url = \"{base_url}\"\nlocale = \"{locale}\"\nverify = {{ zapi_token = true }}\n"
        );
        Self { sandbox, toml, shutdown }
    }

    /// Waits for its messages to the owner.
    async fn wait_for_texts(&self, count: usize) -> Vec<String> {
        let texts = self.sandbox.wait_until(|view| {
            let to_owner = view.world.sent().iter().filter(|sent| sent.chat == OWNER);
            let texts: Vec<String> = to_owner.map(|sent| sent.text.clone()).collect();
            (texts.len() >= count).then_some(texts)
        });
        tokio::time::timeout(Duration::from_secs(40), texts).await.expect("no message to the owner")
    }
}

impl Drop for SecondInstance {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

#[tokio::test]
async fn a_disconnection_is_told_after_five_minutes_and_when_it_is_over() {
    let receiver = Receiver::start().await;
    let bot = service(&receiver).tables("no_event_after = \"1m\"").start().await;
    bot.disconnect().await;
    bot.clock.advance(MINUTE * 4);
    bot.look_twice().await;
    assert!(receiver.of_kind("disconnected").is_empty(), "too early");

    bot.clock.advance(MINUTE);
    let begun = receiver.wait_for("disconnected", 1).await;
    bot.clock.advance(MINUTE * 37);
    bot.reconnect().await;
    let over = receiver.wait_for("disconnected", 2).await;

    assert_eq!(
        begun.text("text"),
        "⚠️ WhatsApp of “main” has been disconnected for 5 minutes: no command arrives. Open the instance in Z-API’s \
         panel and scan the QR code with the phone."
    );
    assert_eq!((begun.text("type"), begun.text("state")), ("incident.started", "started"));
    assert_eq!((begun.text("instance"), begun.text("since")), ("main", START.to_string().as_str()));
    assert!(begun.text("timestamp").starts_with("2025-11-24T16:05:"), "{begun:?}");
    assert_eq!(
        over.text("text"),
        "✅ WhatsApp of “main” is connected again. It was disconnected for 42 minutes."
    );
    assert_eq!((over.text("type"), over.text("state")), ("incident.resolved", "resolved"));
    assert_eq!((over.text("instance"), over.text("since")), ("main", START.to_string().as_str()));
    assert_ne!(begun.id(), over.id());
}

#[tokio::test]
async fn of_a_connection_that_comes_and_goes_one_loss_an_hour_is_told_also_over_a_restart() {
    let receiver = Receiver::start().await;
    let mut bot = service(&receiver).tables("no_event_after = \"1m\"").start().await;
    bot.disconnect().await;
    bot.clock.advance(MINUTE * 6);
    let first = receiver.wait_for("disconnected", 1).await;
    bot.reconnect().await;
    receiver.wait_for("disconnected", 2).await;
    for is_restarted in [false, true] {
        bot.clock.advance(MINUTE);
        bot.disconnect().await;
        bot.clock.advance(MINUTE * 6);
        bot.look_twice().await;
        if is_restarted {
            bot.crash().await;
            bot.restart().await;
            bot.look_twice().await;
        } else {
            bot.reconnect().await;
            bot.look_twice().await;
        }
        let told = receiver.of_kind("disconnected");
        assert_eq!(told.len(), 2, "{is_restarted}: {told:#?}");
    }

    // It is still disconnected when the hour is over.
    bot.clock.advance(MINUTE * 50);
    let next = receiver.wait_for("disconnected", 3).await;

    assert_eq!(next.text("state"), "started");
    assert!(next.sent_at() - first.sent_at() >= 3_600, "{next:?}");
    bot.reconnect().await;
    assert_eq!(receiver.wait_for("disconnected", 4).await.text("state"), "resolved");
}

#[tokio::test]
async fn a_loss_whose_end_was_missed_while_the_service_was_down_is_not_told() {
    let receiver = Receiver::start().await;
    let mut bot = service(&receiver).tables("no_event_after = \"1m\"").start().await;
    bot.disconnect().await;
    bot.stop().await;
    bot.sandbox.faults().reconnect();
    bot.clock.advance(MINUTE * 30);

    bot.restart().await;
    bot.look_twice().await;

    assert!(receiver.of_kind("disconnected").is_empty(), "{:?}", receiver.received());
}

#[tokio::test]
async fn an_instance_without_webhooks_is_told() {
    let receiver = Receiver::start().await;
    let mut bot = service(&receiver).tables("no_event_after = \"6h\"").start().await;
    bot.send(NON_ADMIN, "bom dia").await;
    bot.clock.advance(MINUTE * 60 * 3);
    // The time of the last event outlives the process.
    let main = InstanceName::parse("main").unwrap();
    bot.within(async {
        while !bot.store.last_event(&main).await.is_ok_and(|at| at.is_some()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    bot.stop().await;
    bot.clock.advance(MINUTE * 60 * 3);
    bot.restart().await;
    bot.clock.advance(MINUTE * 11);

    let begun = receiver.wait_for("no_event", 1).await;
    bot.send(NON_ADMIN, "boa noite").await;
    let over = receiver.wait_for("no_event", 2).await;

    assert_eq!(
        begun.text("text"),
        "⚠️ No webhook of “main” has arrived for 6 hours. `vincula check` on the server looks for the cause."
    );
    assert_eq!(over.text("text"), "✅ Webhooks of “main” arrive again. There were none for 6 hours.");
}

#[tokio::test]
async fn dead_letters_are_told_with_the_first_command_and_its_admin() {
    let receiver = Receiver::start().await;
    let bot = service(&receiver).tables("no_event_after = \"1m\"").start().await;
    bot.give_up("/status").await;
    let begun = receiver.wait_for("dead_letter", 1).await;

    assert_eq!(
        begun.text("text"),
        "⚠️ A command of “main” failed for good: /status, sent by “Ana”. On the server: `vincula journal list --state dead`"
    );
    assert!(!begun.body.to_string().contains(ANA), "{begun:?}");
    // Within the hour nothing; then those that are new.
    bot.clock.advance(MINUTE);
    bot.give_up("/communities").await;
    bot.clock.advance(MINUTE);
    bot.give_up("/groups").await;
    bot.look_twice().await;
    assert_eq!(receiver.of_kind("dead_letter").len(), 1);
    bot.clock.advance(MINUTE * 60);
    let news = receiver.wait_for("dead_letter", 2).await;
    assert!(
        news.text("text")
            .starts_with("⚠️ 2 commands of “main” failed for good, the first is /communities, sent by"),
        "{news:?}"
    );

    bot.drop_dead_letters().await;

    let over = receiver.wait_for("dead_letter", 3).await;
    assert_eq!(over.text("text"), "✅ No failed command is left in “main”. It took 1 hour.");
}

#[tokio::test]
async fn a_journal_that_fails_is_told_on_both_channels_and_when_it_works_again() {
    let receiver = Receiver::start().await;
    let bot = service(&receiver).tables(&format!("phone = \"{OWNER}\"")).on_sqlite().start().await;
    let lock = crate::webhook::hold(&bot.journal_path()).await;
    assert!(bot.send(ANA, "/status").await.contains("\"status\":503"));
    bot.within(async {
        while receiver.of_kind("store").is_empty() {
            bot.clock.advance(Duration::from_secs(20));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    let begun = receiver.wait_for("store", 1).await;
    let owner_told = |count: usize| {
        bot.sandbox.wait_until(move |view| {
            let told = view.world.sent().iter().filter(|sent| sent.chat == OWNER);
            let told: Vec<String> = told.map(|sent| sent.text.clone()).collect();
            (told.len() >= count).then_some(told)
        })
    };
    bot.within(owner_told(1)).await;
    assert!(begun.text("text").contains("The journal has not worked for"), "{begun:?}");
    assert_eq!(begun.body["instance"], serde_json::Value::Null);

    drop(lock);

    let over = receiver.wait_for("store", 2).await;
    assert!(over.text("text").starts_with("✅ The journal works again. It failed for"), "{over:?}");
    let told = bot.within(owner_told(2)).await;
    assert_eq!(told[1], over.text("text"));
}

#[tokio::test]
async fn a_subscription_that_ends_within_a_week_is_told_and_its_renewal() {
    let receiver = Receiver::start().await;
    let builder = service(&receiver).timing(|timing| timing.account_poll = Duration::from_millis(200));
    let bot = builder.instance("locale = \"pt-BR\"").start().await;
    let paid_until = START.plus(MINUTE * 60 * 24 * 6).as_seconds();
    let account = format!(r#"{{"id":"x","connected":"true","due":{paid_until}}}"#);
    bot.sandbox.faults().fail_always("me", Fault::Replace(FaultResponse::text(200, &account)));

    let begun = receiver.wait_for("subscription", 1).await;
    bot.clock.advance(MINUTE);
    bot.sandbox.faults().clear();
    let over = receiver.wait_for("subscription", 2).await;

    assert_eq!(
        begun.text("text"),
        "⚠️ A instância “main” está paga só até 30/11/2025. Renove no painel da Z-API, senão ela para."
    );
    assert!(over.text("text").starts_with("✅ A instância “main” está paga até "), "{over:?}");
    assert!(over.text("text").ends_with("2029."), "{over:?}");
}

#[tokio::test]
async fn of_two_replicas_one_tells() {
    let Some(server) = postgres::shared() else { return postgres::skip_notice(module_path!()) };
    let receiver = Receiver::start().await;
    let builder = service(&receiver).tables("no_event_after = \"1m\"").store(&server.database().await);
    let bot = builder.start().await;
    let _others = [bot.replica().await, bot.replica().await];
    for number in 0..3 {
        bot.disconnect().await;
        bot.clock.advance(MINUTE * 6);
        receiver.wait_for("disconnected", number * 2 + 1).await;
        bot.look_twice().await;
        bot.reconnect().await;
        receiver.wait_for("disconnected", number * 2 + 2).await;
        bot.look_twice().await;
        bot.clock.advance(MINUTE * 61);
    }

    let told = summaries(&receiver.of_kind("disconnected"));

    assert_eq!(told, ["disconnected started", "disconnected resolved"].repeat(3));
}

#[tokio::test]
async fn a_service_on_the_same_database_does_not_tell_of_the_instances_of_another() {
    let receiver = Receiver::start().await;
    receiver.react(Reaction::Status(503, None));
    let mut bot = service(&receiver).tables("no_event_after = \"1m\"").start().await;
    bot.disconnect().await;
    bot.clock.advance(MINUTE * 6);
    receiver.wait_for("disconnected", 1).await;
    bot.stop().await;
    let about_main = || receiver.received().iter().filter(|post| post.text("instance") == "main").count();
    let before = about_main();

    bot.restart_with("[instances.main", "[instances.other").await;
    bot.clock.advance(MINUTE * 11);
    let told = receiver.wait_for("no_event", 1).await;
    // Its repetition: by then everything that was due before is delivered.
    bot.clock.advance(MINUTE * 11);
    receiver.wait_for("no_event", 2).await;

    assert_eq!(told.text("instance"), "other");
    assert_eq!(about_main(), before);
}

#[tokio::test]
async fn a_post_that_fails_is_repeated_with_the_same_id() {
    let receiver = Receiver::start().await;
    receiver.react(Reaction::Status(503, None));
    let mut bot = service(&receiver).start().await;
    bot.give_up("/status").await;
    let first = receiver.wait_for("dead_letter", 1).await;
    bot.clock.advance(Duration::from_secs(16));
    receiver.wait_for("dead_letter", 2).await;
    receiver.react(Reaction::Status(429, Some("120")));
    bot.clock.advance(Duration::from_secs(31));
    let third = receiver.wait_for("dead_letter", 3).await;
    bot.stop().await;
    bot.restart().await;
    receiver.react(Reaction::Status(200, None));
    bot.clock.advance(Duration::from_secs(125));

    let last = receiver.wait_for("dead_letter", 4).await;

    assert!(last.sent_at() - third.sent_at() >= 120, "Retry-After is kept");
    for post in receiver.of_kind("dead_letter") {
        assert_eq!((post.id(), post.text("timestamp")), (first.id(), first.text("timestamp")));
    }
}

#[tokio::test]
async fn t26_a_redirect_of_a_notification_is_not_followed_and_a_refusal_not_repeated() {
    let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
    let reactions = [Reaction::Redirect(elsewhere.url.clone()), Reaction::Status(404, None)];
    for reaction in reactions {
        receiver.react(reaction);
        let bot = service(&receiver).tables("no_event_after = \"1m\"").start().await;
        let before = receiver.of_kind("dead_letter").len();
        bot.give_up("/status").await;
        receiver.wait_for("dead_letter", before + 1).await;
        for _ in 0..3 {
            bot.clock.advance(MINUTE * 15);
            bot.look_twice().await;
        }
        assert_eq!(receiver.of_kind("dead_letter").len(), before + 1);
    }
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn t27_an_endless_response_to_a_notification_is_not_read() {
    let receiver = Receiver::start().await;
    receiver.react(Reaction::Endless);
    let bot = service(&receiver).start().await;
    bot.give_up("/status").await;
    receiver.wait_for("dead_letter", 1).await;
    bot.clock.advance(MINUTE);

    bot.drop_dead_letters().await;

    // Its end is told, since its begin was delivered.
    assert_eq!(receiver.wait_for("dead_letter", 2).await.text("state"), "resolved");
}

#[tokio::test]
async fn a_receiver_that_hangs_delays_no_command_no_message_to_the_owner_and_no_end() {
    let receiver = Receiver::start().await;
    receiver.react(Reaction::Hang);
    let second = SecondInstance::start("second", "en").await;
    let mut bot = Service::with()
        .clock(Clock::manual(START))
        .tables(&second.toml)
        .tables(&format!("{}phone = \"{OWNER}\"", receiver.toml()))
        .start()
        .await;
    bot.disconnect().await;
    bot.clock.advance(MINUTE * 6);
    receiver.wait_for("disconnected", 1).await;

    let told = second.wait_for_texts(1).await;

    assert!(told[0].contains("“main”"), "{told:?}");
    bot.reconnect().await;
    assert!(bot.ask(ANA, "/whoami").await.contains("Ana"));
    // Through the first instance, which is connected again.
    bot.wait_for_message("✅ WhatsApp of “main” is connected again. It was disconnected for 6 minutes.")
        .await;
    bot.stop().await;
}

#[tokio::test]
async fn the_owner_is_told_by_whatsapp_through_another_instance_that_is_connected() {
    let (second, third) =
        (SecondInstance::start("second", "es").await, SecondInstance::start("third", "en").await);
    second.sandbox.faults().disconnect(ConnectionLoss::Error);
    let bot = Service::with()
        .clock(Clock::manual(START))
        .instance("locale = \"pt-BR\"")
        .tables(&second.toml)
        .tables(&third.toml)
        .tables(&format!("[notify]\nphone = \"{OWNER}\"\ninstance = \"main\""))
        .start()
        .await;
    bot.disconnect().await;
    bot.clock.advance(MINUTE * 6);

    let told = third.wait_for_texts(1).await;
    bot.clock.advance(MINUTE * 36);
    bot.reconnect().await;
    bot.wait_for_message("✅ O WhatsApp de “main” voltou a se conectar. Ficou desconectado por 42 minutos.")
        .await;

    assert_eq!(
        told,
        [
            "⚠️ O WhatsApp de “main” está desconectado há 6 minutos: nenhum comando chega. Abra a instância no painel da \
          Z-API e leia o QR code com o celular."
        ]
    );
    assert!(second.sandbox.sent().is_empty() && third.sandbox.sent().len() == 1);
    assert!(bot.sandbox.sent().iter().all(|sent| sent.quoted.is_none()), "it replies to no command");
}

#[tokio::test]
async fn a_failing_url_does_not_hold_back_whatsapp_and_the_reverse() {
    let receiver = Receiver::start().await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let bot = Service::with()
        .clock(Clock::manual(START))
        .tables(&format!("[notify]\nurl = \"http://{nobody}/hook\"\nphone = \"{OWNER}\""))
        .start()
        .await;
    bot.give_up("/status").await;
    bot.clock.advance(MINUTE);
    let told = bot.within(bot.sandbox.wait_until(|view| {
        view.world.sent().iter().find(|sent| sent.chat == OWNER).map(|sent| sent.text.clone())
    }));
    assert!(told.await.contains("/status"), "the message to the owner waits for the URL");

    let bot = service(&receiver).tables(&format!("phone = \"{OWNER}\"")).start().await;
    bot.sandbox.faults().fail_always("send-text", Fault::Replace(FaultResponse::text(400, "no")));
    bot.send_to_completion(ANA, "/status").await;
    receiver.wait_for("dead_letter", 1).await;
}

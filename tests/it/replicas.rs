//! Several processes on one PostgreSQL: every command runs once, in the order of its chat, whichever process
//! dies.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use vincula::clock::{Clock, Timestamp};
use vincula::command::parsed_text::ParsedText;
use vincula::commands::CATALOG;
use vincula::domain::{InstanceName, Locale, OrderingKey};
use vincula::parse::prefix::CommandParser;
use vincula::storage::{InsertResult, LEASE_TTL, NewCommand, SenderIdentity, Store};

use crate::support::{ANA, Service, postgres};

const COMMAND: &str = r#"/link "Bairro Feliz" futebol"#;
const DONE: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

/// A new database, or the end of the test if there is no PostgreSQL.
macro_rules! database {
    () => {
        match postgres::shared() {
            Some(server) => server.database().await,
            None => return postgres::skip_notice(module_path!()),
        }
    };
}

impl Service {
    /// `/link "Bairro Feliz" "turma NN"`, for a world with these groups.
    fn class(&self, number: usize) -> vincula::sandbox::webhook_event::EventBuilder {
        self.message(ANA, &format!("/link \"Bairro Feliz\" \"turma {number:02}\""))
    }
}

#[tokio::test]
async fn a_message_that_is_delivered_to_three_replicas_is_run_once() {
    let url = database!();
    let bot = Service::with().store(&url).start().await;
    let others = [bot.replica().await, bot.replica().await];
    let command = bot.message(ANA, COMMAND);

    let posts = [&bot.url, &others[0].url, &others[1].url].map(|url| bot.post_to(url, &command));
    let responses = join_all(posts).await;

    let accepted = responses.iter().filter(|response| response.text().contains("accepted")).count();
    let known = responses.iter().filter(|response| response.text().contains("duplicate")).count();
    assert_eq!((accepted, known), (1, 2), "{responses:#?}");
    assert_eq!(bot.replies_to(command.message_id()).await, [DONE]);
    assert_eq!(bot.changes(), 1);
}

#[tokio::test]
async fn the_commands_of_a_message_that_is_delivered_to_three_replicas_run_once_and_in_order() {
    let url = database!();
    let bot = Service::with().store(&url).start().await;
    let others = [bot.replica().await, bot.replica().await];
    let command = bot.message(ANA, "/link bairro futebol\n/unlink bairro futebol\n/link bairro futebol");

    let posts = [&bot.url, &others[0].url, &others[1].url].map(|url| bot.post_to(url, &command));
    let answers = join_all(posts).await;

    let accepted = answers.iter().filter(|answer| answer.text().contains("accepted")).count();
    assert_eq!(accepted, 1, "{answers:#?}");
    let unlinked = "✅ “Futebol” is no longer in “Bairro Feliz”.";
    assert_eq!(bot.replies_to(command.message_id()).await, [DONE, unlinked, DONE]);
    assert_eq!(bot.changes(), 3);
}

#[tokio::test]
async fn every_replica_reports_the_connection_time_whichever_received_the_event() {
    let url = database!();
    // 2025-11-24, noon in UTC: nine in the morning in São Paulo.
    let start = Timestamp(1_763_985_600_000);
    let mut bot = Service::with().store(&url).clock(Clock::manual(start)).start().await;
    let other = bot.replica().await;
    let word = |kind: &str, minutes_ago: i64| {
        bot.message(ANA, "x").with("type", kind).with("momment", start.0 - minutes_ago * 60_000)
    };
    bot.post_to(&bot.url, &word("ConnectedCallback", 60)).await;
    bot.post_to(&other.url, &word("DisconnectedCallback", 30)).await;
    // The first replica received the same event before, but not the end.
    bot.post_to(&bot.url, &word("ConnectedCallback", 10)).await;
    // The other one received only the end.
    bot.post_to(&other.url, &word("DisconnectedCallback", 40)).await;

    let first = bot.ask(ANA, "/status").await;
    bot.settled().await;
    bot.crash().await;
    (bot.url, bot.store) = (other.url.clone(), other.store.clone());
    let second = bot.ask(ANA, "/status").await;

    for reply in [first, second] {
        assert!(reply.starts_with("✅ WhatsApp is connected.\nSince Nov 24 08:50.\n"), "{reply}");
    }
}

#[tokio::test]
async fn a_report_on_an_announcement_edits_its_reply_once_whichever_replicas_receive_it_and_when() {
    let url = database!();
    let bot = Service::with().store(&url).start().await;
    let other = bot.replica().await;
    for is_early in [false, true] {
        let call = is_early.then(|| bot.sandbox.faults().hold_response("send-text"));
        let edits = bot.edits();
        let command = bot.send_to_completion(ANA, "/announce --yes \"Bairro Feliz\" Oi").await;
        match &call {
            Some(call) => bot.within(call.wait_reached()).await,
            None => bot.settled().await,
        }
        let sent = bot.last_announcement("Bairro Feliz");
        let body = vincula::sandbox::webhook_event::delivery(&bot.sandbox.account().id, &sent, None);

        join_all([&bot.url, &other.url, &other.url].map(|url| bot.post_report(url, &body))).await;
        call.iter().for_each(vincula::sandbox::CallBarrier::release);

        let delivered = "✅ Delivered to the announcement group of “Bairro Feliz”.";
        assert_eq!(bot.replies_to(&command).await, [delivered]);
        assert_eq!(bot.edits(), edits + 1);
    }
}

#[tokio::test]
async fn concurrent_edits_on_three_replicas_become_ordered_versions() {
    let url = database!();
    let bot = Service::with().store(&url).start().await;
    let others = [bot.replica().await, bot.replica().await];
    let urls = [&bot.url, &others[0].url, &others[1].url];
    let command = bot.message(ANA, "/link xyzzy");
    bot.ask_by(&command).await;
    bot.settled().await;
    // Sent in the same millisecond: an edit that arrives after a later one is outdated, and no new version.
    let sent_at = Clock::system().now().0;
    let edit = |number| {
        bot.message(ANA, &format!("/link xyzzy nada{number}"))
            .with_id(command.message_id())
            .with("momment", sent_at)
            .edited()
    };
    let edits: Vec<_> = (1..=5).map(edit).collect();

    let posts = edits.iter().flat_map(|edit| urls.map(|target| bot.post_to(target, edit)));
    let responses = join_all(posts).await;

    let are = |status: &str| responses.iter().filter(|response| response.text().contains(status)).count();
    assert_eq!((are("accepted"), are("duplicate")), (5, 10), "{responses:#?}");
    bot.settled().await;
    assert_eq!(bot.command_count().await, 6);
}

#[tokio::test]
async fn t14_a_yes_and_an_edit_that_come_to_two_replicas_together_never_do_both() {
    let url = database!();
    let bot = Service::with().store(&url).start().await;
    let other = bot.replica().await;
    let command = bot.message(ANA, "/announce bairro Friday");
    bot.ask_by(&command).await;
    bot.settled().await;
    let edit = bot.message(ANA, "/announce --yes bairro Saturday").with_id(command.message_id()).edited();
    let yes = bot.message(ANA, "yes");

    let posts = [bot.post_to(&bot.url, &yes), bot.post_to(&other.url, &edit)];
    join_all(posts).await;

    bot.settled().await;
    assert_eq!(bot.announced("Bairro Feliz").len(), 1, "{:?}", bot.said());
}

#[tokio::test]
async fn commands_of_a_chat_keep_their_order_across_replicas() {
    let url = database!();
    let classes = |world: &mut vincula::sandbox::World| {
        for number in 1..=12 {
            world.group(&format!("Turma {number:02}"));
        }
    };
    let bot = Service::with().store(&url).world(classes).start().await;
    let others = [bot.replica().await, bot.replica().await];
    let urls = [&bot.url, &others[0].url, &others[1].url];

    for number in 1..=12 {
        let response = bot.post_to(urls[number % 3], &bot.class(number)).await.text();
        assert!(response.contains("accepted"), "{response}");
    }

    bot.settled().await;
    let expected: Vec<String> = (1..=12).map(|number| format!("Turma {number:02}")).collect();
    assert_eq!(bot.link_calls().concat(), expected);
    assert_eq!(bot.said().len(), 12);
}

#[tokio::test]
async fn commands_that_come_to_three_replicas_together_run_in_the_order_in_which_the_journal_took_them() {
    let url = database!();
    let classes = |world: &mut vincula::sandbox::World| {
        for number in 1..=30 {
            world.group(&format!("Turma {number:02}"));
        }
    };
    let bot = Service::with().store(&url).world(classes).start().await;
    let others = [bot.replica().await, bot.replica().await];
    let urls = [&bot.url, &others[0].url, &others[1].url];
    let commands: Vec<_> = (1..=30).map(|number| bot.class(number)).collect();

    let posts = commands.iter().enumerate().map(|(number, command)| bot.post_to(urls[number % 3], command));
    join_all(posts).await;

    bot.settled().await;
    let run = bot.link_calls().concat();
    let text = |group: &String| format!("/link \"Bairro Feliz\" \"{}\"", group.to_lowercase());
    assert_eq!(run.iter().map(text).collect::<Vec<_>>(), bot.accepted_ids().await);
}

#[tokio::test]
async fn a_command_of_a_killed_replica_is_taken_over_when_its_lease_expires() {
    let url = database!();
    let mut bot = Service::with().store(&url).start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    let other = bot.replica().await;

    bot.crash().await;
    call.release();

    assert_eq!(bot.reply_to(&command).await.text, DONE);
    bot.store = other.store.clone();
    assert_eq!(bot.replies_to(&command).await, [DONE]);
    assert!(bot.audit_events(&command).await.iter().filter(|note| *note == "claimed").count() == 2);
}

#[tokio::test]
async fn a_slow_command_stays_with_the_replica_that_keeps_its_lease() {
    let url = database!();
    let bot = Service::with().store(&url).start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    let _other = bot.replica().await;

    // Twice as long as a lease without a renewal.
    tokio::time::sleep(bot.store.lease() * 2).await;
    call.release();

    assert_eq!(bot.replies_to(&command).await, [DONE]);
    let claims = bot.audit_events(&command).await.iter().filter(|note| *note == "claimed").count();
    assert_eq!((bot.changes(), claims), (1, 1));
}

#[tokio::test]
async fn an_unfinished_command_is_released_at_shutdown_and_claimed_at_once() {
    let url = database!();
    let forever = Duration::from_secs(600);
    let mut bot = Service::with().store(&url).timing(|timing| timing.lease = forever).start().await;
    let call = bot.sandbox.faults().hold_request("communities/link");
    let command = bot.send_to_completion(ANA, COMMAND).await;
    bot.within(call.wait_reached()).await;
    let other = bot.replica().await;

    // It waits for 10 s, in vain.
    bot.stop().await;
    call.release();

    bot.store = other.store.clone();
    assert_eq!(bot.replies_to(&command).await, [DONE]);
    let notes = bot.audit_events(&command).await;
    assert!(notes.contains(&"released".to_owned()), "{notes:?}");
}

#[tokio::test]
async fn a_command_accepted_by_another_process_is_noticed_at_once() {
    let url = database!();
    let bot = Service::with().store(&url).start().await;
    let beside = Store::open_alongside(&url).await.unwrap();
    let writing = tokio::spawn(beside.writer);
    let started = Instant::now();

    let parser = CommandParser::new(&["/".to_owned()]);
    let parsed = ParsedText::parse("/whoami", &CATALOG, &parser, Locale::En);
    let parsed = serde_json::to_string(&parsed).unwrap();
    for number in 0..3 {
        let command = NewCommand {
            id: format!("command-{number}"),
            instance: InstanceName::parse("main").unwrap(),
            ordering_key: OrderingKey::new(format!("command-{number}")),
            message_id: format!("3EB0{number}"),
            version: 0,
            part: 0,
            chat: ANA.to_owned(),
            admin: "ana".to_owned(),
            phone: Some(ANA.to_owned()),
            lid: None,
            sender: SenderIdentity { admin: "ana".to_owned(), phone: Some(ANA.to_owned()), lid: None },
            by_owner: false,
            name: "whoami".to_owned(),
            text: "/whoami".to_owned(),
            parsed: Some(parsed.clone()),
            media: None,
            quoted: None,
            sent_at: None,
            accepted_at: bot.clock.now(),
        };
        let message = command.message_id.clone();
        assert_eq!(beside.store.insert(command).await.unwrap(), InsertResult::Inserted);
        assert!(bot.reply_to(&message).await.text.starts_with("You are “Ana”."));
        // The worker has polled once more, and sleeps.
        bot.settled().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    // Polling alone takes 5 s.
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    writing.abort();
}

#[tokio::test]
async fn the_rate_limit_of_changes_holds_across_replicas() {
    let url = database!();
    let classes = |world: &mut vincula::sandbox::World| {
        for number in 1..=14 {
            world.group(&format!("Turma {number:02}"));
        }
    };
    let bot = Service::with()
        .store(&url)
        .world(classes)
        .rate_limits("changes_per_second = 2\nmessages_per_minute = 60000")
        .start()
        .await;
    let other = bot.replica().await;
    let chats: Vec<String> = ["Síndicos", "Suporte"].iter().map(|name| bot.group(name)).collect();
    let started = Instant::now();

    for number in 1..=14 {
        let url = if number % 2 == 0 { &bot.url } else { &other.url };
        let command = bot.class(number).in_group(&chats[number % 2]);
        assert!(bot.post_to(url, &command).await.text().contains("accepted"));
    }

    // Five at once and nine at the limited rate; two separate limits would take a second.
    bot.settled().await;
    assert_eq!(bot.changes(), 14);
    assert!(started.elapsed() >= Duration::from_millis(4_400), "{:?}", started.elapsed());
}

#[tokio::test]
async fn replicas_that_start_together_on_an_empty_database_all_start() {
    let url = database!();

    let opened = join_all((0..4).map(|_| Store::open(&url, Clock::system(), LEASE_TTL))).await;

    for opened in opened {
        let opened = opened.unwrap_or_else(|error| panic!("{error}"));
        let writing = tokio::spawn(opened.writer);
        opened.store.ping().await.unwrap();
        writing.abort();
    }
}

#[tokio::test]
async fn a_replica_that_dies_while_writing_blocks_no_other() {
    let url = database!();
    let bot = Service::with().store(&url).start().await;
    let mut other = bot.replica().await;
    let commands: Vec<_> = (0..20).map(|_| bot.message(ANA, "/whoami")).collect();

    let posts = commands.iter().map(|command| {
        let post = bot.post_to(&other.url, command);
        tokio::spawn(async move { tokio::time::timeout(Duration::from_secs(20), post).await.ok() })
    });
    let posts: Vec<_> = posts.collect();
    other.crash().await;

    for (command, post) in commands.iter().zip(posts) {
        // A sender without a response repeats the event.
        post.abort();
        let response = bot.post(command).await.text();
        assert!(response.contains("accepted") || response.contains("duplicate"), "{response}");
    }
    bot.settled().await;
    assert_eq!(bot.said().len(), 20);
}

#[tokio::test]
async fn a_short_name_that_one_replica_made_is_known_to_the_other_at_once() {
    let url = database!();
    let bot = Service::with().store(&url).start().await;
    let other = bot.replica().await;
    let (first, second) = (bot.message(ANA, "/community bf"), bot.message(ANA, "/community bf"));

    bot.ask(ANA, "/alias bf = marketing").await;
    bot.post_to(&other.url, &first).await;
    let first = bot.reply_to(first.message_id()).await.text;
    bot.ask(ANA, r#"/alias bf = "Bairro Feliz""#).await;
    bot.post_to(&other.url, &second).await;
    let second = bot.reply_to(second.message_id()).await.text;

    assert!(first.starts_with("“Marketing BR”"), "{first}");
    assert!(second.starts_with("“Bairro Feliz”"), "{second}");
}

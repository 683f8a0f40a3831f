//! T33 and T34: floods. Forged requests stay cheap, and do not keep commands of admins out.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hmac::{KeyInit, Mac};
use vincula::sandbox::webhook_event::Response;
use vincula::webhook::failure_limiter::MAX_FAILURES_PER_MINUTE;

use super::{TARGET, assert_status, expect_problem, hold};
use crate::support::raw_connection::{RawConnection, request};
use crate::support::{ANA, NON_ADMIN, Service};

const JSON: (&str, &str) = ("content-type", "application/json");
const SECRET: &str = "made-up-secret-of-a-relay";
const SIGNED: &str = "[instances.main.verify]\nhmac = { header = \"x-signature\", secrets = [\"made-up-secret-of-a-relay\"] }\n";
/// Looks like a signature, but is none.
const FORGED: (&str, &str) =
    ("x-signature", "0000000000000000000000000000000000000000000000000000000000000000");
const SECOND: Duration = Duration::from_secs(1);

fn signature(body: &str) -> String {
    let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    hex::encode(mac.chain_update(body).finalize().into_bytes())
}

/// The response to a head without its body; `None` if the service waits for the body.
async fn response_to_head(bot: &Service, target: &str, headers: &[(&str, &str)]) -> Option<Response> {
    let mut connection = RawConnection::to(&bot.url).await;
    connection.send(&request("POST", target, headers, b"")).await;
    let response = connection.response_within(9 * SECOND).await?;
    assert_eq!(response.header("connection"), Some("close"), "{response:?}");
    assert_eq!(connection.closed().await, "");
    Some(response)
}

/// Sends more forged requests than an address may.
async fn flood(bot: &Service, headers: &[(&str, &str)]) {
    let all = [&[JSON, ("content-length", "2")], headers].concat();
    let forged = request("POST", TARGET, &all, b"{}");
    for part in 0..MAX_FAILURES_PER_MINUTE.div_ceil(50) {
        let sent = (0..50).map(|_| async {
            let mut connection = RawConnection::to(&bot.url).await;
            connection.send(&forged).await;
            connection.response().await.expect("a response").status
        });
        for status in join_all(sent).await {
            assert!(status == 401 || (status == 429 && part > 0), "{status}");
        }
    }
}

#[tokio::test]
async fn forged_headers_are_rejected_before_the_body_is_read() {
    let bot = Service::start().await;
    let whole = bot.deliver(TARGET, &[("z-api-token", "wrong")], b"{}").await;
    expect_problem(&whole, 401);
    let wrong = ("z-api-token", "wrong");
    for (target, headers) in [
        (TARGET, &[JSON, ("content-length", "1000"), wrong][..]),
        (TARGET, &[JSON, ("transfer-encoding", "chunked"), wrong]),
        (TARGET, &[JSON, ("content-length", "200000")]),
        ("/webhooks/nobody", &[JSON, ("content-length", "1000"), wrong]),
        // The token is right, but the path has a segment too many.
        ("/webhooks/main/x", &[JSON, ("content-length", "1000"), bot.token()]),
    ] {
        let response = response_to_head(&bot, target, headers).await.expect("the service waits for a body");
        assert_eq!((response.status, response.text()), (401, whole.text()), "{target} {headers:?}");
    }
    // A client that asks first is not told to send the body.
    let asks = [JSON, ("content-length", "1000"), ("expect", "100-continue"), wrong];
    assert_eq!(response_to_head(&bot, TARGET, &asks).await.unwrap().status, 401);
}

/// Only the headers decide whether the body is awaited, not whether the instance exists.
#[tokio::test]
async fn reading_a_body_does_not_reveal_instance_names() {
    let bot = Service::with().verify(SIGNED).start().await;
    for target in [TARGET, "/webhooks/nobody"] {
        let mut signed = RawConnection::to(&bot.url).await;
        signed.send(&request("POST", target, &[JSON, ("content-length", "1000"), FORGED], b"")).await;
        assert!(signed.response_within(SECOND).await.is_none() && !signed.is_closed(), "{target}");
        for headers in [&[][..], &[("x-signature", "short")], &[FORGED, FORGED]] {
            let all = [&[JSON, ("content-length", "1000")], headers].concat();
            let unsigned = response_to_head(&bot, target, &all).await;
            assert_eq!(unsigned.expect("the service waits for a body").status, 401, "{target}");
        }
    }
}

/// All senders have the address of a proxy that is not configured.
#[tokio::test]
async fn a_flood_of_forged_requests_does_not_block_its_address() {
    let bot = Service::start().await;
    flood(&bot, &[("z-api-token", "wrong")]).await;

    let limited = bot.deliver(TARGET, &[("z-api-token", "wrong")], b"{}").await;
    expect_problem(&limited, 429);
    let wait: u64 = limited.header("retry-after").expect("a time").parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    let unknown = bot.deliver("/webhooks/nobody", &[], b"{}").await;
    assert_eq!((unknown.status, unknown.text()), (429, limited.text()));

    assert!(bot.ask(ANA, "/whoami").await.contains("Ana"));
    // A large body too, since a header authenticates it.
    let large = format!("{}{}", bot.message(NON_ADMIN, "que bom").body(), " ".repeat(100_000));
    assert_status(&bot.deliver(TARGET, &[bot.token()], large.as_bytes()).await, "ignored");
    assert_eq!(
        bot.metric_value("vincula_webhooks_total{zapi_instance=\"main\",outcome=\"rate_limited\"}").await,
        1
    );
    assert_eq!(bot.metric_value("vincula_webhooks_total{outcome=\"rate_limited\"}").await, 1);
}

/// The same if only the body can be verified. A limited address loses nothing that a command needs.
#[tokio::test]
async fn a_flood_of_wrong_signatures_does_not_block_its_address() {
    let bot = Service::with().verify(SIGNED).start().await;
    let large = format!("{}{}", bot.message(NON_ADMIN, "que bom").body(), " ".repeat(17_000));
    let sign = signature(&large);
    assert_status(&bot.deliver(TARGET, &[("x-signature", &sign)], large.as_bytes()).await, "ignored");
    flood(&bot, &[FORGED]).await;

    // Large bodies, and those without a length, are not read from this address.
    for headers in
        [[JSON, ("content-length", "17000"), FORGED], [JSON, ("transfer-encoding", "chunked"), FORGED]]
    {
        for target in [TARGET, "/webhooks/nobody"] {
            let response =
                response_to_head(&bot, target, &headers).await.expect("the service waits for a body");
            expect_problem(&response, 429);
            assert!(response.header("retry-after").is_some());
        }
    }
    expect_problem(&bot.deliver(TARGET, &[FORGED], b"{}").await, 429);

    let command = bot.message(ANA, "/whoami");
    let sign = signature(&command.body());
    let response = bot.deliver(TARGET, &[("x-signature", &sign)], command.body().as_bytes()).await;
    assert_status(&response, "accepted");
    assert!(bot.reply_to(command.message_id()).await.text.contains("Ana"));
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_forwarded_address_has_its_own_count() {
    let bot = Service::with().server("trusted_proxies = [\"127.0.0.1\"]").start().await;
    let wrong = ("z-api-token", "wrong");
    let status = async |forwarded: &[(&str, &str)]| {
        let headers = [&[wrong], forwarded].concat();
        bot.deliver(TARGET, &headers, b"{}").await.status
    };
    // The part left of what the proxy added changes nothing.
    flood(&bot, &[wrong, ("x-forwarded-for", "203.0.113.9, 198.51.100.7")]).await;

    assert_eq!(status(&[("x-forwarded-for", "198.51.100.7")]).await, 429);
    assert_eq!(status(&[("x-forwarded-for", "203.0.113.77, 198.51.100.7, 127.0.0.1")]).await, 429);
    assert_eq!(status(&[("x-forwarded-for", "203.0.113.9")]).await, 401);
    assert_eq!(status(&[("x-forwarded-for", "198.51.100.7, 198.51.100.8")]).await, 401);
    assert_eq!(status(&[]).await, 401);
}

#[tokio::test]
async fn a_forwarded_address_is_ignored_without_a_trusted_proxy() {
    let bot = Service::with().server("trusted_proxies = [\"10.0.0.0/8\"]").start().await;
    let wrong = ("z-api-token", "wrong");
    flood(&bot, &[wrong, ("x-forwarded-for", "198.51.100.7")]).await;
    let response = bot.deliver(TARGET, &[wrong, ("x-forwarded-for", "198.51.100.8")], b"{}").await;
    expect_problem(&response, 429);
}

/// While 1,024 commands wait for the journal, one more gets a 503 at once, and chatter is handled as usual.
#[tokio::test]
async fn commands_over_the_pending_limit_are_rejected_at_once() {
    let roomy = Service::with().on_sqlite().limits("commands_per_minute = 10000");
    let bot = roomy.server("max_connections = 2048").start().await;
    let posted = |from: &str, text: &str| {
        let body = bot.message(from, text).body();
        let length = body.len().to_string();
        request("POST", TARGET, &[JSON, ("content-length", &length), bot.token()], body.as_bytes())
    };
    // All connect before the journal is locked.
    let mut connections = Vec::new();
    for _ in 0..1_068 {
        let mut connection = RawConnection::to(&bot.url).await;
        connection.send(&posted(NON_ADMIN, "que bom")).await;
        assert_status(&connection.response().await.expect("a response"), "ignored");
        connections.push(connection);
    }
    let lock = hold(&bot.journal_path()).await;
    let mut busy = 0;
    // A command waits for 2 s. On a slow machine the first ones time out before the last ones arrive: then it is tried
    // again.
    for round in 0.. {
        let commands: Vec<_> = connections.iter().map(|_| posted(ANA, "/whoami")).collect();
        let started = Instant::now();
        for (connection, command) in connections.iter_mut().zip(&commands) {
            connection.send(command).await;
        }
        let responses = connections.iter_mut().map(|connection| async move {
            let response = connection.response().await.expect("a response");
            (started.elapsed(), response)
        });
        let chatter = async {
            assert_status(&bot.post(&bot.message(NON_ADMIN, "que bom")).await, "ignored");
            started.elapsed()
        };
        let (responses, chatted) = tokio::join!(join_all(responses), chatter);

        let (told_at_once, waited): (Vec<_>, Vec<_>) =
            responses.iter().partition(|(_, response)| response.text().contains("wait for the"));
        for (_, response) in &responses {
            expect_problem(response, 503);
            assert!(response.header("retry-after").is_some());
        }
        busy += told_at_once.len();
        if told_at_once.len() < 44 && round < 10 {
            continue;
        }
        assert_eq!(told_at_once.len(), 44);
        let first = waited.iter().map(|(elapsed, _)| *elapsed).min().unwrap();
        assert!(told_at_once.iter().all(|(elapsed, _)| *elapsed < first), "they waited");
        assert!(chatted < first, "chatter waited for the journal: {chatted:?}");
        break;
    }
    assert_eq!(
        bot.metric_value("vincula_webhooks_total{zapi_instance=\"main\",outcome=\"overloaded\"}").await,
        busy as u64
    );
    drop(lock);
    // The permits are free again, and none of the commands counts for the rate limit.
    assert!(bot.ask(ANA, "/whoami").await.contains("Ana"));
}

/// Large bodies of unauthenticated requests that are read at a time.
const LARGE: usize = 64;
const SECOND_TOKEN: &str = "BBBBBBBBBBBBBBBBBBBBBBBB";

/// One instance with signed webhooks, and one with the token.
async fn start_signed_and_proven() -> Service {
    let second = format!(
        "[instances.main.admins.ana]\nphone = \"{ANA}\"\nname = \"Ana\"\n\
         [instances.second]\nid = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"\ntoken = \"{SECOND_TOKEN}\"\n\
         base_url = \"http://127.0.0.1:9\"\n\
         [instances.second.verify]\nzapi_token = true\n\
         [instances.second.admins.ana]\nphone = \"{ANA}\"\n"
    );
    Service::with().verify(SIGNED).admins(&second).start().await
}

/// Begins a large body from this address that never ends, with its length or chunked.
async fn begin_large(bot: &Service, address: &str, target: &str, is_told: bool) -> RawConnection {
    let mut connection = RawConnection::from(address, &bot.url).await;
    let framed = if is_told { ("content-length", "100000") } else { ("transfer-encoding", "chunked") };
    let expects = ("expect", "100-continue");
    let seen: &[_] = if is_told { &[JSON, framed, FORGED, expects] } else { &[JSON, framed, FORGED] };
    connection.send(&request("POST", target, seen, b"")).await;
    if is_told {
        assert_eq!(connection.response().await.expect("it is asked to go on").status, 100);
    } else {
        connection.send(format!("4400\r\n{}\r\n", " ".repeat(0x4400)).as_bytes()).await;
    }
    connection
}

/// Checks that large authentic webhooks are handled, signed ones and ones with the token.
async fn expect_responses_to_large_bodies(bot: &Service) {
    for _ in 0..3 {
        let large = format!("{}{}", bot.message(NON_ADMIN, "que bom").body(), " ".repeat(50_000));
        let sign = signature(&large);
        let signed = bot.deliver(TARGET, &[("x-signature", &sign)], large.as_bytes()).await;
        assert_status(&signed, "ignored");
        let proven = [("z-api-token", SECOND_TOKEN)];
        let response = bot.deliver("/webhooks/second", &proven, large.as_bytes()).await;
        assert_status(&response, "ignored");
    }
}

/// T28: large bodies that never end fill no memory, and keep no other large body out.
#[tokio::test]
async fn t28_slow_large_bodies_of_one_address_do_not_block_others() {
    let bot = start_signed_and_proven().await;
    let mut slow = Vec::new();
    for number in 0..LARGE + 20 {
        let target = if number % 2 == 0 { TARGET } else { "/webhooks/nobody" };
        slow.push(begin_large(&bot, "127.0.0.1", target, number % 5 > 0).await);
    }

    // The oldest were replaced: no more are read than the limit.
    for connection in &mut slow[..15] {
        let given_up = connection.response().await.expect("it is given up");
        expect_problem(&given_up, 503);
        assert!(given_up.header("retry-after").is_some());
        assert_eq!(given_up.header("connection"), Some("close"));
    }
    expect_responses_to_large_bodies(&bot).await;
    assert!(bot.ask_signed("/whoami").await.contains("Ana"));
}

/// The same if each has its own address.
#[tokio::test]
async fn t28_slow_large_bodies_of_many_addresses_do_not_block_others() {
    let bot = start_signed_and_proven().await;
    let mut slow = Vec::new();
    for number in 0..LARGE + 20 {
        slow.push(begin_large(&bot, &format!("127.0.1.{}", number + 1), TARGET, true).await);
    }
    expect_responses_to_large_bodies(&bot).await;
    assert!(bot.ask_signed("/whoami").await.contains("Ana"));
}

/// Large bodies with authenticated headers are all read, however many there are.
#[tokio::test]
async fn t28_large_authenticated_bodies_do_not_count_against_the_limit() {
    let bot = Service::start().await;
    let headers = [JSON, ("content-length", "100000"), ("expect", "100-continue"), bot.token()];
    let mut reading = Vec::new();
    for _ in 0..2 * LARGE {
        let mut connection = RawConnection::to(&bot.url).await;
        connection.send(&request("POST", TARGET, &headers, b"")).await;
        assert_eq!(connection.response().await.expect("it is asked to go on").status, 100);
        reading.push(connection);
    }
    let body = format!("{}{}", bot.message(NON_ADMIN, "que bom").body(), " ".repeat(50_000));
    assert_status(&bot.deliver(TARGET, &[bot.token()], body.as_bytes()).await, "ignored");
    // None of them was replaced.
    let whole = " ".repeat(100_000 - 2);
    for connection in [0, LARGE, 2 * LARGE - 1] {
        let connection = &mut reading[connection];
        connection.send(format!("{{}}{whole}").as_bytes()).await;
        assert_eq!(connection.response().await.expect("a response").status, 200);
    }
}

impl Service {
    /// Sends a signed command, and returns the reply.
    async fn ask_signed(&self, text: &str) -> String {
        let command = self.message(ANA, text);
        let sign = signature(&command.body());
        let response = self.deliver(TARGET, &[("x-signature", &sign)], command.body().as_bytes()).await;
        assert_status(&response, "accepted");
        self.reply_to(command.message_id()).await.text
    }
}

/// The time of a rejection that needs the whole body.
async fn time_refusal(bot: &Service, target: &str, body: &[u8]) -> Duration {
    let started = Instant::now();
    let response = bot.deliver(target, &[FORGED], body).await;
    let taken = started.elapsed();
    expect_problem(&response, 401);
    taken
}

/// T7: hashing a megabyte with eight keys takes many times as long as reading it.
#[tokio::test]
async fn t07_rejecting_a_large_body_takes_equally_long_for_every_instance() {
    let secrets =
        (0..8).map(|number| format!("\"made-up-secret-number-{number}\"")).collect::<Vec<_>>().join(", ");
    let standard = "whsec_bWFkZS11cCBzdGFuZGFyZCB3ZWJob29rcyBrZXk=";
    let other = |name: &str, verify: &str| {
        format!(
            "[instances.{name}]\nid = \"{:A>32}\"\ntoken = \"{:B>24}\"\nbase_url = \"http://127.0.0.1:9\"\n\
             [instances.{name}.verify]\n{verify}\n[instances.{name}.admins.ana]\nphone = \"{ANA}\"\n",
            name.len(),
            name.len()
        )
    };
    let others = format!(
        "[instances.main.admins.ana]\nphone = \"{ANA}\"\n{}{}{}",
        other("token", "zapi_token = true"),
        other("std", &format!("standard_webhooks = {{ secrets = [\"{standard}\"] }}")),
        other("pathway", "path_secret = \"a-path-nobody-guesses-9f2c\"\nzapi_token = false"),
    );
    let bot = Service::with()
        .verify(&format!(
            "[instances.main.verify]\nhmac = {{ header = \"x-signature\", secrets = [{secrets}] }}\n"
        ))
        .server("max_body = \"1MiB\"")
        .admins(&others)
        .start()
        .await;
    let body = vec![b' '; 1 << 20];

    // The shortest time counts, since disturbances only make a rejection slower: each round may correct the one before.
    let targets = [
        TARGET,
        "/webhooks/nobody",
        "/webhooks/other",
        "/webhooks/token",
        "/webhooks/std",
        "/webhooks/pathway",
    ];
    let mut quickest = [Duration::MAX; 6];
    for _ in 0..40 {
        for (target, quickest) in targets.iter().zip(&mut quickest) {
            *quickest = time_refusal(&bot, target, &body).await.min(*quickest);
        }
        let [slowest, fastest] = [quickest.iter().max(), quickest.iter().min()].map(Option::unwrap);
        if *slowest < *fastest * 3 {
            return;
        }
    }
    panic!("one is told from another: {targets:?} took {quickest:?}");
}

//! The four verification schemes, signed here by other code than ours.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{KeyInit, Mac};
use standardwebhooks::Webhook;
use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::Response;

use super::{assert_status, expect_problem};
use crate::support::{ANA, Service};

const NOON: Timestamp = Timestamp(1_764_000_000_000);
const PATH: &str = "a-path-nobody-guesses-9f2c";
const KEY: &str = "a made-up key that signs webhooks";
const NEXT_KEY: &str = "the made-up key that comes after it";
const STANDARD: &str = "whsec_bWFkZS11cCBzdGFuZGFyZCB3ZWJob29rcyBrZXk=";
const NEXT_STANDARD: &str = "whsec_dGhlIG5leHQgc3RhbmRhcmQgd2ViaG9va3Mga2V5";

/// A request in parts, so that a test can change each of them.
#[derive(Clone)]
struct Delivery {
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Delivery {
    fn of(body: &str) -> Self {
        Self { target: "/webhooks/main".to_owned(), headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn token(self, bot: &Service) -> Self {
        let token = bot.sandbox.account().token.clone();
        self.header("z-api-token", token)
    }

    fn path(mut self) -> Self {
        self.target = format!("{}/{PATH}", self.target);
        self
    }

    fn hmac(self, key: &str) -> Self {
        let tag = hmac_of(key, &self.body);
        self.header("x-hub-signature-256", format!("sha256={}", hex::encode(tag)))
    }

    fn standard(self, key: &str, id: &str, at: Timestamp) -> Self {
        let signature = Webhook::new(key).unwrap().sign(id, at.as_seconds(), &self.body).unwrap();
        self.header("webhook-id", id)
            .header("webhook-timestamp", at.as_seconds().to_string())
            .header("webhook-signature", signature)
    }

    async fn to(&self, bot: &Service) -> Response {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        bot.deliver(&self.target, &headers, &self.body).await
    }

    /// Copies with one bit changed in each part: at the end of the path, of each header, of the body.
    fn spoilt(&self) -> Vec<(String, Self)> {
        let mut all = Vec::new();
        let flip = |text: &str, at: usize| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= 1;
            String::from_utf8(bytes).unwrap()
        };
        let mut other = self.clone();
        other.target = flip(&other.target, other.target.len() - 1);
        all.push(("the path".to_owned(), other));
        for (index, (name, value)) in self.headers.iter().enumerate() {
            let mut other = self.clone();
            // The padding of base64 contains no bits of the signature.
            other.headers[index].1 = flip(value, value.trim_end_matches('=').len() - 2);
            all.push((format!("the header {name}"), other));
            let mut other = self.clone();
            other.headers.remove(index);
            all.push((format!("no header {name}"), other));
        }
        for at in [0, self.body.len() / 2, self.body.len() - 1] {
            let mut other = self.clone();
            other.body[at] ^= 1;
            all.push((format!("byte {at} of the body"), other));
        }
        let mut longer = self.clone();
        longer.body.push(b'\n');
        all.push(("a new line after the body".to_owned(), longer));
        all
    }
}

fn hmac_of(key: &str, body: &[u8]) -> Vec<u8> {
    let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.chain_update(body).finalize().into_bytes().to_vec()
}

async fn service(verify: &str) -> Service {
    let clock = Clock::manual(NOON);
    Service::with().clock(clock).verify(&format!("[instances.main.verify]\n{verify}\n")).start().await
}

/// Checks that the request is accepted, and rejected with each changed bit.
async fn expect_only_whole(bot: &Service, delivery: Delivery, free: &[&str]) {
    for (what, spoilt) in delivery.spoilt() {
        if free.contains(&what.as_str()) {
            continue;
        }
        let response = spoilt.to(bot).await;
        assert_eq!(response.status, 401, "{what}: {}", response.text());
    }
    assert_eq!(bot.command_count().await, 0);
    assert_status(&delivery.to(bot).await, "accepted");
}

#[tokio::test]
async fn t01_a_signature_authenticates_the_body_and_one_changed_bit_does_not() {
    let hmac = format!("hmac = {{ header = \"X-Hub-Signature-256\", secrets = [\"{KEY}\"] }}");
    let bot = service(&hmac).await;
    let delivery = Delivery::of(&bot.message(ANA, "/whoami").body()).hmac(KEY);
    expect_only_whole(&bot, delivery, &[]).await;

    let bot = service(&format!("standard_webhooks = {{ secrets = [\"{STANDARD}\"] }}")).await;
    let delivery = Delivery::of(&bot.message(ANA, "/whoami").body()).standard(STANDARD, "msg_1", NOON);
    expect_only_whole(&bot, delivery, &[]).await;
}

#[tokio::test]
async fn t01_t07_a_token_or_path_authenticates_and_one_changed_bit_does_not() {
    let of_the_body = |delivery: &Delivery| -> Vec<String> {
        delivery.spoilt().into_iter().map(|(what, _)| what).filter(|what| what.contains("body")).collect()
    };
    let bot = service("zapi_token = true").await;
    let delivery = Delivery::of(&bot.message(ANA, "/whoami").body()).token(&bot);
    let free = of_the_body(&delivery);
    expect_only_whole(&bot, delivery, &free.iter().map(String::as_str).collect::<Vec<_>>()).await;

    let bot = service(&format!("path_secret = \"{PATH}\"")).await;
    let delivery = Delivery::of(&bot.message(ANA, "/whoami").body()).path();
    let free = of_the_body(&delivery);
    expect_only_whole(&bot, delivery, &free.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn all_configured_schemes_must_pass() {
    let bot = service(&format!(
        "zapi_token = true\npath_secret = \"{PATH}\"\n\
         hmac = {{ header = \"X-Hub-Signature-256\", secrets = [\"{KEY}\"] }}\n\
         standard_webhooks = {{ secrets = [\"{STANDARD}\"] }}"
    ))
    .await;
    let body = bot.message(ANA, "/whoami").body();
    let delivery = Delivery::of(&body).path().token(&bot).hmac(KEY).standard(STANDARD, "msg_1", NOON);
    expect_only_whole(&bot, delivery, &[]).await;
}

#[tokio::test]
async fn a_signature_comes_in_hex_or_base64_with_or_without_its_prefix() {
    let bot = service(&format!("hmac = {{ header = \"X-Signature\", secrets = [\"{KEY}\"] }}")).await;
    for spell in [
        |tag: &[u8]| hex::encode(tag),
        |tag: &[u8]| format!("sha256={}", hex::encode(tag)),
        |tag: &[u8]| BASE64.encode(tag),
        |tag: &[u8]| format!("sha256={}", BASE64.encode(tag)),
    ] {
        let delivery = Delivery::of(&bot.message(ANA, "/whoami").body());
        let signature = spell(&hmac_of(KEY, &delivery.body));
        assert_status(&delivery.header("x-signature", signature).to(&bot).await, "accepted");
    }
}

#[tokio::test]
async fn keys_rotate_without_losing_a_webhook() {
    let keys = format!(
        "hmac = {{ header = \"X-Hub-Signature-256\", secrets = [\"{NEXT_KEY}\", \"{KEY}\"] }}\n\
         standard_webhooks = {{ secrets = [\"{NEXT_STANDARD}\", \"{STANDARD}\"] }}"
    );
    let mut bot = service(&keys).await;
    let signed = |bot: &Service, key: &str, standard: &str, id: &str| {
        Delivery::of(&bot.message(ANA, "/whoami").body()).hmac(key).standard(standard, id, NOON)
    };
    assert_status(&signed(&bot, KEY, STANDARD, "msg_1").to(&bot).await, "accepted");
    assert_status(&signed(&bot, NEXT_KEY, NEXT_STANDARD, "msg_2").to(&bot).await, "accepted");
    // A sender that rotates its keys signs with both.
    let body = bot.message(ANA, "/whoami").body();
    let both = ["msg_3"; 2]
        .iter()
        .zip([STANDARD, NEXT_STANDARD])
        .map(|(id, key)| Webhook::new(key).unwrap().sign(id, NOON.as_seconds(), body.as_bytes()).unwrap());
    let both = both.collect::<Vec<_>>().join(" ");
    let delivery = Delivery::of(&body)
        .hmac(NEXT_KEY)
        .header("webhook-id", "msg_3")
        .header("webhook-timestamp", NOON.as_seconds().to_string())
        .header("webhook-signature", both);
    assert_status(&delivery.to(&bot).await, "accepted");

    bot.stop().await;
    bot.restart_with(&format!("\"{NEXT_KEY}\", \"{KEY}\""), &format!("\"{NEXT_KEY}\"")).await;
    expect_problem(&signed(&bot, KEY, NEXT_STANDARD, "msg_4").to(&bot).await, 401);
    assert_status(&signed(&bot, NEXT_KEY, NEXT_STANDARD, "msg_5").to(&bot).await, "accepted");
}

#[tokio::test]
async fn t04_a_replayed_delivery_does_nothing() {
    let bot = service(&format!("standard_webhooks = {{ secrets = [\"{STANDARD}\"] }}")).await;
    let command = bot.message(ANA, "/link Bairro futebol");
    let delivery = Delivery::of(&command.body()).standard(STANDARD, "msg_1", NOON);
    assert_status(&delivery.to(&bot).await, "accepted");
    bot.reply_to(command.message_id()).await;

    // Within the window it is a duplicate, with its own id and as another delivery of the message.
    bot.clock.advance(Duration::from_secs(300));
    assert_status(&delivery.to(&bot).await, "duplicate");
    let again = Delivery::of(&command.body()).standard(STANDARD, "msg_2", NOON);
    assert_status(&again.to(&bot).await, "duplicate");
    // Different messages with one delivery id count as one delivery.
    let other = bot.message(ANA, "/whoami").sent_at(NOON).body();
    assert_status(&Delivery::of(&other).standard(STANDARD, "msg_1", NOON).to(&bot).await, "duplicate");
    // Outside the window it gets 401.
    bot.clock.advance(Duration::from_secs(1));
    expect_problem(&delivery.to(&bot).await, 401);

    bot.settled().await;
    assert_eq!(
        (bot.command_count().await, bot.calls_to("communities/link").len(), bot.sandbox.sent().len()),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn t04_t06_a_timestamp_outside_the_window_or_malformed_is_rejected() {
    let bot = service(&format!("standard_webhooks = {{ secrets = [\"{STANDARD}\"] }}")).await;
    let body = bot.message(ANA, "/whoami").body();
    let at = |seconds: i64| Timestamp(NOON.0 + seconds * 1_000);
    for seconds in [-301, 301, -1_000_000, 1_000_000] {
        let delivery = Delivery::of(&body).standard(STANDARD, "msg_1", at(seconds));
        expect_problem(&delivery.to(&bot).await, 401);
    }
    for id in ["", "msg.1", "msg 1", &"m".repeat(129)] {
        expect_problem(&Delivery::of(&body).standard(STANDARD, id, NOON).to(&bot).await, 401);
    }
    for (index, seconds) in [-300, 300].into_iter().enumerate() {
        let body = bot.message(ANA, "/whoami").body();
        let delivery = Delivery::of(&body).standard(STANDARD, &format!("msg_{index}"), at(seconds));
        assert_status(&delivery.to(&bot).await, "accepted");
    }
}

//! Cost of each step of a webhook: `cargo bench --bench micro`.
//!
//! Measures separately, on the same events, the functions that `benches/throughput` measures together: verify, parse,
//! recognize a command, and find one of 1,000 admins.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench stops at the first error")]

#[expect(dead_code, reason = "the load uses more of it")]
#[path = "throughput/events.rs"]
mod events;

use std::time::Duration;

use bytes::Bytes;
use divan::{Bencher, black_box};
use http::{HeaderMap, HeaderName};
use vincula::authorization::Admins;
use vincula::clock::Timestamp;
use vincula::config::{Admin, HmacConfig, Instance, NonAdminPolicy, RateLimits, VerifyConfig};
use vincula::domain::{InstanceName, Locale, Phone};
use vincula::parse::prefix::CommandParser;
use vincula::webhook::payload::{InstanceInfo, MessageRef, ParsedEvent, parse_event};
use vincula::webhook::sign::signature_headers;
use vincula::webhook::verify::{RequestMeta, Verified, Verifier, VerifyError};

const NOW: Timestamp = Timestamp(1_764_000_000_000);

fn main() {
    divan::main();
}

fn instance(verify: VerifyConfig) -> Instance {
    let admin = |number| Admin {
        from: vincula::config::AdminsFrom::Config,
        key: format!("admin{number}"),
        phone: Phone::parse(&events::admin(number)),
        lid: None,
        name: format!("admin{number}"),
        commands: vec!["*".to_owned()],
        communities: vec!["*".to_owned()],
    };
    Instance {
        name: InstanceName::parse("main").unwrap(),
        id: events::INSTANCE.to_owned(),
        token: "0123456789ABCDEF01234567".into(),
        client_token: None,
        base_url: "https://api.z-api.io".to_owned(),
        locale: Locale::En,
        prefixes: vec!["/".to_owned()],
        non_admins: NonAdminPolicy::Ignore,
        owner_commands: false,
        time_zone: vincula::config::TimeZone::UTC,
        admins_from: vincula::config::AdminsFrom::Config,
        max_event_age: Duration::from_secs(600),
        give_up_after: Duration::from_secs(1_800),
        community_limit: 50,
        verify,
        limits: RateLimits { commands_per_minute: 30, changes_per_second: 1, messages_per_minute: 30 },
        admins: (0..events::ADMINS).map(admin).collect(),
        aliases: Vec::new(),
    }
}

/// A way to verify, and a request that passes.
struct Case {
    verifier: Verifier,
    headers: HeaderMap,
    body: Bytes,
}

impl Case {
    fn new(verify: VerifyConfig) -> Self {
        let instance = instance(verify);
        let body = Bytes::from(events::chatter_event(7));
        let headers = signature_headers(&instance, "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", NOW, &body);
        Self { verifier: Verifier::new(&instance), headers: headers.into_iter().collect(), body }
    }

    fn bench(&self, bencher: Bencher<'_, '_>) {
        assert!(self.verify().is_ok());
        bencher.bench(|| self.verify());
    }

    fn verify(&self) -> Result<Verified, VerifyError> {
        let meta = RequestMeta::new(black_box(&self.headers), None);
        self.verifier.verify(&self.verifier.read_credentials(&meta), self.body.clone(), NOW)
    }
}

fn by_token() -> VerifyConfig {
    VerifyConfig { zapi_token: true, ..VerifyConfig::default() }
}

fn by_hmac() -> VerifyConfig {
    let secrets = vec![events::SECRET.as_bytes().to_vec().into()];
    VerifyConfig {
        hmac: Some(HmacConfig { header: HeaderName::from_static(events::HEADER), secrets }),
        ..VerifyConfig::default()
    }
}

fn by_standard_webhooks() -> VerifyConfig {
    VerifyConfig {
        standard_webhooks: Some(vec![events::SECRET.as_bytes().to_vec().into()]),
        ..VerifyConfig::default()
    }
}

#[divan::bench]
fn verifying_a_token(bencher: Bencher<'_, '_>) {
    Case::new(by_token()).bench(bencher);
}

#[divan::bench]
fn verifying_an_hmac(bencher: Bencher<'_, '_>) {
    Case::new(by_hmac()).bench(bencher);
}

#[divan::bench]
fn verifying_standard_webhooks(bencher: Bencher<'_, '_>) {
    Case::new(by_standard_webhooks()).bench(bencher);
}

#[divan::bench]
fn rejecting_a_forged_hmac(bencher: Bencher<'_, '_>) {
    let mut case = Case::new(by_hmac());
    case.body = Bytes::from(events::chatter_event(8));
    assert!(case.verify().is_err());
    bencher.bench(|| case.verify());
}

fn verified(body: String) -> Verified {
    Case { body: Bytes::from(body), ..Case::new(by_token()) }.verify().unwrap()
}

fn message(verified: &Verified) -> MessageRef<'_> {
    match parse_event(
        verified,
        &InstanceInfo { id: events::INSTANCE, owner_commands: false, has_community_admins: false },
    )
    .unwrap()
    {
        ParsedEvent::Message(message) => message,
        ParsedEvent::Ignored(reason) => panic!("{reason}"),
        ParsedEvent::Connection { .. } => panic!("a connection"),
        ParsedEvent::Delivery(report) => panic!("{report:?}"),
    }
}

#[divan::bench]
fn reading_chatter(bencher: Bencher<'_, '_>) {
    let verified = verified(events::chatter_event(7));
    let instance_info =
        InstanceInfo { id: events::INSTANCE, owner_commands: false, has_community_admins: false };
    assert!(matches!(parse_event(&verified, &instance_info), Ok(ParsedEvent::Message(_))));
    bencher.bench(|| parse_event(black_box(&verified), &instance_info).is_ok());
}

#[divan::bench]
fn parsing_chatter_as_no_command(bencher: Bencher<'_, '_>) {
    let (verified, parser) = (verified(events::chatter_event(7)), CommandParser::new(&["/".to_owned()]));
    let message = message(&verified);
    assert!(parser.parse(&message.text).is_none());
    bencher.bench(|| parser.parse(black_box(&message.text)));
}

#[divan::bench]
fn parsing_a_command(bencher: Bencher<'_, '_>) {
    let (verified, parser) = (verified(events::command_event(0, 7)), CommandParser::new(&["/".to_owned()]));
    let message = message(&verified);
    assert!(parser.parse(&message.text).is_some());
    bencher.bench(|| parser.parse(black_box(&message.text)));
}

#[divan::bench]
fn finding_an_admin_among_a_thousand(bencher: Bencher<'_, '_>) {
    let (verified, admins) = (verified(events::command_event(0, 7)), Admins::new(&instance(by_token())));
    let sender = message(&verified).sender;
    assert!(admins.find(sender, false).is_some());
    bencher.bench(|| admins.find(black_box(sender), false).is_some());
}

/// All steps except HTTP: verify, parse, and recognize that it is no command.
#[divan::bench]
fn deciding_on_chatter(bencher: Bencher<'_, '_>) {
    let (case, parser) = (Case::new(by_hmac()), CommandParser::new(&["/".to_owned()]));
    let instance_info =
        InstanceInfo { id: events::INSTANCE, owner_commands: false, has_community_admins: false };
    let decide = || {
        let verified = case.verify().ok()?;
        match parse_event(&verified, &instance_info) {
            Ok(ParsedEvent::Message(message)) => Some(parser.parse(&message.text).is_some()),
            _ => None,
        }
    };
    assert_eq!(decide(), Some(false));
    bencher.bench(decide);
}

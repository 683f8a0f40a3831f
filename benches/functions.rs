//! What one webhook costs in each step of its way: `cargo bench --bench functions`.
//!
//! Verified, read, recognised, and looked up among 1,000 admins: the functions that `benches/ingest` measures
//! together, each alone, on the same events.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench stops where it stands")]

#[expect(dead_code, reason = "the load uses more of it")]
#[path = "ingest/events.rs"]
mod events;

use std::time::Duration;

use bytes::Bytes;
use divan::{Bencher, black_box};
use http::{HeaderMap, HeaderName};
use vincula::authorise::Admins;
use vincula::clock::Timestamp;
use vincula::command::recognise;
use vincula::config::{Admin, Hmac, Instance, Limits, NonAdminPolicy, Verify};
use vincula::domain::{InstanceName, Locale, Phone};
use vincula::webhook::payload::{InstanceFacts, MessageRef, Reading, read};
use vincula::webhook::sign::signature_headers;
use vincula::webhook::verify::{Outside, Verified, Verifier};

const NOW: Timestamp = Timestamp(1_764_000_000_000);

fn main() {
    divan::main();
}

fn instance(verify: Verify) -> Instance {
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
        limits: Limits { commands_per_minute: 30, changes_per_second: 1, messages_per_minute: 30 },
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
    fn of(verify: Verify) -> Self {
        let instance = instance(verify);
        let body = Bytes::from(events::talk(7));
        let headers = signature_headers(&instance, "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", NOW, &body);
        Self { verifier: Verifier::new(&instance), headers: headers.into_iter().collect(), body }
    }

    fn bench(&self, bencher: Bencher<'_, '_>) {
        assert!(self.verifier.verify(&Outside::of(&self.headers, None), self.body.clone(), NOW).is_ok());
        bencher.bench(|| {
            let outside = Outside::of(black_box(&self.headers), None);
            self.verifier.verify(&outside, self.body.clone(), NOW)
        });
    }
}

fn by_token() -> Verify {
    Verify { zapi_token: true, ..Verify::default() }
}

fn by_hmac() -> Verify {
    let secrets = vec![events::SECRET.as_bytes().to_vec().into()];
    Verify {
        hmac: Some(Hmac { header: HeaderName::from_static(events::HEADER), secrets }),
        ..Verify::default()
    }
}

fn by_standard_webhooks() -> Verify {
    Verify { standard_webhooks: Some(vec![events::SECRET.as_bytes().to_vec().into()]), ..Verify::default() }
}

#[divan::bench]
fn verifying_a_token(bencher: Bencher<'_, '_>) {
    Case::of(by_token()).bench(bencher);
}

#[divan::bench]
fn verifying_an_hmac(bencher: Bencher<'_, '_>) {
    Case::of(by_hmac()).bench(bencher);
}

#[divan::bench]
fn verifying_standard_webhooks(bencher: Bencher<'_, '_>) {
    Case::of(by_standard_webhooks()).bench(bencher);
}

#[divan::bench]
fn refusing_a_forged_hmac(bencher: Bencher<'_, '_>) {
    let mut case = Case::of(by_hmac());
    case.body = Bytes::from(events::talk(8));
    assert!(case.verifier.verify(&Outside::of(&case.headers, None), case.body.clone(), NOW).is_err());
    bencher.bench(|| {
        let outside = Outside::of(black_box(&case.headers), None);
        case.verifier.verify(&outside, case.body.clone(), NOW)
    });
}

fn verified(body: String) -> Verified {
    let Case { verifier, headers, .. } = Case::of(by_token());
    verifier.verify(&Outside::of(&headers, None), Bytes::from(body), NOW).unwrap()
}

fn message(verified: &Verified) -> MessageRef<'_> {
    match read(
        verified,
        &InstanceFacts { id: events::INSTANCE, owner_commands: false, is_by_community: false },
    )
    .unwrap()
    {
        Reading::Message(message) => message,
        Reading::Ignored(reason) => panic!("{reason}"),
        Reading::Connection { .. } => panic!("a connection"),
    }
}

#[divan::bench]
fn reading_chatter(bencher: Bencher<'_, '_>) {
    let verified = verified(events::talk(7));
    let facts = InstanceFacts { id: events::INSTANCE, owner_commands: false, is_by_community: false };
    assert!(matches!(read(&verified, &facts), Ok(Reading::Message(_))));
    bencher.bench(|| read(black_box(&verified), &facts).is_ok());
}

#[divan::bench]
fn recognising_chatter_as_none(bencher: Bencher<'_, '_>) {
    let (verified, prefixes) = (verified(events::talk(7)), ["/".to_owned()]);
    let message = message(&verified);
    assert!(recognise(&message.text, &prefixes).is_none());
    bencher.bench(|| recognise(black_box(&message.text), &prefixes));
}

#[divan::bench]
fn recognising_an_order(bencher: Bencher<'_, '_>) {
    let (verified, prefixes) = (verified(events::order(0, 7)), ["/".to_owned()]);
    let message = message(&verified);
    assert!(recognise(&message.text, &prefixes).is_some());
    bencher.bench(|| recognise(black_box(&message.text), &prefixes));
}

#[divan::bench]
fn finding_an_admin_among_a_thousand(bencher: Bencher<'_, '_>) {
    let (verified, admins) = (verified(events::order(0, 7)), Admins::new(&instance(by_token())));
    let sender = message(&verified).sender;
    assert!(admins.find(sender, false).is_some());
    bencher.bench(|| admins.find(black_box(sender), false).is_some());
}

/// All of it but HTTP: verified, read, and recognised as no order.
#[divan::bench]
fn deciding_on_chatter(bencher: Bencher<'_, '_>) {
    let (case, prefixes) = (Case::of(by_hmac()), ["/".to_owned()]);
    let facts = InstanceFacts { id: events::INSTANCE, owner_commands: false, is_by_community: false };
    let decide = || {
        let outside = Outside::of(black_box(&case.headers), None);
        let verified = case.verifier.verify(&outside, case.body.clone(), NOW).ok()?;
        match read(&verified, &facts) {
            Ok(Reading::Message(message)) => Some(recognise(&message.text, &prefixes).is_some()),
            _ => None,
        }
    };
    assert_eq!(decide(), Some(false));
    bencher.bench(decide);
}

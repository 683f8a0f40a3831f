//! Each scheme by itself and together: what passes, and everything that must not (THREATS.md, T1 to T7).

use http::HeaderValue;
use proptest::prelude::*;
use secrecy::SecretString;
use sha2::Sha512;

use super::super::sign::{signature_headers, webhook_path};
use super::*;
use crate::domain::{InstanceName, Locale};

const NOON: Timestamp = Timestamp(1_764_000_000_000);
const BODY: &[u8] = br#"{"type":"ReceivedCallback","messageId":"3EB0A1"}"#;
const TOKEN: &str = "0A1B2C3D4E5F60718293A4B5";
const PATH: &str = "a-path-nobody-guesses-9f2c";
const KEY: &[u8] = b"a key of thirty-two made-up byte";
const OLD_KEY: &[u8] = b"the key that was used before now";
const ID: &str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";

const SIGNATURE: &str = "x-hub-signature-256";

fn instance(verify: config::VerifyConfig) -> config::Instance {
    config::Instance {
        name: InstanceName::parse("main").unwrap(),
        id: "3C67AB641C8AA0412F6A2242B4E23AC7".to_owned(),
        token: TOKEN.into(),
        client_token: None,
        base_url: "https://api.z-api.io".to_owned(),
        locale: Locale::En,
        prefixes: vec!["/".to_owned()],
        non_admins: config::NonAdminPolicy::Ignore,
        owner_commands: false,
        time_zone: config::TimeZone::UTC,
        admins_from: config::AdminsFrom::Config,
        max_event_age: Duration::from_secs(600),
        give_up_after: Duration::from_secs(1800),
        community_limit: 50,
        verify,
        limits: config::RateLimits {
            commands_per_minute: 30,
            changes_per_second: 1,
            messages_per_minute: 30,
        },
        admins: Vec::new(),
        aliases: Vec::new(),
    }
}

fn secret(key: &[u8]) -> SecretSlice<u8> {
    key.to_vec().into()
}

fn by_token() -> config::VerifyConfig {
    config::VerifyConfig { zapi_token: true, ..Default::default() }
}

fn by_path() -> config::VerifyConfig {
    config::VerifyConfig { path_secret: Some(SecretString::from(PATH)), ..Default::default() }
}

fn by_hmac() -> config::VerifyConfig {
    let header = HeaderName::from_static(SIGNATURE);
    let secrets = vec![secret(KEY), secret(OLD_KEY)];
    config::VerifyConfig { hmac: Some(config::HmacConfig { header, secrets }), ..Default::default() }
}

fn by_standard_webhooks() -> config::VerifyConfig {
    let keys = vec![secret(KEY), secret(OLD_KEY)];
    config::VerifyConfig { standard_webhooks: Some(keys), ..Default::default() }
}

fn by_all() -> config::VerifyConfig {
    config::VerifyConfig {
        zapi_token: true,
        path_secret: by_path().path_secret,
        hmac: by_hmac().hmac,
        standard_webhooks: by_standard_webhooks().standard_webhooks,
    }
}

/// A request that a test bends before it is verified.
#[derive(Clone)]
struct Request {
    verify: config::VerifyConfig,
    headers: HeaderMap,
    path: Option<String>,
    body: Vec<u8>,
}

impl Request {
    fn signed(verify: config::VerifyConfig) -> Self {
        let instance = instance(verify.clone());
        let headers = signature_headers(&instance, ID, NOON, BODY).into_iter().collect();
        let path = webhook_path(&instance);
        let path = path.expose_secret().strip_prefix("/webhooks/main/").map(str::to_owned);
        Self { verify, headers, path, body: BODY.to_vec() }
    }

    fn with(mut self, header: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.headers.insert(header, HeaderValue::from_bytes(value.as_ref()).unwrap());
        self
    }

    fn also(mut self, header: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.headers.append(header, HeaderValue::from_bytes(value.as_ref()).unwrap());
        self
    }

    fn without(mut self, header: &str) -> Self {
        self.headers.remove(header);
        self
    }

    fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    fn path(mut self, path: Option<&str>) -> Self {
        self.path = path.map(str::to_owned);
        self
    }

    fn header(&self, name: &str) -> String {
        self.headers[name].to_str().unwrap().to_owned()
    }

    fn at(&self, now: Timestamp) -> Result<Verified, VerifyError> {
        let outside = RequestMeta::new(&self.headers, self.path.as_deref());
        let verifier = Verifier::new(&instance(self.verify.clone()));
        let credentials = verifier.read_credentials(&outside);
        let precheck = verifier.precheck(&credentials, || now);
        let verified = verifier.verify(&credentials, Bytes::from(self.body.clone()), now);
        // The check of the headers never rejects a request that the body would prove, and finds the same failures.
        if let Err(seen) = precheck {
            let all: Vec<_> = verified.as_ref().expect_err("the precheck rejected it").failures().collect();
            assert!(seen.failures().all(|flaw| all.contains(&flaw)), "{seen:?} {all:?}");
        }
        verified
    }

    fn precheck(&self) -> Result<Precheck, VerifyError> {
        let verifier = Verifier::new(&instance(self.verify.clone()));
        let meta = RequestMeta::new(&self.headers, self.path.as_deref());
        verifier.precheck(&verifier.read_credentials(&meta), || NOON)
    }

    #[track_caller]
    fn expect_verified(&self) {
        let verified = self.at(NOON).unwrap_or_else(|refused| panic!("{refused:?}"));
        assert_eq!(verified.body(), &self.body);
    }

    #[track_caller]
    fn expect_refused(&self, scheme: Scheme, flaw: AuthFailure) {
        let refused = self.at(NOON).expect_err("it passed");
        assert_eq!(refused.failures().collect::<Vec<_>>(), [(scheme, flaw)]);
    }
}

fn hmac_of(key: &[u8], content: &[u8]) -> Vec<u8> {
    HmacSha256::new_from_slice(key).unwrap().chain_update(content).finalize().into_bytes().to_vec()
}

fn standard_signature(key: &[u8], content: &[u8]) -> String {
    format!("v1,{}", BASE64.encode(hmac_of(key, content)))
}

/// The text with one bit of its last but one character changed, where it stays text.
fn bent(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let place = bytes.len() - 4;
    bytes[place] = if bytes[place] == b'a' { b'b' } else { b'a' };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn each_scheme_verifies_its_own_signature() {
    for verify in [by_token(), by_path(), by_hmac(), by_standard_webhooks(), by_all()] {
        Request::signed(verify).expect_verified();
    }
}

#[test]
fn without_a_scheme_everything_passes() {
    let anything = Request::signed(config::VerifyConfig::default()).body(b"\xff not even text");
    anything.expect_verified();
    assert_eq!(anything.at(NOON).unwrap().webhook_id(), None);
}

#[test]
fn a_segment_too_many_in_the_path_is_refused() {
    Request::signed(by_token()).path(Some("x")).expect_refused(Scheme::PathSecret, AuthFailure::Unexpected);
}

#[test]
fn one_failing_scheme_of_all_is_enough() {
    let signed = Request::signed(by_all());
    let forged_hmac = bent(&signed.header(SIGNATURE));
    let forged_list = bent(&signed.header("webhook-signature"));
    signed.clone().with("z-api-token", bent(TOKEN)).expect_refused(Scheme::ZapiToken, AuthFailure::Mismatch);
    signed.clone().path(Some(&bent(PATH))).expect_refused(Scheme::PathSecret, AuthFailure::Mismatch);
    signed.clone().with(SIGNATURE, forged_hmac).expect_refused(Scheme::Hmac, AuthFailure::Mismatch);
    signed
        .with("webhook-signature", forged_list)
        .expect_refused(Scheme::StandardWebhooks, AuthFailure::Mismatch);
}

#[test]
fn t02_every_refusal_reads_the_same_and_every_scheme_is_looked_at() {
    let nothing = Request { headers: HeaderMap::new(), path: None, ..Request::signed(by_all()) };
    let refused = nothing.at(NOON).unwrap_err();
    assert_eq!(refused.to_string(), "the webhook could not be verified");
    assert_eq!(refused.failures().count(), 4);
    assert!(refused.failures().all(|(_, flaw)| flaw == AuthFailure::Missing));
}

#[test]
fn a_part_of_the_token_does_not_match() {
    let signed = Request::signed(by_token());
    let wrong =
        ["", "0", &TOKEN[1..], &TOKEN[..23], &format!("{TOKEN}0"), &TOKEN.to_lowercase(), &bent(TOKEN)];
    for token in wrong {
        signed.clone().with("z-api-token", token).expect_refused(Scheme::ZapiToken, AuthFailure::Mismatch);
    }
    let both = signed.clone().also("z-api-token", TOKEN);
    both.expect_refused(Scheme::ZapiToken, AuthFailure::Duplicate);
    signed.clone().with("z-api-token", b"\xe9").expect_refused(Scheme::ZapiToken, AuthFailure::Malformed);
    signed.without("z-api-token").expect_refused(Scheme::ZapiToken, AuthFailure::Missing);
}

#[test]
fn the_path_is_compared_as_it_was_sent() {
    let signed = Request::signed(by_path());
    let tricks = [
        "".to_owned(),
        format!("{PATH}/"),
        format!("/{PATH}"),
        format!("./{PATH}"),
        format!("%2e/{PATH}"),
        PATH.to_uppercase(),
        PATH.replace('-', "%2d"),
        PATH.replace('a', "%61"),
        format!("{PATH}?"),
        format!("http://bot.example.com/webhooks/main/{PATH}"),
    ];
    for trick in tricks {
        signed.clone().path(Some(&trick)).expect_refused(Scheme::PathSecret, AuthFailure::Mismatch);
    }
    signed.path(None).expect_refused(Scheme::PathSecret, AuthFailure::Missing);
}

#[test]
fn an_hmac_comes_in_hex_or_base64_with_or_without_its_prefix() {
    let tag = hmac_of(KEY, BODY);
    let (hex, base64) = (hex::encode(&tag), BASE64.encode(&tag));
    for signature in [hex.clone(), base64.clone(), format!("sha256={hex}"), format!("sha256={base64}")] {
        Request::signed(by_hmac()).with(SIGNATURE, signature).expect_verified();
    }
}

#[test]
fn t01_a_forged_hmac_is_refused() {
    let tag = hmac_of(KEY, BODY);
    let hex = hex::encode(&tag);
    let sha512 =
        hmac::Hmac::<Sha512>::new_from_slice(KEY).unwrap().chain_update(BODY).finalize().into_bytes();
    let malformed = [
        String::new(),
        "sha256=".to_owned(),
        format!("sha256=sha256={hex}"),
        format!("SHA256={hex}"),
        format!("sha1={hex}"),
        format!("sha512={}", hex::encode(sha512)),
        hex::encode(sha512),
        hex::encode(&sha512[..20]),
        hex.to_uppercase(),
        hex[..63].to_owned(),
        hex[..32].to_owned(),
        hex::encode(&tag[..16]),
        BASE64.encode(&tag[..16]),
        BASE64.encode(&tag).trim_end_matches('=').to_owned(),
        format!("{hex}0"),
        format!("{hex}, {hex}"),
        format!("x{}", &hex[1..]),
    ];
    for signature in &malformed {
        Request::signed(by_hmac())
            .with(SIGNATURE, signature)
            .expect_refused(Scheme::Hmac, AuthFailure::Malformed);
    }
    let wrong = [
        bent(&hex),
        "0".repeat(64),
        hex::encode(&sha512[..32]),
        hex::encode(Sha256::digest(BODY)),
        hex::encode(hmac_of(b"", BODY)),
        hex::encode(hmac_of(b"the key of somebody else, as long", BODY)),
        hex::encode(hmac_of(KEY, b"")),
        hex::encode(hmac_of(KEY, br#"{"messageId":"3EB0A1","type":"ReceivedCallback"}"#)),
    ];
    for signature in &wrong {
        Request::signed(by_hmac())
            .with(SIGNATURE, signature)
            .expect_refused(Scheme::Hmac, AuthFailure::Mismatch);
    }
    let signed = Request::signed(by_hmac());
    signed.clone().also(SIGNATURE, &hex).expect_refused(Scheme::Hmac, AuthFailure::Duplicate);
    signed.without(SIGNATURE).expect_refused(Scheme::Hmac, AuthFailure::Missing);
}

#[test]
fn every_byte_of_the_body_is_signed() {
    let newline = [BODY, b"\n"].concat();
    let mut bodies = vec![newline, BODY[1..].to_vec(), BODY[..BODY.len() - 1].to_vec(), Vec::new()];
    for place in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[place] ^= 1;
        bodies.push(body);
    }
    for body in bodies {
        Request::signed(by_hmac()).body(&body).expect_refused(Scheme::Hmac, AuthFailure::Mismatch);
        let standard = Request::signed(by_standard_webhooks()).body(&body);
        standard.expect_refused(Scheme::StandardWebhooks, AuthFailure::Mismatch);
    }
}

#[test]
fn any_bit_of_a_signature_or_a_key_counts() {
    for bit in 0..256 {
        let (mut tag, mut key) = (hmac_of(KEY, BODY), KEY.to_vec());
        tag[bit / 8] ^= 1 << (bit % 8);
        key[bit / 8] ^= 1 << (bit % 8);
        for tag in [tag, hmac_of(&key, BODY)] {
            let request = Request::signed(by_hmac()).with(SIGNATURE, hex::encode(tag));
            request.expect_refused(Scheme::Hmac, AuthFailure::Mismatch);
        }
    }
}

#[test]
fn any_of_the_keys_may_have_signed() {
    Request::signed(by_hmac()).with(SIGNATURE, hex::encode(hmac_of(OLD_KEY, BODY))).expect_verified();
    let content = [format!("{ID}.{}.", NOON.as_seconds()).as_bytes(), BODY].concat();
    let standard = Request::signed(by_standard_webhooks());
    standard.with("webhook-signature", standard_signature(OLD_KEY, &content)).expect_verified();
}

#[test]
fn a_key_that_is_listed_twice_is_one_key() {
    let twice = || vec![secret(KEY), secret(KEY)];
    let header = HeaderName::from_static(SIGNATURE);
    let hmac = config::VerifyConfig {
        hmac: Some(config::HmacConfig { header, secrets: twice() }),
        ..Default::default()
    };
    let standard = config::VerifyConfig { standard_webhooks: Some(twice()), ..Default::default() };
    for verify in [hmac, standard] {
        Request::signed(verify).expect_verified();
    }
}

#[test]
fn one_good_signature_in_the_list_is_enough() {
    let signed = Request::signed(by_standard_webhooks());
    let good = signed.header("webhook-signature");
    let lists =
        [format!("{} {good}", bent(&good)), format!("{good} v1a,whatever v2,x"), format!("v1,short  {good}")];
    for list in lists {
        signed.clone().with("webhook-signature", list).expect_verified();
    }
    let none = ["", "v1,", "v1", &good[3..], &good.replace("v1,", "v1a,"), &good.replace("v1,", "V1,")];
    for list in none.into_iter().chain([format!("{good},{good}").as_str(), &bent(&good)]) {
        let request = signed.clone().with("webhook-signature", list);
        request.expect_refused(Scheme::StandardWebhooks, AuthFailure::Mismatch);
    }
}

#[test]
fn t07_of_many_signatures_only_the_first_few_are_looked_at() {
    let signed = Request::signed(by_standard_webhooks());
    let good = signed.header("webhook-signature");
    let behind = |count: usize| format!("{} {good}", vec![bent(&good); count].join(" "));
    signed.clone().with("webhook-signature", behind(7)).expect_verified();
    for count in [8, 300] {
        let request = signed.clone().with("webhook-signature", behind(count));
        request.expect_refused(Scheme::StandardWebhooks, AuthFailure::Mismatch);
    }
}

#[test]
fn each_standard_header_is_there_once() {
    for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let signed = Request::signed(by_standard_webhooks());
        let value = signed.header(header);
        signed.clone().without(header).expect_refused(Scheme::StandardWebhooks, AuthFailure::Missing);
        signed.also(header, value).expect_refused(Scheme::StandardWebhooks, AuthFailure::Duplicate);
    }
}

#[test]
fn t04_a_delivery_verifies_for_five_minutes_either_way() {
    let signed = Request::signed(by_standard_webhooks());
    for (seconds, holds) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
        let outcome = signed.at(Timestamp(NOON.0 + seconds * 1000));
        assert_eq!(outcome.is_ok(), holds, "{seconds} s");
    }
    assert_eq!(signed.at(NOON).unwrap().webhook_id(), Some(ID));
    assert!(signed.at(Timestamp(i64::MIN)).is_err() && signed.at(Timestamp(i64::MAX)).is_err());
}

#[test]
fn another_id_or_time_needs_another_signature() {
    let signed = Request::signed(by_standard_webhooks());
    signed
        .clone()
        .with("webhook-id", bent(ID))
        .expect_refused(Scheme::StandardWebhooks, AuthFailure::Mismatch);
    let later = (NOON.as_seconds() + 1).to_string();
    signed.with("webhook-timestamp", later).expect_refused(Scheme::StandardWebhooks, AuthFailure::Mismatch);
}

#[test]
fn t06_nothing_moves_across_the_dots_of_what_is_signed() {
    let seconds = NOON.as_seconds();
    let padded = format!("{seconds:013}");
    let stamp = seconds.to_string();
    let long = "a".repeat(129);
    let rows = [
        ("a.b", stamp.as_str()),
        ("", &stamp),
        ("a b", &stamp),
        ("ação", &stamp),
        (&long, &stamp),
        ("a", ""),
        ("a", "1764000000.0"),
        ("a", "+1764000000"),
        ("a", "-1764000000"),
        ("a", " 1764000000"),
        ("a", "1.764e9"),
        ("a", &padded),
    ];
    for (id, timestamp) in rows {
        let content = [format!("{id}.{timestamp}.").as_bytes(), BODY].concat();
        let request = Request::signed(by_standard_webhooks())
            .with("webhook-id", id)
            .with("webhook-timestamp", timestamp)
            .with("webhook-signature", standard_signature(KEY, &content));
        request.expect_refused(Scheme::StandardWebhooks, AuthFailure::Malformed);
    }
    // The longest that fit are signed as they are, leading zeros too.
    let (id, timestamp) = ("-".repeat(128), format!("{seconds:012}"));
    let content = [format!("{id}.{timestamp}.").as_bytes(), BODY].concat();
    Request::signed(by_standard_webhooks())
        .with("webhook-id", id)
        .with("webhook-timestamp", timestamp)
        .with("webhook-signature", standard_signature(KEY, &content))
        .expect_verified();
}

#[test]
fn the_reference_implementation_agrees() {
    let theirs = standardwebhooks::Webhook::from_bytes(KEY.to_vec()).unwrap();

    let signature = theirs.sign(ID, NOON.as_seconds(), BODY).unwrap();
    let ours = Request::signed(by_standard_webhooks());
    assert_eq!(ours.header("webhook-signature"), signature);
    ours.with("webhook-signature", signature).expect_verified();

    let now = crate::clock::Clock::system().now();
    let headers = signature_headers(&instance(by_standard_webhooks()), ID, now, BODY);
    assert!(theirs.verify(BODY, &headers.into_iter().collect()).is_ok());
}

#[test]
fn wrong_headers_are_rejected_without_the_body() {
    let [token, path, hmac, standard] =
        [by_token(), by_path(), by_hmac(), by_standard_webhooks()].map(Request::signed);
    for (request, precheck) in [
        (&token, Precheck::Authenticated),
        (&path, Precheck::Authenticated),
        (&hmac, Precheck::NeedsBody),
        (&standard, Precheck::NeedsBody),
    ] {
        assert_eq!(request.precheck(), Ok(precheck));
        // Whatever the body.
        assert_eq!(request.clone().body(b"other").precheck(), Ok(precheck));
        assert!(request.clone().path(Some("other")).precheck().is_err());
    }
    assert_eq!(Request::signed(by_all()).precheck(), Ok(Precheck::Authenticated));
    assert_eq!(Request::signed(config::VerifyConfig::default()).precheck(), Ok(Precheck::Authenticated));
    for wrong in [
        token.clone().without("z-api-token"),
        token.clone().with("z-api-token", bent(TOKEN)),
        token.also("z-api-token", TOKEN),
        path.path(None),
        hmac.clone().without(SIGNATURE),
        hmac.with(SIGNATURE, "sha256=00"),
        standard.clone().without("webhook-id"),
        standard.clone().without("webhook-signature"),
        standard.clone().with("webhook-timestamp", "1763999699"),
        standard.clone().with("webhook-signature", "v1,AAAA"),
        standard.with("webhook-signature", "v1a,AAAA"),
        Request::signed(by_all()).with("z-api-token", bent(TOKEN)),
        Request::signed(by_all()).without(SIGNATURE),
    ] {
        assert!(wrong.precheck().is_err(), "{:?}", wrong.headers);
    }
}

#[test]
fn t24_no_secret_is_printed() {
    let shown = format!("{:?}", Verifier::new(&instance(by_all())));
    assert_eq!(shown, "Verifier { .. }");
    let headers = signature_headers(&instance(by_all()), ID, NOON, BODY);
    assert!(!format!("{headers:?}").contains(TOKEN));
}

/// A change to a request on its way.
#[derive(Clone, Debug)]
enum Mutation {
    /// Bytes of a part put in, taken out or replaced.
    Bytes { part: usize, at: usize, with: Vec<u8>, taken: usize },
    /// A header left out.
    Gone(usize),
    /// A header sent once more.
    Again(usize),
    /// Two headers with each other's values.
    Swapped(usize, usize),
    /// Another time of arrival, in seconds.
    Later(i64),
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..3),
        prop::sample::select(vec!["v1,", " ", "sha256=", ".", "=", "0", "A", "\n", "\t"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop_oneof![
        8 => (0..8_usize, any::<usize>(), bytes, 0..3_usize)
            .prop_map(|(part, at, with, taken)| Mutation::Bytes { part, at, with, taken }),
        1 => (0..8_usize).prop_map(Mutation::Gone),
        1 => (0..8_usize).prop_map(Mutation::Again),
        1 => (0..8_usize, 0..8_usize).prop_map(|(one, other)| Mutation::Swapped(one, other)),
        1 => (-400..400_i64).prop_map(Mutation::Later),
    ]
}

/// The headers of a request by name, in a fixed order.
const PARTS: [&str; 5] = ["z-api-token", SIGNATURE, "webhook-id", "webhook-timestamp", "webhook-signature"];

fn mutate(mut request: Request, mutation: &Mutation) -> Request {
    let edit = |old: &[u8], at: usize, with: &[u8], taken: usize| {
        let at = at % (old.len() + 1);
        let end = (at + taken).min(old.len());
        [&old[..at], with, &old[end..]].concat()
    };
    match mutation {
        Mutation::Bytes { part, at, with, taken } => match PARTS.get(*part) {
            Some(name) if request.headers.contains_key(*name) => {
                let value = edit(request.headers[*name].as_bytes(), *at, with, *taken);
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    request.headers.insert(*name, value);
                }
            }
            Some(_) => {}
            None if *part == 5 => {
                let old = request.path.clone().unwrap_or_default();
                request.path = String::from_utf8(edit(old.as_bytes(), *at, with, *taken)).ok();
            }
            None => request.body = edit(&request.body, *at, with, *taken),
        },
        Mutation::Gone(part) => {
            if let Some(name) = PARTS.get(*part) {
                request.headers.remove(*name);
            }
        }
        Mutation::Again(part) => {
            if let Some(name) = PARTS.get(*part)
                && let Some(value) = request.headers.get(*name).cloned()
            {
                request.headers.append(*name, value);
            }
        }
        Mutation::Swapped(one, other) => {
            if let (Some(one), Some(other)) = (PARTS.get(*one), PARTS.get(*other))
                && let (Some(first), Some(second)) =
                    (request.headers.get(*one).cloned(), request.headers.get(*other).cloned())
            {
                request.headers.insert(*one, second);
                request.headers.insert(*other, first);
            }
        }
        Mutation::Later(_) => {}
    }
    request
}

/// Whether a request proves itself, found in the slow and plain way: by writing down every proof that
/// would be right and looking whether it is there, letter by letter.
fn is_proven(request: &Request, now: Timestamp) -> bool {
    let verify = &request.verify;
    let one = |name: &str| {
        let mut all = request.headers.get_all(name).iter();
        let value = all.next()?.to_str().ok()?;
        all.next().is_none().then_some(value)
    };
    let keys = [KEY, OLD_KEY];
    let token = !verify.zapi_token || one("z-api-token") == Some(TOKEN);
    let path = request.path.as_deref() == verify.path_secret.as_ref().map(ExposeSecret::expose_secret);
    let hmac = verify.hmac.is_none()
        || one(SIGNATURE).is_some_and(|given| {
            keys.iter().any(|key| {
                let tag = hmac_of(key, &request.body);
                let right = [hex::encode(&tag), BASE64.encode(&tag)];
                right.iter().any(|right| given == right || given == format!("sha256={right}"))
            })
        });
    let standard = verify.standard_webhooks.is_none() || {
        let parts = (one("webhook-id"), one("webhook-timestamp"), one("webhook-signature"));
        match parts {
            (Some(id), Some(timestamp), Some(signatures)) => {
                let content = [format!("{id}.{timestamp}.").as_bytes(), &request.body].concat();
                let is_signed = |part| keys.iter().any(|key| standard_signature(key, &content) == part);
                let id_is_plain =
                    regex::Regex::new("^[A-Za-z0-9_-]{1,128}$").unwrap().is_match(id) && !id.ends_with('\n');
                let is_near = regex::Regex::new("^[0-9]{1,12}$").unwrap().is_match(timestamp)
                    && (now.as_seconds() - timestamp.parse::<i64>().unwrap()).abs() <= 300;
                id_is_plain && is_near && signatures.split(' ').any(is_signed)
            }
            _ => false,
        }
    };
    token && path && hmac && standard
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn t01_only_what_was_signed_gets_through_whatever_is_changed_on_the_way(
        schemes in 1..16_u8,
        changes in prop::collection::vec(any_mutation(), 0..3),
    ) {
        let all = by_all();
        let has = |bit: u8| schemes & bit != 0;
        let verify = config::VerifyConfig {
            zapi_token: has(1),
            path_secret: all.path_secret.filter(|_| has(2)),
            hmac: all.hmac.filter(|_| has(4)),
            standard_webhooks: all.standard_webhooks.filter(|_| has(8)),
        };
        let whole = Request::signed(verify);
        let request = changes.iter().fold(whole.clone(), mutate);
        let later: i64 = changes.iter().map(|c| if let Mutation::Later(seconds) = c { *seconds } else { 0 }).sum();
        let now = Timestamp(NOON.0 + later * 1_000);

        let verified = request.at(now);

        prop_assert_eq!(verified.is_ok(), is_proven(&request, now), "{:?}", verified);
        prop_assert!(!changes.is_empty() || verified.is_ok());
    }

    #[test]
    fn t01_arbitrary_headers_are_rejected_without_a_panic(
        values in prop::collection::vec(prop::option::of(prop::collection::vec(any::<u8>(), 0..100)), 5),
        path in prop::option::of(any::<String>()),
        body in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut request = Request { verify: by_all(), headers: HeaderMap::new(), path, body };
        for (name, value) in PARTS.iter().zip(values) {
            if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(&value).ok()) {
                request.headers.append(*name, value);
            }
        }
        prop_assert!(request.at(NOON).is_err());
    }
}

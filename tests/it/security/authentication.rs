//! Forged deliveries: without valid authentication all get the same response, and nothing happens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};

use crate::support::{ANA, Service};
use crate::webhook::{assert_status, expect_problem};

const KEY: &str = "a made-up key that signs webhooks";
const HEADER: &str = "x-hub-signature-256";

fn sha256(body: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.chain_update(body).finalize().into_bytes().to_vec()
}

fn sha512(body: &str) -> Vec<u8> {
    let mac = Hmac::<Sha512>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.chain_update(body).finalize().into_bytes().to_vec()
}

#[tokio::test]
async fn t01_a_forged_body_is_401_with_the_same_response_for_every_reason() {
    let verify = format!(
        "[instances.main.verify]\nhmac = {{ header = \"X-Hub-Signature-256\", secrets = [\"{KEY}\"] }}\n"
    );
    let bot = Service::with().verify(&verify).start().await;
    let body = bot.message(ANA, "/link \"Bairro Feliz\" futebol").body();
    let tag = sha256(&body);
    let right = format!("sha256={}", hex::encode(&tag));
    let one = |value: String| (vec![value], body.clone());
    let reserialised = serde_json::from_str::<serde_json::Value>(&body).unwrap().to_string();
    assert_ne!(reserialised, body, "it holds a key twice");

    let forged: Vec<(Vec<String>, String)> = vec![
        (vec![], body.clone()),
        one(String::new()),
        one("sha256=".to_owned()),
        one(format!("sha256={}", "0".repeat(64))),
        one(format!("sha256={}", BASE64.encode([0; 32]))),
        one(right[..right.len() - 1].to_owned()),
        one(right[..right.len() - 2].to_owned()),
        one(format!("{right}0")),
        one(format!("sha256={}", hex::encode_upper(&tag))),
        one(format!("SHA256={}", hex::encode(&tag))),
        one(format!("sha1={}", hex::encode(&tag[..20]))),
        one(format!("sha512={}", hex::encode(sha512(&body)))),
        one(hex::encode(sha512(&body))),
        one(hex::encode(&sha512(&body)[..32])),
        one(hex::encode(&tag[..16])),
        one(BASE64.encode(&tag[..16])),
        one(format!("sha256={right}")),
        one(format!("v1,{}", BASE64.encode(&tag))),
        one(format!("{right},{right}")),
        one(format!("{right} {right}")),
        (vec![right.clone(), right.clone()], body.clone()),
        (vec![format!("sha256={}", "0".repeat(64)), right.clone()], body.clone()),
        (vec![right.clone()], reserialised),
        (vec![right.clone()], format!("{body}\n")),
        (vec![right.clone()], format!(" {body}")),
        (vec![right.clone()], body.replace("futebol", "suporte")),
        (vec![right.clone()], String::new()),
    ];
    let mut responses = Vec::new();
    for (signatures, body) in &forged {
        let headers: Vec<_> = signatures.iter().map(|value| (HEADER, value.as_str())).collect();
        let response = bot.deliver("/webhooks/main", &headers, body.as_bytes()).await;
        expect_problem(&response, 401);
        let seen: Vec<_> = response
            .headers
            .iter()
            .filter(|(name, _)| name != "date" && name != "x-request-id")
            .cloned()
            .collect();
        responses.push((seen, response.body));
    }

    assert!(responses.iter().all(|response| *response == responses[0]), "{responses:#?}");
    assert_eq!((bot.command_count().await, bot.sandbox.calls().len()), (0, 0));
    // The contract allows leaving out the prefix: the signature is the same.
    for right in [right, hex::encode(&tag)] {
        let response = bot.deliver("/webhooks/main", &[(HEADER, &right)], body.as_bytes()).await;
        assert_eq!(response.status, 200, "{}", response.text());
    }
}

#[tokio::test]
async fn t03_a_request_without_authentication_is_401() {
    let bot = Service::start().await;
    let body = bot.message(ANA, "/whoami").body();

    expect_problem(&bot.deliver("/webhooks/main", &[], body.as_bytes()).await, 401);
    expect_problem(&bot.deliver("/webhooks/main", &[("z-api-token", "")], body.as_bytes()).await, 401);
    assert_status(&bot.deliver("/webhooks/main", &[bot.token()], body.as_bytes()).await, "accepted");
}

/// Timing cannot be measured in a stable test; but the source shows that no other comparison exists.
#[test]
fn t02_secrets_are_compared_only_in_constant_time() {
    let source = include_str!("../../../src/webhook/verify.rs");
    let code: Vec<&str> = source.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
    let words = ["secret", "token", "tag", "signature", "digest", "expected", "candidate", "key"];
    let compares = |line: &&&str| {
        let line = line.to_lowercase();
        [" == ", " != ", ".eq(", ".cmp(", "starts_with", "contains("].iter().any(|sign| line.contains(sign))
            && words.iter().any(|word| line.contains(word))
    };
    let odd: Vec<_> = code.iter().filter(compares).collect();

    assert!(odd.is_empty(), "{odd:#?}");
    let count = |what: &str| code.iter().filter(|line| line.contains(what)).count();
    assert_eq!((count(".ct_eq("), count(".verify_slice(")), (1, 2));
    // Digests of both tokens are compared, so that their lengths reveal nothing.
    assert!(code.iter().any(|line| line.contains("given.unwrap_or_default().ct_eq(expected)")));
    assert_eq!((count("given: Result<Tag, AuthFailure>"), count(".map(digest)")), (1, 2));
}

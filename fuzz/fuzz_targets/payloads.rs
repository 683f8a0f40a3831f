//! Any verified body: nothing panics, parsed events are consistent, and arguments of commands are parsed too.
#![no_main]

use std::sync::LazyLock;

use bytes::Bytes;
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;
use vincula::clock::Timestamp;
use vincula::commands::CATALOG;
use vincula::config::VerifyConfig;
use vincula::parse::arguments;
use vincula::parse::prefix::CommandParser;
use vincula::webhook::payload::{InstanceInfo, ParsedEvent, parse_event};
use vincula::webhook::verify::{RequestMeta, Verifier};

#[path = "instance.rs"]
mod instance;

static OPEN: LazyLock<Verifier> = LazyLock::new(|| Verifier::new(&instance::instance(VerifyConfig::default())));

static PARSER: LazyLock<CommandParser> = LazyLock::new(|| CommandParser::new(&["/".to_owned()]));

fuzz_target!(|body: &[u8]| {
    let headers = HeaderMap::new();
    let request = RequestMeta::new(&headers, None);
    let credentials = OPEN.read_credentials(&request);
    let verified = OPEN.verify(&credentials, Bytes::copy_from_slice(body), Timestamp(0)).expect("everything passes");
    for owner_commands in [false, true] {
        let instance_info = InstanceInfo { id: instance::ID, owner_commands, has_community_admins: owner_commands };
        let Ok(event) = parse_event(&verified, &instance_info) else { continue };
        // Other JSON parsers accept the object as well; they may only be stricter about numbers.
        assert!(std::str::from_utf8(body).is_ok_and(|text| text.trim().starts_with('{')));
        let ParsedEvent::Message(message) = event else { continue };
        assert!((1..=128).contains(&message.id.chars().count()) && !message.text.is_empty());
        assert!(message.by_owner || !message.sender.is_unknown(), "no sender");
        assert!(owner_commands || !message.by_owner);
        let message = message.to_message();
        assert!(!message.chat.id().is_empty());
        assert!(message.chat.id().chars().all(|c| c.is_ascii_alphanumeric() || "@-.".contains(c)));
        if let Some(command) = PARSER.parse(&message.text)
            && let Some(spec) = CATALOG.lookup(&command.typed)
        {
            let _ = arguments::parse(spec.args, spec.is_mutating, &command.rest);
        }
    }
});

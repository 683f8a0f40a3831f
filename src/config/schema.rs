//! Every key of the configuration, once: its shape, its default, a sentence, whether it is secret.
//!
//! The loader takes shapes and defaults from here, unknown keys are told by it, and the table of docs/configuration.md
//! is rendered from it. A segment in angle brackets is a name that the operator chooses.

use std::fmt::Write as _;

use KeyDefault::{Absent, Required, SectionName, Value};
use ValueType::{Bool, List, NoneOrTable, Number, Size, Text};

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its full name, such as `instances.<instance>.token`.
    pub path: &'static str,
    /// What its value looks like.
    pub value_type: ValueType,
    /// What holds where it is not given.
    pub default: KeyDefault,
    /// One sentence about it.
    pub doc: &'static str,
    /// Its value is never shown.
    pub secret: bool,
}

/// What a value looks like in the file; in the environment everything is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Quoted text, whose form the word names.
    Text(&'static str),
    /// A whole number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A number of bytes, or text such as `256KiB`.
    Size,
    /// A list of texts, whose form the word names.
    List(&'static str),
    /// The text `none`, or the table of the keys below.
    NoneOrTable,
}

/// What holds where a key is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDefault {
    /// It has to be given (a secret: it or its `_file` twin).
    Required,
    /// Nothing.
    Absent,
    /// This value, spelled as in the environment.
    Value(&'static str),
    /// The name of the table it stands in.
    SectionName,
}

const fn key(path: &'static str, shape: ValueType, default: KeyDefault, doc: &'static str) -> Key {
    Key { path, value_type: shape, default, doc, secret: false }
}

const fn secret(path: &'static str, shape: ValueType, default: KeyDefault, doc: &'static str) -> Key {
    Key { path, value_type: shape, default, doc, secret: true }
}

/// All of them, in the order in which documents list them.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("server.listen", Text("address"), Value("127.0.0.1:8080"), "The public side: webhooks only."),
    key("server.admin_listen", Text("address"), Value("127.0.0.1:9090"), "The private side: health and metrics; keep it from the internet."),
    key("server.public_url", Text("URL"), Absent, "Where Z-API reaches the public side: https, as `webhook register` tells it."),
    key("server.max_body", Size, Value("256KiB"), "The largest body of a webhook: bytes, or a number with KiB or MiB."),
    key("server.max_connections", Number, Value("1024"), "The most connections at a time, 1 to 100000, as far as the limit of open files affords them; the one that is idle for the longest makes room for a newcomer."),
    key("server.trusted_proxies", List("address or range"), Value("[]"), "Addresses or ranges (`10.0.0.0/8`) of the proxies in front, whose `X-Forwarded-For` is believed when failed verifications are counted by address; where some are named, any other address holds half of `max_connections` at most."),

    secret("store.url", Text("URL"), Value("sqlite:vincula.db"), "Where the journal is: `sqlite:` and a path, relative to the working directory, or `postgres://user@host/database`."),
    key("store.url_file", Text("path"), Absent, "A file that holds `url`."),
    key("store.retention", Text("duration"), Value("90d"), "How long the journal keeps an order after its end: 48h or more, and no less than any `max_event_age`, since a message that comes again is known by it."),
    key("store.text_retention", Text("duration"), Value("30d"), "How long of that it keeps what was typed and what was answered."),

    key("instances.<instance>.id", Text("id"), Required, "Z-API's id of the instance."),
    secret("instances.<instance>.token", Text("token"), Required, "The instance token of Z-API."),
    key("instances.<instance>.token_file", Text("path"), Absent, "A file that holds `token`."),
    secret("instances.<instance>.client_token", Text("token"), Absent, "The account security token (`Client-Token`), where the account has turned it on."),
    key("instances.<instance>.client_token_file", Text("path"), Absent, "A file that holds `client_token`."),
    key("instances.<instance>.base_url", Text("URL"), Value("https://api.z-api.io"), "Where Z-API is: https, or http on loopback."),
    key("instances.<instance>.locale", Text("language"), Value("en"), "The language of replies: `en`, `pt-BR` or `es`."),
    key("instances.<instance>.prefixes", List("prefix"), Value("[\"/\"]"), "What an order begins with: one to three signs each, no letters or digits."),
    key("instances.<instance>.non_admins", Text("word"), Value("ignore"), "Orders of people who are no admins: `ignore` is silence, `refuse` answers once an hour."),
    key("instances.<instance>.owner_commands", Bool, Value("false"), "Orders typed on the bot's own phone count as the owner's."),
    key("instances.<instance>.time_zone", Text("zone"), Value("America/Sao_Paulo"), "The time zone in which replies tell times, by its IANA name."),
    key("instances.<instance>.admins_from", Text("word"), Value("config"), "Who may give orders: `config` names them under `admins`; `community` lets the admins of a community command in it as well, but not create, deactivate or name anything."),
    key("instances.<instance>.max_event_age", Text("duration"), Value("10m"), "Orders sent longer ago are not run; their admin is told."),
    key("instances.<instance>.give_up_after", Text("duration"), Value("30m"), "How long an order is retried."),
    key("instances.<instance>.community_limit", Number, Value("50"), "How many ordinary groups a community can hold: a warning, not a wall."),

    key("instances.<instance>.verify", NoneOrTable, Required, "How a webhook proves where it comes from: at least one of the keys below, and all that are named must hold; `\"none\"` only where `server.listen` is loopback."),
    key("instances.<instance>.verify.zapi_token", Bool, Value("false"), "The header `z-api-token` equals the instance token."),
    secret("instances.<instance>.verify.path_secret", Text("secret"), Absent, "The last segment of the webhook's URL: 16 or more of `A-Z a-z 0-9 . _ ~ -`."),
    key("instances.<instance>.verify.path_secret_file", Text("path"), Absent, "A file that holds `path_secret`."),
    key("instances.<instance>.verify.hmac.header", Text("header name"), Required, "Where `hmac` is given: the header that carries the HMAC-SHA256 of the body, in hex or base64."),
    secret("instances.<instance>.verify.hmac.secrets", List("secret"), Required, "Where `hmac` is given: its keys, 16 bytes or more each; any one may have signed."),
    key("instances.<instance>.verify.hmac.secrets_file", Text("path"), Absent, "A file that holds `secrets`, one a line."),
    secret("instances.<instance>.verify.standard_webhooks.secrets", List("base64 secret"), Required, "Where `standard_webhooks` is given: its keys in base64, with or without `whsec_`; any one may have signed."),
    key("instances.<instance>.verify.standard_webhooks.secrets_file", Text("path"), Absent, "A file that holds `secrets`, one a line."),

    key("instances.<instance>.limits.commands_per_minute", Number, Value("30"), "Orders of one admin a minute; over it, they are told once."),
    key("instances.<instance>.limits.changes_per_second", Number, Value("1"), "Changing calls to Z-API a second, with bursts of 5; the rest waits."),
    key("instances.<instance>.limits.messages_per_minute", Number, Value("30"), "Messages of the bot a minute, with bursts of 5; the rest waits."),

    key("instances.<instance>.admins.<admin>.phone", Text("phone"), Absent, "The admin's number with its country code; this, `lid`, or both."),
    key("instances.<instance>.admins.<admin>.lid", Text("lid"), Absent, "The admin's hidden id, `…@lid`, as `whoami` and the log show it."),
    key("instances.<instance>.admins.<admin>.name", Text("name"), SectionName, "How the bot calls them."),
    key("instances.<instance>.admins.<admin>.commands", List("command"), Value("[\"*\"]"), "The commands they may give, by English name; `*` is all."),
    key("instances.<instance>.admins.<admin>.communities", List("community"), Value("[\"*\"]"), "The communities they may give them in, by id, alias or name; `*` is all."),

    key("instances.<instance>.aliases.<alias>", Text("id"), Absent, "A short name for the community or group with this id."),
];

/// The key of that name in a section, where a name of the operator's choice fits its bracket.
pub(super) fn find_key(section: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| {
        key.path
            .rsplit_once('.')
            .is_some_and(|(parent, last)| parent == section && (last == name || is_user_segment(last)))
    })
}

/// The next segment of every key below a section (empty: the top), each once.
pub(super) fn child_segments(section: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for key in KEYS {
        let Some(rest) = path_below(key.path, section) else { continue };
        let name = rest.split('.').next().unwrap_or(rest);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What follows the section in a path that lies below it.
pub(super) fn path_below<'p>(path: &'p str, section: &str) -> Option<&'p str> {
    if section.is_empty() { Some(path) } else { path.strip_prefix(section)?.strip_prefix('.') }
}

/// A segment that stands for a name the operator chooses.
pub(super) fn is_user_segment(segment: &str) -> bool {
    segment.starts_with('<')
}

/// The table of keys for docs/configuration.md, in Markdown.
pub fn markdown() -> String {
    let mut table = String::from("| key | value | default | meaning |\n|---|---|---|---|\n");
    for key in KEYS {
        let value = match key.value_type {
            Text(form) => form.to_owned(),
            Number => "number".to_owned(),
            Bool => "`true` or `false`".to_owned(),
            Size => "size".to_owned(),
            List(form) => format!("list: {form}"),
            NoneOrTable => "`\"none\"` or a table".to_owned(),
        };
        let default = match (key.default, key.value_type) {
            (Required, _) => "*required*".to_owned(),
            (Absent, _) => "—".to_owned(),
            (SectionName, _) => "the key".to_owned(),
            (Value(text), Text(_) | Size) => format!("`\"{text}\"`"),
            (Value(text), _) => format!("`{text}`"),
        };
        let secret = if key.secret { " **Secret.**" } else { "" };
        // Writing to a String does not fail.
        let _ = writeln!(table, "| `{}` | {value} | {default} | {}{secret} |", key.path, key.doc);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_once_with_one_sentence() {
        for (index, key) in KEYS.iter().enumerate() {
            assert!(
                KEYS[..index].iter().all(|earlier| earlier.path != key.path),
                "{} stands twice",
                key.path
            );
            assert!(key.doc.ends_with('.') && !key.doc.contains('\n'), "{}", key.path);
            assert!(!key.doc.contains('|'), "{} would break the table", key.path);
        }
    }

    #[test]
    fn every_secret_has_a_file_twin_and_every_twin_a_secret() {
        for key in KEYS {
            if key.secret {
                let twin = format!("{}_file", key.path);
                assert!(KEYS.iter().any(|other| other.path == twin), "{twin} is missing");
            } else if let Some(path) = key.path.strip_suffix("_file") {
                assert!(KEYS.iter().any(|other| other.path == path && other.secret), "{path}");
            }
        }
    }

    #[test]
    fn the_table_has_a_row_for_every_key() {
        let table = markdown();
        assert_eq!(table.lines().count(), KEYS.len() + 2);
        assert!(table.contains("| `server.listen` | address | `\"127.0.0.1:8080\"` | The public side"));
        assert!(table.contains("| `instances.<instance>.token` | token | *required* |"));
        for row in table.lines() {
            assert_eq!(row.matches('|').count(), 5, "{row}");
        }
    }

    #[test]
    fn a_section_knows_what_may_stand_in_it() {
        assert_eq!(child_segments(""), ["server", "store", "instances"]);
        assert_eq!(child_segments("instances"), ["<instance>"]);
        assert!(child_segments("instances.<instance>").contains(&"verify"));
        assert!(find_key("instances.<instance>.aliases", "sales").is_some());
        assert!(find_key("server", "listn").is_none());
    }
}

//! The errors of a call, and whether a retry helps: one table, from Z-API's documentation.
//!
//! | what happened | cause | retried | every call fails |
//! |---|---|---|---|
//! | the journal cannot be written, so there is no permit for the call: nothing was sent | [`ApiErrorKind::RateLimitUnavailable`] | yes | yes |
//! | the deadline of this attempt is over: a change was not sent, a read was cancelled | [`ApiErrorKind::DeadlineExceeded`] | yes | yes |
//! | connection or name look-up failed: nothing was sent | [`ApiErrorKind::Unreachable`] | yes | yes |
//! | timeout, reset, incomplete, 408: it may have been done | [`ApiErrorKind::NoResponse`] | yes | |
//! | 425, 429: it was not done | [`ApiErrorKind::RateLimited`] | yes | |
//! | 5xx: it may have been done | [`ApiErrorKind::ServerError`] | yes | |
//! | an error text about the connection of the phone | [`ApiErrorKind::Disconnected`] | yes | yes |
//! | `null not allowed`, `<token> not allowed`, `client-token is not configured` | [`ApiErrorKind::WrongClientToken`] | no | yes |
//! | `Instance not found` | [`ApiErrorKind::InstanceNotFound`] | no | yes |
//! | `<IP address> not allowed`, with or without brackets | [`ApiErrorKind::WrongUrl`] | no | yes |
//! | other 4xx; 2xx with an `error` that says something, `success:false`, `value:false`, `status:"ERROR"` | [`ApiErrorKind::Rejected`] | no | |
//! | 2xx or 3xx that is empty, no JSON, too long, or does not confirm the change: it may have been done | [`ApiErrorKind::Unreadable`] | yes | |
//!
//! The text of an error counts before its status, except for 408, 425 and 429. `worker::retry_policy` decides when the
//! next attempt is.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::lenient_json;
use crate::clock::Timestamp;
use crate::domain::Locale;
use crate::i18n;

/// The call whose response is not documented (Z-API's documentation).
pub(super) const DEACTIVATE_CALL: &str = "DELETE communities";

/// A failed call to Z-API. Its `Display` has nothing of the URL, but Z-API's error text, which may repeat a message: it
/// is for the journal; above debug, only `call` and `cause` are logged.
#[derive(Clone, Debug, thiserror::Error)]
#[error("Z-API {call}: {cause}{}", self.detail())]
pub struct ApiError {
    /// The call, as Z-API's documentation names it.
    pub call: &'static str,
    /// What went wrong.
    pub cause: ApiErrorKind,
    /// Z-API's error text without HTML and secrets, at most 200 characters.
    pub message: Option<String>,
    /// The value of `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The response was JSON, so it is from Z-API and not from a proxy.
    pub is_of_z_api: bool,
}

/// What went wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiErrorKind {
    /// The journal could not be written, so there is no permit for the call: nothing was sent.
    #[error("was not called: the journal cannot be written now")]
    RateLimitUnavailable,
    /// The deadline of this attempt is over: a change was not sent, a read was cancelled.
    #[error("was not waited for: the time of this attempt is over")]
    DeadlineExceeded,
    /// No connection: nothing was sent.
    #[error("cannot be reached")]
    Unreachable,
    /// Sent, but without a response: it may have been done.
    #[error("did not answer")]
    NoResponse,
    /// Z-API asks to slow down (429, 425): it was not done.
    #[error("asks to slow down")]
    RateLimited,
    /// An error of Z-API's server, with the status: it may have been done.
    #[error("has trouble (status {0})")]
    ServerError(u16),
    /// The phone is not connected.
    #[error("the phone is not connected")]
    Disconnected,
    /// The Client-Token is missing or wrong.
    #[error("the Client-Token is missing or wrong")]
    WrongClientToken,
    /// The instance's id or token is wrong.
    #[error("the instance's id or token is wrong")]
    InstanceNotFound,
    /// Calls from this address are not allowed.
    #[error("this server's address is not allowed")]
    WrongUrl,
    /// Refused, for a reason of this call: not done.
    #[error("refused")]
    Rejected,
    /// A response that cannot be parsed.
    #[error("gave an answer that cannot be read")]
    Unreadable,
}

impl ApiErrorKind {
    /// Classifies a transport error.
    pub(super) fn from_transport(error: &reqwest::Error) -> Self {
        if error.is_connect() || error.is_builder() { Self::Unreachable } else { Self::NoResponse }
    }

    /// The row of the table: whether a retry may help, and whether every call fails in the same way.
    const fn classify(self) -> (bool, bool) {
        match self {
            Self::RateLimitUnavailable | Self::DeadlineExceeded | Self::Unreachable | Self::Disconnected => {
                (true, true)
            }
            Self::NoResponse | Self::RateLimited | Self::ServerError(_) | Self::Unreadable => (true, false),
            Self::WrongClientToken | Self::InstanceNotFound | Self::WrongUrl => (false, true),
            Self::Rejected => (false, false),
        }
    }

    /// Its word in the metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RateLimitUnavailable => "rate_limit_unavailable",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::Unreachable => "unreachable",
            Self::NoResponse => "no_response",
            Self::RateLimited => "rate_limited",
            Self::ServerError(_) => "server_error",
            Self::Disconnected => "disconnected",
            Self::WrongClientToken => "wrong_client_token",
            Self::InstanceNotFound => "instance_not_found",
            Self::WrongUrl => "address_not_allowed",
            Self::Rejected => "rejected",
            Self::Unreadable => "unreadable",
        }
    }

    /// Whether a retry may help.
    pub fn is_temporary(self) -> bool {
        self.classify().0
    }

    /// Whether nothing was sent.
    pub fn is_unsent(self) -> bool {
        matches!(self, Self::RateLimitUnavailable | Self::DeadlineExceeded | Self::Unreachable)
    }

    /// Whether the call had no effect: it was not sent, or Z-API refused it.
    pub fn is_surely_not_applied(self) -> bool {
        self.is_unsent() || self == Self::RateLimited || !self.is_temporary()
    }

    /// Whether the whole account or instance is affected: other calls fail in the same way.
    pub fn affects_instance(self) -> bool {
        self.classify().1
    }
}

impl ApiError {
    /// An error without a text from Z-API.
    pub fn new(call: &'static str, cause: ApiErrorKind) -> Self {
        Self { call, cause, message: None, retry_after: None, is_of_z_api: false }
    }

    /// Whether it proves that the requested object does not exist: a refusal of a read in JSON, with a text that names no
    /// temporary problem. A page of a proxy, no response, and a refusal without text prove nothing.
    pub fn proves_absence(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default().to_lowercase();
        let is_temporary = TEMPORARY_PHRASES.iter().any(|words| message.contains(words));
        self.cause == ApiErrorKind::Rejected && self.is_of_z_api && !message.is_empty() && !is_temporary
    }

    /// A sentence for a person, with a remedy if there is one. `quote` escapes Z-API's text, which may be any text of a
    /// proxy.
    pub fn user_message(&self, locale: Locale, quote: impl Fn(&str) -> String) -> String {
        let (status, reason);
        let mut values = Vec::new();
        let key = match self.cause {
            ApiErrorKind::RateLimitUnavailable => "internal",
            ApiErrorKind::Unreachable => "api-unreachable",
            ApiErrorKind::NoResponse | ApiErrorKind::DeadlineExceeded => "api-no-answer",
            ApiErrorKind::RateLimited => "api-busy",
            ApiErrorKind::ServerError(code) => {
                status = code.to_string();
                values.push(("status", i18n::Value::from(&status)));
                "api-failed"
            }
            ApiErrorKind::Disconnected => "api-disconnected",
            ApiErrorKind::WrongClientToken => "api-client-token",
            ApiErrorKind::InstanceNotFound => "api-instance",
            ApiErrorKind::WrongUrl => "api-address",
            ApiErrorKind::Rejected => {
                reason = quote(self.message.as_deref().unwrap_or("?"));
                values.push(("reason", i18n::Value::from(&reason)));
                "api-rejected"
            }
            ApiErrorKind::Unreadable => "api-unreadable",
        };
        i18n::text(locale, key, &values)
    }

    /// Removes secrets that Z-API repeated, then cuts the text to 200 characters: in this order, since a part of a
    /// secret is secret too.
    pub(super) fn redacted(mut self, secrets: &[&str]) -> Self {
        if let Some(message) = &mut self.message {
            for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
                *message = message.replace(secret, "…");
            }
            *message = message.chars().take(200).collect();
        }
        self
    }

    /// The error without the name of the call.
    pub fn ended(&self) -> String {
        format!("{}{}", self.cause, self.detail())
    }

    fn detail(&self) -> String {
        self.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default()
    }
}

/// Parses a response: its JSON, or the error.
pub(super) fn parse_response(
    call: &'static str,
    status: u16,
    retry_after: Option<Duration>,
    body: &[u8],
) -> Result<Value, ApiError> {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let message = extract_message(json.as_ref(), body);
    // Only texts of Z-API are known; an error page may have any text.
    let refusal =
        message.as_deref().filter(|_| json.is_some()).and_then(|message| classify_message(message, status));
    let cause = match status {
        200..=299 => match &json {
            None if body.is_empty() => return Ok(Value::Null),
            // This response is not documented, but a page is from a proxy.
            None if call == DEACTIVATE_CALL && !body.trim_ascii_start().starts_with(b"<") => {
                return Ok(Value::Null);
            }
            None => Some(ApiErrorKind::Unreadable),
            // Its `error` is no error, such as "You are already connected."
            Some(_) if call == "status" => None,
            Some(response) => is_failure(response).then(|| refusal.unwrap_or(ApiErrorKind::Rejected)),
        },
        // A proxy or a compatible server may send it for a call that it passed on.
        408 => Some(ApiErrorKind::NoResponse),
        425 | 429 => Some(ApiErrorKind::RateLimited),
        _ if refusal.is_some() => refusal,
        500..=599 => Some(ApiErrorKind::ServerError(status)),
        400..=499 => Some(ApiErrorKind::Rejected),
        _ => Some(ApiErrorKind::Unreadable),
    };
    match cause {
        None => Ok(json.unwrap_or_default()),
        Some(cause) => Err(ApiError { call, cause, message, retry_after, is_of_z_api: json.is_some() }),
    }
}

/// Checks that the response to a change confirms it. Empty and unknown responses do not.
pub(super) fn confirm(call: &'static str, response: &Value) -> Result<(), ApiError> {
    let response = lenient_json::object(response);
    let is_confirmed = ["success", "value"].iter().any(|key| lenient_json::is_true(response, key));
    if is_confirmed { Ok(()) } else { Err(ApiError::new(call, ApiErrorKind::Unreadable)) }
}

/// Parses `Retry-After`: seconds, or a date, which is compared with the server's `Date` if there is one, so that the
/// clocks need not agree. A date in the past is zero.
pub(super) fn parse_retry_after(retry_after: &str, date: Option<&str>, now: Timestamp) -> Option<Duration> {
    let retry_after = retry_after.trim();
    if let Ok(seconds) = retry_after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = |text: &str| httpdate::parse_http_date(text.trim()).ok();
    let until = moment(retry_after)?;
    let from = date
        .and_then(moment)
        .unwrap_or_else(|| UNIX_EPOCH + Duration::from_millis(now.0.max(0).unsigned_abs()));
    Some(until.duration_since(from).unwrap_or_default())
}

fn is_failure(response: &Value) -> bool {
    let response = lenient_json::object(response);
    let denies = |key| response.get(key).and_then(lenient_json::as_bool) == Some(false);
    response.get("error").is_some_and(says_error)
        || denies("success")
        || denies("value")
        || lenient_json::text(response, "status").as_deref() == Some("ERROR")
}

/// Phrases of a refusal for a temporary problem: limits of WhatsApp and failures of Z-API.
const TEMPORARY_PHRASES: [&str; 9] = [
    "timeout",
    "timed out",
    "time-out",
    "too many",
    "limit",
    "try again",
    "tente novamente",
    "internal",
    "unavailable",
];

/// Whether an `error` is not empty: beside a success it may be present but empty, of any type.
fn says_error(error: &Value) -> bool {
    match error {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(text.trim(), "" | "0" | "false" | "null"),
        Value::Array(items) => items.iter().any(says_error),
        Value::Object(fields) => !fields.is_empty(),
    }
}

/// Phrases of an error about the connection of the phone.
const DISCONNECTED_PHRASES: [&str; 9] = [
    "be connected",
    "not connected",
    "disconnected",
    "connect your",
    "connect the",
    "desconect",
    "não está conectad",
    "restore the session",
    "restaurar a sess",
];

/// Classifies error texts that mean the same for every call (Z-API's documentation).
fn classify_message(message: &str, status: u16) -> Option<ApiErrorKind> {
    let message = message.to_lowercase();
    let has = |text: &str| message.contains(text);
    if has("client-token") || has("null not allowed") {
        Some(ApiErrorKind::WrongClientToken)
    } else if has("instance not found") {
        Some(ApiErrorKind::InstanceNotFound)
    } else if let Some(cause) = not_allowed(&message) {
        Some(cause)
    } else if status < 500 && DISCONNECTED_PHRASES.iter().any(|words| has(words)) {
        Some(ApiErrorKind::Disconnected)
    } else {
        None
    }
}

/// Classifies `… not allowed`: about the address of this machine, or the Client-Token, which Z-API repeats. Anything
/// else (`Method not allowed`) is about this call alone.
fn not_allowed(message: &str) -> Option<ApiErrorKind> {
    /// Tokens are at least so long, and ordinary words with a digit are shorter.
    const MIN_TOKEN_LEN: usize = 16;
    let subject = message.trim_end_matches(['.', '!']).strip_suffix("not allowed")?.trim();
    let is_bracketed = subject.starts_with('[');
    let words: Vec<&str> =
        subject.split([' ', ',', '[', ']', '"', '\'', '(', ')']).filter(|word| !word.is_empty()).collect();
    let is_token = |word: &&str| {
        let is_plain = word.bytes().all(|b| b.is_ascii_alphanumeric());
        word.len() >= MIN_TOKEN_LEN && is_plain && word.bytes().any(|b| b.is_ascii_digit())
    };
    // A zone or a port may follow: `fe80::1%eth0`, `203.0.113.9:443`.
    let is_address = |word: &&str| {
        let bare = word.split('%').next().unwrap_or_default();
        bare.parse::<IpAddr>().is_ok() || bare.parse::<SocketAddr>().is_ok()
    };
    if words.iter().any(is_address) {
        Some(ApiErrorKind::WrongUrl)
    } else if words.iter().any(is_token) {
        Some(ApiErrorKind::WrongClientToken)
    } else {
        (is_bracketed || words == ["ip"]).then_some(ApiErrorKind::WrongUrl)
    }
}

/// `error`, else `message`, else the text without its HTML.
fn extract_message(json: Option<&Value>, body: &[u8]) -> Option<String> {
    let object = json.map(lenient_json::object);
    let field = |key| {
        let object = object.filter(|object| object.get(key).is_some_and(says_error))?;
        // The text may be in an object or a list.
        lenient_json::text(object, key).or_else(|| match lenient_json::object(object.get(key)?) {
            Value::String(text) => Some(text.clone()),
            inner => lenient_json::text(inner, "message").or_else(|| lenient_json::text(inner, "error")),
        })
    };
    let text = match object {
        Some(_) => field("error").or_else(|| field("message"))?,
        None => strip_html(&String::from_utf8_lossy(body)),
    };
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain: String = line.chars().filter(|c| !c.is_control()).collect();
    (!plain.is_empty()).then_some(plain)
}

fn strip_html(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                text.push(' ');
            }
            _ if !is_tag => text.push(c),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(call: &'static str, status: u16, body: &str) -> Option<ApiErrorKind> {
        parse_response(call, status, None, body.as_bytes()).err().map(|error| error.cause)
    }

    #[test]
    fn t27_responses_are_classified_by_their_content() {
        let rows = [
            (200, r#"{"success":true}"#, None),
            (200, r#"{"success":"true","error":""}"#, None),
            (200, r#"[]"#, None),
            (200, "", None),
            (200, r#"{"success":false}"#, Some(ApiErrorKind::Rejected)),
            (200, r#"{"value":"false"}"#, Some(ApiErrorKind::Rejected)),
            (200, r#"{"status":"ERROR"}"#, Some(ApiErrorKind::Rejected)),
            (200, r#"{"error":"You need to be connected"}"#, Some(ApiErrorKind::Disconnected)),
            (200, "<html>ok</html>", Some(ApiErrorKind::Unreadable)),
            (400, r#"{"error":"your client-token is not configured"}"#, Some(ApiErrorKind::WrongClientToken)),
            (403, r#"{"error":"null not allowed"}"#, Some(ApiErrorKind::WrongClientToken)),
            (500, r#"{"error":"Instance not found"}"#, Some(ApiErrorKind::InstanceNotFound)),
            (400, r#"{"error":"[203.0.113.9] not allowed"}"#, Some(ApiErrorKind::WrongUrl)),
            (400, r#"{"error":"203.0.113.9 not allowed"}"#, Some(ApiErrorKind::WrongUrl)),
            (200, r#"{"error":"203.0.113.9 not allowed."}"#, Some(ApiErrorKind::WrongUrl)),
            (403, r#"{"error":"2001:db8::9 not allowed"}"#, Some(ApiErrorKind::WrongUrl)),
            (403, r#"{"error":"[2001:db8::9] not allowed"}"#, Some(ApiErrorKind::WrongUrl)),
            (403, r#"{"error":"::ffff:203.0.113.9 not allowed"}"#, Some(ApiErrorKind::WrongUrl)),
            (403, r#"{"message":"IP 203.0.113.9, 203.0.113.10 not allowed"}"#, Some(ApiErrorKind::WrongUrl)),
            (403, r#"{"error":"[ip] not allowed"}"#, Some(ApiErrorKind::WrongUrl)),
            (
                403,
                r#"{"error":"F0123456789abcdef0123456789abcdefS not allowed"}"#,
                Some(ApiErrorKind::WrongClientToken),
            ),
            (
                403,
                r#"{"error":"[F0123456789abcdef0123456789abcdefS] not allowed"}"#,
                Some(ApiErrorKind::WrongClientToken),
            ),
            (405, r#"{"error":"Method not allowed"}"#, Some(ApiErrorKind::Rejected)),
            (400, r#"{"error":"Forwarding to announcements not allowed"}"#, Some(ApiErrorKind::Rejected)),
            (400, r#"{"error":"not allowed"}"#, Some(ApiErrorKind::Rejected)),
            (400, r#"{"error":"You need to restore the session."}"#, Some(ApiErrorKind::Disconnected)),
            (200, r#"{"error":"You need to restore the session."}"#, Some(ApiErrorKind::Disconnected)),
            (400, r#"{"error":"You are not connected."}"#, Some(ApiErrorKind::Disconnected)),
            (400, r#"{"error":"Device has been disconnected"}"#, Some(ApiErrorKind::Disconnected)),
            (400, r#"{"message":"not a group"}"#, Some(ApiErrorKind::Rejected)),
            (400, r#"{"error":{"message":"You need to be connected"}}"#, Some(ApiErrorKind::Disconnected)),
            (200, r#"{"error":["Instance not found"]}"#, Some(ApiErrorKind::InstanceNotFound)),
            (200, r#"{"error":{"code":7}}"#, Some(ApiErrorKind::Rejected)),
            (404, "nothing here", Some(ApiErrorKind::Rejected)),
            (408, "", Some(ApiErrorKind::NoResponse)),
            (425, "", Some(ApiErrorKind::RateLimited)),
            (429, "", Some(ApiErrorKind::RateLimited)),
            (429, r#"{"error":"You need to be connected"}"#, Some(ApiErrorKind::RateLimited)),
            (502, "<html><h1>Bad Gateway</h1></html>", Some(ApiErrorKind::ServerError(502))),
            (301, "", Some(ApiErrorKind::Unreadable)),
        ];
        for (status, body, expected) in rows {
            assert_eq!(cause("communities/link", status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn an_empty_error_beside_a_success_is_ignored() {
        for error in
            ["[]", "{}", "0", "0.0", r#""""#, r#"" ""#, r#""0""#, r#""false""#, "null", "false", "[null]"]
        {
            let body = format!(r#"{{"success":true,"error":{error}}}"#);
            assert_eq!(cause("communities/link", 200, &body), None, "{error}");
        }
        for error in ["1", "-1", "true", r#"["x"]"#, r#"{"code":1}"#, r#""1""#, r#""no""#] {
            let body = format!(r#"{{"success":true,"error":{error}}}"#);
            assert_eq!(cause("communities/link", 200, &body), Some(ApiErrorKind::Rejected), "{error}");
        }
        let body = br#"{"success":false,"error":0,"message":"not a group"}"#;
        let message = parse_response("communities/link", 200, None, body).unwrap_err().message;
        assert_eq!(message.as_deref(), Some("not a group"));
    }

    #[test]
    fn the_end_of_a_community_may_be_told_in_any_words_but_an_error_s() {
        for (status, body, expected) in [
            (200, "", None),
            (204, "", None),
            (200, "OK", None),
            (200, "true", None),
            (200, r#"{"value":false}"#, Some(ApiErrorKind::Rejected)),
            (200, r#"{"error":"Community not found"}"#, Some(ApiErrorKind::Rejected)),
            (200, "\n<html>ok</html>", Some(ApiErrorKind::Unreadable)),
            (404, "OK", Some(ApiErrorKind::Rejected)),
        ] {
            assert_eq!(cause(DEACTIVATE_CALL, status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_wish_to_be_left_alone_is_seconds_or_a_date_and_never_in_the_past() {
        let (date, later) = ("Mon, 24 Nov 2025 16:00:00 GMT", "Mon, 24 Nov 2025 16:00:07 GMT");
        let now = Timestamp(1_764_000_000_000); // the same moment as `date`
        let rows = [
            ("7", None, Some(7)),
            (" 7 ", Some(date), Some(7)),
            (later, None, Some(7)),
            (later, Some(date), Some(7)),
            (later, Some("Mon, 24 Nov 2025 15:59:00 GMT"), Some(67)), // their clock, not ours
            (later, Some("what"), Some(7)),
            (date, Some(later), Some(0)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None, Some(0)),
            ("18446744073709551615", None, Some(u64::MAX)),
            ("-7", None, None),
            ("7.5", None, None),
            ("soon", None, None),
            ("", None, None),
        ];
        for (wish, date, expected) in rows {
            assert_eq!(
                parse_retry_after(wish, date, now),
                expected.map(Duration::from_secs),
                "{wish} {date:?}"
            );
        }
        assert_eq!(
            parse_retry_after(later, None, Timestamp(i64::MIN)).map(|wait| wait.as_secs() > 0),
            Some(true)
        );
    }

    #[test]
    fn chatter_beside_a_status_is_no_error() {
        assert_eq!(cause("status", 200, r#"{"connected":true,"error":"You are already connected."}"#), None);
    }

    #[test]
    fn error_messages_are_short_plain_and_without_secrets() {
        let html = format!("<html><title>Oops</title><p>token ABCDEF{}</p></html>", "x".repeat(500));
        let error = parse_response("me", 502, Some(Duration::from_secs(7)), html.as_bytes())
            .unwrap_err()
            .redacted(&["ABCDEF"]);
        let message = error.message.clone().unwrap();
        assert!(message.starts_with("Oops token …xxx") && message.chars().count() <= 200, "{message}");
        assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
        assert!(!format!("{error} {error:?}").contains("ABCDEF"));
    }
}

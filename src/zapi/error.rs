//! What can go wrong with a call, and whether trying again helps: the one table, from ZAPI.md §1.
//!
//! | what comes back | cause | tried again | every call fails |
//! |---|---|---|---|
//! | the journal cannot be written, so the call could not be booked: nothing was sent | [`ApiErrorKind::RateLimitUnavailable`] | yes | yes |
//! | the time of this attempt is over: a change was not sent, a reading was cut | [`ApiErrorKind::DeadlineExceeded`] | yes | yes |
//! | connection or name look-up failed: nothing was sent | [`ApiErrorKind::Unreachable`] | yes | yes |
//! | time-out, reset, cut short, 408: it may have been done | [`ApiErrorKind::NoResponse`] | yes | |
//! | 425, 429: it was not done | [`ApiErrorKind::Busy`] | yes | |
//! | 5xx: it may have been done | [`ApiErrorKind::ServerError`] | yes | |
//! | an error text that asks to connect | [`ApiErrorKind::Disconnected`] | yes | yes |
//! | `null not allowed`, `<token> not allowed`, `client-token is not configured` | [`ApiErrorKind::WrongClientToken`] | no | yes |
//! | `Instance not found` | [`ApiErrorKind::InstanceNotFound`] | no | yes |
//! | `<IP address> not allowed`, with or without brackets | [`ApiErrorKind::WrongUrl`] | no | yes |
//! | other 4xx; 2xx with an `error` that says something, `success:false`, `value:false`, `status:"ERROR"` | [`ApiErrorKind::Rejected`] | no | |
//! | 2xx or 3xx that is empty, no JSON, too long, or does not say what it must: it may have been done | [`ApiErrorKind::Unreadable`] | yes | |
//!
//! The words of an error come before its status, but for 408, 425 and 429. When the next try comes
//! is the journal's rule (`journal::failure`).

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::lenient_json;
use crate::clock::Timestamp;
use crate::domain::Locale;
use crate::i18n;

/// The call whose response is not documented (ZAPI.md §3).
pub(super) const DEACTIVATE_CALL: &str = "DELETE communities";

/// A call to Z-API that failed. Its `Display` holds nothing of the URL, but what Z-API said, which may
/// repeat a message: it is for the journal; above debug, `call` and `cause` are logged.
#[derive(Clone, Debug, thiserror::Error)]
#[error("Z-API {call}: {cause}{}", self.detail())]
pub struct ApiError {
    /// The call, as ZAPI.md §3 names it.
    pub call: &'static str,
    /// What went wrong.
    pub cause: ApiErrorKind,
    /// What Z-API said, without HTML and without secrets, 200 characters at most.
    pub said: Option<String>,
    /// When it asked to be called again.
    pub retry_after: Option<Duration>,
    /// It was said in JSON, as Z-API speaks: not by a page of something in between.
    pub is_of_z_api: bool,
}

/// What went wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiErrorKind {
    /// The journal could not be written, and without it no paced call is made: nothing was sent.
    #[error("was not called: the journal cannot be written now")]
    RateLimitUnavailable,
    /// The time of this attempt is over: a change was not sent, a reading was cut.
    #[error("was not waited for: the time of this attempt is over")]
    DeadlineExceeded,
    /// No connection: nothing was sent.
    #[error("cannot be reached")]
    Unreachable,
    /// Sent, but not answered: it may have been done.
    #[error("did not answer")]
    NoResponse,
    /// Asked to slow down: it was not done.
    #[error("asks to slow down")]
    Busy,
    /// Trouble on Z-API's side, with the status: it may have been done.
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
    /// Not done, for a reason of this call.
    #[error("refused")]
    Rejected,
    /// An answer that cannot be read.
    #[error("gave an answer that cannot be read")]
    Unreadable,
}

impl ApiErrorKind {
    /// What a transport error means for the call.
    pub(super) fn from_transport(error: &reqwest::Error) -> Self {
        if error.is_connect() || error.is_builder() { Self::Unreachable } else { Self::NoResponse }
    }

    /// The table's row: whether trying again later may help, and whether every call fails alike.
    const fn classify(self) -> (bool, bool) {
        match self {
            Self::RateLimitUnavailable | Self::DeadlineExceeded | Self::Unreachable | Self::Disconnected => {
                (true, true)
            }
            Self::NoResponse | Self::Busy | Self::ServerError(_) | Self::Unreadable => (true, false),
            Self::WrongClientToken | Self::InstanceNotFound | Self::WrongUrl => (false, true),
            Self::Rejected => (false, false),
        }
    }

    /// Trying again later may help.
    pub fn is_temporary(self) -> bool {
        self.classify().0
    }

    /// Nothing left this machine, so nobody has the call.
    pub fn is_unsent(self) -> bool {
        matches!(self, Self::RateLimitUnavailable | Self::DeadlineExceeded | Self::Unreachable)
    }

    /// The call did nothing: it was not sent, or Z-API said no, be it for now.
    pub fn is_surely_not_applied(self) -> bool {
        self.is_unsent() || self == Self::Busy || !self.is_temporary()
    }

    /// The whole account or instance is concerned: other calls fail alike.
    pub fn affects_instance(self) -> bool {
        self.classify().1
    }
}

impl ApiError {
    /// An error of which Z-API said nothing more.
    pub fn new(call: &'static str, cause: ApiErrorKind) -> Self {
        Self { call, cause, said: None, retry_after: None, is_of_z_api: false }
    }

    /// What was asked for does not exist, by Z-API's own word: a refusal of a reading, in JSON and in words that
    /// speak of no trouble that passes. An edge's page, silence, and a refusal without a word prove nothing.
    pub fn proves_absence(&self) -> bool {
        let said = self.said.as_deref().unwrap_or_default().to_lowercase();
        let is_passing = PASSING.iter().any(|words| said.contains(words));
        self.cause == ApiErrorKind::Rejected && self.is_of_z_api && !said.is_empty() && !is_passing
    }

    /// A sentence for a person, with what to do where something can be done. `quote` makes Z-API's
    /// own words harmless: they may hold whatever an edge server says.
    pub fn user_message(&self, locale: Locale, quote: impl Fn(&str) -> String) -> String {
        let (status, reason);
        let mut values = Vec::new();
        let key = match self.cause {
            ApiErrorKind::RateLimitUnavailable => "internal",
            ApiErrorKind::Unreachable => "api-unreachable",
            ApiErrorKind::NoResponse | ApiErrorKind::DeadlineExceeded => "api-no-answer",
            ApiErrorKind::Busy => "api-busy",
            ApiErrorKind::ServerError(code) => {
                status = code.to_string();
                values.push(("status", i18n::Value::from(&status)));
                "api-trouble"
            }
            ApiErrorKind::Disconnected => "api-disconnected",
            ApiErrorKind::WrongClientToken => "api-client-token",
            ApiErrorKind::InstanceNotFound => "api-instance",
            ApiErrorKind::WrongUrl => "api-address",
            ApiErrorKind::Rejected => {
                reason = quote(self.said.as_deref().unwrap_or("?"));
                values.push(("reason", i18n::Value::from(&reason)));
                "api-refused"
            }
            ApiErrorKind::Unreadable => "api-unreadable",
        };
        i18n::text(locale, key, &values)
    }

    /// The same error with each secret that Z-API echoed taken out, and cut to 200 characters: in
    /// this order, since a part of a secret is one too.
    pub(super) fn redacted(mut self, secrets: &[&str]) -> Self {
        if let Some(said) = &mut self.said {
            for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
                *said = said.replace(secret, "…");
            }
            *said = said.chars().take(200).collect();
        }
        self
    }

    /// How the call ended, without its name.
    pub fn ended(&self) -> String {
        format!("{}{}", self.cause, self.detail())
    }

    fn detail(&self) -> String {
        self.said.as_ref().map(|said| format!(": {said}")).unwrap_or_default()
    }
}

/// The answer's JSON, or why the call failed.
pub(super) fn parse_response(
    call: &'static str,
    status: u16,
    retry_after: Option<Duration>,
    body: &[u8],
) -> Result<Value, ApiError> {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let said = extract_message(json.as_ref(), body);
    // Only Z-API's own words are known; an error page may speak of anything.
    let refusal = said.as_deref().filter(|_| json.is_some()).and_then(|said| classify_message(said, status));
    let cause = match status {
        200..=299 => match &json {
            None if body.is_empty() => return Ok(Value::Null),
            // Nobody has described this answer, but a page is an edge server's.
            None if call == DEACTIVATE_CALL && !body.trim_ascii_start().starts_with(b"<") => {
                return Ok(Value::Null);
            }
            None => Some(ApiErrorKind::Unreadable),
            // There `error` is chatter, such as "You are already connected."
            Some(_) if call == "status" => None,
            Some(answer) => is_failure(answer).then(|| refusal.unwrap_or(ApiErrorKind::Rejected)),
        },
        // A server between, or one that is compatible, says so of a call that it passed on, too.
        408 => Some(ApiErrorKind::NoResponse),
        425 | 429 => Some(ApiErrorKind::Busy),
        _ if refusal.is_some() => refusal,
        500..=599 => Some(ApiErrorKind::ServerError(status)),
        400..=499 => Some(ApiErrorKind::Rejected),
        _ => Some(ApiErrorKind::Unreadable),
    };
    match cause {
        None => Ok(json.unwrap_or_default()),
        Some(cause) => Err(ApiError { call, cause, said, retry_after, is_of_z_api: json.is_some() }),
    }
}

/// Whether the answer to a change says that it was made. Nothing, and a shape that nobody knows, is no yes.
pub(super) fn confirm(call: &'static str, answer: &Value) -> Result<(), ApiError> {
    let answer = lenient_json::object(answer);
    let says_so = ["success", "value"].iter().any(|key| lenient_json::is_true(answer, key));
    if says_so { Ok(()) } else { Err(ApiError::new(call, ApiErrorKind::Unreadable)) }
}

/// How long a `Retry-After` asks to wait: seconds, or a date, which counts from the server's own
/// `Date` where it says one, so that our clocks need not agree. A date that is over is no wait.
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

fn is_failure(answer: &Value) -> bool {
    let answer = lenient_json::object(answer);
    let denies = |key| answer.get(key).and_then(lenient_json::as_bool) == Some(false);
    answer.get("error").is_some_and(says_error)
        || denies("success")
        || denies("value")
        || lenient_json::text(answer, "status").as_deref() == Some("ERROR")
}

/// The words of a refusal that tells of a trouble which passes: WhatsApp's limits and Z-API's own failures.
const PASSING: [&str; 9] = [
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

/// Whether an `error` says anything: beside a success it may stand empty, in any type.
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

/// The words in which an error asks to connect the phone.
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

/// The errors of Z-API that mean the same whatever the call (ZAPI.md §1).
fn classify_message(said: &str, status: u16) -> Option<ApiErrorKind> {
    let said = said.to_lowercase();
    let has = |text: &str| said.contains(text);
    if has("client-token") || has("null not allowed") {
        Some(ApiErrorKind::WrongClientToken)
    } else if has("instance not found") {
        Some(ApiErrorKind::InstanceNotFound)
    } else if let Some(cause) = not_allowed(&said) {
        Some(cause)
    } else if status < 500 && DISCONNECTED_PHRASES.iter().any(|words| has(words)) {
        Some(ApiErrorKind::Disconnected)
    } else {
        None
    }
}

/// What `… not allowed` is about: the address of this machine, or the Client-Token, which Z-API repeats. Anything
/// else (`Method not allowed`) is of this call alone.
fn not_allowed(said: &str) -> Option<ApiErrorKind> {
    /// No token is shorter, and no word of a sentence is as long with a digit in it.
    const SHORTEST_TOKEN: usize = 16;
    let subject = said.trim_end_matches(['.', '!']).strip_suffix("not allowed")?.trim();
    let is_bracketed = subject.starts_with('[');
    let words: Vec<&str> =
        subject.split([' ', ',', '[', ']', '"', '\'', '(', ')']).filter(|word| !word.is_empty()).collect();
    let is_token = |word: &&str| {
        let is_plain = word.bytes().all(|b| b.is_ascii_alphanumeric());
        word.len() >= SHORTEST_TOKEN && is_plain && word.bytes().any(|b| b.is_ascii_digit())
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
        // The words may stand in an object or a list of their own.
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
    fn t27_answers_are_judged_by_their_meaning() {
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
            (425, "", Some(ApiErrorKind::Busy)),
            (429, "", Some(ApiErrorKind::Busy)),
            (429, r#"{"error":"You need to be connected"}"#, Some(ApiErrorKind::Busy)),
            (502, "<html><h1>Bad Gateway</h1></html>", Some(ApiErrorKind::ServerError(502))),
            (301, "", Some(ApiErrorKind::Unreadable)),
        ];
        for (status, body, expected) in rows {
            assert_eq!(cause("communities/link", status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn an_error_that_says_nothing_beside_a_success_is_none() {
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
        let said = parse_response("communities/link", 200, None, body).unwrap_err().said;
        assert_eq!(said.as_deref(), Some("not a group"));
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
    fn what_was_said_is_short_plain_and_without_secrets() {
        let html = format!("<html><title>Oops</title><p>token ABCDEF{}</p></html>", "x".repeat(500));
        let error = parse_response("me", 502, Some(Duration::from_secs(7)), html.as_bytes())
            .unwrap_err()
            .redacted(&["ABCDEF"]);
        let said = error.said.clone().unwrap();
        assert!(said.starts_with("Oops token …xxx") && said.chars().count() <= 200, "{said}");
        assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
        assert!(!format!("{error} {error:?}").contains("ABCDEF"));
    }
}

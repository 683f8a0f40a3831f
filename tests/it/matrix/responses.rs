//! Columns of the matrix: every kind of response to a call.

use serde_json::{Value, json};
use vincula::sandbox::{FaultResponse, World};

use super::changes::ChangeCase;

/// Effect of a call, by its response and Z-API's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentedEffect {
    /// The change was made.
    Done,
    /// The change was not made, and will not be.
    Refused,
    /// The change was not made, and may be later.
    NotNow,
    /// Unclear: the change may have been made.
    Unknown,
}

/// A kind of response.
pub struct Response {
    pub name: &'static str,
    pub reply: FaultResponse,
    pub effect: DocumentedEffect,
}

/// One per effect for the cells that repeat it until the bot gives up, which takes time.
pub const SAMPLES: [&str; 9] = [
    "the documented success",
    "200 {}",
    "a page with 200",
    "500 in JSON",
    "a dropped connection",
    "success false",
    "400 in words",
    "429",
    "not connected with 400",
];

/// Those that are combined with reads that fail: one of each effect.
pub const WITH_FAILING_READS: [&str; 5] =
    ["the documented success", "200 {}", "a dropped connection", "400 in words", "429"];

/// Responses to the reads after a change that tell nothing.
pub fn failed_reads() -> [(&'static str, FaultResponse); 3] {
    [
        ("500", FaultResponse::json(500, &json!({ "error": "Internal error" }))),
        ("nothing", FaultResponse::text(200, "")),
        ("half a JSON", FaultResponse::text(200, r#"{"name":"Bair"#)),
    ]
}

/// All kinds; `world` is the world of the change.
pub fn all(change: &ChangeCase, world: &World) -> Vec<Response> {
    use DocumentedEffect::{Done, NotNow, Refused, Unknown};
    let success = (change.success)(world);
    let with = |key: &str, value: Value| {
        let mut document = success.clone();
        document[key] = value;
        FaultResponse::json(200, &document)
    };
    let as_texts = |document: &Value| {
        let mut document = document.clone();
        for field in document.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
            *field = if *field == json!(true) { json!("true") } else { field.take() };
        }
        document
    };
    let offline = json!({ "error": "You need to be connected to use this feature." });
    let rows = [
        ("the documented success", FaultResponse::json(200, &success), Done),
        ("success and more fields", with("groups", json!([null, { "x": "1" }])), Done),
        ("success with an empty list of errors", with("error", json!([])), Done),
        ("success with error 0", with("error", json!(0)), Done),
        ("success in texts", FaultResponse::json(200, &as_texts(&success)), Done),
        ("success in an array of one", FaultResponse::json(200, &json!([success])), Done),
        ("success behind a byte order mark", FaultResponse::text(200, &format!("\u{feff}{success}")), Done),
        ("200 empty", FaultResponse::text(200, ""), Unknown),
        ("200 {}", FaultResponse::json(200, &json!({})), Unknown),
        ("200 null", FaultResponse::json(200, &Value::Null), Unknown),
        ("200 []", FaultResponse::json(200, &json!([])), Unknown),
        ("200 OK in words", FaultResponse::text(200, "OK"), Unknown),
        ("204", FaultResponse::text(204, ""), Unknown),
        ("half a JSON", FaultResponse::text(200, r#"{"success":tr"#), Unknown),
        ("a page with 200", FaultResponse::html(200, "<html><h1>Welcome</h1></html>"), Unknown),
        ("a redirect", FaultResponse::html(302, "<html>Moved</html>"), Unknown),
        ("a redirect that says success", FaultResponse::json(307, &success), Unknown),
        ("packed bytes", FaultResponse::text(200, "\u{1f}\u{8b}\u{8}\u{0}\u{0}"), Unknown),
        ("an array of two", FaultResponse::json(200, &json!([success, success])), Unknown),
        ("408", FaultResponse::text(408, ""), Unknown),
        ("500 in JSON", FaultResponse::json(500, &json!({ "error": "Internal error" })), Unknown),
        ("a page with 502", FaultResponse::bad_gateway(), Unknown),
        ("a dropped connection", FaultResponse::Dropped, Unknown),
        ("a cut body", FaultResponse::Cut, Unknown),
        ("a body without end", FaultResponse::Huge(2_000_000), Unknown),
        ("success false", FaultResponse::json(200, &json!({ "success": false, "value": false })), Refused),
        ("an error with 200", FaultResponse::json(200, &json!({ "error": "You must be an admin" })), Refused),
        (
            "a nested error",
            FaultResponse::json(200, &json!({ "error": { "message": "You must be an admin" } })),
            Refused,
        ),
        ("400 in words", FaultResponse::json(400, &json!({ "error": "You must be an admin" })), Refused),
        ("404", FaultResponse::json(404, &json!({ "error": "Not found" })), Refused),
        ("425", FaultResponse::text(425, ""), NotNow),
        ("429", FaultResponse::too_many_requests(None), NotNow),
        ("429 with a time", FaultResponse::too_many_requests(Some(1)), NotNow),
        ("not connected with 400", FaultResponse::json(400, &offline), Unknown),
        ("not connected with 200", FaultResponse::json(200, &offline), Unknown),
    ];
    rows.map(|(name, reply, effect)| Response { name, reply, effect }).into()
}

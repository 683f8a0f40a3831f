//! A call to the API, its fields, and error responses.

use http::{Method, StatusCode};
use serde_json::{Value, json};

/// A call that reached the sandbox, refused ones among them.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiCall {
    /// `GET`, `POST`, …
    pub method: Method,
    /// What follows the credentials: `communities/link`.
    pub path: String,
    /// What follows the `?`.
    pub query: Option<String>,
    /// The body, if it was JSON.
    pub body: Option<Value>,
}

impl ApiCall {
    /// Whether it is there to change communities, groups or settings; sending does not count.
    pub fn is_change(&self) -> bool {
        // The check for WhatsApp changes nothing, though it is a POST.
        self.method != Method::GET && !self.path.starts_with("send-") && self.path != "phone-exists-batch"
    }
}

/// A status and a JSON document.
pub(super) type JsonResponse = (StatusCode, String);

/// 400 with an error.
pub(super) fn bad_request(text: &str) -> JsonResponse {
    error_response(StatusCode::BAD_REQUEST, text)
}

pub(super) fn error_response(status: StatusCode, text: &str) -> JsonResponse {
    (status, json!({ "error": text }).to_string())
}

pub(super) fn field<'a>(call: &'a ApiCall, name: &str) -> Option<&'a Value> {
    call.body.as_ref()?.get(name)
}

pub(super) fn text_field<'a>(call: &'a ApiCall, name: &str) -> Option<&'a str> {
    field(call, name)?.as_str().filter(|text| !text.is_empty())
}

pub(super) fn required<'a>(call: &'a ApiCall, name: &str) -> Result<&'a str, JsonResponse> {
    text_field(call, name).ok_or_else(|| bad_request(&format!("{name} is required")))
}

//! The HTTP API: authentication and routes.
//!
//! A call passes in this order: recorded, fault, credentials, route, method, content type, phone.
//! The bodies and statuses of errors are Z-API's documentation's, section 1. Invented: the order of these checks, the statuses that
//! no page names, and `NOT_FOUND`, `Method not allowed`, `Invalid body` and the like as words.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State as Shared};
use axum::response::Response;
use axum::routing::any;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::Value;

use super::credentials::InstanceCredentials;
use super::faults::{ConnectionLoss, Fault};
use super::request::{ApiCall, JsonResponse, bad_request, error_response, text_field};
use super::state::Sandbox;

impl Sandbox {
    /// The HTTP API: `/instances/{id}/token/{token}/{path}`.
    pub fn router(&self) -> Router {
        Router::new().route("/instances/{id}/token/{token}/{*call}", any(handle)).with_state(self.clone())
    }
}

async fn handle(
    Shared(sandbox): Shared<Sandbox>,
    Path((id, token, path)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    // A body that cannot be read is none, like one that is no JSON.
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Parts { method, uri, headers, .. } = parts;
    let query = uri.query().map(str::to_owned);
    let call = ApiCall { method, path, query, body: serde_json::from_slice(&body).ok() };
    sandbox.state().calls.push(call.clone());
    sandbox.notify();

    let fault = sandbox.faults().take_fault(&call.method, &fault_target(&call));
    match &fault {
        Some(Fault::Replace(reply)) => return reply.clone().into_response(),
        Some(Fault::Delay(time)) => tokio::time::sleep(*time).await,
        Some(Fault::HoldRequest(barrier)) => barrier.wait().await,
        Some(Fault::ReplaceResponse(_) | Fault::HoldResponse(_)) | None => {}
    }
    let done = match authenticate(&sandbox, &id, &token, &headers, &call) {
        Ok(operation) => sandbox.handle(operation, &call),
        Err(refused) => refused,
    };
    sandbox.notify();
    match fault {
        Some(Fault::ReplaceResponse(reply)) => return reply.into_response(),
        Some(Fault::HoldResponse(barrier)) => barrier.wait().await,
        _ => {}
    }

    let (status, document) = done;
    let mut response = Response::new(Body::from(document));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The text that faults match: the path with its query. For a message, the query says whether it is an edit, else its
/// chat; for a link, its community.
fn fault_target(call: &ApiCall) -> String {
    let text = |name| text_field(call, name).unwrap_or_default();
    match call.path.as_str() {
        "send-text" if text_field(call, "editMessageId").is_some() => "send-text?edit".to_owned(),
        "send-text" => format!("send-text?phone={}", text("phone")),
        path @ ("communities/link" | "communities/unlink") => {
            format!("{path}?communityId={}", text("communityId"))
        }
        path => format!("{path}?{}", call.query.as_deref().unwrap_or_default()),
    }
}

/// A call that was authenticated.
#[derive(Clone, Copy)]
pub(super) enum Operation<'a> {
    Communities,
    Community(&'a str),
    Create,
    Deactivate(&'a str),
    Describe,
    SetPhoto,
    SetAddPolicy,
    ResetInvitation(&'a str),
    Link,
    Unlink,
    AddPeople,
    RemovePeople,
    Promote,
    Demote,
    PhonesExist,
    Groups,
    Group {
        id: &'a str,
        with_invitation: bool,
    },
    GroupInvitation(&'a str),
    ApprovePeople,
    RejectPeople,
    GroupOfInvitation,
    SendText,
    /// The field that holds the file.
    SendMedia(&'static str),
    React,
    RemoveReaction,
    Status,
    Device,
    Me,
    SetReceived,
    SetReceivedAndDelivery,
    NotifySentByMe,
    SetConnected,
    SetDisconnected,
    SetAllWebhooks,
}

impl Operation<'_> {
    /// Whether it works while the phone is not connected.
    fn is_possible_offline(self) -> bool {
        let is_of_z_api = matches!(self, Self::SendText | Self::SendMedia(_) | Self::Status | Self::Me);
        let sets_webhooks = matches!(
            self,
            Self::SetReceived
                | Self::SetReceivedAndDelivery
                | Self::NotifySentByMe
                | Self::SetConnected
                | Self::SetDisconnected
                | Self::SetAllWebhooks
        );
        is_of_z_api || sets_webhooks
    }
}

/// The operation of a path, and its method; two operations share a path.
fn match_route<'a>(method: &Method, path: &'a str) -> Option<(Method, Operation<'a>)> {
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    Some(match (name, rest) {
        ("communities", "") if method == Method::POST => (Method::POST, Operation::Create),
        ("communities", "") => (Method::GET, Operation::Communities),
        ("communities", "link") => (Method::POST, Operation::Link),
        ("communities", "unlink") => (Method::POST, Operation::Unlink),
        ("communities", "settings") => (Method::POST, Operation::SetAddPolicy),
        ("communities", id) => (Method::DELETE, Operation::Deactivate(id)),
        ("update-community-description", "") => (Method::POST, Operation::Describe),
        ("update-community-photo", "") => (Method::POST, Operation::SetPhoto),
        ("redefine-invitation-link", id) => (Method::POST, Operation::ResetInvitation(id)),
        ("add-participant", "") => (Method::POST, Operation::AddPeople),
        ("remove-participant", "") => (Method::POST, Operation::RemovePeople),
        ("add-admin", "") => (Method::POST, Operation::Promote),
        ("remove-admin", "") => (Method::POST, Operation::Demote),
        ("approve-participant", "") => (Method::POST, Operation::ApprovePeople),
        ("reject-participant", "") => (Method::POST, Operation::RejectPeople),
        ("phone-exists-batch", "") => (Method::POST, Operation::PhonesExist),
        ("communities-metadata", id) => (Method::GET, Operation::Community(id)),
        ("groups", "") => (Method::GET, Operation::Groups),
        ("light-group-metadata", id) => (Method::GET, Operation::Group { id, with_invitation: false }),
        ("group-metadata", id) => (Method::GET, Operation::Group { id, with_invitation: true }),
        ("group-invitation-link", id) => (Method::GET, Operation::GroupInvitation(id)),
        ("group-invitation-metadata", "") => (Method::GET, Operation::GroupOfInvitation),
        ("send-text", "") => (Method::POST, Operation::SendText),
        ("send-image", "") => (Method::POST, Operation::SendMedia("image")),
        ("send-video", "") => (Method::POST, Operation::SendMedia("video")),
        ("send-document", extension) if !extension.is_empty() => {
            (Method::POST, Operation::SendMedia("document"))
        }
        ("send-reaction", "") => (Method::POST, Operation::React),
        ("send-remove-reaction", "") => (Method::POST, Operation::RemoveReaction),
        ("status", "") => (Method::GET, Operation::Status),
        ("device", "") => (Method::GET, Operation::Device),
        ("me", "") => (Method::GET, Operation::Me),
        ("update-webhook-received", "") => (Method::PUT, Operation::SetReceived),
        ("update-webhook-received-delivery", "") => (Method::PUT, Operation::SetReceivedAndDelivery),
        ("update-notify-sent-by-me", "") => (Method::PUT, Operation::NotifySentByMe),
        ("update-webhook-connected", "") => (Method::PUT, Operation::SetConnected),
        ("update-webhook-disconnected", "") => (Method::PUT, Operation::SetDisconnected),
        ("update-every-webhooks", "") => (Method::PUT, Operation::SetAllWebhooks),
        _ => return None,
    })
}

fn authenticate<'a>(
    sandbox: &Sandbox,
    id: &str,
    token: &str,
    headers: &HeaderMap,
    call: &'a ApiCall,
) -> Result<Operation<'a>, JsonResponse> {
    let InstanceCredentials { id: own_id, token: own_token, client_token, .. } = sandbox.account();
    if id != own_id || token != own_token {
        return Err(bad_request("Instance not found"));
    }
    if let Some(needed) = client_token {
        match headers.get("client-token").map(HeaderValue::as_bytes) {
            None | Some(b"") => {
                return Err(error_response(sandbox.0.options.missing_client_token, "null not allowed"));
            }
            Some(given) if given != needed.as_bytes() => {
                return Err(bad_request("your client-token is not configured"));
            }
            Some(_) => {}
        }
    }
    let (method, operation) = match_route(&call.method, &call.path)
        .ok_or_else(|| error_response(StatusCode::NOT_FOUND, "NOT_FOUND"))?;
    if call.method != method {
        return Err(error_response(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"));
    }
    if method != Method::GET && method != Method::DELETE {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(error_response(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type"));
        }
        if !call.body.as_ref().is_some_and(Value::is_object) {
            return Err(bad_request("Invalid body"));
        }
    }
    match sandbox.faults().active_faults().connection_loss {
        Some(form) if !operation.is_possible_offline() => Err(error_response(
            if form == ConnectionLoss::Error { StatusCode::BAD_REQUEST } else { StatusCode::OK },
            "You need to be connected to use this feature.",
        )),
        _ => Ok(operation),
    }
}

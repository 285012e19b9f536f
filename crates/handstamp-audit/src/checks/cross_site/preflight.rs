//! What browsers ask leave for before they send it for another site (Fetch, "CORS-preflight fetch").

use super::forged::{FOREIGN, from_another_site};
use crate::{
    audit::{Audit, Halt, Visitor},
    recipe::{Body, StepRequest, Template},
    wire::{Exchange, ExchangeId, Request, SendError},
};

/// Content types that a form has, which need no leave.
const SIMPLE_TYPES: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/// Whether a browser sends this request for a page of another site, with cookies: at once, where a form could send it
/// too, or with the leave of the application, which is asked for.
pub(super) async fn is_sent(
    audit: &Audit,
    visitor: &Visitor<'_>,
    request: &StepRequest,
    evidence: &mut Vec<ExchangeId>,
) -> Result<bool, Halt> {
    let has_simple_type = has_simple_type(&request.body);
    let has_simple_method = matches!(request.method.as_str(), "GET" | "HEAD" | "POST");
    if has_simple_type && has_simple_method {
        return Ok(true);
    }
    // What cannot be composed is not sent: the request itself says why, where it matters.
    let Ok((origin, wire)) = visitor.compose(request) else { return Ok(true) };
    let mut asked = Request::new("OPTIONS", wire.target.clone());
    from_another_site(&mut asked);
    asked = asked.header("Access-Control-Request-Method", request.method.as_bytes());
    if !has_simple_type {
        asked = asked.header("Access-Control-Request-Headers", "content-type");
    }
    let sent =
        audit.client().send(&origin, asked, "a browser's question before a request of another site").await;
    let answer = match sent {
        Ok(answer) => answer,
        // Whoever hangs up on the question gives no leave.
        Err(SendError::Broken { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    evidence.push(answer.id);
    let is_method_allowed =
        has_simple_method || names(&answer, "access-control-allow-methods", &request.method);
    let is_type_allowed = has_simple_type || names(&answer, "access-control-allow-headers", "content-type");
    Ok((200..300).contains(&answer.response.status)
        && names(&answer, "access-control-allow-origin", FOREIGN)
        && names(&answer, "access-control-allow-credentials", "true")
        && is_method_allowed
        && is_type_allowed)
}

fn has_simple_type(body: &Body) -> bool {
    match body {
        Body::None | Body::Form(_) => true,
        Body::Json(_) => false,
        Body::Text { content_type, .. } => {
            let kind = content_type.split(';').next().unwrap_or_default().trim();
            SIMPLE_TYPES.iter().any(|simple| kind.eq_ignore_ascii_case(simple))
        }
    }
}

fn names(answer: &Exchange, header: &str, wanted: &str) -> bool {
    let list = answer.response.header(header).unwrap_or_default();
    list.split(',').any(|one| one.trim().eq_ignore_ascii_case(wanted))
}

/// The request with its JSON as a form can send it: the type is simple, the text is JSON. Nothing where it has none.
pub(super) fn as_plain_text(request: &StepRequest) -> Option<StepRequest> {
    let Body::Json(value) = &request.body else { return None };
    let text = value.to_string();
    let text = Template::parse(&text).unwrap_or_else(|_| Template::literal(text));
    let body = Body::Text { content_type: "text/plain".to_owned(), text };
    Some(StepRequest { body, ..request.clone() })
}

//! Whether a token from before counts after: before login, before a second factor, before a fresh login.
//!
//! Whether a cookie changed is not the question. An application may keep an id and sign in by another cookie, and
//! one may set a new cookie and keep the old session alive.

mod csrf_token;
mod forced_cookies;
mod foreign_id;
mod pre_login_id;
mod privilege_change;
mod re_login;

use super::Check;
use crate::{
    audit::{Audit, Halt, Visitor},
    credentials::Credentials,
    recipe::StepName,
};

pub(super) const CHECKS: &[Check] = &[
    pre_login_id::CHECK,
    foreign_id::CHECK,
    forced_cookies::CHECK,
    privilege_change::CHECK,
    re_login::CHECK,
    csrf_token::CHECK,
];

/// Opens what anybody gets before login: the step `anonymous`, or else the first request of `login` where it only
/// reads. The visitor has what came of it.
pub(super) async fn open_anonymously(audit: &Audit, visitor: &mut Visitor<'_>) -> Result<Credentials, Halt> {
    if audit.has_step(StepName::Anonymous) {
        visitor.play(StepName::Anonymous).await?;
        return Ok(visitor.credentials());
    }
    let first = audit.recipe().steps.get(&StepName::Login).and_then(|step| step.requests.first());
    if let Some(request) = first.filter(|request| request.method == "GET") {
        visitor.play_request(StepName::Login, request, &|_| {}, &mut Vec::new()).await?;
    }
    Ok(visitor.credentials())
}

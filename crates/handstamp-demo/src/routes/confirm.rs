//! "Confirm it is you": a fresh proof for routes that want one.

use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use handstamp::{
    Proof,
    web::{ReturnTo, SessionError, axum::SignedIn},
};
use handstamp_pages::{ConfirmPage, ConfirmPurpose, LocalPath};
use serde::Deserialize;

use super::look::{Look, Notice};
use crate::shop::Shop;

#[derive(Deserialize)]
pub(super) struct Came {
    #[serde(default)]
    return_to: ReturnTo,
}

#[derive(Deserialize)]
pub(super) struct Confirmation {
    password: String,
    #[serde(default)]
    return_to: ReturnTo,
}

pub(super) async fn form(
    State(shop): State<Shop>,
    who: SignedIn,
    Query(came): Query<Came>,
) -> Result<Response, SessionError> {
    show(&shop, &who, &came.return_to, false).await
}

pub(super) async fn confirm(
    State(shop): State<Shop>,
    who: SignedIn,
    Form(form): Form<Confirmation>,
) -> Result<Response, SessionError> {
    if !step_up(&shop, &who, &form.password).await? {
        return show(&shop, &who, &form.return_to, true).await;
    }
    Notice::Confirmed.leave(who.session()).await?;
    Ok(Redirect::to(form.return_to.as_str()).into_response())
}

async fn show(
    shop: &Shop,
    who: &SignedIn,
    return_to: &ReturnTo,
    wrong: bool,
) -> Result<Response, SessionError> {
    let look = Look::at("/confirm", shop, who.session()).await?;
    let page = ConfirmPage {
        purpose: ConfirmPurpose::Continue,
        account: look.name.as_deref().unwrap_or_default(),
        action: "/confirm",
        return_to: LocalPath::new(return_to.as_str()).unwrap_or(LocalPath::HOME),
        carried: &[],
        wrong_password: wrong,
    };
    Ok(look.show_as(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page))
}

/// Renews the proof of the session if this is the password of its account.
pub(super) async fn step_up(shop: &Shop, who: &SignedIn, password: &str) -> Result<bool, SessionError> {
    let Some(name) = shop.accounts.name_of(who.account().as_str()) else { return Ok(false) };
    if !shop.accounts.check(&name, password).await {
        return Ok(false);
    }
    who.session().step_up(Proof::password()).await?;
    Ok(true)
}

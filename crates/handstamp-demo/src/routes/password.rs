//! A new password: by somebody who knows the old one, or by a printed link.

use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use handstamp::web::{Session, SessionError, axum::SignedIn};
use serde::Deserialize;

use super::look::{Look, Notice, not_kept};
use crate::{
    accounts::is_fit,
    shop::Shop,
    views::{ForgotPage, LinkPrintedPage, PasswordPage, ResetPage},
};

#[derive(Deserialize)]
pub(super) struct Change {
    current: String,
    new: String,
}

pub(super) async fn form(State(shop): State<Shop>, who: SignedIn) -> Result<Response, SessionError> {
    let look = Look::at("/password", &shop, who.session()).await?;
    let account = look.name.as_deref().unwrap_or_default();
    Ok(look.show(&PasswordPage { account, wrong: false, unfit: false }))
}

pub(super) async fn change(
    State(shop): State<Shop>,
    who: SignedIn,
    Form(form): Form<Change>,
) -> Result<Response, SessionError> {
    let look = Look::at("/password", &shop, who.session()).await?;
    let name = look.name.as_deref().unwrap_or_default();
    let wrong = !shop.accounts.check(name, &form.current).await;
    let unfit = !is_fit(&form.new);
    let changed = if wrong || unfit { Ok(None) } else { shop.accounts.set_password(name, &form.new).await };
    let Ok(changed) = changed else { return Ok(not_kept()) };
    let Some(untold) = changed else {
        let page = PasswordPage { account: name, wrong, unfit };
        return Ok(look.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
    };
    // Stored first, then said: whoever signs in with the old password from here on holds a void ticket.
    who.session().credentials_changed().await?;
    shop.accounts.told(untold).await;
    Notice::PasswordChanged.leave(who.session()).await?;
    Ok(Redirect::to("/account").into_response())
}

#[derive(Deserialize)]
pub(super) struct Forgot {
    email: String,
}

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    link: String,
}

#[derive(Deserialize)]
pub(super) struct Reset {
    link: String,
    new: String,
}

pub(super) async fn forgot_form(
    State(shop): State<Shop>,
    session: Session,
) -> Result<Response, SessionError> {
    let look = Look::at_the_door("/forgot", &shop, &session).await?;
    Ok(look.show(&ForgotPage { gone: false }))
}

pub(super) async fn forgot(
    State(shop): State<Shop>,
    session: Session,
    Form(form): Form<Forgot>,
) -> Result<Response, SessionError> {
    if let Some(link) = shop.accounts.begin_reset(&form.email, shop.sessions.now()) {
        // Instead of a letter. The only secret that this program prints, and only here.
        (shop.print)(&format!("A new password can be chosen at {}/reset?link={link}", shop.address));
    }
    let look = Look::at_the_door("/forgot", &shop, &session).await?;
    Ok(look.show(&LinkPrintedPage))
}

pub(super) async fn reset_form(
    State(shop): State<Shop>,
    session: Session,
    Query(query): Query<Link>,
) -> Result<Response, SessionError> {
    let look = Look::at_the_door("/reset", &shop, &session).await?;
    Ok(match shop.accounts.reset_is_for(&query.link, shop.sessions.now()) {
        Some(account) => look.show(&ResetPage { link: &query.link, account: &account, unfit: false }),
        None => look.show_as(StatusCode::GONE, &ForgotPage { gone: true }),
    })
}

pub(super) async fn reset(
    State(shop): State<Shop>,
    session: Session,
    Form(form): Form<Reset>,
) -> Result<Response, SessionError> {
    let look = Look::at_the_door("/reset", &shop, &session).await?;
    let now = shop.sessions.now();
    if !is_fit(&form.new)
        && let Some(account) = shop.accounts.reset_is_for(&form.link, now)
    {
        let page = ResetPage { link: &form.link, account: &account, unfit: true };
        return Ok(look.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let Some(name) = shop.accounts.use_reset(&form.link, now) else {
        return Ok(look.show_as(StatusCode::GONE, &ForgotPage { gone: true }));
    };
    let Ok(changed) = shop.accounts.set_password(&name, &form.new).await else { return Ok(not_kept()) };
    if let Some(untold) = changed {
        // No session is kept: whoever had the old password may be the one who is signed in.
        shop.tell(untold).await?;
    }
    Ok(Redirect::to("/sign-in?reset=done").into_response())
}

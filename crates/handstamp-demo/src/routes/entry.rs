//! Coming in and going out.

use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use handstamp::{
    Proof, SignIn,
    web::{ReturnTo, Session, SessionError},
};
use handstamp_pages::{LocalPath, Message, SignedOutPage};
use serde::Deserialize;

use super::look::{Look, not_kept};
use crate::{
    accounts::RegisterError,
    shop::Shop,
    views::{SignInPage, SignUpPage, WORDS},
};

#[derive(Default, Deserialize)]
pub(super) struct Came {
    #[serde(default)]
    return_to: ReturnTo,
    /// A new password has been chosen by a link.
    #[serde(default)]
    reset: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: String,
    #[serde(default)]
    remember: Option<String>,
    #[serde(default)]
    return_to: ReturnTo,
}

fn local(return_to: &ReturnTo) -> LocalPath<'_> {
    LocalPath::new(return_to.as_str()).unwrap_or(LocalPath::HOME)
}

pub(super) async fn sign_up_form(
    State(shop): State<Shop>,
    Query(came): Query<Came>,
    session: Session,
) -> Result<Response, SessionError> {
    let look = Look::at_the_door("/sign-up", &shop, &session).await?;
    let return_to = local(&came.return_to);
    Ok(look.show(&SignUpPage { email: "", email_error: None, password_error: None, return_to }))
}

pub(super) async fn sign_up(
    State(shop): State<Shop>,
    session: Session,
    Form(form): Form<Credentials>,
) -> Result<Response, SessionError> {
    match shop.accounts.register(&form.email, &form.password).await {
        Ok(id) => {
            // The credential has just been chosen: the ticket is younger than it and nothing is read.
            let ticket = session.begin_sign_in(&id).await?;
            session.sign_in(ticket, Proof::password()).await?;
            Ok(Redirect::to(form.return_to.as_str()).into_response())
        }
        Err(error) => {
            let (email_error, password_error) = match error {
                RegisterError::NameTaken => (Some(WORDS.name_taken), None),
                RegisterError::NameUnfit => (Some(WORDS.name_unfit), None),
                RegisterError::PasswordUnfit => (None, Some(WORDS.password_unfit)),
                RegisterError::NotKept => return Ok(not_kept()),
            };
            let look = Look::at_the_door("/sign-up", &shop, &session).await?;
            let return_to = local(&form.return_to);
            let page = SignUpPage { email: &form.email, email_error, password_error, return_to };
            Ok(look.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

pub(super) async fn sign_in_form(
    State(shop): State<Shop>,
    Query(came): Query<Came>,
    session: Session,
) -> Result<Response, SessionError> {
    let look = Look::at_the_door("/sign-in", &shop, &session).await?;
    let message = came.reset.map(|_| Message::success(WORDS.reset_done));
    Ok(look.show(&SignInPage {
        email: "",
        wrong: false,
        message: message.as_ref(),
        basket_waits: look.basket > 0,
        return_to: local(&came.return_to),
    }))
}

pub(super) async fn sign_in(
    State(shop): State<Shop>,
    session: Session,
    Form(form): Form<Credentials>,
) -> Result<Response, SessionError> {
    // The ticket first, then the password: a password that changes in between voids the ticket.
    let ticket = session.begin_sign_in(&shop.accounts.id_of(&form.email)).await?;
    if !shop.accounts.check(&form.email, &form.password).await {
        let look = Look::at_the_door("/sign-in", &shop, &session).await?;
        let page = SignInPage {
            email: &form.email,
            wrong: true,
            message: None,
            basket_waits: look.basket > 0,
            return_to: local(&form.return_to),
        };
        return Ok(look.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let sign_in = SignIn::new(ticket, Proof::password()).remembered(form.remember.is_some());
    match session.sign_in_with(sign_in).await {
        // The same form was sent twice: the other answer carries the new cookie.
        Ok(()) | Err(SessionError::LostToAnother) => {
            Ok(Redirect::to(form.return_to.as_str()).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn sign_out(session: Session) -> Result<Redirect, SessionError> {
    session.sign_out().await?;
    Ok(Redirect::to("/signed-out"))
}

pub(super) async fn signed_out(State(shop): State<Shop>, session: Session) -> Result<Response, SessionError> {
    let look = Look::at("/signed-out", &shop, &session).await?;
    if look.name.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    Ok(look.show(&SignedOutPage { sign_in: "/sign-in" }))
}

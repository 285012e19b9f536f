//! A small application: a handler for each thing that can be done with a session.

use axum::{
    Json, Router,
    extract::Query,
    routing::{get, post},
};
use handstamp::{
    OnSignIn, Proof, SessionId, SessionInfo, SignIn, SlotValue,
    web::{
        Session, SessionError, Slot,
        axum::{Fresh, MaybeSignedIn, SignedIn},
    },
};
use serde::{Deserialize, Serialize};

/// A visitor's basket, which goes along into the signed-in session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Basket(pub Vec<String>);

impl SlotValue for Basket {
    const NAME: &'static str = "basket";
    const ON_SIGN_IN: OnSignIn = OnSignIn::Keep;
}

/// Says nothing about sign-in, so it stays behind.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Draft(pub String);

impl SlotValue for Draft {
    const NAME: &'static str = "draft";
}

#[derive(Deserialize)]
pub struct Entry {
    pub account: String,
    #[serde(default)]
    pub remember: bool,
}

#[derive(Deserialize)]
pub struct Text {
    pub text: String,
}

#[derive(Deserialize)]
pub struct Which {
    pub id: SessionId,
}

pub fn routes() -> Router {
    Router::new()
        .route("/ignored", get(async || "hello").post(async || "hello"))
        .route("/held", get(async |_: Session, _: Slot<Basket>| "hello"))
        .route("/who", get(who))
        .route("/account", get(account).post(account))
        .route("/payment", get(payment))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/step-up", post(step_up))
        .route("/credentials-changed", post(credentials_changed))
        .route("/basket", get(basket).post(add_to_basket))
        .route("/basket/take", post(take_basket))
        .route("/basket/clear", post(clear_basket))
        .route("/draft", get(draft).post(write_draft))
        .route("/devices", get(devices))
        .route("/end", post(end))
        .route("/end-others", post(end_others))
        .route("/form", get(form).post(check_form))
}

async fn who(MaybeSignedIn(somebody): MaybeSignedIn) -> String {
    somebody.map_or("nobody".to_owned(), |somebody| somebody.account().to_string())
}

async fn account(who: SignedIn) -> String {
    who.account().to_string()
}

async fn payment(_: SignedIn, _: Fresh<300>) -> &'static str {
    "paid"
}

pub async fn sign_in(session: Session, Query(entry): Query<Entry>) -> Result<&'static str, SessionError> {
    let ticket = session.begin_sign_in(&entry.account).await?;
    session.sign_in_with(SignIn::new(ticket, Proof::password()).remembered(entry.remember)).await?;
    Ok("signed in")
}

async fn sign_out(session: Session) -> Result<&'static str, SessionError> {
    session.sign_out().await?;
    Ok("signed out")
}

async fn step_up(session: Session) -> Result<&'static str, SessionError> {
    session.step_up(Proof::password().and("otp")).await?;
    Ok("stepped up")
}

async fn credentials_changed(session: Session) -> Result<&'static str, SessionError> {
    session.credentials_changed().await?;
    Ok("changed")
}

async fn basket(basket: Slot<Basket>) -> Result<String, SessionError> {
    Ok(basket.read().await?.0.join(" "))
}

async fn add_to_basket(basket: Slot<Basket>, Query(text): Query<Text>) -> Result<String, SessionError> {
    basket
        .edit(|basket| {
            basket.0.push(text.text.clone());
            basket.0.join(" ")
        })
        .await
}

async fn take_basket(basket: Slot<Basket>) -> Result<String, SessionError> {
    Ok(basket.take().await?.0.join(" "))
}

async fn clear_basket(basket: Slot<Basket>) -> Result<&'static str, SessionError> {
    basket.clear().await?;
    Ok("cleared")
}

async fn draft(session: Session) -> Result<String, SessionError> {
    Ok(session.read::<Draft>().await?.0)
}

async fn write_draft(session: Session, Query(text): Query<Text>) -> Result<&'static str, SessionError> {
    session.edit(|draft: &mut Draft| draft.0.clone_from(&text.text)).await?;
    Ok("written")
}

async fn devices(session: Session) -> Result<Json<Vec<SessionInfo>>, SessionError> {
    Ok(Json(session.devices().await?))
}

async fn end(session: Session, Query(which): Query<Which>) -> Result<String, SessionError> {
    Ok(session.end(which.id).await?.sessions.len().to_string())
}

async fn end_others(session: Session) -> Result<String, SessionError> {
    Ok(session.end_others().await?.sessions.len().to_string())
}

async fn form(session: Session) -> Result<String, SessionError> {
    Ok(session.form_token().await?.to_string())
}

async fn check_form(session: Session, Query(form): Query<Text>) -> Result<&'static str, SessionError> {
    session.check_form_token(&form.text).await?;
    Ok("accepted")
}

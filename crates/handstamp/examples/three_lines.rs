//! The smallest whole application: sign in, see who you are, sign out.
//!
//! Run it by `cargo run -p handstamp --features axum,embedded --example three_lines`; the calls to try are in
//! the README. Three lines set sessions up, marked with numbers below.

use axum::{
    Form, Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use handstamp::{
    Proof, Sessions,
    web::{Session, SessionError, axum::SignedIn},
};
use serde::Deserialize;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::embedded("state")?.build()?; // 1
    let app = Router::new()
        .route("/sign-in", post(sign_in))
        .route("/me", get(me))
        .route("/sign-out", post(sign_out))
        .layer(sessions.layer()); // 2
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("http://localhost:3000");
    axum::serve(listener, app).await?;
    Ok(())
}

#[derive(Deserialize)]
struct SignIn {
    account: String,
    password: String,
}

async fn sign_in(session: Session, Form(form): Form<SignIn>) -> Result<Response, SessionError> {
    // The ticket comes first: a password that changes from here on voids this sign-in.
    let ticket = session.begin_sign_in(&form.account).await?;
    if !password_is_right(&form) {
        return Ok((StatusCode::UNAUTHORIZED, "wrong name or password\n").into_response());
    }
    session.sign_in(ticket, Proof::password()).await?; // 3
    Ok("signed in\n".into_response())
}

async fn me(who: SignedIn) -> String {
    format!("you are {}\n", who.account())
}

async fn sign_out(session: Session) -> Result<&'static str, SessionError> {
    session.sign_out().await?;
    Ok("signed out\n")
}

/// Yours to write: Handstamp begins where this says yes. The demo shows it with argon2id.
fn password_is_right(form: &SignIn) -> bool {
    form.account == "ada" && form.password == "correct horse battery staple"
}

//! Handstamp with its memory store, used as its own guide shows.

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{get, post},
};
use handstamp::{
    IdleTimeout, OnSignIn, Policy, Proof, Sessions, SlotValue,
    store::MemoryStore,
    testing::SpyStore,
    web::{Session, SessionError, Slot, axum::SignedIn},
};
use serde::{Deserialize, Serialize};

use super::{ACCOUNT, Contender};
use crate::gate::Gates;

/// The contender.
pub fn contender() -> Option<Box<dyn Contender>> {
    let store = SpyStore::new(MemoryStore::new());
    let sessions = Sessions::builder(store.clone()).build().ok()?;
    Some(Box::new(Handstamp { store, sessions }))
}

struct Handstamp {
    store: SpyStore,
    sessions: Sessions,
}

impl Contender for Handstamp {
    fn name(&self) -> String {
        "Handstamp, defaults".to_owned()
    }

    fn router(&self, gates: Gates) -> Router {
        Router::new()
            .route("/login", post(login))
            .route("/logout", post(logout))
            .route("/end-others", post(end_others))
            .route("/write/{key}", post(write))
            .route("/read", get(read))
            .with_state(gates)
            .layer(self.sessions.layer())
    }

    fn store_writes(&self) -> u64 {
        self.store.writes() as u64
    }

    fn touch_interval_seconds(&self) -> Option<u64> {
        let idle: IdleTimeout = self.sessions.policy().signed_in.idle;
        Some(Policy::touch_interval(idle).as_secs())
    }
}

/// What the application keeps.
#[derive(Default, Serialize, Deserialize)]
struct Kept(Vec<String>);

impl SlotValue for Kept {
    const NAME: &'static str = "kept";
    const ON_SIGN_IN: OnSignIn = OnSignIn::Keep;
}

async fn login(session: Session) -> Result<(), SessionError> {
    let ticket = session.begin_sign_in(ACCOUNT).await?;
    session.sign_in(ticket, Proof::password()).await
}

async fn logout(session: Session) -> Result<(), SessionError> {
    session.sign_out().await
}

async fn end_others(who: SignedIn) -> Result<(), SessionError> {
    who.session().end_others().await.map(drop)
}

async fn write(
    State(gates): State<Gates>,
    Path(key): Path<String>,
    _: SignedIn,
    kept: Slot<Kept>,
) -> Result<(), SessionError> {
    gates.pass(&key).await;
    kept.edit(|kept| kept.0.push(key.clone())).await
}

async fn read(_: SignedIn, kept: Slot<Kept>) -> Result<Json<Vec<String>>, SessionError> {
    Ok(Json(kept.read().await?.0))
}

//! tower-sessions on axum, with its own `MemoryStore`.
//!
//! `OnInactivity` is its rolling timeout, and only a save renews that: hence `with_always_save`, which makes it
//! roll on reads too, as on all other sides. The variant `default` leaves that out: it does less, and somebody who
//! only reads is signed out after 30 minutes. The cookie is plain, its default: the id is random.

use std::net::TcpListener;

use anyhow::Result;
use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header},
    routing::{get, post},
};
use harness::{CART_ITEMS, COOKIE, Case, Side, TowerPeer, account, serve_router};
use serde::{Deserialize, Serialize};
use tower_sessions::{
    Expiry, MemoryStore, Session, SessionManagerLayer,
    cookie::{SameSite, time::Duration},
    session::Error,
};

struct TowerSessions;

#[derive(Default, Serialize, Deserialize)]
struct Cart {
    items: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
struct Item {
    sku: String,
    count: u32,
}

#[expect(clippy::needless_pass_by_value, reason = "map_err gives it away")]
fn failed(error: Error) -> StatusCode {
    eprintln!("{error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn sign_in(session: Session, request: Request) -> Result<&'static str, StatusCode> {
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    session.cycle_id().await.map_err(failed)?;
    session.insert("account", account()).await.map_err(failed)?;
    session.insert("user_agent", agent).await.map_err(failed)?;
    Ok(Case::SignsIn.answer())
}

async fn who(session: Session) -> Result<String, StatusCode> {
    session.get("account").await.map_err(failed)?.ok_or(StatusCode::UNAUTHORIZED)
}

async fn slot(session: Session) -> Result<String, StatusCode> {
    let cart: Cart = session.get("cart").await.map_err(failed)?.unwrap_or_default();
    Ok(cart.items.len().to_string())
}

async fn edit(session: Session) -> Result<&'static str, StatusCode> {
    let mut cart: Cart = session.get("cart").await.map_err(failed)?.unwrap_or_default();
    match cart.items.first_mut() {
        Some(first) => first.count += 1,
        None => cart.items = CART_ITEMS.map(|(sku, count)| Item { sku: sku.to_owned(), count }).into(),
    }
    session.insert("cart", cart).await.map_err(failed)?;
    Ok(Case::EditsSlot.answer())
}

async fn sign_out(session: Session) -> Result<&'static str, StatusCode> {
    session.flush().await.map_err(failed)?;
    Ok(Case::SignsOut.answer())
}

fn router(store: MemoryStore, variant: Option<&str>) -> Router {
    // Secure, HttpOnly and Path=/ are its defaults. Its removal cookie has none of the first two, so that a browser
    // keeps a cookie of this prefix after signing out; the session is gone from the store all the same.
    let layer = SessionManagerLayer::new(store)
        .with_name(COOKIE)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::minutes(30)))
        .with_always_save(variant != Some("default"));
    Router::new()
        .route(Case::Ignores.path(), get(async || Case::Ignores.answer()))
        .route(Case::ReadsWho.path(), get(who))
        .route(Case::ReadsSlot.path(), get(slot))
        .route(Case::EditsSlot.path(), post(edit))
        .route(Case::SignsIn.path(), post(sign_in))
        .route(Case::SignsOut.path(), post(sign_out))
        .layer(layer)
}

impl Side for TowerSessions {
    type Peer = TowerPeer<Router>;

    const VARIANTS: &'static [&'static str] = &["default"];

    async fn in_process(variant: Option<&str>) -> Result<TowerPeer<Router>> {
        Ok(TowerPeer::new(router(MemoryStore::default(), variant)))
    }

    fn serve(listener: TcpListener, workers: usize, variant: Option<&str>) -> Result<()> {
        serve_router(listener, workers, async || Ok(router(MemoryStore::default(), variant)))
    }
}

fn main() -> Result<()> {
    harness::main::<TowerSessions>()
}

#[cfg(test)]
mod tests;

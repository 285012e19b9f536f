//! `axum_session` on axum, in memory only (`SessionNullPool`, no database behind it).
//!
//! Its memory holds a session until nobody has used it for `memory_lifetime`, which rolls on every request;
//! `lifetime` counts from the sign-in and ends nothing as long as the other one runs. Both are 30 minutes. The
//! cookie lives as long as the browser (`with_max_age(None)`), and is plain, its default: the id is random, and
//! signing would cost two trips to the blocking pool for each request. Its mode is the default as well.

use std::net::TcpListener;

use anyhow::Result;
use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header},
    routing::{get, post},
};
use axum_session::{
    SessionConfig, SessionLayer, SessionNullPool, SessionNullSession, SessionNullSessionStore,
};
use harness::{CART_ITEMS, COOKIE, Case, Side, TowerPeer, account, serve_router};
use serde::{Deserialize, Serialize};
use time::Duration;

struct AxumSession;

#[derive(Default, Serialize, Deserialize)]
struct Cart {
    items: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
struct Item {
    sku: String,
    count: u32,
}

async fn sign_in(session: SessionNullSession, request: Request) -> &'static str {
    session.renew();
    session.set("account", account());
    session
        .set("user_agent", request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()));
    Case::SignsIn.answer()
}

async fn who(session: SessionNullSession) -> Result<String, StatusCode> {
    session.get("account").ok_or(StatusCode::UNAUTHORIZED)
}

async fn slot(session: SessionNullSession) -> String {
    session.get::<Cart>("cart").unwrap_or_default().items.len().to_string()
}

async fn edit(session: SessionNullSession) -> &'static str {
    let mut cart: Cart = session.get("cart").unwrap_or_default();
    match cart.items.first_mut() {
        Some(first) => first.count += 1,
        None => cart.items = CART_ITEMS.map(|(sku, count)| Item { sku: sku.to_owned(), count }).into(),
    }
    session.set("cart", cart);
    Case::EditsSlot.answer()
}

async fn sign_out(session: SessionNullSession) -> &'static str {
    session.destroy();
    Case::SignsOut.answer()
}

fn routes() -> Router {
    Router::new()
        .route(Case::Ignores.path(), get(async || Case::Ignores.answer()))
        .route(Case::ReadsWho.path(), get(who))
        .route(Case::ReadsSlot.path(), get(slot))
        .route(Case::EditsSlot.path(), post(edit))
        .route(Case::SignsIn.path(), post(sign_in))
        .route(Case::SignsOut.path(), post(sign_out))
}

async fn layer(lifetime: Duration, memory_lifetime: Duration) -> Result<SessionLayer<SessionNullPool>> {
    // HttpOnly, SameSite=Lax and Path=/ are its defaults. Its own option for the prefix would add it where it
    // writes the cookie and not where it reads it.
    let config = SessionConfig::default()
        .with_session_name(COOKIE)
        .with_secure(true)
        .with_max_age(None)
        .with_lifetime(lifetime)
        .with_memory_lifetime(memory_lifetime);
    Ok(SessionLayer::new(SessionNullSessionStore::new(None, config).await?))
}

async fn router() -> Result<Router> {
    Ok(routes().layer(layer(Duration::minutes(30), Duration::minutes(30)).await?))
}

impl Side for AxumSession {
    type Peer = TowerPeer<Router>;

    async fn in_process(_: Option<&str>) -> Result<TowerPeer<Router>> {
        Ok(TowerPeer::new(router().await?))
    }

    fn serve(listener: TcpListener, workers: usize, _: Option<&str>) -> Result<()> {
        serve_router(listener, workers, router)
    }
}

fn main() -> Result<()> {
    harness::main::<AxumSession>()
}

#[cfg(test)]
mod tests;

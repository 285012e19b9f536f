//! Handstamp, in the shape of its README: the layer around an axum application,
//! with its defaults.
//!
//! The variant `near-cache` puts the near cache in front of the store, as in front of every store that
//! outlives the process. The variant `planted-allocation` allocates once where its session is ignored: the guard
//! of `cargo xtask test` has to see it.

use std::{hint::black_box, net::TcpListener};

use anyhow::Result;
use axum::{
    Router,
    routing::{get, post},
};
use handstamp::{
    Proof, Sessions, SlotValue,
    store::MemoryStore,
    web::{Session, SessionError, Slot, axum::SignedIn},
};
use harness::{CART_ITEMS, Case, Side, TowerPeer, account, serve_router};
use serde::{Deserialize, Serialize};

struct Handstamp;

#[derive(Default, Serialize, Deserialize)]
struct Cart {
    items: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
struct Item {
    sku: String,
    count: u32,
}

impl SlotValue for Cart {
    const NAME: &'static str = "cart";
}

async fn sign_in(session: Session) -> Result<&'static str, SessionError> {
    let ticket = session.begin_sign_in(&account()).await?;
    session.sign_in(ticket, Proof::password()).await?;
    Ok(Case::SignsIn.answer())
}

async fn who(who: SignedIn) -> String {
    who.account().to_string()
}

async fn slot(cart: Slot<Cart>) -> Result<String, SessionError> {
    Ok(cart.read().await?.items.len().to_string())
}

async fn edit(cart: Slot<Cart>) -> Result<&'static str, SessionError> {
    cart.edit(|cart| match cart.items.first_mut() {
        Some(first) => first.count += 1,
        None => cart.items = CART_ITEMS.map(|(sku, count)| Item { sku: sku.to_owned(), count }).into(),
    })
    .await?;
    Ok(Case::EditsSlot.answer())
}

async fn sign_out(session: Session) -> Result<&'static str, SessionError> {
    session.sign_out().await?;
    Ok(Case::SignsOut.answer())
}

fn router(sessions: &Sessions, variant: Option<&str>) -> Router {
    let ignores = match variant {
        Some("planted-allocation") => get(async || {
            black_box(Box::new(black_box(0_u64)));
            Case::Ignores.answer()
        }),
        _ => get(async || Case::Ignores.answer()),
    };
    Router::new()
        .route(Case::Ignores.path(), ignores)
        .route(Case::ReadsWho.path(), get(who))
        .route(Case::ReadsSlot.path(), get(slot))
        .route(Case::EditsSlot.path(), post(edit))
        .route(Case::SignsIn.path(), post(sign_in))
        .route(Case::SignsOut.path(), post(sign_out))
        .layer(sessions.layer())
}

fn sessions(variant: Option<&str>) -> Result<Sessions> {
    let builder = Sessions::builder(MemoryStore::new());
    Ok(match variant {
        Some("near-cache") => builder.near_cache(64 << 20),
        _ => builder,
    }
    .build()?)
}

impl Side for Handstamp {
    type Peer = TowerPeer<Router>;

    const VARIANTS: &'static [&'static str] = &["near-cache", "planted-allocation"];

    async fn in_process(variant: Option<&str>) -> Result<TowerPeer<Router>> {
        Ok(TowerPeer::new(router(&sessions(variant)?, variant)))
    }

    fn serve(listener: TcpListener, workers: usize, variant: Option<&str>) -> Result<()> {
        serve_router(listener, workers, async || {
            let sessions = sessions(variant)?;
            // Dropped, it would stop: it is to run for as long as the process.
            std::mem::forget(sessions.start_upkeep());
            Ok(router(&sessions, variant))
        })
    }
}

fn main() -> Result<()> {
    harness::main::<Handstamp>()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_routes_do_what_they_say() {
        for variant in [None, Some("near-cache")] {
            let mut peer = Handstamp::in_process(variant).await.unwrap();
            harness::check::check_routes(&mut peer).await.unwrap();
        }
    }
}

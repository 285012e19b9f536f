//! Bare axum: the control of every side that is an axum application. Its routes answer the same words and
//! know of no session.
//!
//! The variant `extension` has axum's own layer that puts one value into each request's extensions: what any
//! library costs that hands something to handlers so, before it does anything.

use std::{net::TcpListener, sync::Arc};

use anyhow::Result;
use axum::{
    Extension, Router,
    routing::{get, post},
};
use harness::{Case, Side, TowerPeer, serve_router};

struct Axum;

fn router() -> Router {
    Router::new()
        .route(Case::Ignores.path(), get(async || Case::Ignores.answer()))
        .route(Case::ReadsWho.path(), get(async || Case::ReadsWho.answer()))
        .route(Case::ReadsSlot.path(), get(async || Case::ReadsSlot.answer()))
        .route(Case::EditsSlot.path(), post(async || Case::EditsSlot.answer()))
        .route(Case::SignsIn.path(), post(async || Case::SignsIn.answer()))
        .route(Case::SignsOut.path(), post(async || Case::SignsOut.answer()))
}

impl Side for Axum {
    type Peer = TowerPeer<Router>;

    const VARIANTS: &'static [&'static str] = &["extension"];

    async fn in_process(variant: Option<&str>) -> Result<TowerPeer<Router>> {
        Ok(TowerPeer::control(match variant {
            Some("extension") => router().layer(Extension(Arc::new(()))),
            _ => router(),
        }))
    }

    fn serve(listener: TcpListener, workers: usize, _: Option<&str>) -> Result<()> {
        serve_router(listener, workers, async || Ok(router()))
    }
}

fn main() -> Result<()> {
    harness::main::<Axum>()
}

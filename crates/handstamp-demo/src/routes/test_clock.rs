//! Moving the demo's time, for tests of the running program. Only there with `--test-clock`.

use std::time::Duration;

use axum::{
    extract::{ConnectInfo, Query, State},
    http::StatusCode,
};
use serde::Deserialize;

use crate::{server::Peer, shop::Shop};

#[derive(Deserialize)]
pub(super) struct Advance {
    seconds: u64,
}

pub(super) async fn advance(
    State(shop): State<Shop>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    Query(by): Query<Advance>,
) -> StatusCode {
    let Some(clock) = shop.test_clock.filter(|_| peer.ip().is_loopback()) else {
        return StatusCode::NOT_FOUND;
    };
    clock.advance(Duration::from_secs(by.seconds));
    StatusCode::NO_CONTENT
}

//! Moving the demo's time, for tests of the running program. Only there with `--test-clock`.

use std::time::{Duration, UNIX_EPOCH};

use axum::{
    extract::{ConnectInfo, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use handstamp::Clock;
use serde::Deserialize;

use crate::{clock::MovableClock, server::Peer, shop::Shop};

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

/// Lets `Date` say the demo's time: whoever moves a clock wants proof that it moved.
pub(super) async fn dated(State(clock): State<MovableClock>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let now = UNIX_EPOCH + Duration::from_millis(clock.now().as_millis());
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

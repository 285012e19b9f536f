//! That the routes do what they say, and that the idle timeout ends sessions.
//!
//! The library shows nobody when a session will end, so that a read renews it is not seen directly: it is the
//! first thing `SessionStore::service_session_data` does for every request with a session.

use anyhow::{Result, ensure};
use axum::{Json, http::StatusCode, routing::get};
use axum_session::SessionNullSession;
use harness::{
    Answer, Call, Case, Peer, TowerPeer, USER_AGENT,
    check::{answers, check_routes, refuses, sign_in},
};
use time::Duration;

use super::{Cart, layer, router, routes};

#[tokio::test]
async fn the_routes_do_what_they_say() -> Result<()> {
    check_routes(&mut TowerPeer::new(router().await?)).await
}

#[tokio::test]
async fn the_record_is_the_one_of_all_sides() -> Result<()> {
    let record = async |session: SessionNullSession| {
        let count = session.get::<Cart>("cart").and_then(|cart| cart.items.first().map(|item| item.count));
        Json((session.get::<String>("user_agent"), count))
    };
    // In the place of the route that ignores its session.
    let router = axum::Router::new()
        .route(Case::Ignores.path(), get(record))
        .route(Case::SignsIn.path(), axum::routing::post(super::sign_in))
        .route(Case::EditsSlot.path(), axum::routing::post(super::edit))
        .layer(layer(Duration::minutes(30), Duration::minutes(30)).await?);
    let mut peer = TowerPeer::new(router);
    let cookie = sign_in(&mut peer, None).await?;
    for count in [1, 2] {
        answers(&mut peer, Case::EditsSlot, Some(&cookie), Case::EditsSlot.answer()).await?;
        let words = format!("[\"{USER_AGENT}\",{count}]");
        answers(&mut peer, Case::Ignores, Some(&cookie), &words).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_session_left_alone_for_too_long_is_refused() -> Result<()> {
    let moment = Duration::nanoseconds(1);
    let mut peer = TowerPeer::new(routes().layer(layer(moment, moment).await?));
    let cookie = sign_in(&mut peer, None).await?;
    refuses(&mut peer, Some(&cookie)).await
}

#[tokio::test]
async fn a_session_in_use_outlives_the_time_from_its_sign_in() -> Result<()> {
    let mut peer =
        TowerPeer::new(routes().layer(layer(Duration::nanoseconds(1), Duration::minutes(30)).await?));
    let cookie = sign_in(&mut peer, None).await?;
    answers(&mut peer, Case::ReadsWho, Some(&cookie), Case::ReadsWho.answer()).await?;
    Ok(())
}

/// Documented here because a reader would look for it: an id that was never given out, or that has ended, is
/// taken over as that of a new, empty session.
#[tokio::test]
async fn an_unknown_id_is_adopted() -> Result<()> {
    let mut peer = TowerPeer::new(router().await?);
    let pair = format!("{}=chosen-by-somebody", harness::COOKIE);
    let call = Call { case: Case::Ignores, cookie: Some(pair.clone().try_into()?) };
    let Answer { status, cookie, .. } = peer.call(&call).await?;
    ensure!(status == StatusCode::OK && cookie.as_deref() == Some(&pair), "{cookie:?}");
    Ok(())
}

//! That the routes do what they say, and which requests renew the idle timeout.

use anyhow::{Context, Result, ensure};
use harness::{
    Case, TowerPeer,
    check::{answers, check_routes, refuses, sign_in},
};
use tower_sessions::{
    MemoryStore, SessionStore,
    cookie::time::{Duration, OffsetDateTime},
    session::Record,
};

use super::router;

async fn record(store: &MemoryStore, cookie: &str) -> Result<Record> {
    let (_, id) = cookie.split_once('=').context("no cookie")?;
    store.load(&id.parse()?).await?.context("no record")
}

/// Minutes left after a request, for a session that had one left before it.
async fn left_after(case: Case, variant: Option<&str>) -> Result<i64> {
    let store = MemoryStore::default();
    let mut peer = TowerPeer::new(router(store.clone(), variant));
    let cookie = sign_in(&mut peer, None).await?;
    answers(&mut peer, Case::EditsSlot, Some(&cookie), Case::EditsSlot.answer()).await?;
    let mut aged = record(&store, &cookie).await?;
    aged.expiry_date = OffsetDateTime::now_utc() + Duration::seconds(90);
    store.save(&aged).await?;
    answers(&mut peer, case, Some(&cookie), case.answer()).await?;
    Ok((record(&store, &cookie).await?.expiry_date - OffsetDateTime::now_utc()).whole_minutes())
}

#[tokio::test]
async fn the_routes_do_what_they_say() -> Result<()> {
    for variant in [None, Some("default")] {
        check_routes(&mut TowerPeer::new(router(MemoryStore::default(), variant))).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_record_is_the_one_of_all_sides() -> Result<()> {
    let store = MemoryStore::default();
    let mut peer = TowerPeer::new(router(store.clone(), None));
    let cookie = sign_in(&mut peer, None).await?;
    for count in [1, 2] {
        answers(&mut peer, Case::EditsSlot, Some(&cookie), Case::EditsSlot.answer()).await?;
        let data = record(&store, &cookie).await?.data;
        ensure!(data["account"].as_str().is_some_and(|account| account.starts_with("ada-")), "{data:?}");
        ensure!(data["user_agent"] == harness::USER_AGENT, "{data:?}");
        ensure!(data["cart"]["items"][0]["count"] == count, "{data:?}");
    }
    Ok(())
}

#[tokio::test]
async fn every_request_renews_the_idle_timeout() -> Result<()> {
    for case in [Case::Ignores, Case::ReadsWho, Case::ReadsSlot, Case::EditsSlot] {
        ensure!(left_after(case, None).await? == 29, "{case:?}");
    }
    Ok(())
}

#[tokio::test]
async fn by_default_only_an_edit_renews_it() -> Result<()> {
    for case in [Case::Ignores, Case::ReadsWho, Case::ReadsSlot] {
        ensure!(left_after(case, Some("default")).await? == 1, "{case:?}");
    }
    ensure!(left_after(Case::EditsSlot, Some("default")).await? == 29);
    Ok(())
}

#[tokio::test]
async fn a_session_left_alone_for_too_long_is_refused() -> Result<()> {
    let store = MemoryStore::default();
    let mut peer = TowerPeer::new(router(store.clone(), None));
    let cookie = sign_in(&mut peer, None).await?;
    let mut aged = record(&store, &cookie).await?;
    aged.expiry_date = OffsetDateTime::now_utc() - Duration::seconds(1);
    store.save(&aged).await?;
    refuses(&mut peer, Some(&cookie)).await
}

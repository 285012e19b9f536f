//! That the routes do what they say, and that the idle timeout rolls and ends sessions.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use harness::{
    Case,
    check::{answers, check_routes, refuses, sign_in},
};

use super::{in_process, store::Memory};

#[tokio::test]
async fn the_routes_do_what_they_say() -> Result<()> {
    for variant in [None, Some("signed")] {
        check_routes(&mut in_process(Memory::default(), variant).await?).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_record_is_the_one_of_all_sides() -> Result<()> {
    let store = Memory::default();
    let mut peer = in_process(store.clone(), None).await?;
    let cookie = sign_in(&mut peer, None).await?;
    for count in [1, 2] {
        answers(&mut peer, Case::EditsSlot, Some(&cookie), Case::EditsSlot.answer()).await?;
        let state = store.change(|record| record.state.clone())?;
        ensure!(state["account"].starts_with("\"ada-"), "{state:?}");
        ensure!(state["user_agent"] == format!("\"{}\"", harness::USER_AGENT), "{state:?}");
        let first = format!("{{\"items\":[{{\"sku\":\"apple\",\"count\":{count}}}");
        ensure!(state["cart"].starts_with(&first), "{state:?}");
    }
    Ok(())
}

#[tokio::test]
async fn every_request_renews_the_idle_timeout() -> Result<()> {
    let store = Memory::default();
    let mut peer = in_process(store.clone(), None).await?;
    let cookie = sign_in(&mut peer, None).await?;
    answers(&mut peer, Case::EditsSlot, Some(&cookie), Case::EditsSlot.answer()).await?;
    for case in [Case::Ignores, Case::ReadsWho, Case::ReadsSlot, Case::EditsSlot] {
        store.change(|record| record.expires = Instant::now() + Duration::from_secs(90))?;
        answers(&mut peer, case, Some(&cookie), case.answer()).await?;
        let left = store.change(|record| record.expires)?.duration_since(Instant::now());
        ensure!(left > Duration::from_secs(29 * 60), "{case:?} leaves {left:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_session_left_alone_for_too_long_is_refused() -> Result<()> {
    let store = Memory::default();
    let mut peer = in_process(store.clone(), None).await?;
    let cookie = sign_in(&mut peer, None).await?;
    store.change(|record| record.expires = Instant::now())?;
    refuses(&mut peer, Some(&cookie)).await
}

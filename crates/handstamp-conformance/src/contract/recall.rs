//! Answers from memory, of a store that has a cache in front. One that has none recalls nothing.

use std::time::Duration;

use handstamp::{
    EndReason,
    store::{Condition, Create, EndOutcome, SessionKey, Store, StoredState, Target},
};

use super::kit::Bench;
use crate::{MakeStore, polls::dropped_after};

/// Whatever the store is willing to vouch for: here it is asked only for what it has written itself.
const ANY_AGE: Duration = Duration::from_secs(60);

/// Promise 13: absence ends with a sign-in and no entry of the log names a session that nobody knew, so
/// a store that remembers it keeps somebody out who has just signed in.
pub async fn a_session_that_was_looked_for_before_it_began_is_found(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.anonymous();
    let key = session.key.clone();
    for _ in 0..2 {
        assert!(bench.store.recall(&key, ANY_AGE).is_none());
        assert!(bench.store.load(&key).await.expect("load").is_none());
    }
    bench.store.create(Create { session }).await.expect("create");
    assert!(bench.store.load(&key).await.expect("load").is_some(), "absence was remembered");
}

/// Promise 1: a load that was under way when the session ended leaves nothing behind that could let it in
/// again, however far it had come.
pub async fn a_load_that_an_end_overtakes_revives_nothing(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    for polls in 0..16 {
        let key = bench.begun().await.key;
        bench.store.recall(&key, ANY_AGE);
        let mut load = bench.store.load(&key);
        let done = dropped_after(&mut load, polls).await;
        let ended = bench.end(Target::One(key.clone(), Condition::Always), EndReason::Revoked).await;
        assert_eq!(ended, EndOutcome::Ended(vec![key.id]));
        assert_not_alive(&*bench.store, &key);
        if done.is_none() {
            load.await.expect("load");
        }
        assert_not_alive(&*bench.store, &key);
    }
}

fn assert_not_alive(store: &dyn Store, key: &SessionKey) {
    let recalled = store.recall(key, ANY_AGE);
    let alive = recalled.is_some_and(|there| there.session.state == StoredState::Live);
    assert!(!alive, "a session that has ended is alive in memory");
}

//! Observers may fail; what has happened stands.

use handstamp::{EndReason, Verdict};

use super::{ending::nobody_has_this, world::World};
use crate::MakeStore;

/// CVE-2021-34428: a listener that threw kept a session alive.
pub async fn an_observer_that_panics_stops_no_end(make: impl MakeStore) {
    let world = World::with(&make, |change| panic!("an observer fails at {change:?}")).await;
    let (first, one) = world.client("alice").await;
    let (second, two) = world.client("alice").await;
    let (_, three) = world.client("alice").await;
    let Verdict::Active(active) = world.resume(&one).await else { panic!("somebody signed in") };
    world.sessions.sign_out(&active).await.expect("sign_out");
    assert!(matches!(world.resume(&one).await, Verdict::Ended(EndReason::SignedOut)));
    assert!(nobody_has_this(&world, second).await);
    world.account("alice").end(second).await.expect("end");
    assert!(matches!(world.resume(&two).await, Verdict::Ended(EndReason::Revoked)));
    world.account("alice").end_others(first).await.expect("end_others");
    assert!(matches!(world.resume(&three).await, Verdict::Ended(EndReason::Revoked)));
    world.account("alice").hold().await.expect("hold");
    assert!(world.sign_in("alice", None).await.is_err());
}

//! The table by itself: who writes what, and that nothing is forgotten.

use std::time::Duration;

use super::table::{Claim, LastUses};
use crate::{
    id::{Cell, SessionId},
    policy::IdleTimeout,
    time::Timestamp,
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// Its touch interval is a minute.
const IDLE: IdleTimeout = IdleTimeout::hours(1);

fn start() -> (LastUses, Timestamp, SessionId) {
    let now = Timestamp::from_millis(1_000_000);
    (LastUses::new(), now, SessionId::generate(Cell::new(0), now))
}

/// Notes a use that began with the session and writes it if it is to be written. Was it?
fn note(uses: &LastUses, id: SessionId, begun: Timestamp, now: Timestamp) -> bool {
    uses.note(id, begun, now, IDLE).map(|claim| uses.were_written(claim.batch())).is_some()
}

/// What the background writer would claim, in all shards.
fn claim_due(uses: &LastUses, now: Timestamp) -> Claim<'_> {
    let mut claim = uses.no_claim();
    (0..LastUses::SHARDS).for_each(|shard| uses.claim_due(shard, now, &mut claim));
    claim
}

#[test]
fn without_a_writer_there_is_one_write_per_interval_and_a_failed_one_is_tried_again() {
    let (uses, begun, id) = start();
    assert!(!note(&uses, id, begun, begun));
    let later = begun.saturating_add(MINUTE);
    let claim = uses.note(id, begun, later, IDLE).expect("it is due");
    assert!(!note(&uses, id, begun, later), "somebody is writing it");
    drop(claim);
    assert!(note(&uses, id, begun, later.saturating_add(SECOND)));
    assert!(!note(&uses, id, begun, later.saturating_add(MINUTE)));
    assert!(note(&uses, id, begun, later.saturating_add(MINUTE + SECOND)));
}

/// Uses in an interval after its first were once forgotten, and a session ended up to a minute before
/// its idle timeout without any crash.
#[test]
fn what_is_not_written_is_known_and_held_also_while_a_write_is_under_way() {
    let (uses, begun, id) = start();
    let used = begun.saturating_add(MINUTE / 2);
    assert!(!note(&uses, id, begun, used));
    assert_eq!(uses.of(id), Some(used));
    assert_eq!(uses.held(), [(id, used)]);

    let due = begun.saturating_add(MINUTE);
    let claim = uses.note(id, begun, due, IDLE).expect("it is due");
    assert_eq!(uses.held(), [(id, due)]);
    uses.were_written(claim.batch());
    drop(claim);
    assert_eq!((uses.held(), uses.of(id)), (vec![], Some(due)));
}

#[test]
fn with_a_writer_requests_write_only_what_cannot_wait_for_it() {
    let (uses, begun, id) = start();
    let _writer = uses.background_writer();
    let minutes = |minutes| begun.saturating_add(minutes * MINUTE);
    assert!(!note(&uses, id, begun, minutes(57)));
    assert!(note(&uses, id, begun, minutes(58)), "less than two intervals and two rounds are left");
    assert!(!note(&uses, id, begun, minutes(59)));
}

#[test]
fn when_the_writer_has_stopped_requests_write_again() {
    let (uses, begun, id) = start();
    let due = begun.saturating_add(MINUTE);
    let writer = uses.background_writer();
    assert!(!note(&uses, id, begun, due));
    drop(writer);
    assert!(note(&uses, id, begun, due));
}

#[test]
fn the_writer_takes_what_is_due_once_also_without_a_further_use() {
    let (uses, begun, id) = start();
    let _writer = uses.background_writer();
    let used = begun.saturating_add(SECOND);
    assert!(!note(&uses, id, begun, used));
    let due = begun.saturating_add(MINUTE);
    assert_eq!(claim_due(&uses, begun.saturating_add(59 * SECOND)).batch(), []);
    let claim = claim_due(&uses, due);
    assert_eq!(claim.batch(), [(id, used)]);
    assert_eq!(claim_due(&uses, due).batch(), [], "it is being written");
    // Dropped before the store has answered: the next round takes it.
    drop(claim);
    let claim = claim_due(&uses, due);
    uses.were_written(claim.batch());
    drop(claim);
    assert_eq!(claim_due(&uses, due).batch(), []);
}

#[test]
fn the_writer_forgets_what_the_store_has_had_for_an_interval() {
    let (uses, begun, id) = start();
    assert!(!note(&uses, id, begun, begun));
    drop(claim_due(&uses, begun.saturating_add(59 * SECOND)));
    assert_eq!(uses.of(id), Some(begun));
    drop(claim_due(&uses, begun.saturating_add(MINUTE)));
    assert_eq!(uses.of(id), None);
}

#[test]
fn the_dying_are_those_that_the_store_would_take_for_dead_by_then() {
    let (uses, begun, id) = start();
    let used = begun.saturating_add(MINUTE / 2);
    assert!(!note(&uses, id, begun, used));
    let dies = begun.saturating_add(IDLE.duration());
    assert_eq!(uses.held_by(dies.saturating_sub(SECOND)), []);
    for _ in 0..2 {
        assert_eq!(uses.held_by(dies), [(id, used)], "asking changes nothing");
    }

    // One with a shorter timeout, one that is noted later, and one that the store has been told of.
    let [hasty, later] = [(); 2].map(|()| SessionId::generate(Cell::new(0), begun));
    let short = IdleTimeout::minutes(30);
    assert!(uses.note(hasty, begun, used, short).is_none());
    assert!(!note(&uses, later, used, used.saturating_add(SECOND)));
    assert_eq!(uses.held_by(begun.saturating_add(short.duration())), [(hasty, used)]);
    uses.were_written(&[(id, used)]);
    assert_eq!(uses.held_by(dies), [(hasty, used)]);
    assert_eq!(uses.held().len(), 2);
    assert!(!note(&uses, id, used, used.saturating_add(SECOND)));
    assert_eq!(uses.held_by(used.saturating_add(IDLE.duration())).len(), 3);
}

#[test]
fn what_is_held_is_bounded_and_the_rest_is_written_at_once() {
    let (uses, begun, _) = start();
    let used = begun.saturating_add(MINUTE / 2);
    // Ids with one last byte share a shard.
    let id = |number: u32| {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        SessionId::from_bytes(bytes)
    };
    for number in 0..28_672 {
        assert!(!note(&uses, id(number), begun, used));
    }
    let beyond = id(u32::MAX);
    assert!(note(&uses, beyond, begun, used));
    assert_eq!(uses.of(beyond), None, "it is written, so it need not be held");

    // What the store has makes room, however fresh it is.
    uses.were_written(&uses.held());
    assert!(!note(&uses, beyond, begun, used));
    assert_eq!(uses.held(), [(beyond, used)]);
}

/// Three requests at once and a flush among them. Run as `interleavings.rs` says.
#[cfg(shuttle)]
#[test]
fn in_every_interleaving_a_due_use_is_written_and_by_one_request_at_most() {
    use std::sync::Arc;

    let race = || {
        let (uses, begun, id) = start();
        let (uses, due) = (Arc::new(uses), begun.saturating_add(MINUTE));
        let request = |_| {
            let uses = uses.clone();
            shuttle::thread::spawn(move || note(&uses, id, begun, due))
        };
        let requests: Vec<_> = (0..2).map(request).collect();
        let flushed = uses.held();
        uses.were_written(&flushed);
        let written = requests.into_iter().map(|request| request.join().unwrap());
        let written = written.filter(|written| *written).count();
        assert!(written <= 1 && written + flushed.len() >= 1, "{written} {flushed:?}");
        assert_eq!((uses.held(), uses.of(id)), (vec![], Some(due)));
    };
    shuttle::check_dfs(race, None);
}

/// The same within an interval, where a use is held: whatever a flush has not taken is still there.
#[cfg(shuttle)]
#[test]
fn in_every_interleaving_a_held_use_is_flushed_or_still_held() {
    use std::sync::Arc;

    let race = || {
        let (uses, begun, id) = start();
        let uses = Arc::new(uses);
        let request = |seconds| {
            let uses = uses.clone();
            let used = begun.saturating_add(seconds * SECOND);
            shuttle::thread::spawn(move || assert!(!note(&uses, id, begun, used)))
        };
        let requests = [request(10), request(20)];
        let flushed = uses.held();
        uses.were_written(&flushed);
        for request in requests {
            request.join().unwrap();
        }
        let last = begun.saturating_add(20 * SECOND);
        let left = if flushed == [(id, last)] { vec![] } else { vec![(id, last)] };
        assert_eq!((uses.held(), uses.of(id)), (left, Some(last)));
    };
    shuttle::check_dfs(race, None);
}

/// A request, the writer's round and the writer's end with its last flush: in every order the use is
/// in the store when all are through, written by somebody.
#[cfg(shuttle)]
#[test]
fn in_every_interleaving_a_use_at_the_writers_end_is_written_by_somebody() {
    use std::sync::Arc;

    let race = || {
        let (uses, begun, id) = start();
        let (uses, due) = (Arc::new(uses), begun.saturating_add(MINUTE));
        let writer = uses.background_writer();
        let request = {
            let uses = uses.clone();
            shuttle::thread::spawn(move || _ = note(&uses, id, begun, due))
        };
        // The round is given up half way, as when its task is stopped.
        drop(claim_due(&uses, due));
        drop(writer);
        uses.were_written(&uses.held());
        request.join().unwrap();
        assert_eq!((uses.held(), uses.of(id)), (vec![], Some(due)));
    };
    shuttle::check_dfs(race, None);
}

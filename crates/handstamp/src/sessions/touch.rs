//! Coalescing last uses: at most one write per session per touch interval and process.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{id::SessionId, time::Timestamp};

/// Claims that are kept at most; beyond, those that are over are thrown out.
const CLAIMS: usize = 8192;

/// Who is writing, or has just written, which session's last use.
#[derive(Default)]
pub(super) struct TouchGate {
    claims: Mutex<HashMap<SessionId, Timestamp>>,
}

impl TouchGate {
    /// May this caller write the use at `now`? Only the first in each interval may.
    pub(super) fn claim(&self, id: SessionId, now: Timestamp, interval: std::time::Duration) -> bool {
        let mut claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        if claims.get(&id).is_some_and(|claimed| now.since(*claimed) < interval) {
            return false;
        }
        if claims.len() >= CLAIMS {
            claims.retain(|_, claimed| now.since(*claimed) < interval);
            // All are recent: forget them rather than grow. The cost is a few writes too many.
            if claims.len() >= CLAIMS {
                claims.clear();
            }
        }
        claims.insert(id, now);
        true
    }

    /// The write failed: let the next one try.
    pub(super) fn release(&self, id: SessionId) {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::id::Cell;

    #[test]
    fn one_claim_per_interval_and_a_failed_one_is_given_back() {
        let gate = TouchGate::default();
        let now = Timestamp::from_millis(1_000_000);
        let id = SessionId::generate(Cell::new(0), now);
        let minute = Duration::from_secs(60);
        assert!(gate.claim(id, now, minute));
        assert!(!gate.claim(id, now.saturating_add(minute / 2), minute));
        gate.release(id);
        assert!(gate.claim(id, now, minute));
        assert!(gate.claim(id, now.saturating_add(minute), minute));
    }

    #[test]
    fn the_gate_does_not_grow_without_bound() {
        let gate = TouchGate::default();
        let now = Timestamp::from_millis(1_000_000);
        for _ in 0..3 * CLAIMS {
            assert!(gate.claim(SessionId::generate(Cell::new(0), now), now, Duration::from_secs(60)));
        }
        assert!(gate.claims.lock().unwrap().len() <= CLAIMS);
    }
}

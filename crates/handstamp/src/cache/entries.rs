//! The cached sessions of one cell, bounded by bytes.
//!
//! What goes first is decided by second chance (CLOCK): a hand goes round, passes over whatever was
//! asked for since it last came by, and takes out the first that was not. A hit sets one flag instead of
//! moving a list, and sessions that are asked for once, such as those of a crawler, push out no busy ones.

use std::{mem::size_of, sync::Arc};

use crate::{
    id::{IdMap, SessionId},
    store::{Body, Loaded, SessionKey},
};

pub(super) struct Entries {
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
    places: IdMap<u32>,
    hand: usize,
    bytes: usize,
    budget: usize,
}

struct Slot {
    loaded: Arc<Loaded>,
    bytes: u32,
    /// Asked for since the hand came by.
    used: bool,
}

impl Entries {
    pub(super) fn new(budget: usize) -> Self {
        Self { slots: Vec::new(), free: Vec::new(), places: IdMap::default(), hand: 0, bytes: 0, budget }
    }

    pub(super) fn get(&mut self, key: &SessionKey) -> Option<Arc<Loaded>> {
        let slot = self.slot(key)?;
        slot.used = true;
        Some(slot.loaded.clone())
    }

    /// Changes a session in place, if it is here. Its size must stay.
    pub(super) fn change(&mut self, key: &SessionKey, change: impl FnOnce(&mut Loaded)) {
        if let Some(slot) = self.slot(key) {
            change(Arc::make_mut(&mut slot.loaded));
        }
    }

    /// Keeps a session. Returns how many had to go for it.
    pub(super) fn put(&mut self, loaded: Arc<Loaded>) -> usize {
        let id = loaded.session.key.id;
        self.take_out(id);
        let bytes = bytes_of(&loaded);
        let Ok(stored) = u32::try_from(bytes) else { return 0 };
        if bytes > self.budget {
            return 0;
        }
        let mut evicted = 0;
        while self.bytes + bytes > self.budget && self.evict() {
            evicted += 1;
        }
        let slot = Some(Slot { loaded, bytes: stored, used: false });
        let place = if let Some(place) = self.free.pop() {
            self.slots[place as usize] = slot;
            place
        } else {
            // One entry takes a few hundred bytes: there are never that many.
            let Ok(place) = u32::try_from(self.slots.len()) else { return evicted };
            self.slots.push(slot);
            place
        };
        self.places.insert(id, place);
        self.bytes += bytes;
        evicted
    }

    pub(super) fn remove(&mut self, key: &SessionKey) -> usize {
        if self.slot(key).is_some() { self.take_out(key.id) } else { 0 }
    }

    /// Takes out what answers to `which`.
    pub(super) fn remove_where(&mut self, which: impl Fn(&Loaded) -> bool) -> usize {
        let slots = self.slots.iter().flatten();
        let named = slots.filter(|slot| which(&slot.loaded)).map(|slot| slot.loaded.session.key.id);
        let named: Vec<SessionId> = named.collect();
        named.into_iter().map(|id| self.take_out(id)).sum()
    }

    /// Takes out everything and gives the memory back.
    pub(super) fn clear(&mut self) -> usize {
        let removed = self.len();
        *self = Self::new(self.budget);
        removed
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn slot(&mut self, key: &SessionKey) -> Option<&mut Slot> {
        let place = *self.places.get(&key.id)? as usize;
        let slot = self.slots.get_mut(place)?.as_mut()?;
        // Nothing is ever looked up without its realm (CVE-2022-46170).
        (slot.loaded.session.key == *key).then_some(slot)
    }

    fn take_out(&mut self, id: SessionId) -> usize {
        let Some(place) = self.places.remove(&id) else { return 0 };
        if let Some(slot) = self.slots.get_mut(place as usize).and_then(Option::take) {
            self.bytes = self.bytes.saturating_sub(slot.bytes as usize);
            self.free.push(place);
        }
        1
    }

    /// Takes out one. `false`: nothing is left.
    fn evict(&mut self) -> bool {
        if self.places.is_empty() {
            return false;
        }
        loop {
            self.hand = if self.hand + 1 < self.slots.len() { self.hand + 1 } else { 0 };
            match self.slots.get_mut(self.hand) {
                Some(Some(slot)) if slot.used => slot.used = false,
                Some(Some(slot)) => {
                    let id = slot.loaded.session.key.id;
                    return self.take_out(id) > 0;
                }
                _ => {}
            }
        }
    }
}

/// What the allocator takes for a block besides what was asked for, and the two counts of an `Arc`.
const BLOCK: usize = 16 + 2 * size_of::<usize>();
/// A session's part of the tables when they have just grown and are half empty: its bucket in the map
/// (hashbrown fills at least 7 of 16, with a byte of control each), its slot, its place in the free list.
const TABLES: usize =
    (size_of::<(SessionId, u32)>() + 1) * 16 / 7 + 2 * (size_of::<Option<Slot>>() + size_of::<u32>());

/// What a cached session takes, all included: record, what is remembered of it, data, account and tables. The realm's name is
/// shared with the engine.
fn bytes_of(loaded: &Loaded) -> usize {
    let session = &loaded.session;
    let account = session.account.as_ref().map_or(0, |account| BLOCK + account.as_str().len());
    let bytes = 2 * BLOCK + session.body.len() + Body::OVERHEAD + session.data.len();
    TABLES + BLOCK + size_of::<Loaded>() + bytes + account
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cache::tests::session_of,
        id::Cell,
        realm::{AccountId, RealmName},
    };

    fn loaded(number: u64) -> Arc<Loaded> {
        Arc::new(session_of(Cell::new(0), number, Some("ann")))
    }

    fn room_for(count: usize) -> Entries {
        Entries::new(count * bytes_of(&loaded(0)))
    }

    #[test]
    fn a_session_is_found_by_realm_and_id_and_by_nothing_less() {
        let mut entries = room_for(2);
        let there = loaded(1);
        entries.put(there.clone());
        let key = there.session.key.clone();
        assert!(entries.get(&key).is_some());
        let elsewhere = SessionKey::new(RealmName::new("other").unwrap(), key.id);
        assert!(entries.get(&elsewhere).is_none());
        assert_eq!(entries.remove(&elsewhere), 0);
        assert_eq!(entries.remove(&key), 1);
        assert_eq!((entries.len(), entries.bytes()), (0, 0));
    }

    #[test]
    fn bytes_stay_within_the_budget_and_what_was_asked_for_stays_longest() {
        let mut entries = room_for(10);
        let busy = loaded(0);
        entries.put(busy.clone());
        let mut evicted = 0;
        for number in 1..100 {
            assert!(entries.get(&busy.session.key).is_some(), "after {number}");
            evicted += entries.put(loaded(number));
            assert!(entries.bytes() <= entries.budget);
        }
        assert_eq!((entries.len(), evicted), (10, 90));
    }

    /// Of sessions that nobody asked for again the oldest goes, not the one that came just now.
    #[test]
    fn what_was_never_asked_for_goes_in_turn() {
        let mut entries = room_for(4);
        for number in 0..8 {
            entries.put(loaded(number));
        }
        let kept: Vec<bool> =
            (0..8).map(|number| entries.get(&loaded(number).session.key).is_some()).collect();
        assert_eq!(kept.iter().filter(|kept| **kept).count(), 4);
        assert!(kept[4..].iter().all(|kept| *kept), "{kept:?}");
    }

    #[test]
    fn one_that_is_larger_than_everything_is_not_kept_and_pushes_nothing_out() {
        let mut entries = room_for(4);
        entries.put(loaded(1));
        let mut large = session_of(Cell::new(0), 2, None);
        large.session.data = Arc::from(vec![0; entries.budget]);
        assert_eq!(entries.put(Arc::new(large)), 0);
        assert_eq!(entries.len(), 1);
    }

    #[test]
    fn sizes_are_counted_once_however_often_a_session_is_put_and_taken() {
        let mut entries = room_for(50);
        for round in 0..3 {
            for number in 0..40 {
                let mut session = session_of(Cell::new(0), number, Some("ann"));
                session.session.data = Arc::from(vec![0; round * 10]);
                entries.put(Arc::new(session));
            }
            let ann = AccountId::new("ann").unwrap();
            let expected: usize = entries.slots.iter().flatten().map(|slot| bytes_of(&slot.loaded)).sum();
            assert_eq!((entries.len(), entries.bytes()), (40, expected));
            assert_eq!(entries.remove_where(|loaded| loaded.session.account.as_ref() == Some(&ann)), 40);
            assert_eq!((entries.len(), entries.bytes()), (0, 0));
        }
        assert!(entries.slots.len() <= 41, "places are used again");
    }

    /// Row 8 of the budget: a cached session takes at most 1 KiB all included.
    #[tokio::test]
    async fn a_typical_session_takes_less_than_a_kibibyte() {
        use crate::{
            Sessions,
            store::{MemoryStore, Store},
            testing::sign_in_as,
        };

        let store = MemoryStore::new();
        let sessions = Sessions::builder(store.clone()).build().unwrap();
        let client = sign_in_as(&sessions, "8c1c7a0e-0a27-4d6f-a1a3-5b2f1d0c9e42").await;
        let key = SessionKey::new(RealmName::default(), client.id());
        let mut loaded = store.load(&key).await.unwrap().unwrap();
        loaded.session.data = Arc::from(vec![0; 100]);
        let bytes = bytes_of(&loaded);
        assert!((400..=1024).contains(&bytes), "{bytes} bytes");
    }
}

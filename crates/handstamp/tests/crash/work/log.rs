//! The change log after a crash: no gaps, and an entry for each acknowledged change.

use std::collections::HashMap;

use handstamp::{
    Cell, Change, Entry, SessionId,
    store::{ChangesPage, Store},
};

use super::Ledger;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Began,
    SignedIn,
    Edited,
    Renewed,
    Ended,
    CredentialsChanged,
}

impl Ledger {
    /// Reads on from the last look.
    pub(super) async fn check_log(&mut self, store: &dyn Store, context: &str) {
        let heads = store.heads().await.unwrap();
        let mut found: HashMap<(Kind, SessionId), usize> = HashMap::new();
        for cell in Cell::all() {
            let (mut read, head) = (self.heads[cell.index()], heads.of(cell));
            assert!(read <= head, "{context}: the log of {cell:?} has lost what was acknowledged");
            while read < head {
                let ChangesPage::Entries(entries) = store.changes(cell, read, 500).await.unwrap() else {
                    panic!("{context}: the log of {cell:?} does not know what it has after {read}");
                };
                assert!(!entries.is_empty(), "{context}: the log of {cell:?} ends at {read}, not at {head}");
                for entry in &entries {
                    read += 1;
                    assert_eq!((entry.cell, entry.position), (cell, read), "{context}: a gap in the log");
                    for told in told(entry) {
                        *found.entry(told).or_default() += 1;
                    }
                }
            }
            assert_eq!(read, head, "{context}: the log of {cell:?} goes on after its head");
        }
        for (what, times) in std::mem::take(&mut self.entries) {
            let found = found.get(&what).copied().unwrap_or(0);
            assert!(
                found >= times,
                "{context}: {what:?} was acknowledged {times} times, the log has {found}"
            );
            // One end is one entry, however often it was asked for.
            let most = if what.0 == Kind::Ended { 1 } else { times + 1 };
            assert!(found <= most, "{context}: {what:?} was acknowledged {times} times, the log has {found}");
        }
    }

    /// The next look begins here.
    pub(super) async fn note_heads(&mut self, store: &dyn Store) {
        self.heads = store.heads().await.unwrap().positions;
    }
}

fn told(entry: &Entry) -> Vec<(Kind, SessionId)> {
    let mut told: Vec<_> = entry.ended().iter().map(|session| (Kind::Ended, *session)).collect();
    match &entry.change {
        Change::Began { session } => told.push((Kind::Began, *session)),
        Change::SignedIn { session, .. } => told.push((Kind::SignedIn, *session)),
        Change::Edited { session } => told.push((Kind::Edited, *session)),
        Change::Renewed { session } => told.push((Kind::Renewed, *session)),
        Change::CredentialsChanged { kept: Some(kept), .. } => told.push((Kind::CredentialsChanged, *kept)),
        _ => {}
    }
    told
}

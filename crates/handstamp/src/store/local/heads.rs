//! Where the log of each cell ends, for whoever waits for it to grow.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use crate::{
    id::Cell,
    store::{Heads, Incarnation, StoreError, StoreFuture},
};

pub(in crate::store) struct LocalHeads {
    incarnation: Incarnation,
    cells: Vec<Head>,
    /// Sent to with every change, so that feeds hear of it.
    changed: watch::Sender<u64>,
}

struct Head {
    position: AtomicU64,
    grown: watch::Sender<u64>,
}

impl LocalHeads {
    pub(in crate::store) fn new(incarnation: Incarnation, positions: impl Iterator<Item = u64>) -> Self {
        let head =
            |position| Head { position: AtomicU64::new(position), grown: watch::Sender::new(position) };
        Self { incarnation, cells: positions.map(head).collect(), changed: watch::Sender::new(0) }
    }

    /// Tells whoever waits that a cell's log has grown to here. Call it before a change is
    /// acknowledged: a feed is complete up to what was acknowledged before its probe.
    pub(in crate::store) fn grow(&self, cell: Cell, position: u64) {
        let head = &self.cells[cell.index()];
        head.position.fetch_max(position, Ordering::AcqRel);
        head.grown.send_modify(|grown| *grown = position.max(*grown));
        self.changed.send_modify(|changes| *changes += 1);
    }

    pub(in crate::store) fn now(&self) -> Heads {
        let positions = self.cells.iter().map(|head| head.position.load(Ordering::Acquire)).collect();
        Heads { incarnation: self.incarnation, positions }
    }

    /// Where one cell's log ends.
    #[cfg(feature = "embedded")]
    pub(in crate::store) fn position(&self, cell: Cell) -> u64 {
        self.cells[cell.index()].position.load(Ordering::Acquire)
    }

    /// How many entries were ever written.
    #[cfg(feature = "embedded")]
    pub(in crate::store) fn written(&self) -> u64 {
        Cell::all().map(|cell| self.position(cell)).sum()
    }

    pub(in crate::store) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Ends with the new head of `cell` once it has gone beyond `after`.
    pub(in crate::store) fn beyond(&self, cell: Cell, after: u64) -> StoreFuture<'static, u64> {
        let mut head = self.cells[cell.index()].grown.subscribe();
        Box::pin(async move {
            let reached = head.wait_for(|head| *head > after).await.map(|head| *head);
            reached.map_err(|_| StoreError::unavailable("the store is closed"))
        })
    }
}

//! Ending a whole realm: everybody is signed out (ASVS V7.4.5, the drill after CVE-2023-4966).

use super::Sessions;
use crate::{
    id::Cell,
    log::Change,
    reason::{Actor, EndReason, Ending},
    store::{End, StoreError, Target},
};

/// The realm is not known to have ended whole. Go on from `next`: cells before it are done.
#[derive(Debug, thiserror::Error)]
#[error("ended {} of 256 cells, then: {source}; call `end_realm_from` with `next` to go on", next.number())]
#[non_exhaustive]
pub struct RealmEndError {
    /// The first cell that is not known to be done.
    pub next: Cell,
    /// What went wrong.
    #[source]
    pub source: StoreError,
}

impl Sessions {
    /// Ends every session of the realm: one atomic write per cell, acknowledged when all 256 are done.
    pub async fn end_realm(&self) -> Result<(), RealmEndError> {
        self.end_realm_from(Cell::new(0)).await
    }

    /// Goes on with ending the realm, from a cell. Doing a cell twice is harmless.
    pub async fn end_realm_from(&self, first: Cell) -> Result<(), RealmEndError> {
        let ending = Ending::new(EndReason::RealmEnded, Actor::Admin, self.now());
        for cell in Cell::all().skip(first.index()) {
            let end = End { target: Target::Cell(self.realm().clone(), cell), ending: ending.clone() };
            let ended = self.write(|| self.inner.store.end(end.clone())).await;
            ended.map_err(|source| RealmEndError { next: cell, source })?;
        }
        tracing::warn!(realm = %self.realm(), "every session of the realm has been ended");
        self.observe(&Change::RealmEnded);
        Ok(())
    }
}

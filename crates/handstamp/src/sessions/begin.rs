//! Begin: an anonymous session, made only when there is something to keep.

use std::sync::Arc;

use super::{Active, Sessions, judge::Renewal, session::Snapshot};
use crate::{
    device::DeviceFacts,
    id::{Cell, SessionId, WriteId},
    log::Change,
    policy::{SessionClass, Shorter},
    random::random_bytes,
    record::Record,
    store::{
        AccountState, CellState, Create, CreateOutcome, Epoch, Loaded, StoreError, StoredSession, StoredState,
    },
    token::{IssuedToken, Secret},
};

/// A session that has just begun and the token that opens it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Begun {
    /// The session.
    pub session: Active,
    /// Its token, for this client and this answer only.
    pub token: IssuedToken,
}

/// Why no session could begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BeginError {
    /// The store could not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is nearly full and takes no new sessions; ends still work.
    #[error("the session store has no room for new sessions: free space or let old sessions be swept")]
    NoRoom,
}

impl Sessions {
    /// Begins an anonymous session. Callers do this when there is something to keep: a visitor who
    /// leaves nothing costs no record (CVE-2015-5143).
    pub async fn begin(&self, device: DeviceFacts) -> Result<Begun, BeginError> {
        loop {
            let fresh = self.fresh(Cell::new(random_bytes::<1>()[0]), device.clone());
            let answer =
                self.write(|| self.inner.store.create(Create { session: fresh.row.clone() })).await?;
            match answer.outcome {
                CreateOutcome::Done => {
                    self.observe(&Change::Began { session: fresh.row.key.id });
                    return Ok(fresh.begun(self));
                }
                CreateOutcome::Exists => {}
                CreateOutcome::NoRoom => return Err(BeginError::NoRoom),
            }
        }
    }

    /// A session that nobody knows of yet.
    pub(super) fn fresh(&self, cell: Cell, device: DeviceFacts) -> Fresh {
        self.fresh_with(cell, device, |record| record)
    }

    /// The same with more in its record.
    pub(super) fn fresh_with(
        &self,
        cell: Cell,
        device: DeviceFacts,
        complete: impl FnOnce(Record) -> Record,
    ) -> Fresh {
        let now = self.now();
        let secret = Secret::generate();
        let record = complete(Record::new(&secret, device, now));
        let row = StoredSession {
            key: self.key(SessionId::generate(cell, now)),
            account: None,
            class: SessionClass::Anonymous,
            created_at: now,
            proven_at: now,
            shorter: Shorter::none(),
            account_epoch: Epoch::default(),
            cell_epoch: Epoch::default(),
            privilege: Epoch::default(),
            unsettled: false,
            write: WriteId::generate(),
            data_write: WriteId::generate(),
            replaces: None,
            state: StoredState::Live,
            last_use: now,
            body: record.encode().into(),
            data: Arc::from([]),
        };
        Fresh { row, record, secret }
    }
}

/// A session before it is stored.
pub(super) struct Fresh {
    pub(super) row: StoredSession,
    pub(super) record: Record,
    pub(super) secret: Secret,
}

impl Fresh {
    pub(super) fn begun(self, sessions: &Sessions) -> Begun {
        let Self { row, record, secret } = self;
        let token = sessions.keys().issue(row.key.id, record.generation, &secret);
        let presented = sessions.keys().presented(row.key.id, record.generation, secret);
        let last_use = row.last_use;
        let loaded = Loaded { session: row, account: AccountState::default(), cell: CellState::default() };
        let snapshot = Snapshot::new(Arc::new(loaded), last_use, presented, Renewal::NotDue);
        let session = Active::new(snapshot.with_record(record));
        Begun { session, token }
    }
}

//! Edit: a slot's value, changed by a function that is run again when somebody else was faster.

use std::sync::Arc;

use super::{Active, Sessions, session::Snapshot};
use crate::{
    id::WriteId,
    reason::EndReason,
    slot::{SlotData, SlotError, SlotValue},
    store::{Commit, StoreError, WriteOutcome},
};

/// The most that a session may hold: 64 KiB of record and data.
pub(super) const RECORD_LIMIT: usize = 64 * 1024;
/// How often an edit is run. Each further run means that another edit was written.
const ROUNDS: usize = 256;

/// Why an edit was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The store could not answer, or so much was written meanwhile that nobody can tell whether this
    /// edit was. Read before repeating.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The slot could not be read or written.
    #[error(transparent)]
    Slot(#[from] SlotError),
    /// The session would hold more than it may.
    #[error(
        "the session would hold {bytes} bytes; at most {most} are allowed: keep large things elsewhere and their ids here"
    )]
    #[non_exhaustive]
    TooLarge {
        /// What it would hold.
        bytes: usize,
        /// What it may.
        most: usize,
    },
    /// The session has ended. Nothing was written and nothing will be (promise 1).
    #[error("the session has ended: {0}")]
    Ended(EndReason),
    /// The session is not there any more.
    #[error("the session is not there any more")]
    Gone,
    /// Privilege changed after this request began; nothing was written.
    #[error("the session's privilege changed while this request was under way: repeat it with the new token")]
    Superseded,
    /// Too many others are writing the same session.
    #[error("the session is being written by too many requests at once: repeat later")]
    Contended,
}

impl Sessions {
    /// Changes a slot. `change` gets the value as it is now and is run again if somebody else has
    /// written meanwhile, so that parallel edits all count; it should do nothing but change the value.
    ///
    /// A retry after a lost answer never applies twice (promise 2).
    pub async fn edit<T: SlotValue, R>(
        &self,
        session: &mut Active,
        mut change: impl FnMut(&mut T) -> R,
    ) -> Result<R, EditError> {
        self.edit_data(session.snapshot_mut(), |data| {
            let mut value = data.read::<T>()?;
            let result = change(&mut value);
            Ok((result, data.write(&value)?))
        })
        .await
    }

    /// Takes a slot's value out, for messages that are shown once. Of parallel requests one gets it.
    pub async fn take<T: SlotValue>(&self, session: &mut Active) -> Result<T, EditError> {
        self.edit_data(session.snapshot_mut(), |data| {
            let value = data.read::<T>()?;
            Ok((value, data.remove(T::NAME)))
        })
        .await
    }

    /// Removes a slot, also one that cannot be read.
    pub async fn clear<T: SlotValue>(&self, session: &mut Active) -> Result<(), EditError> {
        self.edit_data(session.snapshot_mut(), |data| Ok(((), data.remove(T::NAME)))).await
    }

    /// `change` also tells whether it has changed anything.
    async fn edit_data<R>(
        &self,
        snapshot: &mut Snapshot,
        mut change: impl FnMut(&mut SlotData) -> Result<(R, bool), SlotError>,
    ) -> Result<R, EditError> {
        for _ in 0..ROUNDS {
            if let Some(reason) = self.expired_meanwhile(snapshot.row()) {
                return Err(EditError::Ended(reason));
            }
            let mut data = data_of(snapshot)?;
            let (result, changed) = change(&mut data)?;
            if !changed {
                return Ok(result);
            }
            let write = WriteId::generate();
            data.remember_write(write);
            let bytes = data.encode();
            let size = bytes.len() + snapshot.row().body.len();
            if size > RECORD_LIMIT {
                return Err(EditError::TooLarge { bytes: size, most: RECORD_LIMIT });
            }
            let commit = Commit {
                key: snapshot.row().key.clone(),
                seen: snapshot.row().data_write,
                privilege: snapshot.row().privilege,
                write,
                data: Arc::from(bytes),
                at: self.now(),
            };
            let answer = self.write(|| self.inner.store.commit(commit.clone())).await?;
            match answer.outcome {
                WriteOutcome::Done => {
                    snapshot.row_mut().data_write = write;
                    snapshot.row_mut().data = commit.data;
                    return Ok(result);
                }
                WriteOutcome::Superseded if !answer.repeated => return Err(EditError::Superseded),
                WriteOutcome::Gone => return Err(self.gone(snapshot).await?),
                WriteOutcome::Conflict | WriteOutcome::Superseded => {}
            }
            let seen = snapshot.row().data_write;
            let superseded = self.read_data_again(snapshot).await?;
            // The first try may have been written, and others on top of it.
            if answer.repeated {
                match data_of(snapshot)?.applied(write, seen) {
                    Some(true) => return Ok(result),
                    Some(false) => {}
                    None => {
                        return Err(StoreError::unavailable(
                            "it cannot be told whether the edit was written",
                        )
                        .into());
                    }
                }
            }
            if superseded {
                return Err(EditError::Superseded);
            }
        }
        Err(EditError::Contended)
    }

    /// Reads the data as it is now. `true`: under another privilege, so that nothing more is written.
    async fn read_data_again(&self, snapshot: &mut Snapshot) -> Result<bool, EditError> {
        let Some(loaded) = self.load(snapshot.row().key.id).await? else { return Err(EditError::Gone) };
        if let Some(ending) = loaded.session.ending(&loaded.account, &loaded.cell) {
            return Err(EditError::Ended(ending.reason));
        }
        snapshot.row_mut().data_write = loaded.session.data_write;
        snapshot.row_mut().data = loaded.session.data;
        Ok(loaded.session.privilege != snapshot.row().privilege)
    }

    async fn gone(&self, snapshot: &Snapshot) -> Result<EditError, StoreError> {
        let Some(loaded) = self.load(snapshot.row().key.id).await? else { return Ok(EditError::Gone) };
        let ending = loaded.session.ending(&loaded.account, &loaded.cell);
        Ok(ending.map_or(EditError::Gone, |ending| EditError::Ended(ending.reason)))
    }
}

fn data_of(snapshot: &Snapshot) -> Result<SlotData, StoreError> {
    Ok(SlotData::decode(&snapshot.row().data)?)
}

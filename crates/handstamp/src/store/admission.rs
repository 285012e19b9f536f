//! Sign-in, as the one step in which everything about it is checked.

use super::{Epoch, StoredSession};
use crate::{
    id::{SessionId, WriteId},
    policy::{Cap, ClockTable},
};

/// A session that somebody has signed in to.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Admit {
    /// The session; `session.write` names this write. The store puts in the cell's epoch.
    /// `session.replaces` names an old session of another cell, to be ended in a second step.
    pub session: StoredSession,
    /// The account's epoch when the sign-in began. An account that has moved on refuses it.
    pub epoch: Epoch,
    /// An old session of the same cell that ends in this step.
    pub replaced: Option<Replaced>,
    /// How many sessions of the account may be alive, counting this one.
    pub cap: Cap,
    /// The clocks that tell who is alive.
    pub clocks: ClockTable,
}

/// The old session in the same cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Replaced {
    /// Which.
    pub id: SessionId,
    /// Its data as it was carried on; if it has moved or the session is not alive, nothing happens.
    pub data_write: WriteId,
    /// The privilege under which the request began; if it has changed, nothing happens.
    pub privilege: Epoch,
}

/// What became of an [`Admit`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum Admission {
    /// Admitted; these sessions were ended for the cap.
    Admitted {
        /// For the cap, oldest first.
        ended: Vec<SessionId>,
    },
    /// The account has as many sessions as allowed and the rule is to refuse.
    Full,
    /// The account's credentials have changed since the sign-in began.
    StaleTicket,
    /// The account is on hold.
    Held,
    /// Data of the replaced session has moved, or it has ended otherwise; read it again and carry what
    /// may be carried.
    Conflict,
    /// The old session has been replaced by another sign-in.
    Lost,
    /// Another session has this id.
    Exists,
    /// The store is below its low-water mark of space.
    NoRoom,
}

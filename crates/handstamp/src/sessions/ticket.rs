//! The ticket: taken before a credential is read, shown when the sign-in completes.
//!
//! A credential change moves the account's epoch on and so voids every ticket from before it: no
//! session proven with the old credential comes to life, however the two race (promise 9).

use serde::{Deserialize, Serialize};

use crate::{
    realm::{AccountId, RealmName},
    store::Epoch,
    time::Timestamp,
};

/// Permission to complete a sign-in that has begun. It survives several factors: keep it in a
/// [`SlotValue`](crate::SlotValue) between them, on the server, never in the page. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "a ticket lets `sign_in` complete"]
#[non_exhaustive]
pub struct SignInTicket {
    pub(super) realm: RealmName,
    pub(super) account: AccountId,
    pub(super) epoch: Epoch,
    pub(super) begun_at: Timestamp,
}

impl SignInTicket {
    /// Whom the sign-in is for.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// When it began.
    pub fn begun_at(&self) -> Timestamp {
        self.begun_at
    }
}

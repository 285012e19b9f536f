//! How the engine calls the store: never for longer than the store timeout, and a write a second
//! time when its answer is lost.

use std::{
    future::poll_fn,
    sync::atomic::{AtomicU64, Ordering},
    task::Poll,
    time::Duration,
};

use futures_util::future::{Either, select};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Sessions;
use crate::{
    id::{Cell, SessionId},
    random::random_bytes,
    realm::AccountId,
    store::{AccountKey, ControlOutcome, Loaded, SessionKey, StoreError, StoreFuture},
    token::hmac,
};

const CELL_KEY: &str = "cell-key";

/// When the store was last found to be unavailable, in the clock's elapsed milliseconds; 0 is never.
#[derive(Default)]
pub(super) struct Contact(AtomicU64);

impl Contact {
    /// When it was last lost.
    pub(super) fn lost(&self) -> Option<Duration> {
        let at = self.0.load(Ordering::Relaxed);
        (at > 0).then(|| Duration::from_millis(at))
    }

    fn lose(&self, elapsed: Duration) {
        let at = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        self.0.fetch_max(at.max(1), Ordering::Relaxed);
    }
}

/// The answer to a write, and whether it took a second try: then the first may have been applied.
pub(super) struct Answer<T> {
    pub(super) outcome: T,
    pub(super) repeated: bool,
}

impl Sessions {
    /// One call. A store that does not answer in time is unavailable.
    pub(super) async fn call<T>(&self, call: StoreFuture<'_, T>) -> Result<T, StoreError> {
        let answer = self.answer(call).await;
        if let Err(StoreError::Unavailable(_)) = answer {
            self.inner.contact.lose(self.inner.time.clock().elapsed());
        }
        answer
    }

    async fn answer<T>(&self, mut call: StoreFuture<'_, T>) -> Result<T, StoreError> {
        // A store in memory answers at once; the timer is made only for one that does not.
        let first = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
        if let Poll::Ready(answer) = first {
            return answer;
        }
        let timeout = self.inner.store_timeout;
        match select(call, self.inner.time.clock().sleep(timeout)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => {
                Err(StoreError::unavailable(format!("no answer within {} ms", timeout.as_millis())))
            }
        }
    }

    /// One write, repeated once with the same write id if the first answer was lost.
    pub(super) async fn write<'a, T>(
        &'a self,
        mut write: impl FnMut() -> StoreFuture<'a, T>,
    ) -> Result<Answer<T>, StoreError> {
        match self.call(write()).await {
            Ok(outcome) => Ok(Answer { outcome, repeated: false }),
            Err(StoreError::Unavailable(why)) => {
                tracing::warn!(why, "a write to the session store failed; it is repeated once");
                self.call(write()).await.map(|outcome| Answer { outcome, repeated: true })
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn load(&self, id: SessionId) -> Result<Option<Loaded>, StoreError> {
        let key = self.key(id);
        self.call(self.inner.store.load(&key)).await
    }

    pub(super) fn key(&self, id: SessionId) -> SessionKey {
        SessionKey::new(self.inner.realm.clone(), id)
    }

    /// The key of an account, with the cell it lives in.
    pub(super) async fn account_key(&self, account: &AccountId) -> Result<AccountKey, StoreError> {
        let cell = cell_of(self.cell_mac().await?, self.realm().as_str(), account.as_str());
        Ok(AccountKey { realm: self.inner.realm.clone(), id: account.clone(), cell })
    }

    /// The keyed hash that spreads accounts over cells. Its key is made once in the store, part of its
    /// schema; it is kept as it is after the key's block, which is half of the work.
    async fn cell_mac(&self) -> Result<Hmac<Sha256>, StoreError> {
        if let Some(mac) = self.inner.cell_mac.get() {
            return Ok(mac.clone());
        }
        let there = self.call(self.inner.store.control(CELL_KEY)).await?;
        let bytes = if let Some(blob) = there {
            blob.bytes
        } else {
            let new = random_bytes::<32>().to_vec();
            match self.call(self.inner.store.put_control(CELL_KEY, None, new.clone())).await? {
                ControlOutcome::Done(_) => new,
                ControlOutcome::Conflict(Some(blob)) => blob.bytes,
                ControlOutcome::Conflict(None) => {
                    return Err(StoreError::unavailable("the control area is moving"));
                }
            }
        };
        let key: [u8; 32] = bytes.try_into().map_err(|_| {
            StoreError::Corrupt(crate::Corrupt::Unreadable {
                what: "cell key",
                reason: "it is not 32 bytes long".into(),
            })
        })?;
        Ok(self.inner.cell_mac.get_or_init(|| hmac(&key)).clone())
    }
}

/// The cell of an account: the first byte of HMAC-SHA-256 over realm, a zero byte and account.
fn cell_of(mut mac: Hmac<Sha256>, realm: &str, account: &str) -> Cell {
    mac.update(realm.as_bytes());
    mac.update(&[0]);
    mac.update(account.as_bytes());
    Cell::new(mac.finalize().into_bytes()[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changing this moves every account. The vectors come from another program.
    #[test]
    fn the_cell_of_an_account_is_part_of_the_schema_and_never_changes() {
        let file = include_str!("../../tests/formats/vectors.json");
        let file: serde_json::Value = serde_json::from_str(file).unwrap();
        let vectors = file["cells"].as_array().unwrap();
        assert_eq!(vectors.len(), 4);
        for vector in vectors {
            let text = |name: &str| vector[name].as_str().unwrap();
            let digit = |at: usize| u8::from_str_radix(&text("key")[2 * at..2 * at + 2], 16).unwrap();
            let cell = cell_of(hmac(&std::array::from_fn(digit)), text("realm"), text("account"));
            assert_eq!(u64::from(cell.number()), vector["cell"], "{vector}");
        }
    }
}

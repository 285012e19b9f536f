//! One typed value of a session, as an argument of a handler.

use std::marker::PhantomData;

use super::{error::SessionError, session::Session};
use crate::SlotValue;

/// A typed value in the session, loaded only if touched.
pub struct Slot<T> {
    session: Session,
    value: PhantomData<fn() -> T>,
}

impl<T: SlotValue> Slot<T> {
    /// The slot of this session.
    pub fn new(session: Session) -> Self {
        Self { session, value: PhantomData }
    }

    /// The value; the default if nothing was stored.
    pub async fn read(&self) -> Result<T, SessionError> {
        self.session.read().await
    }

    /// Changes the value. The function is run again if somebody else has written meanwhile, so that
    /// parallel requests all count: let it do nothing but change the value.
    pub async fn edit<R>(&self, change: impl FnMut(&mut T) -> R) -> Result<R, SessionError> {
        self.session.edit(change).await
    }

    /// Takes the value out; of parallel requests one gets it.
    pub async fn take(&self) -> Result<T, SessionError> {
        self.session.take().await
    }

    /// Removes the value, also one that cannot be read.
    pub async fn clear(&self) -> Result<(), SessionError> {
        self.session.clear::<T>().await
    }
}

impl<T> std::fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slot")
    }
}

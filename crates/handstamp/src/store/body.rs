//! A session's record as a store keeps it: bytes, and what has been read out of them.
//!
//! A record is written seldom and asked with every request, so what a verdict needs is remembered with the
//! bytes, by whoever keeps the same value: the memory store and the near cache. A store never looks inside.

use std::{
    fmt,
    mem::size_of,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use crate::{
    encoding::Corrupt,
    record::{Head, Record},
    token::{Presented, Seal},
};

/// The record's bytes, opaque to a store. Clones share them.
#[derive(Clone)]
pub struct Body(Arc<Shared>);

struct Shared {
    bytes: Box<[u8]>,
    head: OnceLock<Head>,
    /// Of the token that opened this session last: its MAC need not be computed again.
    seal: OnceLock<Seal>,
}

impl Body {
    /// What a body takes besides its bytes: both blocks, and what is remembered.
    pub(crate) const OVERHEAD: usize = size_of::<Shared>() + 2 * size_of::<usize>();

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// What a verdict needs of the record, read at most once. Once this has been read, all of it can be.
    pub(crate) fn head(&self) -> Result<&Head, Corrupt> {
        if let Some(head) = self.0.head.get() {
            return Ok(head);
        }
        let head = Head::from(&self.record()?);
        Ok(self.0.head.get_or_init(|| head))
    }

    /// The whole record, read anew.
    pub(crate) fn record(&self) -> Result<Record, Corrupt> {
        Record::decode(&self.0.bytes)
    }

    /// The whole record of a body whose [head](Self::head) has been read, kept in `place`.
    pub(crate) fn record_in<'a>(&self, place: &'a OnceLock<Arc<Record>>) -> &'a Arc<Record> {
        place.get_or_init(|| match self.record() {
            Ok(record) => Arc::new(record),
            // The same bytes have been read whole for the head, and nobody can change them.
            Err(error) => unreachable!("a record that has been read cannot be read: {error}"),
        })
    }

    /// Was this token found genuine before, with everything in it but its secret as it is now? With the
    /// secret that the record asks for it is genuine again: a MAC is a function of the rest.
    pub(crate) fn has_seen(&self, token: &Presented) -> bool {
        self.0.seal.get().is_some_and(|seal| token.bears(seal))
    }

    /// Remembers a token that was found genuine and opens this session now.
    pub(crate) fn remember(&self, token: &Presented) {
        self.0.seal.get_or_init(|| token.seal());
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        let shared = Shared { bytes: bytes.into_boxed_slice(), head: OnceLock::new(), seal: OnceLock::new() };
        Self(Arc::new(shared))
    }
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        Self::from(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Body {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.to_vec())
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Body {}

impl fmt::Debug for Body {
    /// Without content: hash and nonce stay out of every output.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.bytes.len())
    }
}

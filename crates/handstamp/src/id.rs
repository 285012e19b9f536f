//! Public names of sessions and the places where they live. None of them authenticates anybody.

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasherDefault, Hasher},
    str::FromStr,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{random::random_bytes, time::Timestamp};

/// One of 256 places where an account lives whole: its sessions, index, epoch and part of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cell(u8);

impl Cell {
    /// How many cells there are.
    pub const COUNT: usize = 256;

    /// The cell with this number.
    pub const fn new(number: u8) -> Self {
        Self(number)
    }

    /// Its number, 0 to 255.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Its place in a table of [`Cell::COUNT`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Every cell, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(Self)
    }
}

/// A session's public name: for logs, lists, and "end that one". Layout: cell (8 bits), creation
/// time in milliseconds (48), random (72). It is ordered by time within its cell so that B-trees
/// append; the time decides nothing and the name opens nothing (ASVS V7.5.2, CVE-2020-5224).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId([u8; 16]);

const SESSION_PREFIX: &str = "ses_";

impl SessionId {
    pub(crate) fn generate(cell: Cell, at: Timestamp) -> Self {
        let mut bytes = [0; 16];
        bytes[0] = cell.0;
        bytes[1..7].copy_from_slice(&at.as_millis().to_be_bytes()[2..]);
        bytes[7..].copy_from_slice(&random_bytes::<9>());
        Self(bytes)
    }

    /// The name with these 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Where the session lives.
    pub const fn cell(&self) -> Cell {
        Cell(self.0[0])
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SESSION_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not the name of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a session id: expected `ses_` and 22 characters of base64url")]
#[non_exhaustive]
pub struct NotASessionId;

impl FromStr for SessionId {
    type Err = NotASessionId;

    fn from_str(text: &str) -> Result<Self, NotASessionId> {
        let mut bytes = [0; 16];
        let body = text.strip_prefix(SESSION_PREFIX).ok_or(NotASessionId)?;
        match URL_SAFE_NO_PAD.decode_slice(body, &mut bytes) {
            Ok(16) => Ok(Self(bytes)),
            _ => Err(NotASessionId),
        }
    }
}

impl Serialize for SessionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The name of one write: 128 random bits. A retry that finds its own name knows that it was
/// applied; a counter could not tell that, nor survive a failover.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WriteId(#[serde(with = "crate::encoding::base64url")] [u8; 16]);

impl WriteId {
    pub(crate) fn generate() -> Self {
        Self(random_bytes())
    }

    /// The name with these 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for WriteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "write_{}", URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// The hasher of tables by session id: takes the id's random end as it is.
///
/// No adversary chooses what is in such a table: ids are made by us. Whoever looks a forged one up finds
/// nothing and adds nothing.
#[derive(Clone, Copy, Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut end = [0; 8];
        let length = bytes.len().min(8);
        end[..length].copy_from_slice(&bytes[bytes.len() - length..]);
        self.0 = self.0.rotate_left(7) ^ u64::from_ne_bytes(end);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A table by session id.
pub(crate) type IdMap<T> = HashMap<SessionId, T, BuildHasherDefault<IdHasher>>;

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn a_session_id_reads_back_and_has_one_spelling() {
        let id = SessionId::generate(Cell::new(0xab), Timestamp::from_millis(1_700_000_000_000));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.cell(), Cell::new(0xab));
        for bad in
            ["", "ses_", "ses_====", &format!("{id}="), &id.to_string()[4..], "ses_AAAAAAAAAAAAAAAAAAAAAB"]
        {
            assert_eq!(bad.parse::<SessionId>(), Err(NotASessionId), "{bad}");
        }
    }

    #[test]
    fn ids_of_one_cell_are_ordered_by_time() {
        let early = SessionId::generate(Cell::new(1), Timestamp::from_millis(1_000));
        let late = SessionId::generate(Cell::new(1), Timestamp::from_millis(1_001));
        assert!(early < late);
    }

    #[test]
    fn ids_spread_over_the_hash() {
        let build = BuildHasherDefault::<IdHasher>::default();
        let ids =
            (0..1000).map(|number| SessionId::generate(Cell::new(1), Timestamp::from_millis(number / 100)));
        // A map tells entries apart by the top seven bits first.
        let hashes: std::collections::BTreeSet<u64> = ids.map(|id| build.hash_one(id) >> 57).collect();
        assert!(hashes.len() > 100, "{}", hashes.len());
    }
}

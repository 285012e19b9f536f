//! The first line: what this is, and from where.

use serde::{Deserialize, Serialize};

use crate::{
    store::{Durability, Incarnation},
    time::Timestamp,
};

/// What the first line of an export says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The version of the format.
    pub version: u32,
    /// The life of the store that was exported.
    pub incarnation: Incarnation,
    /// How durable that store was.
    pub durability: Durability,
    /// When the export began.
    pub exported_at: Timestamp,
    /// How many changes the store had ever logged when the export began. An export goes on only if
    /// there have been none since.
    pub changes: u64,
    /// How many sessions it had, live and ended.
    pub sessions: u64,
    /// How many accounts it had.
    pub accounts: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderLine {
    version: u32,
    #[serde(with = "crate::encoding::base64url")]
    incarnation: [u8; 16],
    durability: DurabilityLine,
    exported_at: Timestamp,
    changes: u64,
    sessions: u64,
    accounts: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DurabilityLine {
    Memory,
    OnDisk,
    OnReplicas(u32),
}

impl From<&Header> for HeaderLine {
    fn from(header: &Header) -> Self {
        Self {
            version: header.version,
            incarnation: *header.incarnation.as_bytes(),
            durability: match header.durability {
                Durability::Memory => DurabilityLine::Memory,
                Durability::OnDisk => DurabilityLine::OnDisk,
                Durability::OnReplicas(count) => DurabilityLine::OnReplicas(count),
            },
            exported_at: header.exported_at,
            changes: header.changes,
            sessions: header.sessions,
            accounts: header.accounts,
        }
    }
}

impl From<HeaderLine> for Header {
    fn from(line: HeaderLine) -> Self {
        Self {
            version: line.version,
            incarnation: Incarnation::from_bytes(line.incarnation),
            durability: match line.durability {
                DurabilityLine::Memory => Durability::Memory,
                DurabilityLine::OnDisk => Durability::OnDisk,
                DurabilityLine::OnReplicas(count) => Durability::OnReplicas(count),
            },
            exported_at: line.exported_at,
            changes: line.changes,
            sessions: line.sessions,
            accounts: line.accounts,
        }
    }
}

//! The control area: a few named blobs that belong to the store as a whole.

/// A blob.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct ControlBlob {
    /// Counts up with every write; compare it when writing.
    pub version: u64,
    /// The content.
    pub bytes: Vec<u8>,
}

/// What became of a write to the control area.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum ControlOutcome {
    /// Written; this is its version.
    Done(u64),
    /// Somebody else was faster; this is what lies there.
    Conflict(Option<ControlBlob>),
}

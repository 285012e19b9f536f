//! What a verdict needs of a record: little enough to be kept with every cached session.

use super::{Record, Rotation};
use crate::{
    time::Timestamp,
    token::{Generation, SecretHash},
};

static SETTLED: Rotation = Rotation::Settled;

#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) generation: Generation,
    pub(crate) secret_hash: SecretHash,
    pub(crate) issued_at: Timestamp,
    /// None while it is settled, as nearly always.
    rotation: Option<Box<Rotation>>,
}

impl Head {
    pub(crate) fn rotation(&self) -> &Rotation {
        self.rotation.as_deref().unwrap_or(&SETTLED)
    }
}

impl From<&Record> for Head {
    fn from(record: &Record) -> Self {
        let rotation = match &record.rotation {
            Rotation::Settled => None,
            changed => Some(Box::new(changed.clone())),
        };
        let Record { generation, secret_hash, issued_at, .. } = *record;
        Self { generation, secret_hash, issued_at, rotation }
    }
}

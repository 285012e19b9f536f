//! What a session is besides its place and its clocks: token hashes, proof, device.
//!
//! A store sees a record only as bytes; what it must understand itself lies in
//! [`StoredSession`](crate::store::StoredSession).

mod head;
mod rotation;

pub(crate) use head::Head;
pub(crate) use rotation::{Nonce, Rotation};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    device::DeviceFacts,
    encoding::{self, Corrupt},
    proof::{Authorisations, Proof},
    time::Timestamp,
    token::{Generation, Secret, SecretHash},
};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) generation: Generation,
    pub(crate) secret_hash: SecretHash,
    /// When the current token was made; the renewal clock runs from here.
    pub(crate) issued_at: Timestamp,
    #[serde(default)]
    pub(crate) rotation: Rotation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proof: Option<Proof>,
    #[serde(default, skip_serializing_if = "Authorisations::is_empty")]
    pub(crate) authorisations: Authorisations,
    #[serde(default)]
    pub(crate) device: DeviceFacts,
    /// Fields of later versions, kept.
    #[serde(flatten)]
    pub(crate) unknown: Map<String, Value>,
}

impl Record {
    pub(crate) fn new(secret: &Secret, device: DeviceFacts, at: Timestamp) -> Self {
        Self {
            generation: Generation::FIRST,
            secret_hash: secret.hash(),
            issued_at: at,
            rotation: Rotation::Settled,
            proof: None,
            authorisations: Authorisations::default(),
            device,
            unknown: Map::new(),
        }
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Corrupt> {
        encoding::decode("session record", bytes)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        encoding::encode(self)
    }

    /// The same session under the successor of its token, with grace for the old one.
    pub(crate) fn renewed(&self, successor: &Secret, nonce: Nonce, at: Timestamp) -> Self {
        let rotation = Rotation::Renewed { previous: self.secret_hash, nonce, presented: None };
        Self { rotation, ..self.with_secret(successor, at) }
    }

    /// The same session under a fresh token after a change of privilege: no grace for any old one.
    pub(crate) fn rekeyed(&self, secret: &Secret, at: Timestamp) -> Self {
        let since = match self.rotation {
            Rotation::Privileged { since, .. } => since,
            Rotation::Renewed { .. } => Generation::before(self.generation),
            Rotation::Settled => self.generation,
        };
        Self { rotation: Rotation::Privileged { since, presented: None }, ..self.with_secret(secret, at) }
    }

    fn with_secret(&self, secret: &Secret, at: Timestamp) -> Self {
        Self { generation: self.generation.next(), secret_hash: secret.hash(), issued_at: at, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_later_version_are_kept() {
        let record = Record::new(&Secret::generate(), DeviceFacts::default(), Timestamp::from_millis(1));
        let mut json: Value = serde_json::from_slice(&record.encode()[1..]).unwrap();
        json["later"] = serde_json::json!({"a": 1});
        let bytes = [vec![1], serde_json::to_vec(&json).unwrap()].concat();
        let again: Value = serde_json::from_slice(&Record::decode(&bytes).unwrap().encode()[1..]).unwrap();
        assert_eq!(again, json);
    }

    #[test]
    fn a_record_of_a_newer_format_is_refused_by_name() {
        let mut bytes =
            Record::new(&Secret::generate(), DeviceFacts::default(), Timestamp::default()).encode();
        bytes[0] = 2;
        assert!(matches!(Record::decode(&bytes), Err(Corrupt::Newer { found: 2, .. })));
    }
}

//! A store in memory for actix-session, which brings none (only the cookie itself, and Redis).
//!
//! As plain and as quick as can be made of a well-kept crate: a sharded table (`dashmap`) that holds the state
//! unserialized, and clones it for a load. In what it does it follows the crate's Redis store: ids of 64
//! alphanumeric characters, and an update of a record that has gone saves it under a new id.

use std::{collections::HashMap, sync::Arc, time::Instant};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use dashmap::DashMap;
use rand::distr::{Alphanumeric, SampleString};

type State = HashMap<String, String>;

/// Sessions that end with the process.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    records: Arc<DashMap<String, Record>>,
}

/// One session's state, and the moment from which on it counts no more.
#[derive(Clone, Debug)]
pub struct Record {
    /// The values, each as JSON.
    pub state: State,
    /// When it expires.
    pub expires: Instant,
}

impl SessionStore for Memory {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let record = self.records.get(key.as_ref()).filter(|record| record.expires > Instant::now());
        Ok(record.map(|record| record.state.clone()))
    }

    async fn save(&self, state: State, ttl: &Duration) -> Result<SessionKey, SaveError> {
        let id = Alphanumeric.sample_string(&mut rand::rng(), 64);
        self.records.insert(id.clone(), Record { state, expires: Instant::now() + *ttl });
        SessionKey::try_from(id).map_err(|error| SaveError::Other(error.into()))
    }

    async fn update(&self, key: SessionKey, state: State, ttl: &Duration) -> Result<SessionKey, UpdateError> {
        if let Some(mut record) = self.records.get_mut(key.as_ref()) {
            *record = Record { state, expires: Instant::now() + *ttl };
            return Ok(key);
        }
        self.save(state, ttl).await.map_err(|error| UpdateError::Other(error.into()))
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &Duration) -> anyhow::Result<()> {
        if let Some(mut record) = self.records.get_mut(key.as_ref()) {
            record.expires = Instant::now() + *ttl;
        }
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> anyhow::Result<()> {
        self.records.remove(key.as_ref());
        Ok(())
    }
}

#[cfg(test)]
impl Memory {
    /// Changes the only record that there is.
    pub fn change<T>(&self, change: impl FnOnce(&mut Record) -> T) -> anyhow::Result<T> {
        anyhow::ensure!(self.records.len() == 1, "{} records", self.records.len());
        let mut only = self.records.iter_mut().next().ok_or_else(|| anyhow::anyhow!("no record"))?;
        Ok(change(&mut only))
    }
}

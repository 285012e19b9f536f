//! What is written down between parking and asking. The file holds live tokens: that is what it is for, so it is
//! written for its owner alone and is worth nothing once the sessions are over.

use std::{fmt::Write as _, time::Duration};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::{
    credentials::{Carrier, Credentials},
    recipe::Recipe,
};

/// The version of the form of the file.
const VERSION: u32 = 1;

/// Parked sessions.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Parked {
    version: u32,
    recipe: String,
    recipe_sha256: String,
    sessions: Vec<ParkedSession>,
}

/// One session, asked once.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ParkedSession {
    /// Seconds after its last use at which it is asked.
    after: u64,
    /// Its last use, in seconds since 1970.
    last_use: u64,
    #[serde(default)]
    cookies: Vec<(String, String)>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    asked: Option<AskedOnce>,
}

/// What a parked session answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AskedOnce {
    /// Seconds without use.
    pub waited: u64,
    /// Whether it was still signed in.
    pub is_alive: bool,
}

impl AskedOnce {
    pub(super) fn new(waited: Duration, is_alive: bool) -> Self {
        Self { waited: waited.as_secs(), is_alive }
    }
}

/// Why a state file cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StateError {
    /// It is no state file.
    #[error("this is no state file of `handstamp audit park`: {0}")]
    Form(#[from] serde_json::Error),
    /// It was written by another version.
    #[error("the state file has version {0}, and this program reads version 1: park the sessions again")]
    Version(u32),
    /// The recipe is another one by now.
    #[error("{0} was changed after the sessions were parked: undo the change, or park them again")]
    OtherRecipe(String),
}

impl ParkedSession {
    pub(super) fn new(after: Duration, last_use: Duration, credentials: &Credentials) -> Self {
        let (mut cookies, mut headers) = (Vec::new(), Vec::new());
        for (carrier, value) in credentials.parts() {
            match carrier {
                Carrier::Cookie(name) => cookies.push((name.clone(), value.to_owned())),
                Carrier::Header(name) => headers.push((name.clone(), value.to_owned())),
            }
        }
        Self { after: after.as_secs(), last_use: last_use.as_secs(), cookies, headers, asked: None }
    }

    /// How long after its last use it is asked.
    pub fn after(&self) -> Duration {
        Duration::from_secs(self.after)
    }

    /// Its last use, since 1970.
    pub fn last_use(&self) -> Duration {
        Duration::from_secs(self.last_use)
    }

    /// What it answered, if it was asked.
    pub fn asked(&self) -> Option<AskedOnce> {
        self.asked
    }

    pub(super) fn credentials(&self) -> Credentials {
        let cookies = self.cookies.iter().map(|(name, value)| (Carrier::Cookie(name.clone()), value));
        let headers = self.headers.iter().map(|(name, value)| (Carrier::Header(name.clone()), value));
        cookies
            .chain(headers)
            .fold(Credentials::none(), |all, (carrier, value)| all.with(carrier, value.clone()))
    }
}

impl Parked {
    pub(super) fn new(recipe: &Recipe, sessions: Vec<ParkedSession>) -> Self {
        let path = recipe.source.path.display().to_string();
        Self { version: VERSION, recipe: path, recipe_sha256: sha256(&recipe.source.text), sessions }
    }

    /// Reads a state file.
    ///
    /// # Errors
    ///
    /// Where it is none, or of another version.
    pub fn read(text: &str) -> Result<Self, StateError> {
        let parked: Self = serde_json::from_str(text)?;
        if parked.version == VERSION { Ok(parked) } else { Err(StateError::Version(parked.version)) }
    }

    /// The text of the state file. It holds live tokens.
    ///
    /// # Errors
    ///
    /// None in practice: everything in it is text and numbers.
    pub fn written(&self) -> Result<String, StateError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The recipe's path, as it was given.
    pub fn recipe_path(&self) -> &str {
        &self.recipe
    }

    /// Whether this is still the recipe that the sessions were parked with.
    ///
    /// # Errors
    ///
    /// Where it was changed.
    pub fn check_recipe(&self, recipe: &Recipe) -> Result<(), StateError> {
        if sha256(&recipe.source.text) == self.recipe_sha256 {
            return Ok(());
        }
        Err(StateError::OtherRecipe(self.recipe.clone()))
    }

    /// The sessions, the one that is asked first before the others.
    pub fn sessions(&self) -> &[ParkedSession] {
        &self.sessions
    }

    pub(super) fn note(&mut self, index: usize, asked: AskedOnce) {
        if let Some(session) = self.sessions.get_mut(index) {
            session.asked = Some(asked);
        }
    }
}

impl std::fmt::Debug for Parked {
    /// How many, and nothing of what they show.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parked").field("sessions", &self.sessions.len()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ParkedSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParkedSession")
            .field("after", &self.after)
            .field("asked", &self.asked)
            .finish_non_exhaustive()
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

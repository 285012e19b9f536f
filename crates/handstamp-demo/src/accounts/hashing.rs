//! Passwords, hashed with argon2id at the crate's defaults (19 MiB, two passes: OWASP's
//! recommendation), a few at a time so that a flood of sign-ins cannot eat the machine.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{hex, random};

/// How many passwords are hashed at once.
const HASHING: usize = 2;

#[derive(Clone)]
pub(super) struct Hashing {
    places: Arc<Semaphore>,
    /// A hash that no password fits, to spend time on for names that nobody has.
    nobody: Arc<str>,
}

impl Hashing {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(HASHING)), nobody: hash(&hex(&random::<32>())).into() }
    }

    /// Does the password fit the hash? Takes as long where there is no hash.
    pub(super) async fn fits(&self, password: &str, found: Option<Arc<str>>) -> bool {
        let exists = found.is_some();
        let hash = found.unwrap_or_else(|| self.nobody.clone());
        let password = password.to_owned();
        let fits = self
            .busy(move || {
                PasswordHash::new(&hash)
                    .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await;
        exists && fits == Some(true)
    }

    /// The hash to keep of a password.
    pub(super) async fn hashed(&self, password: &str) -> Arc<str> {
        let password = password.to_owned();
        self.busy(move || hash(&password)).await.unwrap_or_default().into()
    }

    async fn busy<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _place = self.places.acquire().await.ok()?;
        spawn_blocking(work).await.ok()
    }
}

/// An empty string when hashing fails, which no password verifies against.
fn hash(password: &str) -> String {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).unwrap_or_default()
}

//! Who may sign in: the part that Handstamp leaves to the application.
//!
//! Accounts live in memory. Passwords are hashed with argon2id at the crate's defaults (19 MiB, two
//! passes: OWASP's recommendation), a few at a time so that a flood of sign-ins cannot eat the
//! machine. An unknown name costs as much time as a wrong password.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use handstamp::Timestamp;
use sha2::{Digest, Sha256};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// The shortest password (NIST 800-63B-4 section 3.1.1.2 wants 15 where it is the only factor; 8 is
/// the smallest that ASVS V6.2.1 allows, and a demo should not be tiresome).
pub(crate) const SHORTEST_PASSWORD: usize = 8;
/// Longer ones are refused instead of cut (ASVS V6.2.9 wants at least 64 to work).
pub(crate) const LONGEST_PASSWORD: usize = 256;
/// How long a reset link works, once.
pub(crate) const RESET_WINDOW: Duration = Duration::from_secs(15 * 60);
/// How many passwords are hashed at once.
const HASHING: usize = 2;

#[derive(Clone)]
pub(crate) struct Accounts {
    known: Arc<Mutex<Known>>,
    hashing: Arc<Semaphore>,
    /// A hash that no password fits, to spend time on for names that nobody has.
    nobody: Arc<str>,
}

#[derive(Default)]
struct Known {
    by_name: HashMap<String, Account>,
    resets: HashMap<[u8; 32], Reset>,
}

#[derive(Clone)]
struct Account {
    id: String,
    name: String,
    password_hash: Arc<str>,
}

struct Reset {
    name: String,
    until: Timestamp,
}

/// Why nobody was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RegisterError {
    NameTaken,
    NameUnfit,
    PasswordUnfit,
}

impl Accounts {
    pub(crate) fn new() -> Self {
        Self {
            known: Arc::default(),
            hashing: Arc::new(Semaphore::new(HASHING)),
            nobody: hash(&hex(&random::<32>())).into(),
        }
    }

    /// The id under which a name's sessions are kept; for a name that nobody has, one that leads
    /// nowhere, so that beginning a sign-in says nothing about who exists.
    pub(crate) fn id_of(&self, name: &str) -> String {
        let known = self.known();
        known.by_name.get(&key(name)).map_or_else(|| "nobody".to_owned(), |account| account.id.clone())
    }

    /// The name that belongs to an account id.
    pub(crate) fn name_of(&self, id: &str) -> Option<String> {
        let known = self.known();
        known.by_name.values().find(|account| account.id == id).map(|account| account.name.clone())
    }

    pub(crate) async fn register(&self, name: &str, password: &str) -> Result<String, RegisterError> {
        let name = name.trim();
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+' | ' ');
        if name.is_empty() || name.chars().count() > 64 || !name.chars().all(fits) {
            return Err(RegisterError::NameUnfit);
        }
        if !is_fit(password) {
            return Err(RegisterError::PasswordUnfit);
        }
        let password_hash = self.hashed(password).await;
        let account =
            Account { id: format!("acc_{}", hex(&random::<12>())), name: name.into(), password_hash };
        let mut known = self.known();
        if known.by_name.contains_key(&key(name)) {
            return Err(RegisterError::NameTaken);
        }
        let id = account.id.clone();
        known.by_name.insert(key(name), account);
        Ok(id)
    }

    /// Is this the password of the account with this name? Takes as long whoever is asked for.
    pub(crate) async fn check(&self, name: &str, password: &str) -> bool {
        let found = self.known().by_name.get(&key(name)).map(|account| account.password_hash.clone());
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

    /// Stores a new password. `false`: it is unfit, or nobody has that name.
    pub(crate) async fn set_password(&self, name: &str, password: &str) -> bool {
        if !is_fit(password) {
            return false;
        }
        let hash = self.hashed(password).await;
        let mut known = self.known();
        let Some(account) = known.by_name.get_mut(&key(name)) else { return false };
        account.password_hash = hash;
        true
    }

    /// A secret for a reset link, for a name that somebody has. Only its hash is kept.
    pub(crate) fn begin_reset(&self, name: &str, now: Timestamp) -> Option<String> {
        let mut known = self.known();
        known.resets.retain(|_, reset| reset.until > now);
        let name = known.by_name.get(&key(name))?.name.clone();
        let secret = hex(&random::<32>());
        let until = now.saturating_add(RESET_WINDOW);
        known.resets.insert(Sha256::digest(secret.as_bytes()).into(), Reset { name, until });
        Some(secret)
    }

    /// Whom a reset link is for, if it still works.
    pub(crate) fn reset_is_for(&self, secret: &str, now: Timestamp) -> Option<String> {
        let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        let known = self.known();
        known.resets.get(&hash).filter(|reset| reset.until > now).map(|reset| reset.name.clone())
    }

    /// Uses a reset link up; of two requests with the same link one gets the name.
    pub(crate) fn use_reset(&self, secret: &str, now: Timestamp) -> Option<String> {
        let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        self.known().resets.remove(&hash).filter(|reset| reset.until > now).map(|reset| reset.name)
    }

    async fn hashed(&self, password: &str) -> Arc<str> {
        let password = password.to_owned();
        self.busy(move || hash(&password)).await.unwrap_or_default().into()
    }

    async fn busy<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _place = self.hashing.acquire().await.ok()?;
        spawn_blocking(work).await.ok()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn is_fit(password: &str) -> bool {
    (SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&password.chars().count())
}

/// An empty string when hashing fails, which no password verifies against.
fn hash(password: &str) -> String {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).unwrap_or_default()
}

fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system's random generator failed: {error}");
    }
    bytes
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_is_taken_once_in_any_case() {
        let accounts = Accounts::new();
        let id = accounts.register("Ann", "correct horse").await.unwrap();
        assert_eq!(accounts.register(" ann ", "other words").await, Err(RegisterError::NameTaken));
        assert_eq!(accounts.id_of("ANN"), id);
        assert_eq!(accounts.name_of(&id).as_deref(), Some("Ann"));
        assert!(accounts.check("ann", "correct horse").await);
        assert!(!accounts.check("ann", "correct horsf").await);
        assert!(!accounts.check("bob", "correct horse").await);
    }

    #[tokio::test]
    async fn a_reset_link_works_once_and_for_a_quarter_of_an_hour() {
        let accounts = Accounts::new();
        accounts.register("Ann", "correct horse").await.unwrap();
        let now = Timestamp::from_millis(1_000_000);
        assert_eq!(accounts.begin_reset("bob", now), None);
        let link = accounts.begin_reset("ann", now).unwrap();
        let late = now.saturating_add(RESET_WINDOW);
        assert_eq!(accounts.reset_is_for(&link, late), None);
        assert_eq!(accounts.use_reset(&link, now).as_deref(), Some("Ann"));
        assert_eq!(accounts.use_reset(&link, now), None);
    }

    #[tokio::test]
    async fn unfit_names_and_passwords_are_refused() {
        let accounts = Accounts::new();
        assert_eq!(accounts.register("", "correct horse").await, Err(RegisterError::NameUnfit));
        assert_eq!(accounts.register("a\u{202e}b", "correct horse").await, Err(RegisterError::NameUnfit));
        assert_eq!(accounts.register("ann", "short").await, Err(RegisterError::PasswordUnfit));
        assert_eq!(accounts.register("ann", &"x".repeat(257)).await, Err(RegisterError::PasswordUnfit));
    }
}

//! Who may sign in: the part that Handstamp leaves to the application.
//!
//! Accounts live in memory, and in a file where the shop has a folder for its state. An unknown name
//! costs as much time as a wrong password.

mod file;
mod hashing;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use handstamp::Timestamp;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

pub use self::file::AccountsError;
use self::{
    file::{Account, AccountsFile, ByName},
    hashing::Hashing,
};

/// The shortest password (NIST 800-63B-4 section 3.1.1.2 wants 15 where it is the only factor; 8 is
/// the smallest that ASVS V6.2.1 allows, and a demo should not be tiresome).
pub(crate) const SHORTEST_PASSWORD: usize = 8;
/// Longer ones are refused instead of cut (ASVS V6.2.9 wants at least 64 to work).
pub(crate) const LONGEST_PASSWORD: usize = 256;
/// How long a reset link works, once.
pub(crate) const RESET_WINDOW: Duration = Duration::from_secs(15 * 60);

/// Clones are the same accounts.
#[derive(Clone)]
pub(crate) struct Accounts {
    known: Arc<Mutex<Known>>,
    /// Held while a change is written, so that changes come one after the other.
    file: Arc<Mutex<Option<AccountsFile>>>,
    hashing: Hashing,
}

#[derive(Default)]
struct Known {
    by_name: ByName,
    /// In memory only: a link that was printed before a restart does not work after it.
    resets: HashMap<[u8; 32], Reset>,
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
    NotKept,
}

/// A change could not be written and so has not been made. The log says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotKept;

/// A new password of which the sessions of its account have to be told.
///
/// Passwords and sessions lie in two files, and no write changes both. So the debt is written down with
/// the password, and paid at the next start if the program ends in between.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Untold {
    pub(crate) account: String,
    password_hash: Arc<str>,
}

impl Untold {
    fn of(account: &Account) -> Self {
        Self { account: account.id.clone(), password_hash: account.password_hash.clone() }
    }
}

impl Accounts {
    /// Nobody yet, and in memory only.
    pub(crate) fn in_memory() -> Self {
        Self::of(ByName::new(), None)
    }

    /// The accounts that a folder keeps. `begun`: there are sessions in it, so there should be accounts.
    pub(crate) fn within(folder: &Path, begun: bool) -> Result<Self, AccountsError> {
        let file = AccountsFile::within(folder);
        Ok(Self::of(file.read(begun)?, Some(file)))
    }

    fn of(by_name: ByName, file: Option<AccountsFile>) -> Self {
        Self {
            known: Arc::new(Mutex::new(Known { by_name, resets: HashMap::new() })),
            file: Arc::new(Mutex::new(file)),
            hashing: Hashing::new(),
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
        let password_hash = self.hashing.hashed(password).await;
        let id = format!("acc_{}", hex(&random::<12>()));
        let account = Account { id: id.clone(), name: name.into(), password_hash, change_untold: false };
        let key = key(name);
        let registered = self.change(move |by_name| {
            if by_name.contains_key(&key) {
                return None;
            }
            by_name.insert(key, account);
            Some(())
        });
        match registered.await {
            Ok(Some(())) => Ok(id),
            Ok(None) => Err(RegisterError::NameTaken),
            Err(NotKept) => Err(RegisterError::NotKept),
        }
    }

    /// Is this the password of the account with this name? Takes as long whoever is asked for.
    pub(crate) async fn check(&self, name: &str, password: &str) -> bool {
        let found = self.known().by_name.get(&key(name)).map(|account| account.password_hash.clone());
        self.hashing.fits(password, found).await
    }

    /// Stores a new password. `None`: it is unfit, or nobody has that name. The sessions have to be told
    /// next, and then [`told`](Self::told) be called.
    pub(crate) async fn set_password(&self, name: &str, password: &str) -> Result<Option<Untold>, NotKept> {
        if !is_fit(password) {
            return Ok(None);
        }
        let password_hash = self.hashing.hashed(password).await;
        let key = key(name);
        let changed = self.change(move |by_name| {
            let account = by_name.get_mut(&key)?;
            account.password_hash = password_hash;
            account.change_untold = true;
            Some(Untold::of(account))
        });
        changed.await
    }

    /// The changes of passwords of which the sessions may not know: the store was away, or the program
    /// ended in between.
    pub(crate) fn untold(&self) -> Vec<Untold> {
        let known = self.known();
        known.by_name.values().filter(|account| account.change_untold).map(Untold::of).collect()
    }

    /// The sessions know of this change. Where that cannot be written down they are told once more at the
    /// next start, which harms nobody but signs out.
    pub(crate) async fn told(&self, change: Untold) {
        let told = self.change(move |by_name| {
            let account = by_name.values_mut().find(|account| change == Untold::of(account))?;
            account.change_untold = false;
            Some(())
        });
        // A failure is in the log already.
        let _ = told.await;
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

    /// Makes a change on disk and then for everybody to see; `None` changes nothing. It goes on to its end
    /// even when whoever asked has gone, so that file and memory do not part.
    async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut ByName) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>, NotKept> {
        let accounts = self.clone();
        let changed = spawn_blocking(move || {
            let file = accounts.file.lock().unwrap_or_else(PoisonError::into_inner);
            let mut by_name = accounts.known().by_name.clone();
            let Some(answer) = change(&mut by_name) else { return Ok(None) };
            if let Some(file) = &*file {
                file.write(&by_name)?;
            }
            accounts.known().by_name = by_name;
            Ok(Some(answer))
        });
        changed.await.unwrap_or_else(|stopped| Err(std::io::Error::other(stopped))).map_err(|error| {
            tracing::error!(%error, "the accounts file could not be written; nothing has been changed");
            NotKept
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn is_fit(password: &str) -> bool {
    (SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&password.chars().count())
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
        let accounts = Accounts::in_memory();
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
        let accounts = Accounts::in_memory();
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
        let accounts = Accounts::in_memory();
        assert_eq!(accounts.register("", "correct horse").await, Err(RegisterError::NameUnfit));
        assert_eq!(accounts.register("a\u{202e}b", "correct horse").await, Err(RegisterError::NameUnfit));
        assert_eq!(accounts.register("ann", "short").await, Err(RegisterError::PasswordUnfit));
        assert_eq!(accounts.register("ann", &"x".repeat(257)).await, Err(RegisterError::PasswordUnfit));
    }

    #[tokio::test]
    async fn accounts_outlive_the_process_and_so_does_what_their_sessions_were_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let open = |begun| Accounts::within(folder.path(), begun).unwrap();
        let before = open(false);
        let id = before.register("Ann", "correct horse").await.unwrap();
        assert!(before.untold().is_empty());
        assert!(before.set_password("ann", "another horse").await.unwrap().is_some());

        let after = open(true);
        assert_eq!(after.id_of("ann"), id);
        assert!(after.check("ann", "another horse").await);
        assert!(!after.check("ann", "correct horse").await);
        let untold = after.untold();
        assert_eq!(untold.len(), 1);
        assert_eq!(untold[0].account, id);
        // Changed once more before the first change was told: the second one is still owed.
        let second = after.set_password("ann", "a third horse").await.unwrap().unwrap();
        after.told(untold[0].clone()).await;
        assert!(open(true).untold() == [second.clone()]);
        after.told(second).await;
        assert!(open(true).untold().is_empty());
    }

    /// A handler is dropped when its client goes away. Were the change dropped with it between file and
    /// memory, the next change would write the older accounts over it.
    #[tokio::test]
    async fn a_change_whose_client_has_gone_is_made_whole() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::within(folder.path(), false).unwrap();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
        let ann = Account {
            id: "acc_1".into(),
            name: "ann".into(),
            password_hash: "h".into(),
            change_untold: false,
        };
        let changing = accounts.clone();
        let change = tokio::spawn(async move {
            let change = changing.change(move |by_name| {
                begun.send(()).unwrap();
                may_go_on.recv().unwrap();
                by_name.insert("ann".into(), ann);
                Some(())
            });
            change.await
        });
        has_begun.await.unwrap();
        change.abort();
        go_on.send(()).unwrap();
        accounts.register("bob", "correct horse").await.unwrap();
        assert_eq!(Accounts::within(folder.path(), true).unwrap().id_of("ann"), "acc_1");
        assert_eq!(accounts.id_of("ann"), "acc_1");
    }

    #[tokio::test]
    async fn what_cannot_be_written_has_not_happened() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::within(folder.path(), false).unwrap();
        accounts.register("ann", "correct horse").await.unwrap();
        folder.close().unwrap();
        assert_eq!(accounts.register("bob", "correct horse").await, Err(RegisterError::NotKept));
        assert_eq!(accounts.id_of("bob"), "nobody");
        assert!(accounts.set_password("ann", "another horse").await.is_err());
        assert!(accounts.check("ann", "correct horse").await);
    }
}

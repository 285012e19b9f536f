//! Who may sign in, kept in memory.

use std::{
    collections::HashMap,
    convert::Infallible,
    env,
    sync::{Arc, PoisonError, RwLock},
};

use axum_login::{AuthUser, AuthnBackend, UserId};
use password_auth::{generate_hash, verify_password};
use serde::Deserialize;
use tokio::task::spawn_blocking;

/// Somebody who may sign in.
#[derive(Clone, Debug)]
pub(crate) struct User {
    name: String,
    pub(crate) mail: String,
    hash: String,
}

impl AuthUser for User {
    type Id = String;

    fn id(&self) -> String {
        self.name.clone()
    }

    // As the examples do: a new password ends the sessions that the old one began.
    fn session_auth_hash(&self) -> &[u8] {
        self.hash.as_bytes()
    }
}

/// What the login form sends.
#[derive(Clone, Deserialize)]
pub(crate) struct Credentials {
    username: String,
    password: String,
}

/// Everybody.
#[derive(Clone)]
pub(crate) struct Users(Arc<RwLock<HashMap<String, User>>>);

impl Default for Users {
    fn default() -> Self {
        let users = ["alice", "bob"].map(|name| {
            let variable = format!("{}_PASSWORD", name.to_uppercase());
            let password = env::var(variable).unwrap_or_else(|_| format!("correct-horse-{name}"));
            let mail = format!("{name}@example.test");
            (name.to_owned(), User { name: name.to_owned(), mail, hash: generate_hash(password) })
        });
        Self(Arc::new(RwLock::new(HashMap::from(users))))
    }
}

impl Users {
    fn named(&self, name: &str) -> Option<User> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// The user with the new password, where the old one is right.
    pub(crate) async fn change_password(&self, user: &User, old: String, new: String) -> Option<User> {
        let mut user = user.clone();
        let changed = spawn_blocking(move || {
            verify_password(old, &user.hash).ok()?;
            user.hash = generate_hash(new);
            Some(user)
        });
        let user = changed.await.ok().flatten()?;
        let mut users = self.0.write().unwrap_or_else(PoisonError::into_inner);
        users.insert(user.name.clone(), user.clone());
        Some(user)
    }
}

impl AuthnBackend for Users {
    type User = User;
    type Credentials = Credentials;
    type Error = Infallible;

    async fn authenticate(&self, credentials: Credentials) -> Result<Option<User>, Infallible> {
        let Some(user) = self.named(&credentials.username) else { return Ok(None) };
        let verified =
            spawn_blocking(move || verify_password(credentials.password, &user.hash).is_ok().then_some(user));
        Ok(verified.await.ok().flatten())
    }

    async fn get_user(&self, name: &UserId<Self>) -> Result<Option<User>, Infallible> {
        Ok(self.named(name))
    }
}

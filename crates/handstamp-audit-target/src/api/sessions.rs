//! What the API knows of people and of their sessions.

use std::{collections::BTreeMap, time::Duration};

use crate::users::{User, users};

const IDLE: Duration = Duration::from_secs(30 * 60);
const ABSOLUTE: Duration = Duration::from_secs(12 * 60 * 60);
/// How long a token lives that another one can follow.
pub(super) const SHORT: Duration = Duration::from_secs(15 * 60);
/// How long a replaced token counts beside its successor.
const GRACE: Duration = Duration::from_secs(10);

/// A token of a session. A session is a family of tokens.
#[derive(Clone, Debug)]
struct Live {
    family: String,
    issued: Duration,
    /// When it ends because it was replaced.
    dies: Option<Duration>,
}

#[derive(Clone, Debug)]
struct Family {
    account: String,
    begun: Duration,
    used: Duration,
}

/// What a login hands out.
pub(super) struct Issued<'a> {
    pub(super) token: &'a str,
    pub(super) refresh: Option<&'a str>,
    pub(super) account: &'a str,
}

#[derive(Debug)]
pub(super) struct Sessions {
    users: BTreeMap<String, User>,
    tokens: BTreeMap<String, Live>,
    families: BTreeMap<String, Family>,
    refresh: BTreeMap<String, String>,
    /// Refresh tokens that were used, and whose family they were.
    spent: BTreeMap<String, String>,
}

impl Sessions {
    pub(super) fn new() -> Self {
        Self {
            users: users(),
            tokens: BTreeMap::new(),
            families: BTreeMap::new(),
            refresh: BTreeMap::new(),
            spent: BTreeMap::new(),
        }
    }

    pub(super) fn is_right(&self, account: &str, password: &str) -> bool {
        self.users.get(account).is_some_and(|user| user.password == password)
    }

    pub(super) fn begin(&mut self, issued: &Issued<'_>, family: String, now: Duration) {
        self.families
            .insert(family.clone(), Family { account: issued.account.to_owned(), begun: now, used: now });
        if let Some(refresh) = issued.refresh {
            self.refresh.insert(refresh.to_owned(), family.clone());
        }
        self.tokens.insert(issued.token.to_owned(), Live { family, issued: now, dies: None });
    }

    /// Whether a token signs in now; then it has been used.
    pub(super) fn use_now(&mut self, token: &str, lives: Option<Duration>, now: Duration) -> bool {
        let Some(live) = self.tokens.get(token) else { return false };
        let is_over = live.dies.is_some_and(|dies| now >= dies)
            || lives.is_some_and(|lives| now >= live.issued + lives);
        if is_over {
            self.tokens.remove(token);
            return false;
        }
        let family = live.family.clone();
        self.touch(&family, now)
    }

    fn touch(&mut self, name: &str, now: Duration) -> bool {
        match self.families.get_mut(name) {
            Some(family) if now < family.used + IDLE && now < family.begun + ABSOLUTE => {
                family.used = now;
                true
            }
            _ => {
                self.end_family(name);
                false
            }
        }
    }

    pub(super) fn account(&self, token: &str) -> Option<String> {
        let live = self.tokens.get(token)?;
        self.families.get(&live.family).map(|family| family.account.clone())
    }

    /// A new token in the place of this one, which has been replaced already or not.
    pub(super) fn rotate(&mut self, token: &str, next: &str, now: Duration) -> bool {
        let Some(live) = self.tokens.get_mut(token).filter(|live| live.dies.is_none()) else { return false };
        live.dies = Some(now + GRACE);
        let next_live = Live { family: live.family.clone(), issued: now, dies: None };
        self.tokens.insert(next.to_owned(), next_live);
        true
    }

    /// Trades a refresh token. One that comes twice ends its whole family (RFC 9700, 4.14.2).
    pub(super) fn refresh(&mut self, spent: &str, token: &str, refresh: &str, now: Duration) -> bool {
        if let Some(family) = self.spent.get(spent).cloned() {
            self.end_family(&family);
            return false;
        }
        let Some(family) = self.refresh.remove(spent) else { return false };
        self.spent.insert(spent.to_owned(), family.clone());
        if !self.touch(&family, now) {
            return false;
        }
        self.refresh.insert(refresh.to_owned(), family.clone());
        self.tokens.insert(token.to_owned(), Live { family, issued: now, dies: None });
        true
    }

    /// Ends the session of a token.
    pub(super) fn end(&mut self, token: &str) {
        if let Some(live) = self.tokens.get(token) {
            let family = live.family.clone();
            self.end_family(&family);
        }
    }

    fn end_family(&mut self, family: &str) {
        self.families.remove(family);
        self.tokens.retain(|_, live| live.family != family);
        self.refresh.retain(|_, whose| whose != family);
    }

    pub(super) fn change_password(&mut self, account: &str, password: &str) {
        if let Some(user) = self.users.get_mut(account) {
            password.clone_into(&mut user.password);
        }
        let theirs = self.families.iter().filter(|(_, family)| family.account == account);
        let theirs: Vec<String> = theirs.map(|(name, _)| name.clone()).collect();
        for family in theirs {
            self.end_family(&family);
        }
    }

    pub(super) fn note(&self, account: &str) -> String {
        self.users.get(account).map(|user| user.name.clone()).unwrap_or_default()
    }

    pub(super) fn set_note(&mut self, account: &str, text: &str) {
        if let Some(user) = self.users.get_mut(account) {
            text.clone_into(&mut user.name);
        }
    }
}

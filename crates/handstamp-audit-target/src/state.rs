//! What the running application knows, behind one lock.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use crate::{
    ask::Ask,
    benign::Behaviours,
    clock::TestClock,
    flaw::{Flaw, Flaws},
    sessions::{Session, Sessions},
    signed,
    tokens::Tokens,
    users::{User, users},
};

/// The application.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) flaws: Flaws,
    pub(crate) benign: Behaviours,
    pub(crate) clock: TestClock,
    pub(crate) tokens: Tokens,
    /// Told when a session ends, for the flaws that race with it.
    pub(crate) ended: Notify,
    inner: Mutex<Inner>,
}

/// What changes.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) sessions: Sessions,
    pub(crate) users: BTreeMap<String, User>,
    /// Remember-me tokens and whose they are.
    pub(crate) remembered: BTreeMap<String, String>,
    /// Remember-me tokens that were used, and whose they were.
    pub(crate) spent: BTreeMap<String, String>,
    /// What the flawed cache in front keeps.
    pub(crate) cache: BTreeMap<String, String>,
    /// Requests so far.
    pub(crate) requests: u64,
    /// Wrong tokens of late.
    pub(crate) wrong: Vec<Duration>,
    /// Questions under way.
    pub(crate) under_way: u32,
    /// Mails that were sent, the newest last.
    pub(crate) mails: Vec<String>,
    /// Codes that choose a new password, and whose.
    pub(crate) resets: BTreeMap<String, String>,
}

impl Inner {
    /// Sends a mail; each has a number, so that no two are alike.
    pub(crate) fn send(&mut self, to: &str, text: &str) {
        let number = self.mails.len() + 1;
        self.mails.push(format!("Mail {number} to {to}\n{text}"));
    }
}

impl App {
    pub(crate) fn new(flaws: Flaws, benign: Behaviours, clock: TestClock, seed: u64) -> Self {
        Self {
            tokens: Tokens::new(seed, &flaws, &clock),
            flaws,
            benign,
            clock,
            ended: Notify::new(),
            inner: Mutex::new(Inner {
                sessions: Sessions::default(),
                users: users(),
                remembered: BTreeMap::new(),
                spent: BTreeMap::new(),
                cache: BTreeMap::new(),
                requests: 0,
                wrong: Vec::new(),
                under_way: 0,
                mails: Vec::new(),
                resets: BTreeMap::new(),
            }),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.flaws.has(flaw)
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.since_epoch()
    }

    /// The name of the session's cookie.
    pub(crate) fn cookie(&self) -> &'static str {
        if self.has(Flaw::NoPrefix) { "sid" } else { "__Host-sid" }
    }

    /// A `Set-Cookie` of the session.
    pub(crate) fn set_cookie(&self, token: &str) -> String {
        let mut cookie = format!("{}={}; Path=/", self.cookie(), self.outward(token));
        if !self.has(Flaw::NoSecure) {
            cookie.push_str("; Secure");
        }
        if !self.has(Flaw::NoHttpOnly) {
            cookie.push_str("; HttpOnly");
        }
        if self.has(Flaw::SameSiteNone) {
            cookie.push_str("; SameSite=None");
        } else if !self.has(Flaw::NoSameSite) {
            cookie.push_str("; SameSite=Lax");
        }
        if self.has(Flaw::LongLived) {
            cookie.push_str("; Max-Age=31536000");
        } else if self.has(Flaw::ClientSideExpiry) {
            cookie.push_str("; Max-Age=600");
        }
        cookie
    }

    /// A `Set-Cookie` that deletes the session's.
    pub(crate) fn delete_cookie(&self) -> String {
        format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", self.cookie())
    }

    /// The token that a request presents, taken out of what it travels in.
    pub(crate) fn presented(&self, ask: &Ask) -> Option<String> {
        let presented = self.carried(ask)?;
        if signed::is_used(self) { signed::verified(self, &presented) } else { Some(presented) }
    }

    /// What a token travels as.
    fn outward(&self, token: &str) -> String {
        if signed::is_used(self) { signed::made(self, token, "session") } else { token.to_owned() }
    }

    /// What a request carries: exactly one, under exactly its name.
    fn carried(&self, ask: &Ask) -> Option<String> {
        let name = self.cookie();
        // Two of its own name stay what they are.
        if self.has(Flaw::MangledPrefix)
            && ask.cookies(name).is_empty()
            && let Some((_, token)) =
                ask.all_cookies().find(|(there, _)| there.to_lowercase().contains("host-sid"))
        {
            return Some(token.to_owned());
        }
        if self.has(Flaw::IdAcceptedInUrl)
            && let Some(token) = ask.asked(name)
        {
            return Some(token.to_owned());
        }
        match ask.cookies(name)[..] {
            [one] => Some(one.to_owned()),
            [first, ..] if self.has(Flaw::FirstDuplicateWins) => Some(first.to_owned()),
            // Somebody else may have set one of them: neither counts.
            _ => None,
        }
    }

    /// The live session that a request presents, with its token.
    pub(crate) fn session(&self, ask: &Ask) -> Option<(String, Session)> {
        let token = self.presented(ask)?;
        let now = self.now();
        let mut inner = self.lock();
        let token = inner.sessions.stored(&token, &self.flaws).unwrap_or(token);
        let Some(session) = inner.sessions.get(&token, now, &self.flaws) else {
            inner.wrong.retain(|at| now.saturating_sub(*at) < Duration::from_secs(1));
            inner.wrong.push(now);
            return None;
        };
        inner.sessions.touch(&token, now);
        Some((token, session))
    }

    /// The live session of somebody who is signed in.
    pub(crate) fn signed_in(&self, ask: &Ask) -> Option<(String, Session, User)> {
        let (token, session) = self.session(ask)?;
        let mut inner = self.lock();
        let mut user = inner.users.get(session.account.as_deref()?).cloned()?;
        if self.has(Flaw::FirstDuplicateWins)
            && let [_, .., last] = ask.cookies(self.cookie())[..]
            && let Some(other) = inner.sessions.get(last, self.now(), &self.flaws)
        {
            user = inner.users.get(other.account.as_deref()?).cloned()?;
        }
        drop(inner);
        Some((token, session, user))
    }

    /// A new session for nobody.
    pub(crate) fn begin(&self) -> (String, Session) {
        let token = self.tokens.session(None);
        let session = Session::new(self.tokens.public_id(), self.tokens.token(), self.now());
        self.lock().sessions.insert(token.clone(), session.clone());
        (token, session)
    }
}

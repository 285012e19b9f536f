//! The application's sessions: a map from tokens to what is known of each.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    flaw::{Flaw, Flaws},
    tokens::compared,
};

/// A session without use ends after this.
pub(crate) const IDLE: Duration = Duration::from_secs(30 * 60);
/// A session ends after this.
pub(crate) const ABSOLUTE: Duration = Duration::from_secs(12 * 3600);
/// So many sessions may one account have.
pub(crate) const LIMIT: usize = 5;
/// How long the flaw of a late logout takes.
const DELAY: Duration = Duration::from_secs(5);

/// What is known of a session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) account: Option<String>,
    pub(crate) csrf: String,
    pub(crate) draft: String,
    /// Whether it took up the role of an editor.
    pub(crate) is_editor: bool,
    /// Whether its id was made by somebody else: a flaw.
    pub(crate) is_adopted: bool,
    pub(crate) begun: Duration,
    pub(crate) used: Duration,
    /// When somebody last proved who they are.
    pub(crate) proven: Duration,
    /// How many were there before: a clock that stands still tells nobody's age.
    number: u64,
    /// When an end that comes late comes.
    dies: Option<Duration>,
    /// Whether a flaw brought it back: such a one counts for no limit.
    is_revived: bool,
}

/// Every session.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    live: BTreeMap<String, Session>,
    /// Ended ones, kept by the flaw that revives them.
    ended: BTreeMap<String, Session>,
    /// Expired ones, kept by the flaw that revives them.
    expired: BTreeMap<String, Session>,
    /// Sessions that the flaw of a stale list has shown.
    listed: BTreeSet<String>,
    made: u64,
}

impl Session {
    pub(crate) fn new(id: String, csrf: String, now: Duration) -> Self {
        Self {
            id,
            account: None,
            csrf,
            draft: String::new(),
            is_editor: false,
            is_adopted: false,
            begun: now,
            used: now,
            proven: now,
            number: 0,
            dies: None,
            is_revived: false,
        }
    }
}

impl Sessions {
    /// The live session of a token; looking is no use.
    pub(crate) fn get(&mut self, token: &str, now: Duration, flaws: &Flaws) -> Option<Session> {
        let token = &self.stored(token, flaws)?;
        let session = self.live.get(token)?;
        let idle = match () {
            () if flaws.has(Flaw::NoIdle) => Duration::MAX,
            () if flaws.has(Flaw::IdleDouble) => IDLE * 2,
            () => IDLE,
        };
        let absolute = if flaws.has(Flaw::NoAbsolute) { Duration::MAX } else { ABSOLUTE };
        let is_over = now.saturating_sub(session.used) >= idle
            || now.saturating_sub(session.begun) >= absolute
            || session.dies.is_some_and(|dies| now >= dies);
        if is_over {
            let over = self.live.remove(token)?;
            self.expired.insert(token.clone(), over);
            return None;
        }
        Some(session.clone())
    }

    /// The token that a session was begun with: the one that is presented, unless they are compared badly.
    pub(crate) fn stored(&self, token: &str, flaws: &Flaws) -> Option<String> {
        if self.live.contains_key(token) {
            return Some(token.to_owned());
        }
        let is_compared_badly = [Flaw::TruncatedCompare, Flaw::CaseInsensitiveCompare, Flaw::UnsignedSuffix]
            .into_iter()
            .any(|flaw| flaws.has(flaw));
        if !is_compared_badly {
            return None;
        }
        let wanted = compared(flaws, token);
        self.live.keys().find(|there| compared(flaws, there) == wanted).cloned()
    }

    /// Notes a use.
    pub(crate) fn touch(&mut self, token: &str, now: Duration) {
        if let Some(session) = self.live.get_mut(token) {
            session.used = now;
        }
    }

    pub(crate) fn insert(&mut self, token: String, mut session: Session) {
        if session.number == 0 {
            self.made += 1;
            session.number = self.made;
        }
        self.live.insert(token, session);
    }

    /// Changes a session that is there.
    pub(crate) fn update(&mut self, token: &str, change: impl FnOnce(&mut Session)) {
        if let Some(session) = self.live.get_mut(token) {
            change(session);
        }
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, token: &str) {
        if let Some(session) = self.live.remove(token) {
            self.ended.insert(token.to_owned(), session);
        }
    }

    /// Ends a session a little later, as an application does that collects its dead.
    pub(crate) fn end_late(&mut self, token: &str, now: Duration) {
        self.update(token, |session| session.dies = Some(now + DELAY));
    }

    /// Ends every session of an account but one.
    pub(crate) fn end_all(&mut self, account: &str, but: Option<&str>) {
        for token in self.tokens_of(account) {
            if Some(token.as_str()) != but {
                self.end(&token);
            }
        }
    }

    /// Brings an account's ended sessions back: a flaw.
    pub(crate) fn revive(&mut self, account: &str) {
        let ended = std::mem::take(&mut self.ended);
        for (token, mut session) in ended {
            if session.account.as_deref() == Some(account) {
                session.is_revived = true;
                self.live.insert(token, session);
            } else {
                self.ended.insert(token, session);
            }
        }
    }

    /// Brings an account's expired sessions back: a flaw.
    pub(crate) fn revive_expired(&mut self, account: &str, now: Duration) {
        for (token, mut session) in std::mem::take(&mut self.expired) {
            if session.account.as_deref() == Some(account) {
                (session.begun, session.used) = (now, now);
                self.live.insert(token, session);
            }
        }
    }

    /// Puts a session back under the token that it was exchanged for a new one: a flaw. One that ended stays ended.
    pub(crate) fn put_back(&mut self, token: &str, session: &Session) {
        let exchanged = self.live.iter().find(|(new, there)| there.id == session.id && new.as_str() != token);
        if let Some(new) = exchanged.map(|(new, _)| new.clone()) {
            self.live.remove(&new);
            self.live.insert(token.to_owned(), session.clone());
        }
    }

    /// Whose session a token is.
    pub(crate) fn account_of(&self, token: &str) -> Option<String> {
        self.live.get(token)?.account.clone()
    }

    /// The live tokens of an account, the oldest session first.
    pub(crate) fn tokens_of(&self, account: &str) -> Vec<String> {
        let mut found: Vec<_> =
            self.live.iter().filter(|(_, session)| session.account.as_deref() == Some(account)).collect();
        found.sort_by_key(|(_, session)| session.number);
        found.into_iter().map(|(token, _)| token.clone()).collect()
    }

    /// Ends the oldest sessions above the limit.
    pub(crate) fn keep_newest(&mut self, account: &str, limit: usize) {
        let mut tokens = self.tokens_of(account);
        tokens.retain(|token| self.live.get(token).is_some_and(|session| !session.is_revived));
        for token in tokens.iter().take(tokens.len().saturating_sub(limit)) {
            // Who had to make room is gone for good, also where a flaw revives what was ended.
            self.live.remove(token);
        }
    }

    /// The live sessions of an account as its list shows them: what stands for each, the own one marked.
    pub(crate) fn list(&mut self, account: &str, own: &str, flaws: &Flaws) -> Vec<(String, bool)> {
        let tokens = self.tokens_of(account);
        if flaws.has(Flaw::ListStale) && self.listed.is_empty() {
            self.listed.extend(tokens.iter().cloned());
        }
        let is_shown =
            |token: &String| !flaws.has(Flaw::ListStale) || self.listed.contains(token) || token == own;
        tokens
            .iter()
            .filter(|token| is_shown(token))
            .filter_map(|token| {
                let session = self.live.get(token)?;
                let name = if flaws.has(Flaw::ListShowsToken) { token.clone() } else { session.id.clone() };
                Some((name, token == own))
            })
            .collect()
    }

    /// Whether a form token is that of any live session.
    pub(crate) fn has_csrf(&self, token: &str) -> bool {
        self.live.values().any(|session| session.csrf == token)
    }

    /// Whether a form token is that of any live session of this account.
    pub(crate) fn has_csrf_of(&self, account: Option<&str>, token: &str) -> bool {
        self.live.values().any(|session| session.csrf == token && session.account.as_deref() == account)
    }

    /// The token of the session with this public id.
    pub(crate) fn token_of(&self, id: &str) -> Option<String> {
        let found = self.live.iter().find(|(token, session)| session.id == id || token.as_str() == id);
        found.map(|(token, _)| token.clone())
    }
}

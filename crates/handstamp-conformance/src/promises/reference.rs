//! The engine against a small model of what it promises, through long random histories.
//!
//! The model knows no store, no hash and no compare-and-set: only who holds which token of which
//! session, and the rules of the design. After every step a random token is shown to both; the
//! verdicts must agree.

use std::time::Duration;

use handstamp::{
    AbsoluteTimeout, AccountId, Activity, Authorisations, Cap, EndReason, IdleTimeout, Policy, Proof,
    SessionId, Verdict,
};

use super::kit::{Client, Count, Dice, House, SECOND, new_account, sign_in};
use crate::{MakeStore, rounds};

const IDLE: Duration = Duration::from_secs(30 * 60);
const ABSOLUTE: Duration = Duration::from_secs(5 * 3600);
const RENEWAL: Duration = Duration::from_secs(15 * 60);
const GRACE: Duration = Duration::from_secs(30);
const UNDER_WAY: Duration = Duration::from_secs(60);
const CAP: usize = 3;

/// A session, as a reader of the design would keep it on paper.
struct Paper {
    id: SessionId,
    account: Option<AccountId>,
    /// By generation, from 1.
    tokens: Vec<String>,
    issued: Duration,
    proven: Duration,
    used: Duration,
    rotation: Rotation,
    ended: Option<EndReason>,
    count: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Rotation {
    Settled,
    Renewed { presented: Option<Duration> },
    Privileged { since: usize, presented: Option<Duration> },
}

/// What the model says of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Active,
    Ended(EndReason),
    Superseded,
    Unknown,
}

fn has_passed(length: Duration, since: Duration, now: Duration) -> bool {
    now.saturating_sub(since) >= length
}

impl Paper {
    fn new(client: &Client, account: Option<&AccountId>, now: Duration, count: u64) -> Self {
        Self {
            id: client.id(),
            account: account.cloned(),
            tokens: vec![client.token.clone()],
            issued: now,
            proven: now,
            used: now,
            rotation: Rotation::Settled,
            ended: None,
            count,
        }
    }

    fn expired(&self, now: Duration) -> Option<EndReason> {
        if has_passed(ABSOLUTE, self.proven, now) {
            return Some(EndReason::Absolute);
        }
        has_passed(IDLE, self.used, now).then_some(EndReason::Idle)
    }

    /// Somebody looks: from now on this is why it ended.
    fn expire(&mut self, now: Duration) {
        self.ended = self.ended.or(self.expired(now));
    }

    fn window_is_over(&self, now: Duration) -> bool {
        match self.rotation {
            Rotation::Settled => true,
            Rotation::Renewed { presented } => presented.is_some_and(|at| has_passed(GRACE, at, now)),
            Rotation::Privileged { presented, .. } => {
                presented.is_some_and(|at| has_passed(UNDER_WAY, at, now))
            }
        }
    }

    /// Shows the token of this generation (from 1).
    fn show(&mut self, generation: usize, uses: bool, now: Duration) -> Said {
        self.expire(now);
        if let Some(reason) = self.ended {
            return Said::Ended(reason);
        }
        let current = self.tokens.len();
        if generation < current {
            let good = !self.window_is_over(now)
                && match self.rotation {
                    Rotation::Renewed { .. } => generation + 1 == current,
                    Rotation::Privileged { since, .. } if generation >= since => return Said::Superseded,
                    Rotation::Settled | Rotation::Privileged { .. } => false,
                };
            if !good {
                self.ended = Some(EndReason::Reuse);
                return Said::Ended(EndReason::Reuse);
            }
        } else if let Rotation::Renewed { presented } | Rotation::Privileged { presented, .. } =
            &mut self.rotation
        {
            presented.get_or_insert(now);
        }
        if self.window_is_over(now) {
            self.rotation = Rotation::Settled;
        }
        if uses {
            self.used = now;
        }
        Said::Active
    }

    fn may_renew(&self, now: Duration) -> bool {
        self.window_is_over(now) && has_passed(RENEWAL, self.issued, now)
    }

    fn raise(&mut self, token: String, now: Duration) {
        let since = match self.rotation {
            Rotation::Privileged { since, .. } => since,
            Rotation::Renewed { .. } => self.tokens.len() - 1,
            Rotation::Settled => self.tokens.len(),
        };
        self.rotation = Rotation::Privileged { since, presented: None };
        self.tokens.push(token);
        self.issued = now;
    }
}

struct Model {
    sessions: Vec<Paper>,
    now: Duration,
}

impl Model {
    fn end_account(&mut self, account: &AccountId, kept: Option<SessionId>, reason: EndReason) {
        // One that has run out unseen ends for what is told first.
        for paper in &mut self.sessions {
            if paper.account.as_ref() == Some(account) && Some(paper.id) != kept {
                paper.ended.get_or_insert(reason);
            }
        }
    }

    /// Makes room for one more: the earliest proof ends first, then the lowest id.
    fn make_room(&mut self, account: &AccountId) {
        let now = self.now;
        let mut alive: Vec<_> = Vec::new();
        for (at, paper) in self.sessions.iter().enumerate() {
            if paper.ended.is_none()
                && paper.expired(now).is_none()
                && paper.account.as_ref() == Some(account)
            {
                alive.push((paper.proven, paper.id, at));
            }
        }
        alive.sort_unstable();
        let surplus = (alive.len() + 1).saturating_sub(CAP);
        for (.., at) in alive.into_iter().take(surplus) {
            self.sessions[at].ended = Some(EndReason::Limit);
        }
    }
}

/// One history.
struct History {
    house: House,
    dice: Dice,
    accounts: Vec<AccountId>,
    model: Model,
    seed: u64,
    told: Vec<String>,
}

impl History {
    /// Shows a random token to both and compares; the active session, if it is one.
    async fn look(&mut self, uses: bool) -> Option<(usize, handstamp::Active)> {
        if self.model.sessions.is_empty() {
            return None;
        }
        // The newest session and the newest token are looked at most.
        let at = self.model.sessions.len().saturating_sub(1 + self.dice.roll(6).min(self.dice.roll(40)));
        let paper = &mut self.model.sessions[at];
        let generation = paper.tokens.len().saturating_sub(self.dice.roll(2) * self.dice.roll(4)).max(1);
        let activity = if uses { Activity::Use } else { Activity::Watch };
        let token = paper.tokens[generation - 1].clone();
        let expected = paper.show(generation, uses, self.model.now);
        let verdict = self.house.sessions.resume(token.as_bytes(), activity).await;
        let said = match &verdict {
            Verdict::Active(_) => Said::Active,
            Verdict::Ended(reason) => Said::Ended(*reason),
            Verdict::Superseded => Said::Superseded,
            _ => Said::Unknown,
        };
        self.told.push(format!("session {at}, generation {generation}, {activity:?}: {said:?}"));
        assert_eq!(said, expected, "seed {}:\n  {}", self.seed, self.told.join("\n  "));
        let Verdict::Active(active) = verdict else { return None };
        assert_eq!(active.read::<Count>().expect("the count").0, self.model.sessions[at].count);
        assert_eq!(active.account(), self.model.sessions[at].account.as_ref());
        Some((at, *active))
    }

    async fn step(&mut self) {
        let pause = [0, 1, 7, 29, 30, 31, 61, 600, 900, 1700][self.dice.roll(10)];
        // Not beyond what is a second away from a timeout: uses are exact within one process.
        self.model.now += pause * SECOND;
        self.house.clock.advance(pause * SECOND);
        let verb = self.dice.roll(20);
        self.told.push(format!("{pause} s later, verb {verb}"));
        let sessions = self.house.sessions.clone();
        let now = self.model.now;
        let account = self.accounts[self.dice.roll(self.accounts.len())].clone();
        let whole = sessions.account(&account);
        match verb {
            0 => {
                let client = self.house.begin().await;
                self.model.sessions.push(Paper::new(&client, None, now, 0));
            }
            1..=3 => self.sign_in(account).await,
            4 => {
                whole.end_all().await.expect("end all");
                self.model.end_account(&account, None, EndReason::Revoked);
            }
            5 => {
                whole.credentials_changed().await.expect("the change");
                self.model.end_account(&account, None, EndReason::CredentialsChanged);
            }
            6 if self.dice.roll(3) == 0 => {
                whole.hold().await.expect("hold");
                whole.release().await.expect("release");
                self.model.end_account(&account, None, EndReason::AccountHeld);
            }
            7 if self.dice.roll(5) == 0 => {
                sessions.sweep().await.expect("sweep");
                for paper in &mut self.model.sessions {
                    paper.expire(now);
                }
            }
            _ => {
                let uses = self.dice.roll(2) == 0;
                if let Some((at, active)) = self.look(uses).await {
                    self.act(verb, at, active).await;
                }
            }
        }
        for _ in 0..3 {
            self.look(false).await;
        }
    }

    async fn sign_in(&mut self, account: AccountId) {
        let old = if self.dice.roll(2) == 0 { self.look(true).await } else { None };
        let seen = old.as_ref().map(|(_, active)| active);
        let client = sign_in(&self.house.sessions, &account, seen).await.expect("sign in");
        let mut count = 0;
        if let Some((at, _)) = old {
            let paper = &mut self.model.sessions[at];
            if paper.account.as_ref().is_none_or(|owner| *owner == account) {
                count = paper.count;
            }
            paper.ended = Some(EndReason::Replaced);
        }
        self.model.make_room(&account);
        self.model.sessions.push(Paper::new(&client, Some(&account), self.model.now, count));
    }

    /// What somebody does with a session that may in.
    async fn act(&mut self, verb: usize, at: usize, mut active: handstamp::Active) {
        let sessions = self.house.sessions.clone();
        let now = self.model.now;
        let paper = &mut self.model.sessions[at];
        match verb {
            8..=10 => {
                sessions.edit(&mut active, |count: &mut Count| count.0 += 1).await.expect("edit");
                paper.count += 1;
            }
            11..=14 => {
                let renewed = sessions.renew(&active).await.expect("renew");
                let renewed = renewed.map(|token| token.expose().to_owned());
                if paper.may_renew(now) {
                    let token = renewed.unwrap_or_else(|| panic!("seed {}: a renewal is due", self.seed));
                    paper.tokens.push(token);
                    paper.rotation = Rotation::Renewed { presented: None };
                    paper.issued = now;
                } else if let Some(token) = renewed {
                    assert_eq!(Some(&token), paper.tokens.last(), "there is one successor");
                }
            }
            15 => {
                sessions.sign_out(&active).await.expect("sign out");
                paper.ended = Some(EndReason::SignedOut);
            }
            16 => {
                let Some(session) = active.signed_in() else { return };
                let done = sessions.step_up(session, Proof::passkey()).await.expect("step up");
                paper.raise(done.token.expose().to_owned(), now);
                (paper.proven, paper.used) = (now, now);
            }
            17 => {
                let Some(session) = active.signed_in() else { return };
                let granted = Authorisations::new(["more"]);
                let done = sessions.authorise(session, granted).await.expect("authorise");
                paper.raise(done.token.expose().to_owned(), now);
            }
            18 => {
                let Some(session) = active.signed_in() else { return };
                let done = sessions.credentials_changed(session).await.expect("the change");
                paper.raise(done.token.expose().to_owned(), now);
                let (id, account) = (paper.id, session.account().clone());
                self.model.end_account(&account, Some(id), EndReason::CredentialsChanged);
            }
            _ => {
                let Some(account) = active.account().cloned() else { return };
                sessions.account(&account).end_others(active.id()).await.expect("end others");
                self.model.end_account(&account, Some(active.id()), EndReason::Revoked);
            }
        }
    }
}

/// A tenth as many histories as rounds, 400 steps each.
pub async fn random_histories_agree_with_the_model(make: impl MakeStore) {
    let minutes = |duration: Duration| duration.as_secs() / 60;
    let policy = Policy::aal2()
        .signed_in(IdleTimeout::minutes(minutes(IDLE)), AbsoluteTimeout::minutes(minutes(ABSOLUTE)))
        .anonymous(IdleTimeout::minutes(minutes(IDLE)), AbsoluteTimeout::minutes(minutes(ABSOLUTE)))
        .cap(Cap::keep_newest(u32::try_from(CAP).unwrap_or(u32::MAX)));
    for seed in 0..rounds().div_ceil(10) {
        let mut history = History {
            house: House::on(make.make().await, policy.clone()),
            dice: Dice::new(seed.into()),
            accounts: (0..3).map(|_| new_account()).collect(),
            model: Model { sessions: Vec::new(), now: Duration::from_secs(1) },
            seed: seed.into(),
            told: Vec::new(),
        };
        for _ in 0..400 {
            history.step().await;
        }
    }
}

//! What a check works with: an application, its recipe, and people who use it.
//!
//! An [`Audit`] makes [`Visitor`]s, each a browser with a jar of its own; it looks with given
//! [`Credentials`](crate::credentials::Credentials) who is signed in; and it remembers every session it made, so that
//! all of them are ended afterwards.

mod extract;
mod halt;
mod look;
mod mail;
mod passing_time;
mod prepared;
mod random;
mod sessions;
mod shared;
mod step_error;
mod visitor;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

pub(crate) use extract::shows;
pub use halt::Halt;
pub use look::{Look, Seen};
pub(crate) use mail::MailMark;
pub use passing_time::TimeMode;
pub use random::Random;
pub use step_error::StepError;
pub use visitor::{Alter, Played, Visitor};
pub(crate) use visitor::{brief, form_encoded};

pub use self::sessions::CleanUp;
use self::{sessions::Sessions, shared::Shared};
use crate::{
    check::{Profile, Verdict},
    clock::Clock,
    oracle::Oracle,
    recipe::{Account, Recipe, Secret, StepName},
    wire::{Client, Origin},
};

/// Who a check is about: a place in the recipe's accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub(crate) usize);

impl Person {
    /// The person whose sessions are tested.
    pub const FIRST: Self = Self(0);
}

/// What a run may do besides its recipe.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// How much is asked; default standard.
    pub profile: Profile,
    /// Whether passwords and the like may be changed and put back; default no.
    pub allows_destructive: bool,
    /// Where every choice that looks random begins, so that a run can be repeated; default 0.
    pub seed: u64,
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the profile.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Allows what has to be put back.
    #[must_use]
    pub fn allow_destructive(mut self, allow: bool) -> Self {
        self.allows_destructive = allow;
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

/// One run against one application.
#[derive(Debug)]
pub struct Audit {
    recipe: Arc<Recipe>,
    client: Client,
    options: Options,
    origin: Origin,
    random: Random,
    oracle: OnceLock<Oracle>,
    verdicts: Mutex<BTreeMap<&'static str, Verdict>>,
    passwords: Mutex<BTreeMap<Person, Secret>>,
    met: Mutex<Vec<Secret>>,
    moved: Mutex<Duration>,
    sessions: Sessions,
    shared: Shared,
}

impl Audit {
    /// A run with this recipe. `None` where the target's URL is not `http` or `https`, which a recipe that was
    /// read cannot have.
    pub fn new(recipe: Arc<Recipe>, client: Client, options: Options) -> Option<Self> {
        Some(Self {
            origin: Origin::of(&recipe.target.base)?,
            random: Random::new(options.seed),
            recipe,
            client,
            options,
            oracle: OnceLock::new(),
            verdicts: Mutex::default(),
            passwords: Mutex::default(),
            met: Mutex::default(),
            moved: Mutex::default(),
            sessions: Sessions::default(),
            shared: Shared::default(),
        })
    }

    /// The recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The client, for checks that need more than visitors.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the run may do.
    pub fn options(&self) -> Options {
        self.options
    }

    /// Where the application is.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.client.clock()
    }

    /// Choices that look random and can be repeated.
    pub fn random(&self) -> &Random {
        &self.random
    }

    /// The people of the recipe that are tested, in order.
    pub fn people(&self) -> impl Iterator<Item = Person> + '_ {
        (0..self.recipe.accounts.len()).map(Person).filter(|person| !self.account(*person).is_admin)
    }

    /// The person whose sessions are tested: the first who is no administrator.
    pub fn first(&self) -> Person {
        self.people().next().unwrap_or(Person::FIRST)
    }

    /// Somebody else, where the recipe has one.
    pub fn second(&self) -> Option<Person> {
        self.people().nth(1)
    }

    /// The administrator, where the recipe has one.
    pub fn admin(&self) -> Option<Person> {
        (0..self.recipe.accounts.len()).map(Person).find(|person| self.account(*person).is_admin)
    }

    /// The person's account. A person is only made from a place that exists.
    pub fn account(&self, person: Person) -> &Account {
        &self.recipe.accounts[person.0]
    }

    /// The password of now: a check may have changed it.
    pub fn password(&self, person: Person) -> Secret {
        let changed = self.passwords.lock().unwrap_or_else(PoisonError::into_inner).get(&person).cloned();
        changed.unwrap_or_else(|| self.account(person).password.clone())
    }

    /// Remembers that the password was changed.
    pub fn password_changed(&self, person: Person, password: Secret) {
        self.met([password.reveal()]);
        self.passwords.lock().unwrap_or_else(PoisonError::into_inner).insert(person, password);
    }

    /// Adds to how far the application's clock was moved in all, and says how far that is.
    fn moved(&self, by: Duration) -> Duration {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        *moved += by;
        *moved
    }

    /// Remembers values that answers gave or that were made up, which no report may show.
    pub(crate) fn met<'v>(&self, values: impl IntoIterator<Item = &'v str>) {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.extend(values.into_iter().map(|value| Secret::new(value.to_owned())));
    }

    /// Every such value so far.
    pub(crate) fn secrets_met(&self) -> Vec<Secret> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the recipe has the step.
    pub fn has_step(&self, step: StepName) -> bool {
        self.recipe.steps.contains_key(&step)
    }

    /// What was found out about credentials; `None` before the oracle's checks.
    pub fn oracle(&self) -> Option<&Oracle> {
        self.oracle.get()
    }

    /// Sets what was found out; once.
    pub(crate) fn set_oracle(&self, oracle: Oracle) {
        // Whoever was first has asked the same questions.
        let _ = self.oracle.set(oracle);
    }

    /// What a check concluded in this run, for checks that lean on it.
    pub fn verdict_of(&self, id: &str) -> Option<Verdict> {
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    pub(crate) fn set_verdict(&self, id: &'static str, verdict: Verdict) {
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner).insert(id, verdict);
    }
}

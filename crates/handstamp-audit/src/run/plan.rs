//! Which checks run, which do not, and what would change that.

use std::collections::BTreeSet;

use crate::{
    audit::Options,
    check::{Description, Reason},
    checks::{Check, catalogue},
    recipe::Recipe,
};

/// Which checks somebody asked for, by id or group code; empty sets choose all and none.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Choices {
    /// Only these.
    pub only: Vec<Choice>,
    /// Not these.
    pub skip: Vec<Choice>,
}

/// A check or a group, as somebody names it: `SA-END-01`, `END-01`, `SA-END` or `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice(String);

impl Choice {
    /// Reads a choice; `None` where there is no such check and no such group.
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.trim().to_ascii_uppercase();
        let choice = Self(upper.strip_prefix("SA-").unwrap_or(&upper).to_owned());
        catalogue().any(|check| choice.covers(&check.description)).then_some(choice)
    }

    fn covers(&self, description: &Description) -> bool {
        let id = description.id.strip_prefix("SA-").unwrap_or(description.id);
        id == self.0 || description.group.code() == self.0
    }
}

/// A check and whether it runs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Planned {
    /// The check.
    pub check: &'static Check,
    /// Why it does not run, where it does not.
    pub left_out: Option<Reason>,
}

impl Planned {
    /// What to write or to say so that it runs; `None` where it runs.
    pub fn unlocked_by(&self, recipe: &Recipe) -> Option<String> {
        let description = &self.check.description;
        Some(match self.left_out? {
            Reason::NoStepInRecipe => {
                let missing: Vec<_> =
                    missing(description, recipe).map(|step| format!("[steps.{step}]")).collect();
                format!("add {}", missing.join(" and "))
            }
            Reason::SecondAccountMissing => "add a second account below [accounts]".to_owned(),
            Reason::DestructiveNotAllowed => "run with --allow-destructive".to_owned(),
            Reason::NotInProfile => format!("run with --profile {}", description.profile),
            _ => "leave it out of --skip, or name it in --only".to_owned(),
        })
    }
}

fn missing<'a>(
    description: &Description,
    recipe: &'a Recipe,
) -> impl Iterator<Item = crate::recipe::StepName> + 'a {
    let needs = description.needs;
    needs.iter().copied().filter(|step| !recipe.steps.contains_key(step))
}

/// Every check with whether it runs, in the order in which they would.
pub fn plan(recipe: &Recipe, options: Options, choices: &Choices) -> Vec<Planned> {
    let people = recipe.accounts.iter().filter(|account| !account.is_admin).count();
    let gate = catalogue().map(|check| check.description.id).take(GATE).collect::<BTreeSet<_>>();
    catalogue()
        .map(|check| {
            let description = &check.description;
            let named = choices.only.iter().any(|choice| choice.covers(description));
            let left_out = if gate.contains(description.id) {
                None
            } else if choices.skip.iter().any(|choice| choice.covers(description))
                || (!choices.only.is_empty() && !named)
            {
                Some(Reason::Skipped)
            } else if !named && description.profile > options.profile {
                Some(Reason::NotInProfile)
            } else if missing(description, recipe).next().is_some() {
                Some(Reason::NoStepInRecipe)
            } else if description.needs_second_account && people < 2 {
                Some(Reason::SecondAccountMissing)
            } else if description.is_destructive && !options.allows_destructive {
                Some(Reason::DestructiveNotAllowed)
            } else {
                None
            };
            Planned { check, left_out }
        })
        .collect()
}

/// The first checks of the catalogue always run: nothing can be believed without them.
const GATE: usize = 2;

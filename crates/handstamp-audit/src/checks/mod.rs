//! The checks: a folder for each group, a file for each question.
//!
//! Each file has its [`Check`]: the description, and the function that asks. A check says "dead" or "alive" of a
//! token, never of a cookie, and only with the controls of `kill` beside it.

mod binding;
mod cookies;
mod cross_site;
mod exposure;
mod federation;
mod fixation;
mod kill;
mod logic;
mod oracle;
mod races;
mod remembered;
mod self_contained;
mod several;
mod termination;
mod timeouts;
mod tokens;

use std::{fmt, future::Future, pin::Pin};

use crate::{
    audit::{Audit, Halt},
    check::{Description, Outcome},
};

/// A check on its way.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<Outcome, Halt>> + Send + 'a>>;

/// A question, and how it is asked.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Check {
    /// What is known of it before it runs.
    pub description: Description,
    /// Asks it.
    pub run: for<'a> fn(&'a Audit) -> Running<'a>,
}

impl Check {
    /// A check with this description, asked by this function.
    pub const fn new(description: Description, run: for<'a> fn(&'a Audit) -> Running<'a>) -> Self {
        Self { description, run }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description.id)
    }
}

/// Every check, in the order in which they run: what needs a live oracle after it, and what may lock an
/// account out last.
pub fn catalogue() -> impl Iterator<Item = &'static Check> {
    [
        oracle::CHECKS,
        fixation::CHECKS,
        termination::CHECKS,
        several::CHECKS,
        timeouts::CHECKS,
        exposure::CHECKS,
        tokens::CHECKS,
        cross_site::CHECKS,
        logic::CHECKS,
        self_contained::CHECKS,
        remembered::CHECKS,
        federation::CHECKS,
        binding::CHECKS,
        cookies::CHECKS,
        races::CHECKS,
        termination::LAST_CHECKS,
        tokens::LAST_CHECKS,
        exposure::LAST_CHECKS,
    ]
    .into_iter()
    .flatten()
}

/// The check of this id, whatever its case.
pub fn find(id: &str) -> Option<&'static Check> {
    catalogue().find(|check| check.description.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_an_id_of_its_group_and_explains_itself() {
        let mut ids = BTreeSet::new();
        for check in catalogue() {
            let Description { id, group, title, explanation, remedy, .. } = check.description;
            assert!(ids.insert(id), "{id} is there twice");
            assert!(id.starts_with(&format!("SA-{}-", group.code())), "{id}");
            assert!(!title.is_empty() && title.split(' ').count() <= 9, "{id}: {title}");
            assert!(explanation.len() > 40, "{id} explains nothing");
            assert!(remedy.len() > 20, "{id} says nothing of what to change");
            assert!(
                check.description.requests > 0 || explanation.to_lowercase().contains("no request"),
                "{id} costs something"
            );
        }
    }
}

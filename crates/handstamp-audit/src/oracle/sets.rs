//! Which cookies and headers sign in: every minimal set, found by leaving them out.
//!
//! One site in ten has more than one (Cookie Hunter, CCS 2020), and a logout that ends one of them ends
//! nothing. Names and lengths say little: they are not asked.

use crate::{
    audit::{Audit, Halt},
    check::Reason,
    credentials::{Carrier, Credentials},
    wire::ExchangeId,
};

/// The most requests that the search takes.
const MOST_REQUESTS: usize = 64;
/// The most carriers that are tried together.
const MOST_CARRIERS: usize = 8;

/// What the search found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sets {
    /// Every minimal set, the smallest first.
    pub minimal: Vec<Vec<Carrier>>,
    /// Carriers in none of them.
    pub others: Vec<Carrier>,
    /// Whether it ended before all was tried.
    pub is_cut: bool,
    /// The exchanges.
    pub evidence: Vec<ExchangeId>,
}

/// Finds every minimal set. The credentials have to be live; when a probe ends their session, the person signs
/// in again.
pub async fn find_sets(audit: &Audit, credentials: &Credentials) -> Result<Sets, Halt> {
    let person = audit.first();
    let mut credentials = credentials.clone();
    let carriers: Vec<Carrier> = credentials.carriers().take(MOST_CARRIERS).cloned().collect();
    let mut is_cut = credentials.carriers().count() > MOST_CARRIERS;
    let mut evidence = Vec::new();
    let mut minimal: Vec<Vec<Carrier>> = Vec::new();
    let mut asked = 0;
    for size in 1..=carriers.len() {
        for candidate in subsets(&carriers, size) {
            // What holds a smaller set is not minimal.
            if minimal.iter().any(|set| set.iter().all(|carrier| candidate.contains(carrier))) {
                continue;
            }
            if asked >= MOST_REQUESTS {
                is_cut = true;
                break;
            }
            asked += 1;
            let part = credentials.only(&candidate);
            let look = audit.look_for(&part, &format!("whoami with {} only", named(&candidate))).await?;
            evidence.push(look.id());
            if look.is(person) {
                minimal.push(candidate);
            } else if size < carriers.len()
                && !audit.look_for(&credentials, "is the session still alive").await?.is(person)
            {
                // Half a credential was enough to end it.
                credentials = audit.sign_in(person).await?.credentials();
            }
        }
    }
    if minimal.is_empty() {
        let why = "no set of what login gives signs in again: the answer depends on something else";
        return Err(Halt::inconclusive(Reason::Unstable, why));
    }
    let others = credentials
        .carriers()
        .filter(|carrier| !minimal.iter().any(|set| set.contains(carrier)))
        .cloned()
        .collect();
    Ok(Sets { minimal, others, is_cut, evidence })
}

fn subsets(carriers: &[Carrier], size: usize) -> Vec<Vec<Carrier>> {
    (0_u32..1 << carriers.len())
        .filter(|mask| mask.count_ones() as usize == size)
        .map(|mask| {
            carriers
                .iter()
                .enumerate()
                .filter(|(at, _)| mask & (1 << at) != 0)
                .map(|(_, one)| one.clone())
                .collect()
        })
        .collect()
}

/// `cookie a and header b`.
pub(crate) fn named(carriers: &[Carrier]) -> String {
    carriers.iter().map(Carrier::to_string).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subset_of_a_size_comes_once() {
        let carriers: Vec<_> = ["a", "b", "c"].map(|name| Carrier::Cookie(name.to_owned())).into();
        assert_eq!([1, 2, 3].map(|size| subsets(&carriers, size).len()), [3, 3, 1]);
    }
}

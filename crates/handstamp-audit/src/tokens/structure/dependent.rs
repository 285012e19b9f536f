//! Bits that are a sum of others: checksums, copies, masks. They look random, and hold nothing.

use super::Taken;
use crate::{
    check::Severity,
    tokens::{
        bits::{Bits, Span},
        decode::Field,
        finding::{Finding, FindingKind},
    },
};

/// More tokens than bits: chance leaves a deficit in less than 2^-30 of samples.
const SPARE: usize = 30;

/// Takes the bits that the ones before them give, where there are tokens enough to tell.
pub(super) fn found(field: &Field, taken: &mut Taken) -> Option<Finding> {
    let open: Vec<usize> = (0..taken.bits.len()).filter(|at| taken.bits.get(*at) == Some(&false)).collect();
    let tokens = field.symbols.len();
    if open.is_empty() || tokens < open.len() + SPARE + 1 {
        return None;
    }
    // More tokens say no more; the first is taken from all others, for a constant may be added to a sum.
    let used = tokens.min(open.len() + 2 * SPARE + 1);
    let mut span = Span::default();
    let mut dependent = Vec::new();
    for at in &open {
        let Some((place, shift)) = taken.bit_places.get(*at).copied() else { continue };
        let column = field.column(place, shift);
        let first = column.get(0);
        let column: Bits = (1..used).map(|index| column.get(index) ^ first).collect();
        if !span.add(column) {
            dependent.push(*at);
        }
    }
    if dependent.is_empty() {
        return None;
    }
    let mut places: Vec<usize> = dependent
        .iter()
        .filter_map(|at| taken.bit_places.get(*at))
        .filter_map(|(place, _)| field.places.get(*place).copied())
        .collect();
    places.dedup();
    for at in &dependent {
        taken.take_bit(*at);
    }
    let headline = format!(
        "{} of {} bits are sums of the others (a checksum or a copy): the rank is {}",
        dependent.len(),
        open.len(),
        span.rank()
    );
    Some(Finding::new(FindingKind::Dependent, Severity::Information, headline).at(places))
}

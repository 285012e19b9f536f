//! Parts that tell whose token it is.

use std::collections::BTreeMap;

use super::Taken;
use crate::{
    check::Severity,
    signed::decoded,
    tokens::{
        decode::{Field, Layout},
        finding::{Finding, FindingKind},
        options::Options,
        sample::Sample,
    },
};

/// Shorter names are found in random text.
const SHORTEST_NAME: usize = 4;

/// Takes the places that are the same in all tokens of an account, or of a connection, and not in others.
pub(super) fn parts(sample: &Sample, field: &Field, taken: &mut Taken) -> Vec<Finding> {
    let accounts = sample.tokens.iter().map(|token| token.account.clone());
    let connections = sample.tokens.iter().map(|token| token.connection.map(|id| id.to_string()));
    let owners = [
        (FindingKind::OfTheAccount, "account", groups(accounts)),
        (FindingKind::OfTheConnection, "connection", groups(connections)),
    ];
    let mut findings = Vec::new();
    for (kind, word, groups) in owners {
        if groups.len() < 2 {
            continue;
        }
        let places: Vec<usize> = (0..field.sizes.len())
            .filter(|place| !taken.is_gone(*place) && is_of(field, *place, &groups))
            .collect();
        if places.is_empty() {
            continue;
        }
        for place in &places {
            taken.take_place(*place);
        }
        let headline = format!("{} characters are the same for every token of one {word}", places.len());
        let places = places.iter().filter_map(|place| field.places.get(*place).copied());
        findings.push(Finding::new(kind, Severity::Information, headline).at(places));
    }
    findings
}

fn groups(owners: impl Iterator<Item = Option<String>>) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, owner) in owners.enumerate() {
        if let Some(owner) = owner {
            groups.entry(owner).or_default().push(index);
        }
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// Whether a place is the same within each group, where chance would hardly make it so.
fn is_of(field: &Field, place: usize, groups: &[Vec<usize>]) -> bool {
    let value = |index: &usize| field.symbols.get(*index).and_then(|row| row.get(place));
    let same = groups.iter().all(|group| {
        let first = group.first().and_then(value);
        group.iter().all(|index| value(index) == first)
    });
    let repeats: u32 = groups.iter().map(|group| u32::try_from(group.len() - 1).unwrap_or(u32::MAX)).sum();
    let bits = field.sizes.get(place).map_or(0.0, |size| f64::from(*size).log2());
    same && f64::from(repeats) * bits >= super::CERTAIN_BITS
}

/// What the tokens say of persons: names of accounts, and the words that were given.
pub(super) fn personal(sample: &Sample, layout: &Layout, options: &Options) -> Option<Finding> {
    let mut words: Vec<String> = options.words.iter().map(|word| word.to_lowercase()).collect();
    words.extend(sample.tokens.iter().filter_map(|token| token.account.as_deref()).map(str::to_lowercase));
    words.retain(|word| word.len() >= SHORTEST_NAME);
    words.sort();
    words.dedup();
    let said: Vec<String> = (0..sample.len()).map(|index| said(layout, index)).collect();
    let is_in_some = |word: &&String| said.iter().filter(|said| said.contains(word.as_str())).count() >= 2;
    let found: Vec<&String> = words.iter().filter(is_in_some).collect();
    (!found.is_empty()).then(|| {
        let headline = format!("{} of the names that are known can be read in the tokens", found.len());
        Finding::new(FindingKind::PersonalData, Severity::Medium, headline)
    })
}

/// All that a token says, as text: itself, its decoded bytes, its content.
fn said(layout: &Layout, index: usize) -> String {
    let Some(text) = layout.texts.get(index) else { return String::new() };
    let mut said = text.to_lowercase();
    if let Some(readable) = crate::tokens::decode::readable(text) {
        said.push('\n');
        said.push_str(&readable.text.to_lowercase());
    }
    for field in &layout.fields {
        if let Some(bytes) = field.bytes.as_ref().and_then(|rows| rows.get(index)) {
            said.push('\n');
            said.push_str(&String::from_utf8_lossy(bytes).to_lowercase());
        }
    }
    // A part that is the same in all tokens of a person is no field of the sample.
    for part in text.split(['.', ':', '|', '~']) {
        if let Some(bytes) = decoded(part) {
            said.push('\n');
            said.push_str(&String::from_utf8_lossy(&bytes).to_lowercase());
        }
    }
    said
}

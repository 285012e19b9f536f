//! The whole analysis of a sample, and what it concludes.

use std::ops::ControlFlow;

use super::{
    battery::{self, Effect, Family, Test},
    bounds,
    correction::{CONFIRMED, DISCOVERY, FAMILY_WISE, holm, worth_a_look},
    decode::{Alphabet, Layout},
    dictionary,
    finding::{Finding, FindingKind},
    options::Options,
    predictors,
    repeats::Repeats,
    sample::Sample,
    structure::Structure,
};
use crate::check::{Plot, Reason, Severity, Verdict};

/// Bits that ASVS 5.0 asks for (7.2.3, 11.5.1).
const REQUIRED: f64 = 128.0;

/// Below this a token can be guessed online.
const GUESSABLE: f64 = 64.0;

/// Fewer tokens say nothing of a generator.
const ENOUGH: usize = 20;

/// Rounding is no finding.
const ROUNDING: f64 = 0.01;

/// How far the longest part of an analysis has come.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// Texts that were hashed and compared.
    pub guesses: u64,
    /// How many there are to be at most.
    pub of: u64,
}

/// Three numbers that answer different questions and are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Numbers {
    /// What the format claims, in bits: B.
    pub nominal: f64,
    /// What is left after everything that was found, in bits: an attacker guesses no more. U.
    pub upper: f64,
    /// What the data alone support, in bits, whatever the format claims. Grows with the sample and stays below the
    /// truth: 200 perfect tokens of 128 bits show about 88. L.
    pub lower: f64,
}

/// A character that deserves a look. For display: no verdict follows from it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Look {
    /// Which test.
    pub family: Family,
    /// The characters, from 0; empty where it is about all.
    pub positions: Vec<usize>,
    /// The chance of such a result from fair tokens, among thousands of tests.
    pub p: f64,
    /// What was seen: `share of ones 0.61 (expected 0.5)`.
    pub effect: String,
}

/// What was found out about a sample.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Analysis {
    /// How many tokens there were.
    pub tokens: usize,
    /// How many of them are distinct.
    pub distinct: usize,
    /// How they are built: `32 characters of hex`.
    pub format: String,
    /// What they carry, by name, where they carry something readable.
    pub carries: Vec<String>,
    /// The numbers; none for tokens that carry their content, whose strength is their signature.
    pub numbers: Option<Numbers>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// Tests that were run.
    pub tests: usize,
    /// Results worth a look, at a rate of false discoveries of one in twenty.
    pub looks: Vec<Look>,
    /// Bits that the data support for each character of the token; zero for what is no part of the identifier.
    pub strip: Vec<f64>,
    /// The characters of a signature, which is no part of the identifier.
    pub signature: Vec<usize>,
    /// Families that rejected once and have no confirmation yet.
    unconfirmed: Vec<(Family, String)>,
    options: Options,
}

impl Analysis {
    /// Analyses a sample.
    pub fn of(sample: &Sample, options: &Options) -> Self {
        Self::watched(sample, options, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, telling how far it has come; a break leaves the rest of the dictionary out.
    pub fn watched(
        sample: &Sample,
        options: &Options,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Self {
        let layout = Layout::of(sample.texts());
        let repeats = Repeats::of(sample.texts());
        let structure = Structure::of(sample, &layout, options);
        let mut findings = structure.findings.clone();
        let tokens = sample.len();
        let prediction = predictors::run(&layout, &structure.kept);
        let guessed = dictionary::run(sample, &layout, options, watch);
        let tests = battery::run(&layout.fields, &structure.kept, options.seed);

        let mut upper = structure.upper;
        if let Some(prediction) = &prediction {
            findings.push(prediction.finding());
            upper = upper.min(prediction.state);
        }
        if let Some(guessed) = &guessed {
            findings.push(guessed.finding());
            upper = upper.min(guessed.bits());
        }
        if let Some(readable) = &layout.readable {
            findings.push(self_contained(readable.format));
        }
        let places: Vec<Vec<f64>> = layout
            .fields
            .iter()
            .zip(&structure.kept)
            .map(|(field, kept)| bounds::per_place(field, kept))
            .collect();
        let is_counted = !layout.fields.is_empty();
        let repeated = repeats.finding(tokens, if is_counted { structure.upper } else { REQUIRED });
        if repeated.is_some() {
            upper = upper.min(bounds::collision_estimate(tokens, repeats.pairs).unwrap_or(upper));
        }
        findings.extend(repeated);
        if is_counted {
            for finding in &mut findings {
                if is_structure(finding.kind) && upper < REQUIRED - ROUNDING {
                    finding.severity = finding.severity.max(severity(upper, structure.is_uuid));
                }
            }
            findings.extend(too_short(&structure));
        } else if layout.readable.is_none() {
            findings.extend(too_short_at_most(&layout.texts));
        }
        let strong = confirmed_at(&tests, CONFIRMED);
        let weak = confirmed_at(&tests, FAMILY_WISE);
        let rejected = findings_of(&strong, upper);
        let unconfirmed: Vec<_> =
            weak.into_iter().filter(|(family, _)| strong.iter().all(|(other, _)| other != family)).collect();
        let is_independent = rejected.is_empty() && unconfirmed.is_empty();
        findings.extend(rejected);
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.kind.cmp(&b.kind)));
        let numbers = is_counted.then(|| {
            let nominal = layout.fields.iter().map(super::decode::Field::nominal).sum();
            // Adding up places holds only while no test saw one depend on another.
            let added: f64 = places.iter().flatten().sum();
            let pairs = bounds::collision_bound(tokens, repeats.pairs);
            let lower = if is_independent { added } else { pairs / 2.0 };
            Numbers { nominal, upper, lower: lower.min(upper) }
        });
        let mut strip = vec![0.0; layout.texts.first().map_or(0, String::len)];
        for (field, bits) in layout.fields.iter().zip(&places) {
            for (place, bits) in field.places.iter().zip(bits) {
                if let Some(cell) = strip.get_mut(*place) {
                    *cell = *bits;
                }
            }
        }
        if !is_counted {
            strip.clear();
        }
        let looks = looks(&tests);
        Self {
            tokens,
            distinct: repeats.distinct,
            format: layout.format,
            carries: layout.readable.map(|readable| readable.names).unwrap_or_default(),
            numbers,
            findings,
            tests: tests.len(),
            looks,
            strip,
            signature: layout.signature,
            unconfirmed,
            options: options.clone(),
        }
    }

    /// Whether a fresh sample of the same size would decide: a family of tests rejected, and not so clearly that it
    /// stands for itself.
    pub fn needs_fresh_sample(&self) -> bool {
        !self.unconfirmed.is_empty()
    }

    /// Decides with a fresh sample, whose same family of tests has to reject again.
    #[must_use]
    pub fn confirmed_by(mut self, fresh: &Sample) -> Self {
        let layout = Layout::of(fresh.texts());
        let structure = Structure::of(fresh, &layout, &self.options);
        let tests = battery::run(&layout.fields, &structure.kept, self.options.seed.wrapping_add(1));
        let again = confirmed_at(&tests, FAMILY_WISE);
        let (confirmed, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.unconfirmed)
            .into_iter()
            .partition(|(family, _)| again.iter().any(|(other, _)| other == family));
        self.unconfirmed = left;
        let upper = self.numbers.map_or(REQUIRED, |numbers| numbers.upper);
        self.findings.extend(findings_of(&confirmed, upper));
        self.findings.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.kind.cmp(&b.kind)));
        self
    }

    /// What follows: a failure at the worst severity of the findings, a pass, or that it is unstable.
    pub fn verdict(&self) -> Verdict {
        let worst = self.findings.iter().map(|finding| finding.severity).max();
        match worst {
            Some(severity) if severity > Severity::Information => Verdict::Fail { severity },
            _ if self.needs_fresh_sample() => Verdict::Inconclusive { reason: Reason::Unstable },
            _ if self.says_nothing() => Verdict::Inconclusive { reason: Reason::NotObserved },
            _ => Verdict::Pass,
        }
    }

    /// Whether the list is too small, or in no form that can be counted.
    fn says_nothing(&self) -> bool {
        self.tokens < ENOUGH
            || (self.numbers.is_none() && self.carries.is_empty() && self.findings.is_empty())
    }

    /// The verdict in words that claim no more than the data show.
    pub fn sentence(&self) -> String {
        let numbers = self.numbers.map(|numbers| (numbers.nominal, numbers.upper, numbers.lower));
        match (self.verdict(), numbers) {
            (Verdict::Fail { .. }, _) => {
                self.findings.first().map(|finding| finding.headline.clone()).unwrap_or_default()
            }
            (Verdict::Inconclusive { reason: Reason::NotObserved }, _) if self.tokens < ENOUGH => {
                format!("{} tokens are too few: {ENOUGH} show what is gross, 200 what is not", self.tokens)
            }
            (Verdict::Inconclusive { reason: Reason::NotObserved }, _) => {
                format!("nothing of it can be counted: {}", self.format)
            }
            (Verdict::Inconclusive { .. }, _) => {
                let families: Vec<_> = self.unconfirmed.iter().map(|(family, _)| family.says()).collect();
                format!("rejected once and not confirmed: that {}", families.join("; that "))
            }
            (_, Some((_, upper, lower))) => {
                format!("no evidence against {upper:.0} bits; data alone support >= {lower:.0} bits")
            }
            _ => "nothing of it can be counted in bits".to_owned(),
        }
    }

    /// What was measured, for reports to draw.
    pub fn plots(&self) -> Vec<Plot> {
        if self.strip.is_empty() {
            return Vec::new();
        }
        vec![Plot::Strip {
            title: "bits that the data support, for each character".to_owned(),
            unit: "bits".to_owned(),
            values: self.strip.clone(),
        }]
    }
}

fn self_contained(format: &str) -> Finding {
    Finding::new(
        FindingKind::SelfContained,
        Severity::Information,
        format!("the tokens are {format}: they carry their content, and rest on their signature"),
    )
}

const fn is_structure(kind: FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::Timestamp
            | FindingKind::Counter
            | FindingKind::OfTheAccount
            | FindingKind::OfTheConnection
            | FindingKind::Dependent
    )
}

/// A format that is too short, whatever fills it.
fn too_short(structure: &Structure) -> Option<Finding> {
    let is_said = structure.findings.iter().any(|finding| finding.kind == FindingKind::Uuid4);
    if structure.open >= REQUIRED - ROUNDING || is_said {
        return None;
    }
    let headline = format!("{:.0} bits of the format vary, where 128 are asked for", structure.open);
    Some(Finding::new(FindingKind::TooShort, severity(structure.open, structure.is_uuid), headline))
}

/// Tokens of several lengths, the longest of which is too short.
fn too_short_at_most(texts: &[String]) -> Option<Finding> {
    let longest = texts.iter().map(|text| text.chars().count()).max()?;
    let alphabet = Alphabet::of(texts.iter().map(String::as_str))?;
    let bits = bounds::real(longest) * bounds::real(alphabet.characters.len()).log2();
    (bits < REQUIRED - ROUNDING).then(|| {
        let headline = format!(
            "{longest} characters of {} at most: {bits:.0} bits, where 128 are asked for",
            alphabet.name
        );
        Finding::new(FindingKind::TooShort, severity(bits, false), headline)
    })
}

fn severity(bits: f64, is_uuid: bool) -> Severity {
    if bits < GUESSABLE {
        Severity::High
    } else if is_uuid && bits >= 122.0 - ROUNDING {
        Severity::Low
    } else {
        Severity::Medium
    }
}

/// The families that reject at this level, each with its strongest result in words.
fn confirmed_at(tests: &[Test], level: f64) -> Vec<(Family, String)> {
    let values: Vec<f64> = tests.iter().map(|test| test.p).collect();
    let mut worst: Vec<(Family, &Test)> = Vec::new();
    for test in holm(&values, level).into_iter().filter_map(|index| tests.get(index)) {
        match worst.iter_mut().find(|(family, _)| *family == test.family) {
            Some((_, other)) if other.p <= test.p => {}
            Some((_, other)) => *other = test,
            None => worst.push((test.family, test)),
        }
    }
    worst.into_iter().map(|(family, test)| (family, told(test.effect))).collect()
}

fn findings_of(families: &[(Family, String)], upper: f64) -> Vec<Finding> {
    let severity = if upper < GUESSABLE { Severity::High } else { Severity::Medium };
    let finding = |(family, effect): &(Family, String)| {
        let headline =
            format!("the tokens are not random: it does not hold that {} ({effect})", family.says());
        Finding::new(FindingKind::Statistics, severity, headline)
    };
    families.iter().map(finding).collect()
}

fn looks(tests: &[Test]) -> Vec<Look> {
    /// More are a list that nobody reads.
    const MOST: usize = 20;
    let values: Vec<f64> = tests.iter().map(|test| test.p).collect();
    let marked = worth_a_look(&values, DISCOVERY).into_iter().take(MOST);
    let look = |test: &Test| Look {
        family: test.family,
        positions: test.places.iter().flatten().copied().collect(),
        p: test.p,
        effect: told(test.effect),
    };
    marked.filter_map(|index| tests.get(index)).map(look).collect()
}

fn told(Effect { what, found, expected }: Effect) -> String {
    let digits = if found.abs() < 10.0 { 3 } else { 0 };
    format!("{what} {found:.digits$}, expected {expected:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_are_told_with_digits_that_mean_something() {
        let effect = Effect { what: "share of ones", found: 0.6123, expected: 0.5 };
        assert_eq!(told(effect), "share of ones 0.612, expected 0.500");
    }
}

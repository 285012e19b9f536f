//! What is not random in a token, taken away before anything is tested: times, counters, parts that depend on the
//! account, checksums. What is left is the upper bound of what an attacker has to guess.

mod clocks;
mod dependent;
mod ordered;
mod owners;

use std::collections::BTreeSet;

use super::{
    bits::Bits,
    bounds::real,
    decode::{Field, Layout},
    finding::{Finding, FindingKind},
    options::Options,
    sample::Sample,
};
use crate::check::Severity;

/// A constant is one when chance makes it in less than one of 2^40 samples.
const CERTAIN_BITS: f64 = 40.0;

/// Tokens for each character that was shown, so that hardly one has not been.
const ENOUGH: f64 = 5.0;

/// What is left of one field when its structure is taken away.
pub(super) struct Kept {
    /// For each place, whether nothing of it was taken away.
    pub(super) places: Vec<bool>,
    /// The bits that are left: (place, shift).
    pub(super) columns: Vec<(usize, u32)>,
}

/// The structure of the tokens.
pub(super) struct Structure {
    pub(super) findings: Vec<Finding>,
    /// One for each field.
    pub(super) kept: Vec<Kept>,
    /// Bits that the format leaves open: those that are not the same in every token.
    pub(super) open: f64,
    /// Bits that are left when all structure is taken away.
    pub(super) upper: f64,
    pub(super) is_uuid: bool,
}

impl Structure {
    pub(super) fn of(sample: &Sample, layout: &Layout, options: &Options) -> Self {
        let mut findings = Vec::new();
        let (mut open, mut upper) = (0.0, 0.0);
        let uuid = layout.fields.first().filter(|_| layout.fields.len() == 1).and_then(uuid_version);
        let mut kept = Vec::new();
        for field in &layout.fields {
            let mut taken = Taken::none(field);
            let windows = ordered::windows(field);
            let mut left_of_windows = 0.0;
            for window in &windows {
                findings.push(clocks::told(sample, field, window, options));
                left_of_windows += window.left;
                taken.window(field, window);
            }
            let mut constant = taken.constants(field);
            if uuid.is_some() {
                constant += taken.uuid();
            }
            open += field.nominal() - constant;
            left_of_windows += taken.cut(field);
            for finding in owners::parts(sample, field, &mut taken) {
                findings.push(finding);
            }
            left_of_windows += taken.narrow(field);
            if let Some(finding) = dependent::found(field, &mut taken) {
                findings.push(finding);
            }
            upper += taken.left(field) + left_of_windows;
            kept.push(taken.kept(field));
        }
        findings.extend(owners::personal(sample, layout, options));
        if uuid == Some(4) && findings.is_empty() {
            findings.push(Finding::new(
                FindingKind::Uuid4,
                Severity::Low,
                "a UUID of version 4: 122 random bits, where ASVS 7.2.3 and 11.5.1 ask for 128; its 6 fixed bits \
                 are its format and no weakness of the generator",
            ));
        }
        Self { findings, kept, open, upper, is_uuid: uuid.is_some() }
    }
}

/// The version, where every token is a UUID (RFC 9562).
fn uuid_version(field: &Field) -> Option<u8> {
    let is_hex = field.bits() == Some(4) && field.sizes.len() == 32;
    let version = *field.symbols.first()?.get(12)?;
    let is_one = |row: &Vec<u8>| {
        row.get(12) == Some(&version) && row.get(16).is_some_and(|variant| (8..12).contains(variant))
    };
    let is_uuid = is_hex && (1..=8).contains(&version) && field.symbols.iter().all(is_one);
    // The format takes 6 bits; chance takes them all in one of 64 tokens.
    (is_uuid && field.symbols.len() >= 5).then_some(version)
}

/// What was taken away of one field.
struct Taken {
    places: Vec<bool>,
    /// As `Field::bit_places`; empty where characters are not bits.
    bits: Vec<bool>,
    bit_places: Vec<(usize, u32)>,
}

impl Taken {
    fn none(field: &Field) -> Self {
        let bit_places = field.bit_places();
        Self { places: vec![false; field.sizes.len()], bits: vec![false; bit_places.len()], bit_places }
    }

    fn take_bit(&mut self, at: usize) -> bool {
        match self.bits.get_mut(at) {
            Some(taken) if !*taken => {
                *taken = true;
                if let Some((place, _)) = self.bit_places.get(at)
                    && let Some(taken) = self.places.get_mut(*place)
                {
                    *taken = true;
                }
                true
            }
            _ => false,
        }
    }

    fn take_place(&mut self, place: usize) {
        if let Some(taken) = self.places.get_mut(place) {
            *taken = true;
        }
        for (taken, (at, _)) in self.bits.iter_mut().zip(&self.bit_places) {
            *taken |= *at == place;
        }
    }

    /// Whether nothing is left of a place: one of its bits may be the same everywhere, and the others tell something.
    fn is_gone(&self, place: usize) -> bool {
        if self.bits.is_empty() {
            return self.places.get(place).copied().unwrap_or(true);
        }
        let mut own = self.bit_places.iter().zip(&self.bits).filter(|((at, _), _)| *at == place);
        own.all(|(_, taken)| *taken)
    }

    fn window(&mut self, field: &Field, window: &ordered::Window) {
        if field.bits().is_some() {
            window.bits.clone().for_each(|at| {
                self.take_bit(at);
            });
        } else {
            window.places.clone().for_each(|place| self.take_place(place));
        }
    }

    /// Takes what is the same in every token, and says how many bits of the format that were.
    fn constants(&mut self, field: &Field) -> f64 {
        let tokens = field.symbols.len().saturating_sub(1);
        #[expect(clippy::cast_precision_loss, reason = "a sample is small")]
        let tokens = tokens as f64;
        let mut constant = 0.0;
        if self.bits.is_empty() {
            for (place, size) in field.sizes.iter().enumerate() {
                let is_taken = self.places.get(place).copied().unwrap_or(true);
                if !is_taken && tokens * f64::from(*size).log2() >= CERTAIN_BITS && is_constant(field, place)
                {
                    self.take_place(place);
                    constant += f64::from(*size).log2();
                }
            }
            return constant;
        }
        for at in 0..self.bits.len() {
            let Some((place, shift)) = self.bit_places.get(at).copied() else { continue };
            let size = field.sizes.get(place).map_or(1.0, |size| f64::from(*size));
            let whole = tokens * size.log2() >= CERTAIN_BITS && is_constant(field, place);
            let is_certain = whole || tokens >= CERTAIN_BITS && is_same(&field.column(place, shift));
            if is_certain && self.take_bit(at) {
                constant += 1.0;
            }
        }
        constant
    }

    /// Takes where a number begins that is written in a base which is no power of two, and says what is left of it:
    /// its first digit has fewer values than the others, behind a fixed part as well, and the second not all of them
    /// as often. Both are the format, and no weakness of the generator.
    fn cut(&mut self, field: &Field) -> f64 {
        if !self.bits.is_empty() {
            return 0.0;
        }
        let Some(first) = self.places.iter().position(|taken| !taken) else { return 0.0 };
        let values: BTreeSet<_> = field.symbols.iter().map(|row| row.get(first)).collect();
        let size = f64::from(field.sizes.get(first).copied().unwrap_or(1));
        let (values, tokens) = (real(values.len()), real(field.symbols.len()));
        if tokens * (size / values).log2() < CERTAIN_BITS {
            return 0.0;
        }
        let second = field.sizes.get(first + 1).filter(|_| self.places.get(first + 1) == Some(&false));
        let left = values.log2() + second.map_or(0.0, |size| f64::from(*size).log2());
        self.take_place(first);
        self.take_place(first + 1);
        left
    }

    /// Takes places that have half of the alphabet's characters at most, such as hex behind base64, and says what is
    /// left of them: what is asked of the alphabet as a whole cannot be asked of them.
    fn narrow(&mut self, field: &Field) -> f64 {
        let mut left = 0.0;
        for (place, size) in field.sizes.iter().enumerate() {
            if self.is_gone(place) {
                continue;
            }
            let shown: BTreeSet<_> = field.symbols.iter().map(|row| row.get(place)).collect();
            let (shown, tokens) = (real(shown.len()), real(field.symbols.len()));
            let size = f64::from(*size);
            if shown * 2.0 <= size
                && tokens * (size / shown).log2() >= CERTAIN_BITS
                && tokens >= shown * ENOUGH
            {
                self.take_place(place);
                left += shown.log2();
            }
        }
        left
    }

    /// Takes the six bits that a UUID has fixed, where they are not taken yet, and counts those.
    fn uuid(&mut self) -> f64 {
        [48, 49, 50, 51, 64, 65].into_iter().filter(|at| self.take_bit(*at)).map(|_| 1.0).sum()
    }

    /// Bits of the format that are left.
    fn left(&self, field: &Field) -> f64 {
        if self.bits.is_empty() {
            let places = field.sizes.iter().zip(&self.places).filter(|(_, taken)| !**taken);
            return places.map(|(size, _)| f64::from(*size).log2()).sum();
        }
        self.bits.iter().filter(|taken| !**taken).map(|_| 1.0).sum()
    }

    fn kept(self, field: &Field) -> Kept {
        let columns = self.bit_places.iter().zip(&self.bits).filter(|(_, taken)| !**taken);
        let columns = columns.map(|(column, _)| *column).collect();
        let mut places: Vec<bool> = self.places.iter().map(|taken| !taken).collect();
        places.truncate(field.sizes.len());
        Kept { places, columns }
    }
}

fn is_constant(field: &Field, place: usize) -> bool {
    let mut values = field.symbols.iter().map(|row| row.get(place));
    let first = values.next();
    values.all(|value| Some(value) == first)
}

fn is_same(column: &Bits) -> bool {
    let ones = column.ones();
    ones == 0 || ones == column.len()
}

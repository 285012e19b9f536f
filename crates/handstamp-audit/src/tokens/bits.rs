//! Vectors of bits, and how many of them are independent over GF(2).

/// Bits in words, the first in the lowest bit of the first word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    pub(super) fn zeros(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(super) fn get(&self, at: usize) -> bool {
        self.words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub(super) fn set(&mut self, at: usize, is_one: bool) {
        if let Some(word) = self.words.get_mut(at / 64) {
            *word = *word & !(1 << (at % 64)) | u64::from(is_one) << (at % 64);
        }
    }

    pub(super) fn push(&mut self, is_one: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        self.len += 1;
        self.set(self.len - 1, is_one);
    }

    pub(super) fn xor(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word ^= other;
        }
    }

    pub(super) fn first_one(&self) -> Option<usize> {
        let (index, word) = self.words.iter().enumerate().find(|(_, word)| **word != 0)?;
        Some(index * 64 + word.trailing_zeros() as usize)
    }

    pub(super) fn ones(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// In how many of the places up to `len - lag` this and the other, `lag` places on, differ.
    pub(super) fn differences(&self, other: &Self, lag: usize) -> usize {
        let len = self.len.min(other.len).saturating_sub(lag);
        let (skip, shift) = (lag / 64, lag % 64);
        let word = |at: usize| other.words.get(at).copied().unwrap_or(0);
        let mut count = 0;
        for (index, own) in self.words.iter().enumerate().take(len.div_ceil(64)) {
            let mut later = word(index + skip) >> shift;
            if shift > 0 {
                later |= word(index + skip + 1) << (64 - shift);
            }
            let left = len - index * 64;
            let mask = if left >= 64 { u64::MAX } else { (1 << left) - 1 };
            count += ((own ^ later) & mask).count_ones() as usize;
        }
        count
    }
}

impl FromIterator<bool> for Bits {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        let mut all = Self::default();
        bits.into_iter().for_each(|bit| all.push(bit));
        all
    }
}

/// A growing set of independent vectors.
#[derive(Default)]
pub(super) struct Span {
    /// Each vector with the place of its first one, in which no later vector has a one.
    pivots: Vec<(usize, Bits)>,
}

impl Span {
    /// Adds a vector, and says whether it was independent of the ones before it.
    pub(super) fn add(&mut self, mut vector: Bits) -> bool {
        for (pivot, row) in &self.pivots {
            if vector.get(*pivot) {
                vector.xor(row);
            }
        }
        match vector.first_one() {
            Some(pivot) => {
                self.pivots.push((pivot, vector));
                true
            }
            None => false,
        }
    }

    pub(super) fn rank(&self) -> usize {
        self.pivots.len()
    }
}

/// A system of linear equations over GF(2): each row is the coefficients, then the right side.
#[derive(Default)]
pub(super) struct Equations {
    rows: Vec<(usize, Bits)>,
    contradicted: bool,
}

impl Equations {
    /// Adds an equation whose last bit, at `unknowns`, is the right side.
    pub(super) fn add(&mut self, mut equation: Bits, unknowns: usize) {
        for (pivot, row) in &self.rows {
            if equation.get(*pivot) {
                equation.xor(row);
            }
        }
        match equation.first_one() {
            Some(pivot) if pivot < unknowns => self.rows.push((pivot, equation)),
            Some(_) => self.contradicted = true,
            None => {}
        }
    }

    pub(super) fn is_contradicted(&self) -> bool {
        self.contradicted
    }

    pub(super) fn rank(&self) -> usize {
        self.rows.len()
    }

    /// One solution; unknowns that nothing decides are zero.
    pub(super) fn solution(&self, unknowns: usize) -> Option<Bits> {
        if self.contradicted {
            return None;
        }
        let mut solution = Bits::zeros(unknowns);
        for (pivot, row) in self.rows.iter().rev() {
            let mut value = row.get(unknowns);
            for at in 0..unknowns {
                value ^= at != *pivot && row.get(at) && solution.get(at);
            }
            solution.set(*pivot, value);
        }
        Some(solution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_counted_over_word_borders() {
        let bits: Bits = (0..200).map(|at| at % 3 == 0).collect();
        for lag in [0, 1, 63, 64, 65, 130] {
            let expected = (0..200 - lag).filter(|at| bits.get(*at) != bits.get(at + lag)).count();
            assert_eq!(bits.differences(&bits, lag), expected, "{lag}");
        }
    }

    #[test]
    fn equations_are_solved_and_contradictions_seen() {
        let row = |text: &str| text.chars().map(|c| c == '1').collect::<Bits>();
        let mut equations = Equations::default();
        for text in ["1101", "0110", "1010"] {
            equations.add(row(text), 3);
        }
        assert!(equations.is_contradicted());
        let mut equations = Equations::default();
        for text in ["1101", "0110", "0011"] {
            equations.add(row(text), 3);
        }
        assert_eq!(equations.solution(3), Some(row("011")));
    }
}

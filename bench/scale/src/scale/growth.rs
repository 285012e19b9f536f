//! One operation at every size, round by round, and how its cost grows.

use results::{Measured, Unit};

use super::noted;
use crate::{
    measure::{median, spread},
    report::Table,
};

/// The promise: so many times the smallest.
const BOUND: f64 = 1.5;

/// A table of operations by size.
pub struct Growth<'a> {
    sizes: Vec<usize>,
    table: Table,
    measured: &'a mut Measured,
}

impl<'a> Growth<'a> {
    pub fn new(title: String, sizes: Vec<usize>, measured: &'a mut Measured) -> Self {
        let mut heads = vec!["CPU us".to_owned()];
        heads.extend(sizes.iter().map(usize::to_string));
        if let [smaller @ .., largest] = sizes.as_slice() {
            heads.extend(smaller.iter().rev().map(|size| format!("{largest} : {size}")));
        }
        heads.extend(["at most 1.5"].map(str::to_owned));
        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
        let table = Table::new(title, &heads);
        Self { sizes, table, measured }
    }

    /// Adds an operation: for each size, the CPU time of one of them in each round. The bound is on the
    /// largest to the smallest.
    pub fn add(&mut self, name: &str, times: &[Vec<f64>]) {
        let mut cells = vec![name.to_owned()];
        cells.extend(times.iter().map(|times| format!("{:.2}", median(times))));
        let mut holds = true;
        if let [smaller @ .., largest] = times {
            for smaller in smaller.iter().rev() {
                let ratios: Vec<f64> =
                    largest.iter().zip(smaller).map(|(large, small)| large / small).collect();
                holds = median(&ratios) <= BOUND;
                cells.push(format!("{:.2} ({})", median(&ratios), spread(&ratios)));
            }
        }
        cells.push(self.table.verdict(holds));
        self.table.add(cells);
        for (size, times) in self.sizes.iter().zip(times) {
            self.measured.add(noted(name, size.to_string(), Unit::CpuMicroseconds, times.clone()));
        }
    }

    /// Prints it. Are all its bounds kept?
    pub fn print(&self) -> bool {
        self.table.print()
    }
}

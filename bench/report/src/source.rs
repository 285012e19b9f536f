//! What was measured, as far as it is there.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use results::{Measured, Row, Unit};

/// All measurements. One that was not made is absent.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) in_process: Option<Measured>,
    pub(crate) loopback: Option<Measured>,
    pub(crate) scale: Option<Measured>,
    pub(crate) sign_ins: Option<Measured>,
}

impl Results {
    /// Reads the files that are in the folder.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let file = |name: &str| {
            let file = folder.join(name);
            file.exists().then(|| Measured::read(&file)).transpose()
        };
        Ok(Self {
            in_process: file("in-process.json")?,
            loopback: file("loopback.json")?,
            scale: file("scale.json")?,
            sign_ins: file("sign-ins.json")?,
        })
    }

    /// Those that are there.
    pub(crate) fn present(&self) -> impl Iterator<Item = &Measured> {
        [&self.in_process, &self.loopback, &self.scale, &self.sign_ins].into_iter().flatten()
    }
}

/// A side's figures, under whichever circumstances: without sockets there is one kind only.
pub(crate) fn figures<'a>(measured: &'a Measured, side: &str, work: &str, unit: Unit) -> Option<&'a Row> {
    measured.rows.iter().find(|row| row.side == side && row.work == work && row.unit == unit)
}

/// What one side adds to its control.
pub(crate) fn added(measured: &Measured, side: &str, work: &str, unit: Unit) -> Option<Vec<f64>> {
    measured.adds(figures(measured, side, work, unit)?)
}

/// The rows of a measurement by size, smallest first.
pub(crate) fn by_size<'a>(measured: &'a Measured, work: &str) -> Vec<(u64, &'a Row)> {
    let rows = measured.rows.iter().filter(|row| row.work == work);
    let sizes: BTreeMap<u64, &Row> = rows.filter_map(|row| Some((row.setting.parse().ok()?, row))).collect();
    sizes.into_iter().collect()
}

/// Each value once, in the order of its first row.
pub(crate) fn distinct<'a>(measured: &'a Measured, value: impl Fn(&'a Row) -> &'a str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for row in &measured.rows {
        let value = value(row);
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

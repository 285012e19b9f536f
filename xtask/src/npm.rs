//! Packages from npm, for the programs of this repository that run on Node.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::process;

/// Copies `package.json` and its lock into a place under the build directory, so that the source tree stays
/// clean, and installs the packages there where the lock has changed.
pub(crate) fn install(source: &Path, place: &Path) -> Result<()> {
    let lock = source.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    let installed = place.join("installed-lock.json");
    if fs::read(&installed).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    fs::create_dir_all(place)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), place.join(file))?;
    }
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    process::run_or_last_line(Command::new("npm").args(install).current_dir(place))?;
    // Written last: an install that was cut short is done again.
    fs::write(installed, lock)?;
    Ok(())
}

//! Packages from the Python Package Index, for the programs of this repository that run on Python.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::process;

/// Makes a virtual environment below `place` with what `requirements.txt` names, where that has changed.
pub(crate) fn install(source: &Path, place: &Path) -> Result<()> {
    let requirements = source.join("requirements.txt");
    let wanted =
        fs::read(&requirements).with_context(|| format!("{} cannot be read", requirements.display()))?;
    let installed = place.join("installed-requirements.txt");
    if fs::read(&installed).is_ok_and(|known| known == wanted) {
        return Ok(());
    }
    fs::create_dir_all(place)?;
    let folder = place.join("venv");
    process::run_or_last_line(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let install = ["install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--no-deps"];
    let pip = folder.join("bin").join("pip");
    process::run_or_last_line(Command::new(pip).args(install).arg("--requirement").arg(&requirements))?;
    // Written last: an install that was cut short is done again.
    fs::write(installed, wanted)?;
    Ok(())
}

//! Real applications on other frameworks, prepared and audited: `crates/handstamp-cli/tests/targets`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::{npm, process, python, repository::Repository, tools::Tool};

/// The programs that they run on.
pub(super) const NEEDS: &[Tool] = &[Tool::Node, Tool::Npm, Tool::Python, Tool::Php];

/// The workspace of the application in Rust, apart so that its dependencies are none of ours.
pub(super) const AXUM_LOGIN: &str = "tests/targets/axum-login/Cargo.toml";

/// As many as there are tests: most of their time they wait for a minute to pass.
const THREADS: &str = "--test-threads=16";

/// Prepares every application and audits it.
pub(super) fn run(repository: &Repository) -> Result<()> {
    let place = prepare(repository)?;
    let mut build = repository.cargo(&["build", "--locked", "--manifest-path", AXUM_LOGIN, "--target-dir"]);
    process::run(build.arg(repository.target()))?;
    // With the features of the whole workspace, so that little is compiled again.
    let test = ["test", "--workspace", "--all-features", "--test", "targets", "--", THREADS];
    process::run(repository.cargo(&test).env("HANDSTAMP_TARGETS", place))
}

/// Copies the applications beside what they need under the build directory, so that the source tree stays clean.
fn prepare(repository: &Repository) -> Result<PathBuf> {
    let place = repository.target().join("targets");
    for (name, install) in [
        ("express", npm::install as fn(&Path, &Path) -> Result<()>),
        ("flask", python::install),
        ("django", python::install),
        ("php", |_, _| Ok(())),
        ("axum-login", |_, _| Ok(())),
    ] {
        let source = repository.root().join("tests").join("targets").join(name);
        let place = place.join(name);
        copy_files(&source, &place).with_context(|| format!("{} cannot be copied", source.display()))?;
        install(&source, &place).with_context(|| format!("{name} is not prepared"))?;
    }
    Ok(place)
}

/// The files of a folder, without those in folders below it.
fn copy_files(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

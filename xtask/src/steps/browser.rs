//! The demo as a person sees it: the tests of `tests/browser` in a headless Chromium.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    demo::Demo,
    npm, process,
    repository::Repository,
    tools::{self, Tool},
};

/// The programs that the tests start.
pub(super) const NEEDS: &[Tool] = &[Tool::Node, Tool::Npm, Tool::Chromium];

/// Runs every `*.test.js`.
pub(super) fn run(repository: &Repository) -> Result<()> {
    let place = prepare(repository)?;
    let demo = Demo::start(repository)?;
    let mut node = node(&place, &demo);
    node.args(["--test", "--test-reporter=spec"]);
    process::run(&mut node).with_context(|| demo.said())
}

/// Takes the pictures of the documentation.
pub(crate) fn pictures(repository: &Repository) -> Result<()> {
    let place = prepare(repository)?;
    let demo = Demo::start(repository)?;
    let folder = repository.root().join("docs").join("pictures");
    fs::create_dir_all(&folder)?;
    let mut node = node(&place, &demo);
    node.arg("pictures.js").env("HANDSTAMP_PICTURES", folder);
    process::run(&mut node).with_context(|| demo.said())
}

fn node(place: &Path, demo: &Demo) -> Command {
    let mut command = Command::new("node");
    command
        .current_dir(place)
        .env("HANDSTAMP_URL", demo.url())
        .env("HANDSTAMP_LOG", demo.log())
        .env("HANDSTAMP_PROGRAM", demo.program())
        .env("CHROMIUM", tools::chromium());
    command
}

/// Copies the tests beside their packages under the build directory, so that the source tree stays clean.
fn prepare(repository: &Repository) -> Result<PathBuf> {
    let source = repository.root().join("tests").join("browser");
    let place = repository.target().join("browser");
    let tests = place.join("tests");
    if tests.exists() {
        fs::remove_dir_all(&tests)?;
    }
    copy(&source, &tests).with_context(|| format!("{} cannot be copied", source.display()))?;

    npm::install(&source, &place)?;
    Ok(tests)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, copied) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name() == "node_modules" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&source, &copied)?;
        } else {
            fs::copy(&source, &copied)?;
        }
    }
    Ok(())
}

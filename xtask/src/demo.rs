//! The demo, built and running for as long as a step needs it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{
    process::{self, Running},
    repository::Repository,
};

/// How long it may take from its start to its address.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running demo on a port of its own, in a folder of its own; it ends when dropped.
pub(crate) struct Demo {
    // Before the folder: fields are dropped in order, and the program has to end first.
    _running: Running,
    folder: TempDir,
    program: PathBuf,
    url: String,
}

impl Demo {
    /// Builds the program as the tests do, so that little is compiled again, and starts it.
    pub(crate) fn start(repository: &Repository) -> Result<Self> {
        let build = ["build", "--workspace", "--all-features", "--bin", "handstamp"];
        process::run(&mut repository.cargo(&build))?;
        let program = repository.target().join("debug").join("handstamp");
        let folder = tempfile::tempdir()?;
        let log = File::create(folder.path().join(LOG))?;
        let mut command = Command::new(&program);
        // Never the state of whoever runs the tests.
        command.args(["demo", "--port", "0", "--test-clock", "--state", "state"]).current_dir(folder.path());
        let (running, url) =
            Running::start(&mut command, log, PATIENCE, address).with_context(|| said(&folder))?;
        Ok(Self { _running: running, folder, program, url })
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The program itself, for tests that stop and start a demo of their own.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// The file with all it printed so far: reset links stand there.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join(LOG)
    }

    /// What it printed so far, for an error.
    pub(crate) fn said(&self) -> String {
        said(&self.folder)
    }
}

const LOG: &str = "demo.log";

fn said(folder: &TempDir) -> String {
    let log = fs::read_to_string(folder.path().join(LOG)).unwrap_or_default();
    format!("the demo printed:\n{log}")
}

/// The address in a line that names one.
fn address(line: &str) -> Option<String> {
    let start = line.find("http://localhost:")?;
    line[start..].split_whitespace().next().map(|url| url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_address_is_found_in_its_line_and_nowhere_else() {
        let expected = Some("http://localhost:4321".to_owned());
        assert_eq!(address("http://localhost:4321"), expected);
        assert_eq!(address("Open http://localhost:4321/ in a browser"), expected);
        assert_eq!(address("listening"), None);
    }
}

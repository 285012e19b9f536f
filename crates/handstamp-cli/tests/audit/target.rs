//! The application with a login form, a page of one's own and a way out, which `init` has to find its way in.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Output};

use handstamp_audit_target::{Options, Running};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::audit;

/// The variable of alice's password, and the password.
pub const ALICE: (&str, &str) = ("ALICE_PASSWORD", "correct-horse-alice");
/// Those of bob.
pub const BOB: (&str, &str) = ("BOB_PASSWORD", "correct-horse-bob");

/// The application, and an empty folder.
pub struct Target {
    running: Running,
    pub folder: TempDir,
    // Ends last: the application runs on it.
    _runtime: Runtime,
}

impl Target {
    pub fn open() -> Self {
        let runtime = Runtime::new().unwrap();
        let running = runtime.block_on(Options::new().start()).unwrap();
        Self { running, folder: tempfile::tempdir().unwrap(), _runtime: runtime }
    }

    pub fn address(&self) -> String {
        self.running.address()
    }

    /// `handstamp audit` with these arguments, both passwords in the environment.
    pub fn audit(&self, arguments: &[&str]) -> Output {
        let mut command = audit(self.folder.path(), arguments);
        command.envs([ALICE, BOB]).output().unwrap()
    }

    /// A file of the folder that only its owner may read.
    pub fn private(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        fs::read_to_string(path).unwrap()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

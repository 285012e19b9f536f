//! The binary, run against a small application.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::shop::{Behaviour, Logout, Shop, password, recipe};

/// A folder with a recipe for an application that runs.
pub struct Place {
    pub shop: Shop,
    pub folder: TempDir,
}

impl Place {
    pub fn new(logout: Logout, attributes: &'static str) -> Self {
        Self::behaving(Behaviour { logout, attributes, echo: |_, _| String::new() })
    }

    pub fn behaving(behaviour: Behaviour) -> Self {
        let shop = Shop::open(behaviour);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("recipe.toml"), recipe(shop.address)).unwrap();
        Self { shop, folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `handstamp audit run recipe.toml` with these arguments, in the folder.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let all = [&["run", "recipe.toml"], arguments].concat();
        audit(self.folder.path(), &all).output().unwrap()
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        let all = [&["run", "recipe.toml"], arguments].concat();
        audit(self.folder.path(), &all).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

/// `handstamp audit` with these arguments, in this folder.
pub fn audit(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handstamp"));
    command.arg("audit").args(arguments).current_dir(folder);
    command.env("ALICE", password("alice")).env("BOB", password("bob"));
    command
}

/// The code that it ended with, what it printed and what it said.
pub fn parts(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

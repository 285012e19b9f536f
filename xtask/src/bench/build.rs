//! Everything that a measurement runs, built before it. A side is a package by itself: one that cannot be built
//! is named, and does not stand in the way of the others.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::part::Part;
use crate::{npm, process, repository::Repository};

/// What became of the sides.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// Programs that are not there: name, and the last words of whoever should have built them.
    pub(super) missing: Vec<(String, String)>,
}

/// Builds what these parts run. The sides on Node are laid out in `node`.
pub(super) fn all(repository: &Repository, parts: &[Part], node: &Path) -> Result<Built> {
    let mut own: Vec<&str> = parts.iter().map(|part| part.package()).collect();
    own.dedup();
    for package in own {
        build(repository, package)?;
    }

    let mut built = Built::default();
    let peers = repository.root().join("bench").join("peers");
    if parts.iter().any(|part| part.runs_peers()) {
        for folder in folders_with(&peers, "Cargo.toml")? {
            let program = format!("peer-{}", name(&folder));
            built.note(&program, build(repository, &program));
        }
    }
    if parts.iter().any(|part| part.runs_node()) {
        for folder in folders_with(&peers, "package.json")? {
            built.note(&name(&folder), lay_out(&folder, &node.join(name(&folder))));
        }
    }
    if !built.missing.is_empty() {
        println!("\nnot built, and left out of what follows:");
        for (program, why) in &built.missing {
            println!("    {program}: {why}");
        }
    }
    Ok(built)
}

impl Built {
    fn note(&mut self, program: &str, outcome: Result<()>) {
        if let Err(error) = outcome {
            self.missing.push((program.to_owned(), format!("{error:#}")));
        }
    }
}

/// Builds one package by itself, so that no other's features come in.
fn build(repository: &Repository, package: &str) -> Result<()> {
    process::run_or_last_line(
        repository
            .cargo(&["build", "--release", "--locked", "--manifest-path", "bench/Cargo.toml"])
            .args(["--package", package, "--target-dir"])
            .arg(repository.target()),
    )
}

/// Copies a side on Node beside its packages, so that the source tree stays clean.
fn lay_out(folder: &Path, place: &Path) -> Result<()> {
    npm::install(folder, place)?;
    fs::copy(folder.join("server.js"), place.join("server.js"))
        .with_context(|| format!("{} has no server.js", folder.display()))?;
    Ok(())
}

/// The folders in a folder that hold a file of this name, in the order of their names.
fn folders_with(parent: &Path, file: &str) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(parent).with_context(|| format!("{} cannot be read", parent.display()))? {
        let folder = entry?.path();
        if folder.join(file).is_file() {
            folders.push(folder);
        }
    }
    folders.sort();
    Ok(folders)
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn the_sides_are_found_in_their_folder() {
        let repository = Repository::find().unwrap();
        let peers = repository.root().join("bench").join("peers");
        let names = |file| -> Vec<String> {
            folders_with(&peers, file).unwrap().iter().map(|folder| name(folder)).collect()
        };
        assert!(names("Cargo.toml").contains(&"handstamp".to_owned()));
        assert_eq!(names("package.json"), ["express", "express-session"]);
    }

    #[test]
    fn a_side_that_cannot_be_built_is_named_with_the_reason() {
        let mut built = Built::default();
        built.note("peer-axum", Ok(()));
        built.note("peer-actix", Err(anyhow!("error: no")));
        assert_eq!(built.missing, [("peer-actix".to_owned(), "error: no".to_owned())]);
    }
}

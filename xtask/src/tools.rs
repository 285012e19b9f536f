//! The programs that steps need, how to tell that one is there, and how to get it.

use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::process;

/// A program from outside the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tool {
    Rustfmt,
    Clippy,
    Git,
    Node,
    Npm,
    Chromium,
    Python,
    Php,
    Valgrind,
    Taskset,
    Wrk,
}

/// Who hands a tool out.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    /// A component of the Rust toolchain.
    Rustup(&'static str),
    /// Packages of Debian and its relatives.
    Apt(&'static [&'static str]),
}

impl Tool {
    /// The name as its users write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rustfmt => "rustfmt",
            Self::Clippy => "clippy",
            Self::Git => "git",
            Self::Node => "node",
            Self::Npm => "npm",
            Self::Chromium => "chromium",
            Self::Python => "python3",
            Self::Php => "php",
            Self::Valgrind => "valgrind",
            Self::Taskset => "taskset",
            Self::Wrk => "wrk",
        }
    }

    /// Whether it is there and starts.
    pub(crate) fn is_there(self) -> bool {
        match self {
            Self::Rustfmt => process::succeeds("cargo", &["fmt", "--version"]),
            Self::Clippy => process::succeeds("cargo", &["clippy", "--version"]),
            Self::Git => process::succeeds("git", &["--version"]),
            Self::Node => process::succeeds("node", &["--version"]),
            Self::Npm => process::succeeds("npm", &["--version"]),
            Self::Chromium => process::succeeds(&chromium(), &["--version"]),
            // Debian has what makes virtual environments in a package of its own.
            Self::Python => process::succeeds("python3", &["-c", "import ensurepip, venv"]),
            Self::Php => process::succeeds("php", &["--version"]),
            Self::Valgrind => process::succeeds("valgrind", &["--version"]),
            Self::Taskset => process::succeeds("taskset", &["--version"]),
            // It says its version and fails.
            Self::Wrk => process::starts("wrk", &["--version"]),
        }
    }

    fn source(self) -> Source {
        match self {
            Self::Rustfmt => Source::Rustup("rustfmt"),
            Self::Clippy => Source::Rustup("clippy"),
            Self::Git => Source::Apt(&["git"]),
            Self::Node => Source::Apt(&["nodejs"]),
            Self::Npm => Source::Apt(&["npm"]),
            // Without a font of its own a headless browser draws boxes.
            Self::Chromium => Source::Apt(&["chromium", "fonts-liberation"]),
            Self::Python => Source::Apt(&["python3", "python3-venv"]),
            Self::Php => Source::Apt(&["php-cli"]),
            Self::Valgrind => Source::Apt(&["valgrind"]),
            Self::Taskset => Source::Apt(&["util-linux"]),
            Self::Wrk => Source::Apt(&["wrk"]),
        }
    }
}

/// The browser's program: `CHROMIUM` where it is set, else the one that Debian installs.
pub(crate) fn chromium() -> String {
    std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned())
}

/// Names what is missing with the commands that bring it, or runs those commands. `task` is what the user
/// called.
pub(crate) fn provide(needed: &[Tool], install: bool, task: &str) -> Result<()> {
    let missing = absent(needed);
    if missing.is_empty() {
        println!("all there: {}", names(needed));
        return Ok(());
    }
    if install {
        self::install(&missing)?;
        let still = absent(needed);
        ensure!(still.is_empty(), "installed, but these still do not start: {}", names(&still));
        return Ok(());
    }
    for tool in &missing {
        println!("missing: {}", tool.name());
    }
    println!("to install, as root:");
    for command in install_commands(&missing) {
        println!("    {command}");
    }
    bail!("missing {}; `{task} --install` installs it", names(&missing))
}

/// Those of the tools that are not there.
pub(crate) fn absent(tools: &[Tool]) -> Vec<Tool> {
    tools.iter().copied().filter(|tool| !tool.is_there()).collect()
}

/// The commands that bring what is missing, ready to be typed.
fn install_commands(missing: &[Tool]) -> Vec<String> {
    let mut components: Vec<&str> = Vec::new();
    let mut packages: Vec<&str> = Vec::new();
    for tool in missing {
        match tool.source() {
            Source::Rustup(component) => components.push(component),
            Source::Apt(names) => packages.extend(names),
        }
    }
    let mut commands = Vec::new();
    if !components.is_empty() {
        commands.push(format!("rustup component add {}", components.join(" ")));
    }
    if !packages.is_empty() {
        commands.push("apt-get update".to_owned());
        commands.push(format!("apt-get install --yes --no-install-recommends {}", packages.join(" ")));
    }
    commands
}

/// Installs what is missing: components by rustup, packages by apt-get as root.
fn install(missing: &[Tool]) -> Result<()> {
    for line in install_commands(missing) {
        let mut words = line.split(' ');
        let program = words.next().unwrap_or_default();
        ensure!(
            process::succeeds(program, &["--version"]),
            "{program} is not there to run `{line}`; install by other means: {}",
            names(missing)
        );
        process::run(Command::new(program).args(words).env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    Ok(())
}

/// The tools' names, separated by commas.
pub(crate) fn names(tools: &[Tool]) -> String {
    let names: Vec<_> = tools.iter().map(|tool| tool.name()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_missing_is_one_command_for_each_source() {
        let commands = install_commands(&[Tool::Clippy, Tool::Node, Tool::Rustfmt, Tool::Npm]);
        assert_eq!(
            commands,
            [
                "rustup component add clippy rustfmt",
                "apt-get update",
                "apt-get install --yes --no-install-recommends nodejs npm",
            ]
        );
    }

    #[test]
    fn what_the_measurements_start_comes_from_debian() {
        let commands = install_commands(&[Tool::Valgrind, Tool::Wrk]);
        assert_eq!(commands.last().unwrap(), "apt-get install --yes --no-install-recommends valgrind wrk");
    }

    #[test]
    fn nothing_missing_needs_no_command() {
        assert!(install_commands(&[]).is_empty());
    }
}

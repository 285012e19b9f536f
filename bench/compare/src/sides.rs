//! The sides that are measured, how each is started, and what it is measured against.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

/// One side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Side {
    /// Its name in all results.
    pub(crate) name: &'static str,
    /// The same stack without sessions. None for those that are one.
    pub(crate) control: Option<&'static str>,
    /// The packages that make it what it is: their versions are told.
    pub(crate) packages: &'static [&'static str],
    program: Program,
    variant: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Program {
    /// A package of this workspace, by the name of its program.
    Rust(&'static str),
    /// A folder with a `server.js`.
    Node(&'static str),
}

/// Every side. A control stands before the sides that are compared with it.
pub(crate) const ALL: [Side; 13] = [
    rust("hyper", "peer-hyper", None, &["hyper"]),
    rust("axum", "peer-axum", None, &["axum"]),
    rust("axum-extension", "peer-axum", Some("axum"), &["axum"]).variant("extension"),
    rust("handstamp", "peer-handstamp", Some("axum"), &["handstamp"]),
    rust("handstamp-near-cache", "peer-handstamp", Some("axum"), &["handstamp"]).variant("near-cache"),
    rust("tower-sessions", "peer-tower-sessions", Some("axum"), &["tower-sessions"]),
    rust("tower-sessions-default", "peer-tower-sessions", Some("axum"), &["tower-sessions"])
        .variant("default"),
    rust("axum-session", "peer-axum-session", Some("axum"), &["axum_session"]),
    rust("actix", "peer-actix", None, &["actix-web"]),
    rust("actix-session", "peer-actix-session", Some("actix"), &["actix-session"]),
    rust("actix-session-signed", "peer-actix-session", Some("actix"), &["actix-session"]).variant("signed"),
    node("express", None, &["express"]),
    node("express-session", Some("express"), &["express-session"]),
];

const fn rust(
    name: &'static str,
    program: &'static str,
    control: Option<&'static str>,
    packages: &'static [&'static str],
) -> Side {
    Side { name, control, packages, program: Program::Rust(program), variant: None }
}

const fn node(name: &'static str, control: Option<&'static str>, packages: &'static [&'static str]) -> Side {
    Side { name, control, packages, program: Program::Node(name), variant: None }
}

impl Side {
    /// Can it be measured without sockets? What runs on Node cannot.
    pub(crate) fn is_rust(&self) -> bool {
        matches!(self.program, Program::Rust(_))
    }

    /// The name of its program.
    pub(crate) fn program(&self) -> &'static str {
        match self.program {
            Program::Rust(name) | Program::Node(name) => name,
        }
    }

    /// Is it a second way to run a side, told in-process only? One that does other work than its first way
    /// stands among the servers too.
    pub(crate) fn serves(&self) -> bool {
        !matches!(self.variant, Some("extension" | "near-cache" | "signed"))
    }

    /// The words that start it, with these arguments.
    pub(crate) fn words(&self, programs: &Programs, arguments: &[&str]) -> Vec<String> {
        let mut words = match self.program {
            Program::Rust(name) => vec![spelled(&programs.rust.join(name))],
            Program::Node(name) => {
                vec!["node".to_owned(), spelled(&programs.node.join(name).join("server.js"))]
            }
        };
        words.extend(arguments.iter().map(|&word| word.to_owned()));
        if let Some(variant) = self.variant {
            words.extend(["--variant".to_owned(), variant.to_owned()]);
        }
        words
    }

    const fn variant(mut self, variant: &'static str) -> Self {
        self.variant = Some(variant);
        self
    }
}

/// Where the built sides lie.
#[derive(Debug)]
pub(crate) struct Programs {
    /// The folder of the Rust programs.
    pub(crate) rust: PathBuf,
    /// The folder that holds one folder for each side on Node, with its packages installed.
    pub(crate) node: PathBuf,
}

/// The sides with these names; all if none is named.
pub(crate) fn named(names: &[String]) -> Result<Vec<Side>> {
    for name in names {
        if !ALL.iter().any(|side| side.name == name) {
            let known: Vec<_> = ALL.iter().map(|side| side.name).collect();
            bail!("no side {name:?}; there are: {}", known.join(", "));
        }
    }
    let chosen = |side: &Side| names.is_empty() || names.iter().any(|name| name == side.name);
    Ok(ALL.into_iter().filter(chosen).collect())
}

/// A command of these words, kept on one core if one is given.
pub(crate) fn command(words: &[String], core: Option<usize>) -> Command {
    let pinned = core.map(|core| ["taskset".to_owned(), "-c".to_owned(), core.to_string()]);
    let mut all = pinned.iter().flatten().chain(words);
    let mut command = Command::new(all.next().map_or("", String::as_str));
    command.args(all);
    command
}

fn spelled(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_is_a_side_that_stands_before() {
        for (place, side) in ALL.iter().enumerate() {
            if let Some(control) = side.control {
                assert!(ALL[..place].iter().any(|other| other.name == control), "{}", side.name);
            }
        }
    }

    #[test]
    fn sides_are_chosen_by_name_in_their_own_order() {
        let chosen = named(&["handstamp".to_owned(), "axum".to_owned()]).unwrap();
        assert_eq!(chosen.iter().map(|side| side.name).collect::<Vec<_>>(), ["axum", "handstamp"]);
        assert_eq!(named(&[]).unwrap().len(), ALL.len());
        assert!(named(&["axon".to_owned()]).unwrap_err().to_string().contains("axum"));
    }

    #[test]
    fn a_side_is_started_with_its_variant_and_on_its_core() {
        let programs = Programs { rust: "r".into(), node: "n".into() };
        let [side] = named(&["tower-sessions-default".to_owned()]).unwrap()[..] else { panic!() };
        let words = side.words(&programs, &["serve"]);
        assert_eq!(words, ["r/peer-tower-sessions", "serve", "--variant", "default"]);
        let [side] = named(&["express".to_owned()]).unwrap()[..] else { panic!() };
        assert_eq!(side.words(&programs, &["serve"]), ["node", "n/express/server.js", "serve"]);

        assert_eq!(command(&words, None).get_program(), "r/peer-tower-sessions");
        let pinned = command(&words, Some(1));
        assert_eq!(pinned.get_program(), "taskset");
        assert_eq!(pinned.get_args().take(3).collect::<Vec<_>>(), ["-c", "1", "r/peer-tower-sessions"]);
    }
}

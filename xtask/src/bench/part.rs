//! The parts of the measurement: what each one shows, needs and runs.

use std::{path::Path, process::Command};

use super::{Places, build::Built};
use crate::tools::Tool;

/// One part, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Nanoseconds, instructions and allocations of six cases, beside peers, without sockets
    InProcess,
    /// Requests per second and the server's CPU time for each, beside peers, over loopback
    Loopback,
    /// The embedded store and the near cache beside a thousand and a million live sessions
    Scale,
    /// Durable sign-ins per second, beside a control without the engine
    SignIns,
    /// Write docs/benchmarks.md and its plots from the figures
    Report,
}

impl Part {
    /// Every part.
    pub(super) const ALL: [Self; 5] =
        [Self::InProcess, Self::Loopback, Self::Scale, Self::SignIns, Self::Report];

    /// The name used on the command line and for the file of figures.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::InProcess => "in-process",
            Self::Loopback => "loopback",
            Self::Scale => "scale",
            Self::SignIns => "sign-ins",
            Self::Report => "report",
        }
    }

    /// What it shows, in one line.
    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::InProcess => "what the code of each side costs a request",
            Self::Loopback => "what a request costs the server of each side",
            Self::Scale => "the same work beside a thousand and a million live sessions",
            Self::SignIns => "durable sign-ins beside the same bytes without the engine",
            Self::Report => "docs/benchmarks.md and its plots",
        }
    }

    /// The programs from outside without which it cannot run.
    pub(super) fn needs(self) -> &'static [Tool] {
        match self {
            Self::InProcess => &[Tool::Valgrind],
            Self::Loopback => &[Tool::Node, Tool::Npm, Tool::Taskset, Tool::Wrk],
            Self::Scale | Self::SignIns | Self::Report => &[],
        }
    }

    /// The package of the workspace `bench` that does it; its program has the same name.
    pub(super) fn package(self) -> &'static str {
        match self {
            Self::InProcess | Self::Loopback => "compare",
            Self::Scale | Self::SignIns => "scale",
            Self::Report => "report",
        }
    }

    /// Does it run the sides in Rust?
    pub(super) fn runs_peers(self) -> bool {
        matches!(self, Self::InProcess | Self::Loopback)
    }

    /// Does it run the sides on Node?
    pub(super) fn runs_node(self) -> bool {
        self == Self::Loopback
    }

    /// The command that does it and writes its figures into this file.
    pub(super) fn command(self, places: &Places, figures: &Path, built: &Built) -> Command {
        let mut command = Command::new(places.programs.join(self.package()));
        if self == Self::Report {
            command.arg("--results").arg(&places.results).arg("--docs").arg(&places.docs);
            return command;
        }
        command.arg(self.name()).arg("--json").arg(figures);
        if self.runs_peers() {
            command.arg("--programs").arg(&places.programs).arg("--node").arg(&places.node);
            for (program, why) in &built.missing {
                command.arg("--unbuilt").arg(format!("{program}={why}"));
            }
        } else {
            command.arg("--folder").arg(&places.stores);
        }
        command
    }

    /// The options that say how much of it.
    pub(super) fn size(self, rounds: Option<u16>, quick: bool) -> Vec<String> {
        let mut options: Vec<String> = Vec::new();
        let rounds = rounds.or(quick.then_some(1));
        if let Some(rounds) = rounds.filter(|_| self != Self::Report) {
            options.extend(["--rounds".to_owned(), rounds.to_string()]);
        }
        if quick {
            let small = match self {
                Self::InProcess => "--requests 2000 --instruction-rounds 1 --instruction-requests 100",
                Self::Loopback => "--seconds 1",
                Self::Scale => "--sizes 1000,10000 --expired 1000",
                Self::SignIns => "--clients 1,64 --slice 200",
                Self::Report => "",
            };
            options.extend(small.split_whitespace().map(str::to_owned));
        }
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_said_once() {
        assert!(Part::InProcess.size(None, false).is_empty());
        assert_eq!(Part::Loopback.size(None, true), ["--rounds", "1", "--seconds", "1"]);
        assert_eq!(Part::Loopback.size(Some(3), true), ["--rounds", "3", "--seconds", "1"]);
        assert!(Part::Report.size(Some(3), true).is_empty());
    }

    #[test]
    fn a_side_that_could_not_be_built_is_told_to_the_part_that_would_run_it() {
        let places = Places {
            programs: "programs".into(),
            node: "node".into(),
            results: "results".into(),
            stores: "stores".into(),
            docs: "docs".into(),
        };
        let built = Built { missing: vec![("peer-actix".to_owned(), "error: no".to_owned())] };
        let words = |part: Part| -> Vec<String> {
            let command = part.command(&places, Path::new("file"), &built);
            command.get_args().map(|word| word.to_string_lossy().into_owned()).collect()
        };
        assert!(words(Part::Loopback).ends_with(&["--unbuilt", "peer-actix=error: no"].map(str::to_owned)));
        assert_eq!(words(Part::SignIns), ["sign-ins", "--json", "file", "--folder", "stores"]);
        assert_eq!(words(Part::Report), ["--results", "results", "--docs", "docs"]);
    }
}

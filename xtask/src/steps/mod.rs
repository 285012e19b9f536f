//! The steps of `cargo xtask test`: their names, what each one shows, what each one needs.

mod boundaries;
pub(crate) mod browser;
mod cargo;
mod guard;
mod targets;
mod tools;

use anyhow::Result;

use crate::{repository::Repository, tools::Tool};

/// One thing that has to hold, in the order in which they run: the quick ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Step {
    Tools,
    Format,
    Boundaries,
    Lints,
    Features,
    Tests,
    Docs,
    RaceTable,
    Guard,
    Browser,
    Targets,
}

/// What every step is given.
pub(crate) struct Context<'a> {
    pub(crate) repository: &'a Repository,
    /// Whether missing tools may be installed.
    pub(crate) install: bool,
    /// How often the tests repeat each race, as `HANDSTAMP_ROUNDS` says it to them.
    pub(crate) rounds: String,
    /// Whether what takes minutes is wanted, too.
    pub(crate) long: bool,
    /// The tools of all steps that were chosen.
    pub(crate) needed: Vec<Tool>,
}

impl Step {
    /// Every step, in order.
    pub(crate) const ALL: [Self; 11] = [
        Self::Tools,
        Self::Format,
        Self::Boundaries,
        Self::Lints,
        Self::Features,
        Self::Tests,
        Self::Docs,
        Self::RaceTable,
        Self::Guard,
        Self::Browser,
        Self::Targets,
    ];

    /// The name used on the command line and in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Format => "format",
            Self::Boundaries => "boundaries",
            Self::Lints => "lints",
            Self::Features => "features",
            Self::Tests => "tests",
            Self::Docs => "docs",
            Self::RaceTable => "race-table",
            Self::Guard => "guard",
            Self::Browser => "browser",
            Self::Targets => "targets",
        }
    }

    /// What it shows, in one line.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Self::Tools => "every program that the later steps start is there",
            Self::Format => "the source is formatted as rustfmt does it",
            Self::Boundaries => "the arrows between modules point one way and files stay small",
            Self::Lints => "clippy finds nothing in any target",
            Self::Features => "the library builds with no feature, each one alone, and all",
            Self::Tests => "every unit, integration and documentation test passes",
            Self::Docs => "the documentation builds without a warning",
            Self::RaceTable => "what is logged out stays logged out over HTTP, beside a peer",
            Self::Guard => "a session costs a request no more instructions and allocations than it did",
            Self::Browser => "the demo keeps its promises in a real browser",
            Self::Targets => "the auditor finds what is there in applications on other frameworks",
        }
    }

    /// The programs without which it cannot run.
    pub(crate) fn needs(self) -> &'static [Tool] {
        match self {
            Self::Tools | Self::Features | Self::Tests | Self::Docs | Self::RaceTable => &[],
            Self::Format => &[Tool::Rustfmt],
            Self::Boundaries => &[Tool::Git],
            Self::Lints => &[Tool::Clippy],
            Self::Guard => guard::NEEDS,
            Self::Browser => browser::NEEDS,
            Self::Targets => targets::NEEDS,
        }
    }

    /// Runs it.
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let repository = context.repository;
        match self {
            Self::Tools => tools::run(context),
            Self::Format => cargo::format(repository),
            Self::Boundaries => boundaries::run(repository),
            Self::Lints => cargo::lints(repository),
            Self::Features => cargo::features(repository),
            Self::Tests => cargo::tests(repository, &context.rounds, context.long),
            Self::Docs => cargo::docs(repository),
            Self::RaceTable => cargo::race_table(repository),
            Self::Guard => guard::run_step(repository),
            Self::Browser => browser::run(repository),
            Self::Targets => targets::run(repository),
        }
    }
}

//! `handstamp policy`: what a preset means (ASVS V7.1.1, V7.1.2).

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use handstamp::Policy;

#[derive(Args)]
pub(crate) struct PolicyArguments {
    /// Which preset.
    #[arg(value_enum, default_value_t = Preset::Aal2)]
    preset: Preset,
    /// As JSON, for a program; durations in milliseconds or as seconds and nanoseconds.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Preset {
    /// Idle 14 days, absolute 30 days.
    Aal1,
    /// Idle 1 hour, absolute 24 hours. The library's default.
    Aal2,
    /// Idle 15 minutes, absolute 12 hours.
    Aal3,
}

pub(crate) fn run(arguments: &PolicyArguments) -> ExitCode {
    let policy = match arguments.preset {
        Preset::Aal1 => Policy::aal1(),
        Preset::Aal2 => Policy::aal2(),
        Preset::Aal3 => Policy::aal3(),
    };
    if !arguments.json {
        print!("{policy}");
        return ExitCode::SUCCESS;
    }
    match serde_json::to_string_pretty(&policy) {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("handstamp policy: {error}");
            ExitCode::FAILURE
        }
    }
}

//! What `run` and `plan` have in common: which checks, how deep.

use clap::{Args, ValueEnum};
use handstamp_audit::{
    audit::Options,
    check::{Group, Profile},
    run::{Choice, Choices},
};

use super::Failure;

#[derive(Args)]
pub(super) struct ChoiceArguments {
    /// How much is asked: seconds, minutes, or everything with large samples.
    #[arg(long, value_enum, default_value_t = ProfileName::Standard)]
    profile: ProfileName,
    /// Only these checks or groups, such as END,SA-FIX-01; the login is always checked.
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    only: Vec<String>,
    /// Not these checks or groups.
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    skip: Vec<String>,
    /// Allow what changes something and puts it back, such as the password. For throw-away accounts.
    #[arg(long)]
    allow_destructive: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum ProfileName {
    /// Seconds: what goes wrong most.
    Quick,
    /// Minutes: the whole life of a session.
    Standard,
    /// Everything, with large samples and many rounds.
    Deep,
}

impl ChoiceArguments {
    pub(super) fn options(&self) -> Options {
        let profile = match self.profile {
            ProfileName::Quick => Profile::Quick,
            ProfileName::Standard => Profile::Standard,
            ProfileName::Deep => Profile::Deep,
        };
        Options::new().profile(profile).allow_destructive(self.allow_destructive)
    }

    pub(super) fn choices(&self) -> Result<Choices, Failure> {
        let mut choices = Choices::default();
        choices.only = parsed("--only", &self.only)?;
        choices.skip = parsed("--skip", &self.skip)?;
        Ok(choices)
    }
}

fn parsed(option: &str, words: &[String]) -> Result<Vec<Choice>, Failure> {
    let parse = |word: &String| {
        Choice::parse(word).ok_or_else(|| {
            let groups: Vec<_> = Group::ALL.iter().map(|group| group.code()).collect();
            Failure::Usage(format!(
                "{option}: there is no check and no group {word:?}; groups are {}, and `handstamp audit list-checks` \
                 shows every check",
                groups.join(", ")
            ))
        })
    };
    words.iter().map(parse).collect()
}

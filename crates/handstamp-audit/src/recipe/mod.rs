//! The recipe: a small TOML file that says where the application is, who may sign in, and how.
//!
//! [`Recipe::read`] turns text into a [`Recipe`] or into every [`Problem`] that it has, each with its line and
//! with what was expected. Nothing after it has to ask whether a step is well formed.

mod extractor;
mod model;
mod read;
mod secret;
mod step;
mod template;

pub use extractor::{Extractor, Find};
pub use model::{
    Account, Admission, ClockHook, Concurrency, Declared, DeclaredCredential, Limits, MailSink, Public,
    Recipe, Source, Target,
};
pub use read::{Environment, FileSecret, Level, MachineEnvironment, Problem, Problems, read_duration};
pub use secret::Secret;
pub use step::{Body, Effect, Expectation, Step, StepName, StepRequest};
pub use template::{GIVEN_NAMES, RenderError, Template, Variables};

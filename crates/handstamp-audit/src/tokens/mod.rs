//! Whether tokens can be guessed, from a list of them.
//!
//! No test from outside can prove a generator good, and the usual batteries are wrong in both directions: they
//! praise a hash of a counter and accuse a UUID. So structure is taken away first, then known generators and
//! guesses are tried, and only what is left is tested, with one bound on the chance of a false alarm for all tests
//! together (family-wise 10^-4, and again for its confirmation).
//!
//! This knows nothing of HTTP: a [`Sample`] of tokens goes in, an [`Analysis`] comes out.

mod analysis;
mod battery;
mod bits;
mod bounds;
mod correction;
mod decode;
mod dictionary;
mod finding;
mod options;
mod predictors;
mod random;
mod rank;
mod repeats;
mod sample;
mod structure;

pub use analysis::{Analysis, Look, Numbers, Progress};
pub use battery::Family;
pub use bounds::half_guessed;
pub use finding::{Finding, FindingKind};
pub use options::Options;
pub use sample::{Sample, SampleError, Token};

//! What a run came to, for people, programs and build servers.
//!
//! [`Report::of`] makes one value out of a [`Run`](crate::run::Run), with every secret masked; each format is a way
//! to write that value down, and none sees the run itself.

mod build;
mod conclusion;
mod curl;
mod diff;
mod document;
mod html;
mod json;
mod junit;
mod redact;
mod sarif;
mod standards;
mod terminal;
#[cfg(test)]
mod testing;

pub(crate) use build::Mask;
pub use conclusion::{Conclusion, FailOn};
pub use diff::{Change, Difference};
pub use document::{
    BodyText, CheckEntry, Coverage, ExchangeEntry, FORMAT, GateState, Inventory, RecipeFile, Report,
    RequestEntry, Requests, ResponseEntry, Row, SessionCount, Standing, StepPlace, Summary, Tool, VERSION,
};
pub use json::ReadError;
pub use junit::XmlError;
pub use terminal::Colours;

/// Bytes in hex, small letters.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

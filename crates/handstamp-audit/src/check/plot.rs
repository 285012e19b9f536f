//! Pictures of what was measured, as numbers: reports draw them.

use serde::{Deserialize, Serialize};

/// What was measured, as numbers that a report may draw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Plot {
    /// When credentials that should be dead were asked, and what came of it.
    Lifelines {
        /// What is shown, in a few words.
        title: String,
        /// One for each credential.
        lines: Vec<Lifeline>,
    },
    /// One value for each place, such as each character of a token.
    Strip {
        /// What is shown, in a few words.
        title: String,
        /// What a value is, with its unit: `bits`.
        unit: String,
        /// The values, from the first place on.
        values: Vec<f64>,
    },
    /// A value for each row and column, such as each character at each place of a token.
    Heat {
        /// What is shown, in a few words.
        title: String,
        /// What a value is, with its unit.
        unit: String,
        /// The names of the rows.
        rows: Vec<String>,
        /// The values: a list for each row, all of one length.
        values: Vec<Vec<f64>>,
    },
}

/// When a credential was asked, and whether it still signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lifeline {
    /// Which credential.
    pub name: String,
    /// The looks, in order.
    pub looks: Vec<LifelineLook>,
}

/// One look at a credential.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LifelineLook {
    /// Seconds after the event that should have ended it.
    pub at: f64,
    /// Whether it still signed in.
    pub is_alive: bool,
}

impl Lifeline {
    /// A line with these looks: seconds after the event, and whether it was alive.
    pub fn new(name: impl Into<String>, looks: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let looks = looks.into_iter().map(|(at, is_alive)| LifelineLook { at, is_alive }).collect();
        Self { name: name.into(), looks }
    }
}

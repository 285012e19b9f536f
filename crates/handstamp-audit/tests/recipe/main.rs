//! What a recipe's reader says to recipes, good and bad.
#![allow(missing_docs, reason = "tests")]

mod documented;
mod mistakes;
mod support;
mod whole;

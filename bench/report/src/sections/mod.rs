//! The parts of the page that come from figures.

mod circumstances;
mod goals;
mod in_process;
mod loopback;
mod scale;
mod sign_ins;

pub(crate) use self::{
    circumstances::{circumstances, missing},
    goals::goals,
    in_process::in_process,
    loopback::loopback,
    scale::scale,
    sign_ins::sign_ins,
};

/// What stands in the place of a part that nobody has measured.
const NOT_MEASURED: &str = "Not measured.\n";

/// A case in words.
pub(crate) fn in_words(case: &str) -> &str {
    match case {
        "ignores" => "ignores its session",
        "reads-who" => "reads who is signed in",
        "reads-slot" => "reads a slot",
        "edits-slot" => "edits a slot",
        "signs-in" => "signs in",
        "signs-out" => "signs out",
        other => other,
    }
}

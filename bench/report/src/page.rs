//! The page: a template, and what is put into it.

use crate::{
    notes::Notes,
    plot::Plot,
    sections::{circumstances, goals, in_process, loopback, missing, scale, sign_ins},
    source::Results,
};

/// The words that do not depend on figures, with a name in braces for each part that does.
const TEMPLATE: &str = include_str!("template.md");

/// The whole page. The same figures make the same bytes.
pub(crate) fn whole(results: &Results, notes: &Notes, plots: &[Plot]) -> String {
    let mut page = TEMPLATE.to_owned();
    for (name, text) in [
        ("goals", goals(results, notes)),
        ("circumstances", circumstances(results)),
        ("missing", missing(results)),
        ("in-process", in_process(results)),
        ("loopback", loopback(results)),
        ("scale", scale(results)),
        ("sign-ins", sign_ins(results)),
        ("plot-instructions", picture(plots, "instructions.svg")),
        ("plot-server-cpu", picture(plots, "server-cpu.svg")),
        ("plot-scale", picture(plots, "scale.svg")),
    ] {
        page = page.replace(&format!("{{{{{name}}}}}\n"), &text);
    }
    page
}

/// The picture, if there were figures to draw it from.
fn picture(plots: &[Plot], file: &str) -> String {
    let found = plots.iter().find(|plot| plot.file == file);
    found.map_or_else(String::new, |plot| format!("![{}](benchmarks/{file})\n\n", plot.title))
}

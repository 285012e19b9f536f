//! The requirements, a row each.

use maud::{Markup, html};

use crate::report::{CheckEntry, Row, Standing};

/// How many rows stand how.
pub(super) fn standing(rows: &[Row]) -> Markup {
    let counts = [Standing::NotMet, Standing::PartlyMet, Standing::Met, Standing::NotTested]
        .map(|standing| (standing, rows.iter().filter(|row| row.standing == standing).count()));
    html! {
        ul.counts {
            @for (standing, count) in counts.iter().filter(|(_, count)| *count > 0) {
                li class=(class(*standing)) { strong { (count) } " " (standing.words()) }
            }
        }
    }
}

/// The rows, with the checks that they name.
pub(super) fn requirements(heading: &str, rows: &[Row], checks: &[CheckEntry]) -> Markup {
    html! {
        table.requirements {
            thead { tr { th scope="col" { (heading) } th scope="col" { "About" } th scope="col" { "Standing" } th scope="col" { "Why" } } }
            tbody {
                @for row in rows {
                    tr {
                        th scope="row" { (row.id) }
                        td { (row.about) }
                        td { span class={ "badge " (class(row.standing)) } { (row.standing.words()) } }
                        td.because { (linked(&row.why, checks)) }
                    }
                }
            }
        }
    }
}

/// Text in which the id of a check leads to it.
fn linked(text: &str, checks: &[CheckEntry]) -> Markup {
    let is_part_of_id = |one: char| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '-';
    let words = text.split_inclusive(|one| !is_part_of_id(one));
    html! {
        @for word in words {
            @let end = word.find(|one| !is_part_of_id(one)).unwrap_or(word.len());
            @let (id, rest) = word.split_at(end);
            @if checks.iter().any(|check| check.id == id) { a href={ "#" (id.to_ascii_lowercase()) } { (id) } } @else { (id) }
            (rest)
        }
    }
}

const fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Met => "pass",
        Standing::PartlyMet => "warn",
        Standing::NotMet => "fail",
        Standing::NotTested => "none",
    }
}

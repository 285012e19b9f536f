//! The requirements, a row each.

use maud::{Markup, html};

use crate::report::{Row, Standing};

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

/// The rows.
pub(super) fn requirements(heading: &str, rows: &[Row]) -> Markup {
    html! {
        table.requirements {
            thead { tr { th scope="col" { (heading) } th scope="col" { "About" } th scope="col" { "Standing" } th scope="col" { "Why" } } }
            tbody {
                @for row in rows {
                    tr {
                        th scope="row" { (row.id) }
                        td { (row.about) }
                        td { span class={ "badge " (class(row.standing)) } { (row.standing.words()) } }
                        td.because { (row.why) }
                    }
                }
            }
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

//! Plots as inline SVG, each with its numbers in words for those who do not see it.

use maud::{Markup, html};

use crate::{
    check::{Lifeline, Plot},
    report::{CheckEntry, terminal::seconds},
};

/// Narrow, so that words are still read where a phone shrinks it.
const WIDTH: f64 = 440.0;
const ROW: f64 = 46.0;
const LEFT: f64 = 10.0;
const RIGHT: f64 = 20.0;
/// The most cells across; wider ones are summed up in the words.
const MOST_CELLS: usize = 512;

/// A plot with its caption.
pub(super) fn plot(plot: &Plot) -> Markup {
    match plot {
        Plot::Lifelines { title, lines } => lifelines(title, lines),
        Plot::Strip { title, unit, values } => {
            heat(title, unit, &[String::new()], std::slice::from_ref(values))
        }
        Plot::Heat { title, unit, rows, values } => heat(title, unit, rows, values),
    }
}

/// When credentials were asked, and whether they still signed in. Times stand evenly: between one second and a
/// minute all of them matter.
fn lifelines(title: &str, lines: &[Lifeline]) -> Markup {
    let mut times: Vec<f64> = lines.iter().flat_map(|line| &line.looks).map(|look| look.at).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let steps = number(times.len().saturating_sub(1).max(1));
    let x = |at: f64| {
        let place = times.iter().position(|time| *time >= at).unwrap_or_default();
        LEFT + (WIDTH - LEFT - RIGHT) * number(place) / steps
    };
    let height = ROW * number(lines.len()) + 26.0;
    html! {
        figure {
            svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label=(format!("{title}: {}", told(lines))) {
                @for (row, line) in lines.iter().enumerate() {
                    @let y = ROW * number(row) + 32.0;
                    text.label x="0" y=(y - 16.0) { (short(&line.name, 60)) }
                    line.track x1=(LEFT) y1=(y) x2=(WIDTH - RIGHT) y2=(y) {}
                    @if let Some(last) = line.looks.iter().rev().find(|look| look.is_alive) {
                        line.alive x1=(LEFT) y1=(y) x2=(x(last.at)) y2=(y) {}
                    }
                    @for look in &line.looks {
                        circle class=(if look.is_alive { "alive" } else { "dead" }) cx=(x(look.at)) cy=(y) r="6" {}
                    }
                }
                @for time in &times {
                    text.tick x=(x(*time)) y=(height - 6.0) { (time) " s" }
                }
            }
            figcaption { (title) ": filled is still signed in, hollow is refused" }
        }
    }
}

fn told(lines: &[Lifeline]) -> String {
    let told = lines.iter().map(|line| {
        let looks: Vec<_> = line
            .looks
            .iter()
            .map(|look| format!("{} at {} s", if look.is_alive { "signed in" } else { "refused" }, look.at))
            .collect();
        format!("{}: {}", line.name, looks.join(", "))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Cells whose strength is their value.
fn heat(title: &str, unit: &str, names: &[String], values: &[Vec<f64>]) -> Markup {
    let columns = values.iter().map(Vec::len).max().unwrap_or_default().min(MOST_CELLS);
    let most = values.iter().flatten().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let least = values.iter().flatten().copied().filter(|value| value.is_finite()).fold(most, f64::min);
    let left = if names.iter().all(String::is_empty) { 0.0 } else { 48.0 };
    let cell = ((WIDTH - left) / number(columns.max(1))).min(24.0);
    let row_height = if values.len() > 1 { 14.0 } else { 28.0 };
    let height = row_height * number(values.len()) + 18.0;
    let strength = |value: f64| if most > 0.0 { (value / most).clamp(0.0, 1.0) } else { 0.0 };
    html! {
        figure {
            svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img"
                aria-label=(format!("{title}: {columns} places, from {least:.2} to {most:.2} {unit}")) {
                @for (row, (values, name)) in values.iter().zip(names).enumerate() {
                    @let y = row_height * number(row);
                    @if left > 0.0 { text.label x="0" y=(y + row_height - 3.0) { (short(name, 6)) } }
                    @for (column, value) in values.iter().take(MOST_CELLS).enumerate() {
                        rect.cell x=(left + cell * number(column)) y=(y) width=(cell) height=(row_height)
                            fill-opacity=(format!("{:.2}", strength(*value))) {
                            title { "place " (column + 1) ": " (format!("{value:.2}")) " " (unit) }
                        }
                    }
                }
                text.tick.first x=(left) y=(height - 4.0) { "1" }
                text.tick.last x=(left + cell * number(columns)) y=(height - 4.0) { (columns) }
            }
            figcaption { (title) ": from " (format!("{least:.2}")) " (light) to " (format!("{most:.2}")) " " (unit) " (strong)" }
        }
    }
}

/// What each check took.
pub(super) fn costs(checks: &[CheckEntry]) -> Markup {
    let mut asked: Vec<_> = checks.iter().filter(|check| check.requests > 0).collect();
    asked.sort_by_key(|check| std::cmp::Reverse((check.took_ms, check.requests)));
    let most = asked.iter().map(|check| check.took_ms).max().unwrap_or_default().max(1);
    html! {
        @if !asked.is_empty() {
            table.costs {
                thead { tr { th scope="col" { "Check" } th scope="col" { "Requests" } th scope="col" { "Time" } td aria-hidden="true" {} } }
                tbody {
                    @for check in asked {
                        tr {
                            th scope="row" { a href={ "#" (check.id.to_ascii_lowercase()) } { (check.id) } }
                            td { (check.requests) }
                            td { (seconds(check.took_ms)) }
                            td.bar aria-hidden="true" {
                                svg viewBox="0 0 100 8" preserveAspectRatio="none" {
                                    rect width=(format!("{:.2}", share(check.took_ms, most))) height="8" {}
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Of a hundred, and visible.
fn share(part: u64, whole: u64) -> f64 {
    let permille = part.saturating_mul(1_000) / whole.max(1);
    (f64::from(u32::try_from(permille).unwrap_or(1_000)) / 10.0).max(0.5)
}

/// Counts of rows and cells are small.
fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn short(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most.saturating_sub(1)).chain(['\u{2026}']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifeline_says_in_words_what_it_draws() {
        let lines = vec![
            Lifeline::new("the token", [(0.0, true), (1.0, true), (5.0, false)]),
            Lifeline::new("<b>", [(0.0, false)]),
        ];
        let drawn = plot(&Plot::Lifelines { title: "after logout".to_owned(), lines }).into_string();
        assert!(drawn.contains("the token: signed in at 0 s, signed in at 1 s, refused at 5 s"), "{drawn}");
        assert_eq!(drawn.matches("<circle class=\"alive\"").count(), 2, "{drawn}");
        assert_eq!(drawn.matches("<circle class=\"dead\"").count(), 2, "{drawn}");
        assert!(!drawn.contains("<b>"), "{drawn}");
    }

    #[test]
    fn a_plot_of_nothing_is_drawn_all_the_same() {
        for values in [vec![], vec![vec![]], vec![vec![f64::NAN]], vec![vec![0.0; 2_000]]] {
            let rows = vec![String::new(); values.len()];
            let drawn = plot(&Plot::Heat { title: "t".to_owned(), unit: "bits".to_owned(), rows, values });
            assert!(drawn.into_string().ends_with("</figure>"));
        }
    }
}

//! Lines over the number of sessions, both scales logarithmic. Letters tell the lines apart, so that no colour
//! has to.

use std::fmt::Write as _;

use results::Spread;

use super::svg::{Anchor, Canvas, WIDTH, heading};
use crate::text::{count, number};

const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 34.0;
const HEIGHT: f64 = 320.0;
const RADIUS: f64 = 9.0;

pub(super) struct Point {
    pub(super) size: u64,
    pub(super) spread: Spread,
}

pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<Point>,
}

/// Where values lie on the paper.
struct Axes {
    top: f64,
    sizes: (f64, f64),
    costs: (f64, f64),
}

/// Draws the lines; none if there are none.
pub(super) fn draw(title: &str, lines: &[Line]) -> Option<String> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let mut sizes: Vec<u64> = points().map(|point| point.size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let smallest = points().map(|point| point.spread.smallest).fold(f64::INFINITY, f64::min);
    let largest = points().map(|point| point.spread.largest).fold(0.0, f64::max);
    let (first, last) = (sizes.first()?, sizes.last()?);
    let mut canvas = Canvas::default();
    let below = "Both scales are logarithmic. The letters are explained below the plot.";
    let top = heading(&mut canvas, title, below) + 4.0;
    let axes = Axes {
        top,
        sizes: (log(*first), log(*last)),
        costs: (smallest.log10().floor(), largest.log10().ceil()),
    };
    axes.draw(&mut canvas, &sizes);
    let mut description = below.to_owned();
    let mut y = top + HEIGHT + 50.0;
    for (line, letter) in lines.iter().zip('a'..='z') {
        let letter = letter.to_string();
        draw_line(&mut canvas, line, &letter, &axes);
        let costs: Vec<String> = line.points.iter().map(|point| number(point.spread.median)).collect();
        canvas.circle(LEFT - 24.0, y - 5.0, RADIUS, "dot");
        canvas.text(LEFT - 24.0, y - 0.5, "small", Anchor::Middle, &letter);
        canvas.text(LEFT - 8.0, y, "", Anchor::Start, &format!("{}: {}", line.name, costs.join(", ")));
        let _ = write!(description, " {}: {}.", line.name, costs.join(", "));
        y += 24.0;
    }
    Some(canvas.finish(y, title, &description))
}

impl Axes {
    fn x(&self, size: u64) -> f64 {
        let (first, last) = self.sizes;
        LEFT + (RIGHT - LEFT) * (log(size) - first) / (last - first).max(f64::MIN_POSITIVE)
    }

    fn y(&self, cost: f64) -> f64 {
        let (lowest, highest) = self.costs;
        self.top + HEIGHT * (highest - cost.log10()) / (highest - lowest).max(f64::MIN_POSITIVE)
    }

    fn draw(&self, canvas: &mut Canvas, sizes: &[u64]) {
        let (lowest, highest) = self.costs;
        let mut power = lowest;
        while power <= highest {
            let cost = 10_f64.powf(power);
            let y = self.y(cost);
            canvas.path(&[(LEFT, y), (RIGHT, y)], "grid");
            canvas.text(LEFT - 8.0, y + 5.0, "small", Anchor::End, &number(cost));
            power += 1.0;
        }
        for &size in sizes {
            let x = self.x(size);
            canvas.path(&[(x, self.top), (x, self.top + HEIGHT)], "grid");
            let anchor = if size == sizes[sizes.len() - 1] { Anchor::End } else { Anchor::Middle };
            let x = if matches!(anchor, Anchor::End) { WIDTH - 12.0 } else { x };
            canvas.text(x, self.top + HEIGHT + 20.0, "small", anchor, &count(size));
        }
    }
}

fn draw_line(canvas: &mut Canvas, line: &Line, letter: &str, axes: &Axes) {
    let at = |point: &Point| (axes.x(point.size), axes.y(point.spread.median));
    canvas.path(&line.points.iter().map(at).collect::<Vec<_>>(), "line");
    for point in &line.points {
        let (x, y) = at(point);
        let (lower, upper) = (axes.y(point.spread.smallest), axes.y(point.spread.largest));
        canvas.path(&[(x, lower), (x, upper)], "whisker");
        for end in [lower, upper] {
            canvas.path(&[(x - 4.0, end), (x + 4.0, end)], "whisker");
        }
        canvas.circle(x, y, RADIUS, "dot");
        canvas.text(x, y + 4.5, "small", Anchor::Middle, letter);
    }
}

#[allow(clippy::cast_precision_loss, reason = "a place on paper")]
fn log(size: u64) -> f64 {
    (size as f64).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_that_does_not_grow_is_a_flat_line() {
        let spread = Spread { median: 2.0, smallest: 2.0, largest: 2.0 };
        let axes = Axes { top: 0.0, sizes: (3.0, 6.0), costs: (0.0, 1.0) };
        let mut canvas = Canvas::default();
        let points = [1_000, 1_000_000].map(|size| Point { size, spread }).into();
        draw_line(&mut canvas, &Line { name: String::new(), points }, "a", &axes);
        let svg = canvas.finish(1.0, "", "");
        let y = axes.y(2.0);
        assert!(svg.contains(&format!("M{LEFT:.1} {y:.1}L{RIGHT:.1} {y:.1}")), "{svg}");
    }

    #[test]
    fn nothing_measured_is_no_plot() {
        assert_eq!(draw("Title", &[]), None);
    }
}

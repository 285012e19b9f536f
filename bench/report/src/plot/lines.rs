//! Lines over the number of sessions, both scales logarithmic. Letters tell the lines apart, so that no colour
//! has to.

use std::fmt::Write as _;

use results::Spread;

use super::svg::{Anchor, Canvas, WIDTH, heading};
use crate::text::{count, number};

const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 48.0;
const HEIGHT: f64 = 340.0;
const RADIUS: f64 = 3.0;
/// Letters stand no closer than this.
const APART: f64 = 18.0;

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
    let below = "Both scales are logarithmic. Letters are explained below.";
    let top = heading(&mut canvas, title, below) + 4.0;
    let axes = Axes {
        top,
        sizes: (log(*first), log(*last)),
        costs: (smallest.log10().floor(), largest.log10().ceil()),
    };
    axes.draw(&mut canvas, &sizes);
    let mut description = below.to_owned();
    let mut y = top + HEIGHT + 50.0;
    for ((line, letter), place) in lines.iter().zip('a'..='z').zip(places(lines, &axes)) {
        draw_line(&mut canvas, line, &axes);
        if let Some(last) = line.points.last() {
            let end = (axes.x(last.size) + RADIUS, axes.y(last.spread.median));
            canvas.path(&[end, (RIGHT + 22.0, place)], "lead");
        }
        let letter = letter.to_string();
        canvas.text(RIGHT + 26.0, place + 4.5, "bold", Anchor::Start, &letter);
        let costs: Vec<String> = line.points.iter().map(|point| number(point.spread.median)).collect();
        canvas.text(LEFT - 30.0, y, "bold", Anchor::Start, &letter);
        canvas.text(LEFT - 12.0, y, "", Anchor::Start, &format!("{}: {}", line.name, costs.join(", ")));
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
            canvas.text(x, self.top + HEIGHT + 20.0, "small", Anchor::Middle, &count(size));
        }
    }
}

/// How high each line's letter stands: at the line's end, or as close above it as the others allow.
fn places(lines: &[Line], axes: &Axes) -> Vec<f64> {
    let end = |line: &Line| line.points.last().map_or(0.0, |point| axes.y(point.spread.median));
    let mut places: Vec<f64> = lines.iter().map(end).collect();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|&one, &other| places[other].total_cmp(&places[one]));
    let mut free = f64::INFINITY;
    for line in order {
        places[line] = places[line].min(free);
        free = places[line] - APART;
    }
    places
}

fn draw_line(canvas: &mut Canvas, line: &Line, axes: &Axes) {
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
        draw_line(&mut canvas, &Line { name: String::new(), points }, &axes);
        let svg = canvas.finish(1.0, "", "");
        let y = axes.y(2.0);
        assert!(svg.contains(&format!("M{LEFT:.1} {y:.1}L{RIGHT:.1} {y:.1}")), "{svg}");
    }

    #[test]
    fn letters_of_lines_that_end_together_stand_apart() {
        let spread = Spread { median: 2.0, smallest: 2.0, largest: 2.0 };
        let axes = Axes { top: 0.0, sizes: (3.0, 6.0), costs: (0.0, 1.0) };
        let line = || Line { name: String::new(), points: vec![Point { size: 1_000, spread }] };
        let [one, other] = places(&[line(), line()], &axes)[..] else { panic!() };
        assert!((one - other - APART).abs() < 1e-9, "{one} {other}");
    }

    #[test]
    fn nothing_measured_is_no_plot() {
        assert_eq!(draw("Title", &[]), None);
    }
}

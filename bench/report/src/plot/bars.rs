//! Horizontal bars with whiskers from the smallest round to the largest, a panel for each kind of work.

use std::fmt::Write as _;

use results::Spread;

use super::svg::{Anchor, Canvas, WIDTH, heading};
use crate::text::{number, with_rounds};

const MARGIN: f64 = 16.0;
/// Room for the longest side's name, and for a figure behind the longest bar.
const NAMES: f64 = 182.0;
const FIGURES: f64 = 66.0;
const STEP: f64 = 24.0;
const BAR: f64 = 14.0;

/// Whose bar it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ours,
    Theirs,
    Control,
}

pub(super) struct Bar {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) spread: Spread,
}

/// Bars on one scale.
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) bars: Vec<Bar>,
}

/// Draws the panels that have bars; none if none has.
pub(super) fn draw(title: &str, below: &str, panels: impl Iterator<Item = Panel>) -> Option<String> {
    let mut canvas = Canvas::default();
    let mut y = heading(&mut canvas, title, below);
    let mut description = below.to_owned();
    let mut any = false;
    for panel in panels.filter(|panel| !panel.bars.is_empty()) {
        any = true;
        y += 22.0;
        canvas.text(MARGIN, y, "bold", Anchor::Start, &panel.title);
        y += 10.0;
        let _ = write!(description, " {}:", panel.title);
        let largest = panel.bars.iter().map(|bar| bar.spread.largest).fold(f64::MIN_POSITIVE, f64::max);
        let scale = (WIDTH - 2.0 * MARGIN - NAMES - FIGURES) / largest;
        for (place, bar) in panel.bars.iter().enumerate() {
            draw_bar(&mut canvas, bar, y, scale);
            let end = if place + 1 == panel.bars.len() { "." } else { "," };
            let _ = write!(description, " {} {}{end}", bar.name, with_rounds(bar.spread));
            y += STEP;
        }
    }
    any.then(|| canvas.finish(y + 8.0, title, &description))
}

fn draw_bar(canvas: &mut Canvas, bar: &Bar, y: f64, scale: f64) {
    let zero = MARGIN + NAMES;
    // What is below nothing is noise, and drawn as nothing.
    let at = |value: f64| zero + value.max(0.0) * scale;
    let middle = y + STEP / 2.0;
    let (class, name_class) = match bar.kind {
        Kind::Ours => ("ours", "name bold"),
        Kind::Theirs => ("theirs", "name"),
        Kind::Control => ("control", "name"),
    };
    canvas.text(zero - 8.0, middle + 5.0, name_class, Anchor::End, &bar.name);
    canvas.path(&[(zero, y), (zero, y + STEP)], "grid");
    canvas.rectangle(zero, middle - BAR / 2.0, (at(bar.spread.median) - zero).max(1.0), BAR, class);
    let (from, to) = (at(bar.spread.smallest), at(bar.spread.largest));
    if to - from >= 1.0 {
        canvas.path(&[(from, middle), (to, middle)], "whisker");
        for end in [from, to] {
            canvas.path(&[(end, middle - 4.0), (end, middle + 4.0)], "whisker");
        }
    }
    let text = number(bar.spread.median);
    canvas.text(to.max(at(bar.spread.median)) + 7.0, middle + 5.0, name_class, Anchor::Start, &text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(bars: Vec<Bar>) -> Panel {
        Panel { title: "Work".to_owned(), bars }
    }

    #[test]
    fn a_plot_says_in_words_what_it_shows() {
        let spread = Spread { median: 2.0, smallest: 1.0, largest: 3.0 };
        let bar = Bar { name: "us".to_owned(), kind: Kind::Ours, spread };
        let svg = draw("Title", "Below.", std::iter::once(panel(vec![bar]))).unwrap();
        assert!(svg.contains(">Below. Work: us 2 (1 to 3).</desc>"), "{svg}");
    }

    #[test]
    fn nothing_measured_is_no_plot() {
        assert_eq!(draw("Title", "Below.", std::iter::once(panel(Vec::new()))), None);
    }
}

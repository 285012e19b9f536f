//! Drawing as SVG text.
//!
//! Of our own, because plotters 0.3.7, which was tried, writes a fixed colour on every shape and no style sheet,
//! so that its pictures cannot follow a reader's dark mode; and it writes no `title` and `desc` for those who
//! have a picture read to them.

use std::fmt::Write as _;

/// Narrow, so that a phone shows the letters at three quarters of their size.
pub(super) const WIDTH: f64 = 480.0;

/// Light, and dark where the reader's system is. The ground is drawn, because a page may be of the other kind.
const STYLE: &str = "\
text{font:14px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}\
.ground{fill:#fff}.head{font-size:16px;font-weight:600}.small{font-size:13px;fill:#57606a}.name{font-size:13px}.bold{font-weight:600}\
.ours{fill:#0a6e5c}.theirs{fill:#b3bac3}.control{fill:none;stroke:#57606a;stroke-dasharray:4 3}\
.grid{stroke:#d0d7de}.whisker,.line{stroke:#1f2328;stroke-width:1.5;fill:none}.dot{fill:#1f2328}.lead{stroke:#57606a;stroke-width:.75}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.small{fill:#9aa4ae}\
.ours{fill:#2ea88f}.theirs{fill:#59626d}.control{stroke:#9aa4ae}.grid{stroke:#30363d}\
.whisker,.line{stroke:#e6edf3}.dot{fill:#e6edf3}.lead{stroke:#9aa4ae}}";

/// A drawing in the making.
#[derive(Default)]
pub(super) struct Canvas(String);

/// Where a text stands at its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Canvas {
    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escaped(text);
        let _ = writeln!(
            self.0,
            r#"<text x="{x:.1}" y="{y:.1}" class="{class}" text-anchor="{anchor}">{text}</text>"#
        );
    }

    pub(super) fn rectangle(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str) {
        let _ = writeln!(
            self.0,
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" class="{class}"/>"#
        );
    }

    pub(super) fn circle(&mut self, x: f64, y: f64, radius: f64, class: &str) {
        let _ = writeln!(self.0, r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius:.1}" class="{class}"/>"#);
    }

    pub(super) fn path(&mut self, points: &[(f64, f64)], class: &str) {
        let mut data = String::new();
        for (place, (x, y)) in points.iter().enumerate() {
            let _ = write!(data, "{}{x:.1} {y:.1}", if place == 0 { "M" } else { "L" });
        }
        let _ = writeln!(self.0, r#"<path d="{data}" class="{class}"/>"#);
    }

    /// The whole file. `description` says in words what is drawn.
    pub(super) fn finish(self, height: f64, title: &str, description: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"title description\">\n\
             <title id=\"title\">{}</title>\n<desc id=\"description\">{}</desc>\n<style>{STYLE}</style>\n\
             <rect width=\"{WIDTH}\" height=\"{height}\" class=\"ground\"/>\n{}</svg>\n",
            escaped(title),
            escaped(description),
            self.0
        )
    }
}

/// Writes the title in as many lines as it needs. Returns where the next line goes.
pub(super) fn heading(canvas: &mut Canvas, title: &str, below: &str) -> f64 {
    let mut y = 26.0;
    for (class, text, letters) in [("head", title, 50), ("small", below, 66)] {
        for line in wrapped(text, letters) {
            canvas.text(16.0, y, class, Anchor::Start, &line);
            y += 20.0;
        }
    }
    y
}

fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_cannot_become_markup() {
        let mut canvas = Canvas::default();
        canvas.text(0.0, 0.0, "", Anchor::End, "a<b & c");
        let svg = canvas.finish(10.0, "<t>", "d&d");
        assert!(
            svg.contains("a&lt;b &amp; c")
                && svg.contains("&lt;t&gt;</title>")
                && svg.contains("d&amp;d</desc>")
        );
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
    }
}

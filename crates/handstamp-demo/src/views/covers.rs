//! The drawings on the books' covers, in a few strokes each.

use handstamp_pages::maud::{Markup, PreEscaped, html};

/// The drawing for the book with this number; a plain cover for any other.
pub(super) fn drawing(id: u32) -> Markup {
    let strokes = match id {
        1 => KNOT,
        2 => LIGHTHOUSE,
        3 => TIDES,
        4 => FOG,
        5 => ANCHOR,
        6 => LETTER,
        _ => return html! {},
    };
    html! {
        svg viewBox="0 0 100 100" fill="none" stroke="currentColor" stroke-width="1.5"
            stroke-linecap="round" stroke-linejoin="round" focusable="false" {
            (PreEscaped(strokes))
        }
    }
}

const KNOT: &str = r##"<path d="M12 60C42 60 42 22 66 22a18 18 0 0 1 0 36" stroke-width="4"/><path d="M66 58C42 58 42 24 12 24" stroke="#33658a" stroke-width="10"/><path d="M66 58C42 58 42 24 12 24" stroke-width="4"/>"##;

const LIGHTHOUSE: &str = r#"<path d="m43 62 3-34h8l3 34zM44.5 28v-7h11v7M43 28h14M50 21v-4M45 39h10M44 50h12"/><path d="M42 24 14 16M42 26l-28 3M58 24l28-8M58 26l28 3" stroke-dasharray="2 4"/>"#;

const TIDES: &str = r#"<circle cx="70" cy="24" r="9"/><path d="M8 42q10.5-7 21 0t21 0 21 0 21 0M8 52q10.5-7 21 0t21 0 21 0 21 0M8 62q10.5-7 21 0t21 0 21 0 21 0"/>"#;

const FOG: &str =
    r#"<path d="M14 22h38M60 22h26M24 32h50M10 42h22M40 42h48M18 52h60M30 62h44" stroke-width="3.5"/>"#;

const ANCHOR: &str = r#"<circle cx="50" cy="19" r="5"/><path d="M50 24v38M40 32h20M28 46c2 12 11 17 22 17s20-5 22-17M28 46l-4 5M28 46l6 3M72 46l4 5M72 46l-6 3" stroke-width="2.5"/>"#;

const LETTER: &str = r#"<rect x="22" y="20" width="56" height="38" rx="2"/><path d="m22 24 28 19 28-19M22 56l20-18M78 56 58 38"/>"#;

#[cfg(test)]
mod tests {
    use super::drawing;
    use crate::views::books;

    #[test]
    fn every_book_has_a_drawing_of_its_own() {
        let mut drawings: Vec<_> = books().iter().map(|book| drawing(book.id).into_string()).collect();
        assert!(drawings.iter().all(|drawing| drawing.starts_with("<svg")));
        drawings.sort();
        drawings.dedup();
        assert_eq!(drawings.len(), books().len());
    }
}

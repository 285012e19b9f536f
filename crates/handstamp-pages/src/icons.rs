//! Pictures drawn in place, in the colour of the text around them. All are decoration: the word
//! stands beside each, so screen readers skip them.

use maud::{Markup, PreEscaped, html};

/// The mark of Handstamp: the impression of a stamp, an open hand inside a ring.
pub fn stamp_mark() -> Markup {
    html! {
        svg class="mark" viewBox="0 0 32 32" width="32" height="32" fill="none"
            stroke="currentColor" stroke-linecap="round" aria-hidden="true" focusable="false" {
            (PreEscaped(STAMP))
        }
    }
}

const STAMP: &str = r#"<circle cx="16" cy="16" r="14.6" stroke-width="1.9"/><circle cx="16" cy="16" r="11.6" stroke-width="1" stroke-dasharray="1 2.04"/><path d="M12.3 16.5v-4.6M15 15.5V9.9M17.7 15.5v-5M20.3 16.5v-3.6M11.9 19.2l-2.3-2.4" stroke-width="2"/><path d="M11.3 16.2h10v2.3a4.6 4.6 0 0 1-4.6 4.6h-.8a4.6 4.6 0 0 1-4.6-4.6z" fill="currentColor" stroke="none"/>"#;

fn drawing(paths: &'static str) -> Markup {
    html! {
        svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none"
            stroke="currentColor" stroke-width="1.6" stroke-linecap="round"
            stroke-linejoin="round" aria-hidden="true" focusable="false" {
            (PreEscaped(paths))
        }
    }
}

pub(crate) fn desktop() -> Markup {
    drawing(r#"<rect x="3" y="4" width="18" height="12" rx="1.5"/><path d="M8.5 20h7M12 16v4"/>"#)
}

pub(crate) fn phone() -> Markup {
    drawing(r#"<rect x="7" y="2.5" width="10" height="19" rx="2.2"/><path d="M11 18.6h2"/>"#)
}

pub(crate) fn tablet() -> Markup {
    drawing(r#"<rect x="4.5" y="3" width="15" height="18" rx="2"/><path d="M10.8 18.2h2.4"/>"#)
}

pub(crate) fn other_device() -> Markup {
    drawing(
        r#"<rect x="3" y="4.5" width="18" height="15" rx="1.5"/><path d="m7 9.5 3 2.5-3 2.5M12.5 15h4.5"/>"#,
    )
}

pub(crate) fn tick() -> Markup {
    drawing(r#"<circle cx="12" cy="12" r="9"/><path d="m8.2 12.4 2.6 2.6 5-5.6"/>"#)
}

pub(crate) fn notice() -> Markup {
    drawing(r#"<circle cx="12" cy="12" r="9"/><path d="M12 11.2v5M12 7.6v.2"/>"#)
}

pub(crate) fn warning() -> Markup {
    drawing(r#"<path d="M12 3.8 21.2 20H2.8z"/><path d="M12 10v4.6M12 17.2v.1"/>"#)
}

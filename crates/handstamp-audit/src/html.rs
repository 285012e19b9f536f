//! Reading pages that may have been written to be read at great cost.
//!
//! A parser of HTML builds what browsers build, and browsers allow pages of which a few kilobytes become gigabytes:
//! formatting that is never closed is repeated in each paragraph, and elements can be nested without end. Pages that
//! would are taken as empty; no application that people use has one.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use scraper::Html;

/// The most tags of a page: more is no page that people read.
const MOST_TAGS: usize = 200_000;
/// The deepest nesting of elements whose end cannot be left out. Browsers stop at 512.
const DEEPEST: usize = 1_000;
/// The most elements that formatting without an end may become.
const MOST_REPEATED: usize = 400_000;

/// Elements that are repeated in what comes after them until they are closed (HTML, 13.2.4.3).
const FORMATTING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Elements that have no end, or whose end can be left out.
const SHALLOW: [&str; 33] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr", "html", "head", "body", "p", "li", "dt", "dd", "rb", "rt", "rtc", "rp", "optgroup", "option",
    "colgroup", "thead", "tbody", "tfoot", "tr", "td",
];

/// Elements that end a drawing or a formula in whose midst they stand (HTML, 13.2.6.5).
const NOT_DRAWN: [&str; 45] = [
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "i",
    "img",
    "li",
    "listing",
    "menu",
    "meta",
    "nobr",
    "ol",
    "p",
    "pre",
    "ruby",
    "s",
    "small",
    "span",
    "strong",
    "strike",
    "sub",
    "sup",
    "table",
    "tt",
    "u",
    "ul",
    "var",
];

static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"<(/?)([A-Za-z][A-Za-z0-9]*)([^<>]*)").expect("the pattern is that of this file")
});

/// The page, or an empty one where reading it would cost too much.
pub(crate) fn document(page: &str) -> Html {
    if is_affordable(page) { Html::parse_document(page) } else { Html::new_document() }
}

fn is_affordable(page: &str) -> bool {
    let (mut tags, mut depth, mut deepest) = (0_usize, 0_usize, 0_usize);
    let (mut open, mut unclosed, mut most_unclosed) = (BTreeMap::<String, usize>::new(), 0_usize, 0_usize);
    let mut drawn = false;
    for found in TAG.captures_iter(page) {
        tags += 1;
        if tags > MOST_TAGS {
            return false;
        }
        let is_end = found.get(1).is_some_and(|slash| !slash.is_empty());
        let name = found.get(2).map_or("", |name| name.as_str()).to_ascii_lowercase();
        let is_drawing = matches!(&*name, "svg" | "math");
        drawn = (drawn || is_drawing) && !NOT_DRAWN.contains(&&*name);
        if FORMATTING.contains(&&*name) {
            // An end closes only what it is the end of.
            let of_name = open.entry(name).or_default();
            if !is_end {
                *of_name += 1;
                unclosed += 1;
            } else if *of_name > 0 {
                *of_name -= 1;
                unclosed -= 1;
            }
            most_unclosed = most_unclosed.max(unclosed);
        } else if is_end {
            depth = depth.saturating_sub(1);
            drawn = if is_drawing { false } else { drawn };
        } else if drawn && found.get(3).is_some_and(|rest| rest.as_str().ends_with('/')) {
            // `<path/>` has ended; outside of a drawing the slash means nothing.
        } else if !SHALLOW.contains(&&*name) {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest <= DEEPEST && most_unclosed.saturating_mul(tags) <= MOST_REPEATED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(text: &str, times: usize) -> String {
        text.repeat(times)
    }

    #[test]
    fn pages_as_people_read_them_are_read() {
        let list = format!("<ul>{}</ul>", repeated("<li><a href=\"/x\">one</a> <b>two</b><p>three", 5_000));
        let table = format!("<table>{}</table>", repeated("<tr><td>one<td>two", 20_000));
        let unclosed = format!("<b>bold from here on {}", repeated("<p>text", 10_000));
        let icons = repeated("<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/><path d=\"M1 1\"/></svg>", 5_000);
        for page in ["", "no page", &list, &table, &unclosed, &icons, &repeated("<div>a</div>", 20_000)] {
            assert!(is_affordable(page), "{}", &page[..page.len().min(60)]);
        }
    }

    /// Fifty kilobytes became 715 MB, and a hundred took half a minute and could not be interrupted.
    #[test]
    fn pages_that_become_gigabytes_are_empty() {
        let fonts: Vec<_> = (0..2_000).map(|color| format!("<font color={color}>")).collect();
        let bomb = fonts.concat() + &repeated("<p>x", 2_000);
        let ends_of_another = repeated("<i></b>", 2_000) + &repeated("<p>x", 2_000);
        let drawn = "<svg>".to_owned() + &repeated("<div/>", 2_000);
        for page in [bomb, ends_of_another, repeated("<div>", 20_000), drawn, repeated("<br>", 300_000)] {
            assert!(!is_affordable(&page));
            assert_eq!(document(&page).tree.nodes().count(), 1);
        }
    }
}

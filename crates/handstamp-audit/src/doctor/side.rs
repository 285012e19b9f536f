//! One side of the comparison: what an answer of `whoami` looks like.

use scraper::Selector;

use crate::{
    audit::shows,
    recipe::Recipe,
    report::Mask,
    wire::{Exchange, Response},
};

/// How much of the page around a marker is shown, in characters on each side.
const AROUND: usize = 30;

/// What an answer of `whoami` looks like.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Side {
    /// With which credential.
    pub who: String,
    /// The status.
    pub status: u16,
    /// Where it redirects to.
    pub leads_to: Option<String>,
    /// The page's title.
    pub title: Option<String>,
    /// How long the body is.
    pub bytes: usize,
    /// The accounts whose markers are in it.
    pub shows: Vec<String>,
    /// The text around the first marker.
    pub around: Option<String>,
}

pub(super) fn side(who: &str, exchange: &Exchange, recipe: &Recipe, mask: &Mask) -> Side {
    let response = &exchange.response;
    let page = response.text();
    let seen: Vec<_> = recipe.accounts.iter().filter(|account| shows(&page, &account.marker)).collect();
    Side {
        who: who.to_owned(),
        status: response.status,
        leads_to: response.header("location").map(|location| mask.text(&location)),
        title: title(response).map(|title| mask.text(&title)),
        bytes: response.body.len(),
        shows: seen.iter().map(|account| account.name.clone()).collect(),
        around: seen
            .first()
            // Masked first: half of a token is not known for one.
            .and_then(|account| around(&mask.text(&page), &account.marker)),
    }
}

fn title(response: &Response) -> Option<String> {
    let selector = Selector::parse("title").ok()?;
    let page = crate::html::document(&response.text());
    let title: String = page.select(&selector).next()?.text().collect();
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    (!title.is_empty()).then(|| title.chars().take(AROUND * 2).collect())
}

fn around(page: &str, marker: &str) -> Option<String> {
    let at = page.find(marker)?;
    let (before, after) = (page.get(..at)?, page.get(at + marker.len()..)?);
    let before: Vec<char> = before.chars().rev().take(AROUND).collect();
    let text = before.into_iter().rev().collect::<String>() + marker;
    let text: String = text.chars().chain(after.chars().take(AROUND)).collect();
    let text: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    let text = without_tags(&text);
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What a reader sees: without tags, and without the halves of tags at both ends.
fn without_tags(text: &str) -> String {
    let whole = text.split_once('>').filter(|(half, _)| !half.contains('<')).map_or(text, |(_, rest)| rest);
    let mut seen = String::new();
    let mut is_tag = false;
    for one in whole.chars() {
        match one {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                seen.push(' ');
            }
            one if !is_tag => seen.push(one),
            _ => {}
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_around_a_marker_is_one_line_without_control_characters() {
        let page = format!("{}<p>You\nare\u{1b}[2J <b>alice</b>.</p>{}", "x".repeat(100), "y".repeat(100));
        let text = around(&page, "alice").unwrap();
        assert!(text.contains("You are [2J alice ."), "{text}");
        assert!(text.chars().count() <= 2 * AROUND + 5, "{text}");
        assert_eq!(around("\u{e9}\u{e9} alice \u{e9}", "alice").unwrap(), "\u{e9}\u{e9} alice \u{e9}");
        assert_eq!(around(&page, "bob"), None);
    }
}
